"""A storm: visitors that never rest, a vendor that does all a vendor can do wrong, and what must hold after it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.cli.tagdock import tagdock
from tests.processes.server import AGENT, CONFIG, PATIENCE, TOKEN, Server, serving, until

HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111"
BEARER = {"authorization": f"Bearer {TOKEN}"}
VISITORS = 4
PAUSE = 0.008

# Meta refuses a PageView by business messaging whatever it is sent with, and every other event of its batch with it.
POISON = (
    "en=page_view&ep.user_data.email_address=a@shop.example"
    "&ep.action_source=business_messaging&ep.messaging_channel=whatsapp"
)
GOOD = "en=purchase&epn.value=5&cu=EUR"
POISONED = 17
"""One event in so many is one the vendor refuses."""

WEATHER = (
    {"rate": 0.06, "status": 503},
    {"rate": 0.06, "status": 500},
    {"rate": 0.02, "status": 429, "retry_after": 1},
    {"rate": 0.02, "code": 190},
    {"rate": 0.05, "code": 100, "status": 400},
    {"rate": 0.04, "html": True, "status": 502},
    {"rate": 0.08, "delay": 0.15},
    {"rate": 0.06, "drop": "before"},
    {"rate": 0.10, "drop": "after"},
)
"""What befalls the vendor's requests: down, broken, asking for patience, refusing the token or an event, answering as
something before it does, slow, hanging up unheard, and hanging up after it has taken everything."""


@contextmanager
def vendor(folder: Path, seed: int | None = None) -> Iterator[Server]:
    """The local Meta as a server of its own, which nobody kills; in bad weather when there is a seed for it."""
    folder.mkdir()
    with serving(folder) as server:
        if seed is not None:
            faults = [{**fault, "seed": seed + place} for place, fault in enumerate(WEATHER)]
            assert server.post("/sandbox/faults", json=faults).status_code == 200
        yield server


def live(vendor: Server) -> str:
    """A configuration that delivers to this vendor."""
    token = f'a-token, endpoint: "{vendor.url}/sandbox/graph"'
    return CONFIG.replace("$META_ACCESS_TOKEN", token).replace("outbox:", "to: live\n  outbox:")


class Crowd:
    """Visitors, each with hits of one to three events. ``answered`` are the events whose hit was answered with 2xx.

    A hit that nobody answered, since the server was killed, comes again later as a page that is loaded once more does.
    ``odd`` is every other answer there was.
    """

    def __init__(self) -> None:
        self.answered: set[str] = set()
        self.unanswered: deque[list[str]] = deque()
        self.odd: list[str] = []
        self._turn = 0

    @contextmanager
    def visiting(self, server: Server) -> Iterator[None]:
        """Go on until the block is left."""
        self._turn += 1
        leave = threading.Event()
        threads = [
            threading.Thread(target=self._visit, args=(server.url, f"{self._turn}-{number}", leave))
            for number in range(VISITORS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            leave.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert not self.odd, self.odd

    def _visit(self, url: str, name: str, leave: threading.Event) -> None:
        number = 0
        with httpx2.Client(timeout=PATIENCE, headers={"user-agent": AGENT}) as http:
            while not leave.wait(PAUSE):
                number += 1
                events = self._again() or [f"{name}-{number}-{place}" for place in range(1 + number % 3)]
                self._send(http, url, events)
                if number % 20 == 0:  # somebody mends what parked the destination
                    self._mend(http, url)

    def _again(self) -> list[str]:
        try:
            return self.unanswered.popleft()
        except IndexError:
            return []

    def _send(self, http: httpx2.Client, url: str, events: list[str]) -> None:
        lines = (f"{POISON if is_poison(one) else GOOD}&ep.event_id={one}" for one in events)
        try:
            answer = http.post(f"{url}{HIT}", content="\r\n".join(lines))
        except httpx2.TransportError:
            self.unanswered.append(events)
            return
        if answer.is_success:
            self.answered.update(events)
        else:
            self.odd.append(f"{answer.status_code} for a hit: {answer.text}")

    def _mend(self, http: httpx2.Client, url: str) -> None:
        try:
            answer = http.post(f"{url}/-/reload", headers=BEARER)
        except httpx2.TransportError:
            return
        if answer.status_code not in (200, 503):  # 503: a worker that was just killed did not hear of it
            self.odd.append(f"{answer.status_code} for a reload: {answer.text}")


def is_poison(event: str) -> bool:
    """Whether the vendor refuses this event; every time it comes."""
    return random.Random(event).randrange(POISONED) == 0


@contextmanager
def proven(folder: Path, when: str) -> Iterator[None]:
    """``tagdock outbox prove`` begins before the block, which goes on beside it, and must have ended well after it."""
    command = [sys.executable, "-c", "from container.cli.main import main; main()", "outbox", "prove"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        yield
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, f"{when}: {said}"


def check(crowd: Crowd, shop: Server, vendor: Server) -> None:
    """When the weather is fine again every event that was answered for has one end, and the vendor counted it once."""
    with crowd.visiting(shop):
        # A slow machine sends few requests in the time it had.
        until(lambda: vendor.get("/sandbox/all").json()["deduplicated"], "an answer to be lost behind events taken")
    assert vendor.http.delete(f"{vendor.url}/sandbox/faults").status_code == 200
    with crowd.visiting(shop):
        until(lambda: not crowd.unanswered, "the hits nobody answered to come again")
    assert shop.post("/-/reload", headers=BEARER).status_code == 200
    until(lambda: ends_of(shop)["pending"] == 0, "everything to be brought to its end")

    seen = vendor.good()
    counted = [one["event"]["event_id"] for one in seen if not one["deduplicated"]]
    delivered, poison = set(counted), set(filter(is_poison, crowd.answered))
    dead = {one["event_id"] for one in told(shop, "dead", "--limit", "1000000")}
    twice = [event for event, times in Counter(counted).items() if times > 1]
    assert not twice, f"counted more than once: {twice}"
    lost, made_up = crowd.answered - delivered - dead, (delivered | dead) - crowd.answered
    assert not lost, f"answered for and at no end: {lost}"
    assert not made_up, f"at an end and never sent: {made_up}"
    assert poison <= dead, f"refused and not dead: {poison - dead}"

    ends = ends_of(shop)
    all_of_it = f"{ends}, {len(crowd.answered)} sent, {len(delivered)} at the vendor, {len(dead)} dead"
    assert ends["accepted"] == ends["delivered"] + ends["suppressed"] + ends["dead"], all_of_it
    # What the vendor took while we never heard of it may have been refused when it came again.
    assert len(delivered - dead) <= ends["delivered"] <= len(delivered), all_of_it
    counts = vendor.get("/sandbox/all").json()
    assert counts["faulted"], "the weather was fine"


def told(shop: Server, *words: str) -> Any:
    """What a command of ``tagdock outbox`` says of a server's files."""
    done = tagdock("outbox", *words, "--json", at=shop.folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ends_of(shop: Server) -> dict[str, int]:
    """The books of all its files for the one destination there is."""
    (account,) = (one for one in told(shop, "status")["accounts"] if one["destination"])
    return {end: int(account[end]) for end in ("accepted", "delivered", "suppressed", "dead", "pending")}
