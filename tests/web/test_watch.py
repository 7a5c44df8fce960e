"""A change is seen whatever way an editor writes; what says the same, or is half written, is none."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from container.web.watch import EVERY, MOST_LOOKS, SETTLE, Watch


class Clockwork:
    """Stands in for sleeping: does the next deed of a story, and ends it when there is none."""

    def __init__(self, *deeds: Callable[[], object]) -> None:
        self.deeds = list(deeds)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self.deeds:
            raise asyncio.CancelledError
        self.deeds.pop(0)()


def rest() -> None:
    """Nothing happens."""


def seen(path: Path, *deeds: Callable[[], object]) -> bool:
    """Whether a change is seen in what happens between the looks; it is over when nothing happens any more."""
    work = Clockwork(*deeds, rest, rest)
    watch = Watch(lambda: [path], work.sleep)
    watch.mark()
    try:
        asyncio.run(watch.changed())
    except asyncio.CancelledError:
        return False
    return True


def write(path: Path, text: str) -> Callable[[], object]:
    return lambda: path.write_text(text)


def swap_in(path: Path, text: str) -> Callable[[], object]:
    """As editors save: a new file is written beside, then renamed over the old one."""

    def deed() -> None:
        path.with_suffix(".new").write_text(text)
        os.replace(path.with_suffix(".new"), path)

    return deed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("as it was")
    return path


@pytest.mark.parametrize("way", [write, swap_in])
def test_a_file_that_says_something_else_is_seen(file: Path, way: Callable[[Path, str], Callable[[], object]]) -> None:
    assert seen(file, way(file, "something else"))
    assert seen(file, rest, rest, way(file, "a third thing"))


def test_a_file_of_the_same_length_and_time_is_seen(file: Path) -> None:
    before = file.stat()

    def deed() -> None:
        file.write_text("as it iss")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert seen(file, deed)


@pytest.mark.parametrize("way", [write, swap_in])
def test_a_file_written_anew_as_it_was_is_no_change(
    file: Path, way: Callable[[Path, str], Callable[[], object]]
) -> None:
    assert not seen(file, way(file, "as it was"))
    assert not seen(file, file.touch)
    assert not seen(file, rest, rest)


def test_a_file_is_read_when_whoever_writes_it_has_come_to_the_end(file: Path) -> None:
    watch: Watch
    work = Clockwork(write(file, "some"), write(file, "some th"), write(file, "some thing"), rest)
    watch = Watch(lambda: [file], work.sleep)
    watch.mark()
    asyncio.run(watch.changed())
    assert work.slept == [EVERY, SETTLE, SETTLE, SETTLE]


def test_a_file_that_never_comes_to_rest_is_read_all_the_same(file: Path) -> None:
    assert seen(file, *[write(file, "x" * length) for length in range(MOST_LOOKS + 1)])


def test_a_file_taken_away_and_put_back_as_it_was_is_no_change(file: Path) -> None:
    assert not seen(file, file.unlink, write(file, "as it was"))


def test_a_file_that_is_gone_is_seen_once_and_so_is_its_return(file: Path) -> None:
    work = Clockwork(file.unlink, rest, rest, rest, rest, write(file, "back"), rest)
    watch = Watch(lambda: [file], work.sleep)
    watch.mark()

    async def twice() -> None:
        await watch.changed()
        assert len(work.slept) == 2
        await watch.changed()

    asyncio.run(twice())
    assert len(work.slept) == 7


def test_a_new_name_in_a_folder_is_seen(tmp_path: Path) -> None:
    assert seen(tmp_path, write(tmp_path / "new.yaml", ""))
    assert not seen(tmp_path, rest)


def test_what_cannot_be_read_is_watched_all_the_same(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "config.yaml"
    assert not seen(missing, rest)
    assert not seen(Path("odd\0name"), rest)
    assert seen(missing, lambda: (missing.parent.mkdir(), missing.write_text("there")))


def test_what_was_marked_meanwhile_is_known(file: Path) -> None:
    def deed() -> None:
        file.write_text("read by somebody who was asked to")
        watch.mark()

    work = Clockwork(deed, rest, rest)
    watch = Watch(lambda: [file], work.sleep)
    watch.mark()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch.changed())
