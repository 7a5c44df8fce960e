"""The log tag: one line of JSON in a file of this machine for every event that fires it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from container.component import Payload, Request, Response, Suppressed, Tag, Verdict
from container.context import Context
from container.kinds import Choice, MapOf, Text
from container.meta.personal import scrub
from container.outgoing.body import fill, sendable
from container.outgoing.hashing import clean_url
from container.outgoing.identifiers import identifiers
from container.outgoing.identity import given_id
from container.outgoing.written import BodyKind
from container.problem import Complaint
from container.schema import option

_SHOWN = ("transaction_id", "value", "currency")
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class LogTag(Tag):
    """Writes a line of JSON for every event, to see what fires and to keep a record of your own.

    A line holds the time, the client, the event's name and id, consent, the page, value and currency, and the fields
    you add; of the visitor it says nothing by itself. Lines go through the outbox as every payload does, so none is
    lost and the books know it: a full disk makes them wait.
    """

    batch_limit = 1000
    oldest = 30 * 86400.0

    file: str = option(
        Text(r"[^\0]+", example="data/events.jsonl"),
        "The file, as seen from where the server is started; /dev/stdout for the server's own output.",
        default="data/events.jsonl",
        bare=True,
    )
    fields: dict[str, Any] = option(MapOf(BodyKind()), "Further fields of a line.", default={})
    personal_data: str = option(
        Choice("hash", "remove", "keep"),
        "What to do with e-mail addresses and phone numbers found in the fields.",
        default="hash",
    )

    def complaints(self) -> Iterable[Complaint]:
        """A folder in place of a file."""
        if self.file.endswith("/"):
            yield Complaint("file", "this is a folder", "add the name of the file, such as events.jsonl")

    def build(self, context: Context) -> Payload | Suppressed:
        event = context.event
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(context.now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "client": context.client,
            "event_name": context.event_name,
            "event_id": given_id(context) or None,
            "consent": {purpose: state for purpose, state in context.consent.items() if state != "unset"},
            "page_location": clean_url(event.get("page_location")),
            **{name: value for name in _SHOWN if isinstance(value := event.get(name), str | int | float)},
            **(fill(self.fields, context) or {}),
        }
        line = scrub(sendable(line), self.personal_data, "line", context.note)
        # Without an id: the same event twice is two lines, since to see that is what a log is for.
        line = {key: value for key, value in line.items() if value not in ("", {})}
        return Payload(context.event_name, "", line, identifiers=identifiers(line))

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        """The lines, for the file; the stand-in is not asked, since nothing leaves this machine."""
        return Request("APPEND", f"file:{self.file}", {}, b"".join(_line(body) for body in bodies))

    def judge(self, response: Response, count: int) -> Verdict:
        """Written, or to be written later."""
        return Verdict("done") if response.status == 200 else Verdict("later", response.failure)


def _line(body: bytes) -> bytes:
    """A payload on one line, whoever wrote it into the outbox."""
    return (body if b"\n" not in body else _encode(_decode(body))) + b"\n"
