"""``tagdock outbox status`` beside a running server: what no file knows of its destinations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from container.cli.outbox.sending import in_words
from container.delivery.state import DestinationState
from tests.cli.test_outbox_files import tagdock
from tests.processes.server import CONFIG, TOKEN, Server, serving, until
from tests.web.served import served

SLOW = CONFIG.replace("first: 20ms, longest: 200ms", "first: 1h, longest: 1h").replace(
    "access_token: $META_ACCESS_TOKEN", "access_token: abc"
)
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=page_view&ep.event_id="


def told(server: Server) -> dict[str, Any]:
    done = tagdock("outbox", "status", "--json", "--url", server.url, at=server.folder)
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def state(server: Server) -> str:
    accounts = told(server)["accounts"]
    return accounts[0]["sending"]["state"] if accounts and accounts[0]["sending"] else ""


def lines(server: Server) -> list[str]:
    return tagdock("outbox", "status", "--url", server.url, at=server.folder).stdout.splitlines()


def test_the_breaker_and_parking_of_a_running_server_are_told_at_a_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGDOCK_TOKEN", TOKEN)
    with serving(tmp_path, SLOW) as server:
        server.post("/sandbox/faults", json={"n": 1, "status": 503})
        assert server.get(HIT + "1").status_code == 204
        until(lambda: state(server) == "open", "the breaker")
        (account,) = told(server)["accounts"]
        assert (account["sending"]["failures"], account["sending"]["last_status"]) == (1, 503)
        assert account["sending"]["next_attempt"] > 0
        (said,) = [line for line in lines(server) if "waiting" in line]
        assert said.startswith("meta 1234567890: waiting until 20")
        assert "Z after 1 failure in a row, then one payload is sent to see; last answer: " in said

        server.post("/sandbox/faults", json={"n": 1, "code": 190})
        server.post("/-/reload", headers={"authorization": f"Bearer {TOKEN}"})
        assert server.get(HIT + "2").status_code == 204
        until(lambda: state(server) == "parked", "the parking")
        assert any(line.startswith("meta 1234567890: parked until 20") for line in lines(server))

        monkeypatch.setenv("TAGDOCK_TOKEN", "another-token-altogether")
        assert told(server)["accounts"][0]["sending"] is None
        assert f"the server at {server.url} has another token, so how it sends is not known" in lines(server)
        server.kill()
        found = told(server)
        assert found["server"] == {
            "answers": False, "note": f"no server answers at {server.url}: nothing is sent until one is started"
        }  # fmt: skip


def test_how_it_sends_is_told_to_whoever_has_the_token_only(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        assert app.ask(HIT + "1").status == 204
        assert app.ask("/-/destinations").status == 401
        for given in ("Bearer nope", "Bearer \xfc"):
            assert app.ask("/-/destinations", authorization=given).status == 401
        answer = app.ask("/-/destinations", authorization=f"Bearer {TOKEN}")
        assert answer.headers["cache-control"] == "no-store"
        (one,) = answer.json["destinations"]
        assert (one["tag"], one["destination"], one["state"], one["pending"]) == ("meta", "1234567890", "closed", 1)
        assert answer.json["silent"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "closed"}, "sending"),
        (
            {"state": "open", "failures": 3, "next_attempt": 1_772_366_400.0, "last_words": "HTTP 503"},
            "waiting until 2026-03-01T12:00:00Z after 3 failures in a row, then one payload is sent to see; "
            "last answer: HTTP 503",
        ),
        (
            {"state": "open", "next_attempt": 1_772_366_400.0},
            "waiting until 2026-03-01T12:00:00Z as the vendor asked, then one payload is sent to see",
        ),
        (
            {"state": "half-open", "failures": 1, "last_words": "\x1b[31m"},
            "sending one payload to see, after 1 failure in a row; last answer: \\x1b[31m",
        ),
        ({"state": "parked"}, "parked"),
        (
            {"state": "parked", "next_attempt": 1_772_366_400.0},
            "parked until 2026-03-01T12:00:00Z, then one payload is sent to see whether it is mended",
        ),
    ],
)
def test_a_state_is_told_in_words(change: dict[str, Any], words: str) -> None:
    plain: dict[str, Any] = {
        "tag": "meta", "destination": "1", "state": "closed", "parked_for": "", "failures": 0, "next_attempt": None,
        "last_status": 0, "last_words": "", "last_at": None, "in_flight": 0, "pending": 1, "delivered": 0,
        "buried": 0, "rate": 0.0, "requests": {},
    }  # fmt: skip
    assert in_words(DestinationState(**{**plain, **change})) == words
