"""Every attempt of a payload is told: when, with which status, in which words; of many the last ten."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from container.outbox import Outbox, open_outbox
from container.outbox.dead import redrive
from container.outbox.history import Attempt, attempts_of
from container.outbox.look import Kept, look
from tests.outbox.entries import NOW, entry, take

ANSWERS = [(503, "busy"), (503, "busy"), (0, "no connection"), (503, "busy"), (503, "busy")]


class Told:
    """A clock that is told, one second further at every attempt."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def lived(path: Path, answers: list[tuple[int, str]], *, buried: tuple[int, str] | None, sent: bool = True) -> Kept:
    """One payload that got these answers and, if so, was buried with a last one; as it is kept then."""

    clock = Told()

    async def work() -> int:
        outbox: Outbox = open_outbox(f"sqlite:{path}", clock=clock)
        await outbox.open()
        await outbox.put([entry(1)])
        for status, reason in answers:
            await outbox.later(await take(outbox, now=clock.now), clock.now, status, reason)
            clock.now += 1
        (parcel,) = await take(outbox, now=clock.now)
        if buried is not None:
            await outbox.bury([parcel], *buried, clock.now, sent=sent)
        await outbox.close()
        return parcel.id

    kept = look(path, asyncio.run(work()))
    assert kept is not None
    return kept


def test_attempts_are_told_in_order_each_with_its_own_words(tmp_path: Path) -> None:
    kept = lived(tmp_path / "outbox.db", ANSWERS, buried=None)
    assert (kept.state, kept.attempts, kept.due, kept.died) == ("pending", 5, NOW + 4, None)
    assert kept.history == [Attempt(NOW + at, status, reason) for at, (status, reason) in enumerate(ANSWERS)]


def test_the_answer_a_payload_died_of_is_the_last(tmp_path: Path) -> None:
    kept = lived(tmp_path / "outbox.db", ANSWERS[:2], buried=(400, "no email"))
    assert (kept.state, kept.attempts, kept.status, kept.reason, kept.died) == ("dead", 3, 400, "no email", NOW + 2)
    assert kept.history == [
        Attempt(NOW, 503, "busy"), Attempt(NOW + 1, 503, "busy"), Attempt(NOW + 2, 400, "no email")
    ]  # fmt: skip


def test_giving_up_is_no_attempt_and_changes_no_words(tmp_path: Path) -> None:
    kept = lived(tmp_path / "outbox.db", ANSWERS[:2], buried=(503, "gave up"), sent=False)
    assert (kept.attempts, kept.reason) == (2, "gave up")
    assert kept.history == [Attempt(NOW, 503, "busy"), Attempt(NOW + 1, 503, "busy")]


def test_of_many_attempts_the_last_ten_are_kept_and_the_number_of_all(tmp_path: Path) -> None:
    answers = [(500 + number % 3, f"answer {number // 2}") for number in range(25)]
    kept = lived(tmp_path / "outbox.db", answers, buried=None)
    assert kept.attempts == 25
    assert kept.history == [Attempt(NOW + at, *answers[at]) for at in range(15, 25)]


def test_the_same_answer_again_costs_a_time_only(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    lived(path, [(503, "the same long words " * 10)] * 10, buried=None)
    connection = sqlite3.connect(path)
    (length,) = connection.execute("SELECT length(history) FROM pending").fetchone()
    connection.close()
    assert length < 10 * 20


def test_a_letter_sent_again_remembers_what_was_before(tmp_path: Path) -> None:

    path = tmp_path / "outbox.db"
    dead = lived(path, ANSWERS[:1], buried=(0, "gave up"), sent=False)
    assert sum(redrive(path, NOW + 50)) == 1

    async def fail_again() -> None:
        outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW + 60)
        await outbox.open()
        await outbox.later(await take(outbox, now=NOW + 60), NOW + 70, 500, "broken")
        await outbox.close()

    asyncio.run(fail_again())
    kept = look(path, dead.id)
    assert kept is not None
    assert kept.history == [Attempt(NOW, 503, "busy"), Attempt(NOW + 60, 500, "broken")]


@pytest.mark.parametrize("history", ["", "{}", "[[]]", '[["noon"]]', "[7]", "[[1, 2]]", '[[1, "a", 3]]', "[" * 500])
def test_what_is_no_history_tells_of_nothing(history: str) -> None:
    assert attempts_of(history, 503, "busy") == []


def test_a_payload_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    lived(tmp_path / "outbox.db", [], buried=None)
    assert look(tmp_path / "outbox.db", 7) is None


def test_a_file_of_the_version_before_is_taken_over_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    kept = lived(path, [(503, "busy")], buried=None)
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE ledger; DROP TABLE profiles; DROP TABLE ledger_lacks; DROP TABLE set_aside; "
        "ALTER TABLE destinations DROP COLUMN parked_at; "
        "ALTER TABLE destinations DROP COLUMN type; PRAGMA user_version = 1;"
        + "".join(
            f"ALTER TABLE {table} DROP COLUMN {column};"
            for table in ("pending", "dead")
            for column in ("history", "profile", "order_id")
        )
    )
    connection.close()

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW + 9)
        assert await outbox.open() == ""
        (parcel,) = await take(outbox, now=NOW + 9)
        assert (parcel.attempts, parcel.reason) == (1, "busy")
        await outbox.later([parcel], NOW + 10, 500, "broken")
        await outbox.close()

    asyncio.run(work())
    again = look(path, kept.id)
    assert again is not None
    assert again.history == [Attempt(NOW + 9, 500, "broken")]
