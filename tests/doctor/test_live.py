"""A live container with a Meta of the tests' own: what it is sent, and what is made of its answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.doctor.checks.clock import clock
from container.doctor.checks.sending import sending
from container.doctor.checks.version import version
from container.doctor.patient import Patient
from tests.doctor.containers import NOW, patient
from tests.doctor.vendor import vendor

TOKEN = "EAAsecretsecretsecretsecret"
LIVE = {"TAGDOCK_TARGET": "live", "META_ACCESS_TOKEN": TOKEN}


def live(folder: Path, url: str, *, environ: dict[str, str] | None = None, **options: Any) -> Patient:
    change = ("      set_cookies: true", f"      endpoint: {url}")
    return patient(folder, change, environ={**LIVE, **(environ or {})}, **options)


def test_a_signed_event_goes_to_meta_under_the_test_code_and_counts_as_nothing(tmp_path: Path) -> None:
    with vendor() as meta:
        found = sending(live(tmp_path, meta.url, code="TEST12345"))
    assert found.status == "ok"
    ((path, body),) = meta.got
    assert path == "/v25.0/1234567890/events"
    assert (body["test_event_code"], body["access_token"]) == ("TEST12345", TOKEN)
    (event,) = body["data"]
    assert event["event_name"] == "TagdockDoctor"
    assert event["event_id"].startswith("tagdock-doctor-")
    assert "custom_data" not in event
    assert event["event_id"] in found.text
    assert "Test Events, TEST12345" in found.next


def test_nothing_goes_to_meta_without_a_test_code(tmp_path: Path) -> None:
    with vendor() as meta:
        found = sending(live(tmp_path, meta.url))
    assert (found.status, meta.got) == ("skipped", [])
    assert "--test-code" in found.next


def test_the_code_of_the_file_is_taken(tmp_path: Path) -> None:
    with vendor() as meta:
        sending(live(tmp_path, meta.url, environ={"META_TEST_EVENT_CODE": "TEST777"}))
    assert meta.got[0][1]["test_event_code"] == "TEST777"


@pytest.mark.parametrize(
    ("answer", "words", "advice"),
    [
        ((401, {"error": {"code": 190, "message": "Invalid OAuth access token"}}), "Graph error 190", "mend the token"),
        (
            (400, {"error": {"code": 100, "error_subcode": 33, "message": "no such"}}),
            "Graph error 100/33",
            "pixel's id",
        ),
        ((400, {"error": {"code": 100, "message": "Invalid parameter"}}), "Invalid parameter", "refuses the event"),
        ((503, {"error": {"code": 2, "message": "Service temporarily unavailable"}}), "Graph error 2", "try again"),
        ((500, "<html>"), "HTTP 500", "try again"),
    ],
)
def test_a_refusal_is_told_in_metas_words_with_what_to_do(
    answer: tuple[int, Any], words: str, advice: str, tmp_path: Path
) -> None:
    with vendor(to_post=answer) as meta:
        found = sending(live(tmp_path, meta.url, code="TEST1"))
    assert found.status == "fail"
    assert words in found.text
    assert advice in found.next
    assert TOKEN not in found.text + found.next


def test_a_meta_that_cannot_be_reached_fails_in_words(tmp_path: Path) -> None:
    examined = live(tmp_path, "http://127.0.0.1:9", code="TEST1")
    assert sending(examined).text == "meta: pixel 1234567890: no connection"
    assert (version(examined).status, version(examined).text) == ("fail", "meta: http://127.0.0.1:9: no connection")
    assert clock(examined).status == "warn"


def test_graph_is_asked_once_and_without_the_token(tmp_path: Path) -> None:
    with vendor(date=NOW) as meta:
        examined = live(tmp_path, meta.url)
        assert version(examined).text == f"meta: v25.0 works until 2028-07-29, and {meta.url} answers"
        assert clock(examined).status == "ok"
    assert meta.asked == ["/v25.0/"]


@pytest.mark.parametrize(
    ("apart", "status", "words"),
    [(90, "warn", "90 seconds behind"), (-90, "fail", "90 seconds ahead"), (30, "ok", "within 30 s")],
)
def test_the_clock_is_compared_with_the_vendors(apart: float, status: str, words: str, tmp_path: Path) -> None:
    with vendor(date=NOW + apart) as meta:
        found = clock(live(tmp_path, meta.url))
    assert (found.status, words in found.text) == (status, True), found


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((400, {"error": {"code": 2635, "message": "You are calling a deprecated version"}}), "fail"),
        ((502, "<html>"), "warn"),
        ((404, "?"), "ok"),
    ],
)
def test_what_graph_says_of_the_version_counts(answer: tuple[int, Any], status: str, tmp_path: Path) -> None:
    with vendor(to_get=answer) as meta:
        assert version(live(tmp_path, meta.url)).status == status


def test_without_a_token_nothing_is_sent(tmp_path: Path) -> None:
    with vendor() as meta:
        found = sending(live(tmp_path, meta.url, environ={"META_ACCESS_TOKEN": ""}, code="TEST1"))
    assert (found.status, found.text, meta.got) == ("fail", "meta: there is no access_token", [])


def test_every_pixel_gets_its_own_event(tmp_path: Path) -> None:
    with vendor() as meta:
        examined = live(tmp_path, meta.url, code="TEST1")
        path = examined.config
        path.write_text(path.read_text().replace('pixel_id: "1234567890"', 'pixel_id: ["111111", "222222"]'))
        found = sending(examined)
    assert sorted(path for path, _ in meta.got) == ["/v25.0/111111/events", "/v25.0/222222/events"]
    assert found.status == "ok"
