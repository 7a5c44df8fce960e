"""``tagdock explain``: every component and section, told from its one declaration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from container.cli.common import config_option, err, json_option, out, write
from container.config.document import ConsentSection, ContainerSection, DeliverySection
from container.kinds import Group
from container.problem import suggestion
from container.registry import Registry, discover
from container.schema import Option, Options
from container.web.json import to_bytes

SECTIONS: dict[str, type[Options]] = {
    "container": ContainerSection,
    "consent": ConsentSection,
    "delivery": DeliverySection,
}


@click.command()
@click.argument("word", required=False)
@config_option
@json_option
def explain(word: str | None, config: str, as_json: bool) -> None:
    """List the components, or explain one: `tagdock explain meta_capi`."""
    registry = discover(Path(config).parent)
    if word is None:
        _list(registry, as_json)
        return
    found: list[tuple[str, type[Options]]] = [*registry.find(word)]
    if word in SECTIONS:
        found.append(("section", SECTIONS[word]))
    if not found:
        known = [name for components in registry.components.values() for name in components]
        err.print(f"there is nothing called '{word}'; {suggestion(word, [*known, *SECTIONS])}")
        raise SystemExit(1)
    if as_json:
        write(to_bytes([description(noun, word, cls) for noun, cls in found]))
        return
    for noun, cls in found:
        _print(noun, word, cls)


def description(noun: str, word: str, cls: type[Options]) -> dict[str, Any]:
    """A component as data: what it is, and its options with types, defaults and help."""
    return {
        "sort": noun,
        "name": word,
        "help": cls.explanation(),
        "options": [
            {
                "name": one.name,
                "type": one.kind.noun,
                "required": one.required,
                "default": None if one.required else _default(one),
                "help": one.help,
                "bare": one.bare,
                "secret": one.kind.secret,
            }
            for one in cls.options.values()
        ],
    }


def _default(one: Option) -> Any:
    if one.default is None or isinstance(one.default, str | int | float | bool | list | dict):
        return one.default
    return {name: _default(inner) for name, inner in type(one.default).options.items()}


def _list(registry: Registry, as_json: bool) -> None:
    if as_json:
        components = registry.components.items()
        write(to_bytes([description(noun, word, cls) for noun, found in components for word, cls in found.items()]))
        return
    for noun, found in registry.components.items():
        table = Table(
            title=f"{noun}s", title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False
        )
        table.add_column(style="cyan", no_wrap=True, min_width=22)
        table.add_column()
        for word, cls in sorted(found.items()):
            table.add_row(word, cls.summary())
        out.print(table)
        out.print()
    out.print("sections: " + ", ".join(SECTIONS) + ". More about one: tagdock explain NAME")


def _print(noun: str, word: str, cls: type[Options]) -> None:
    out.print(Text(word, "bold cyan") + Text(f"  {noun}", "dim"))
    out.print(Markdown(cls.explanation()))
    out.print()
    if cls.options:
        out.print(_options(cls))


def _options(cls: type[Options]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("option", "type", "default", "meaning"):
        table.add_column(title)
    for name, one in _rows(cls, ""):
        default = Text("required", "yellow") if one.required else Text(_written(one))
        help_text = one.help + (" May stand without its name." if one.bare else "")
        table.add_row(Text(name, "cyan"), one.kind.noun, default, help_text)
    return table


def _rows(cls: type[Options], above: str) -> list[tuple[str, Option]]:
    rows = []
    for one in cls.options.values():
        rows.append((above + one.name, one))
        if isinstance(one.kind, Group):
            rows += _rows(one.kind.cls, f"{above}{one.name}.")
    return rows


def _written(one: Option) -> str:
    """A default as it would be written in the file."""
    value = one.default
    if isinstance(value, Options):
        return ""
    if value is None or value == [] or value == {} or value == "":
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
