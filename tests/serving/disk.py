"""A small disk of its own that can be filled, emptied and made read-only."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = 4 * 1024 * 1024


class Disk:
    """What a server's data stand on: ``full`` lets nothing grow there, until it is ``freed``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, pid: int) -> None:
        """Take all the room there is, as somebody else's files do."""
        with open(self.folder / "ballast", "ab", buffering=0) as ballast, suppress(OSError):
            while ballast.write(b"x" * 4096):
                pass

    def free(self, pid: int) -> None:
        """Give it back."""
        (self.folder / "ballast").unlink()


class Quota(Disk):
    """Where no disk may be mounted: files of the process may grow no further, which is what a quota does."""

    def fill(self, pid: int) -> None:
        sizes = [one.stat().st_size for one in self.folder.iterdir() if one.name.startswith("outbox")]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (min(max(sizes), 20_000), resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of a few megabytes at a folder: a real one where we may mount one, which root may."""
    folder.mkdir()
    if not _ran("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)):
        yield Quota(folder)
        return
    try:
        yield Disk(folder)
    finally:
        _ran("umount", "-l", str(folder))


@contextmanager
def read_only(folder: Path, *, by_mode: bool = False) -> Iterator[str]:
    """The folder can be read and not written, by whoever asks. What is done in the block meets it so.

    Gives what stands in the way: its "disk"; its "mode" where none may be mounted, for all but root, or also for root
    that has given up its powers (``by_mode``); or a "file" in its place.
    """
    if _ran("mount", "--bind", str(folder), str(folder)):
        try:
            assert _ran("mount", "-o", "remount,ro,bind", str(folder))
            yield "disk"
        finally:
            _ran("umount", "-l", str(folder))
    elif by_mode or os.geteuid():
        files = [folder, *folder.iterdir()]
        for one in files:
            one.chmod(0o555 if one.is_dir() else 0o444)
        try:
            yield "mode"
        finally:
            for one in files:
                one.chmod(0o755 if one.is_dir() else 0o644)
    else:
        # Root that may not mount is stopped by no mode: then nothing can be written as there is no such folder.
        away = folder.rename(folder.with_name("away"))
        folder.touch()
        try:
            yield "file"
        finally:
            folder.unlink()
            away.rename(folder)


def _ran(*command: str) -> bool:
    with suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False
