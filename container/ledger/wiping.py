"""The wiping: what was deleted from an SQLite file is overwritten in it and in its log, beside a running server."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

WRITTEN_ANEW = 64 * 1024 * 1024
"""Bytes up to which a file is written anew: it takes a second at most, for which whoever writes it has to wait."""

_WAIT = 5.0


def wipe(path: Path) -> bool:
    """Let nothing that was ever deleted stand in a file or its log; False while somebody reads it, who sees it still.

    A file larger than ``WRITTEN_ANEW`` is not written anew: what its server deleted before stays in free pages until
    these are used. Raises ``sqlite3.Error``.
    """
    address = f"{path.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=_WAIT)) as connection:
        if path.stat().st_size <= WRITTEN_ANEW:
            connection.execute("VACUUM")
        # In the log every page stands as it was at every commit, until the log is cut.
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
