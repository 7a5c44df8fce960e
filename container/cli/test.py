"""``tagdock test``: the tests of a configuration."""

from __future__ import annotations

from typing import Any

import click
from rich.columns import Columns
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from container.cases import Result, read_cases, run_case
from container.cli.common import checked, config_option, json_option, out, print_problems, shown, write
from container.config.load import load
from container.cases.expected import Difference
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("-k", "chosen", metavar="TEXT", help="Run only the tests whose name holds TEXT.")
def test(config: str, as_json: bool, chosen: str | None) -> None:
    """Run the tests under `tests:` of the configuration and in tests/examples beside it."""
    loaded = load(config, sending=False)
    container = checked(loaded)
    cases, problems = read_cases(loaded)
    if problems:
        print_problems(problems)
        raise SystemExit(1)
    every = len(cases)
    if chosen is not None:
        cases = [case for case in cases if chosen.lower() in case.name.lower()]
    results = [run_case(case, container) for case in cases]
    failed = [result for result in results if result.differences]
    if as_json:
        write(to_bytes([_json(result) for result in results]))
    else:
        for result in results:
            _print(result)
        if not results and every:
            out.print(Text(_none_of(every, chosen or ""), "yellow"))
        elif not results:
            out.print("[yellow]there is no test to run[/yellow]; write some under tests:, see docs/testing.md")
        else:
            colour = "red" if failed else "green"
            out.print(f"[{colour}]{len(results) - len(failed)} passed, {len(failed)} failed[/{colour}]")
    if failed or not results:
        raise SystemExit(1)


def _none_of(every: int, chosen: str) -> str:
    held = "the only test's name does not hold" if every == 1 else f"none of the {every} tests' names holds"
    return f"{held} '{shown(chosen)}'"


def _print(result: Result) -> None:
    case = result.case
    mark = Text("✗ ", "red") if result.differences else Text("✓ ", "green")
    out.print(mark + Text(shown(case.name)))
    for one in result.differences:
        out.print(Text(f"  {one.file}:{one.line}: ", "dim") + Text(shown(one.text)))
        expected, received = _lines(one.expected), _lines(one.received)
        if out.is_terminal:
            out.print(Columns([_panel("expected", expected), _panel("received", received)], expand=True))
            continue
        for title, lines in (("expected", expected), ("received", received)):
            out.print(f"    {title}")
            out.print(Text("\n".join(f"      {line}" for line in lines)))


def _lines(value: Any) -> list[str]:
    return to_bytes(value).decode().splitlines()


def _panel(title: str, lines: list[str]) -> Panel:
    body = Syntax("\n".join(lines), "json", background_color="default", word_wrap=True)
    return Panel(body, title=title, title_align="left")


def _json(result: Result) -> dict[str, Any]:
    return {
        "name": result.case.name,
        "file": result.case.file,
        "line": result.case.line,
        "passed": not result.differences,
        "differences": [_difference(one) for one in result.differences],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "text": one.text, "expected": one.expected, "received": one.received}
