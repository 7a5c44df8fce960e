"""How the meta_capi tag sends: destinations, requests, answers, and what it complains of at load."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from container.component import Payload, Response
from container.kinds import SecretText
from tests.tags.meta import context, event, tag


class TestSending:
    def test_several_pixels_get_the_same_event(self) -> None:
        made = tag(pixel_id=["111111", "{{ event.second }}", "111111"]).build(context(event(second=222222)))
        assert isinstance(made, Payload)
        assert made.destinations == ("111111", "222222")

    def test_a_test_event_code_of_the_tag_or_of_the_preview_travels_with_the_destination(self) -> None:
        made = tag(test_event_code="TEST1").build(context(event()))
        assert isinstance(made, Payload)
        assert made.destinations == ("1234567890:TEST1",)
        asked = context(event())
        asked.test_event_code = "TEST2"
        made = tag(test_event_code="TEST1").build(asked)
        assert isinstance(made, Payload)
        assert made.destinations == ("1234567890:TEST2",)

    def test_a_request_carries_events_code_agent_and_token(self) -> None:
        request = tag().pack("123:TEST1", [b'{"a":1}', b'{"a":2}'], "https://graph.facebook.com/")
        assert (request.method, request.url) == ("POST", "https://graph.facebook.com/v25.0/123/events")
        assert request.headers["content-type"] == "application/json"
        assert msgspec.json.decode(request.body) == {
            "data": [{"a": 1}, {"a": 2}],
            "test_event_code": "TEST1",
            "partner_agent": "tagdock",
            "access_token": "EAAB-secret",
        }

    def test_an_app_secret_proves_the_call(self) -> None:
        request = tag(app_secret=SecretText("app"), version="v26.0").pack("123", [b"{}"], "http://127.0.0.1/graph")
        # HMAC-SHA256 with key "app" of "EAAB-secret", made with openssl dgst
        proof = "ebf82abb4dc1a85a71ab4694c3e275fb631cf27b4196349ae6f0b3f84d32f2da"
        assert request.url == f"http://127.0.0.1/graph/v26.0/123/events?appsecret_proof={proof}"

    def test_the_answer_is_judged_and_repeats_no_secret(self) -> None:
        body = b'{"error":{"code":100,"error_subcode":2804003,"message":"EAAB-secret"}}'
        verdict = tag().judge(Response(400, {}, body), 1)
        assert (verdict.action, verdict.reason) == ("bury", "Graph error 100/2804003: ****")
        assert tag().judge(Response(400, {}, body), 2).action == "split"
        assert tag().judge(Response(0, failure="connection refused"), 2).reason == "connection refused"
        limited = tag().judge(Response(400, {"Retry-After": "90"}, b'{"error":{"code":4}}'), 2)
        assert (limited.action, limited.retry_after) == ("later", 90)


class TestComplaints:
    def test_a_good_tag_has_none(self) -> None:
        assert list(tag().complaints()) == []

    @pytest.mark.parametrize(
        ("options", "option"),
        [
            ({"pixel_id": "GTM-1"}, "pixel_id"),
            ({"action_source": "shop"}, "action_source"),
            ({"version": "v16.0"}, "version"),
        ],
    )
    def test_what_meta_does_not_know_is_told_at_load(self, options: dict[str, Any], option: str) -> None:
        assert [one.option for one in tag(**options).complaints()] == [option]

    def test_a_missing_package_is_told_at_load(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "phonenumbers", None)
        assert [one.option for one in tag(default_country="DE").complaints()] == ["default_country"]
