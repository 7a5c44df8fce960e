"""Whether the outbox can be written, and has room to grow."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient
from container.outbox.files import file_of, files_of

_LEAST = 64 * 1024**2
_ENOUGH = 1024**3


def outbox(patient: Patient) -> Finding:
    """Its folder takes a file, its files are ours, and the disk has room for a while without vendors."""
    delivery = patient.configuration.delivery
    folder = _standing(file_of(delivery.store).parent)
    whose = f"give {folder} to the user that runs tagdock serve, or name another place in delivery.outbox"
    if not folder.is_dir():
        return fail(f"{folder} is no folder", "name another place in delivery.outbox")
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return fail(f"{folder} cannot be written: {(error.strerror or str(error)).lower()}", whose)
    shut = [path for path in files_of(delivery.store).values() if not os.access(path, os.R_OK | os.W_OK)]
    if shut:
        return fail(f"{shut[0]} cannot be read and written", whose)
    free, most = shutil.disk_usage(folder).free, delivery.limit.bytes
    room = f"{folder} has {_size(free)} free"
    if free < _LEAST:
        return fail(room, "make room: hits are refused while nothing can be kept")
    if free < min(most, _ENOUGH):
        return warn(f"{room}, and the outbox may grow to {_size(most)}", "make room, or lower delivery.limit.bytes")
    return ok(f"{folder.resolve()} can be written and has {_size(free)} free")


def _standing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there: the server makes the rest."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"
