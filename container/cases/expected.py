"""What is expected of a hit, in the words of ``expect:``, compared with what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from container.cases.differing import Apart, differing
from container.node import Node
from container.runtime import Routed
from container.trace import TagTrace, Trace

MOST_PATHS = 5
"""Differing paths a text names; both sides stand whole below it."""


@dataclass(slots=True)
class Difference:
    """One expectation that was not met, with the place it was written at.

    With ``exactly`` what was received and not expected counts as a difference too.
    """

    file: str
    line: int
    text: str
    expected: Any
    received: Any
    exactly: bool = False


def compare(expect: Mapping[str, Node], routed: Routed) -> Iterator[Difference]:
    """Every expectation of a case that what came of its hit does not meet. It was routed with its trace."""
    trace = routed.trace
    assert trace is not None
    for word, node in expect.items():
        if word == "response":
            yield from _response(node, routed)
        else:
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


def _client(node: Node, trace: Trace) -> Iterator[Difference]:
    wanted = _text(node)
    if wanted != trace.client:
        yield Difference(node.file, node.line, "client", wanted, trace.client)


def _fired(node: Node, trace: Trace) -> Iterator[Difference]:
    wanted = sorted({one.raw for one in (node.elements if node.kind == "list" else [node])})
    tags = _tags(trace)
    fired = sorted(name for name, ones in tags.items() if any(one.outcome == "fired" for one in ones))
    if wanted == fired:
        return
    whys = [
        f"{name}: {one.outcome}, {one.reason}"
        for name, ones in tags.items()
        if (name in wanted) != (name in fired)
        for one in ones
        if (one.outcome == "fired") == (name in fired)
    ]
    whys = whys if trace.events else [_nothing(trace)]
    yield Difference(node.file, node.line, "; ".join(["fired", *whys]), wanted, fired, exactly=True)


def _skipped(node: Node, trace: Trace) -> Iterator[Difference]:
    """A text is the reason of every event of the hit; a list those of the events that did not fire the tag."""
    tags = _tags(trace)
    for name, inner in node.items.items():
        ones = tags.get(name, [TagTrace(name, "", "absent", _nothing(trace))])
        if inner.kind != "list":
            for one in ones:
                said = f"{one.outcome}: {one.reason}"
                if one.outcome == "fired" or inner.raw not in said:
                    yield Difference(inner.file, inner.line, f"skipped {name}", inner.raw, said)
            continue
        silent = [f"{one.outcome}: {one.reason}" for one in ones if one.outcome != "fired"]
        wanted = [one.raw for one in inner.elements]
        if len(wanted) != len(silent) or not all(map(str.__contains__, silent, wanted)):
            yield Difference(inner.file, inner.line, f"skipped {name}", wanted, silent)


def _sends(node: Node, trace: Trace) -> Iterator[Difference]:
    return _payloads(node, trace, "sends", exactly=False)


def _sends_exactly(node: Node, trace: Trace) -> Iterator[Difference]:
    return _payloads(node, trace, "sends_exactly", exactly=True)


def _payloads(node: Node, trace: Trace, word: str, *, exactly: bool) -> Iterator[Difference]:
    tags = _tags(trace)
    for name, inner in node.items.items():
        sent = [_decoded(one.payload) for one in tags.get(name, []) if one.payload is not None]
        yield from _among(inner, sent, f"{word} {name}", "it sends nothing", exactly=exactly)
        if exactly and inner.kind != "list" and len(sent) > 1:
            text = f"{word} {name}: the number of events"
            yield Difference(inner.file, inner.line, text, 1, len(sent))


def _events(node: Node, trace: Trace) -> Iterator[Difference]:
    return _among(node, [one.event for one in trace.events], "events", _nothing(trace), exactly=False)


def _among(node: Node, received: list[Any], word: str, none: str, *, exactly: bool) -> Iterator[Difference]:
    """A mapping is one of those received; a list is all of them, in their order."""
    wanted = node.plain()
    if not isinstance(wanted, list):
        tried = [(list(differing(wanted, one, exactly=exactly)), one) for one in received]
        found, nearest = min(tried, key=lambda one: len(one[0]), default=(None, None))
        if found is None:
            yield Difference(node.file, node.line, f"{word}: {none}", wanted, received)
        elif found:
            yield _difference(node, word, found, wanted, nearest, exactly=exactly)
        return
    if len(wanted) != len(received):
        text = f"{word}: the number of events"
        yield Difference(node.file, node.line, text, len(wanted), len(received))
        return
    for inner, one, other in zip(node.elements, wanted, received, strict=True):
        found = list(differing(one, other, exactly=exactly))
        if found:
            yield _difference(inner, word, found, one, other, exactly=exactly)


def _difference(
    node: Node, word: str, found: list[Apart], wanted: Any, received: Any, *, exactly: bool = False
) -> Difference:
    """In words where the two differ, at the line of the first such leaf."""
    more = f", and {len(found) - MOST_PATHS} more" if len(found) > MOST_PATHS else ""
    text = f"{word}: {', '.join(map(str, found[:MOST_PATHS]))}{more}"
    at = node
    for part in found[0].path:
        below = at.elements[part] if isinstance(part, int) and at.kind == "list" else at.items.get(str(part))
        if below is None:
            break
        at = below
    return Difference(at.file, at.line, text, wanted, received, exactly)


def _consent(node: Node, trace: Trace) -> Iterator[Difference]:
    wanted = node.plain()
    if not trace.events:
        yield Difference(node.file, node.line, f"consent; {_nothing(trace)}", wanted, None)
    for event in trace.events:
        state = dict(event.consent)
        found = list(differing(wanted, state))
        if found:
            yield _difference(node, "consent", found, wanted, state)


def _problems(node: Node, trace: Trace) -> Iterator[Difference]:
    """A text is in one of the problems; a list holds words of all of them, in any order."""
    wanted = [one.raw for one in (node.elements if node.kind == "list" else [node])]
    unmet = [words for words in wanted if not any(words in one for one in trace.problems)]
    unnamed = [one for one in trace.problems if not any(words in one for words in wanted)]
    if unmet or (node.kind == "list" and unnamed):
        yield Difference(node.file, node.line, "problems", wanted, trace.problems, exactly=node.kind == "list")


def _response(node: Node, routed: Routed) -> Iterator[Difference]:
    received: dict[str, Any] = {"status": routed.answer.status}
    wanted: dict[str, Any] = {}
    for word, inner in node.items.items() if node.kind == "mapping" else [("status", node)]:
        if word == "headers":
            wanted[word] = {name.lower(): _text(one) for name, one in inner.items.items()}
            received[word] = _headers(routed)
        elif word == "cookies":
            # A cookie is its value, or with everything it is set with where more than that is expected.
            wanted[word] = {
                name: one.plain() if one.kind == "mapping" else _text(one) for name, one in inner.items.items()
            }
            received[word] = {
                one.name: msgspec.to_builtins(one) if isinstance(wanted[word].get(one.name), dict) else one.value
                for one in routed.cookies
            }
        else:
            wanted[word] = inner.value
    found = list(differing(wanted, received))
    if found:
        yield _difference(node, "response", found, wanted, received)


def _headers(routed: Routed) -> dict[str, str]:
    headers = {name.lower(): value for name, value in routed.answer.headers}
    if routed.answer.content_type:
        headers.setdefault("content-type", routed.answer.content_type)
    return headers


def _text(node: Node) -> str | None:
    return None if node.value is None else node.raw


_COMPARE = {
    "client": _client,
    "fired": _fired,
    "skipped": _skipped,
    "sends": _sends,
    "sends_exactly": _sends_exactly,
    "events": _events,
    "consent": _consent,
    "problems": _problems,
}


def _decoded(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
