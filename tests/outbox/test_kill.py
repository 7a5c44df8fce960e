"""A process killed in the midst of its work has lost nothing it acknowledged, and its books balance."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from container.outbox import Outbox, Parcel
from container.outbox.prove import prove
from tests.outbox.entries import take, with_outbox

ROOT = Path(__file__).parents[2]


def killed_after(path: Path, acknowledged: int, start: int, how: str) -> set[str]:
    """Run the load until it has acknowledged so many more puts, kill it, and return their event_ids."""
    command = [sys.executable, "-m", "tests.outbox.load", str(path), str(start), how]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ids = {process.stdout.readline().strip() for _ in range(acknowledged)}
        process.kill()
        # What it wrote before it died was acknowledged too; a line that was cut was not.
        ids |= {line.strip() for line in process.stdout if line.endswith("\n")}
    return ids - {""}


async def everything(outbox: Outbox) -> list[Parcel]:
    return await take(outbox, count=1_000_000, now=1e12, size=10**9)


@pytest.mark.parametrize("acknowledged", [1, 57, 900])
def test_everything_acknowledged_is_there_after_a_kill(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "outbox.db"
    ids = killed_after(path, acknowledged, 0, "only putting")
    assert len(ids) >= acknowledged
    (proof,) = prove(path)
    assert proof.balanced
    parcels = with_outbox(path, everything)
    bodies = [parcel.body.decode().strip('"') for parcel in parcels]
    assert len(bodies) == len(set(bodies)) == proof.accepted
    assert ids <= set(bodies)


def test_the_books_balance_after_every_kill(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    total = 0
    for turn in range(5):
        total += len(killed_after(path, 150 + 97 * turn, turn * 1_000_000, "delivering"))
        (proof,) = prove(path)
        assert proof.balanced
        assert proof.accepted >= total
        assert proof.suppressed == 0
    assert proof.delivered > 0
    assert proof.dead > 0
