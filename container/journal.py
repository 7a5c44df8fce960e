"""The journal: requests to a file of this machine, appended to it line by line; all others go on to the network."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from threading import Lock

try:
    import fcntl
except ImportError:  # where there is none, one process writes the file
    fcntl = None  # type: ignore[assignment]

from container.component import Request, Response
from container.transport import Sender

SCHEME = "file:"
"""How the address of such a request begins; the path follows, as seen from where the server was started."""


class Journal:
    """Writes what is for a file, and hands everything else to ``onward``.

    A line is delivered when the system has it on disk, and comes again when it could not be written: a reader may meet
    one twice, as after a crash, but never half of one followed by another.
    """

    def __init__(self, onward: Sender) -> None:
        self._onward = onward
        self._writing = Lock()

    async def send(self, request: Request, within: float) -> Response:
        """The vendor's response; for a file 200, or status 0 and the system's words when it could not be written."""
        if not request.url.startswith(SCHEME):
            return await self._onward.send(request, within)
        return await asyncio.to_thread(self._append, Path(request.url.removeprefix(SCHEME)), request.body)

    def _append(self, path: Path, lines: bytes) -> Response:
        try:
            with self._writing:
                path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
                try:
                    _write(descriptor, lines)
                finally:
                    os.close(descriptor)
        except OSError as error:
            return Response(0, failure=f"the file cannot be written: {(error.strerror or str(error)).lower()}")
        return Response(200)


def _write(descriptor: int, lines: bytes) -> None:
    """All of it, on disk; what could be written of a part is taken back."""
    regular = None
    rest = memoryview(lines)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe or terminal takes nothing back
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)  # the server's other processes write it too
            regular = os.lseek(descriptor, 0, os.SEEK_END)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if regular is not None:
            os.fsync(descriptor)
    except OSError:
        if regular is not None:
            os.ftruncate(descriptor, regular)
        raise
