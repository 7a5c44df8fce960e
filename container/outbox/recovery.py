"""The recovery: brings back what can be read of files that were set aside, beside what goes on, and says how much."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from container.outbox.aside import Aside, told_by
from container.outbox.outbox import OutboxError, OutboxUnavailable
from container.outbox.salvage import Salvaged, salvage
from container.outbox.salvaging import SalvagingStore

_AGAIN_AFTER = 1.0


class Recovery:
    """One file after the other. ``ask`` has the thread of ``store`` do something inside a transaction."""

    def __init__(self, path: Path, store: SalvagingStore, ask: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        self._path = path
        self._store = store
        self._ask = ask
        self._task: asyncio.Task[None] | None = None
        self.notices: list[str] = []

    def begin(self) -> None:
        """Start with the next file, if there is one and none is being read."""
        if self._store.unfinished and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._bring_back(self._store.unfinished[0]))

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        if self._task is not None:
            await asyncio.sleep(0)  # a task that never began could not say that it did not end
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _bring_back(self, name: str) -> None:
        aside = self._path.with_name(name)
        one = Aside(name)
        try:
            one = await self._surely(lambda: self._store.expect(name, None))
            # What an earlier run brought back is passed over: the file has not changed since.
            found = _rest(salvage(aside), one)
            if aside.exists():
                told = await asyncio.to_thread(told_by, aside)
                one = await self._surely(lambda: self._store.expect(name, told))
                while (some := await asyncio.to_thread(_next, found)) is not None:
                    one = await self._accept_again(some, name) or one
            one = await self._surely(lambda: self._store.settle(name))
        finally:
            self.notices.append(f"outbox {self._path}: {in_a_line(one)}")

    async def _accept_again(self, some: Salvaged, name: str) -> Aside | None:
        """Keep what was salvaged, however long the disk takes; a part at fault does not take the others with it."""
        try:
            kept: Aside = await self._surely(lambda: self._store.salvage(some, name))
        except OutboxError:
            parts = [Salvaged([one]) for one in some.pending] + [Salvaged([], [one]) for one in some.dead]
            parts += [Salvaged(pages=[one]) for one in some.pages]
            last = None
            for part in parts if len(parts) > 1 else ():
                last = await self._accept_again(part, name) or last
            return last
        return kept

    async def _surely(self, work: Callable[[], Any]) -> Any:
        while True:
            try:
                return await self._ask(work)
            except OutboxUnavailable:
                await asyncio.sleep(_AGAIN_AFTER)


def in_a_line(one: Aside) -> str:
    """What became of a file that was set aside."""
    if not one.known:
        return f"{one.name} was set aside, and nothing is known of what it held"
    said = "is finished" if one.finished else "is not finished (a running server is at it, else the next one goes on)"
    beside = f", with {one.entries} entries of the ledger" if one.entries else ""
    words = (
        f"the salvage of {one.name} {said}: {one.pending} payloads are pending again and {one.dead} dead letters are "
        f"kept{beside}"
    )
    if not one.finished:
        return f"{words}; {one.missing} more were in it" if one.missing else words
    if one.lost:
        return f"{words}; {one.lost} payloads could not be read, they are dead: lost in a damaged file"
    return words if one.counted else f"{words}; how much else it held is not known"


def _next(found: Iterator[Salvaged]) -> Salvaged | None:
    return next(found, None)


def _rest(found: Iterator[Salvaged], before: Aside) -> Iterator[Salvaged]:
    """What comes after that which was brought back before."""
    pending, dead, pages = before.pending, before.dead, before.pages
    for some in found:
        left = Salvaged(some.pending[pending:], some.dead[dead:], some.pages[pages:])
        pending, dead = max(0, pending - len(some.pending)), max(0, dead - len(some.dead))
        pages = max(0, pages - len(some.pages))
        if left.pending or left.dead or left.pages:
            yield left
