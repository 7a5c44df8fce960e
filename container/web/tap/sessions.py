"""The sessions of previews: whose hits are shown as they arrive, until when, and by which further configuration."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from container.web.seal import Seal, fresh
from container.web.tap.ring import Ring

LASTS = 3600.0
"""Seconds a preview lasts; the loader's cookie lasts as long."""

KNOWN_FOR = 2.0
"""Seconds for which a session is believed to be as it was, so that not every hit asks the file."""

_MOST_KNOWN = 1000
_COLUMNS = "id, started, expires, ended, test_event_code, version, draft"


class Session(msgspec.Struct, frozen=True):
    """One preview. ``draft`` are the files of a configuration that is tried beside the running one, by name, empty when
    there is none; ``version`` is what it is called."""

    id: str
    started: float
    expires: float
    ended: bool
    test_event_code: str
    version: str
    draft: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """The session without its draft's text, and without what would open it."""
        return {
            "id": self.id, "started": self.started, "expires": self.expires, "ended": self.ended,
            "test_event_code": self.test_event_code, "version": self.version,
        }  # fmt: skip


class Sessions:
    """Sessions by their token, which is signed, expires and can be taken back; it opens nothing but its own preview.

    The ring's file holds them, so that every worker knows them, also after a restart.
    """

    def __init__(self, token: str, ring: Ring, clock: Callable[[], float]) -> None:
        self._seal = Seal(token, "preview session", clock)
        self._ring = ring
        self._clock = clock
        self._known: dict[str, tuple[float, Session | None]] = {}

    def start(self, test_event_code: str = "", version: str = "", draft: dict[str, str] | None = None) -> Session:
        """Begin one."""
        now = self._clock()
        identity = fresh()
        self._ring.ask("DELETE FROM session WHERE expires < ?", (now - 7 * 86400,))
        self._ring.ask(
            f"INSERT INTO session ({_COLUMNS}) VALUES (?,?,?,0,?,?,?)",
            (identity, now, now + LASTS, test_event_code, version, msgspec.json.encode(draft or {})),
        )
        return Session(identity, now, now + LASTS, False, test_event_code, version, draft or {})

    def token(self, session: Session) -> str:
        """What the visitor's browser shows."""
        return self._seal.sign(session.id, max(0.0, session.expires - self._clock()))

    def opened(self, token: str) -> Session | None:
        """The session a hit's token stands for, None when it is none, has expired or was ended. Never raises."""
        try:
            return self.alive(token)
        except sqlite3.Error:
            return None  # a file that cannot be read stops no hit: the visitor is an ordinary one

    def alive(self, token: str) -> Session | None:
        """The same, for who asks whether it is. Raises ``sqlite3.Error`` when that cannot be told."""
        identity = self._seal.open(token)
        if identity is None:
            return None
        now = self._clock()
        until, session = self._known.get(identity, (0.0, None))
        if until <= now:
            session = self.find(identity)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[identity] = now + KNOWN_FOR, session
        return session if session is not None and not session.ended and session.expires > now else None

    def find(self, identity: str) -> Session | None:
        """A session by its id, however it stands."""
        found = self._ring.ask(f"SELECT {_COLUMNS} FROM session WHERE id = ?", (identity,))
        return _session(found[0]) if found else None

    def all(self) -> list[Session]:
        """Those that are not over, newest first."""
        rows = self._ring.ask(
            f"SELECT {_COLUMNS} FROM session WHERE NOT ended AND expires > ? ORDER BY started DESC", (self._clock(),)
        )
        return [_session(row) for row in rows]

    def end(self, identity: str) -> None:
        """Take a session's token back."""
        self._ring.ask("UPDATE session SET ended = 1 WHERE id = ?", (identity,))
        self._known.pop(identity, None)

    def sign_out(self, session: str) -> None:
        """A session of the console is over, before it expires; kept as long as it would have been good."""
        with contextlib.suppress(sqlite3.Error):
            self._ring.ask("DELETE FROM ended WHERE until < ?", (self._clock(),))
            self._ring.ask("INSERT OR IGNORE INTO ended VALUES (?,?)", (session, self._clock() + 86400))

    def signed_out(self, session: str) -> bool | None:
        """Whether it is; None when that cannot be told."""
        try:
            return bool(self._ring.ask("SELECT 1 FROM ended WHERE id = ?", (session,)))
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Let go of the file."""
        self._ring.close()


def _session(row: tuple[Any, ...]) -> Session:
    identity, started, expires, ended, code, version, draft = row
    return Session(identity, started, expires, bool(ended), code, version, msgspec.json.decode(draft))
