"""The life of one event: its hit, every decision, every payload with its attempts, and whether its copies met."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from container.ledger.life import life
from container.outbox import Outbox
from container.record import Decision
from tests.ledger.filled import delivered, event, lived, payload
from tests.outbox.entries import NOW, take

BOTH = (Decision("meta", "fired", "purchase"), Decision("crm", "fired", "all"), Decision("ga4", "blocked", "by bot"))
BODY = b'{"event_id":"o-1","user_data":{"client_ip_address":"203.0.113.7"}}'


def test_an_event_is_told_with_all_that_became_of_it(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    record = event(1, *BOTH, basis="gdpr")

    async def work(outbox: Outbox) -> None:
        await outbox.put([payload(record, "meta", "123", BODY, "#em"), payload(record, "crm", "", BODY)])
        outbox.note(record)
        await outbox.later(await take(outbox), NOW + 1, 503, "busy")
        await outbox.bury(await take(outbox, tag="crm", destination=""), 400, "bad", NOW + 2)

    lived(path, work)
    (told,) = life([path], "T1")
    assert (told["time"], told["client"], told["event_id"], told["order_id"], told["basis"]) == (
        "2025-12-26T13:25:00.000Z", "browser", "o-1", "T1", "gdpr",
    )  # fmt: skip
    assert told["consent"]["ad_storage"] == {"state": "granted", "source": "hit"}
    assert [tuple(one.values()) for one in told["decisions"]] == [tuple(one) for one in BOTH]
    by_tag = {one["tag"]: one for one in told["payloads"]}
    assert (by_tag["meta"]["outcome"], by_tag["crm"]["outcome"]) == ("pending", "dead")
    assert by_tag["meta"]["history"] == [{"time": "2025-12-26T13:25:00.000Z", "status": 503, "reason": "busy"}]
    assert by_tag["meta"]["identifiers"] == [{"name": "em", "hashed": True}]
    assert by_tag["meta"]["body"]["user_data"]["client_ip_address"] != "203.0.113.7"
    (revealed,) = life([path], "o-1", reveal=True)
    assert revealed["payloads"][0]["body"]["user_data"]["client_ip_address"] == "203.0.113.7"


def test_an_id_that_came_twice_is_two_events_and_one_unknown_is_none(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await delivered(outbox, payload(event(1, *BOTH)))
        await outbox.put([payload(event(1, *BOTH, at=NOW + 5))])

    lived(path, work)
    first, second = life([path], "o-1")
    assert [one["outcome"] for one in (*first["payloads"], *second["payloads"])] == ["delivered", "suppressed"]
    assert first["payloads"][0]["body"] is None
    assert life([path], "o-2") == []


@pytest.fixture
def known(tmp_path: Path) -> Path:
    async def work(outbox: Outbox) -> None:
        await delivered(outbox, payload(event(1, *BOTH)))

    lived(tmp_path / "outbox.db", work)
    return tmp_path / "outbox.db"


SERVER, BROWSER = 0, 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "the sandbox does not keep the event any more"),
        ([(1, SERVER, 1, None)], "no browser's copy of this event_id came"),
        ([(1, BROWSER, 1, None), (2, SERVER, 1, 1)], "the browser's copy met it by event_id"),
        ([(1, SERVER, 1, None), (2, BROWSER, 1, 1)], "the browser's copy met it by event_id"),
        ([(1, SERVER, 1, None), (2, BROWSER, 1, None)], "a browser's copy came and did not meet it"),
        ([(1, SERVER, 1, None), (2, SERVER, 1, 1), (3, BROWSER, 0, None)], "no browser's copy of this event_id came"),
    ],
)
def test_the_sandbox_says_whether_the_copies_met(
    known: Path, tmp_path: Path, rows: list[tuple[int, int, int, int | None]], words: str
) -> None:
    file = tmp_path / "sandbox.db"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE event (id, channel, good, first, pixel_id DEFAULT '123', event_name DEFAULT 'Purchase', "
            "event_id DEFAULT 'o-1')"
        )
        connection.executemany("INSERT INTO event (id, channel, good, first) VALUES (?, ?, ?, ?)", rows)
    connection.close()
    assert copies(known, sandbox=file, at_meta=lambda tag: tag == "meta") == words


def test_of_a_live_vendor_it_is_unknown_and_of_another_vendor_it_is_no_question(known: Path, tmp_path: Path) -> None:
    assert copies(known, at_meta=lambda _: True) == "unknown: Meta tells nobody whether the browser's copy met it"
    assert copies(known) == ""
    missing = copies(known, sandbox=tmp_path / "missing.db", at_meta=lambda _: True)
    assert missing == "the sandbox keeps nothing that could tell"


def copies(path: Path, **how: Any) -> str:
    ((one,),) = (event["payloads"] for event in life([path], "o-1", **how))
    told: str = one["copies"]
    return told
