"""``tagdock rollback``: the files of a former configuration put back, and the running server told."""

from __future__ import annotations

import time
from pathlib import Path

import click
from rich.text import Text

from container.cli.common import config_option, err, out, print_problems
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


@click.command()
@click.argument("version", required=False)
@config_option
@versions_option
@url_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def rollback(version: str | None, config: str, folder: str | None, url: str | None, dry_run: bool) -> None:
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
    out.print(Text(f"from {config} to {name}", "dim"))
    print_changes(compare(now, target, discover(file.parent)), same=now.files == target.files)
    if dry_run or now.files == target.files:
        return
    problems = faults(target, file)
    if problems:
        print_problems(problems)
        raise ended(f"nothing was put back: {name} would not start any more")
    try:
        restore(kept, now, target, file.parent, time.time())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ended(f"{error.filename}: {reason}; what was there before is version {now.short}") from None
    out.print(Text(f"put back {name}; what was there before is version {now.short}", "green"))
    _tell(address_of(config, url), kept)


def _target(versions: Versions, version: str | None, now: Snapshot) -> tuple[Snapshot, str]:
    if version is None:
        version = former(versions, now)
        if version is None:
            raise ended(f"there is no other version of {now.config} in {versions.folder}")
    found = found_version(versions, version)
    return found, called(versions.find(found.hash))


def _tell(url: str, versions: Versions) -> None:
    answer = reload_running(url, versions)
    if answer is None:
        out.print(f"no server answers at {url}: one that watches the file takes it over by itself; or start it anew")
    elif answer.status_code == 200 and answer.json()["reloaded"]:
        out.print(Text(f"the server at {url} runs it", "green"))
    elif answer.status_code == 422:
        for one in answer.json()["problems"]:
            err.print(Text(f"{one['file']}:{one['line']}:{one['column']}: {one['path']}: {one['text']}; {one['hint']}"))
        raise ended(f"the server at {url} refused it and goes on with what it runs")
    else:
        reason = "the token is not its own" if answer.status_code == 401 else f"it answered {answer.status_code}"
        raise ended(f"the server at {url} was not told: {reason}; send it SIGHUP, or name it with --url")
