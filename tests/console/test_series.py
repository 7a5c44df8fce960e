"""The series of how much waits, the pulse that samples it, and the depth of a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from container.metrics import Metrics
from container.outbox.depth import Depth, depth
from container.outbox.outbox import OutboxUnavailable
from container.web.console.pulse import Pulse
from container.web.console.series import FINE, Series
from container.web.console.today import Today
from tests.console.desk import HIT, NOW, Room


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_rates_are_by_the_minute_and_the_deepest_of_a_span_is_told() -> None:
    clock = Clock()
    series = Series(clock)
    for pending, delivered in ((0, 0), (9, 2), (4, 10)):
        series.add(Depth(accepted=pending + delivered, delivered=delivered, pending=pending, oldest=990.0))
        clock.now += 5
    clock.now = 1010.0
    (span,) = series.spans(10, 1)
    assert (span.pending, span.oldest) == (9, 20.0)
    assert (span.accepted, span.delivered) == (84.0, 60.0)  # 14 and 10 in ten seconds


def test_a_span_begins_where_the_one_before_ended() -> None:
    clock = Clock()
    series = Series(clock)
    for number in range(5):
        series.add(Depth(delivered=10 * number))
        clock.now += 5
    clock.now = 1020.0
    spans = series.spans(20, 4)
    assert [one.delivered for one in spans] == [None, 120.0, 120.0, 120.0]
    assert [one.time for one in spans] == [1000.0, 1005.0, 1010.0, 1015.0]


def test_time_without_samples_is_not_known_and_dead_letters_sent_again_are_no_negative_rate() -> None:
    clock = Clock()
    series = Series(clock)
    series.add(Depth(dead=5))
    clock.now += 30
    series.add(Depth(dead=0))
    spans = series.spans(60, 3)
    assert [one.pending for one in spans] == [None, 0, 0]
    assert spans[2].dead == 0.0


def test_an_hour_is_kept_close_together_and_a_day_by_the_minute() -> None:
    clock = Clock()
    series = Series(clock)
    for number in range(3 * FINE):
        series.add(Depth(accepted=number, pending=number))
        clock.now += 5
    assert len([one for one in series.spans(3600, 60) if one.pending is not None]) == 60
    day = [one for one in series.spans(4 * 3600, 240) if one.pending is not None]
    assert 179 <= len(day) <= 181, "three hours by the minute"
    assert all(one.accepted in (None, 12.0) for one in day)


def test_a_clock_that_is_set_back_leaves_nothing_in_the_future() -> None:
    clock = Clock()
    series = Series(clock)
    series.add(Depth(pending=1))
    clock.now -= 500
    series.add(Depth(pending=2))
    assert [one.pending for one in series.spans(10, 1)] == [2]


def test_a_file_is_summed_up_and_one_that_is_none_is_told(desk: Room, tmp_path: Path) -> None:
    desk.hit(HIT)
    desk.hit(HIT)  # the same event again
    path = Path(desk.app.configuration.delivery.store.partition(":")[2])
    found = depth(path)
    assert (found.accepted, found.pending, found.suppressed, found.oldest) == (2, 1, 1, NOW)
    (tmp_path / "no.db").write_text("no database, and long enough to be told from an empty file" * 100)
    with pytest.raises(OutboxUnavailable):
        depth(tmp_path / "no.db")


def test_a_file_that_cannot_be_read_leaves_a_gap_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "outbox.db").write_text("no database, and long enough to be told from an empty file" * 100)
    pulse = Pulse(f"sqlite:{tmp_path / 'outbox.db'}", Today(Metrics(), Clock()), Clock())
    for _ in range(2):
        asyncio.run(pulse.sample())
    assert pulse.series.last is None
    assert len([one for one in caplog.records if "cannot tell how much waits" in one.message]) == 1


def test_the_pulse_goes_on_and_a_worker_without_the_console_samples_nothing() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise asyncio.CancelledError

    pulse = Pulse(None, Today(Metrics(), Clock()), Clock(), sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(pulse.run())
    assert slept == [5.0, 5.0, 5.0]
    assert pulse.series.last is None
