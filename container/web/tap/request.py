"""The request of a hit as the console shows it: without secrets, its body cut where it is long."""

from __future__ import annotations

from typing import Any

from container.called import says, secret
from container.hit import Hit, decode, readable
from container.masking import HIDDEN, mask_text, shorten
from container.personal import redact
from container.reading import Unreadable, read_json

MOST_BODY = 16 * 1024
"""Bytes of a body that are shown."""

_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip"})
_OPEN_COOKIES = ("cmp", "consent", "demo_")
"""How the names of cookies begin whose values say nothing about who somebody is."""

_BROWSER_IDS = frozenset({"fbp", "fbc", "_fbp", "_fbc", "fb.fbp", "fb.fbc"})
"""Parameters that carry the cookies of Meta's pixel."""

_LONGEST = 8192


def request_of(hit: Hit) -> dict[str, Any]:
    """The request in clear, but for values that are called like secrets."""
    headers = {name: HIDDEN if secret(name) else value for name, value in hit.headers.items() if name != "cookie"}
    kind = hit.headers.get("content-type", "")
    return {
        "method": hit.method,
        "path": hit.path,
        "query": _pairs(hit.query_string, personal=False),
        "headers": headers,
        "cookies": {name: HIDDEN if secret(name) else value for name, value in hit.cookies.items()},
        "content_type": kind,
        "body": _body(hit.body, kind),
        "body_bytes": len(hit.body),
        "client_ip_address": hit.ip,
    }


def masked_request(request: dict[str, Any]) -> dict[str, Any]:
    """The same with what shows by its name or its look that it is personal masked. What else is repeats the event's
    data, and is masked with it."""
    body = request["body"]
    if isinstance(body, str):
        form = "x-www-form-urlencoded" in request["content_type"] or not body.lstrip().startswith(("{", "["))
        body = _pairs(body, personal=True) if form and "=" in body[:200] else mask_text(body)
    return {
        **request,
        "query": _pairs(request["query"], personal=True),
        "headers": {
            name: redact(value, ("ip",), HIDDEN) if name in _FORWARDED else _header(name, value)
            for name, value in request["headers"].items()
        },
        # The pixel's own stay for now: what masks the event's data masks them, and what repeats them with them.
        "cookies": {
            name: value if name in _BROWSER_IDS else _cookie(name, value) for name, value in request["cookies"].items()
        },
        "body": body,
    }


def masked_headers(headers: list[list[str]]) -> list[list[str]]:
    """The headers of an answer with the values of its cookies masked; their names and attributes stay."""
    return [[name, _set_cookie(value) if name.lower() == "set-cookie" else value] for name, value in headers]


def _set_cookie(text: str) -> str:
    pair, end, rest = text.partition(";")
    name, equals, value = pair.partition("=")
    return f"{name}{equals}{_cookie(name.strip(), value)}{end}{rest}"


def _cookie(name: str, value: str) -> str:
    return value if name.startswith(_OPEN_COOKIES) else shorten(value)


def _header(name: str, value: str) -> str:
    return shorten(value) if says(name, value) else mask_text(value)


def _pairs(text: str, *, personal: bool) -> str:
    """A query or form without the values of secret parameters, and of personal ones when asked."""
    parts = []
    for part in readable(text[:_LONGEST]).split("&"):
        name, equals, value = part.partition("=")
        plain = decode(name)
        if equals and secret(plain):
            part = f"{name}={HIDDEN}"
        elif personal and equals:
            part = f"{name}={shorten(value)}" if _personal(plain, value) else mask_text(part)
        parts.append(part)
    return "&".join(parts)


def _personal(name: str, value: str) -> bool:
    """Whether a parameter is called like personal data."""
    return name.startswith(("ud[", "ud.")) or name in _BROWSER_IDS or bool(says(name, value))


def _body(body: bytes, kind: str) -> Any:
    """JSON as what it says, anything else as text."""
    if not body:
        return ""
    if len(body) <= MOST_BODY and ("json" in kind or body.lstrip()[:1] in b"{["):
        try:
            value = read_json(body, [])
        except Unreadable:
            value = None
        if isinstance(value, dict | list):
            return without_secrets(value)
    text = body[:MOST_BODY].decode("utf-8", "replace")
    return _pairs(text, personal=False) if "=" in text[:200] and text.lstrip()[:1] not in "{[" else text


def without_secrets(value: Any) -> Any:
    """A JSON value without what is called like a secret."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if secret(key) and isinstance(inner, str) else without_secrets(inner)
            for key, inner in value.items()
        }
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value
