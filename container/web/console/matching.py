"""Matching: which rows of the list somebody wants to see, and what became of each tag of a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from container.trace import OUTCOMES as DECIDED

FILTERS = ("event", "client", "tag", "outcome", "id", "text", "session")
"""What a list can be narrowed by; an empty value narrows nothing."""

OUTCOMES = (*DECIDED, "waiting", "delivered", "copy", "refused", "dead")
"""What a tag decided, and what became of its payloads then."""

_MEANS = {"failed": {"failed", "refused", "dead"}, "dead": {"dead", "refused"}, "suppressed": {"suppressed", "copy"}}
"""Outcomes that stand for several: what should have arrived and will not; every dead letter; all that was left out."""


def unknown(
    query: Mapping[str, str],
    known: Mapping[str, Collection[str]],
    beside: Collection[str] = (),
    filters: Collection[str] = FILTERS,
) -> list[str]:
    """What of a query would narrow nothing, in words: parameters there are none of, values that no row can have.

    ``known`` are the values of filters that have only so many; ``beside`` are parameters with a meaning of their own.
    """
    found = []
    for name, value in query.items():
        if name not in filters and name not in beside:
            found.append(f"there is no parameter '{name[:40]}': rows are narrowed by {', '.join(filters)}")
        elif value and name in known and value not in known[name]:
            there = ", ".join(sorted(known[name])) or "none"
            found.append(f"there is no {name} '{value[:80]}': there are {there}")
        elif value and name == "after" and not (value.isascii() and value.isdigit()):
            found.append("after is a number, that of the last row before")
    return found


def matches(row: Mapping[str, Any], chosen: Mapping[str, str]) -> bool:
    """Whether a row passes all filters. Of an event's name, as of texts, a part is enough, in any case of letters.

    ``tag`` and ``outcome`` together ask for that tag's outcome. ``session`` is a session's id, or ``any`` for hits of
    any preview.
    """
    event, client, text = chosen.get("event", ""), chosen.get("client", ""), chosen.get("text", "")
    if event and not any(event.lower() in name.lower() for name in row["names"]):
        return False
    if client and client != (row["client"] or "nobody"):
        return False
    if not _tagged(row, chosen.get("tag", ""), chosen.get("outcome", "")):
        return False
    wanted = chosen.get("id", "").strip()
    if wanted and wanted not in row["ids"]:
        return False
    session = chosen.get("session", "")
    if session and (row["way"] == "sampled" if session == "any" else row["session"] != session):
        return False
    return not text or text.lower() in _text(row).lower()


def in_words(chosen: Mapping[str, str]) -> str:
    """What a list is narrowed to: "event “purchase”, outcome no consent"; "" where it is not. What somebody wrote
    stands in quotes."""
    said = []
    for name in FILTERS:
        value = chosen.get(name, "").strip()
        if value and name == "session":
            said.append("from a preview" if value == "any" else f"from preview {value[:6]}")
        elif value:
            said.append(f"{name} {value.replace('_', ' ') if name == 'outcome' else _quoted(name, value)}")
    return ", ".join(said)


def _quoted(name: str, value: str) -> str:
    return f"“{value}”" if name in ("event", "id", "text") else value


def became(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The row's tags; one that fired stands once for each end its payloads reached (``became``), with the words of the
    outbox or the vendor (``said``) and the hit it repeats (``copy_of``)."""
    found: list[dict[str, Any]] = []
    for one in row["tags"]:
        ends: dict[tuple[str, int], dict[str, Any]] = {}
        for sent in row.get("sent", ()) if one["outcome"] == "fired" else ():
            if sent["tag"] == one["tag"] and sent.get("became"):
                end = ends.setdefault(
                    (sent["became"], sent.get("copy_of", 0)),
                    {**one, "became": sent["became"], "said": _said(sent), "count": 0},
                )
                end["count"] += 1
                if sent.get("copy_of"):
                    end["copy_of"] = sent["copy_of"]
        if len(ends) == 1:
            next(iter(ends.values()))["count"] = one["count"]
        found += ends.values() or [one]
    return found


def _said(sent: Mapping[str, Any]) -> str:
    if sent["became"] == "copy":
        what = f"hit {sent['copy_of']}" if sent.get("copy_of") else "an event that was accepted before"
        return f"suppressed: a copy of {what}"
    return str(sent.get("reason", ""))


def _tagged(row: Mapping[str, Any], tag: str, outcome: str) -> bool:
    if not tag and not outcome:
        return True
    wanted = _MEANS.get(outcome, {outcome})
    return any(
        tag in ("", one["tag"]) and (not outcome or not wanted.isdisjoint((one["outcome"], one.get("became"))))
        for one in became(row)
    )


def _text(row: Mapping[str, Any]) -> str:
    reasons = ("\n".join((one["reason"], one.get("why", ""), one.get("said", ""))) for one in became(row))
    return "\n".join((row["text"], row["page"], *row["names"], *reasons))
