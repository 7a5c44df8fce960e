"""The files a command of ``tagdock outbox`` works on: all of a container, those of workers that are no more too."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from container.cli.common import configuration, err, shown
from container.config.document import DeliverySection
from container.obstacle import obstacle
from container.outbox.accounts import knows_tag
from container.outbox.database import unavailable
from container.outbox.files import file_of, files_of
from container.outbox.outbox import OutboxUnavailable

T = TypeVar("T")


def beside(delivery: DeliverySection, name: str) -> Path | None:
    """A file beside the outbox, such as the ``sandbox.db`` of what was tried, None when there is none."""
    path = file_of(delivery.outbox).with_name(name)
    return path if path.exists() else None


def none_there(first: Path) -> str:
    """Why a container has no file of an outbox."""
    missing = FileNotFoundError(errno.ENOENT, "none")
    return obstacle(first, missing) or "there is none yet; tagdock serve makes it, started in this folder"


class Files:
    """The files of one configuration's outbox. What cannot be read of them is told; ``end`` remembers it."""

    def __init__(self, config: str) -> None:
        whole = configuration(config)
        store = whole.delivery.store
        self.tags = tuple(whole.tags)
        self.first = file_of(store)
        self._failed: set[Path] = set()
        try:
            self.paths: Sequence[Path] = list(files_of(store).values())
        except OSError as error:
            self._stop(str(unavailable(self.first, error)))
        if not self.paths:
            self._stop(f"outbox {self.first}: {none_there(self.first)}")

    def must_know(self, tag: str) -> None:
        """Ends with 2 when a tag is neither in the configuration nor in any file; "" is no tag."""
        if tag and tag not in self.tags and not any(known for _, known in self.each(lambda path: knows_tag(path, tag))):
            there = f"; there is {', '.join(self.tags)}" if self.tags else ""
            raise click.BadParameter(
                f"'{shown(tag)}' is no tag of the configuration, and nothing of it is kept{shown(there)}",
                param_hint="--tag",
            )

    def each(self, read: Callable[[Path], T]) -> Iterator[tuple[Path, T]]:
        """What a function finds in each file. One that cannot be read is left out; with none left, the command ends."""
        for path in self.paths:
            if path in self._failed:
                continue
            try:
                found = read(path)
            except (OutboxUnavailable, OSError) as error:
                self.tell(path, error)
            else:
                yield path, found

    def steps(self, what: str, total: int, begin: Callable[[Path, int], Iterator[int]]) -> int:
        """Go through work on every file, at most ``total`` of it, with a bar on a terminal; returns how much was done.

        ``begin`` is told how much is left, and gives how much each step did.
        """
        done = 0
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task(what, total=total)
            for path in self.paths:
                if path in self._failed or done >= total:
                    continue
                try:
                    for step in begin(path, total - done):
                        done += step
                        progress.advance(task, step)
                except (OutboxUnavailable, OSError) as error:
                    self.tell(path, error)
        return done

    def end(self) -> None:
        """Ends with 1 when a file could not be read or changed."""
        if self._failed:
            raise SystemExit(1)

    def tell(self, path: Path, error: Exception) -> None:
        """Say why a file is left out; with none left, the command ends."""
        err.print(Text(shown(str(error))))
        self._failed.add(path)
        if len(self._failed) == len(self.paths):
            raise SystemExit(1)

    @staticmethod
    def _stop(words: str) -> None:
        err.print(Text(shown(words)))
        raise SystemExit(1)
