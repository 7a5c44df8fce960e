"""Reloading: a new configuration is built beside the running one and swapped in whole, or refused with its problems."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from container.config.document import Configuration
from container.config.load import Loaded
from container.config.snapshot import Snapshot, load_with_snapshot, watched
from container.config.versions import Application, How, Versions
from container.metrics import Metrics
from container.problem import Problem
from container.web.reception import Live
from container.web.watch import Watch

log = logging.getLogger("tagdock")

Swap = Callable[[Loaded, Live], Awaitable[list[Problem]]]
"""Makes a sound configuration the running one, between two hits; with an error among the problems it did not."""


@dataclass(slots=True)
class Outcome:
    """What came of one reload: the version that was read, and every problem met; with an error the old one goes on."""

    version: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """What refused it."""
        return [one for one in self.problems if not one.warning]

    def to_json(self) -> dict[str, Any]:
        """The answer to ``POST /-/reload``."""
        problems = [one.to_json() for one in self.problems]
        return {"reloaded": not self.errors, "version": self.version, "problems": problems}


class Reload:
    """Reads the files of a configuration anew whenever asked, one reload at a time.

    Reading takes up to a few hundred milliseconds and is done in a thread, so that hits go on being answered by the
    running configuration. What was applied is kept in ``versions``, None where another worker does that; a disk that
    does not take it never stops a reload.
    """

    def __init__(
        self,
        running: Snapshot,
        file: Path,
        swap: Swap,
        versions: Versions | None,
        metrics: Metrics,
        clock: Callable[[], float],
        environ: Mapping[str, str] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.running = running
        self.versions = versions
        self._file = file
        self._swap = swap
        self._metrics = metrics
        self._clock = clock
        self._environ = environ
        self._lock = asyncio.Lock()
        self._next: asyncio.Task[Outcome] | None = None
        self._looked_at: tuple[tuple[Path, ...], tuple[Path, ...]] = ((), ())
        self._watch = Watch(lambda: watched(self._file, *self._looked_at), sleep)
        self._refused: list[Problem] = []
        self._trouble = ""

    async def started(self) -> None:
        """Keep the version the server started with."""
        await self._record("start", Outcome(self.running.short), self.running)

    async def now(self, how: How) -> Outcome:
        """Read the files and swap. Whoever asks while a reload waits for its turn shares that one."""
        if self._next is None:
            self._next = asyncio.create_task(self._run(how), name="reload")
        return await asyncio.shield(self._next)  # who asked may go away; the reload is done all the same

    async def watch(self) -> None:
        """Reload whenever the files change, until cancelled. A fault is told when it is met, not at every look."""
        await asyncio.to_thread(self._watch.mark)
        while True:
            try:
                await self._watch.changed()
                await self.now("watch")
            except Exception as error:  # noqa: BLE001 - watching goes on whatever a file system or a component does
                log.error("watching %s: %s", self._file, type(error).__name__)

    async def _run(self, how: How) -> Outcome:
        async with self._lock:
            self._next = None
            loaded, snapshot, live = await asyncio.to_thread(self._build)
            self._looked_at = loaded.files or self._looked_at[0], loaded.folders
            outcome = Outcome(snapshot.short, loaded.problems)
            if live is not None:
                outcome.problems = sorted([*loaded.problems, *(await self._swap(loaded, live))])
            again = self._again(how, outcome, snapshot)
            if not outcome.errors:
                self.running, self._refused = snapshot, []
            else:
                self._refused = outcome.errors
            if not again:
                self._tell(outcome)
                await self._record(how, outcome, snapshot)
            return outcome

    def _build(self) -> tuple[Loaded, Snapshot, Live | None]:
        self._watch.mark()
        try:
            loaded, snapshot = load_with_snapshot(self._file, self._environ)
        except Exception as error:  # noqa: BLE001 - whatever a file or a component's code does, the old one goes on
            text = f"reading it failed with {type(error).__name__}"
            hint = "look at what was changed last, component files too"
            return Loaded(None, [Problem(str(self._file), 1, 1, "", "internal", text, hint)]), self.running, None
        live = None if loaded.configuration is None else Live(loaded.configuration, snapshot.short)
        return loaded, snapshot, live

    def _again(self, how: How, outcome: Outcome, snapshot: Snapshot) -> bool:
        """Whether watching met what is known: the same faults, or the files as they run."""
        if how != "watch":
            return False
        if outcome.errors:
            return outcome.errors == self._refused
        if snapshot.hash == self.running.hash and self._refused:
            log.info("%s is again as it runs", self._file)
        return snapshot.hash == self.running.hash

    def _tell(self, outcome: Outcome) -> None:
        if outcome.errors:
            self._metrics.reloads["refused"] += 1
            said = f"{len(outcome.errors)} error{'s' if len(outcome.errors) > 1 else ''}"
            log.error("the configuration was not reloaded, it has %s; the old one goes on", said)
        else:
            self._metrics.reloads["applied"] += 1
            log.info("the configuration was reloaded from %s, version %s", self._file, outcome.version)
        for problem in outcome.problems:
            log.log(logging.WARNING if problem.warning else logging.ERROR, "%s", problem)

    async def _record(self, how: How, outcome: Outcome, snapshot: Snapshot) -> None:
        """Keep what was applied and note what was tried; a disk that does not take it is told once."""
        versions, now, errors = self.versions, self._clock(), len(outcome.errors)
        if versions is None or not (snapshot.files or errors):
            return
        note = Application(now, snapshot.hash, snapshot.config, how, "refused" if errors else "applied", errors)

        def write() -> None:
            if not errors:
                versions.keep(snapshot, now)
            versions.note(note)

        try:
            await asyncio.to_thread(write)
            self._trouble = ""
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            if reason != self._trouble:
                self._trouble = reason
                log.warning("this version is not kept in %s: %s", versions.folder, reason)


def read_at_start(configuration: Configuration) -> dict[str, Any]:
    """The settings a running server keeps, by their path in the file."""
    delivery = configuration.delivery
    found: dict[str, Any] = {
        "container.listen": configuration.container.listen,
        "container.log": configuration.container.log,
        "container.loader": configuration.container.loader,
        "delivery.to": delivery.to,
        "delivery.outbox": delivery.outbox,
    }
    groups = (
        ("batch", delivery.batch),
        ("retry", delivery.retry),
        ("limit", delivery.limit),
        ("ledger", delivery.ledger),
    )
    for name, section in groups:
        found |= {f"delivery.{name}.{option}": getattr(section, option) for option in section.options}
    return found


def needs_restart(loaded: Loaded, path: str) -> Problem:
    """The warning for a setting that was changed in the file and is not applied."""
    text, hint = "this is read at start only", "restart the server to apply it"
    return _problem(loaded, path, "restart", text, hint, warning=True)


def retyped(loaded: Loaded, name: str, was: str, now: str, waiting: int) -> Problem:
    """The error for a name that means another vendor now, while payloads made for the former wait under it."""
    wait = "1 payload waits that was" if waiting == 1 else f"{waiting} payloads wait that were"
    text = f"{wait} made by {was}, and {now} cannot send them"
    hint = f"give the {now} a name of its own, or reload when nothing waits any more"
    return _problem(loaded, f"tags.{name}", "retyped", text, hint)


def _problem(loaded: Loaded, path: str, kind: str, text: str, hint: str, *, warning: bool = False) -> Problem:
    """A problem at the last node there is on the way to a path."""
    node = loaded.top
    for word in path.split("."):
        if node is not None and word in node.items:
            node = node.items[word]
    line, column = (node.line, node.column) if node is not None else (1, 1)
    return Problem(node.file if node is not None else "", line, column, path, kind, text, hint, warning=warning)
