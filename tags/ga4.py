"""The ga4 tag: events go on to Google Analytics 4."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from container.component import Payload, Request, Response, Suppressed, Tag, Verdict
from container.context import Context
from container.event import as_text
from container.expression import Expression
from container.kinds import Boolean, Choice, MapOf, Secret, SecretText, Templated, Text
from container.outgoing import collect, google
from container.outgoing.body import fill
from container.outgoing.identifiers import identifiers
from container.outgoing.identity import given_id
from container.outgoing.statuses import judge
from container.outgoing.written import BodyKind
from container.problem import Complaint
from container.schema import option

_STREAM = re.compile(r"G-[A-Z0-9]{4,20}")
_LANES = 16
"""Lines of requests a stream's events go out in, side by side; a visitor's events keep to one."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Ga4Tag(Tag):
    """Sends events to Google Analytics 4, as the Measurement Protocol or as Google's own tag would.

    Names, parameters, items, user properties, session, consent and time follow Google's documentation; internal fields
    (`x-ga-...`) are not parameters and are not sent as such. What Google would not take is left out and named in the
    trace. An event needs a client_id. Nothing that identifies a person is sent unless `user_data` says so, and then
    hashed.
    """

    oldest = google.OLDEST
    sandbox = "/sandbox/http/ga4/www.google-analytics.com"

    measurement_id: Expression | None = option(
        Templated(), "The stream that gets the events; without it the one the hit was sent to.", default=None
    )
    api_secret: SecretText | None = option(Secret(), "The stream's secret for the Measurement Protocol.", default=None)
    via: str = option(
        Choice("measurement_protocol", "collect"),
        "By the Measurement Protocol, which is documented, or by /g/collect, as Google's own tag in the browser.",
        default="measurement_protocol",
    )
    endpoint: str = option(
        Text(r"https?://[^\s{}@]+", example="https://region1.google-analytics.com"),
        "Where Google collects, when delivery.to is live.",
        default="https://www.google-analytics.com",
    )
    event_names: dict[str, str] = option(MapOf(Text()), "Event names here -> names at Google.", default={})
    parameters: dict[str, Any] = option(
        MapOf(BodyKind()), "Event parameters, in place of or beside those of the event.", default={}
    )
    redact_visitor_ip: bool = option(Boolean(), "Google is not told the visitor's address.", default=False)
    user_data: bool = option(
        Boolean(), "Hashed e-mail address, phone number and name go along, where there is a user_id.", default=False
    )
    debug: bool = option(Boolean(), "The events are shown in Google's DebugView.", default=False)

    def complaints(self) -> Iterable[Complaint]:
        """A stream that is none; a protocol without its secret."""
        given = self.measurement_id
        if given is not None and given.constant and not _STREAM.fullmatch(str(given.text)):
            text = f"'{str(given.text)[:40]}' is not a measurement id"
            yield Complaint("measurement_id", text, "write the id of a web stream, such as G-AB12CD34EF")
        if self.via == "measurement_protocol" and self.api_secret is None:
            hint = "add api_secret: $GA4_API_SECRET, or write via: collect"
            yield Complaint("", "the Measurement Protocol needs the stream's api_secret", hint, "missing")
        if self.via == "collect" and self.user_data:
            text = "user data is sent by the Measurement Protocol only"
            yield Complaint("user_data", text, "remove user_data, or write via: measurement_protocol")

    def build(self, context: Context) -> Payload | Suppressed:
        by_protocol = self.via == "measurement_protocol"
        refusal = google.refusal(context, reserved=by_protocol and context.event_name not in self.event_names)
        if refusal:
            return Suppressed(refusal)
        said = context.event.get("x-ga-measurement_id") if self.measurement_id is None else self._stream(context)
        stream = said if isinstance(said, str) else ""
        if not _STREAM.fullmatch(stream):
            return Suppressed("there is no measurement id for the event")
        name = self.event_names.get(context.event_name, context.event_name)
        extra = fill(self.parameters, context) or {}
        address = not self.redact_visitor_ip
        if by_protocol:
            if self.debug:
                extra = {**extra, "debug_mode": 1}
            body = google.body(context, name, extra, address=address, user_data=self.user_data)
        else:
            body = {"query": collect.query(context, stream, name, extra, address=address)}
            if self.debug:
                body["query"]["_dbg"] = "1"
            if isinstance(context.event.get("user_agent"), str):
                body["user_agent"] = context.event["user_agent"]
        lane = zlib.crc32(as_text(context.event["client_id"]).encode("utf-8", "replace")) % _LANES
        told = identifiers(body if by_protocol else body["query"])
        return Payload(name, given_id(context), body, (f"{stream}:{lane}",), told)

    def _stream(self, context: Context) -> Any:
        return None if self.measurement_id is None else self.measurement_id.read(context)

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        """One event of one visitor."""
        stream, base = destination.partition(":")[0], endpoint.rstrip("/")
        if self.via == "measurement_protocol":
            query = urlencode({"measurement_id": stream, "api_secret": self.api_secret or ""})
            return Request("POST", f"{base}/mp/collect?{query}", {"content-type": "application/json"}, bodies[0])
        built = _decode(bodies[0])
        agent = built.get("user_agent", "")
        headers = {"user-agent": agent} if agent.isascii() and agent.isprintable() and agent else {}
        return Request("POST", f"{base}/g/collect?{urlencode(built['query'])}", headers, b"")

    def judge(self, response: Response, count: int) -> Verdict:
        """By the status; Google answers 2xx whatever it makes of an event."""
        return judge(response, secrets=[self.api_secret or ""])
