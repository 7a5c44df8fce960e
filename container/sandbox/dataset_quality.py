"""The numbers of Quality in the shape of Meta's Dataset Quality answer."""

from __future__ import annotations

from typing import Any

from .diagnostics import diagnostics
from .quality import quality
from .reading import Reading
from .relations import GOAL

IDENTIFIERS = {
    "em": "email",
    "ph": "phone",
    "client_ip_address": "ip_address",
    "client_user_agent": "user_agent",
    "fn": "first_name",
    "ln": "last_name",
    "db": "date_of_birth",
    "zp": "zip_code",
    "ct": "city",
    "st": "state",
    "ge": "gender",
}


def dataset_quality(reading: Reading, pixel: str) -> dict[str, Any]:
    """The same numbers in the shape of Meta's Dataset Quality answer; what cannot be known locally is left out."""
    messages = diagnostics(reading, pixel)
    web = []
    for entry in quality(reading, pixel):
        one: dict[str, Any] = {"event_name": entry["event_name"]}
        match, coverage, dedup, fresh = (entry[k] for k in ("match_quality", "coverage", "deduplication", "freshness"))
        if isinstance(match, dict):
            one["event_match_quality"] = {
                "composite_score": match["score"],
                "match_key_feedback": [
                    {
                        "identifier": IDENTIFIERS.get(k["key"], k["key"]),
                        "coverage": {"percentage": _percent(k["coverage"])},
                    }
                    for k in match["keys"]
                ],
                "diagnostics": _diagnostics(messages, str(entry["event_name"])),
            }
        if isinstance(coverage, dict):
            one["event_coverage"] = {
                "percentage": _percent(coverage["share"]),
                "goal_percentage": _percent(GOAL),
                "description": "Share of browser events with a deduplicated server copy, of the events kept here.",
            }
        if isinstance(dedup, dict):
            one["dedupe_key_feedback"] = [
                {
                    "dedupe_key": name,
                    "browser_events_with_dedupe_key": {"percentage": _percent(shares["browser"])},
                    "server_events_with_dedupe_key": {"percentage": _percent(shares["server"])},
                    "overall_browser_coverage_from_dedupe_key": {"percentage": _percent(shares["deduplicated"])},
                }
                for name, shares in dedup["by_key"].items()
            ]
        if isinstance(fresh, dict):
            one["data_freshness"] = {
                "upload_frequency": fresh["upload_frequency"],
                "description": f"{fresh['average_delay']} seconds on average",
            }
        web.append(one)
    return {"web": web}


def _diagnostics(messages: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    found = []
    for message in messages:
        names = message["event_names"]
        if isinstance(names, dict) and name in names:
            found.append(
                {
                    "name": message["title"],
                    "description": message["text"],
                    "solution": message["mend"],
                    "percentage": _percent(message["share"]),
                    "affected_event_count": names[name],
                    "total_event_count": message["of"],
                }
            )
    return found


def _percent(share: float) -> float:
    return round(100 * share, 1)


def select_fields(answer: dict[str, Any], fields: str) -> dict[str, Any]:
    """What a Graph `fields` text such as `web{event_name,event_coverage{percentage}}` asks for; all when empty."""
    if not fields.strip():
        return answer
    picked = _pick(answer, _parse_fields(fields[:4000]))
    return picked if isinstance(picked, dict) else answer


Fields = dict[str, "Fields"]


def _parse_fields(text: str) -> Fields:
    top: Fields = {}
    stack, name = [top], ""
    for character in text + ",":
        if character in ",{}":
            inner = stack[-1].setdefault(name.strip(), {}) if name.strip() else {}
            name = ""
            if character == "{" and len(stack) < 10:
                stack.append(inner)
            elif character == "}" and len(stack) > 1:
                stack.pop()
        else:
            name += character
    return top


def _pick(value: object, fields: Fields) -> object:
    if not fields:
        return value
    if isinstance(value, list):
        return [_pick(one, fields) for one in value]
    if isinstance(value, dict):
        return {name: _pick(value[name], inner) for name, inner in fields.items() if name in value}
    return value
