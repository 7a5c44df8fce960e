"""Packing: the request that payloads would leave in, as it may be shown: tokens and personal data masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from container import called
from container.component import Tag
from container.preview import mask
from container.schema import Options

HIDDEN = "***"
_FURTHER = re.compile(r"(?i)proof|cookie")
"""What else in a request is secret by its name."""

_SHORTEST = 4


def packed(tag: Tag, destination: str, bodies: Sequence[bytes], endpoint: str) -> dict[str, Any]:
    """Method, address, headers and body of the request a tag makes of these payloads just now.

    ``problem`` says why there is none.
    """
    try:
        request = tag.pack(destination, bodies, endpoint)
    except Exception as error:  # noqa: BLE001 - a tag is anybody's code; delivery would meet the same and try later
        return {"problem": f"the tag cannot make a request of them: {type(error).__name__}"}
    secrets = sorted({one for one in _secrets(tag) if len(one) >= _SHORTEST}, key=len, reverse=True)

    def clean(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: clean(one, str(key)) for key, one in value.items()}
        if isinstance(value, list):
            return [clean(one, name) for one in value]
        if isinstance(value, str):
            if value and (called.secret(name) or _FURTHER.search(name)):
                return HIDDEN
            for secret in secrets:
                value = value.replace(secret, HIDDEN)
        return value

    address = urlsplit(clean(request.url))
    query = urlencode([(key, clean(value, key)) for key, value in parse_qsl(address.query, True)], safe="*:/,")
    shown: dict[str, Any] = mask(
        {
            "method": request.method,
            "url": urlunsplit(("", "", *address._replace(query=query)[2:])),
            "headers": clean(dict(request.headers)),
            "body": clean(_data(request.body)),
        }
    )
    # Where it goes is nobody's: an address of this machine may be the visitor's too.
    shown["url"] = f"{address.scheme}://{address.netloc}{shown['url']}"
    return shown


def _data(body: bytes) -> Any:
    """A body as data, so that what is personal in it is told by its name."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        text = body.decode("utf-8", "replace")
    lines = []
    for line in text.splitlines()[:1000]:
        try:
            lines.append(msgspec.json.decode(line))
        except (msgspec.DecodeError, RecursionError):
            return dict(parse_qsl(text)) or text  # a form, or a text
    return lines or text


def _secrets(options: Options) -> Iterator[str]:
    """The values of options that are secrets, groups of options too."""
    for name, one in options.options.items():
        value = getattr(options, name, None)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Options):
                yield from _secrets(inner)
            elif one.kind.secret and isinstance(inner, str):
                yield str(inner)
