"""What a vendor says may repeat what it was sent: nothing of it reaches the log, the books or the ledger unmasked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from container.component import Response, Verdict
from container.delivery import Attempt
from container.outbox.dead import letters
from tests.delivery.world import LetterTag, World, play

SAID = "boom jane.g1@shop.example 49151123456 from 203.0.113.9 token EAABsbCS1iHg of pixel 1234567890123456"
MASKED = "boom *** *** from *** token *** of pixel 1234567890123456"
PIXEL = "1234567890123456"


class EchoTag(LetterTag):
    """A tag that takes over what its vendor says, whatever it is."""

    action: Any = "later"

    def judge(self, response: Response, count: int) -> Verdict:
        return Verdict(self.action, SAID) if response.status != 200 else Verdict("done", SAID)


@pytest.mark.parametrize("action", ["later", "bury", "park", "split", "done"])
def test_a_vendor_s_words_are_masked_before_anybody_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, action: str
) -> None:
    told: list[Attempt] = []

    async def work(world: World) -> None:
        tag = EchoTag()
        tag.action = action
        world.tags["meta"] = tag
        world.vendor.answers[f"meta/{PIXEL}"] = lambda bodies: Response(500)
        await world.put(1, 2, destination=PIXEL)
        with caplog.at_level(logging.DEBUG):
            await world.rounds()
        assert {one.reason for one in told} == {MASKED}
        books = await world.account(destination=PIXEL)
        (state,) = world.delivery.destinations()
        assert state.last_words == MASKED
        assert state.parked_for == books.parked == (MASKED if action == "park" else "")
        assert books.reasons.get("dead", {}) == ({MASKED: 2} if action in ("bury", "split") else {})

    play(tmp_path, work, watch=told.append)
    words = _written(tmp_path) + caplog.text
    assert (MASKED in words) == (action != "done")
    for secret in ("jane", "49151123456", "203.0.113.9", "EAAB"):
        assert secret not in words
    assert all(one.reason == MASKED for one in letters(tmp_path / "outbox.db"))


def _written(folder: Path, parts: Sequence[str] = ("outbox.db", "outbox.db-wal")) -> str:
    files = [folder / part for part in parts]
    return "".join(file.read_bytes().decode("latin-1") for file in files if file.exists())
