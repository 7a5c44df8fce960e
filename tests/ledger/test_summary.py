"""The summary of each tag and the difference between two periods, from entries made by hand."""

from __future__ import annotations

from pathlib import Path

from container.ledger.cells import cells
from container.ledger.difference import Change, difference
from container.ledger.summary import summary
from container.outbox import Outbox
from container.record import Decision, EventRecord
from tests.ledger.filled import BANNER, DAY, delivered, event, lived, payload
from tests.outbox.entries import NOW, take

FIRED = Decision("meta", "fired", "purchase")
LAST_WEEK = NOW - 7 * DAY  # 2025-12-19T13:25:00Z


def sent(record: EventRecord, *identifiers: str, to: str = "123", limited: bool = False) -> object:
    made = payload(record, "meta", to, b"{}", *identifiers)
    made.limited = limited
    return made


def test_a_tag_is_summed_up_by_destination(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await delivered(
            outbox,
            sent(event(1, FIRED, at=LAST_WEEK, basis="gdpr"), "#em", "fbp"),  # type: ignore[arg-type]
            sent(event(2, FIRED), "#em", limited=True),  # type: ignore[arg-type]
        )
        await outbox.put([sent(event(3, FIRED), "#ph")])  # type: ignore[list-item]
        outbox.note(event(4, Decision("meta", "blocked", "blocked by bot")))

    lived(tmp_path / "outbox.db", work)
    nowhere, meta = summary(cells([tmp_path / "outbox.db"]))
    assert (nowhere["tag"], nowhere["destination"], nowhere["outcomes"]) == ("meta", "", {"blocked": 1})
    assert nowhere["sent"] == {"count": 0, "first": None, "last": None}
    assert (meta["destination"], meta["outcomes"]) == ("123", {"delivered": 2, "pending": 1})
    first, last = "2025-12-19T13:25:00.000Z", "2025-12-26T13:25:00.000Z"
    assert meta["sent"] == {"count": 2, "first": first, "last": last}
    assert meta["identifiers"] == [
        {"name": "em", "hashed": True, "count": 2, "first": first, "last": last},
        {"name": "fbp", "hashed": False, "count": 1, "first": first, "last": first},
    ]
    assert {(one["purpose"], one["state"], one["source"], one["count"]) for one in meta["consent"]} == {
        ("ad_storage", "granted", "hit", 2),
        ("analytics_storage", "granted", "hit", 2),
        ("ad_user_data", "granted", "hit", 2),
        ("ad_personalization", "granted", "", 2),
    }
    assert (meta["basis"], meta["limited"]) == ({"gdpr": 1}, 1)


def changes(path: Path) -> list[Change]:
    return difference(cells([path], until=NOW - DAY), cells([path], since=NOW - DAY))


def test_two_periods_are_compared(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await delivered(
            outbox,
            sent(event(1, FIRED, at=LAST_WEEK), "#em", "fbp"),  # type: ignore[arg-type]
            sent(event(1, FIRED, at=LAST_WEEK), "#em", to="456"),  # type: ignore[arg-type]
            sent(event(2, FIRED, consent=BANNER, basis="gdpr"), "#em", "#ph", limited=True),  # type: ignore[arg-type]
            sent(event(3, FIRED, consent=BANNER), "#em", "#ph", "ip"),  # type: ignore[arg-type]
            sent(event(3, FIRED), to="789"),  # type: ignore[arg-type]
        )
        await outbox.put([sent(event(4, FIRED), "#em")])  # type: ignore[list-item]
        await outbox.bury(await take(outbox), 400, "bad", NOW, sent=False)

    lived(tmp_path / "outbox.db", work)
    then, now = "2025-12-19T13:25:00.000Z", "2025-12-26T13:25:00.000Z"
    assert [(one.kind, one.ended, one.count, one.text) for one in changes(tmp_path / "outbox.db")] == [
        ("destination", False, 1, f"since {now} meta 789 gets events"),
        ("destination", True, 1, f"meta 456 gets events no more, last at {then}"),
        ("identifier", False, 2, f"since {now} ph (hashed) goes to meta 123"),
        ("identifier", False, 1, f"since {now} ip (in clear) goes to meta 123"),
        ("identifier", True, 1, f"fbp (in clear) goes to meta 123 no more, last at {then}"),
        ("consent", False, 2, f"since {now} events for meta 123 have ad_storage granted by trigger banner"),
        ("consent", False, 2, f"since {now} events for meta 123 have ad_user_data granted by trigger banner"),
        ("consent", True, 1, f"no event for meta 123 has ad_storage granted by hit any more, last at {then}"),
        ("consent", True, 1, f"no event for meta 123 has ad_user_data granted by hit any more, last at {then}"),
        ("basis", False, 1, f"since {now} events for meta 123 have the legal ground gdpr"),
        ("limited", False, 1, f"since {now} meta 123 is told to limit its use of data"),
        ("outcome", False, 1, f"since {now} events for meta 123 are dead"),
    ]


def test_equal_periods_have_no_difference(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await delivered(
            outbox,
            sent(event(1, FIRED, at=LAST_WEEK), "#em"),  # type: ignore[arg-type]
            sent(event(2, FIRED), "#em"),  # type: ignore[arg-type]
        )

    lived(tmp_path / "outbox.db", work)
    assert changes(tmp_path / "outbox.db") == []
    assert difference([], []) == []
