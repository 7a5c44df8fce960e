"""The view: hits and what came of them as a person reads them, a line each or in full, and their sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from container.cli.common import shown
from container.trace import OUTCOMES, EventTrace, TagTrace, Trace
from container.web.json import to_bytes

COLOURS = {
    "fired": "green",
    "not_triggered": "dim",
    "blocked": "yellow",
    "no_consent": "magenta",
    "suppressed": "cyan",
    "failed": "red",
}
_INDENT = " " * 18
_ID, _CLIENT, _EVENT = 28, 10, 16
"""Columns of what stands before the tags; what is longer pushes the rest to the right."""
_NOBODY = "(nobody)"


def brief(trace: Trace) -> Iterator[Text]:
    """A hit on one line, its further events below it: who took it, the answer, the event, what each tag did."""
    colour = "" if trace.client else "red"
    head = Text.assemble(
        (f"{shown(trace.hit) or 'hit':<{_ID}}  ", "bold"), (f"{trace.client or _NOBODY:<{_CLIENT}}  ", colour),
        f"{trace.status}  ",
    )  # fmt: skip
    blank = Text(" " * head.cell_len)
    if not trace.events:
        yield head + Text(f"({_why_none(trace)})", "yellow")
    for place, event in enumerate(trace.events):
        name = shown(str(event.event.get("event_name", "(no name)")))
        yield (blank if place else head) + Text(f"{name:<{_EVENT}}  ") + _outcomes(event)


def _why_none(trace: Trace) -> str:
    return shown(trace.problems[0]) if trace.problems else "no event"


def _outcomes(event: EventTrace) -> Text:
    """The tags that did something, each by its outcome, then those that had no reason to."""
    parts = [
        Text.assemble((tag.tag, "bold"), " ", (tag.outcome, COLOURS.get(tag.outcome, "")))
        for tag in sorted(event.tags, key=lambda tag: OUTCOMES.index(tag.outcome))
        if tag.outcome != "not_triggered"
    ]
    silent = [tag.tag for tag in event.tags if tag.outcome == "not_triggered"]
    if silent:
        parts.append(Text(f"{', '.join(silent)} not_triggered", COLOURS["not_triggered"]))
    return Text("  ").join(parts)


def full(trace: Trace) -> Iterator[Text]:
    """A hit with every reason and payload, line by line: who took it, then every event with its tags."""
    yield Text.assemble(
        (shown(trace.hit) or "hit", "bold"),
        "  ",
        (trace.client or "nobody claims it", "" if trace.client else "red"),
        f"  {trace.status}",
    )
    for problem in trace.problems:
        yield Text(f"  {shown(problem)}", "yellow")
    for event in trace.events:
        yield from _event(event)


def _event(event: EventTrace) -> Iterator[Text]:
    consent = ", ".join(f"{purpose} {state}" for purpose, state in event.consent.items() if state != "unset")
    name = shown(str(event.event.get("event_name", "(no name)")))
    yield Text.assemble("  ", (name, "bold"), (f"  {consent or 'consent unset'}", "dim"))
    for note in event.notes:
        yield Text(f"    {shown(note)}", "yellow")
    for tag in event.tags:
        yield from _tag(tag)


def _tag(tag: TagTrace) -> Iterator[Text]:
    outcome = (f"{tag.outcome:<13}", COLOURS.get(tag.outcome, ""))
    yield Text.assemble("    ", outcome, " ", (tag.tag, "bold"), f"  {shown(tag.reason)}")
    for note in tag.notes:
        yield Text(f"{_INDENT}{shown(note)}", "yellow")
    if tag.payload is not None:
        for each in to_bytes(tag.payload).decode().splitlines():
            yield Text(f"{_INDENT}{each}", "dim")


class Sum:
    """What became of many hits, counted."""

    def __init__(self) -> None:
        self.hits = self.events = self.unclaimed = 0
        self.tags: dict[str, Counter[str]] = {}

    def add(self, trace: Trace) -> None:
        """Count one more hit."""
        self.hits += 1
        self.unclaimed += trace.client is None
        self.events += len(trace.events)
        for event in trace.events:
            for tag in event.tags:
                self.tags.setdefault(tag.tag, Counter())[tag.outcome] += 1

    def lines(self) -> Iterator[Text]:
        """The sum of the hits, then of each tag's outcomes."""
        nobody = f", {self.unclaimed} taken by nobody" if self.unclaimed else ""
        yield Text(f"{_count(self.hits, 'hit')}, {_count(self.events, 'event')}{nobody}", "bold")
        width = max(map(len, self.tags), default=0)
        for name, counter in self.tags.items():
            parts = [Text(f"{counter[word]} {word}", COLOURS[word]) for word in OUTCOMES if counter[word]]
            yield Text(f"  {name:<{width}}  ") + Text(", ").join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
