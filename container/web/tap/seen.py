"""The hit that is seen: what is remembered while it is served, and the document the console shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from container.component import Answer
from container.config.document import Configuration
from container.hit import Hit, decode
from container.preview import mask
from container.runtime import Routed, route
from container.web.tap.cause import cause
from container.web.tap.insight import insight
from container.web.tap.otherwise import otherwise
from container.web.tap.request import masked_headers, masked_request, request_of, without_secrets
from container.web.tap.sessions import Session

if TYPE_CHECKING:
    from container.web.tap.tap import Tap

_MOST_ANSWER = 4096
_LONGEST_PAGE = 300
_LONGEST_ABOUT = 60
_LONGEST_WHY = 1000
_MOST_SENT = 40
"""Payloads of one hit whose ends are followed."""

UNAVAILABLE = 503
"""The status of the answer to a hit of which nothing could be kept."""


@dataclass(slots=True)
class Seen:
    """One hit somebody wants to see, from its arrival (``since``, monotonic seconds) to its answer.

    ``way`` says why: ``sampled`` from all traffic, ``preview`` with the server's token, ``session`` of a preview.
    """

    tap: Tap
    hit: Hit
    now: float
    since: float
    way: str
    routed: Routed
    configuration: Configuration
    version: str
    session: Session | None = None
    worker: int = 0
    seconds: float = 0.0
    answer: Answer | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


def document(seen: Seen, draft: Configuration | None = None) -> dict[str, Any]:
    """All there is to show of a hit, in clear but for secrets; with a draft, what that would have made of it."""
    routed, trace = seen.routed, seen.routed.trace
    assert trace is not None
    answer = seen.answer or Answer()
    found = {
        "time": seen.now,
        "way": seen.way,
        "session": seen.session.id if seen.session is not None else "",
        "version": seen.version,
        "worker": seen.worker,
        "milliseconds": round(seen.seconds * 1000, 2),
        "client": routed.client,
        "request": request_of(seen.hit),
        "problems": trace.problems,
        "events": without_secrets(insight(trace, seen.configuration)),
        "payloads": _payloads(routed),
        "suppressed": [{"tag": tag, "reason": reason} for tag, reason in routed.suppressed],
        "failures": routed.failures,
        "answer": {
            "status": answer.status,
            "content_type": answer.content_type,
            "headers": [[name, value] for name, value in answer.headers]
            + [[name.decode("latin-1"), value.decode("latin-1")] for name, value in seen.headers],
            "body": answer.body[:_MOST_ANSWER].decode("utf-8", "replace"),
            "body_bytes": len(answer.body),
        },
    }
    if draft is not None and seen.session is not None:
        found["draft"] = tried = _draft(seen, draft)
        tried["otherwise"] = otherwise(found, tried)
    return found


def _draft(seen: Seen, draft: Configuration) -> dict[str, Any]:
    """What another configuration makes of the same hit at the same moment. Nothing of it is sent or answered."""
    assert seen.session is not None
    routed = route(seen.hit, draft, seen.now, explain=True, test_event_code=seen.session.test_event_code)
    assert routed.trace is not None
    return {
        "version": seen.session.version,
        "client": routed.client,
        "status": routed.answer.status,
        "problems": routed.trace.problems,
        "failures": routed.failures,
        "events": without_secrets(insight(routed.trace, draft)),
        "payloads": _payloads(routed),
    }


def _payloads(routed: Routed) -> list[dict[str, str]]:
    return [
        {"tag": one.tag, "destination": one.destination, "event_name": one.event_name, "event_id": one.event_id}
        for one in routed.outgoing
    ]


def masked(found: dict[str, Any]) -> dict[str, Any]:
    """The document in which nobody can be recognised."""
    answer = found["answer"]
    shown: dict[str, Any] = mask(
        {
            **found,
            "request": masked_request(found["request"]),
            "answer": {**answer, "headers": masked_headers(answer["headers"])},
        }
    )
    host = found["request"]["headers"].get("host")
    if host is not None:  # on one machine it is the visitor's address, which it is not in general
        shown["request"]["headers"]["host"] = host
    return shown


def row_of(found: dict[str, Any]) -> dict[str, Any]:
    """What a list shows of a masked document."""
    events = found["events"]
    names = list(dict.fromkeys(str(one["name"] or "") for one in events))
    first = events[0] if events else {}
    after = first.get("after", {})
    data = after if isinstance(after, dict) else {}
    return {
        "time": found["time"],
        "way": found["way"],
        "session": found["session"],
        "client": found["client"],
        "names": names[:5],
        "events": len(events),
        "page": str(data.get("page_location") or "")[:_LONGEST_PAGE],
        "about": _about(events),
        "ids": list(dict.fromkeys([*_ids(events), *(one["event_id"][:100] for one in found["payloads"])]))[:20],
        "consent": {one["purpose"]: one["state"] for one in first.get("consent", [])},
        "tags": _tags(events),
        "sent": [dict(one) for one in found["payloads"][:_MOST_SENT]]
        if found["answer"]["status"] != UNAVAILABLE
        else [],
        "draft": _tags(found["draft"]["events"]) if "draft" in found else None,
        "otherwise": found["draft"]["otherwise"] if "draft" in found else "",
        "status": found["answer"]["status"],
        "milliseconds": found["milliseconds"],
        "request": f"{found['request']['method']} {found['request']['path']}"[:200],
        "text": _text(found)[:2000],
    }


def _about(events: list[dict[str, Any]]) -> dict[str, str]:
    """What tells a hit from others of its sort: an order's or event's id, and a value, of the first event with one."""
    found = {"id": "", "value": ""}
    for event in events:
        data = event["after"]
        if not found["id"]:
            found["id"] = _written(data.get("transaction_id")) or _written(data.get("event_id"))
        if not found["value"] and _written(data.get("value")):
            found["value"] = f"{_written(data['value'])} {_written(data.get('currency'))}".strip()
    return found


def _written(value: Any) -> str:
    """A short value of an event as a list shows it, "" for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:_LONGEST_ABOUT]


def _ids(events: list[dict[str, Any]]) -> list[str]:
    """What people know an event by."""
    names = ("event_id", "transaction_id", "client_id")
    found = [str(one["after"][name]) for one in events for name in names if one["after"].get(name)]
    return list(dict.fromkeys(one[:100] for one in found))[:20]


def _tags(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each tag once for each outcome, with how many events had it; the reason of the first of these, the sentence of
    the hit's page about it (``why``) and which event of the hit it is (``at``, from 1)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for place, event in enumerate(events, 1):
        for one in event["tags"]:
            key = one["tag"], one["outcome"]
            if key not in found:
                found[key] = {
                    "tag": one["tag"], "outcome": one["outcome"], "reason": str(one["reason"])[:200],
                    "why": cause(one, event)[:_LONGEST_WHY], "at": place, "count": 0,
                }  # fmt: skip
            found[key]["count"] += 1
    return list(found.values())[:20]


def _text(found: dict[str, Any]) -> str:
    """What a search looks through: the address of the hit, and what its events say first."""
    return f"{found['request']['path']}?{decode(found['request']['query'])}"
