"""Read a request to the events edge: token, events and test code, from JSON, form fields or the query string."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import msgspec

from .answer import Refusal, invalid

Fields = Mapping[str, Sequence[object]]


@dataclass(slots=True)
class Envelope:
    """What one request carries. `wrong` is set when its events cannot be read; the rest is read all the same."""

    token: str | None = None
    proof: str | None = None
    test_event_code: str | None = None
    events: list[object] = field(default_factory=list)
    wrong: Refusal | None = None


def read(body: bytes, content_type: str, query: Mapping[str, str], form: Fields | None, authorization: str) -> Envelope:
    """Read an envelope. `form` holds the fields of a multipart body, which the caller has parsed."""
    kind = content_type.partition(";")[0].strip().lower()
    fields: Mapping[str, object]
    wrong = None
    if form is not None:
        fields = {key: list(values) for key, values in form.items()}
    elif kind == "application/json" or body.lstrip()[:1] == b"{":
        fields, wrong = _json_object(body)
    else:
        fields = _urlencoded(body)
    envelope = Envelope(
        token=_text(query.get("access_token")) or _text(fields.get("access_token")) or _bearer(authorization),
        proof=_text(query.get("appsecret_proof")) or _text(fields.get("appsecret_proof")),
        test_event_code=_text(fields.get("test_event_code")) or _text(query.get("test_event_code")),
        wrong=wrong,
    )
    if wrong is None:
        data = fields["data"] if "data" in fields else query.get("data")
        envelope.events, envelope.wrong = _events(data)
    return envelope


def _json_object(body: bytes) -> tuple[Mapping[str, object], Refusal | None]:
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return {}, invalid("The request body is not valid JSON")
    return (decoded, None) if isinstance(decoded, dict) else ({}, invalid("The request body must be a JSON object"))


def _urlencoded(body: bytes) -> Mapping[str, object]:
    try:
        return dict(parse_qs(body.decode("utf-8", "replace"), max_num_fields=10_000))
    except ValueError:
        return {}


def _events(data: object) -> tuple[list[object], Refusal | None]:
    """The events of `data`: a list of objects, JSON text of one, or a list of JSON texts (as Meta's SDK posts it)."""
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], str):
        data = data[0]
    if isinstance(data, str):
        try:
            data = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError, ValueError):
            return [], invalid("param data must be valid JSON", "data")
        if isinstance(data, dict):
            data = [data]
    if data is None:
        return [], invalid("The parameter data is required", "data")
    if not isinstance(data, list):
        return [], invalid("param data must be an array", "data")
    if not data:
        return [], invalid("param data must be non-empty", "data")
    events: list[object] = []
    for index, event in enumerate(data):
        if isinstance(event, str):
            try:
                event = msgspec.json.decode(event)
            except (msgspec.DecodeError, RecursionError, ValueError):
                event = None
        if not isinstance(event, dict):
            return [], invalid(f"param data[{index}] must be an object", "data", str(index))
        events.append(event)
    return events, None


def _text(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
