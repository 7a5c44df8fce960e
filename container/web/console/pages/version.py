"""The page of a version: what it changed when it was applied, what going back to it would change, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from container.config.comparison import compare
from container.config.difference import ABSENT, Change
from container.config.redact import literal
from container.config.restore import faults, restore
from container.config.snapshot import SHORT, Snapshot, snapshot
from container.config.versions import VersionError, Versions
from container.registry import discover
from container.web.console.page import Ask, Done, Missing, Page, Refused
from container.web.console.pages.container import problem

_LONGEST = 300


async def data(ask: Ask) -> dict[str, Any]:
    """The version with both differences, and what would keep it from starting again."""
    file = Path(ask.app.configuration.file)
    versions, target = _found(ask)
    return await asyncio.to_thread(_data, ask, file, versions, target)


async def rollback(ask: Ask, form: Mapping[str, str]) -> Done:
    """Put the files of this version back and have every worker take them over."""
    file = Path(ask.app.configuration.file)
    versions, target = _found(ask)
    now = await asyncio.to_thread(snapshot, file)
    if form.get("now", "") not in ("", now.hash):
        raise Refused("The files changed since this page was shown. Look at the difference again.")
    if now.files == target.files:
        return Done("The files say this already; nothing was done.", bad=True)
    problems = await asyncio.to_thread(faults, target, file)
    if problems:
        return Done(f"Nothing was put back: it would not start any more ({problems[0].text}).", bad=True)
    try:
        await asyncio.to_thread(restore, versions, now, target, file.parent, ask.app.desk.clock())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Done(f"{error.filename}: {reason}; what was there before is version {now.short}.", bad=True)
    outcome = await ask.app.reload("rollback")
    told = {"version": target.short, "before": now.short, **outcome.to_json()}
    if outcome.errors:
        text = f"The files were put back, and the server goes on as it was: {outcome.errors[0].text}"
        return Done(text, "/container", told, bad=True)
    await ask.app.workers.ask("POST", "/-/reload?how=rollback", within=30.0)
    return Done(f"Version {target.short} runs. What was there before is {now.short}.", "/container", told)


def _found(ask: Ask) -> tuple[Versions, Snapshot]:
    versions = ask.app.reloading.versions
    if versions is None:
        raise Missing("This worker keeps no versions.")
    try:
        found = versions.read(ask.path["id"][:64])
    except VersionError as error:
        raise Missing(str(error)) from None
    if found.config != Path(ask.app.configuration.file).name:
        raise Missing(f"That version is of {found.config}.")
    return versions, found


def _data(ask: Ask, file: Path, versions: Versions, target: Snapshot) -> dict[str, Any]:
    now = snapshot(file)
    registry = discover(file.parent)
    listed = [one for one in versions.list() if one.config == target.config]
    about = next(one for one in listed if one.hash == target.hash)
    before = _before(versions, target.hash)
    earlier = None
    if before:
        try:
            earlier = versions.read(before)
        except VersionError:
            before = ""  # it was tidied away or damaged
    return {
        "short": target.short,
        "hash": target.hash,
        "now": now.hash,
        "applied": about.applied,
        "how": about.how,
        "times": about.times,
        "files": about.files,
        "running": target.hash == ask.app.reloading.running.hash,
        "same": now.files == target.files,
        "before": before[:SHORT],
        "changed": [told(one) for one in compare(earlier, target, registry)] if earlier is not None else [],
        "back": [told(one) for one in compare(now, target, registry)],
        "faults": [problem(one, file.parent) for one in faults(target, file)],
    }


def _before(versions: Versions, wanted: str) -> str:
    """The version that ran before this one was first applied, "" when none did."""
    before = ""
    for one in versions.applications():
        if one.outcome == "applied":
            if one.version == wanted:
                return before
            before = one.version
    return ""


def told(change: Change) -> dict[str, Any]:
    """A change with its values as they could be written, on one line."""
    values = {word: _short(value) for word, value in (("old", change.old), ("new", change.new)) if value is not ABSENT}
    return {"action": change.action, "sort": change.sort, "place": change.place, **values}


def _short(value: Any) -> str:
    text = value if isinstance(value, str) and "\n" not in value else literal(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


PAGE = Page("/container/version/{id}", "Version", "version.html", data, actions={"rollback": rollback})
