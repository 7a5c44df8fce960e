"""The versions: every configuration that was applied, kept whole by its hash, and the log of when and how."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from container.config.document import DeliverySection
from container.config.snapshot import Snapshot, composed, digest

How = Literal["start", "watch", "signal", "request", "rollback"]
"""What made a configuration be applied."""

MOST_VERSIONS = 200
MOST_APPLICATIONS = 2000
_SLACK = 1.2
"""Tidying starts this far above the bounds, so that it is rare."""


class VersionError(Exception):
    """A version that cannot be had, and why, in one line for people."""


class Application(msgspec.Struct):
    """One attempt to make a version the running one, at ``time`` in unix seconds; ``errors`` is how many refused it."""

    time: float
    version: str
    config: str
    how: str
    outcome: Literal["applied", "refused"]
    errors: int = 0


class Manifest(msgspec.Struct):
    """What a version is made of: the digest of each file's text by the file's name; ``kept`` in unix seconds."""

    version: str
    config: str
    kept: float
    files: dict[str, str]


@dataclass(slots=True)
class Version:
    """A version that is kept: when it was last applied and how, None and "" when it never ran."""

    hash: str
    config: str
    kept: float
    files: list[str]
    applied: float | None = None
    how: str = ""
    times: int = 0

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tagdock versions --json``."""
        names = ("hash", "config", "kept", "applied", "how", "times", "files")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class Versions:
    """The folder of versions, beside the outbox. Texts stand in it as they were written: ``$NAME``, never its value.

    A server adds to it, ``tagdock rollback`` too; what is written is written whole or not at all. ``OSError`` from
    ``keep`` and ``note`` means that the folder cannot be written.
    """

    folder: Path
    most: int = MOST_VERSIONS
    most_applications: int = MOST_APPLICATIONS
    _texts: Path = field(init=False)
    _log: Path = field(init=False)

    def __post_init__(self) -> None:
        self._texts = self.folder / "files"
        self._log = self.folder / "applied.jsonl"

    def keep(self, snapshot: Snapshot, now: float) -> None:
        """Keep a version; does nothing when it is there. Each text is kept once, however many versions hold it."""
        self._texts.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._manifest(snapshot.hash)
        digests = {name: digest(text) for name, text in snapshot.files.items()}
        for name, text in snapshot.files.items():
            kept = self._texts / digests[name]
            if not kept.exists():
                write_whole(kept, text)
        if not path.exists():
            write_whole(path, _json(Manifest(snapshot.hash, snapshot.config, now, digests)))

    def note(self, application: Application) -> None:
        """Write one line into the log of applications, and let go of the oldest versions past the bound."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(log, _json(application) + b"\n")
        finally:
            os.close(log)
        self._tidy()

    def applications(self) -> Sequence[Application]:
        """The log, oldest first; a line that was cut short is left out."""
        try:
            lines = self._log.read_bytes().splitlines()
        except OSError:
            return []
        found = []
        for line in lines:
            with contextlib.suppress(msgspec.DecodeError):
                found.append(msgspec.json.decode(line, type=Application))
        return found

    def list(self) -> Sequence[Version]:
        """Every version that is kept, the last applied first."""
        found = {
            one.version: Version(one.version, one.config, one.kept, sorted(one.files)) for one in self._manifests()
        }
        for one in self.applications():
            version = found.get(one.version)
            if version is not None and one.outcome == "applied":
                version.applied, version.how, version.times = one.time, one.how, version.times + 1
        return sorted(found.values(), key=lambda one: (-(one.applied or one.kept), one.hash))

    def last(self, config: str = "") -> Version | None:
        """The version that was applied last, of any configuration file or of the one of this name."""
        applied = (one for one in self.list() if one.applied is not None and config in {"", one.config})
        return next(applied, None)

    def find(self, prefix: str) -> Version:
        """The one version whose hash starts so. Raises VersionError."""
        found = [one for one in self.list() if one.hash.startswith(prefix.lower())] if prefix else []
        if not found:
            raise VersionError(f"there is no version '{prefix}' in {self.folder}; see tagdock versions")
        if len(found) > 1:
            names = ", ".join(one.hash[: len(prefix) + 4] for one in found[:5])
            raise VersionError(f"'{prefix}' is the beginning of {len(found)} versions: {names}; write more of it")
        return found[0]

    def read(self, prefix: str) -> Snapshot:
        """The texts of the version whose hash starts so. Raises VersionError, also when a text was damaged."""
        version = self.find(prefix)
        try:
            manifest = msgspec.json.decode(self._manifest(version.hash).read_bytes(), type=Manifest)
            files = {name: (self._texts / text).read_bytes() for name, text in manifest.files.items()}
        except (OSError, msgspec.DecodeError):
            raise VersionError(f"version {prefix} in {self.folder} is damaged: a file of it is missing") from None
        found = Snapshot(manifest.config, files)
        if found.hash != version.hash:
            raise VersionError(
                f"version {prefix} in {self.folder} is damaged: its texts are not those it was kept with"
            )
        return found

    def _manifest(self, version: str) -> Path:
        return self.folder / f"{version}.json"

    def _manifests(self) -> Iterator[Manifest]:
        for path in self.folder.glob("*.json"):
            with contextlib.suppress(OSError, msgspec.DecodeError):
                found = msgspec.json.decode(path.read_bytes(), type=Manifest)
                if path.stem == found.version:
                    yield found

    def _tidy(self) -> None:
        applications = self.applications()
        if len(applications) > self.most_applications * _SLACK:
            write_whole(self._log, b"".join(_json(one) + b"\n" for one in applications[-self.most_applications :]))
        if len(list(self.folder.glob("*.json"))) <= self.most * _SLACK:
            return
        for one in self.list()[self.most :]:
            self._manifest(one.hash).unlink(missing_ok=True)
        used = {text for one in self._manifests() for text in one.files.values()}
        for text in self._texts.iterdir():
            if text.name not in used:
                text.unlink(missing_ok=True)


def versions_of(config: Path) -> Versions:
    """The versions of a configuration file, beside the outbox it names, also while nothing else can be read in it."""
    top = composed(config, os.environ)[1].top
    section = top.items.get("delivery") if top is not None else None
    written = section.items.get("outbox") if section is not None else None
    outbox = written.value if written is not None and isinstance(written.value, str) else DeliverySection().outbox
    return Versions(versions_folder(outbox))


def versions_folder(outbox: str) -> Path:
    """Where the versions stand beside an outbox, by its address; in ``data`` where the outbox is no file."""
    engine, _, path = outbox.partition(":")
    return (Path(path).parent if engine == "sqlite" and path else Path("data")) / "versions"


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.encode(value)


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write the whole file or nothing of it. By default its owner alone may read it: a secret may stand in a text."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
