"""Restoring: the files of a former version put back, once it was seen that they can still be read."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from container.config.load import load
from container.config.snapshot import Snapshot, place
from container.config.versions import Versions, write_whole
from container.problem import Problem


def faults(target: Snapshot, file: Path) -> list[Problem]:
    """What keeps a former version from being read by the program as it is now; ``file`` is what it would replace."""
    with tempfile.TemporaryDirectory(prefix="tagdock-") as folder:
        place(target, Path(folder))
        errors = load(Path(folder, target.config), sending=False).errors
    return [replace(one, file=str(file.parent / os.path.relpath(one.file, folder))) for one in errors]


def former(versions: Versions, now: Snapshot) -> str | None:
    """The hash of the last applied version that is not what the files say now, None when there is none."""
    applied = [one for one in versions.list() if one.applied is not None and one.config == now.config]
    return next((one.hash for one in applied if one.hash != now.hash), None)


def restore(versions: Versions, now: Snapshot, target: Snapshot, folder: Path, moment: float) -> None:
    """Write each file that differs, whole at a time, its permissions kept; take away what was not there then.

    What stands in the files ``now`` is kept as a version first (``moment`` in unix seconds). Raises ``OSError``.
    """
    if now.files:
        versions.keep(now, moment)
    for name, text in target.files.items():
        if now.files.get(name) != text:
            path = (folder / name).resolve()
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text, path.stat().st_mode & 0o7777 if path.exists() else 0o644)
    for name in now.files.keys() - target.files.keys():
        (folder / name).unlink(missing_ok=True)
