"""The public port: bound once for a single process, or with a socket for each worker."""

from __future__ import annotations

import socket
import sys


class Port:
    """A host and a port to listen on; ``number`` is the actual one when 0 was asked for. Raises ``OSError``.

    ``shared`` lets ``bind`` be called again and again. On Linux each socket gets its share of the connections by the
    kernel's hash (SO_REUSEPORT), which spreads them evenly; elsewhere all are the same socket and workers take turns.
    """

    def __init__(self, host: str, number: int, *, shared: bool = False) -> None:
        self._host = host
        self._shared = shared
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._shares = shared and sys.platform == "linux"
        self._first = self._bound(number, shares=False)
        self.number: int = self._first.getsockname()[1]
        if self._shares:
            # The first told whether the port is free; nobody else of this user may share it unasked.
            self._first.close()
            self._first = self._bound(self.number, shares=True)
        self._given = False

    def bind(self) -> socket.socket:
        """A socket that is bound and does not listen yet; every one is the caller's own."""
        if not self._given and (self._shares or not self._shared):
            self._given = True
            return self._first
        return self._bound(self.number, shares=True) if self._shares else self._first.dup()

    def _bound(self, number: int, *, shares: bool) -> socket.socket:
        made = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shares:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            made.bind((self._host, number))
        except BaseException:
            made.close()
            raise
        return made
