"""The house: import layers, small files that say what they own, and a top folder without surprises."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from container.registry import SORTS, discover

ROOT = Path(__file__).parent.parent
PACKAGES = ("container", "tags", "triggers", "variables")
LAYERS = tuple(
    tuple(layer.split())
    for layer in (
        """
        container.amount container.basis container.body container.called container.component container.context
        container.event container.expression container.fields container.filters container.finish
        container.foreign container.ga4 container.hit container.hit_file container.jinja container.jsonpath
        container.kinds container.masking container.meta container.moment container.nesting container.node
        container.obstacle container.outgoing container.personal container.pixel container.problem container.reading
        container.record container.regex container.reshape container.schema container.shortcut container.signature
        """,
        """
        tags triggers variables container.clients container.transformations
        """,
        """
        container.config container.registry container.template
        """,
        """
        container.consent container.runtime container.trace
        """,
        """
        container.cases container.delivery container.journal container.ledger container.metrics
        container.outbox container.preview container.sandbox container.transport
        """,
        """
        container.web
        """,
        """
        container.doctor container.starting
        """,
        """
        container.cli
        """,
    )
)
"""From the ground up: a module may import what stands below it, and its neighbours. Components have no neighbours."""
COMPONENTS = 1
TOP = {
    "pyproject.toml", "README.md", "config.yaml", "container", "tags", "triggers", "variables", "tests", "docs",
    "benchmarks", "Makefile", "Dockerfile", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
SOURCES = sorted(path for folder in (*PACKAGES, "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))


def home(module: str) -> list[tuple[int, str]]:
    """The layers and their parts that a module belongs to."""
    return [
        (level, part)
        for level, parts in enumerate(LAYERS)
        for part in parts
        if module == part or module.startswith(f"{part}.")
    ]


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            found |= {inner if (inner := f"{module}.{alias.name}") in MODULES else module for alias in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES}


@pytest.mark.parametrize("module", [name for name in MODULES if name != "container"])
def test_a_module_belongs_to_one_layer_and_imports_only_downwards(module: str) -> None:
    assert len(home(module)) == 1, f"{module} belongs to no layer, or to two"
    ((level, part),) = home(module)
    for imported in imports(MODULES[module]) - {"container"}:
        ((below, other),) = home(imported)
        neighbours = part == other if level == COMPONENTS else True
        assert below < level or (below == level and neighbours), f"{module} imports {imported}"


def test_components_never_import_one_another() -> None:
    components = {cls.__module__ for found in discover().components.values() for cls in found.values()} & MODULES.keys()
    assert len(components) >= 12  # a tag template in YAML is no module
    for module in components:
        assert imports(MODULES[module]) & components == set(), module


def test_nothing_below_the_registry_knows_a_component_by_its_name() -> None:
    folders = tuple(sort.package for sort in SORTS)
    for module, path in MODULES.items():
        if home(module) and home(module)[0][0] != COMPONENTS:
            assert not [one for one in imports(path) if one.startswith(folders)], module


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_what_it_owns_in_its_first_line(path: Path) -> None:
    text = path.read_text()
    if path.name == "__init__.py" and not text.strip():
        assert path.is_relative_to(ROOT / "tests")
        return
    said = ast.get_docstring(ast.parse(text))
    assert said, "the file has no docstring"
    assert said.splitlines()[0].rstrip().endswith((".", ",", ":", ";", "?")) or len(said.splitlines()) > 1


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.parts[-2] != "benchmarks"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_file_is_long(path: Path) -> None:
    most = 600 if path.is_relative_to(ROOT / "tests") else 400
    assert len(path.read_text().splitlines()) < most


def test_half_of_the_files_are_small() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in MODULES.values())
    assert lengths[len(lengths) // 2] <= 120


def test_the_top_folder_holds_what_its_user_laid_out_and_no_more() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    top = {name.split("/")[0] for name in kept}
    assert {name for name in top if not name.startswith(".")} <= TOP
