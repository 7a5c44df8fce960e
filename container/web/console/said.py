"""What the server said: the last lines of its log, kept for the console. They hold no value of a hit."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

import msgspec

KEPT = 500
"""Lines that are kept in memory."""

_LONGEST = 1000


class Line(msgspec.Struct, frozen=True):
    """One line: when (unix seconds), how grave, who said it, what."""

    time: float
    level: str
    source: str
    text: str

    def to_json(self) -> dict[str, Any]:
        """The line as the console shows it."""
        return {"time": self.time, "level": self.level, "source": self.source, "text": self.text}


class Said(logging.Handler):
    """Listens to the container's own loggers from ``listen`` until ``close``."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[Line] = deque(maxlen=KEPT)

    def listen(self) -> None:
        """Begin to keep what is said."""
        logging.getLogger("tagdock").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        try:
            text = record.getMessage()[:_LONGEST]
        except Exception:  # noqa: BLE001 - a line that cannot be put together is told by its pattern
            text = str(record.msg)[:_LONGEST]
        self._lines.append(Line(record.created, record.levelname.lower(), record.name, text))

    def note(self, time: float, source: str, text: str) -> None:
        """Keep a line that is for the console alone: what somebody outside said, which no log should repeat."""
        self._lines.append(Line(time, "warning", source, text[:_LONGEST]))

    def lines(self) -> list[Line]:
        """Newest first."""
        return list(self._lines)[::-1]

    def close(self) -> None:
        """Stop listening."""
        logging.getLogger("tagdock").removeHandler(self)
        super().close()
