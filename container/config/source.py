"""The source: a file's bytes as they were read, and the text in them, or why there is none."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

LARGEST_FILE = 1024 * 1024

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read."""

    path: Path
    data: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def text(self) -> str:
        """What stands in it, without a byte order mark; bytes that are not UTF-8 are replaced."""
        return self.data.removeprefix(codecs.BOM_UTF8).decode(errors="replace")


class SourceError(Exception):
    """Why a file has no text: a kind of problem, its line and column, the words, the advice."""

    def __init__(self, kind: str, text: str, hint: str, line: int = 1, column: int = 1) -> None:
        super().__init__(text)
        self.kind, self.text, self.hint, self.line, self.column = kind, text, hint, line, column


def read_source(path: Path) -> Source:
    """The file's bytes. Raises SourceError when it cannot be read or is too large to be a configuration."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
            size = max(len(data), path.stat().st_size)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise SourceError("file", f"the file cannot be read: {reason}", _advice(error)) from error
    if len(data) > LARGEST_FILE:
        text = f"the file has {size / 1e6:.1f} MB, more than a configuration can sensibly need"
        raise SourceError("file", text, "check that this is the right file; the limit is 1 MiB")
    return Source(path, data)


def _advice(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "let the user who runs tagdock read it"
    if isinstance(error, IsADirectoryError):
        return "name a file in it, such as config.yaml"
    return "check the path; --config names the file"


def text_of(data: bytes) -> str:
    """The text of UTF-8 bytes, with or without a byte order mark. Raises SourceError for anything else."""
    if data.startswith(_UTF16) or (b"\0" in data[:4096] and _looks_like_utf_16(data[:4096])):
        raise SourceError("yaml", "the file is UTF-16, not UTF-8", "save it as UTF-8")
    if b"\0" in data[:65536]:
        raise SourceError("yaml", "the file is binary, not YAML", "write plain YAML in UTF-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line, column = place_in(before := data[: error.start].decode(), len(before))
        text = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise SourceError("yaml", text, "save the file as UTF-8", line, column) from error


def place_in(text: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = text[:position]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _looks_like_utf_16(data: bytes) -> bool:
    """Plain text in UTF-16 without a mark: every second byte is zero, and none of the others."""
    even, odd = data[::2], data[1::2]
    return (not any(even) and all(odd)) or (all(even) and not any(odd))
