"""What Graph's answers mean for the events of a request."""

import json
from typing import Any

import pytest

from container.meta.answers import judge


def graph(code: int, subcode: int = 0, **more: Any) -> bytes:
    error = {"message": "Invalid parameter", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    if subcode:
        error["error_subcode"] = subcode
    return json.dumps({"error": error}).encode()


ACCEPTED = b'{"events_received":1,"messages":[],"fbtrace_id":"A1"}'


@pytest.mark.parametrize("body", [ACCEPTED, b"", b"{}"])
def test_an_upload_is_accepted_by_its_status(body: bytes) -> None:
    assert judge(200, body, {}).action == "done"


def test_a_page_instead_of_json_came_from_something_before_graph() -> None:
    assert judge(200, b"<html>login</html>", {}).action == "later"
    assert judge(400, b"<!DOCTYPE html>", {}).action == "later"


@pytest.mark.parametrize("status", [0, 408, 425, 429, 500, 502, 503, 504])
def test_no_answer_and_a_servers_trouble_are_tried_again(status: int) -> None:
    assert judge(status, b"", {}).action == "later"


@pytest.mark.parametrize("code", [1, 2, 4, 17, 32, 341, 368, 613, 5000, 21009, 80000, 80003, 80004, 80014])
def test_a_passing_trouble_is_tried_again_though_http_says_400(code: int) -> None:
    assert judge(400, graph(code), {}, 10).action == "later"


@pytest.mark.parametrize(
    ("code", "subcode"), [(190, 0), (190, 460), (190, 463), (3, 0), (10, 0), (200, 0), (299, 0), (100, 33)]
)
def test_a_refused_token_permission_or_pixel_parks_the_destination(code: int, subcode: int) -> None:
    assert judge(400, graph(code, subcode), {}, 10).action == "park"


@pytest.mark.parametrize(
    "subcode", [0, 34, 38, 2804003, 2804008, 2804009, 2804011, 2804019, 2804023, 2804050, 2804066, 1815356]
)
def test_one_bad_event_splits_its_batch_and_is_buried_alone(subcode: int) -> None:
    assert judge(400, graph(100, subcode), {}, 2).action == "split"
    assert judge(400, graph(100, subcode), {}, 1).action == "bury"


def test_an_unknown_code_is_judged_by_is_transient_then_by_http() -> None:
    assert judge(400, graph(9999, is_transient=True), {}, 1).action == "later"
    assert judge(400, graph(9999, is_transient=False), {}, 1).action == "bury"
    assert judge(503, graph(9999), {}, 1).action == "later"


@pytest.mark.parametrize(
    ("status", "action"), [(401, "park"), (403, "park"), (404, "park"), (302, "park"), (400, "bury"), (413, "bury")]
)
def test_without_a_graph_error_http_decides(status: int, action: str) -> None:
    assert judge(status, b"no", {}).action == action


def test_the_pause_is_the_longest_that_the_headers_ask_for() -> None:
    usage = json.dumps({"123": [{"call_count": 100, "estimated_time_to_regain_access": 5, "type": "ads_management"}]})
    headers = {
        "Retry-After": "7",
        "X-Business-Use-Case-Usage": usage,
        "X-Ad-Account-Usage": '{"reset_time_duration": 90}',
    }
    assert judge(400, graph(80004), headers).retry_after == 300
    assert judge(400, graph(17), {"retry-after": "120"}).retry_after == 120
    assert judge(400, graph(17), {}).retry_after == 60
    assert judge(500, b"", {"retry-after": "999999999"}).retry_after == 86400
    assert judge(500, b"", {}).retry_after is None
    assert judge(400, graph(368), {"retry-after": "1"}).retry_after == 3600


def test_a_date_to_retry_after_counts_from_the_answers_date() -> None:
    headers = {"Retry-After": "Wed, 01 Jan 2025 00:02:00 GMT", "Date": "Wed, 01 Jan 2025 00:00:00 GMT"}
    assert judge(503, b"", headers).retry_after == 120


@pytest.mark.parametrize(
    "header", ["", "{", "[]", '"x"', '{"a": [{"estimated_time_to_regain_access": "soon"}]}', "[" * 5000]
)
def test_a_header_that_cannot_be_read_asks_for_nothing(header: str) -> None:
    assert judge(500, b"", {"x-business-use-case-usage": header, "retry-after": "soon"}).retry_after is None


def test_the_reason_has_codes_and_title_and_repeats_no_token() -> None:
    title = {"error_user_title": "Event Timestamp Too Old", "error_user_msg": "Send it sooner."}
    found = judge(400, graph(100, 2804003, **title), {}).reason
    assert found == "Graph error 100/2804003: Event Timestamp Too Old: Send it sooner."
    assert judge(400, graph(190, message="Malformed access token EAAB123"), {}).reason == "Graph error 190"
    assert judge(400, graph(100), {}).reason == "Graph error 100: Invalid parameter"


@pytest.mark.parametrize("body", [b'{"error": 7}', b'{"error": {"code": "x"}}', b"\xff", b"[" * 100000])
def test_an_odd_answer_is_judged_by_its_status(body: bytes) -> None:
    assert judge(503, body, {}, 3).action == "later"
