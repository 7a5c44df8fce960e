"""A server whose disk is full refuses hits and says so, delivers what it has, and goes on when there is room again."""

from __future__ import annotations

import resource
from pathlib import Path

from tests.processes.server import Server, serving, until

SMALL = 20_000
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111"


def send(server: Server, name: str) -> int:
    return server.post(HIT, content=f"en=made_up&ep.event_id={name}&ep.x={'x' * 2000}").status_code


def test_while_no_file_may_grow_hits_are_refused_and_none_of_those_taken_is_lost(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        # With the vendor away nothing is folded or freed in the meantime.
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        assert server.process is not None
        taken = [f"before-{number}" for number in range(20)]
        assert {send(server, name) for name in taken} == {204}
        unlimited = resource.RLIM_INFINITY
        # Smaller than the outbox is by now, larger than the log: what is written to the outbox fails as on a full disk.
        assert (tmp_path / "data" / "outbox.sandbox.db-wal").stat().st_size > 2 * SMALL > 4 * len(server.log())
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (SMALL, unlimited))
        assert {send(server, f"during-{number}") for number in range(10)} == {503}
        assert server.get("/healthy").status_code == 200
        ready = server.get("/-/ready")
        assert (ready.status_code, ready.text.startswith("not ready: outbox data/outbox.sandbox.db: ")) == (503, True)
        assert "a hit was refused with 503, nothing of it was kept: outbox data/outbox.sandbox.db: " in server.log()

        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        until(lambda: send(server, "after") == 204, "a hit to be taken again")
        assert server.get("/-/ready").status_code == 200
        server.post("/sandbox/reset")
        taken.append("after")
        delivered = {one["event"]["event_id"] for one in server.delivered(len(taken))}
        assert delivered == set(taken)
