"""The log of a running server: one line a fact on standard error, for people or for programs."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime

import msgspec


def set_up(style: str) -> None:
    """Log from here on; ``style`` is ``readable`` or ``json``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=style == "json"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Libraries log addresses with tokens in them at this level.
    for name in ("httpx2", "httpx", "httpcore2", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Lines(logging.Formatter):
    """A record as one line. As JSON it has ``time`` (ISO 8601, UTC), ``level``, ``logger`` and ``text``.

    Of an exception it tells the type and the line of code: its text and its traceback may hold a visitor's data.
    """

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line, without the end of line."""
        text = record.getMessage().strip()
        if record.exc_info and record.exc_info[0] is not None:
            text += f" ({_where(record.exc_info[0], record.exc_info[2])})"
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._as_json:
            fact = {"time": time, "level": record.levelname.lower(), "logger": record.name, "text": text}
            return msgspec.json.encode({key: _whole(value) for key, value in fact.items()}).decode()
        return f"{time} {record.levelname:<7} {record.name}: {_on_one_line(text)}"


def _where(kind: type[BaseException], trace: object) -> str:
    frames = traceback.extract_tb(trace) if trace is not None else []  # type: ignore[arg-type]
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{kind.__name__}{place}"


def _whole(text: str) -> str:
    """Text that JSON can carry, whatever half letters are in it."""
    return text.encode("utf-8", "replace").decode()


def _on_one_line(text: str) -> str:
    """Control characters written out, not obeyed."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in _whole(text))
