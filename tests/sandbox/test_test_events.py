"""Test Events: copies as they come, filtered by test code, with the raw request and the answer."""

from __future__ import annotations

import json

from .conftest import Local


def test_the_raw_request_and_the_answer_stand_beside_the_event(local: Local) -> None:
    answer = local.send(local.event(), test_event_code="TEST1").json()
    shown = local.get("test-events")
    (event,) = shown["events"]
    request = shown["requests"][event["request"]]
    assert (request["method"], request["answer"]["status"]) == ("POST", 200)
    assert json.loads(request["answer"]["body"]) == answer
    assert json.loads(request["body"])["test_event_code"] == "TEST1"
    assert request["target"].endswith("/events")
    assert request["cut"] is False


def test_a_refused_event_is_shown_with_its_error(local: Local) -> None:
    local.error(local.purchase(value=None))
    (event,) = local.get("test-events")["events"]
    assert event["accepted"] is False
    assert event["error"]["error_subcode"] == 2804009


def test_events_can_be_filtered_by_test_code(local: Local) -> None:
    local.send(local.event(event_id="a"), test_event_code="TEST1")
    local.send(local.event(event_id="b"), test_event_code="TEST2")
    local.browse(eid="a", test_event_code="TEST1")
    shown = local.get("test-events", test_event_code="TEST1")["events"]
    assert [(event["channel"], event["event_id"]) for event in shown] == [("server", "a"), ("browser", "a")]


def test_the_newest_fifty_are_shown_unless_asked_otherwise(local: Local) -> None:
    local.send(*(local.event(event_id=f"e-{number}") for number in range(60)))
    assert [event["event_id"] for event in local.get("test-events")["events"]][::49] == ["e-10", "e-59"]
    assert len(local.get("test-events", limit="3")["events"]) == 3


def test_a_long_request_is_cut(local: Local) -> None:
    local.send(*(local.event(event_id=f"e-{number}") for number in range(100)))
    (request,) = local.get("test-events", limit="1")["requests"].values()
    assert request["cut"] is True
    assert len(request["body"]) == 16_384


def test_requests_are_forgotten_before_events_are(local: Local) -> None:
    for number in range(501):
        local.send(local.event(event_id=f"e-{number}"))
    shown = local.get("test-events", event_id="e-0")
    assert len(shown["events"]) == 1
    assert shown["requests"] == {}
