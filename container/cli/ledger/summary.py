"""``tagdock ledger summary``: for every tag which identifiers were sent, when, how often, under which consent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.cli.ledger.looking import looking
from container.cli.ledger.times import HELP, a_time
from container.cli.outbox.files import Files
from container.ledger.cells import Cell, cells
from container.ledger.summary import summary as summed
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("--since", metavar="TIME", help=f"Only hits that came since, {HELP}.")
@click.option("--until", metavar="TIME", help="Only hits that came before.")
def summary(config: str, as_json: bool, since: str | None, until: str | None) -> None:
    """Sum up every tag: which identifiers, first and last sent, how many, consent and outcomes."""
    files = Files(config)
    found = summed(counted(files, a_time(since, "--since", 0.0), a_time(until, "--until", 1e18)))
    if as_json:
        write(to_bytes(found))
    else:
        for one in found:
            for line in _lines(one):
                out.print(line)
        if not found:
            out.print("the ledger has no entry")
    files.end()


def counted(files: Files, since: float, until: float) -> list[Cell]:
    """What all files have of a period; one that cannot be read is told."""
    with looking("ledger") as watch:
        return [cell for _, some in files.each(lambda path: cells([path], since, until, watch)) for cell in some]


def _lines(one: dict[str, Any]) -> Iterator[Text]:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in one["outcomes"].items())
    name = f"{one['tag']} {one['destination']}".strip()
    yield Text.assemble((shown(name), "bold"), f"  {outcomes}")
    if not one["sent"]["count"]:
        return
    yield Text(f"  sent {one['sent']['count']}, from {_short(one['sent']['first'])} to {_short(one['sent']['last'])}")
    for told in one["identifiers"]:
        how = "hashed" if told["hashed"] else "in clear"
        span = f"first {_short(told['first'])}, last {_short(told['last'])}"
        yield Text(f"  {shown(told['name']):<22} {how:<9}{told['count']:>9}   {span}")
    for said in one["consent"]:
        source = f"by {said['source']}" if said["source"] else "by nobody"
        yield Text(f"  {said['purpose']:<22} {said['state']:<9}{said['count']:>9}   {shown(source)}", "dim")
    for basis, count in one["basis"].items():
        yield Text(f"  legal ground {shown(basis)}: {count}", "dim")
    if one["limited"]:
        yield Text(f"  limited data use: {one['limited']}", "dim")


def _short(time: str) -> str:
    return f"{time[:19]}Z"
