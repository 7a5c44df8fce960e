"""The file of an SQLite outbox: opened by one process, made when missing, set aside when it is broken."""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from container.obstacle import obstacle
from container.outbox.outbox import OutboxUnavailable
from container.outbox.schema import TABLES, UPGRADES, VERSION

try:
    import fcntl
except ImportError:  # pragma: no cover - no advisory locks on this system: two servers on one file are not noticed
    fcntl = None  # type: ignore[assignment]

CHECKED_WHOLE = 256 * 1024 * 1024
"""Bytes up to which a file is read through when it is opened. Beyond, damage is found when it is met."""

LONGEST_LOG = 4000 * 4096
"""Bytes the log may grow to before it is folded into the file: fewer folds write a page that changed often once."""

SHORTEST_LOG = 64 * 4096

_OWNER_ONLY = 0o600
"""Who may read a file: payloads have addresses of the network and user agents in clear."""

_BUSY = 5.0
"""Seconds to wait for somebody else who is writing."""

_INDEX = 32 * 1024
"""Bytes that the index of the log has at least while somebody has the file open; less is the remains of a full disk."""

_TO_READ = 2 * _INDEX
"""Bytes of room that SQLite may need to read a file, which is for the index of its log."""

_BROKEN = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})


def is_broken(error: BaseException) -> bool:
    """Whether an error says that the file is not, or no longer, a sound database."""
    return isinstance(error, sqlite3.DatabaseError) and any(_error_name(error).startswith(name) for name in _BROKEN)


def in_words(error: BaseException) -> str:
    """An error of the store in one line, without anything of the payloads."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, sqlite3.Error) and error.args:
        return f"{error.args[0]} ({_error_name(error)})" if _error_name(error) else str(error.args[0])
    return type(error).__name__


def unavailable(path: Path, error: BaseException) -> OutboxUnavailable:
    """What to raise when somebody cannot look into a file or change it: why, and what to do, in one line."""
    if isinstance(error, zlib.error | ValueError):
        return OutboxUnavailable(f"outbox {path}: a page of its ledger is damaged")
    return OutboxUnavailable(f"outbox {path}: {obstacle(path, error) or in_words(error)}")


def _error_name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", None) or ""


class Database:
    """One file and the one connection to it. Everything but ``lock`` is for the thread that writes."""

    def __init__(self, path: Path, longest_log: int = LONGEST_LOG) -> None:
        self.path = path
        self.notices: list[str] = []
        self.longest_log = longest_log
        self.set_aside: list[tuple[Path, str, float]] = []
        """Broken files that nobody took note of yet: where each is now, what was wrong, and when that was met."""
        self._places: dict[Path, int] = {}
        self._lock: IO[bytes] | None = None
        self._checked = False
        self._suspect = False

    def lock(self) -> None:
        """Claim the file for this process, until ``unlock``. Raises ``OutboxUnavailable`` when another has it.

        What is in flight is known to one process only: two on one file would send everything twice.
        """
        if self._lock is not None or fcntl is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _make(Path(f"{self.path}.lock"))
        lock = open(f"{self.path}.lock", "ab")  # noqa: SIM115 - it is held for as long as the process uses the file
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise OutboxUnavailable(f"outbox {self.path}: in use by another process; give each its own file") from None
        except OSError:
            lock.close()
            raise
        self._lock = lock

    def lost(self) -> bool:
        """Whether the file that is written to is no longer the one at its path: somebody deleted or replaced it."""
        log = Path(f"{self.path}-wal")
        if not self._places.get(log):  # the log is made by the first write, so it is looked for only now
            self._places[log] = _number(log)
        return any(_number(path) != number for path, number in self._places.items() if number)

    def restore(self, connection: sqlite3.Connection) -> None:
        """Write all that an open connection still sees of a file that is gone to a new one in its place.

        A file that stands there by now is set aside. The connection is of no use afterwards. Raises ``OSError``,
        ``sqlite3.Error`` or ``OutboxUnavailable``; the connection is as good as before then.
        """
        new = Path(f"{self.path}.restored")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _make(new)
            with closing(sqlite3.connect(new)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            for part in (new, Path(f"{new}-wal"), Path(f"{new}-shm")):
                part.unlink(missing_ok=True)
            raise
        connection.close()
        if self.path.exists() and self._places.get(self.path) != _number(self.path):
            self._put_aside("replaced")
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        os.replace(new, self.path)
        self.notices.append(f"outbox {self.path}: the file was deleted or replaced under the server; all of it is back")

    def lock_again(self) -> None:
        """Claim the lock anew where its file was deleted. Raises as ``lock`` does when another process was faster."""
        if self._lock is not None and _number(Path(f"{self.path}.lock")) != os.fstat(self._lock.fileno()).st_ino:
            kept, self._lock = self._lock, None
            try:
                self.lock()
            except BaseException:
                self._lock = kept  # so that it is tried again
                raise
            kept.close()

    def unlock(self) -> None:
        """Let another process have the file."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def connect(self) -> sqlite3.Connection:
        """A connection to a sound file with our tables; makes what is missing and sets aside what is broken.

        Raises ``OSError``, ``sqlite3.Error`` or ``OutboxUnavailable``; nothing stays open then.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lock()
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
            self._set_aside(in_words(error))
            return self._connect()

    def distrust(self) -> None:
        """Read the file through at the next ``connect``, whatever its size."""
        self._checked = False
        self._suspect = True

    def log_bytes(self) -> int:
        """Bytes of the log beside the file: what was written lately and is not folded into it."""
        return _size(Path(f"{self.path}-wal"))

    def fold(self, connection: sqlite3.Connection, over: int, wait: float = 0.0) -> None:
        """Fold the log into the file and cut it off, when it is longer than ``over`` bytes; not while somebody reads
        it, after ``wait`` seconds. Raises ``sqlite3.Error``."""
        if self.log_bytes() <= over:
            return
        connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(_BUSY * 1000)}")

    def _connect(self) -> sqlite3.Connection:
        _make(self.path)  # its log takes over who may read it
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=_BUSY, cached_statements=512)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -16384")
            connection.execute(f"PRAGMA wal_autocheckpoint = {self.longest_log // 4096}")
            connection.execute(f"PRAGMA journal_size_limit = {self.longest_log}")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            while version in UPGRADES:
                version += 1
                script = f"BEGIN IMMEDIATE; {UPGRADES[version - 1]} PRAGMA user_version = {version}; COMMIT;"
                connection.executescript(script)
            if version == 0:
                connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            elif version != VERSION:
                raise OutboxUnavailable(f"outbox {self.path}: written by another version of tagdock (format {version})")
            elif not self._checked:
                self._check(connection)
            self._checked = True
            self._suspect = False
            self._places = {self.path: _number(self.path)}
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        if self.path.stat().st_size > CHECKED_WHOLE and not self._suspect:
            connection.execute("SELECT count(*) FROM books").fetchone()
            connection.execute("SELECT min(id), max(id) FROM pending").fetchone()
            return
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorname = "SQLITE_CORRUPT"
            raise error

    def _set_aside(self, why: str) -> None:
        aside = self._put_aside("corrupt")
        self.set_aside.append((aside, why, time.time()))
        self.notices.append(
            f"outbox {self.path}: {why}; the file was set aside as {aside.name} and a new one was begun; "
            "what can be read of the old one is being salvaged"
        )

    def _put_aside(self, word: str) -> Path:
        """Move the file and its log to a name that is free."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        aside = Path(f"{self.path}.{word}-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = Path(f"{self.path}.{word}-{stamp}-{number}")
        os.replace(self.path, aside)
        for suffix in ("-wal", "-shm"):
            part = Path(f"{self.path}{suffix}")
            if part.exists():
                os.replace(part, f"{aside}{suffix}")
        return aside


def _number(path: Path) -> int:
    """Which file stands at a path, 0 when there is none or it cannot be seen."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _size(path: Path) -> int:
    """Bytes of a file, 0 when there is none or it cannot be seen."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _has_room(folder: Path) -> bool:
    """Whether a disk has room for what SQLite makes to read a file."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize >= _TO_READ


def _make(path: Path) -> None:
    """Make an empty file that its owner alone may read, where there is none. Raises ``OSError``."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))


def used_bytes(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold something, without the room that deletions left inside it."""
    pages, free, size = (
        connection.execute(f"PRAGMA {word}").fetchone()[0] for word in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def read_only(path: Path) -> closing[sqlite3.Connection]:
    """A connection that cannot change anything, to look at a file in use. Raises ``sqlite3.Error``.

    Where nothing may be written beside the file, as on a disk that is mounted for reading or full, and nobody has it
    open, it is read without the helpers that SQLite would make.
    """
    used = _size(Path(f"{path}-shm")) >= _INDEX or _size(Path(f"{path}-wal"))
    alone = not used and path.exists() and not (os.access(path.parent, os.W_OK) and _has_room(path.parent))
    return _reading(path, "immutable=1" if alone else "mode=ro")


def read_beside(path: Path) -> closing[sqlite3.Connection]:
    """The same for a file that nobody writes to any more, of any thread; without a log nothing is made beside it."""
    return _reading(path, "mode=ro" if _size(Path(f"{path}-wal")) else "immutable=1", check_same_thread=False)


def _reading(path: Path, how: str, **more: bool) -> closing[sqlite3.Connection]:
    address = f"{path.resolve().as_uri()}?{how}"
    return closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=_BUSY, **more))


def changing(path: Path) -> closing[sqlite3.Connection]:
    """A connection that may change a file in use, but never makes one. Raises ``sqlite3.Error``."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY)
    connection.execute("PRAGMA synchronous = FULL")
    return closing(connection)
