"""The obstacle: why a file of ours cannot be read or written, and what to do about it, in one line for people."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

try:
    import pwd
except ImportError:  # pragma: no cover - this system knows users by other means: they are named by their number
    pwd = None  # type: ignore[assignment]

_SQLITE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM")
_FULL = "its disk is full; make room there"


def obstacle(path: Path, error: BaseException) -> str:
    """What stands in the way of a file, and what to do; "" when that is not the trouble, or nothing is found.

    It is looked for where the file is, since an error of SQLite says no more than that it could not be opened.
    """
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL") or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return _FULL
    if not isinstance(error, OSError) and not (isinstance(error, sqlite3.Error) and name.startswith(_SQLITE)):
        return ""
    try:
        return _astray(path) or ("" if isinstance(error, FileNotFoundError) else _found(path))
    except OSError:
        return ""


def _astray(path: Path) -> str:
    """What stands on the way to a file."""
    for one in reversed(path.parents):
        if _stands(one) and not one.is_dir():
            return f"{one} is a file where a folder is needed; move it away"
        if one.is_dir() and not os.access(one, os.X_OK):
            return _closed(one, "look into")
    return ""


def _found(path: Path) -> str:
    folder = next(one for one in path.parents if one.is_dir())
    if path.is_dir():
        return f"{path} is a folder where a file is needed; move it away"
    if path.exists() and not os.access(path, os.R_OK):
        return _closed(path, "read")
    disk = os.statvfs(folder)
    if disk.f_flag & os.ST_RDONLY:
        return "its disk can only be read; mount it for writing, or work on a copy of the folder elsewhere"
    for one in (folder, path):
        if one.exists() and not os.access(one, os.W_OK):
            return _closed(one, "write to")
    return "" if disk.f_bavail else _FULL


def _stands(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _closed(path: Path, verb: str) -> str:
    """Who may not do what, and who may."""
    me, owner = _user(os.geteuid()), _user(path.stat().st_uid)
    if me == owner:
        return f"{me} may not {verb} {path}; look at its mode and attributes with ls -ld and lsattr -d"
    return f"{me} may not {verb} {path}, which belongs to {owner}; run it as {owner}, or let {me} do so"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name if pwd is not None else str(number)
    except KeyError:
        return str(number)
