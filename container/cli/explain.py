"""``tagdock explain``: every component and section, told from its one declaration."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import click
from rich.markdown import Markdown
from rich.text import Text

from container.cli.common import WIDTH, config_option, err, json_option, out, print_problems, require_named, write
from container.cli.reference import beside, everything, help_of, reference, rows, standing
from container.problem import suggestion
from container.registry import discover
from container.schema import Option, Options
from container.web.json import to_bytes


@click.command()
@click.argument("word", required=False)
@config_option
@json_option
@click.option("--markdown", is_flag=True, help="Print the whole reference as Markdown.")
def explain(word: str | None, config: str, as_json: bool, markdown: bool) -> None:
    """List the words of the file, or explain one: `tagdock explain meta_capi`."""
    require_named(config)
    registry = discover(Path(config).parent)
    print_problems(registry.problems)
    if markdown:
        write(reference(registry).encode())
        return
    found = everything(registry)
    words = beside()
    if word is not None:
        known = [name for _, name, _ in [*found, *words]]
        found = [one for one in found if one[1] == word]
        words = [one for one in words if one[1] == word]
        if not found and not words:
            err.print(Text(f"there is nothing called '{word}'; {suggestion(word, known)}"))
            raise SystemExit(1)
    if as_json:
        write(to_bytes([*(description(*one) for one in found), *(_word(*one) for one in words)]))
    elif word is None:
        _list([(noun, name, cls.summary()) for noun, name, cls in found], words)
    else:
        for one in found:
            _print(*one)
        for noun, name, meaning in words:
            out.print(Text(name, "bold cyan") + Text(f"  word beside the type of a {noun}", "dim"))
            out.print(Text("\n".join(textwrap.wrap(meaning, WIDTH))))


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
        "beside": [_word(*one) for one in beside() if one[0] == noun],
    }


def _word(noun: str, word: str, meaning: str) -> dict[str, Any]:
    return {"sort": "word", "of": noun, "name": word, "help": meaning, "options": []}


def _default(one: Option) -> Any:
    if one.default is None or isinstance(one.default, int | float | bool | list | dict):
        return one.default
    if isinstance(one.default, Options):
        return {name: _default(inner) for name, inner in one.default.options.items()}
    return str(one.default)


def _list(found: list[tuple[str, str, str]], words: list[tuple[str, str, str]]) -> None:
    before = ""
    for title, word, meaning in [
        *((f"{noun}s", word, meaning) for noun, word, meaning in found),
        *((f"words beside the type of a {noun}", word, meaning) for noun, word, meaning in words),
    ]:
        if title != before:
            out.print(Text(f"\n{title}" if before else title, "bold"))
            before = title
        lines = textwrap.wrap(meaning, WIDTH - 24)
        out.print(Text.assemble("  ", (f"{word:<21}", "cyan"), " ", *lines[:1]))
        for line in lines[1:]:
            out.print(Text(" " * 24 + line))
    out.print("\nMore about one: tagdock explain NAME")


def _print(noun: str, word: str, cls: type[Options]) -> None:
    out.print(Text(word, "bold cyan") + Text(f"  {noun}", "dim"))
    out.print(Markdown(cls.explanation()), width=WIDTH, soft_wrap=False)
    for name, one in rows(cls):
        out.print()
        out.print(Text.assemble((name, "cyan"), "  ", one.kind.noun, "  ", (standing(one), "dim")))
        for line in textwrap.wrap(help_of(one), WIDTH - 4):
            out.print(Text(f"    {line}"))
    words = [one for one in beside() if one[0] == noun]
    if words:
        out.print(Text(f"\nbeside {word}", "bold"))
    for _, name, meaning in words:
        out.print(Text(f"\n{name}", "cyan"))
        for line in textwrap.wrap(meaning, WIDTH - 4):
            out.print(Text(f"    {line}"))
