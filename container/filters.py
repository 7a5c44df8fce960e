"""The filters expressions may use beside Jinja's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from container.amount import amount
from container.event import as_text
from container.outgoing.hashing import HASHES


def sha256(value: Any) -> str | None:
    """The lower-case hex SHA-256 of a value's text; nothing for nothing."""
    text = "" if value is None else as_text(value)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else None


FILTERS: dict[str, Callable[..., Any]] = {"sha256": sha256, "number": amount, **HASHES}
