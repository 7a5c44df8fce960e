"""What a store does with a file that was set aside: notes it, takes in what is read of it, books the rest as lost."""

from __future__ import annotations

import sqlite3

import msgspec

from container.component import Entry
from container.outbox import aside, schema
from container.outbox.aside import Aside, Waiting
from container.outbox.books import Name
from container.outbox.outbox import LOST
from container.outbox.overflow import as_made
from container.outbox.profile import clean
from container.outbox.salvage import Salvaged
from container.outbox.store import Store


class SalvagingStore(Store):
    """A store that brings back what it can of its predecessors. Every verb is inside the caller's transaction."""

    unfinished: tuple[str, ...] = ()
    """Names of the files whose salvage is not finished; read by other threads."""

    _held: Waiting = {}

    def open(self) -> sqlite3.Connection:
        """As ever; a file that was set aside is noted, with what memory knows was waiting in it."""
        if self._connection is not None:
            return self._connection
        pending = {name: (group.pending, 0) for name, group in self.groups.items() if group.pending}
        connection = super().open()
        if self.database.set_aside:
            self._held = aside.more_of(self._held, pending)  # kept for the case that they cannot be noted now
            for path, why, time in self.database.set_aside:
                note = Aside(path.name, time, why, counted=bool(self._held), waiting=dict(self._held))
                aside.write(connection, note)
            self.database.set_aside, self._held = [], {}
        self.unfinished = tuple(one.name for one in aside.asides(connection) if not one.finished)
        return connection

    def expect(self, name: str, told: tuple[Waiting, list[Aside]] | None) -> Aside:
        """Note what the books of a file say was waiting in it, where that is more than is known; gives what is."""
        connection = self.open()
        one = self._aside(name)
        if told is not None and not (one.pending or one.dead or one.pages):
            one.waiting, one.counted = aside.more_of(one.waiting or {}, told[0]), True
            aside.write(connection, one)
            known = {before.name for before in aside.asides(connection)}
            for before in told[1]:
                if before.name not in known:
                    aside.write(connection, before)
        return one

    def salvage(self, found: Salvaged, name: str) -> Aside:
        """Accept anew what was read of a damaged file, over any limit: it was accepted once. Gives what is noted."""
        one = self._aside(name)
        waiting = one.waiting or {}
        if found.pending:
            self.put([_alone(entry) for entry in found.pending], limited=False)
        for entry in found.pending:
            _less(waiting, (entry.tag, entry.destination), 1, 0)
        for entry, told in found.dead:
            connection = self.open()
            of = (clean(entry.tag), clean(entry.destination))
            number = self._shelves.of(connection, of).number
            row = number * schema.ROWS_A_GROUP + self._tally.accept(of)
            self._tally.end(of, "dead", told["reason"], 1)
            words = (row, number, entry.time, entry.event_name, entry.event_id, entry.client)
            ended = (told[word] for word in ("died", "attempts", "status", "reason", "history"))
            connection.execute(schema.INSERT_DEAD, (*words, *self._ledger.of(connection, entry), entry.body, *ended))
            _less(waiting, (entry.tag, entry.destination), 0, 1)
        for page in found.pages:
            of = (page.tag, page.destination)
            grp = self._shelves.of(self.open(), of).number if page.page.grp else 0
            self._ledger.take_over(self.open(), page.page._replace(grp=grp), page.profiles)
        one.pending += len(found.pending)
        one.dead += len(found.dead)
        one.pages += len(found.pages)
        one.entries += sum(page.page.entries for page in found.pages)
        aside.write(self.open(), one)
        return one

    def settle(self, name: str) -> Aside:
        """Enter what was not read in the books as accepted and dead: it was accepted once, and is lost."""
        one = self._aside(name)
        for of, counts in (one.waiting or {}).items():
            lost = sum(max(0, count) for count in counts)
            if lost:
                self._shelves.of(self.open(), of)
                self._tally.accept(of, lost)
                self._tally.end(of, "dead", LOST, lost)
                self._died.append((of, lost))
                one.lost += lost
        one.waiting, one.finished = {}, True
        aside.write(self.open(), one)
        self.unfinished = tuple(other for other in self.unfinished if other != name)
        return one

    def _aside(self, name: str) -> Aside:
        """What is noted of a file; a new note when this file was itself replaced meanwhile."""
        found = [one for one in aside.asides(self.open()) if one.name == name]
        return found[0] if found else Aside(name)


def _less(waiting: Waiting, name: Name, pending: int, dead: int) -> None:
    before = waiting.get(name, (0, 0))
    waiting[name] = (before[0] - pending, before[1] - dead)


def _alone(entry: Entry) -> Entry:
    """As it was before it shared a group with payloads for other destinations."""
    destination, body = as_made(entry.destination, entry.body)
    return msgspec.structs.replace(entry, destination=destination, body=body)
