"""The reference: every component and section as Markdown, from its one declaration; docs/reference.md is this text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from container.config.document import ConsentSection, ContainerSection, DeliverySection
from container.config.load import ROUTING
from container.event import as_text
from container.kinds import Duration, Group, Size
from container.registry import Registry
from container.schema import Option, Options

SECTIONS: dict[str, type[Options]] = {
    "container": ContainerSection,
    "consent": ConsentSection,
    "delivery": DeliverySection,
}
"""The sections that are options themselves."""

HEADINGS = {
    "client": "Clients: what arrives",
    "variable": "Variables: what can be asked of an event",
    "condition": "Conditions: when",
    "transformation": "Transformations: what changes on the way",
    "tag": "Tags: what leaves",
    "section": "Sections: the container itself",
}

OPENING = """# Reference

Every word of `config.yaml`, written by `tagdock explain --markdown` from the declarations the program itself reads.
Any option may be taken from the environment as `$NAME` or `$NAME:-default`.
"""


def reference(registry: Registry) -> str:
    """The whole reference as Markdown."""
    parts = [OPENING]
    for noun, group in groupby(everything(registry), key=lambda one: one[0]):
        parts.append(f"## {HEADINGS[noun]}\n")
        words = [f"| `{word}` | {meaning} |" for word, meaning in ROUTING.get(noun, {}).items()]
        if words:
            heads = [f"Beside the type of every {noun} may stand:\n", "| word | meaning |", "|---|---|"]
            parts.append("\n".join([*heads, *words]) + "\n")
        for _, word, cls in group:
            parts.append(f"### `{word}`\n\n{cls.explanation()}\n")
            table = [_row(name, one) for name, one in rows(cls)]
            if table:
                parts.append("\n".join(["| option | type | default | meaning |", "|---|---|---|---|", *table]) + "\n")
    return "\n".join(parts)


def _row(name: str, one: Option) -> str:
    default = standing(one).removeprefix("default: ")
    cells = (f"`{name}`", one.kind.noun, default, help_of(one))
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def everything(registry: Registry) -> list[tuple[str, str, type[Options]]]:
    """Every component and section: its sort, its word, its declaration."""
    components = [
        (noun, word, cls) for noun, found in registry.components.items() for word, cls in sorted(found.items())
    ]
    return [*components, *(("section", word, cls) for word, cls in SECTIONS.items())]


def beside() -> list[tuple[str, str, str]]:
    """Every word that stands beside a type: the sort it stands beside, the word, what it means."""
    return [(noun, word, meaning) for noun, words in ROUTING.items() for word, meaning in words.items()]


def rows(cls: type[Options], above: str = "") -> Iterator[tuple[str, Option]]:
    """Every option with its dotted name, those of groups after the group."""
    for one in cls.options.values():
        yield above + one.name, one
        if isinstance(one.kind, Group):
            yield from rows(one.kind.cls, f"{above}{one.name}.")


def standing(one: Option) -> str:
    """Whether an option must be written, else its default as it would be written in the file."""
    if one.required:
        return "required"
    value = one.default
    if isinstance(value, Options):
        return "each with its default"
    if value is None or value in ([], {}, ""):
        return "default: none"
    return f"default: {_written(one, value)}"


def _written(one: Option, value: Any) -> str:
    if isinstance(one.kind, Duration | Size):
        return one.kind.spell(value)
    return as_text(value) if not isinstance(value, list) else ", ".join(map(as_text, value))


def help_of(one: Option) -> str:
    """What the option means."""
    return one.help + (" May stand without its name." if one.bare else "")
