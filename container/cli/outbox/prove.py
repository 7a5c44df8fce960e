"""``tagdock outbox prove``: the recount of every payload against the books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, write
from container.cli.outbox.asides import asides_as_json, print_asides
from container.cli.outbox.files import Files
from container.cli.outbox.words import cell, name, print_table, table
from container.outbox.prove import Proof, prove_file
from container.web.json import to_bytes

_COLUMNS = ("accepted", "delivered", "suppressed", "dead", "pending", "missing")


@click.command()
@config_option
@json_option
def prove(config: str, as_json: bool) -> None:
    """Recount every payload of every file and compare with the books and the ledger; any difference ends with 1.

    So does a damaged file, also one that was set aside, for as long as it stands beside the outbox: move it away when
    you have seen to it.
    """
    files = Files(config)
    by_file = list(files.each(prove_file))
    found = [(path, one) for path, proven in by_file for one in proven.proofs]
    asides = [one for _, proven in by_file for one in proven.asides]
    wrong = [(path, one) for path, one in found if not one.balanced]
    if as_json:
        accounts = [{"file": str(path), **_proof(one)} for path, one in found]
        told = {"outbox": str(files.first), "balanced": not wrong, "accounts": accounts}
        write(to_bytes({**told, "set_aside": asides_as_json(asides)}))
    else:
        for path, proven in by_file:
            _print(path, proven.proofs, len(files.paths) > 1)
        for path, one in found:
            for line in _lines(one):
                where = f"{path.name}: " if len(files.paths) > 1 else ""
                out.print(Text(f"{where}{name(one)}: ").append_text(line))
        print_asides(files.first.parent, asides)
        if not wrong:
            more = f" and {len(by_file) - 1} more" if len(by_file) > 1 else ""
            but = "; but a damaged file was set aside" if asides else ""
            out.print(Text(f"the books of {by_file[0][0]}{more} balance{but}", "yellow" if asides else "green"))
    files.end()
    if wrong or asides:
        raise SystemExit(1)


def _print(path: Path, proofs: list[Proof], several: bool) -> None:
    made = table("tag", "destination", numbers=_COLUMNS)
    for one in proofs:
        numbers = (str(getattr(one, column)) for column in _COLUMNS)
        made.add_row(cell(one.tag), cell(one.destination), *numbers, style="" if one.balanced else "red")
    if several and proofs:
        out.print(Text(str(path), "dim"))
    print_table(made, "")


def _proof(one: Proof) -> dict[str, Any]:
    names = ("tag", "destination", "accepted", "delivered", "suppressed", "dead", "pending", "booked_dead", "missing")
    told = {name: getattr(one, name) for name in names}
    return {**told, "purged": one.purged, "ledger": one.held, "balanced": one.balanced}


def _lines(one: Proof) -> list[Text]:
    """What is wrong, and what could not be compared."""
    lines = []
    if one.missing > 0:
        lines.append(Text(f"{one.missing} accepted and at no end", "red"))
    elif one.missing < 0:
        lines.append(Text(f"{-one.missing} more at an end than were accepted", "red"))
    elif one.dead != one.booked_dead:
        lines.append(Text(f"{one.dead} dead where the books know of {one.booked_dead}", "red"))
    for end, (booked, entries) in one.unlike.items():
        lines.append(Text(f"the books say {booked} {end}, the ledger has entries of {entries}", "red"))
    if one.uncompared:
        ends = " and ".join(one.uncompared)
        lines.append(Text(f"{ends} could not be compared with the ledger, of which entries are gone", "dim"))
    return lines
