"""The clock: the event_time Meta accepts for a moment somebody told, or why there is none."""

from typing import NamedTuple

from container.meta import rules
from container.meta.customer import Note


class Moment(NamedTuple):
    """Unix seconds to send, or why the event would be refused."""

    seconds: int
    refusal: str = ""


def event_time(told: float | None, now: float, action_source: str, *, browsers: bool, note: Note) -> Moment:
    """The second to send for what was `told` (unix seconds, None when nothing was) about an event that arrived `now`.

    The future becomes the arrival. What is older than Meta's window (7 days, 62 for `physical_store`) becomes the
    arrival when it comes from a browser's own clock (`browsers`), since a browser sends at once and its clock may be
    wrong; any other is refused.
    """
    arrival = int(now)
    if told is None:
        return Moment(arrival)
    seconds = int(told)
    if seconds > arrival:
        note(f"event_time is {seconds - arrival} s in the future: the time of arrival is used")
        return Moment(arrival)
    oldest = rules.oldest(action_source)
    if arrival - seconds <= oldest:
        return Moment(seconds)
    if browsers:
        note("event_time by the browser's clock is too old for Meta: the time of arrival is used")
        return Moment(arrival)
    days = (arrival - seconds) // rules.DAY
    return Moment(seconds, f"event_time is {days} days old and Meta takes {oldest // rules.DAY} at most")
