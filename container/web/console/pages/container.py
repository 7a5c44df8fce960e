"""The page Container: the running configuration as a map, its files' faults, its versions, the ledger's summary."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from container.ledger.cells import cells
from container.ledger.summary import summary
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError
from container.problem import Problem
from container.web.console.by_pixel import by_pixel
from container.web.console.mapping import map_of
from container.web.console.page import Ask, Page
from container.web.console.trying import example

VERSIONS = 20
"""Versions that are listed."""

DAYS = 7.0
"""Days of the ledger that are summed up."""


async def data(ask: Ask) -> dict[str, Any]:
    """The map with its counts, problems of the files as they are now, the versions, who was sent what."""
    app, reloading = ask.app, ask.app.reloading
    file = Path(app.configuration.file)
    known = await app.desk.peers.known()
    loaded, on_disk = await app.desk.files.look()
    problems = [problem(one, file.parent) for one in loaded.problems]
    shown = map_of(app.configuration, await app.desk.files.words(reloading.running), known.flow)
    versions = await asyncio.to_thread(_versions, ask)
    ledger, trouble = await asyncio.to_thread(_ledger, ask)
    return {
        "file": app.configuration.file,
        "running": reloading.running.short,
        "changed": on_disk.hash != reloading.running.hash,
        "problems": problems,
        "since": known.flow.since,
        "began": known.flow.began,
        "silent": known.silent,
        "unclaimed": known.flow.unclaimed,
        "map": shown,
        "versions": versions,
        "ledger": ledger,
        "ledger_days": DAYS,
        "ledger_trouble": trouble,
        "example": example(ask),
    }


def problem(one: Problem, folder: Path) -> dict[str, Any]:
    """A problem as ``tagdock lint --json`` tells it, its file as seen from the configuration's folder."""
    told = one.to_json()
    path = Path(one.file)
    return {**told, "file": str(path.relative_to(folder)) if path.is_relative_to(folder) else one.file}


def _versions(ask: Ask) -> list[dict[str, Any]]:
    versions = ask.app.reloading.versions
    if versions is None:
        return []
    running = ask.app.reloading.running.hash
    own = [one for one in versions.list() if one.config == Path(ask.app.configuration.file).name]
    return [{**one.to_json(), "short": one.hash[:12], "running": one.hash == running} for one in own[:VERSIONS]]


def _ledger(ask: Ask) -> tuple[list[dict[str, Any]], str]:
    """Which identifiers every tag sent of late, and what became of it; why that cannot be told."""
    try:
        paths = files_of(ask.app.configuration.delivery.store).values()
        return by_pixel(summary(cells(paths, since=ask.app.desk.clock() - DAYS * 86400))), ""
    except (OutboxError, OSError) as error:
        return [], str(error)


PAGE = Page("/container", "Container", "container.html", data, place=6, scripts=("again.js",))
