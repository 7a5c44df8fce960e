"""Whichever processes of a server of several are killed under load, what it answered for has its one end."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import pytest

from tests.processes.server import until
from tests.processes.storm import Crowd, check, live, proven, vendor
from tests.serving.crew import Crew, alive

ROUNDS = ("everything", "a worker", "the supervisor", "a worker", "everything")


def kill(victims: list[int]) -> None:
    """End processes as the lack of memory would, all at once."""
    for pid in victims:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("seed", [20261123])
@pytest.mark.timeout(900)
def test_after_kills_of_a_worker_the_supervisor_or_everything_each_event_answered_for_has_its_one_end(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    crowd = Crowd()
    with vendor(tmp_path / "vendor", seed) as meta:
        (tmp_path / "shop").mkdir()
        shop = Crew(tmp_path / "shop", live(meta), workers=2)
        try:
            shop.start()
            for turn, what in enumerate(ROUNDS):
                supervisor, *workers = shop.processes()
                one = chance.choice(workers)
                victims = {"everything": [supervisor, *workers], "the supervisor": [supervisor], "a worker": [one]}[
                    what
                ]
                ends = [one] if what == "a worker" else [supervisor, *workers]
                before = len(crowd.answered)
                with crowd.visiting(shop):
                    until(lambda before=before: len(crowd.answered) > before, "hits to be taken")  # type: ignore[misc]
                    threading.Timer(chance.uniform(0.0, 0.8), kill, [victims]).start()
                    until(lambda ends=ends: not any(map(alive, ends)), "them to end")  # type: ignore[misc]
                with proven(shop.folder, f"round {turn}: {what}"):
                    if what == "a worker":
                        until(lambda: len(shop.children()) == 2, "the worker to be started again")
                    else:
                        assert shop.process is not None
                        shop.process.wait()
                        shop.start()
            check(crowd, shop, meta)
            assert shop.stop() == 0
            assert "Traceback" not in shop.log(), shop.log()
        finally:
            shop.close()
