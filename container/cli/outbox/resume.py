"""``tagdock outbox resume``: destinations that are parked go on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.text import Text

from container.cli.common import config_option, err, json_option, out, shown, write
from container.cli.living import address_of, reload_running, running_version, url_option
from container.cli.outbox.files import Files
from container.cli.outbox.words import name
from container.config.versions import Versions
from container.outbox.resume import Parked, parked
from container.outbox.resume import resume as resumed
from container.problem import nearest
from container.web.json import to_bytes

SOON = "the running server notices within five seconds"
NOBODY = "no server answers at {}: the next one that is started goes on with it"


@click.command()
@config_option
@json_option
@url_option
@click.argument("tag", required=False, default="")
@click.argument("destination", required=False)
def resume(config: str, as_json: bool, url: str | None, tag: str, destination: str | None) -> None:
    """Let parked destinations go on: all, those of TAG, or the one to DESTINATION.

    Without TAG a running server also reads its configuration anew, and tries at once what fails elsewhere. Where what
    is named is not parked, those that are are listed, and it ends with 1.
    """
    files = Files(config)
    stopped = [one for _, some in files.each(parked) for one in some]
    if tag and not any(_named(one, tag, destination) for one in stopped):
        _not_there(files, stopped, tag, destination, as_json)
    found = [one for _, some in files.each(lambda path: resumed(path, time.time(), tag, destination)) for one in some]
    said = _tell(address_of(config, url), files.first, everything=not tag)
    if as_json:
        told: dict[str, Any] = {"outbox": str(files.first), "server": said}
        told["resumed"] = [{"tag": one.tag, "destination": one.destination, "parked": one.reason} for one in found]
        write(to_bytes(told))
        return files.end()
    for one in found:
        out.print(Text(f"{name(one)} goes on; it was parked: {shown(one.reason)}"))
        if one.tag not in files.tags:
            out.print(Text(f"{shown(one.tag)} is not in the configuration: it is parked again until it is", "yellow"))
    if not found:
        out.print("nothing is parked")
    out.print(Text(said))
    return files.end()


def _named(one: Parked, tag: str, destination: str | None) -> bool:
    return one.tag == tag and destination in (None, one.destination)


def _not_there(files: Files, stopped: list[Parked], tag: str, destination: str | None, as_json: bool) -> NoReturn:
    """Say that what was named is not parked, and what is; ends with 1."""
    names = sorted({name(one) for one in stopped})
    wanted = shown(f"{tag} {destination or ''}".strip())
    unknown = "" if tag in files.tags or tag in {one.tag for one in stopped} else "no tag of the configuration, and "
    meant = nearest(wanted, names) if names else None
    err.print(Text(f"'{wanted}' is {unknown}not parked" + (f"; did you mean '{meant}'?" if meant else "")))
    err.print(Text(f"parked: {', '.join(names)}" if names else "nothing is parked"))
    if as_json:
        there = [{"tag": one.tag, "destination": one.destination, "parked": one.reason} for one in stopped]
        write(to_bytes({"outbox": str(files.first), "server": "", "resumed": [], "parked": there}))
    raise SystemExit(1)


def _tell(url: str, outbox: Path, *, everything: bool) -> str:
    """Have a running server go on at once, as far as it can be told; in words how that went."""
    if not everything:
        return SOON if running_version(url) else NOBODY.format(url)
    answer = reload_running(url, Versions(outbox.parent / "versions"), how="request")
    if answer is None:
        return NOBODY.format(url)
    if answer.status_code == 200:
        return f"the server at {url} goes on at once"
    if answer.status_code == 422:
        return f"{SOON}; it refused to read its configuration anew, see tagdock lint"
    reason = "the token is not its own" if answer.status_code == 401 else f"it answered {answer.status_code}"
    return f"the server at {url} was not told, {reason}; one that has this outbox notices within five seconds"
