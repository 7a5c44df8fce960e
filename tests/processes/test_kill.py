"""What a server answered for is delivered or dead, whatever became of the server and of the vendor meanwhile."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from tests.processes.server import Server
from tests.processes.storm import Crowd, check, live, proven, vendor

ROUNDS = 30


@pytest.mark.parametrize("seed", [20261123])
@pytest.mark.timeout(900)
def test_after_thirty_kills_under_load_in_bad_weather_every_event_answered_for_has_its_one_end(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    crowd = Crowd()
    with vendor(tmp_path / "vendor", seed) as meta:
        (tmp_path / "shop").mkdir()
        shop = Server(tmp_path / "shop", live(meta))
        try:
            shop.start()
            for turn in range(ROUNDS):
                if turn % 6 == 5:  # in the midst of its start
                    shop.kill()
                    process = shop.launch()
                    threading.Timer(chance.uniform(0.0, 1.0), process.kill).start()
                    process.wait()
                else:
                    assert shop.process is not None
                    threading.Timer(chance.uniform(0.0, 0.6), shop.process.kill).start()
                    with crowd.visiting(shop):
                        shop.process.wait()
                with proven(shop.folder, f"round {turn}"):
                    shop.start()
            check(crowd, shop, meta)
            assert shop.stop() == 0
            assert "parked" in shop.log()
            assert "Traceback" not in shop.log(), shop.log()
        finally:
            shop.close()
