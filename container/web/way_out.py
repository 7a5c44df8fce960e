"""The way out: the outboxes of one server and the delivery out of them, by the tags that are in force."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping

from container.component import Request, Response, Tag
from container.config.document import Configuration
from container.delivery import Delivery
from container.delivery.attempt import Attempt
from container.journal import Journal
from container.metrics import Metrics
from container.outbox import Outbox, open_outbox
from container.outbox.files import file_of
from container.transport import Transport
from container.web.adoption import Adoption
from container.web.console.refusals import Listening
from container.web.workers import Workers

log = logging.getLogger("tagdock")


class WayOut:
    """This worker's outbox and delivery, and those of files that it adopts, at the pace the server started with.

    ``tags`` are those in force, and those that are gone, whose payloads are still delivered. ``own`` is where the
    stand-in for the vendors is reached; ``refused`` is told of what a vendor refused, ``attempted`` of every request.
    """

    def __init__(
        self,
        configuration: Configuration,
        workers: Workers,
        own: str,
        clock: Callable[[], float],
        metrics: Metrics,
        *,
        refused: Callable[[Request, Response], None],
        attempted: Callable[[Attempt], None],
    ) -> None:
        self.tags: Mapping[str, Tag] = configuration.tags
        self._settings = configuration.delivery
        self._workers = workers
        self._own = own
        self._clock = clock
        self._metrics = metrics
        self._refused = refused
        self._attempted = attempted
        self.transport = Transport()
        self.outbox = self._open(workers.index)
        self.delivery = self._deliver(self.outbox)
        self.adoption = Adoption(self._settings.store, workers, self._adopt)

    def endpoint(self, tag: Tag) -> str:
        """Where a tag's requests go: the vendor when live, the stand-in in this very server otherwise."""
        if self._settings.to == "live":
            return tag.endpoint
        return f"{self._own}{tag.sandbox}"

    def waiting(self) -> Counter[str]:
        """How many payloads wait under the name of each tag."""
        found: Counter[str] = Counter()
        for outbox in self._outboxes():
            for group in outbox.groups().values():
                found[group.tag] += group.pending
        return found

    def change(self, tags: Mapping[str, Tag]) -> None:
        """Let these be the tags in force. To be followed by ``changed``."""
        self.tags = {**self.tags, **tags}

    async def changed(self) -> None:
        """Set apart what tags made that were of another type, and let destinations go on that were parked: the new
        file may hold the credentials they wait for. Raises ``OutboxError``."""
        outboxes = self._outboxes()
        await asyncio.sleep(0)  # what is routed already is put: it was made by the tags as they were
        for outbox in outboxes:
            await outbox.retype(self._types())
        await self.delivery.unpark()
        await self.adoption.unpark()

    def say_waiting(self, text: str, *, or_none: bool = False) -> None:
        """Say how many payloads wait in this worker's file; that none does only where it is asked for."""
        pending = sum(group.pending for group in self.outbox.groups().values())
        if pending or (or_none and not self.outbox.trouble()):  # a file in trouble may never have been read
            wait = {0: "no payload waits", 1: "1 payload waits"}.get(pending, f"{pending} payloads wait")
            log.info(text, wait, file_of(self._settings.store, self._workers.index))

    async def stop(self, grace: float) -> None:
        """Send what can be sent within ``grace`` seconds, then leave the rest in its files."""
        await asyncio.gather(self.delivery.stop(grace), self.adoption.close(grace))

    def _outboxes(self) -> list[Outbox]:
        return [self.outbox, *(one.outbox for one in self.adoption.adopted.values())]

    def _types(self) -> dict[str, str]:
        return {name: tag.type for name, tag in self.tags.items()}

    def _open(self, worker: int) -> Outbox:
        """The outbox of a worker, not opened yet."""
        settings = self._settings
        return open_outbox(
            settings.store,
            max_bytes=settings.limit.bytes,
            max_pending=settings.limit.payloads,
            max_age=settings.limit.age,
            worker=worker,
            workers=self._workers.count,
            clock=self._clock,
            ledger=(settings.ledger.keep, settings.ledger.bytes),
            deaths=self._metrics.deaths_of(worker),
            types=self._types(),
        )

    def _deliver(self, outbox: Outbox) -> Delivery:
        """Delivery out of an outbox, not started yet."""
        settings = self._settings
        return Delivery(
            outbox,
            Journal(Listening(self.transport, self._refused)),
            lambda: self.tags,
            self.endpoint,
            batch_count=settings.batch.at_most,
            batch_wait=settings.batch.wait,
            retry_first=settings.retry.first,
            retry_longest=settings.retry.longest,
            give_up_after=settings.retry.give_up_after,
            clock=self._clock,
            watch=self._attempted,
        )

    def _adopt(self, worker: int) -> tuple[Outbox, Delivery]:
        outbox = self._open(worker)
        return outbox, self._deliver(outbox)
