"""The snapshot: the very texts a configuration was read from, named as one version by their hash."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from container.config.compose import Composer
from container.config.include import Gathered, gather
from container.config.load import Loaded, load
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
        object.__setattr__(self, "hash", digest("\n".join(lines).encode("utf-8", "surrogateescape")))

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
    read = {_name(one.path, config.parent): one.data for one in loaded.sources}
    return loaded, Snapshot(config.name, {**after, **read})


def snapshot(config: Path) -> Snapshot:
    """The files of a configuration as they are on disk now, whether or not they make a sound one."""
    return composed(config)[1]


def composed(config: Path, environ: Mapping[str, str] | None = None) -> tuple[Gathered, Snapshot]:
    """The sections of a configuration as they are written, and the texts they were read from.

    Without ``environ`` no ``$NAME`` is read.
    """
    composer = Composer(environ or {})
    gathered = gather(composer, config)
    read = {_name(one.path, config.parent): one.data for one in composer.sources}
    return gathered, Snapshot(config.name, {**_components(config), **read})


def watched(config: Path, files: Iterable[Path], folders: Iterable[Path]) -> list[Path]:
    """Every file and folder whose change may change a configuration, the program's own components beside it included.

    ``files`` and ``folders`` are what its last reading looked at.
    """
    found = [config, *files, *folders]
    for sort in SORTS:
        found += _component_files(config.parent / sort.folder)
    return list(dict.fromkeys(found))


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
        if name.endswith((".py", ".yaml")) and not name.startswith("."):
            yield folder / name


@cache
def _shipped() -> frozenset[Path]:
    found = (importlib.import_module(sort.package).__file__ for sort in SORTS)
    return frozenset(Path(str(file)).parent.resolve() for file in found)


def _name(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
