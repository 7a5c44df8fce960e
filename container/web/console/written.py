"""A request of the console's written out: as a command for a terminal, as a raw request, as a hit."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import quote

import msgspec

from container.hit import Hit
from container.hit_file import hit_from
from container.masking import HIDDEN

_SENT_ANYWAY = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})
_CONTROL = dict.fromkeys([*range(32), 127])


def as_curl(request: dict[str, Any], here: str) -> str:
    """The command that sends the request to a server whose address begins with ``here``."""
    parts = ["curl"]
    if request["method"] != ("POST" if request["body"] else "GET"):
        parts += ["-X", request["method"]]
    for name, value in _headers(request):
        parts += ["-H", f"{name}: {value}"]
    if request["body"]:
        parts += ["--data-binary", _body(request)]
    return " ".join(map(shlex.quote, [*parts, here + _target(request)]))


def as_http(request: dict[str, Any]) -> str:
    """The request as text, as ``tagdock simulate`` and editors read it."""
    head = [f"{request['method']} {_target(request)}"]
    host = request["headers"].get("host")
    lines = [*head, *([f"Host: {host}"] if host else []), *(f"{name}: {value}" for name, value in _headers(request))]
    return "\n".join(lines) + "\n\n" + (_body(request) + "\n" if request["body"] else "")


def is_masked(request: dict[str, Any]) -> bool:
    """Whether some value of a masked request is not what came."""
    texts = (request["query"], *request["headers"].values(), *request["cookies"].values(), _body(request))
    return any(HIDDEN in one for one in texts)


def hit_of(request: dict[str, Any]) -> Hit:
    """The request as a hit. Raises HitFileError."""
    fields = {name: request[name] for name in ("method", "path", "query", "headers", "cookies") if request[name]}
    if request["body"]:
        fields["body"] = request["body"]
    return hit_from(fields)


def _headers(request: dict[str, Any]) -> list[tuple[str, str]]:
    found = [
        (name, value.translate(_CONTROL)) for name, value in request["headers"].items() if name not in _SENT_ANYWAY
    ]
    if request["cookies"]:
        pairs = (
            f"{name}={quote(value, safe='._-~:*', errors='replace')}" for name, value in request["cookies"].items()
        )
        found.append(("cookie", "; ".join(pairs).translate(_CONTROL)))
    return found


def _target(request: dict[str, Any]) -> str:
    query = "".join(one if one.isascii() and one.isprintable() and one != " " else quote(one, errors="replace")
                    for one in request["query"])  # fmt: skip
    return quote(request["path"], safe="/:@!$&'()*+,;=-._~", errors="replace") + (f"?{query}" if query else "")


def _body(request: dict[str, Any]) -> str:
    body = request["body"]
    return body if isinstance(body, str) else msgspec.json.encode(body).decode()
