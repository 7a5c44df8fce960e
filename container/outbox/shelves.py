"""The shelves: the groups of a file as memory knows them, and how memory follows a transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from container.outbox.books import Name, read_accounts
from container.outbox.outbox import Group, Parcel
from container.outbox.overflow import MOST_DESTINATIONS, OTHER
from container.outbox.retyped import type_of
from container.outbox.shelf import Shelf


class Shelves:
    """A shelf and a group for every destination. ``groups`` is read by other threads: a new one makes a new mapping.

    ``first`` is the number after which those of this worker's groups begin; ``types`` are those of the tags by name;
    ``pending`` is how many payloads wait.
    """

    def __init__(self, first: int, types: Mapping[str, str]) -> None:
        self.groups: dict[Name, Group] = {}
        self.by_name: dict[Name, Shelf] = {}
        self.pending = 0
        self.types = types
        self._highest = first
        self._new: list[Name] = []
        self._of_tag: Counter[str] = Counter()

    def read(self, connection: sqlite3.Connection, *, again: bool) -> dict[Name, int]:
        """Know what the file holds; ``again`` when it was known before, so that what is more has just come.

        Returns how many payloads each group has accepted.
        """
        old, self.by_name = self.by_name, {}
        accounts = read_accounts(connection)
        for number, account in accounts.items():
            name = (account.tag, account.destination)
            group = self.group(name)
            if again:
                group.arrivals += max(0, account.pending - group.pending)
            group.pending, group.parked = account.pending, account.parked
            group.resumed_at = account.resumed_at
            kept = old.get(name)
            self.by_name[name] = kept if kept is not None and kept.number == number else Shelf(name, number)
            self._highest = max(self._highest, number)
        self._of_tag = Counter(tag for tag, _ in self.by_name)
        for name in self.groups.keys() - self.by_name.keys():  # the file is another one now
            self.groups[name].pending = self.groups[name].in_flight = 0
            self.groups[name].parked = ""
        self.pending = sum(account.pending for account in accounts.values())
        return {(account.tag, account.destination): account.accepted for account in accounts.values()}

    def of(self, connection: sqlite3.Connection, name: Name) -> Shelf:
        """The shelf of a group, which is entered in the file when it is new."""
        shelf = self.by_name.get(name)
        if shelf is None:
            # Numbers of a file that was set aside are not used again: what was taken from it may still be under way.
            number = self._highest = self._highest + 1
            row = (number, *name, type_of(name[0], self.types))
            connection.execute("INSERT INTO destinations (id, tag, destination, type) VALUES (?, ?, ?, ?)", row)
            shelf = self.by_name[name] = Shelf(name, number)
            self._new.append(name)
            self._of_tag[name[0]] += 1
            self.group(name)
        return shelf

    def place(self, name: Name) -> Name:
        """The group for payloads that go there: its own, or that of all others where the tag has enough of them."""
        full = self._of_tag[name[0]] >= MOST_DESTINATIONS and name not in self.by_name
        return (name[0], OTHER) if full else name

    def group(self, name: Name) -> Group:
        """What others see of a group."""
        if name not in self.groups:
            self.groups = {**self.groups, name: Group(*name)}  # a new one: somebody may be going through the old
        return self.groups[name]

    def numbers(self) -> dict[Name, int]:
        """The number of every group in the file."""
        return {name: shelf.number for name, shelf in self.by_name.items()}

    def taken(self, name: Name) -> None:
        """Something of the group was taken, put back or landed."""
        self.groups[name].in_flight = len(self.by_name[name].in_flight)

    def committed(
        self,
        changes: Mapping[Name, tuple[int, int]],
        parked: Mapping[Name, tuple[str, float]],
        landed: Mapping[Name, Sequence[int]],
        expired: Iterable[tuple[Name, Sequence[int]]],
    ) -> None:
        """Follow a transaction: how many arrived and ended, what is parked since, what landed, what was given up."""
        for name, (arrived, ended) in changes.items():
            group = self.groups[name]
            group.pending += arrived - ended
            group.arrivals += arrived
            self.pending += arrived - ended
        for name, (why, resumed_at) in parked.items():
            self.groups[name].parked = why
            self.groups[name].resumed_at = resumed_at
        for name, ids in landed.items():
            self.by_name[name].landed(ids)
            self.taken(name)
        for name, ids in expired:
            self.by_name[name].gone(ids)
        self._new = []

    def undone(self) -> None:
        """A transaction did not happen: the rows of new groups are gone, and their numbers may go to others."""
        for name in self._new:
            if self.by_name.pop(name, None) is not None:
                self._of_tag[name[0]] -= 1
        self._new = []

    def put_back(self, parcels: Iterable[Parcel]) -> None:
        """What was taken and not sent."""
        by_name: dict[Name, list[Parcel]] = {}
        for parcel in parcels:
            by_name.setdefault((parcel.tag, parcel.destination), []).append(parcel)
        for name, back in by_name.items():
            shelf = self.by_name.get(name)
            if shelf is not None:
                shelf.put_back(back)
                self.taken(name)
