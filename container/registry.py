"""The registry: components found by folder. The word in config.yaml is the name of the file."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from container.component import Client, Component, Condition, Tag, Transformation, Variable
from container.kinds import NAME_PATTERN
from container.problem import Problem
from container.template import read_template


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of component: its name in messages, its package, the folder a user may add files to, its class."""

    noun: str
    package: str
    folder: str
    cls: type[Component]
    suffix: str


SORTS = (
    Sort("client", "container.clients", "clients", Client, "Client"),
    Sort("variable", "variables", "variables", Variable, "Variable"),
    Sort("condition", "triggers", "triggers", Condition, "Condition"),
    Sort("transformation", "container.transformations", "transformations", Transformation, "Transformation"),
    Sort("tag", "tags", "tags", Tag, "Tag"),
)


@dataclass
class Registry:
    """Every component by its sort's noun and its word; ``problems`` are the files that could not be used."""

    components: dict[str, dict[str, type[Component]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    classless: dict[tuple[str, str], str] = field(default_factory=dict)
    """What is missing in a user's file that has no component class, by noun and word: told where the word is used."""

    def of(self, noun: str) -> dict[str, type[Component]]:
        """The components of one sort by their word."""
        return self.components[noun]

    def faulty(self, noun: str, word: str) -> bool:
        """Whether there is a file of this word that could not be used, which is told there."""
        folder = next(sort.folder for sort in SORTS if sort.noun == noun)
        files = (Path(one.file) for one in self.problems if not one.warning)
        return word not in self.of(noun) and any(file.stem == word and file.parent.name == folder for file in files)

    def find(self, word: str) -> list[tuple[str, type[Component]]]:
        """Every component with this word, with its sort's noun."""
        return [(noun, found[word]) for noun, found in self.components.items() if word in found]


def class_name(word: str, suffix: str) -> str:
    """``meta_capi`` and ``Tag`` make ``MetaCapiTag``."""
    return "".join(part.capitalize() for part in word.split("_")) + suffix


def discover(beside: Path | None = None) -> Registry:
    """Find the shipped components and those in the folders beside the configuration file.

    ``beside`` is the folder of config.yaml: ``variables/shout.py`` in it adds the word ``shout``. A file without a
    component class is a helper of the others.
    """
    registry = Registry({sort.noun: {} for sort in SORTS})
    for sort in SORTS:
        shipped = Path(str(importlib.import_module(sort.package).__file__)).parent
        for file in _files(shipped):
            module = _load(registry, file, f"{sort.package}.{file.stem}")
            if module is not None:
                _add(registry, sort, file, module)
        own = None if beside is None else beside / sort.folder
        if own is not None and own.is_dir() and own.resolve() != shipped.resolve():
            for file in _files(own):
                digest = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]
                module = _load(registry, file, f"tagdock_own_{digest}_{file.stem}")
                if module is not None:
                    _add(registry, sort, file, module)
        if sort.noun == "tag":
            _add_templates(registry, sort, shipped, f"{sort.package}.", checked=False)
            if own is not None and own.is_dir() and own.resolve() != shipped.resolve():
                _add_templates(registry, sort, own, "tagdock_own_", checked=True)
    return registry


def _files(folder: Path, suffix: str = ".py") -> Iterator[Path]:
    return (file for file in sorted(folder.glob(f"*{suffix}")) if not file.stem.startswith("_"))


def _add_templates(registry: Registry, sort: Sort, folder: Path, package: str, *, checked: bool) -> None:
    """The types of tags that YAML files declare. Those shipped are known to be sound: the tests check them."""
    for file in _files(folder, ".yaml"):
        word = file.stem
        cls, problems = read_template(file, class_name(word, sort.suffix), f"{package}{word}", checked=checked)
        registry.problems += problems
        if cls is None:
            continue
        if not re.fullmatch(NAME_PATTERN, word):
            text, hint = f"'{word}' cannot be a word of config.yaml", "name the file with letters, digits and _"
            registry.problems.append(Problem(str(file), 1, 1, "", "name", text, hint))
            continue
        if (folder / f"{word}.py").exists():
            text, hint = f"{word}.py declares the same word", "rename one of the two files"
            registry.problems.append(Problem(str(file), 1, 1, "", "duplicate", text, hint))
            continue
        cls.type = word
        registry.components[sort.noun][word] = cls


_imported: dict[str, int] = {}
"""When the file of each module was written that is in memory, in nanoseconds: a changed one is read anew."""


def _load(registry: Registry, file: Path, name: str) -> ModuleType | None:
    """The module of a file as it is now; what importing it raises becomes a problem of that file."""
    written = file.stat().st_mtime_ns
    loaded = sys.modules.get(name)
    if loaded is not None and _imported.setdefault(name, written) == written:
        return loaded
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        # Not by the loader: it would take a cached file that looks as old as the source when both are a moment old.
        exec(compile(file.read_bytes(), str(file), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's code may raise anything; say so and go on
        line = getattr(error, "lineno", None) or _line(error, file)
        text = f"the file cannot be imported: {type(error).__name__}: {error}"
        registry.problems.append(Problem(str(file), line, 1, "", "component", text, "mend the file or move it away"))
        del sys.modules[name]
        if loaded is not None:
            sys.modules[name] = loaded  # what runs goes on with the sound one
        return None
    _imported[name] = written
    return module


def _line(error: BaseException, file: Path) -> int:
    trace, line = error.__traceback__, 1
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).resolve() == file.resolve():
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _add(registry: Registry, sort: Sort, file: Path, module: ModuleType) -> None:
    cls: Any = getattr(module, class_name(file.stem, sort.suffix), None)
    if cls is None:
        if not _misnamed(registry, sort, file, module):
            missing = f"{sort.folder}/{file.name} has no class {class_name(file.stem, sort.suffix)}"
            registry.classless[sort.noun, file.stem] = missing
        return
    if not (isinstance(cls, type) and issubclass(cls, sort.cls)):
        text = f"{class_name(file.stem, sort.suffix)} is not a {sort.cls.__name__}"
        hint = f"derive it from container.component.{sort.cls.__name__}"
        registry.problems.append(Problem(str(file), 1, 1, "", "component", text, hint))
        return
    cls.type = file.stem
    registry.components[sort.noun][file.stem] = cls


def _misnamed(registry: Registry, sort: Sort, file: Path, module: ModuleType) -> bool:
    """A file with a component under another name is no helper: its author expects the word to work."""
    for name, found in vars(module).items():
        if isinstance(found, type) and issubclass(found, sort.cls) and found.__module__ == module.__name__:
            text = f"the class {name} does not belong to the word '{file.stem}'"
            hint = f"call it {class_name(file.stem, sort.suffix)}, or rename the file"
            line = inspect.getsourcelines(found)[1]
            registry.problems.append(Problem(str(file), line, 1, "", "component", text, hint))
            return True
    return False
