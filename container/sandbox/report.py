"""What `/quality` and `/diagnostics` say, as tables of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Page = Mapping[str, Any]
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of its columns, its rows, and a line to print beneath."""

    title: str
    columns: tuple[str, ...]
    rows: list[Row]
    note: str = ""


def tables(quality: Page, diagnostics: Page) -> list[Table]:
    """Every table there is something to say in, from the JSON of the two pages."""
    events = quality["events"]
    made = [
        _events(events, quality["estimate"]),
        _match_keys(events, quality["weights"]),
        _deduplication(events),
        _unmatched(events),
        _messages(diagnostics["messages"]),
    ]
    return [table for table in made if table.rows]


def _events(events: Iterable[Page], estimate: str) -> Table:
    rows: list[Row] = []
    for event in events:
        match, coverage, fresh = event["match_quality"], event["coverage"], event["freshness"]
        rows.append(
            (
                event["pixel_id"],
                event["event_name"],
                f"{match['score']:.1f}" if match else "-",
                ", ".join(match["next"]) if match else "-",
                percent(coverage["share"]) if coverage else "-",
                fresh["upload_frequency"] if fresh else "-",
            )
        )
    columns = ("pixel", "event", "match quality (0-10)", "would add most", "coverage", "freshness")
    return Table("Quality", columns, rows, estimate)


def _match_keys(events: Iterable[Page], weights: Mapping[str, float]) -> Table:
    rows: list[Row] = []
    for event in events:
        if event["match_quality"]:
            shares = {key["key"]: key["coverage"] for key in event["match_quality"]["keys"]}
            present = [f"{key} {percent(shares[key])}" for key in weights if shares[key]]
            absent = [key for key in weights if not shares[key]]
            rows.append((event["event_name"], ", ".join(present) or "-", ", ".join(absent) or "-"))
    note = "weights: " + ", ".join(f"{key} {weight:g}" for key, weight in weights.items())
    return Table("Match keys", ("event", "came with", "never came"), rows, note)


def _deduplication(events: Iterable[Page]) -> Table:
    rows: list[Row] = []
    for event in events:
        if event["deduplication"]:
            for key, shares in event["deduplication"]["by_key"].items():
                found = (percent(shares[one]) for one in ("browser", "server", "deduplicated"))
                rows.append((event["event_name"], key, *found))
    return Table("Deduplication", ("event", "key", "browser has it", "server has it", "deduplicated by it"), rows)


def _unmatched(events: Iterable[Page]) -> Table:
    rows: list[Row] = []
    for event in events:
        for side, missing in ((event["deduplication"] or {}).get("unmatched") or {}).items():
            rows += [(event["event_name"], side, one["event_id"] or "none", moment(one["received"])) for one in missing]
    return Table("Without a copy on the other channel", ("event", "channel", "event_id", "received"), rows)


def _messages(messages: Iterable[Page]) -> Table:
    rows: list[Row] = [
        (
            message["severity"],
            message["title"],
            f"{message['count']} of {message['of']} ({percent(message['share'])})",
            ", ".join(message["event_names"]),
            moment(message["first_seen"]),
            moment(message["last_seen"]),
            message["mend"],
        )
        for message in messages
    ]
    return Table("Diagnostics", ("severity", "what", "events", "names", "first seen", "last seen", "to do"), rows)


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def moment(seconds: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
