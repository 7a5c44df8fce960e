"""``tagdock rollback``: the files of a former configuration put back, and the running server told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, err, json_option, out, print_problems, write
from container.cli.diff import print_changes
from container.cli.living import (
    address_of,
    called,
    ended,
    found_version,
    reload_running,
    url_option,
    versions_at,
    versions_option,
)
from container.config.comparison import compare
from container.config.restore import faults, former, restore
from container.config.snapshot import Snapshot, snapshot
from container.config.versions import Versions
from container.registry import discover
from container.web.json import to_bytes


@click.command()
@click.argument("version", required=False)
@config_option
@json_option
@versions_option
@url_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def rollback(
    version: str | None, config: str, as_json: bool, folder: str | None, url: str | None, dry_run: bool
) -> None:
    """Put back the files of VERSION, and have the running server take them over.

    VERSION is the beginning of a hash; without it, the last applied version that is not what the files say now:
    the running one after a change that was refused, the one before after a change that was not. What stands in the
    files now is kept as a version, so that it can be put back too.
    """
    file, kept = Path(config), versions_at(config, folder)
    now = snapshot(file)
    target, name = _target(kept, version, now)
    if target.config != file.name:
        raise ended(f"{name} is of {target.config}; name that file with --config")
    changes, same = compare(now, target, discover(file.parent)), now.files == target.files
    told: dict[str, Any] = {"old": now.hash, "new": target.hash, "changes": [one.to_json() for one in changes]}
    if not as_json:
        out.print(Text(f"from {config} to {name}", "dim"))
        print_changes(changes, same=same)
    if dry_run or same:
        if as_json:
            write(to_bytes({**told, "restored": False, "problems": [], "server": ""}))
        return
    problems = faults(target, file)
    if problems:
        if as_json:
            write(to_bytes({**told, "restored": False, "problems": [one.to_json() for one in problems], "server": ""}))
        else:
            print_problems(problems)
        raise ended(f"nothing was put back: {name} would not start any more")
    try:
        restore(kept, now, target, file.parent, time.time())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ended(f"{error.filename}: {reason}; what was there before is version {now.short}") from None
    server, said, refused = _tell(address_of(config, url), kept)
    if as_json:
        write(to_bytes({**told, "restored": True, "problems": refused, "server": server}))
    else:
        out.print(Text(f"put back {name}; what was there before is version {now.short}", "green"))
        for one in refused:
            place = f"{one['file']}:{one['line']}:{one['column']}: {one['path']}"
            err.print(Text(f"{place}: {one['text']}; {one['hint']}"))
    if server in ("refused", "not told"):
        raise ended(said)
    if not as_json:
        out.print(Text(said, "green" if server == "runs it" else ""))


def _target(versions: Versions, version: str | None, now: Snapshot) -> tuple[Snapshot, str]:
    if version is None:
        version = former(versions, now)
        if version is None:
            raise ended(f"there is no other version of {now.config} in {versions.folder}")
    found = found_version(versions, version)
    return found, called(versions.find(found.hash))


def _tell(url: str, versions: Versions) -> tuple[str, str, list[Any]]:
    """What became of it at the running server, in two words and in a sentence, and the problems it found."""
    answer = reload_running(url, versions)
    if answer is None:
        text = f"no server answers at {url}: one that watches the file takes it over by itself; or start it anew"
        return "no answer", text, []
    if answer.status_code == 200 and answer.json()["reloaded"]:
        return "runs it", f"the server at {url} runs it", []
    if answer.status_code == 422:
        return "refused", f"the server at {url} refused it and goes on with what it runs", answer.json()["problems"]
    reason = "the token is not its own" if answer.status_code == 401 else f"it answered {answer.status_code}"
    return "not told", f"the server at {url} was not told: {reason}; send it SIGHUP, or name it with --url", []
