"""``tagdock outbox prove``: the recount of every payload against the books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, write
from container.cli.outbox.files import Files
from container.cli.outbox.words import cell, name, print_table, table
from container.outbox.prove import Proof
from container.outbox.prove import prove as proven
from container.web.json import to_bytes

_COLUMNS = ("accepted", "delivered", "suppressed", "dead", "pending", "missing")


@click.command()
@config_option
@json_option
def prove(config: str, as_json: bool) -> None:
    """Recount every payload of every file and compare with the books; any difference ends with 1."""
    files = Files(config)
    by_file = list(files.each(proven))
    found = [(path, one) for path, proofs in by_file for one in proofs]
    wrong = [(path, one) for path, one in found if not one.balanced]
    if as_json:
        accounts = [{"file": str(path), **_proof(one)} for path, one in found]
        write(to_bytes({"outbox": str(files.first), "balanced": not wrong, "accounts": accounts}))
    else:
        for path, proofs in by_file:
            _print(path, proofs, len(files.paths) > 1)
        for path, one in wrong:
            where = f"{path.name}: " if len(files.paths) > 1 else ""
            out.print(Text(f"{where}{name(one)}: {_wrong(one)}", "red"))
        if not wrong:
            more = f" and {len(files.paths) - 1} more" if len(files.paths) > 1 else ""
            out.print(Text(f"the books of {files.first}{more} balance", "green"))
    if wrong:
        raise SystemExit(1)
    files.end()


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
    return {**{name: getattr(one, name) for name in names}, "balanced": one.balanced}


def _wrong(one: Proof) -> str:
    if one.missing > 0:
        return f"{one.missing} accepted and at no end"
    if one.missing < 0:
        return f"{-one.missing} more at an end than were accepted"
    return f"{one.dead} dead where the books know of {one.booked_dead}"
