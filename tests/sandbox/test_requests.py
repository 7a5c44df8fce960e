"""The stand-in for every vendor but Meta: what was sent can be looked at, without its tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.conftest import NOW, Local


def test_a_request_is_kept_and_answered_as_its_vendor_would() -> None:
    local = Local(answer=lambda kind: b'{"code":0}' if kind == "tiktok_events" else b"{}")
    sent = local.client.post(
        "/sandbox/http/tiktok_events/api.example:8443/v1/events?test=1&access_token=abc",
        json={"data": [{"event": "Purchase"}]},
        headers={"Access-Token": "abc", "X-Shop": "7"},
    )
    assert (sent.status_code, sent.json()) == (200, {"code": 0})
    assert local.client.put("/sandbox/http/crm/x.example/", data={"a": "1"}).json() == {}
    first, second = local.client.get("/sandbox/http").json()
    assert first == {
        "type": "tiktok_events",
        "host": "api.example:8443",
        "received": NOW,
        "method": "POST",
        "url": "api.example:8443/v1/events?test=1&access_token=***",
        "headers": {"content-type": "application/json", "access-token": "***", "x-shop": "7"},
        "body": {"data": [{"event": "Purchase"}]},
    }
    assert (second["method"], second["url"], second["body"]) == ("PUT", "x.example/", {"a": "1"})
    assert [one["type"] for one in local.client.get("/sandbox/http?type=crm").json()] == ["crm"]
    assert [one["type"] for one in local.client.get("/sandbox/http?limit=1").json()] == ["crm"]
    assert local.client.delete("/sandbox/http").json() == []
    local.client.get("/sandbox/http/crm/x.example/")
    local.client.post("/sandbox/reset")
    assert local.client.get("/sandbox/http").json() == []


def test_requests_survive_a_restart_and_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("container.sandbox.requests.KEPT", 3)
    local = Local(tmp_path / "sandbox.db")
    for n in range(5):
        local.client.get(f"/sandbox/http/crm/x.example/{n}")
    local.sandbox.close()
    again = Local(tmp_path / "sandbox.db")
    assert [one["url"] for one in again.client.get("/sandbox/http").json()] == [f"x.example/{n}" for n in (2, 3, 4)]
    again.sandbox.close()


def test_any_body_is_taken_and_a_huge_one_refused() -> None:
    local = Local()
    for body, kind in ((b"\xff\x00", "application/json"), (b"[" * 5000, "application/json"), (b"", "text/plain")):
        answer = local.client.post("/sandbox/http/crm/x.example/", content=body, headers={"content-type": kind})
        assert answer.status_code == 200
    assert local.client.post("/sandbox/http/crm/x.example/", content=b"x" * 4_200_000).status_code == 413
    assert len(local.client.get("/sandbox/http").json()) == 3
