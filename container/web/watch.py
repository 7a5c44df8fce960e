"""Watching: whether files changed since they were last read, seen by their times, believed by their content."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

EVERY = 1.0
"""Seconds between two looks. A look asks the file system for the times of a few files and reads none of them."""

SETTLE = 0.2
"""Seconds in which nothing may change before files count as written: half of a file must not be taken for all of it."""

MOST_LOOKS = 50
"""Looks after which files that never come to rest are read all the same."""

Look = dict[Path, tuple[int, ...] | None]


class Watch:
    """Watches the files and folders that ``paths`` names at the time; missing ones may appear, all may be replaced.

    Times alone are no change: a file that was touched, or written anew as it was, is told from one that says
    something else.
    """

    def __init__(
        self, paths: Callable[[], Iterable[Path]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._paths = paths
        self._sleep = sleep
        self._seen: Look = {}
        self._content = b""

    def mark(self) -> None:
        """Take the files as they are now for known; to be called before they are read. Waits for the disk."""
        self._seen = self.look()
        self._content = _content(self._seen)

    async def changed(self) -> None:
        """Return when the files say something else than when they were marked, and are written to the end."""
        while True:
            await self._sleep(EVERY)
            look = await asyncio.to_thread(self.look)
            if look == self._seen:
                continue
            look = await self._settled(look)
            content = await asyncio.to_thread(_content, look)
            self._seen = look
            if content != self._content:
                self._content = content
                return

    async def _settled(self, look: Look) -> Look:
        for _ in range(MOST_LOOKS):
            await self._sleep(SETTLE)
            before, look = look, await asyncio.to_thread(self.look)
            if before == look:
                break
        return look

    def look(self) -> Look:
        """How the files and folders are just now, by their times and sizes. Waits for the disk."""
        return {path: _state(path) for path in self._paths()}


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _content(look: Look) -> bytes:
    """A digest of what stands in the files and of the names in the folders."""
    hashed = hashlib.sha256()
    for path in look:
        try:
            data = "\n".join(sorted(os.listdir(path))).encode(errors="replace") if path.is_dir() else path.read_bytes()
        except (OSError, ValueError):
            data = None
        hashed.update(f"{path}\0{-1 if data is None else len(data)}\0".encode(errors="replace"))
        hashed.update(data or b"")
    return hashed.digest()
