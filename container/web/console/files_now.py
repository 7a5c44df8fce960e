"""The files now: what a configuration's files come to, and what the running one says; read when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from container.config.load import Loaded
from container.config.snapshot import Snapshot, load_with_snapshot, watched
from container.problem import Problem
from container.registry import discover
from container.web.console.mapping import words_of
from container.web.watch import Look, Watch

Words = dict[str, dict[str, str]]


class FilesNow:
    """Keeps what it read last, so that a page that is looked at again and again costs the server next to nothing."""

    def __init__(self, file: Path, environ: Mapping[str, str] | None) -> None:
        self._file, self._environ = file, environ
        self._looked_at: tuple[tuple[Path, ...], tuple[Path, ...]] = ((), ())
        self._watch = Watch(lambda: watched(self._file, *self._looked_at))
        self._seen: Look = {}
        self._found: tuple[Loaded, Snapshot] | None = None
        self._words: tuple[str, Words] = ("", {})
        self._lock = asyncio.Lock()

    async def look(self) -> tuple[Loaded, Snapshot]:
        """What the files come to as they are now, and their texts. Nothing is taken over; never raises."""
        async with self._lock:
            return await asyncio.to_thread(self._look)

    async def words(self, running: Snapshot) -> Words:
        """Each entry of the running configuration as it is written."""
        async with self._lock:
            if self._words[0] != running.hash:
                self._words = running.hash, await asyncio.to_thread(self._read_words, running)
            return self._words[1]

    def _look(self) -> tuple[Loaded, Snapshot]:
        before = self._watch.look()
        if self._found is not None and before == self._seen:
            return self._found
        try:
            found = load_with_snapshot(self._file, self._environ)
        except Exception as error:  # noqa: BLE001 - whatever a file or a component's code does, the page is shown
            text = f"reading it failed with {type(error).__name__}"
            hint = "look at what was changed last, component files too"
            problem = Problem(str(self._file), 1, 1, "", "internal", text, hint)
            return Loaded(None, [problem]), Snapshot(self._file.name, {})
        self._looked_at = found[0].files or self._looked_at[0], found[0].folders
        after = self._watch.look()
        # What changed while it was read is read again at the next look.
        self._seen = after if all(after.get(path) == state for path, state in before.items()) else {}
        self._found = found
        return found

    def _read_words(self, running: Snapshot) -> Words:
        return words_of(running, discover(self._file.parent))
