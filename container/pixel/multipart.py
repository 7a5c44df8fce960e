"""The multipart form: the pixel's hidden form as pairs, read leniently."""

from __future__ import annotations

import logging
from contextlib import suppress

from python_multipart.exceptions import ParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from container.hit import MOST_PARAMETERS

_LONGEST_HEADER = 1000

_SILENT = logging.Logger("silent", logging.CRITICAL + 1)
"""The parser warns of every form that is wrong, and anybody can send one: a log must not grow by that."""


def parse_multipart(body: bytes, content_type: str) -> list[tuple[str, str]]:
    """The form's fields in order. A form that breaks off gives what came before; without a header the body's first
    line is the boundary. Bytes that are not UTF-8 are replaced.
    """
    boundary = _parameter(content_type.encode("latin-1", "replace"), b"boundary")
    if not boundary and body[:2] == b"--":
        boundary = body[2:200].partition(b"\n")[0].strip()
    if not boundary:
        return []
    form = _Form()
    # What was complete before a fault is still what the page said.
    with suppress(ParseError):
        parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
        parser.logger = _SILENT
        parser.write(body)
        parser.finalize()
    return form.fields


class _Form:
    """Collects the fields a parser meets."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self._header = bytearray()
        self._content = bytearray()
        self._value = bytearray()
        self._name = ""

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self.begin,
            "on_header_field": self.header,
            "on_header_value": self.content,
            "on_header_end": self.header_end,
            "on_part_data": self.data,
            "on_part_end": self.end,
        }

    def begin(self) -> None:
        self._name = ""
        self._value = bytearray()

    def header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def content(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def header_end(self) -> None:
        if self._header.strip().lower() == b"content-disposition":
            self._name = _text(_parameter(bytes(self._content), b"name"))
        self._header.clear()
        self._content.clear()

    def data(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end(self) -> None:
        if self._name and len(self.fields) < MOST_PARAMETERS:
            self.fields.append((self._name, _text(self._value)))


def _parameter(header: bytes, name: bytes) -> bytes:
    return parse_options_header(header[:_LONGEST_HEADER])[1].get(name, b"")


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace")
