"""A server is asked to end: in good order within its time, the rest for the next start; asked twice, at once."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from container.outbox.prove import prove
from tests.processes.server import CONFIG, PATIENCE, Server, serving, until
from tests.processes.storm import Crowd, ends_of, is_poison
from tests.processes.storm import live as live_at
from tests.processes.storm import vendor as fine_vendor
from tests.serving.crew import Crew, crew

HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111"
HELD = 5 * PATIENCE
"""Seconds a vendor holds a request: longer than any test waits."""


class Vendor(ThreadingHTTPServer):
    """A vendor on this machine: holds every request until ``open`` is set, then takes it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.open = threading.Event()
        self.asked = threading.Event()
        self.events = 0


class _Taking(BaseHTTPRequestHandler):
    server: Vendor

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.set()
        self.server.open.wait(HELD)
        self.server.events += body.count(b"event_id")
        answer = b'{"events_received":1,"messages":[],"fbtrace_id":"A"}'
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def vendor() -> Iterator[Vendor]:
    with Vendor() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.open.set()
        made.shutdown()


def live(vendor: Vendor, wait: str) -> str:
    """A configuration that delivers to this vendor, a batch waiting so long for company."""
    return (
        CONFIG.replace(
            "access_token: $META_ACCESS_TOKEN",
            f'access_token: written, endpoint: "http://127.0.0.1:{vendor.server_port}"',
        )
        .replace("outbox:", "to: live\n  outbox:")
        .replace("wait: 20ms", f"wait: {wait}")
    )


def send(server: Server, count: int) -> None:
    statuses = {server.post(HIT, content=f"en=made_up&ep.event_id=e-{n}").status_code for n in range(count)}
    assert statuses == {204}


def test_asked_to_end_it_sends_what_it_has_without_waiting_for_company(tmp_path: Path) -> None:
    with vendor() as shop:
        shop.open.set()
        with serving(tmp_path, live(shop, "1h")) as server:
            send(server, 5)
            assert shop.events == 0
            assert server.stop() == 0
        assert shop.events == 5
    (proof,) = prove(tmp_path / "data" / "outbox.db")
    assert (proof.delivered, proof.pending, proof.balanced) == (5, 0, True)


def test_asked_to_end_under_load_it_answers_for_nothing_that_it_does_not_deliver_first(tmp_path: Path) -> None:
    crowd = Crowd()
    with fine_vendor(tmp_path / "vendor") as meta:
        folder = tmp_path / "shop"
        folder.mkdir()
        # A batch would wait an hour for company.
        config = live_at(meta).replace("at_most: 20, wait: 20ms", "at_most: 1000, wait: 1h")
        with serving(folder, config) as server, crowd.visiting(server):
            until(lambda: len(crowd.answered) >= 100, "hits to be taken")
            assert server.stop() == 0
        delivered = {one["event"]["event_id"] for one in meta.good()}
        good = {event for event in crowd.answered if not is_poison(event)}
        assert good <= delivered
        assert ends_of(server)["pending"] == 0


def test_what_a_vendor_does_not_take_in_time_is_left_for_the_next_start(tmp_path: Path) -> None:
    with vendor() as shop, serving(tmp_path, live(shop, "20ms")) as server:
        send(server, 5)
        assert shop.asked.wait(PATIENCE)
        assert server.stop() == 0
        (proof,) = prove(tmp_path / "data" / "outbox.db")
        assert (proof.delivered, proof.pending, proof.balanced) == (0, 5, True)
        assert "INFO    tagdock: stopped; 5 payloads wait in data/outbox.db\n" in server.log()
        shop.open.set()
        server.start()
        assert "INFO    tagdock: 5 payloads wait from before in data/outbox.db\n" in server.log()
        until(lambda: prove(tmp_path / "data" / "outbox.db")[0].delivered == 5, "what was left to be delivered")
        assert server.stop() == 0
        assert server.log().endswith("tagdock: stopped; no payload waits in data/outbox.db\n")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT])
def test_asked_a_second_time_it_ends_at_once_and_loses_nothing(
    tmp_path: Path, workers: int, again: signal.Signals
) -> None:
    with vendor() as shop, crew(tmp_path, live(shop, "20ms"), workers) as server:
        send(server, 5)
        assert shop.asked.wait(PATIENCE)
        process = server.process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        until(lambda: not _answers(server), "it to take no more")
        assert process.poll() is None, "it is still waiting for the vendor"
        process.send_signal(again)
        assert process.wait(PATIENCE) == 1
        assert "asked to end once more: ended at once" in server.log()
        server.process = None
        paths = [tmp_path / "data" / "outbox.db", tmp_path / "data" / "outbox.1.db"]
        proofs = [proof for path in paths if path.exists() for proof in prove(path)]
        assert sum(proof.pending for proof in proofs) == 5
        assert all(proof.balanced for proof in proofs)


def _answers(server: Crew) -> bool:
    host, _, port = server.url.removeprefix("http://").partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=PATIENCE):
            return True
    except OSError:
        return False
