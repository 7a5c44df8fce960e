"""From what arrived to what is kept: judge events, decide the answer, and commit both before anybody hears of it."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec

from . import finding as f
from .answer import (
    Refusal,
    expired_version,
    invalid,
    missing_token,
    new_trace,
    refused_event,
    success,
    unknown_object,
    unknown_token,
    unknown_version,
)
from .browser_copy import Copy
from .check import Found, check_browser, check_server
from .customer import CustomerKeys
from .deduplication import fallback_keys, key_of
from .envelope import Envelope
from .record import BROWSER, SERVER, Exchange, Record
from .store import Store
from .versions import NEWEST, state

MOST_EVENTS = 1000
PAUSE = 50
_encode = msgspec.json.Encoder().encode
_TEXT = 1000


class Intake:
    """Takes server batches and browser copies; both methods run on the store's thread and return the answer's bytes."""

    def __init__(self, store: Store, pixels: Mapping[str, str | None] | None, token_required: bool) -> None:
        self._store, self._pixels, self._token_required = store, pixels, token_required

    def refuses(self, version: str, identity: str, token: str | None, now: float) -> Refusal | None:
        """What is wrong with the address or the token of a Graph request, before anything else is looked at."""
        age = state(version, now)
        if age != "current":
            return unknown_version(version) if age == "unknown" else expired_version(version, NEWEST)
        if token is None and self._token_required:
            return missing_token()
        if not (identity.isascii() and identity.isdigit()):
            return unknown_object(identity)
        if self._pixels is not None:
            if identity not in self._pixels:
                return unknown_object(identity)
            expected = self._pixels[identity]
            if expected is not None and token != expected:
                return unknown_token()
        return None

    def server(self, version: str, pixel_id: str, envelope: Envelope, exchange: Exchange) -> tuple[int, bytes]:
        """Take one batch: all of it or, when any event is refused, nothing."""
        now, events = exchange.received, envelope.events
        refusal = self.refuses(version, pixel_id, envelope.token, now) or envelope.wrong
        if refusal is None and len(events) > MOST_EVENTS:
            refusal = invalid(f"param data must have at most {MOST_EVENTS} elements, got {len(events)}", "data")
        records: list[Record] = []
        meets = self._store.anonymous_browsers
        offenders: set[int] = set()
        for index, event in enumerate(events[:MOST_EVENTS]):
            assert isinstance(event, dict)
            if index % PAUSE == PAUSE - 1:
                time.sleep(0)  # let the event loop have the interpreter; a batch would hold it for milliseconds
            judged = check_server(event, now)
            records.append(_record(SERVER, pixel_id, event, envelope.test_event_code, now, judged, meets))
            for finding, field in judged[0]:
                if finding.refuses:
                    offenders.add(index)
                    refusal = refusal or refused_event(finding, field, index, len(events))
                    break
        trace = new_trace()
        if refusal is None:
            answer, status = _encode(success(len(events), trace)), 200
        else:
            error, status = refusal.error(trace), refusal.http_status
            answer = _encode({"error": error})
            records = records or [_unreadable(SERVER, pixel_id, envelope.test_event_code, now)]
            blamed, spared = (_encode({**error, "offender": own}) for own in (True, False))
            for index, record in enumerate(records):
                record.good, record.error = False, blamed if index in offenders else spared
        exchange.status, exchange.answer = status, answer
        self._store.add(records, exchange)
        return status, answer

    def browser(self, copy: Copy, exchange: Exchange) -> None:
        """Take one browser copy. Every one is answered by a gif; those that name no pixel or event are kept as bad."""
        now = exchange.received
        judged = check_browser(copy.event, now)
        record = _record(BROWSER, copy.pixel_id, copy.event, copy.test_event_code, now, judged)
        missing = "id" if not copy.pixel_id else "ev" if not record.event_name else None
        if missing:
            record.good = False
            record.error = _encode({"message": f"The pixel hit has no parameter {missing}", "offender": True})
        self._store.add([record], exchange)


def _record(
    channel: int,
    pixel_id: str,
    event: dict[str, object],
    code: str | None,
    now: float,
    judged: tuple[Found, CustomerKeys],
    meets: bool = True,
) -> Record:
    """What is kept of an event. Without `meets` it needs no fallback keys when it has an event_id."""
    found, keys = judged
    try:
        body = _encode(event)
    except (RecursionError, ValueError, OverflowError):
        body = b"{}"
        found.append((f.INVALID_PARAMETER, "data"))
    findings = 0
    for finding, _ in found:
        findings |= finding.bit
    name, identity = _text(event.get("event_name")) or "", _text(event.get("event_id"))
    moment, custom = event.get("event_time"), event.get("custom_data")
    return Record(
        received=now,
        channel=channel,
        pixel_id=pixel_id[:_TEXT],
        event_name=name,
        event_id=identity,
        event_time=int(moment) if isinstance(moment, (int, float)) and abs(moment) < 1 << 60 else None,
        action_source=_text(event.get("action_source")),
        key=key_of(pixel_id, name, identity) if identity is not None else None,
        fallback=fallback_keys(pixel_id, name, event.get("user_data")) if meets or identity is None else [],
        match_keys=keys.valid,
        findings=findings,
        address=keys.address,
        order_id=_text(custom.get("order_id")) if name == "Purchase" and isinstance(custom, dict) else None,
        test_event_code=code,
        body=body,
    )


def _unreadable(channel: int, pixel_id: str, code: str | None, now: float) -> Record:
    """What is kept of a request whose events could not be read at all."""
    return _record(channel, pixel_id, {}, code, now, ([], CustomerKeys(0, 0, None)))


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value[:_TEXT].strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64 else None
