"""The page of one hit: what came, what was made of it and why, what left, what was answered; and the hit to keep."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from container.cases.saving import SavingError, case_from
from container.hit import Hit, parse_parameters
from container.hit_file import HitFileError
from container.web.console.causes import causes
from container.web.console.delivered import delivered, ends
from container.web.console.differing import difference
from container.web.console.page import Ask, Done, Missing, Page, Refused
from container.web.console.written import as_curl, as_http, hit_of, is_masked
from container.web.console.written_at import written_at
from container.web.tap.ring import Kept
from container.web.tap.seen import document

log = logging.getLogger("tagdock.console")

_MASKED = "# Personal data is masked: put values of your own where *** stands, or it is not the hit that came.\n"


async def data(ask: Ask) -> dict[str, Any]:
    """The hit, masked."""
    kept = await _kept(ask)
    assert kept.document is not None
    return await _shown(ask, kept, kept.document, revealed=False)


async def reveal(ask: Ask, _: Mapping[str, str]) -> Done:
    """The same hit in clear, under no address of its own; who did it is not known, that it was done is."""
    if not ask.app.desk.may_reveal():
        raise Refused(
            "Personal data is not shown here. To allow it, write container: { console: { reveal: true } } and reload."
        )
    kept = await _kept(ask)
    seen = ask.app.desk.tap.in_clear(kept.id)
    if seen is None:
        raise Refused(
            "This hit is no longer remembered in clear: that is in the memory of the server only, for the latest hits."
        )
    log.warning("the personal data of hit %d was shown in the console", kept.id)
    found = document(seen, ask.app.desk.drafts.of(seen.session) if seen.session is not None else None)
    return Done("", show=await _shown(ask, kept, found, revealed=True))


async def as_test(ask: Ask) -> Done:
    """The hit as a test of the configuration, with stand-ins for personal data."""
    kept, hit, now = await _hit(ask)
    try:
        text = await asyncio.to_thread(case_from, hit, now, ask.app.configuration, masked=True)
    except SavingError as error:
        raise Refused(f"This hit cannot be saved as a test: {error}") from None
    return Done(text, download=f"hit-{kept.id}.yaml")


async def http_file(ask: Ask) -> Done:
    """The hit as a raw request, masked, for tagdock simulate and for editors."""
    kept = await _kept(ask)
    assert kept.document is not None
    request = kept.document["request"]
    # What stands behind ### is the request's name, which tagdock simulate shows.
    name = f"### hit {kept.id}, personal data masked as ***\n" if is_masked(request) else ""
    return Done(name + as_http(request), download=f"hit-{kept.id}.http")


async def curl(ask: Ask) -> Done:
    """The hit as a command for a terminal, masked."""
    kept = await _kept(ask)
    assert kept.document is not None
    request = kept.document["request"]
    said = _MASKED if is_masked(request) else ""
    return Done(said + as_curl(request, _here(ask)), download=f"hit-{kept.id}.sh")


async def _kept(ask: Ask) -> Kept:
    text = ask.path["id"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    await ask.app.desk.following.look()
    kept = await ask.app.desk.tap.ask(lambda ring: ring.find(number))
    if kept is None:
        raise Missing("This hit is not kept any more, or never was: the console keeps the latest few hundred.")
    assert isinstance(kept, Kept)
    return kept


async def _hit(ask: Ask) -> tuple[Kept, Hit, float]:
    """The hit as it was while that is remembered, else as it is kept; the test made of it has stand-ins either way."""
    kept = await _kept(ask)
    assert kept.document is not None
    seen = ask.app.desk.tap.in_clear(kept.id)
    if seen is not None:
        return kept, seen.hit, seen.now
    try:
        return kept, hit_of(kept.document["request"]), kept.document["time"]
    except HitFileError as error:
        raise Refused(f"This hit cannot be saved as a test: {error}") from None


async def _shown(ask: Ask, kept: Kept, found: dict[str, Any], *, revealed: bool) -> dict[str, Any]:
    desk, number = ask.app.desk, kept.id
    loaded, _ = await desk.files.look()
    folder = Path(ask.app.configuration.file).parent
    request = found["request"]
    deliveries = await delivered(ask.app, kept, found)
    events = [_event(one, deliveries) for one in found["events"]]
    return {
        "id": number,
        **{name: value for name, value in found.items() if name not in ("events", "draft")},
        "parameters": parse_parameters(request["query"]),
        "form": _form(request),
        "events": events,
        "about": kept.row["about"],
        "causes": causes(events, partial(written_at, loaded, folder)),
        "draft": _draft(found.get("draft"), events, found["payloads"]),
        "delivery": deliveries,
        "lines": [
            one.to_json()
            for one in desk.said.lines()
            if found["time"] - 0.5 <= one.time <= found["time"] + found["milliseconds"] / 1000 + 5
        ][::-1],
        "curl": as_curl(request, _here(ask)),
        "revealed": revealed,
        "may_reveal": desk.may_reveal() and ask.may_change and desk.tap.in_clear(number) is not None,
    }


def _event(event: dict[str, Any], deliveries: list[dict[str, Any]]) -> dict[str, Any]:
    """With what the transformations changed, for all and for each tag, and what became of what each sent."""
    tags = [
        {
            **tag,
            "shown_changes": difference(event["after"], tag["shown"]) if "shown" in tag else [],
            "became": ends(tag, deliveries),
        }
        for tag in event["tags"]
    ]
    return {**event, "tags": tags, "difference": difference(event["before"], event["after"])}


def _draft(
    draft: dict[str, Any] | None, events: list[dict[str, Any]], payloads: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """What a draft would do otherwise, tag by tag, with the difference of the payloads and of where they go."""
    if draft is None:
        return None
    found = []
    for place, event in enumerate(draft["events"]):
        live = {one["tag"]: one for one in events[place]["tags"]} if place < len(events) else {}
        for tag in event["tags"]:
            was = live.pop(tag["tag"], None)
            found.append(
                {
                    "event": event["name"],
                    "tag": tag["tag"],
                    "outcome": tag["outcome"],
                    "reason": tag["reason"],
                    "was": was["outcome"] if was is not None else None,
                    "to": _goes(draft.get("payloads", payloads), tag["tag"]),
                    "was_to": _goes(payloads, tag["tag"]),
                    **_payloads(None if was is None else was["payload"], tag["payload"]),
                }
            )
        found += [
            {
                "event": event["name"], "tag": gone["tag"], "outcome": None, "reason": "the draft has no such tag",
                "was": gone["outcome"], **_payloads(gone["payload"], None),
                "to": "", "was_to": "",
            }
            for gone in live.values()
        ]  # fmt: skip
    return {name: value for name, value in draft.items() if name != "events"} | {"tags": found}


def _goes(payloads: list[dict[str, Any]], tag: str) -> str:
    return ", ".join(dict.fromkeys(one["destination"] for one in payloads if one["tag"] == tag))


def _payloads(now: Any, tried: Any) -> dict[str, Any]:
    """What is sent and what the draft would send; field by field only where there are two payloads to compare."""
    both = now is not None and tried is not None
    return {"was_payload": now, "payload": tried, "difference": difference(now, tried) if both else []}


def _form(request: dict[str, Any]) -> list[tuple[str, str]]:
    body = request["body"]
    return parse_parameters(body) if isinstance(body, str) and "x-www-form" in request["content_type"] else []


def _here(ask: Ask) -> str:
    url = ask.request.url
    return f"{url.scheme}://{url.netloc}"


PAGE = Page(
    "/hit/{id}", "Hit", "hit.html", data, actions={"reveal": reveal},
    files={"test": as_test, "http": http_file, "curl": curl},
)  # fmt: skip
