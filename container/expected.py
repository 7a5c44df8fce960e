"""What is expected of a hit, in the words of ``expect:``, compared with its trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from container.node import Node
from container.problem import shorten
from container.trace import TagTrace, Trace

MOST_PATHS = 5
"""Differing paths a text names; both sides stand whole below it."""


@dataclass(slots=True)
class Difference:
    """One expectation that was not met, with the place it was written at."""

    file: str
    line: int
    text: str
    expected: Any
    received: Any


def compare(expect: Mapping[str, Node], trace: Trace) -> Iterator[Difference]:
    """Every expectation of a case that the trace does not meet."""
    for word, node in expect.items():
        yield from _COMPARE[word](node, trace)


def _tags(trace: Trace) -> dict[str, list[TagTrace]]:
    found: dict[str, list[TagTrace]] = {}
    for event in trace.events:
        for tag in event.tags:
            found.setdefault(tag.tag, []).append(tag)
    return found


def _nothing(trace: Trace) -> str:
    """Why there is no event at all."""
    if trace.client is None:
        return "no client claims the hit"
    return "; ".join(["the hit holds no event", *trace.problems])


def _fired(node: Node, trace: Trace) -> Iterator[Difference]:
    wanted = sorted({one.raw for one in (node.elements if node.kind == "list" else [node])})
    tags = _tags(trace)
    fired = sorted(name for name, ones in tags.items() if any(one.outcome == "fired" for one in ones))
    if wanted == fired:
        return
    whys = [
        f"{name}: {one.outcome}, {one.reason}"
        for name, ones in tags.items()
        for one in ones
        if (name in wanted) != (one.outcome == "fired")
    ]
    whys = whys if trace.events else [_nothing(trace)]
    yield Difference(node.file, node.line, "; ".join(["fired", *whys]), wanted, fired)


def _skipped(node: Node, trace: Trace) -> Iterator[Difference]:
    tags = _tags(trace)
    for name, inner in node.items.items():
        for one in tags.get(name, [TagTrace(name, "", "absent", _nothing(trace))]):
            said = f"{one.outcome}: {one.reason}"
            if one.outcome == "fired" or inner.raw not in said:
                yield Difference(inner.file, inner.line, f"skipped {name}", inner.raw, said)


def _sends(node: Node, trace: Trace) -> Iterator[Difference]:
    return _payloads(node, trace, "sends")


def _sends_exactly(node: Node, trace: Trace) -> Iterator[Difference]:
    return _payloads(node, trace, "sends_exactly")


def _payloads(node: Node, trace: Trace, word: str) -> Iterator[Difference]:
    tags = _tags(trace)
    for name, inner in node.items.items():
        wanted = inner.plain()
        sent = [_decoded(one.payload) for one in tags.get(name, []) if one.payload is not None]
        every = wanted if isinstance(wanted, list) else [wanted]
        for one in every:
            if not any(_holds(one, body, exactly=word == "sends_exactly") for body in sent):
                received = sent[0] if len(sent) == 1 else sent
                text = f"{word} {name}: {_apart(one, sent, exactly=word == 'sends_exactly')}"
                yield Difference(inner.file, inner.line, text, one, received)
        if word == "sends_exactly" and len(sent) != len(every):
            text = f"{word} {name}: the number of events"
            yield Difference(inner.file, inner.line, text, len(every), len(sent))


def _consent(node: Node, trace: Trace) -> Iterator[Difference]:
    wanted = node.plain()
    if not trace.events:
        yield Difference(node.file, node.line, f"consent; {_nothing(trace)}", wanted, None)
    for event in trace.events:
        state = dict(event.consent)
        if not _holds(wanted, state):
            yield Difference(node.file, node.line, "consent", wanted, state)


def _response(node: Node, trace: Trace) -> Iterator[Difference]:
    wanted, received = node.plain(), {"status": trace.status}
    if not isinstance(wanted, dict):
        wanted = {"status": wanted}
    if not _holds(wanted, received):
        yield Difference(node.file, node.line, "response", wanted, received)


_COMPARE = {
    "fired": _fired,
    "skipped": _skipped,
    "sends": _sends,
    "sends_exactly": _sends_exactly,
    "consent": _consent,
    "response": _response,
}


def _apart(wanted: Any, sent: list[Any], *, exactly: bool) -> str:
    """In words, where what is wanted differs from the event sent that comes nearest to it."""
    if not sent:
        return "it sends nothing"
    found = min((list(differing(wanted, body, exactly=exactly)) for body in sent), key=len)
    more = f", and {len(found) - MOST_PATHS} more" if len(found) > MOST_PATHS else ""
    return ", ".join(found[:MOST_PATHS]) + more


def differing(wanted: Any, received: Any, path: str = "", *, exactly: bool = False) -> Iterator[str]:
    """Each place where a payload is not what is wanted, as ``custom_data.value: expected 120, received 119``.

    Nothing exactly where the payload holds what is wanted.
    """
    at = path or "the event"
    if isinstance(wanted, dict) and isinstance(received, dict):
        for key, inner in wanted.items():
            below = f"{path}.{key}" if path else str(key)
            if key not in received:
                yield f"{below}: expected {_shown(inner)}, received nothing"
            else:
                yield from differing(inner, received[key], below, exactly=exactly)
        for key in received if exactly else ():
            if key not in wanted:
                yield f"{f'{path}.{key}' if path else key}: expected nothing, received {_shown(received[key])}"
    elif isinstance(wanted, list) and isinstance(received, list) and len(wanted) == len(received):
        for place, (one, other) in enumerate(zip(wanted, received, strict=True)):
            yield from differing(one, other, f"{path}.{place}" if path else str(place), exactly=exactly)
    elif isinstance(wanted, list) and isinstance(received, list):
        yield f"{at}: expected {_elements(wanted)}, received {_elements(received)}"
    elif not _holds(wanted, received):
        yield f"{at}: expected {_shown(wanted)}, received {_shown(received)}"


def _elements(value: list[Any]) -> str:
    return f"{len(value)} element" + ("" if len(value) == 1 else "s")


def _shown(value: Any) -> str:
    """A value short enough for a line."""
    return shorten(msgspec.json.encode(value).decode())


def _decoded(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _holds(wanted: Any, received: Any, *, exactly: bool = False) -> bool:
    """Whether everything wanted is there; mappings may hold more unless ``exactly``, lists may not."""
    if isinstance(wanted, dict):
        if not isinstance(received, dict) or (exactly and wanted.keys() != received.keys()):
            return False
        return all(key in received and _holds(inner, received[key], exactly=exactly) for key, inner in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(received, list) or len(wanted) != len(received):
            return False
        return all(_holds(one, other, exactly=exactly) for one, other in zip(wanted, received, strict=True))
    return bool(wanted == received) and isinstance(wanted, bool) == isinstance(received, bool)
