"""Faults on demand: status, Graph code, delay, dropped connection, and a share of all requests."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from .conftest import NOW, PIXEL, Local


def ask(local: Local, *faults: dict[str, Any]) -> dict[str, Any]:
    response = local.client.post("/sandbox/faults", json=list(faults) if len(faults) > 1 else faults[0])
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def statuses(local: Local, requests: int) -> list[int]:
    return [local.send(local.event(event_id=f"e-{number}")).status_code for number in range(requests)]


def test_the_next_n_requests_suffer_and_the_one_after_does_not(local: Local) -> None:
    ask(local, {"n": 2, "status": 500, "code": 2})
    assert statuses(local, 3) == [500, 500, 200]


def test_what_a_fault_refuses_is_not_received_and_counted_apart(local: Local) -> None:
    ask(local, {"status": 503})
    statuses(local, 2)
    counts = local.get("all")
    assert (counts["total"], counts["good"], counts["bad"], counts["faulted"]) == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"code": 1}, 500, {"code": 1, "is_transient": True}),
        ({"code": 2}, 503, {"code": 2, "is_transient": True}),
        ({"code": 4}, 400, {"code": 4, "is_transient": True}),
        ({"code": 17, "subcode": 2446079}, 400, {"code": 17, "error_subcode": 2446079, "is_transient": True}),
        ({"code": 190, "subcode": 463}, 401, {"code": 190, "error_subcode": 463}),
        ({"code": 200, "message": "No"}, 403, {"code": 200, "message": "No"}),
        ({"code": 100, "subcode": 33, "status": 404}, 404, {"code": 100, "error_subcode": 33}),
        ({"code": 5000, "status": 400}, 400, {"code": 5000, "is_transient": True}),
        ({"code": 100, "is_transient": True}, 400, {"code": 100, "is_transient": True}),
        ({"status": 429}, 429, {"code": 4}),
        ({"status": 500}, 500, {"code": 1}),
    ],
)
def test_a_fault_answers_with_graphs_error(
    local: Local, fault: dict[str, Any], status: int, error: dict[str, Any]
) -> None:
    ask(local, fault)
    response = local.send(local.event())
    assert response.status_code == status
    assert error.items() <= response.json()["error"].items()
    assert response.json()["error"]["type"] == "OAuthException"


def test_a_limit_comes_with_metas_usage_headers(local: Local) -> None:
    ask(local, {"code": 80004, "retry_after": 90})
    headers = local.send(local.event()).headers
    assert headers["retry-after"] == "90"
    assert json.loads(headers["x-app-usage"]) == {"call_count": 100, "total_cputime": 100, "total_time": 100}
    (business,) = json.loads(headers["x-business-use-case-usage"]).values()
    assert business[0]["estimated_time_to_regain_access"] == 2  # minutes


def test_an_edge_that_never_reached_graph_answers_in_html(local: Local) -> None:
    ask(local, {"status": 502, "html": True})
    response = local.send(local.event())
    assert response.status_code == 502
    assert response.headers["content-type"].startswith("text/html")


def test_a_delay_alone_holds_up_the_answer_and_refuses_nothing(local: Local) -> None:
    ask(local, {"delay": 2.5})
    assert statuses(local, 1) == [200]
    assert local.slept == [2.5]


def test_half_the_requests_suffer_the_same_half_for_the_same_seed(local: Local) -> None:
    def struck() -> list[int]:
        ask(local, {"rate": 0.5, "seed": 7, "status": 500})
        found = statuses(local, 200)
        local.client.post("/sandbox/reset")
        return found

    first = struck()
    assert 70 <= first.count(500) <= 130
    assert struck() == first


def test_a_rate_of_one_strikes_every_request_until_it_is_taken_back(local: Local) -> None:
    assert ask(local, {"rate": 1, "status": 500})["faults"] == [{"rate": 1.0, "status": 500}]
    assert statuses(local, 4) == [500, 500, 500, 500]
    local.client.delete("/sandbox/faults")
    assert statuses(local, 1) == [200]


def test_a_share_may_be_limited_to_n_requests(local: Local) -> None:
    ask(local, {"rate": 0.5, "seed": 7, "n": 3, "status": 500})
    assert statuses(local, 50).count(500) == 3


def test_faults_strike_in_the_order_they_were_asked_for(local: Local) -> None:
    ask(local, {"status": 500}, {"code": 190})
    assert statuses(local, 3) == [500, 401, 200]


def test_a_fault_for_one_pixel_spares_the_others(local: Local) -> None:
    ask(local, {"status": 500, "pixel_id": "77"})
    assert statuses(local, 1) == [200]
    assert local.send(local.event(), pixel="77").status_code == 500


def test_faults_are_listed_and_forgotten_by_delete_and_reset(local: Local) -> None:
    assert ask(local, {"n": 5, "status": 500})["faults"] == [{"n": 5, "status": 500}]
    statuses(local, 1)
    assert local.get("faults")["faults"] == [{"n": 4, "status": 500}]
    assert local.client.delete("/sandbox/faults").json() == {"faults": []}
    ask(local, {"status": 500})
    local.client.post("/sandbox/reset")
    assert statuses(local, 1) == [200]


@pytest.mark.parametrize(
    "body",
    ["", "[", "7", '{"n": 0}', '{"status": 99}', '{"delay": -1}', '{"rate": 0}', '{"rate": 2}', '{"drop": "later"}',
     '{"time": 3}', '{"usage": -1}', '{"retry_after": -1}', "x" * 70_000, "[" * 5000],
)  # fmt: skip
def test_a_fault_that_is_none_is_refused_with_a_reason(local: Local, body: str) -> None:
    response = local.client.post("/sandbox/faults", content=body)
    assert response.status_code == 400
    assert response.json()["error"].startswith("not a fault: ")
    assert local.get("faults")["faults"] == []


@pytest.mark.parametrize(("drop", "kept"), [(True, 0), ("before", 0), ("after", 1)])
def test_a_dropped_connection_gives_no_answer_and_after_means_the_event_was_kept(
    local: Local, drop: object, kept: int
) -> None:
    ask(local, {"drop": drop})
    sent: list[Any] = []
    body = json.dumps({"data": [local.event()], "access_token": "t"}).encode()
    scope = {
        "type": "http", "method": "POST", "path": f"/graph/v26.0/{PIXEL}/events", "root_path": "", "query_string": b"",
        "headers": [(b"content-type", b"application/json")], "http_version": "1.1", "scheme": "http",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(local.sandbox.app(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start"]  # a head whose body never comes
    assert local.get("all")["good"] == kept
    assert local.send(local.event()).status_code == 200
    assert local.get("good")[-1]["deduplicated"] is bool(kept)


def test_the_clock_of_a_faulted_request_is_the_sandboxs(local: Local) -> None:
    ask(local, {"status": 500})
    local.send(local.event())
    local.send(local.event())
    (request,) = local.get("test-events")["requests"].values()
    assert request["received"] == NOW
