"""Hit files: JSON lines and raw HTTP requests, as captured, read into hits."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from container.event import as_text
from container.hit import Hit


class HitFileError(Exception):
    """A hit that cannot be read; the text says where and what to do, ``path`` which of the hit's fields is meant."""

    def __init__(self, text: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.path = path


def read_hits(path: str | Path, refused: Callable[[HitFileError], None] | None = None) -> Iterator[Hit]:
    """The hits of a file: one or several raw requests (``*.http``, separated by ``###``), else JSON lines.

    A line or request that is no hit raises HitFileError; with ``refused`` it is told there, and the next one is read.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise HitFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise HitFileError(f"{path} is not UTF-8; save it as UTF-8") from error
    readers = _requests(path, text) if path.suffix == ".http" else _lines(path, text)
    return _read(readers, refused)


def _read(readers: Iterator[Callable[[], Hit]], refused: Callable[[HitFileError], None] | None) -> Iterator[Hit]:
    for read in readers:
        try:
            hit = read()
        except HitFileError as error:
            if refused is None:
                raise
            refused(error)
            continue
        yield hit


def _lines(path: Path, text: str) -> Iterator[Callable[[], Hit]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield partial(_line, path, number, line)


def _line(path: Path, number: int, line: str) -> Hit:
    try:
        return hit_from(msgspec.json.decode(line.encode("utf-8", "replace")), f"{path.name}:{number}")
    except (msgspec.DecodeError, HitFileError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        hint = 'write {"method": "GET", "path": "/g/collect", "query": "v=2&..."} on one line'
        raise HitFileError(f"{path}:{number}: {reason}; {hint}") from error


def hit_from(fields: Any, default_id: str = "") -> Hit:
    """A hit from its parts: method, path, query, headers, body, cookies, ip, id; other keys are ignored.

    ``query`` is the raw query string or a mapping; ``body`` a text or, for JSON, any value; ``body_base64`` one that is
    no text. Raises HitFileError.
    """
    if not isinstance(fields, Mapping):
        raise HitFileError("a hit is a JSON object")
    headers = {name.lower(): value for name, value in _mapping(fields, "headers").items()}
    cookies = _mapping(fields, "cookies")
    if cookies:
        pairs = [f"{name}={quote(value, safe='._-~:', errors='replace')}" for name, value in cookies.items()]
        headers["cookie"] = "; ".join(filter(None, [headers.get("cookie", ""), *pairs]))
    body = _body(fields, headers)
    path, _, inline = _text(fields, "path").partition("?")
    return Hit(
        (_text(fields, "method") or ("POST" if body else "GET")).upper(),
        "/" + unquote(path).lstrip("/"),
        _query(fields) or inline,
        headers,
        body,
        _text(fields, "ip"),
        _text(fields, "id") or default_id,
    )


def _body(fields: Mapping[str, Any], headers: dict[str, str]) -> bytes:
    body = fields.get("body")
    encoded = _text(fields, "body_base64")
    if body is None and encoded:
        try:
            return b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise HitFileError("'body_base64' of a hit is not base64", ("body_base64",)) from error
    if body is None or isinstance(body, str):
        return (body or "").encode("utf-8", "replace")
    headers.setdefault("content-type", "application/json")
    return msgspec.json.encode(body)


def _mapping(fields: Mapping[str, Any], name: str) -> dict[str, str]:
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise HitFileError(f"'{name}' of a hit is a mapping of names to texts", (name,))
    return {str(key): _scalar(inner, f"'{key}' of {name}", (name, str(key))) for key, inner in value.items()}


def _query(fields: Mapping[str, Any]) -> str:
    """The raw query string; of a mapping, a list under a name is the parameter repeated."""
    query = fields.get("query")
    if not isinstance(query, Mapping):
        return _text(fields, "query").removeprefix("?")
    pairs = []
    for name, value in query.items():
        for one in value if isinstance(value, list) else (value,):
            text = _scalar(one, f"'{name}' of query", ("query", str(name)))
            pairs.append(f"{quote(str(name), safe='._-[]', errors='replace')}={quote(text, safe='', errors='replace')}")
    return "&".join(pairs)


def _text(fields: Mapping[str, Any], name: str) -> str:
    return _scalar(fields.get(name), f"'{name}' of a hit", (name,))


def _scalar(value: Any, what: str, path: tuple[str, ...]) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        raise HitFileError(f"{what} is a text, not {'a list' if isinstance(value, list) else 'a mapping'}", path)
    return as_text(value)


def _requests(path: Path, text: str) -> Iterator[Callable[[], Hit]]:
    blocks = [block for block in ("\n" + text).split("\n###") if block.strip()]
    for index, block in enumerate(blocks, start=1):
        # What stands behind ### on its line is the request's name.
        title, _, rest = block.partition("\n") if not block.startswith("\n") else ("", "", block)
        name = title.strip() or (path.stem if len(blocks) == 1 else f"{path.stem}:{index}")
        yield partial(_request, path, rest.lstrip("\r\n"), name)


def _request(path: Path, text: str, name: str) -> Hit:
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.split("\n")
    words = first.split()
    if len(words) < 2 or not words[0].isupper():
        raise HitFileError(
            f"{path}: '{first[:60]}' is not a request line; start with one such as GET /g/collect?v=2&..."
        )
    headers: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon:
            headers[key.strip().lower()] = value.strip()
    target = words[1]
    if "://" in target:
        # A request as tools copy it carries the whole URL.
        host, _, target = target.partition("://")[2].partition("/")
        headers.setdefault("host", host)
        target = "/" + target
    file_path, _, query = target.partition("?")
    return Hit(words[0], unquote(file_path), query, headers, body.removesuffix("\n").encode(), "", name)
