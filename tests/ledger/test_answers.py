"""What vendors answered about a person is gone from every payload it stands on, the ledger and the books."""

from __future__ import annotations

from pathlib import Path

from container.ledger.answers import naming
from container.ledger.erasure import erase
from container.ledger.person import person
from container.ledger.reading import entries
from container.ledger.wiping import wipe
from container.outbox import Outbox
from container.outbox.accounts import accounts
from container.outbox.look import look
from container.outbox.prove import prove
from tests.ledger.filled import event, lived, payload
from tests.outbox.entries import NOW, take

HERS = "order T1001 of u77 refused"
OTHER = "order T2002 of u88 refused"


def filled(path: Path) -> None:
    """A vendor answers a batch with words about one of its events: they stand on all three. Then one is refused for
    another reason, one is delivered and one waits."""

    async def work(outbox: Outbox) -> None:
        await outbox.put(
            [payload(event(number), order_id) for number, order_id in ((1, "crm"), (2, "crm"), (3, "crm"))]
        )
        batch = await take(outbox, now=1e12, tag="crm")
        await outbox.later(batch, NOW, 500, HERS)
        await outbox.later(await take(outbox, now=1e12, tag="crm"), NOW, 500, OTHER)
        (one, two, three) = await take(outbox, now=1e12, tag="crm")
        await outbox.bury([one], 400, HERS, NOW)
        await outbox.done([two])
        outbox.release([three])
        await outbox.park("crm", "123", HERS)

    lived(path, work)


def test_the_words_are_gone_wherever_they_stand_and_nobody_else_s(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    filled(path)
    wanted = person(external_ids=["u77"])
    erase(path, wanted, {"T1001"}, NOW, dry_run=False)
    kept = {one.outcome: one for one in entries([path])}
    assert kept["dead"].reason == "forgotten"
    assert [one.reason for one in kept["dead"].history] == ["forgotten", OTHER, "forgotten"]
    assert [one.reason for one in kept["delivered"].history] == ["forgotten", OTHER]
    waiting = look(path, kept["pending"].payload)
    assert waiting is not None
    assert [one.reason for one in waiting.history] == ["forgotten", OTHER]
    (books,) = accounts(path)
    assert (books.reasons["dead"], books.parked) == ({"forgotten": 1}, "forgotten")
    assert all(one.balanced for one in prove(path))
    assert wipe(path)
    for file in tmp_path.iterdir():
        assert b"T1001" not in file.read_bytes(), file


def test_a_dry_run_leaves_the_words(tmp_path: Path) -> None:
    filled(tmp_path / "outbox.db")
    before = [one.history for one in entries([tmp_path / "outbox.db"])]
    erase(tmp_path / "outbox.db", person(external_ids=["u77"]), {"T1001"}, NOW, dry_run=True)
    assert [one.history for one in entries([tmp_path / "outbox.db"])] == before


def test_what_was_answered_about_a_removed_payload_is_not_kept_whatever_it_says(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    filled(path)
    ids = {"o-1", "o-2", "o-3"}
    erase(path, person(references=list(ids)), ids, NOW, dry_run=False)
    left = list(entries([path]))
    assert len(left) == 3
    for one in left:
        assert (one.event_id, one.reason, one.history) == ("forgotten", "forgotten", [])


def test_an_id_so_short_that_it_is_in_any_answer_is_not_looked_for() -> None:
    names = naming(person(external_ids=["400"]), {"e1", "o-12"})
    assert not names("HTTP 400: e1")
    assert names("about O-12")
    assert not names("about o-123")
