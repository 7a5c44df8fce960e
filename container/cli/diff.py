"""``tagdock diff``: what changed between two configurations, in the words of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.cli.living import called, ended, found_version, on_disk, versions_at, versions_option
from container.config.comparison import compare
from container.config.difference import ABSENT, Change
from container.config.redact import literal
from container.config.snapshot import Snapshot
from container.config.versions import Versions
from container.registry import discover
from container.web.json import to_bytes

SIGNS = {
    "added": ("+", "green"),
    "removed": ("-", "red"),
    "changed": ("~", "yellow"),
    "moved": (">", "cyan"),
    "renamed": ("=", "cyan"),
}

LONGEST = 160
"""Characters of a value that are shown; JSON has all of it."""


@click.command()
@click.argument("old", metavar="[A]", required=False)
@click.argument("new", metavar="[B]", required=False)
@config_option
@json_option
@versions_option
def diff(old: str | None, new: str | None, config: str, as_json: bool, folder: str | None) -> None:
    """Show what changed from A to B: tag added, trigger changed.

    A and B are files, or versions by the beginning of their hash. Without B it is the file on disk; without both,
    the version that was applied last is compared with it. Secrets are never shown.
    """
    kept = versions_at(config, folder)
    before, from_ = _last(kept, config) if old is None else _named(kept, old)
    after, to = (on_disk(config), config) if new is None else _named(kept, new)
    changes = compare(before, after, discover(Path(config).parent))
    if as_json:
        ends: dict[str, Any] = {"old": before.hash, "new": after.hash}
        write(to_bytes({**ends, "changes": [one.to_json() for one in changes]}))
        return
    out.print(Text(f"from {from_} to {to}", "dim"))
    print_changes(changes, same=before.files == after.files)


def print_changes(changes: Sequence[Change], *, same: bool) -> None:
    """Each change on a line; ``same`` says that the very texts are the same."""
    for one in changes:
        sign, style = SIGNS[one.action]
        line = Text.assemble((f"{sign} ", style), (f"{shown(one.sort)} {one.action}", style))
        place, said = shown(one.place), shown(_said(one))
        line.append(f": {place}" if place else "", "bold")
        line.append(f": {said}" if said else "")
        out.print(line)
    if not changes:
        out.print("nothing changed" if same else "nothing changed but how it is written: layout, comments, order")


def _said(change: Change) -> str:
    """What is told of a change behind its place."""
    old, new = change.old, change.new
    if change.action == "renamed":
        return f"was {old}"
    if change.action == "moved":
        return f"{old} -> {new}"
    if change.action != "changed" or change.sort == "file":
        value = new if old is ABSENT else old
        return "" if value is ABSENT else value if change.sort == "file" else _short(value)
    if isinstance(old, list) and isinstance(new, list):
        come, gone = ([one for one in here if one not in there] for here, there in ((new, old), (old, new)))
        if not come and not gone:
            return f"{_short(old)} -> {_short(new)}, another order"
        if len(literal([old, new])) > LONGEST:
            words = (("with", come), ("without", gone))
            return "; ".join(f"{word} {_short(ones)}" for word, ones in words if ones)
    return f"{_value(old)} -> {_value(new)}"


def _value(value: Any) -> str:
    return "nothing" if value is ABSENT else _short(value)


def _short(value: Any) -> str:
    text = literal(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _last(versions: Versions, config: str) -> tuple[Snapshot, str]:
    last = versions.last(Path(config).name)
    if last is None:
        raise ended(f"no version of {config} in {versions.folder} yet; name two files, or start tagdock serve")
    return found_version(versions, last.hash), called(last)


def _named(versions: Versions, name: str) -> tuple[Snapshot, str]:
    if Path(name).is_file():
        return on_disk(name), name
    if "." in name or "/" in name:
        raise ended(f"there is no file '{name}'")
    found = found_version(versions, name)
    return found, called(versions.find(found.hash))
