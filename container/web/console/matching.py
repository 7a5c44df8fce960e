"""Matching: which rows of the list somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FILTERS = ("event", "client", "tag", "outcome", "id", "text", "session")
"""What a list can be narrowed by; an empty value narrows nothing."""


def matches(row: Mapping[str, Any], chosen: Mapping[str, str]) -> bool:
    """Whether a row passes all filters. Names are compared whole and without case, texts by what they hold.

    ``tag`` and ``outcome`` together ask for that tag's outcome. ``session`` is a session's id, or ``any`` for hits of
    any preview.
    """
    event, client, text = chosen.get("event", ""), chosen.get("client", ""), chosen.get("text", "")
    if event and event.lower() not in [name.lower() for name in row["names"]]:
        return False
    if client and client != (row["client"] or "nobody"):
        return False
    if not _tagged(row["tags"], chosen.get("tag", ""), chosen.get("outcome", "")):
        return False
    wanted = chosen.get("id", "").strip()
    if wanted and wanted not in row["ids"]:
        return False
    session = chosen.get("session", "")
    if session and (row["way"] == "sampled" if session == "any" else row["session"] != session):
        return False
    return not text or text.lower() in f"{row['text']}\n{row['page']}\n{' '.join(row['names'])}".lower()


def _tagged(tags: list[dict[str, Any]], tag: str, outcome: str) -> bool:
    if not tag and not outcome:
        return True
    return any(tag in ("", one["tag"]) and outcome in ("", one["outcome"]) for one in tags)
