"""The parts of a hit, as they stand under ``given:``: raw at first, then written more readably step by step."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from container.cases.written import Literal, reads_back
from container.component import Client
from container.config.case import GIVEN
from container.hit import Hit, parse_cookies
from container.hit_file import HitFileError, hit_from

Undo = Callable[[], None]
Step = Callable[[], Undo | None]
"""Changes how the hit is written and returns what takes the change back; None where there is nothing to change."""


class Parts:
    """One hit by its parts."""

    def __init__(self, hit: Hit) -> None:
        self.fields: dict[str, Any] = {"method": hit.method, "path": quote(hit.path, safe="/:@!$&'()*+,;=~ ")}
        if hit.query_string:
            self.fields["query"] = hit.query_string
        if hit.headers:
            self.fields["headers"] = dict(hit.headers)
        if hit.body:
            self.fields.update(_body(hit.body))
        if hit.ip:
            self.fields["ip"] = hit.ip

    def hit(self) -> Hit:
        """The hit as it is read back from its parts."""
        return hit_from(self.fields)

    def given(self, clients: Mapping[str, Client], client: str | None) -> dict[str, Any]:
        """The parts as they stand in a test of a configuration; ``client`` is the one that took the hit."""
        given = dict(self.fields)
        if client is not None and clients[client].paths()[:1] == (self.hit().path,):
            del given["path"]
            given = {"client": client, **given}
        if given["method"] == ("POST" if self.hit().body else "GET"):
            del given["method"]
        return {word: given[word] if word == "body" else _literal(given[word]) for word in GIVEN if word in given}

    def readings(self) -> Iterator[Step]:
        """The steps that make a hit readable: its query, cookies and body as what they hold."""
        yield self._query
        yield self._cookies
        yield self._json

    def omissions(self) -> Iterator[Step]:
        """The steps that leave out a header or cookie each."""
        for word in ("headers", "cookies"):
            for name in list(self.fields.get(word, ())):
                yield partial(self._without, word, name)

    def _change(self, **fields: Any) -> Undo | None:
        """Take over the fields (None removes one), unless they cannot be read back."""
        before = self.fields
        changed = {**before, **fields}
        self.fields = {word: value for word, value in changed.items() if value is not None}

        def undo() -> None:
            self.fields = before

        try:
            self.hit()
        except HitFileError:
            undo()
            return None
        return undo

    def _query(self) -> Undo | None:
        hit = self.hit()
        pairs: dict[str, Any] = {}
        for name, value in hit.parameters:
            pairs.setdefault(name, []).append(value)
        undo = self._change(query={name: one[0] if len(one) == 1 else one for name, one in pairs.items()} or None)
        if undo is not None and self.hit().parameters != hit.parameters:
            undo()
            return None
        return undo

    def _cookies(self) -> Undo | None:
        headers = dict(self.fields.get("headers", {}))
        header = headers.pop("cookie", "")
        cookies = parse_cookies(header)
        undo = self._change(headers=headers or None, cookies=cookies or None) if cookies else None
        if undo is not None and self.hit().cookies != cookies:
            undo()
            return None
        return undo

    def _json(self) -> Undo | None:
        text = self.fields.get("body", "")
        if not text.lstrip().startswith(("{", "[")):
            return None
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return None
        if not reads_back(value):
            return None
        headers = dict(self.fields.get("headers", {}))
        if headers.get("content-type") == "application/json":
            del headers["content-type"]  # a body that is no text is sent as JSON
        elif "content-type" not in headers:
            return None
        return self._change(body=value, headers=headers or None)

    def _without(self, word: str, name: str) -> Undo | None:
        left = {key: value for key, value in self.fields.get(word, {}).items() if key != name}
        return self._change(**{word: left or None})


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": b64encode(body).decode()}


def _literal(value: Any) -> Any:
    """Everything in a hit but its body is text, whatever it looks like."""
    if isinstance(value, dict):
        return {key: _literal(inner) for key, inner in value.items()}
    return [_literal(inner) for inner in value] if isinstance(value, list) else Literal(value)
