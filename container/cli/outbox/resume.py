"""``tagdock outbox resume``: destinations that are parked go on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.cli.living import address_of, reload_running, running_version, url_option
from container.cli.outbox.files import Files
from container.cli.outbox.words import name
from container.config.versions import Versions
from container.outbox.resume import resume as resumed
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

    Without TAG a running server also reads its configuration anew, and tries at once what fails elsewhere.
    """
    files = Files(config)
    files.must_know(tag)
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
        out.print("nothing is parked" + (" there" if tag else ""))
    out.print(Text(said))
    return files.end()


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
