"""The test surface: counts, lists with filters, and a fresh start."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import PIXEL, Local


@pytest.fixture
def filled(local: Local) -> Local:
    local.browse(eid="a")
    local.send(local.event(event_id="a"), local.event(event_id="b", event_name="Lead"), test_event_code="TEST1")
    local.send(local.event(event_id="c"), pixel="200000000000002")
    local.error(local.event(event_id="d", event_time=1))
    return local


def ids(items: list[Any]) -> list[str]:
    return [item["event"]["event_id"] for item in items]


def test_counts_cover_everything_received_since_the_reset(filled: Local) -> None:
    expected = {"total": 5, "good": 4, "bad": 1, "deduplicated": 1, "server": 4, "browser": 1, "faulted": 0, "kept": 5}
    assert filled.get("all") == expected


def test_good_and_bad_are_listed_newest_last(filled: Local) -> None:
    assert ids(filled.get("good")) == ["a", "a", "b", "c"]
    assert ids(filled.get("bad")) == ["d"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"event_name": "Lead"}, ["b"]),
        ({"event_id": "a"}, ["a", "a"]),
        ({"event_id": "a", "channel": "browser"}, ["a"]),
        ({"pixel_id": "200000000000002"}, ["c"]),
        ({"test_event_code": "TEST1"}, ["a", "b"]),
        ({"event_name": "' OR 1=1 --"}, []),
        ({"limit": "2"}, ["b", "c"]),
        ({"limit": "2", "channel": "server"}, ["b", "c"]),
        ({"limit": "1", "event_id": "a"}, ["a"]),
        ({"limit": "99999999999999999999"}, ["a", "a", "b", "c"]),
    ],
)
def test_lists_can_be_filtered(filled: Local, query: dict[str, str], expected: list[str]) -> None:
    assert ids(filled.get("good", **query)) == expected


def test_counts_can_be_filtered(filled: Local) -> None:
    expected = {"total": 2, "good": 2, "bad": 0, "deduplicated": 1, "server": 1, "browser": 1}
    assert filled.get("all", event_id="a", pixel_id=PIXEL) == expected
    assert filled.get("all", event_id="nobody")["total"] == 0


def test_a_reset_forgets_events_counts_and_copies(filled: Local) -> None:
    assert filled.client.post("/sandbox/reset").json()["total"] == 0
    assert filled.get("good") == []
    assert filled.get("test-events") == {"events": [], "requests": {}}
    filled.send(filled.event(event_id="a"))
    assert filled.get("good")[0]["deduplicated"] is False
    assert filled.get("all")["total"] == 1


def test_a_reset_must_be_posted(filled: Local) -> None:
    assert filled.client.get("/sandbox/reset").status_code == 405
    assert filled.get("all")["total"] == 5


def test_a_list_longer_than_a_page_is_complete_and_in_order(local: Local) -> None:
    sent = [f"e-{number}" for number in range(1234)]
    for start in range(0, 1234, 1000):
        local.send(*(local.event(event_id=one) for one in sent[start : start + 1000]))
    assert ids(local.get("good")) == sent
    assert ids(local.get("good", limit="600")) == sent[-600:]


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("good", "nope=1", "'nope' is not a parameter; known are event_name, event_id, pixel_id, test_event_code, "
         "channel, limit"),
        ("bad", "limit=x", "limit: 'x' is not a number from 1 on"),
        ("good", "limit=0", "limit: '0' is not a number from 1 on"),
        ("test-events", "limit=", "limit: '' is not a number from 1 on"),
        ("all", "channel=telephone", "channel: 'telephone' is none; known are server, browser"),
        ("all", "limit=3", "'limit' is not a parameter; known are event_name, event_id, pixel_id, test_event_code, "
         "channel"),
        ("http", "hots=crm", "'hots' is not a parameter; known are type, host, limit"),
        ("diagnostics", "pixel=1", "'pixel' is not a parameter; known are pixel_id"),
        ("quality", "pixel=1", "'pixel' is not a parameter; known are pixel_id"),
    ],
)  # fmt: skip
def test_a_slip_in_a_query_is_told_instead_of_answered_with_everything(
    filled: Local, path: str, query: str, told: str
) -> None:
    answer = filled.client.get(f"/sandbox/{path}?{query}")
    assert (answer.status_code, answer.json()) == (400, {"error": told})


def test_a_slip_forgets_no_requests(filled: Local) -> None:
    assert filled.client.delete("/sandbox/http?tpye=crm").status_code == 400
