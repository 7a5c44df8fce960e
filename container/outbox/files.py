"""The files of a container's outbox: one for every worker process, side by side."""

from __future__ import annotations

import re
from pathlib import Path

FIRST_GROUPS = 2**14
"""Numbers of groups set apart for each worker's file, so that ids of payloads are told apart over all files."""


def address_of(address: str, worker: int) -> str:
    """The address of a worker's own outbox: the first has the one that was written, ``outbox.db``, the others
    ``outbox.1.db``, ``outbox.2.db`` beside it."""
    if not worker:
        return address
    engine, colon, rest = address.partition(":")
    path = Path(rest)
    return f"{engine}{colon}{path.with_name(f'{path.stem}.{worker}{path.suffix}')}"


def file_of(address: str, worker: int = 0) -> Path:
    """The file of a worker's outbox."""
    return Path(address_of(address, worker).partition(":")[2])


def files_of(address: str) -> dict[int, Path]:
    """The files that are there, by worker; also those of workers that are no more. Raises ``OSError``."""
    first = file_of(address)
    form = re.compile(rf"{re.escape(first.stem)}\.([1-9]\d{{0,3}}){re.escape(first.suffix)}")
    found = {0: first} if first.exists() else {}
    others = first.parent.iterdir() if first.parent.is_dir() else ()
    for path in others:
        match = form.fullmatch(path.name)
        if match:
            found[int(match[1])] = path
    return dict(sorted(found.items()))
