"""The patient: the container that is examined, and what several checks need to know of it, found out once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from container.cases import read_cases
from container.cases.case import Case
from container.component import Request, Response
from container.config.document import Binding, Configuration
from container.config.load import Loaded, load
from container.doctor.probe import Probe
from container.doctor.server import Server, begin
from container.hit import Hit
from container.meta.site import is_address
from container.node import Node
from container.transport import Transport

META = "meta_capi"
"""The type of tag whose vendor's rules the doctor knows."""

VENDOR_WITHIN = 10.0
"""Seconds a vendor has to answer."""


@dataclass
class Patient:
    """``url`` names a server that runs, ``host`` the name the public reaches the container under, ``code`` a test event
    code; each "" when nobody said."""

    config: Path
    environ: Mapping[str, str]
    url: str = ""
    host: str = ""
    code: str = ""
    now: Callable[[], float] = time.time
    arrivals: dict[str, Any] = field(default_factory=dict)
    """What became of the event of each tag, see `container.doctor.arrival`."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _server: Server | None = None
    _answers: dict[str, Response] = field(default_factory=dict)

    @cached_property
    def loaded(self) -> Loaded:
        """What came of the configuration file; secrets may be missing."""
        return load(self.config, self.environ, sending=False)

    @property
    def configuration(self) -> Configuration:
        """The configuration, which must be sound."""
        return self.loaded.whole()

    @property
    def live(self) -> bool:
        """Whether events go to the vendors."""
        return self.configuration.delivery.to == "live"

    @property
    def metas(self) -> list[Binding]:
        """The tags that send to Meta."""
        return [one for one in self.configuration.bindings if one.tag.type == META]

    @property
    def data(self) -> Path:
        """The folder of the outbox."""
        return Path(self.configuration.delivery.outbox.partition(":")[2]).parent

    @property
    def public(self) -> str:
        """The name the public knows the container by, "" when nobody said."""
        named = self.host or (urlsplit(self.url).hostname or "" if self.url else "")
        return "" if named == "localhost" or (is_address(named) and not self.host) else named.lower()

    def written(self, *path: str) -> Node | None:
        """The node of the file at a path of names, None when nothing is written there."""
        node = self.loaded.top
        for name in path:
            node = None if node is None else node.items.get(name)
        return node

    @cached_property
    def cases(self) -> list[Case]:
        """The configuration's own tests."""
        return read_cases(self.loaded)[0]

    @cached_property
    def probe(self) -> Probe:
        """Makes up hits."""
        hits: list[Hit] = [one.hit for one in self.cases]
        return Probe(self.configuration, hits, self.now)

    def server(self) -> Server:
        """A server to send hits to, which keeps what it is sent from vendors: the one that runs, or one of our own.

        Raises ``ServerError``.
        """
        with self._lock:
            if self._server is None:
                self._server = begin(self.config, self.configuration, self.url, self.environ)
            return self._server

    def ask(self, url: str) -> Response:
        """What a vendor answers to a GET without any token; asked once for each address."""
        with self._lock:
            if url not in self._answers:
                self._answers[url] = self.send(Request("GET", url, {"accept": "application/json"}, b""))
            return self._answers[url]

    def send(self, request: Request) -> Response:
        """One request to a vendor; status 0 and why when there was no answer."""

        async def once() -> Response:
            transport = Transport()
            try:
                return await transport.send(request, VENDOR_WITHIN)
            finally:
                await transport.close()

        return asyncio.run(once())

    def close(self) -> None:
        """End the server that was begun, and forget its folder."""
        # Without the lock: a check that hangs may hold it.
        if self._server is not None:
            self._server.close()
