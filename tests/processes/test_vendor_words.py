"""What a vendor repeats of a person or a token is nowhere a real server writes, nor in what its commands show."""

from __future__ import annotations

from pathlib import Path

from tests.cli.tagdock import tagdock
from tests.processes.server import serving, until

HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=purchase&epn.value=5&cu=EUR&ep.event_id=o-"
BUSY = "boom jane.g1@shop.example 49151123456 token EAABsbCS1iHgxyz0"
BAD = "user jane.g1@shop.example of 203.0.113.77 with access_token=sesame.1"


def test_a_vendor_s_words_are_masked_in_log_ledger_books_and_status(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        faults = [
            {"n": 2, "status": 500, "code": 2, "message": BUSY},
            {"n": 1, "status": 400, "code": 100, "message": BAD},
        ]
        assert server.post("/sandbox/faults", json=faults).is_success
        assert server.post(f"{HIT}1").is_success
        until(
            lambda: server.get("/-/metrics").text.count("tagdock_outbox_dead{") and "1 dead;" in server.log(), "a death"
        )
        shown = ""
        for words in (
            ("ledger", "--outcome", "dead"), ("ledger", "--json"), ("outbox", "status"), ("outbox", "dead"),
            ("explain-event", "o-1"),
        ):  # fmt: skip
            done = tagdock(*words, at=tmp_path, META_ACCESS_TOKEN="a-token")
            assert done.returncode == 0, done.stderr
            shown += done.stdout
        log = server.log()
    assert "not accepting (Graph error 2: boom *** *** token ***)" in log
    assert "Graph error 100: user *** of *** with access_token=***" in " ".join(shown.split())
    kept = "".join(file.read_bytes().decode("latin-1") for file in (tmp_path / "data").glob("outbox*"))
    for secret in ("jane.g1", "49151123456", "EAABsbCS", "203.0.113.77", "sesame"):
        assert secret not in log + shown + kept, secret
