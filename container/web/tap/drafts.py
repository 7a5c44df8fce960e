"""Drafts: configurations that are not applied, made ready to be tried beside the running one."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

from container.config.document import Configuration
from container.config.load import Loaded, load
from container.config.snapshot import Snapshot, place
from container.web.tap.sessions import Session

_MOST = 8


class Drafts:
    """Reads drafts, each once. ``running`` gives the texts of the running configuration, whose component files and
    includes a draft of the main file is read with. Nothing of a draft is ever sent: its secrets may be missing."""

    def __init__(self, running: Callable[[], Snapshot], environ: Mapping[str, str] | None = None) -> None:
        self._running = running
        self._environ = environ
        self._ready: OrderedDict[str, Configuration | None] = OrderedDict()

    def beside(self, text: str) -> Snapshot:
        """The running version with another main file."""
        running = self._running()
        return Snapshot(running.config, {**running.files, running.config: text.encode("utf-8", "replace")})

    def read(self, version: Snapshot) -> Loaded:
        """What comes of a version's texts."""
        with tempfile.TemporaryDirectory(prefix="tagdock-") as folder:
            place(version, Path(folder))
            return load(Path(folder, version.config), self._environ, sending=False)

    def of(self, session: Session) -> Configuration | None:
        """The configuration a session tries, None when it tries none, or one that is sound no more."""
        if not session.draft:
            return None
        if session.id not in self._ready:
            files = {name: text.encode() for name, text in session.draft.items()}
            self._ready[session.id] = self.read(Snapshot(self._running().config, files)).configuration
            while len(self._ready) > _MOST:
                self._ready.popitem(last=False)
        return self._ready[session.id]
