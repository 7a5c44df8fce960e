"""The http_request tag: any HTTP request to a host of your own, made of the event by templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from container.component import Payload, Request, Response, Suppressed, Tag, Verdict
from container.context import Context
from container.event import as_text
from container.expression import Expression
from container.kinds import Boolean, Choice, Duration, Integer, ListOf, MapOf, Secret, SecretText, Templated
from container.meta.personal import scrub
from container.outgoing.address import Address, AddressKind
from container.outgoing.body import Body, Given, expressions, fill, merged, naming, sendable, split
from container.outgoing.identifiers import identifiers
from container.outgoing.identity import given_id
from container.outgoing.statuses import judge
from container.outgoing.written import BodyKind
from container.problem import Complaint, nearest
from container.schema import option

_SECRET = frozenset({"secret"})
_BODIES = ("json", "form", "text")
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain; charset=utf-8"}
_NAMED = re.compile(r"\bsecret\.([A-Za-z_]\w*)")
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def _late(expression: Expression) -> bool:
    return "secret" in expression.names


class HttpRequestTag(Tag):
    """Sends a request of your own making: to a CRM, a data warehouse, a chat, any API.

    The host is fixed when the file is loaded; path, query, headers and body are made of the event by `{{ }}`. A field
    whose value is not there is left out; numbers stay numbers. Tokens are named under `secrets` and used as
    `{{ secret.NAME }}`; they are put in when the request is sent, so that none rests in the outbox.
    """

    url: Address = option(AddressKind(_SECRET), "Where the request goes. Path and query may hold {{ }}, the host not.")
    method: str = option(Choice("POST", "GET", "PUT", "PATCH", "DELETE", "HEAD"), "The method.", default="POST")
    query: dict[str, Any] = option(
        MapOf(BodyKind(_SECRET)), "Parameters of the query, beside those of the url.", default={}
    )
    headers: dict[str, Any] = option(MapOf(BodyKind(_SECRET)), "Headers of the request by their names.", default={})
    json: Body = option(BodyKind(_SECRET), "The body as JSON.", default=None)
    form: Body = option(BodyKind(_SECRET, only_mapping=True), "The body as a form, urlencoded.", default=None)
    text: Expression | None = option(Templated(), "The body as plain text.", default=None)
    secrets: dict[str, SecretText] = option(
        MapOf(Secret()), "Tokens by name, for {{ secret.NAME }} in url, query, headers, json and form.", default={}
    )
    event_id: Expression | None = option(
        Templated(),
        "What tells an event from a copy of it, which is not sent again; event_id or transaction_id without it.",
        default=None,
    )
    batch: int = option(
        Integer(1, 1000), "The most events of one request; with more than 1 the JSON body is a list.", default=1
    )
    success: list[int] = option(
        ListOf(Integer(100, 599)), "Statuses that count as delivered, beside 200 to 299.", default=[]
    )
    retry: list[int] = option(
        ListOf(Integer(100, 599)), "Statuses to try again, beside 408, 425, 429 and those from 500 on.", default=[]
    )
    give_up_after: float = option(Duration(), "The age at which an event is of no use any more.", default=7 * 86400.0)
    personal_data: str = option(
        Choice("hash", "remove", "keep"),
        "What to do with e-mail addresses and phone numbers found in the body; keep lets them rest in the outbox.",
        default="hash",
    )
    advertising: bool = option(
        Boolean(), "The receiver is an advertising system, so that lint asks for consent.", default=False
    )

    def ready(self) -> None:
        self.endpoint = self.url.origin
        self.sandbox = f"/sandbox/http/{self.type or 'http_request'}/{self.url.host}"
        self.batch_limit = self.batch
        self.oldest = self.give_up_after
        self._kind = next((name for name in _BODIES if getattr(self, name) is not None), "")
        whole: Body = getattr(self, self._kind) if self._kind else None
        self._now: Body
        self._then: Body
        self._now, self._then = split(whole, _late)
        self._query, self._late_query = split(self.query, _late)
        fixed = {name: value for name, value in self.headers.items() if _fixed(value)}
        self._asked = {name: value for name, value in self.headers.items() if name not in fixed}
        self._names = {"secret": Given({name: str(value) or "sandbox" for name, value in self.secrets.items()})}
        self._late = naming(Context({}), self._names)
        self._fixed = {"content-type": _TYPES[self._kind]} if self._kind else {}
        self._fixed |= {name.lower(): found for name, value in fixed.items() if (found := _header(value, self._late))}
        self._late_url = bool(self.url.names & _SECRET)
        self._success, self._retry = frozenset(self.success), frozenset(self.retry)

    def complaints(self) -> Iterable[Complaint]:
        """Bodies that exclude each other, secrets that would rest in the outbox or are named nowhere, odd batches."""
        written = [name for name in _BODIES if getattr(self, name) is not None]
        if len(written) > 1:
            yield Complaint(written[1], f"'{written[0]}' is the body already", "write one of json, form and text")
        if self.method in {"GET", "HEAD"} and written:
            yield Complaint(written[0], f"a {self.method} request has no body", "write method: POST, or use the query")
        for where, one in self._used():
            if "secret" in one.names and len(one.names) > 1:
                text = "a secret stands together with a value of the event, so it would rest in the outbox"
                yield Complaint(where, text, "put them into two fields, two headers, or the secret into query:")
            for name in _secrets_named(one):
                if name not in self.secrets:
                    close = nearest(name, self.secrets)
                    hint = f"did you mean '{close}'?" if close else f"add secrets: {{ {name}: $NAME }}"
                    yield Complaint(where, f"there is no secret '{name}'", hint, "unknown", about=f"secret.{name}")
        for where, late in ((self._kind, self._then), ("query", self._late_query)):
            if any(one.names - _SECRET and "secret" not in one.names for one in expressions(late)):
                text = "a secret stands in a list with values of the event"
                yield Complaint(where, text, "put it beside the list")
        for name in self.headers:
            if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                yield Complaint("headers", f"'{name[:40]}' is not the name of a header", "use letters, digits and -")
            elif name.lower() in _OWN_HEADERS:
                yield Complaint("headers", f"'{name}' is written by the transport itself", "remove it")
        varies = self._asked or any(not _fixed(one) for one in self.query.values()) or self.url.rest.names - _SECRET
        if self.batch > 1 and (self._kind != "json" or varies):
            text = "events can share a request only when they differ in nothing but their JSON"
            yield Complaint("batch", text, "write json:, keep {{ }} out of url and headers, or remove batch")

    def _used(self) -> Iterable[tuple[str, Expression]]:
        yield "url", self.url.rest
        for where in ("query", "headers", "json", "form"):
            for one in expressions(getattr(self, where)):
                yield where, one

    def build(self, context: Context) -> Payload | Suppressed:
        path = "/" if self._late_url else self.url.path(context)
        if path is None:
            return Suppressed("the url needs a value that is not there")
        body: dict[str, Any] = {"method": self.method, "url": f"{self.url.origin}{path}"}
        query = fill(self._query, context) if self._query else None
        if query:
            body["url"] += f"{'&' if '?' in path else '?'}{urlencode(_pairs(query), errors='replace')}"
        headers = {name.lower(): found for name, one in self._asked.items() if (found := _header(one, context))}
        if headers:
            body["headers"] = headers
        if self._kind:
            value = fill(self.text if self._kind == "text" else self._now, context)
            if value is not None:
                body[self._kind] = value
            elif self._then is None:
                return Suppressed("nothing of the body is there")
        written = body.get(self._kind)
        body = scrub(sendable(body), self.personal_data, "request", context.note)
        if written and not body.get(self._kind) and self._then is None:
            return Suppressed("nothing of the body is left without personal data")
        given = given_id(context) if self.event_id is None else self.event_id.read(context)
        told = identifiers({**body, "query": query} if query else body)
        return Payload(context.event_name, "" if given is None else as_text(given), body, identifiers=told)

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        """The request as it was built, with the secrets in their places."""
        built = [_decode(one) for one in bodies]
        first = built[0]
        path = self.url.path(self._late) if self._late_url else None
        path = path or _path(first["url"])
        query = fill(self._late_query, self._late) if self._late_query else None
        if query:
            path += f"{'&' if '?' in path else '?'}{urlencode(_pairs(query), errors='replace')}"
        headers = {**self._fixed, **first.get("headers", {})}
        return Request(first["method"], f"{endpoint.rstrip('/')}{path}", headers, self._content(built))

    def _content(self, built: list[dict[str, Any]]) -> bytes:
        late = fill(self._then, self._late) if self._then is not None else None
        values = [merged(one.get(self._kind), late) for one in built] if self._kind else []
        if self._kind == "json":
            return _encode(values if self.batch > 1 else values[0])
        if self._kind == "form":
            return urlencode(_pairs(values[0] or {}), errors="replace").encode()
        return as_text(values[0]).encode("utf-8", "replace") if values and values[0] is not None else b""

    def judge(self, response: Response, count: int) -> Verdict:
        """By the status; of the answer a message is kept, which delivery masks, and never what it repeats as JSON."""
        return judge(response, success=self._success, retry=self._retry, secrets=self.secrets.values())


def _fixed(value: Body) -> bool:
    return all(one.constant or one.names == _SECRET for one in expressions(value))


def _header(value: Body, context: Context) -> str | None:
    """A header's value as it may be sent: what could end the header, or has no form in it, is no value."""
    found = fill(value, context)
    text = as_text(found).strip() if isinstance(found, str | int | float) else ""
    return text if text and text.isascii() and text.isprintable() else None


def _secrets_named(expression: Expression) -> list[str]:
    return _NAMED.findall(str(expression.text)) if "secret" in expression.names else []


def _path(url: str) -> str:
    """Path and query of a URL, from whatever host it was made for."""
    rest = url.partition("://")[2]
    return rest[rest.find("/") :]


def _pairs(fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, as_text(one) if not isinstance(one, dict) else _encode(one).decode())
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    ]
