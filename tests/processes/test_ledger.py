"""The ledger of a real server: what was accepted is in it once, whatever became of the server, and can be forgotten."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.cli.tagdock import tagdock
from tests.processes.server import CONFIG, TOKEN, Server, serving, until

SHOP = CONFIG.replace("fires_on: anything", "fires_on: anything\n    needs_consent: [ad_storage]")


def told(folder: Path, *words: str) -> Any:
    done = tagdock(*words, "--json", at=folder, META_ACCESS_TOKEN="a-token")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pending(server: Server) -> int:
    lines = server.get("/-/metrics").text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("tagdock_outbox_pending{"))


def order(server: Server, number: int, gcs: str = "G111", **headers: str) -> None:
    query = f"v=2&tid=G-1&cid=7.8&gcs={gcs}&en=purchase&epn.value=5&cu=EUR&ep.event_id=o-{number}"
    query += f"&ep.transaction_id=T{number}&ep.user_data.email=jane{number}@shop.example"
    assert server.post(f"/g/collect?{query}", headers=headers).is_success


def shown(folder: Path) -> int:
    """Hits of order 2 that the console keeps."""
    with closing(sqlite3.connect(folder / "data" / "console.db")) as connection:
        rows = connection.execute("SELECT document FROM hit").fetchall()
    return sum(b'"o-2"' in document for (document,) in rows)


def test_a_purchase_is_in_the_ledger_and_so_is_one_that_consent_held_back(tmp_path: Path) -> None:
    with serving(tmp_path, SHOP) as server:
        order(server, 1)
        order(server, 1)
        order(server, 2, "G100")
        server.delivered(1)
        until(lambda: len(told(tmp_path, "ledger")) == 3 and pending(server) == 0, "three entries")
        found = {(one["event_id"], one["outcome"]): one for one in told(tmp_path, "ledger")}
    assert set(found) == {("o-1", "delivered"), ("o-1", "suppressed"), ("o-2", "no_consent")}
    sent = found["o-1", "delivered"]
    assert (sent["order_id"], sent["client"], sent["attempts"]) == ("T1", "browser", 1)
    assert {(one["name"], one["hashed"]) for one in sent["identifiers"]} >= {("em", True), ("client_user_agent", False)}
    assert sent["consent"]["ad_storage"] == {"state": "granted", "source": "hit"}
    assert found["o-2", "no_consent"]["reason"] == "ad_storage is denied"
    (life, again) = told(tmp_path, "explain-event", "T1")
    assert life["payloads"][0]["copies"] == "no browser's copy of this event_id came"
    assert again["payloads"][0]["reason"] == "same event_id already accepted"
    for file in (tmp_path / "data").glob("outbox*"):
        assert b"jane1@shop" not in file.read_bytes()


def test_killed_between_acceptance_and_delivery_there_is_one_entry_and_it_becomes_delivered(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        order(server, 1)
        server.kill()
        (only,) = told(tmp_path, "ledger", "--id", "o-1")
        assert only["outcome"] == "pending"
        server.start()
        server.delivered(1)
        until(lambda: pending(server) == 0, "the end of the delivery")
        (only,) = told(tmp_path, "ledger", "--id", "o-1")
        assert (only["outcome"], only["order_id"]) == ("delivered", "T1")


def test_after_kills_the_ledger_has_every_payload_once_at_the_end_the_books_say(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for turn in range(2):
            server.post("/sandbox/faults", json={"rate": 0.3, "status": 503, "seed": turn})
            for number in range(150):
                order(server, 1000 * turn + number)
            server.kill()
            server.start()
        until(lambda: pending(server) == 0, "an empty outbox")
        order(server, 1)
        until(lambda: pending(server) == 0, "an empty outbox")
        found = told(tmp_path, "ledger")
        counts = Counter(one["outcome"] for one in found)
        books = told(tmp_path, "outbox", "prove")
    assert books["balanced"]
    ends = ("delivered", "suppressed", "dead", "pending")
    assert {end: counts[end] for end in ends} == {end: sum(one[end] for one in books["accounts"]) for end in ends}
    assert (counts["delivered"], counts["suppressed"]) == (300, 1)
    assert len({one["payload"] for one in found}) == len(found)


def test_somebody_is_forgotten_beside_a_running_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        order(server, 1)
        server.delivered(1)
        until(lambda: pending(server) == 0, "the first delivery")
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        order(server, 2, **{"x-tagdock-preview": TOKEN})
        order(server, 3)
        until(lambda: shown(tmp_path) == 1, "the console's copy")
        done = told(tmp_path, "forget", "--email", "Jane2@shop.example", "--order-id", "T1")
        assert (done["pending"], done["dead"], done["entries"]) == (1, 0, 2)
        assert (done["sandbox"] > 0, done["console"], shown(tmp_path)) == (True, 2, 0)
        assert server.good() == []
        until(lambda: pending(server) == 1, "the server to see it")
        server.http.delete(f"{server.url}/sandbox/faults")
        until(lambda: [one["event"]["event_id"] for one in server.good()] == ["o-3"], "the other order")
        until(lambda: pending(server) == 0, "the last delivery")
        assert told(tmp_path, "outbox", "prove")["balanced"]
        outcomes = Counter((one["event_id"], one["outcome"]) for one in told(tmp_path, "ledger"))
    assert outcomes == {
        ("forgotten", "delivered"): 1,
        ("forgotten", "dead"): 1,
        ("o-3", "delivered"): 1,
        ("", "forgotten"): 1,
    }
