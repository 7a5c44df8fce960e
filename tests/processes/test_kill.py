"""What a server answered with 2xx is delivered, whatever became of the server and of the vendor meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx2

from tests.processes.server import AGENT, CONFIG, Server, serving, until

ROUNDS = 4
SENDERS = 4


class Load:
    """Senders that go on until the server is gone, and remember which of their events were answered with 2xx."""

    def __init__(self, server: Server, name: str) -> None:
        self.accepted: set[str] = set()
        self.odd: list[int] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(server.url, f"{name}-{number}")) for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def _send(self, url: str, name: str) -> None:
        number = 0
        with httpx2.Client(timeout=10, headers={"user-agent": AGENT}) as http:
            while not self._stop.is_set():
                number += 1
                ids = [f"{name}-{number}-{place}" for place in range(1 + number % 3)]
                lines = "\r\n".join(f"en=purchase&epn.value=5&cu=EUR&ep.event_id={one}" for one in ids)
                try:
                    answer = http.post(f"{url}/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111", content=lines)
                except httpx2.TransportError:
                    return  # killed: whether the hit was kept nobody was told
                if answer.is_success:
                    self.accepted.update(ids)
                else:
                    self.odd.append(answer.status_code)

    def join(self) -> set[str]:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)
        assert self.odd == []
        return self.accepted


def test_after_kills_under_load_with_a_vendor_refusing_half_every_accepted_event_is_delivered(tmp_path: Path) -> None:
    accepted: set[str] = set()
    with serving(tmp_path) as server:
        for turn in range(ROUNDS):
            fault = {"rate": 0.5, "status": 503, "seed": turn}
            assert server.post("/sandbox/faults", json=fault).status_code == 200
            before = len(server.good())
            load = Load(server, f"r{turn}")
            until(lambda load=load: len(load.accepted) >= 150, "accepted hits")  # type: ignore[misc]
            until(lambda before=before: server._count({}) > before, "some to be delivered")  # type: ignore[misc]
            server.kill()
            accepted |= load.join()
            server.start()
        delivered = {one["event"]["event_id"] for one in server.delivered(len(accepted))}
        until(lambda: accepted <= {one["event"]["event_id"] for one in server.good()}, "all accepted events")
        until(lambda: pending(server) == 0, "an empty outbox")
        delivered = {one["event"]["event_id"] for one in server.good()}
        # A hit that was kept but whose answer the kill swallowed may be there beside them, at most one a sender.
        assert accepted <= delivered
        assert len({one.rpartition("-")[0] for one in delivered - accepted}) <= ROUNDS * SENDERS
        assert server.get("/sandbox/bad").json() == []
        assert server.stop() == 0


def pending(server: Server) -> int:
    lines = server.get("/-/metrics").text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("tagdock_outbox_pending{"))


def test_asked_to_end_it_delivers_what_it_can_first(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "shop").mkdir()
    with serving(tmp_path / "vendor") as vendor:
        token = f'a-token, endpoint: "{vendor.url}/sandbox/graph"'
        live = CONFIG.replace("$META_ACCESS_TOKEN", token).replace("outbox:", "to: live\n  outbox:")
        # A batch would wait an hour for company.
        patient = live.replace("at_most: 20, wait: 20ms", "at_most: 1000, wait: 1h")
        with serving(tmp_path / "shop", patient) as shop:
            load = Load(shop, "t")
            until(lambda: len(load.accepted) >= 50, "accepted hits")
            accepted = load.join()
            assert vendor.good() == []
            assert shop.stop() == 0
        assert {one["event"]["event_id"] for one in vendor.good()} == accepted


def test_asked_to_end_while_the_vendor_is_down_it_ends_soon_and_keeps_the_rest(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        load = Load(server, "d")
        until(lambda: len(load.accepted) >= 50, "accepted hits")
        accepted = load.join()
        assert server.stop() == 0
        assert server.log().count("listens on") == 1
        server.start()  # faults are forgotten with the process
        delivered = {one["event"]["event_id"] for one in server.delivered(len(accepted))}
        assert delivered == accepted
        assert server.stop() == 0
