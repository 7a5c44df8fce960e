"""Client hints: what the browser says of itself, in the ``ua*`` parameters and the ``Sec-CH-UA`` header."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

_MOST = 16  # browsers name three brands

HINTS: dict[str, str] = {
    "uaa": "architecture",
    "uab": "bitness",
    "uafvl": "full_version_list",
    "uamb": "mobile",
    "uam": "model",
    "uap": "platform",
    "uapv": "platform_version",
    "uaw": "wow64",
}
"""Parameter -> key below ``client_hints``."""

FLAGS = ("mobile", "wow64")


def read_hints(texts: Mapping[str, str], header: str) -> dict[str, Any]:
    """The event data's ``client_hints`` from the ``ua*`` values by their key and the ``Sec-CH-UA`` header."""
    hints: dict[str, Any] = dict(texts)
    if "full_version_list" in texts:
        hints["full_version_list"] = full_version_list(texts["full_version_list"])
    for key in FLAGS:
        if key in texts:
            hints[key] = texts[key] == "1"
    if header:
        hints["brands"] = brands(header)
    return hints


def full_version_list(text: str) -> list[dict[str, str]]:
    """Read ``brand;version|brand;version``; the brands are percent-encoded once more than the rest of the hit."""
    return [{"brand": brand, "version": version} for brand, version in _versions(text[:2048])]


@lru_cache(maxsize=1024)
def _versions(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in text.split("|", _MOST)[:_MOST]:
        brand, semicolon, version = part.rpartition(";")
        if semicolon:
            found.append((unquote(brand), unquote(version)))
    return tuple(found)


def brands(header: str) -> list[dict[str, str]]:
    """Read a ``Sec-CH-UA`` header, ``"Chromium";v="135", "Not-A.Brand";v="8"``; what has another form is left out."""
    return [{"brand": brand, "version": version} for brand, version in _brands(header[:2048])]


@lru_cache(maxsize=1024)
def _brands(header: str) -> tuple[tuple[str, str], ...]:
    # Brand names may hold commas and semicolons on purpose, so quotes are what divides them.
    pieces = header.split('"', 4 * _MOST)
    found = []
    for place in range(1, len(pieces) - 2, 4):
        if pieces[place + 1].strip() == ";v=":
            found.append((pieces[place], pieces[place + 2]))
    return tuple(found)
