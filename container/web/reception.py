"""The reception: what becomes of a request for a hit, before and after its payloads are durable; it never waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Protocol

import msgspec

from container.component import Answer, Entry
from container.config.document import Configuration
from container.hit import Hit
from container.metrics import Metrics
from container.outbox.outbox import OutboxError
from container.preview import COOKIE, HEADER, REVEAL_HEADER, allowed, mask, test_event_code
from container.record import EventRecord
from container.runtime import Routed, route
from container.web.address import TrustedProxies
from container.web.answering import Headers, cors, own_page, plain, preflight, set_cookie
from container.web.json import to_bytes
from container.web.refusals import Refusals
from container.web.tap.seen import Seen
from container.web.tap.sessions import Session
from container.web.tap.tap import Tap

log = logging.getLogger("tagdock.collect")

VERSION_HEADER = "X-Tagdock-Version"
"""The header of a preview's answer that names the version of the configuration that served the hit."""

_NO_CONTENT = Answer(204)


class Accepting(Protocol):
    """Where accepted payloads go: the outbox, and a nudge to delivery."""

    async def accept(self, entries: list[Entry]) -> None:
        """Returns when the entries are durable; raises OutboxError."""

    def note(self, record: EventRecord) -> None:
        """Write down an event of which some tag made no payload."""


class Live:
    """What of a configuration the collecting needs, made once when it is applied and swapped as a whole.

    ``version`` is the hash of its texts, which a preview's answer names.
    """

    __slots__ = ("configuration", "limit", "origins", "proxies", "version")

    def __init__(self, configuration: Configuration, version: str = "") -> None:
        self.configuration = configuration
        self.version = version
        self.limit = configuration.container.body_limit
        self.origins = frozenset(one.rstrip("/").lower() for one in configuration.container.origins)
        self.proxies = TrustedProxies(configuration.container.trusted_proxies)


class Asked(msgspec.Struct, gc=False):
    """A request as it came, whole; header names are in lower case, ``peer`` is who is at the other end."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    peer: str


class Received(msgspec.Struct):
    """What a request came to. It may be answered once ``entries`` are durable and ``kept`` was told so."""

    answer: Answer
    headers: Headers
    entries: list[Entry]
    routed: Routed | None = None
    preview: tuple[str, bool] | None = None
    """For a preview: the version of the configuration, and whether personal data is shown."""
    seen: Seen | None = None
    """Where somebody wants to see the hit in the console: what is told when it was answered."""

    def answered(self) -> None:
        """The answer went out, for who watches."""
        if self.seen is not None:
            self.seen.tap.answered(self.seen, self.answer, self.headers)


class Reception:
    """Takes requests for hits, one configuration serving each from beginning to end."""

    def __init__(
        self, live: Live, accepting: Accepting, metrics: Metrics, clock: Callable[[], float], token: str
    ) -> None:
        self.live = live
        self.accepting = accepting
        self.metrics = metrics
        self._clock = clock
        self._token = token
        self._refusals = Refusals()
        self.tap: Tap | None = None
        """Set while hits are taken for the console; the tap itself opens and closes it."""
        self.watch: Tap | None = None
        """The same tap, always: hits of previews are taken whether or not anybody looks."""

    def take(self, asked: Asked) -> Received:
        """Read and route one request."""
        live = self.live
        headers = asked.headers
        origin = headers.get("origin")
        allow = cors(origin, live.origins) if origin else ()
        if allow is None and (allow := own_page(headers)) is None:
            self.metrics.hits["", "origin_refused"] += 1
            return Received(plain(403, "this origin is not in container.origins"), [], [])
        if asked.method == "OPTIONS":
            return Received(_NO_CONTENT, [*allow, *preflight(headers)], [])
        hit = Hit(asked.method, asked.path, asked.query, headers, asked.body, live.proxies.visitor(asked.peer, headers))
        if self.tap is None and HEADER not in headers and COOKIE not in headers.get("cookie", ""):
            routed = route(hit, live.configuration, self._clock())
            received = Received(routed.answer, list(allow), routed.outgoing, routed)
        else:
            received, routed = self._watched(hit, live, list(allow))
        if routed.failures:
            self._told(routed)
        if routed.cookies:
            received.headers += [set_cookie(one) for one in routed.cookies]
        return received

    def _watched(self, hit: Hit, live: Live, allow: Headers) -> tuple[Received, Routed]:
        """Route a hit that somebody may want to see: of a preview, or one the tap takes from the traffic."""
        since, now = perf_counter(), self._clock()
        configuration, watch = live.configuration, self.watch
        preview, session = self._previews(hit)
        tap = self.tap
        if not preview and session is None and (tap is None or not tap.sample()):
            routed = route(hit, configuration, now)
            return Received(routed.answer, allow, routed.outgoing, routed), routed
        code = test_event_code(hit.headers) if preview else ""
        if session is not None:
            code = session.test_event_code
        routed = route(hit, configuration, now, explain=True, test_event_code=code)
        shown = (live.version, preview and REVEAL_HEADER in hit.headers)
        echoed = preview or (session is not None and HEADER in hit.headers)
        received = Received(routed.answer, allow, routed.outgoing, routed, shown if echoed else None)
        if watch is not None:
            way = "preview" if preview else "session" if session is not None else "sampled"
            received.seen = watch.see(hit, now, since, way, routed, configuration, live.version, session)
        return received, routed

    def kept(self, received: Received) -> None:
        """What it brought is durable, or there was nothing to keep: count it; a preview is answered by its trace."""
        routed = received.routed
        if routed is None:
            return
        if routed.client is None:
            self.metrics.hits["", "unclaimed"] += 1
        else:
            # A hit that brought events is looked at no further.
            outcome = "answered" if routed.events or routed.answer.status < 400 else "refused"
            self.metrics.hits[routed.client, outcome] += 1
            self.metrics.events[routed.client] += routed.events
            for record in routed.records:
                self.metrics.record(record)
                for decision in record.decisions:
                    if decision.outcome != "fired":
                        self.accepting.note(record)
                        break
        if self._refusals.count and received.entries:
            self._refusals.taken()
        if received.preview is not None:
            received.answer = _echo(routed, *received.preview)

    def lost(self, received: Received, error: OutboxError) -> None:
        """What it brought could not be kept, so nothing of it was accepted: the sender is told to come again."""
        name = received.routed.client or "" if received.routed is not None else ""
        self.metrics.hits[name, "unavailable"] += 1
        self._refusals.refused(str(error))
        received.answer = plain(503, "the hit cannot be kept just now; send it again")
        received.headers.append((b"retry-after", b"30"))

    def refused(self, outcome: str, status: int, text: str, headers: Mapping[str, str]) -> Received:
        """A request that was not read to its end, with the line its sender gets."""
        self.metrics.hits["", outcome] += 1
        return Received(plain(status, text), list(cors(headers.get("origin", ""), self.live.origins) or ()), [])

    def _previews(self, hit: Hit) -> tuple[bool, Session | None]:
        """Whether the hit shows the server's token, and the session of a preview whose token it shows instead.

        A browser with a session's cookie gets its ordinary answer; only who has the server's token, or asks by the
        header, is answered by the trace.
        """
        given = hit.headers.get(HEADER) or hit.cookies.get(COOKIE, "")
        if not given:
            return False, None
        if allowed(given, self._token):
            return True, None
        return False, self.watch.sessions.opened(given) if self.watch is not None else None

    def _told(self, routed: Routed) -> None:
        for failure in routed.failures:
            self.metrics.failed(failure)
            log.error("%s", failure)


def _echo(routed: Routed, version: str, reveal: bool) -> Answer:
    """The trace as JSON, in place of what the client answers."""
    trace = routed.trace.to_json() if routed.trace is not None else {}
    status = routed.answer.status if routed.client is None else 200
    headers = ((VERSION_HEADER, version),)
    return Answer(status, to_bytes(trace if reveal else mask(trace)), "application/json", headers)
