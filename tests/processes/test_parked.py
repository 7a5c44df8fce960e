"""A payload that waits for a parked destination says so: the attempt, the vendor's answer, and what to do."""

from __future__ import annotations

from pathlib import Path

from tests.cli.tagdock import tagdock
from tests.processes.server import serving, until
from tests.processes.test_ledger import order, told


def test_what_waits_for_a_new_token_tells_its_attempt_and_why_it_waits(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.post("/sandbox/faults", json={"n": 1_000_000, "status": 400, "code": 190}).is_success
        order(server, 1)
        until(lambda: "parked, everything is kept" in server.log(), "the destination to be parked")
        (life,) = told(tmp_path, "explain-event", "o-1")
        (one,) = life["payloads"]
        number = str(one["payload"])
        explained = tagdock("explain-event", "o-1", at=tmp_path, META_ACCESS_TOKEN="a-token").stdout
        shown = tagdock("outbox", "show", number, at=tmp_path, META_ACCESS_TOKEN="a-token").stdout
        standing = tagdock("outbox", "status", at=tmp_path, META_ACCESS_TOKEN="a-token").stdout
        shown_json = told(tmp_path, "outbox", "show", number)
    assert (one["outcome"], one["attempts"], one["status"]) == ("pending", 1, 400)
    assert [(each["status"], each["reason"][:15]) for each in one["history"]] == [(400, "Graph error 190")]
    assert one["parked"]["reason"].startswith("Graph error 190")
    assert shown_json["parked"]["reason"] == one["parked"]["reason"]
    for text in (explained, shown):
        words = " ".join(text.split())
        assert "answer 400: Graph error 190" in words
        assert "destination parked" in words
        assert "; renew the token, or mend what it says, and reload" in words
    assert "not tried yet" not in standing
