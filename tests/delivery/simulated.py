"""Simulated time: an event loop whose hours pass in seconds, beside a real outbox on a real disk."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from container.outbox import Outbox

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Where asyncio would sleep the clock is put forward. What is asked of the disk is waited for and takes no time."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.busy = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.busy and timeout != 0:
            return super().select(None)
        events = super().select(0)
        if not events and timeout:
            self.passed += timeout
        return events


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, which begins at 0."""

    def __init__(self) -> None:
        self.ours = _Selector()
        super().__init__(self.ours)

    def time(self) -> float:
        return self.ours.passed

    def waited_for(self, outbox: Outbox) -> Outbox:
        """The outbox, such that time stands still while it is asked something."""
        return cast(Outbox, _Waited(outbox, self.ours))


class _Waited:
    def __init__(self, outbox: Outbox, selector: _Selector) -> None:
        self._outbox = outbox
        self._selector = selector

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._outbox, name)
        if not asyncio.iscoroutinefunction(asked):
            return asked

        async def waited(*arguments: Any, **options: Any) -> Any:
            self._selector.busy += 1
            try:
                return await asked(*arguments, **options)
            finally:
                self._selector.busy -= 1

        return waited


def simulate(work: Callable[[SimulatedLoop], Awaitable[T]]) -> T:
    """Do the work on a loop of its own and close it."""
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()
