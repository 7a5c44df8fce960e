"""``tagdock versions``: the configurations that were applied, newest first, and which of them is running."""

from __future__ import annotations

import click
from rich.table import Table
from rich.text import Text

from container.cli.common import WIDTH, config_option, json_option, out, shown, write
from container.cli.living import address_of, running_version, time_of, url_option, versions_at, versions_option
from container.config.snapshot import SHORT
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@versions_option
@url_option
def versions(config: str, as_json: bool, folder: str | None, url: str | None) -> None:
    """List the configurations that were applied, the last one first.

    Each is kept whole, with its included files and components, by the hash of its texts.
    """
    kept = versions_at(config, folder)
    found = kept.list()
    running = running_version(address_of(config, url)) if found else ""
    states = [bool(running) and one.hash.startswith(running) for one in found]
    if as_json:
        rows = [{**one.to_json(), "running": state} for one, state in zip(found, states, strict=True)]
        write(to_bytes({"folder": str(kept.folder), "versions": rows}))
        return
    if not found:
        out.print(Text(f"no version in {kept.folder} yet; tagdock serve keeps each one it applies"))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("version", "applied", "how", "times", "files", ""):
        justify = "right" if column in {"times", "files"} else "left"
        table.add_column(column, header_style="dim", justify=justify, no_wrap=True)  # type: ignore[arg-type]
    last = kept.last()
    for one, state in zip(found, states, strict=True):
        note = "running" if state else "last applied" if not running and one == last else ""
        applied = time_of(one.applied) if one.applied is not None else "never"
        file = shown(one.config) if len(one.files) == 1 else f"{shown(one.config)} and {len(one.files) - 1}"
        style = "bold green" if state else ""
        table.add_row(one.hash[:SHORT], applied, one.how or "-", str(one.times), Text(file), note, style=style)
    out.print(table, width=max(out.width, WIDTH))
    refused = [one for one in kept.applications() if one.outcome == "refused"]
    if refused and (last is None or refused[-1].time > (last.applied or 0)):
        said = f"refused since, {time_of(refused[-1].time)}: {refused[-1].errors} errors; see tagdock lint"
        out.print(Text(said.replace("1 errors", "1 error"), "yellow"))
