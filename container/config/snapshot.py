"""The snapshot: the very texts a configuration was read from, named as one version by their hash."""

from __future__ import annotations

import hashlib
import importlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from container.config.compose import Composer
from container.config.include import Gathered, gather
from container.config.load import Loaded, load
from container.config.source import Source
from container.node import Node
from container.registry import SORTS

SHORT = 12
"""Characters of a version's hash that people see."""

_TRIES = 3
"""How often component files that change while they are read are read anew."""


@dataclass(frozen=True)
class Snapshot:
    """Texts of files by their names relative to the folder of the configuration file, whose own name is ``config``.

    ``hash`` depends on the names and the texts alone, never on times or on the environment: what ``$NAME`` stands for
    is in no text.
    """

    config: str
    files: Mapping[str, bytes]
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        lines = [self.config, *(f"{name}\0{digest(text)}" for name, text in sorted(self.files.items()))]
        object.__setattr__(self, "hash", digest("\n".join(lines).encode()))

    @property
    def short(self) -> str:
        """The version as people see it."""
        return self.hash[:SHORT]


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def load_with_snapshot(config: Path, environ: Mapping[str, str] | None = None) -> tuple[Loaded, Snapshot]:
    """What came of the file, and the very texts it came of: components that change meanwhile are read again."""
    before = _components(config)
    for _ in range(_TRIES):
        loaded = load(config, environ)
        after = _components(config)
        if after == before:
            break
        before = after
    return loaded, Snapshot(config.name, {**after, **_texts(loaded.sources, config)})


def snapshot(config: Path) -> Snapshot:
    """The files of a configuration as they are on disk now, whether or not they make a sound one."""
    composer, _ = composed(config)
    return Snapshot(config.name, {**_components(config), **_texts(composer.sources, config)})


def composed(config: Path, environ: Mapping[str, str] | None = None) -> tuple[Composer, Gathered]:
    """The sections of a configuration as they are written, and what read them, with all it met.

    Without ``environ`` no ``$NAME`` is read.
    """
    composer = Composer(environ or {})
    return composer, gather(composer, config)


@dataclass(frozen=True, slots=True)
class Written:
    """The sections of a snapshot as they are written; ``files`` are the names of those they were read from.

    ``whole`` says that every one of these files could be read; their places are in a folder that is gone.
    """

    top: Node | None
    files: frozenset[str]
    whole: bool


def written(version: Snapshot) -> Written:
    """Read the sections out of a snapshot's texts, ``$NAME`` unread."""
    with tempfile.TemporaryDirectory(prefix="tagdock-") as folder:
        place(version, Path(folder))
        composer, gathered = composed(Path(folder, version.config))
        files = frozenset(_name(one, Path(folder)) for one in gathered.files)
    whole = gathered.top is not None and gathered.top.kind == "mapping"
    whole = whole and all(one.warning for one in composer.problems)
    return Written(gathered.top, files & version.files.keys() | {version.config}, whole)


def place(version: Snapshot, folder: Path) -> None:
    """Write the texts into a folder, each under its name. Raises OSError."""
    for name, text in version.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def watched(config: Path, files: Iterable[Path], folders: Iterable[Path]) -> list[Path]:
    """Every file and folder whose change may change a configuration, the program's own components beside it included.

    ``files`` and ``folders`` are what its last reading looked at.
    """
    found = [config, *files, *folders]
    for sort in SORTS:
        found += _component_files(config.parent / sort.folder)
    return list(dict.fromkeys(found))


def _texts(sources: Iterable[Source], config: Path) -> dict[str, bytes]:
    return {_name(one.path, config.parent): one.data for one in sources if _writable(str(one.path))}


def _writable(name: str) -> bool:
    """Whether a name can be written down; one that is no Unicode can be in no version."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _components(config: Path) -> dict[str, bytes]:
    """The component files beside a configuration; those the program brings itself belong to no version."""
    found: dict[str, bytes] = {}
    for sort in SORTS:
        folder = config.parent / sort.folder
        if folder.resolve() in _shipped():
            continue
        for file in _component_files(folder):
            try:
                found[_name(file, config.parent)] = file.read_bytes()
            except OSError:  # gone since, or not to be read, which the registry tells
                continue
    return found


def _component_files(folder: Path) -> Iterator[Path]:
    """Python, and tag templates in YAML."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if name.endswith((".py", ".yaml")) and not name.startswith(".") and _writable(name):
            yield folder / name


@cache
def _shipped() -> frozenset[Path]:
    found = (importlib.import_module(sort.package).__file__ for sort in SORTS)
    return frozenset(Path(str(file)).parent.resolve() for file in found)


def _name(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
