"""``tagdock test``: the tests of a configuration."""

from __future__ import annotations

from typing import Any

import click
import msgspec
from rich.columns import Columns
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from container.cases import Difference, Result, read_cases, run_case
from container.cli.common import config_option, configuration, json_option, out, print_problems, write
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("-k", "chosen", metavar="TEXT", help="Run only the tests whose name holds TEXT.")
def test(config: str, as_json: bool, chosen: str | None) -> None:
    """Run the tests under `tests:` of the configuration and in tests/examples beside it."""
    container = configuration(config)
    cases, problems = read_cases(container)
    if problems:
        print_problems(problems)
        raise SystemExit(1)
    if chosen is not None:
        cases = [case for case in cases if chosen.lower() in case.name.lower()]
    results = [run_case(case, container) for case in cases]
    failed = [result for result in results if result.differences]
    if as_json:
        write(to_bytes([_json(result) for result in results]))
    else:
        for result in results:
            _print(result)
        if not results:
            out.print("[yellow]there is no test to run[/yellow]; write some under tests:, see docs/testing.md")
        else:
            colour = "red" if failed else "green"
            out.print(f"[{colour}]{len(results) - len(failed)} passed, {len(failed)} failed[/{colour}]")
    if failed or not results:
        raise SystemExit(1)


def _print(result: Result) -> None:
    case = result.case
    mark = Text("✗ ", "red") if result.differences else Text("✓ ", "green")
    out.print(mark + Text(case.name))
    for one in result.differences:
        out.print(Text(f"  {one.file}:{one.line}: ", "dim") + Text(one.text))
        out.print(Columns([_panel("expected", one.expected), _panel("received", one.received)], expand=True))


def _panel(title: str, value: Any) -> Panel:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return Panel(Syntax(text, "json", background_color="default"), title=title, title_align="left")


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
