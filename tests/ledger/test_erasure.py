"""The erasure: what waits of a person is gone, their events have no ids any more, and the books still balance."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from container.ledger.erasure import Erased, erase, note, references_of
from container.ledger.person import person
from container.ledger.reading import Choice, entries
from container.ledger.wiping import wipe
from container.outbox import Outbox, OutboxUnavailable, Parcel
from container.outbox.prove import prove
from container.record import Decision
from tests.ledger.filled import delivered, event, lived, payload
from tests.outbox.entries import NOW, take

JANE = person(emails=["jane@shop.example"])
HERS = b'{"em":"%s"}' % sha256(b"jane@shop.example").hexdigest().encode()
FIRED = Decision("meta", "fired", "purchase")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Orders 1 and 2 are Jane's: 1 delivered to meta and waiting for crm, 2 dead; 3 and 4 are somebody else's."""

    async def work(outbox: Outbox) -> None:
        await delivered(outbox, payload(event(1, FIRED), body=HERS), payload(event(3, FIRED)))
        await outbox.put([payload(event(2, FIRED), body=HERS)])
        await outbox.bury(await take(outbox, now=1e12), 400, "bad", NOW)
        await outbox.put([payload(event(1, FIRED), "crm", "", HERS), payload(event(4, FIRED), "crm", "")])
        outbox.note(event(1, Decision("ga4", "blocked", "by bot")))

    lived(tmp_path / "outbox.db", work)
    return tmp_path / "outbox.db"


def forgotten(path: Path, *, dry_run: bool = False) -> Erased:
    return erase(path, JANE, references_of(path, JANE), NOW, dry_run=dry_run)


def ids(path: Path) -> list[tuple[str, str, str]]:
    return sorted((one.outcome, one.event_id, one.order_id) for one in entries([path]))


def test_what_is_a_person_s_is_found_by_what_their_payloads_hold(path: Path) -> None:
    assert references_of(path, JANE) == {"o-1", "T1", "o-2", "T2"}
    assert references_of(path, person(references=["o-4"])) == set()


def test_a_dry_run_changes_nothing_and_says_the_same(path: Path) -> None:
    before = ids(path)
    assert forgotten(path, dry_run=True) == Erased(pending=1, dead=1, entries=4)
    assert ids(path) == before


def test_their_payloads_are_gone_and_their_events_have_no_ids(path: Path) -> None:
    assert forgotten(path) == Erased(pending=1, dead=1, entries=4)
    assert ids(path) == [
        ("blocked", "forgotten", "forgotten"),
        ("dead", "forgotten", "forgotten"),
        ("dead", "forgotten", "forgotten"),
        ("delivered", "forgotten", "forgotten"),
        ("delivered", "o-3", "T3"),
        ("pending", "o-4", "T4"),
    ]
    assert [one.reason for one in entries([path], Choice(outcome="dead"))] == ["forgotten", "forgotten"]
    assert all(one.balanced for one in prove(path))
    assert {one.tag: (one.dead, one.pending) for one in prove(path)} == {"meta": (1, 0), "crm": (1, 1)}
    assert forgotten(path) == Erased()


def test_nothing_of_them_is_left_in_the_file(path: Path) -> None:
    forgotten(path)
    assert wipe(path)
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert HERS not in content, file
        assert b"T2" not in content, file


def test_an_event_is_forgotten_by_its_id_alone(path: Path) -> None:
    one = person(references=["T4"])
    assert erase(path, one, set(one.references), NOW, dry_run=False) == Erased(pending=1, entries=1)
    assert "T4" not in {order for _, _, order in ids(path)}
    assert all(one.balanced for one in prove(path))


def test_a_running_outbox_goes_on_without_what_was_removed(path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        under_way: list[Parcel] = await take(outbox, now=1e12, tag="crm", destination="")
        assert len(under_way) == 2
        forgotten(path)
        await outbox.done(under_way)
        await outbox.refresh()
        assert sum(group.pending for group in outbox.groups().values()) == 0
        (books,) = [one for one in (await outbox.status()).accounts if one.tag == "crm"]
        assert (books.accepted, books.delivered, books.dead, books.pending) == (2, 1, 1, 0)
        await outbox.put([payload(event(5, FIRED), "crm", "")])
        assert len(await take(outbox, now=1e12, tag="crm", destination="")) == 1

    lived(path, work)
    assert all(one.balanced for one in prove(path))


def test_that_somebody_was_forgotten_is_in_the_ledger_without_whom(path: Path) -> None:
    note(path, ["email", "order-id"], Erased(pending=1, entries=4), NOW)
    (told,) = entries([path], Choice(outcome="forgotten"))
    assert (told.time, told.tag, told.reason) == (NOW, "", "by email, order-id: 1 pending, 4 entries")


def test_a_file_that_is_none_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_text("no database" * 100)
    for work in (lambda: references_of(tmp_path / "outbox.db", JANE), lambda: forgotten(tmp_path / "outbox.db")):
        with pytest.raises(OutboxUnavailable, match="file is not a database"):
            work()
