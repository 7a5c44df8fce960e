"""Choosing entries: by time, tag, outcome and reference, over several files, beside what is still waiting."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from container.ledger.cells import cells
from container.ledger.reading import Choice, entries
from container.outbox import Outbox, OutboxUnavailable
from container.record import Decision
from tests.ledger.filled import DAY, delivered, event, lived, payload
from tests.outbox.entries import NOW, take

FIRED = Decision("meta", "fired", "purchase")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """One delivered yesterday, one today; one dead; one pending; one event that both tags decided against."""

    async def work(outbox: Outbox) -> None:
        await delivered(outbox, payload(event(1, FIRED, at=NOW - DAY)), payload(event(2, FIRED)))
        await outbox.put([payload(event(3, FIRED), "ga4", ""), payload(event(4, FIRED), "ga4", "")])
        await outbox.bury(await take(outbox, count=1, tag="ga4", destination=""), 400, "bad", NOW)
        outbox.note(
            event(5, Decision("meta", "no_consent", "ad_storage is denied"), Decision("ga4", "not_triggered", "x"))
        )

    lived(tmp_path / "outbox.db", work)
    return tmp_path / "outbox.db"


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(), ["o-1", "o-2", "o-3", "o-4", "o-5"]),
        (Choice(since=NOW), ["o-2", "o-3", "o-4", "o-5"]),
        (Choice(until=NOW), ["o-1"]),
        (Choice(tag="ga4"), ["o-3", "o-4"]),
        (Choice(tag="ga4", outcome="not_triggered"), ["o-5"]),
        (Choice(outcome="dead"), ["o-3"]),
        (Choice(outcome="pending"), ["o-4"]),
        (Choice(outcome="no_consent"), ["o-5"]),
        (Choice(reference="T2"), ["o-2"]),
        (Choice(reference="o-4"), ["o-4"]),
        (Choice(reference="o-5"), ["o-5", "o-5"]),
        (Choice(reference="o-"), []),
    ],
)
def test_entries_are_chosen(path: Path, choice: Choice, ids: list[str]) -> None:
    assert sorted(one.event_id for one in entries([path], choice)) == ids


def test_what_did_not_trigger_is_told_only_when_it_is_asked_for(path: Path) -> None:
    assert [one.tag for one in entries([path], Choice(reference="o-5"))] == ["meta", "ga4"]
    assert "not_triggered" not in {one.outcome for one in entries([path])}


def test_several_files_are_read_one_after_the_other(path: Path, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await delivered(outbox, payload(event(9, FIRED)))

    other = tmp_path / "outbox.1.db"
    lived(other, work)
    assert sum(1 for _ in entries([path, other])) == 6
    assert {one.tag: one.count for one in cells([other, path]) if one.outcome == "delivered"} == {"meta": 3}


def test_the_cells_count_what_the_entries_are(path: Path) -> None:
    counted = {(one.tag, one.outcome, one.sent): one.count for one in cells([path])}
    assert counted == {
        ("meta", "delivered", True): 2,
        ("ga4", "dead", True): 1,
        ("ga4", "pending", False): 1,
        ("meta", "no_consent", False): 1,
        ("ga4", "not_triggered", False): 1,
    }
    assert [one.count for one in cells([path], NOW) if one.outcome == "delivered"] == [1]


def test_it_is_told_how_much_was_looked_at(path: Path) -> None:
    looked: list[int] = []
    list(entries([path], watch=looked.append))
    assert sum(looked) == 3


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("DROP TABLE ledger", "kept no ledger"),
        ("UPDATE ledger SET records = x'5b5d'", "a page of its ledger is damaged"),
        ("UPDATE ledger SET records = x'00'", "a page of its ledger is damaged"),
        ("DROP TABLE profiles", "no such table"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_to_be_so(path: Path, harm: str, words: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(harm)
    connection.close()
    with pytest.raises(OutboxUnavailable, match=words):
        list(entries([path]))
    with pytest.raises(OutboxUnavailable, match=words):
        cells([path])


def test_a_profile_whose_words_are_gone_leaves_the_entry(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM profiles")
    connection.close()
    found = list(entries([path], Choice(outcome="delivered")))
    assert [one.to_json()["consent"] for one in found] == [{}, {}]
