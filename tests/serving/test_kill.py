"""Workers killed at random moments under load lose nothing that was answered for."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

from container.outbox.files import files_of
from container.outbox.prove import prove
from tests.processes.server import until
from tests.serving.crew import Crew, crew


def test_whichever_workers_are_killed_under_load_what_was_answered_for_is_delivered(tmp_path: Path) -> None:
    chance = random.Random(7)
    answered: set[str] = set()
    ending = threading.Event()

    def load(server: Crew, sender: int) -> None:
        number = 0
        while not ending.is_set():
            number += 1
            if server.send(f"{sender}-{number}") == 204:
                answered.add(f"{sender}-{number}")

    with crew(tmp_path, workers=3) as server:
        senders = [threading.Thread(target=load, args=(server, sender)) for sender in range(4)]
        for one in senders:
            one.start()
        try:
            for _ in range(6):
                more = len(answered) + chance.randrange(20, 120)
                until(lambda more=more: len(answered) >= more, "hits to be taken")  # type: ignore[misc]
                children = until(server.children, "a worker")
                os.kill(chance.choice(children), signal.SIGKILL)
        finally:
            ending.set()
            for one in senders:
                one.join()
        until(lambda: server.accepted() and server.books().pending == 0, "everything to be delivered", 40)
        delivered = [one["event"]["event_id"] for one in server.good()]
        assert answered <= set(delivered), "a hit whose sender was cut off may be there too"
        assert server.books().delivered == server.books().accepted
        for path in files_of(f"sqlite:{tmp_path / 'data' / 'outbox.sandbox.db'}").values():
            assert all(proof.balanced for proof in prove(path))
