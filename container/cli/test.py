"""``tagdock test``: the tests of a configuration."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cases import FOLDER, Case, Reading, Result, run_case
from container.cases.coverage import Coverage
from container.cases.examples import ExampleCase, example_cases
from container.cases.expected import Difference
from container.cases.junit import junit
from container.cli.common import config_option, err, json_option, out, print_problems, shown, write
from container.cli.results import print_coverage, print_result
from container.cli.watching import keep_running
from container.config.load import Loaded, load
from container.problem import Problem
from container.registry import SORTS
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("-k", "chosen", metavar="TEXT", help="Run only the tests whose name holds TEXT.")
@click.option("--coverage", "covered", is_flag=True, help="Show what of the configuration no test reached.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail when the tests reach less of the configuration; implies --coverage.",
)
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write JUnit XML for CI.")
@click.option("--watch", is_flag=True, help="Run again whenever the configuration, a test or a hit changes.")
def test(
    config: str,
    as_json: bool,
    chosen: str | None,
    covered: bool,
    fail_under: float | None,
    junit_file: str | None,
    watch: bool,
) -> None:
    """Run the tests under `tests:` of the configuration and in tests/examples beside it."""
    if watch and as_json:
        raise click.UsageError("--watch is for people; leave out --json")
    run = _Run(Path(config), as_json, chosen, covered or fail_under is not None, fail_under, junit_file)
    raise SystemExit(keep_running(run.once, run.paths, out) if watch else run.once())


@dataclass
class _Run:
    """The tests of one configuration file, run as asked for, as often as asked for."""

    config: Path
    as_json: bool
    chosen: str | None
    covered: bool
    fail_under: float | None
    junit_file: str | None
    read: list[Path] = field(default_factory=list)

    def once(self) -> int:
        """Read everything anew and run it; the exit code."""
        began = time.time()
        loaded = load(self.config, sending=False)
        reading = Reading(loaded)
        self.read = [*loaded.files, *loaded.folders, *reading.files]
        problems = sorted([*loaded.errors, *reading.problems])
        if loaded.configuration is not None or not self.as_json:
            print_problems(problems)
        if loaded.configuration is None:
            if self.as_json:
                write(to_bytes([one.to_json() for one in problems]))
            self._write_junit([], problems, began)
            return 1
        coverage = Coverage(loaded.configuration, loaded.top) if self.covered else None
        cases = [*reading.cases, *example_cases(loaded)]
        results = list(self._run(self._cases(cases), loaded, coverage))
        if self.as_json:
            every = [_json(result) for result in results]
            write(to_bytes(every if coverage is None else {"tests": every, "coverage": coverage.to_json()}))
        else:
            self._summary(results, len(cases), len(problems))
            if coverage is not None:
                print_coverage(coverage, out, self.fail_under)
        written = self._write_junit(results, problems, began)
        passed = bool(results) and not problems and not any(result.differences for result in results)
        enough = coverage is None or self.fail_under is None or coverage.percent >= self.fail_under
        return 0 if written and passed and enough else 1

    def paths(self) -> set[Path]:
        """Every file and folder a run looks at, and the components beside the configuration."""
        folders = [self.config.parent / sort.folder for sort in SORTS]
        inside = [path for folder in folders for kind in ("*.py", "*.yaml") for path in folder.glob(kind)]
        return {self.config, self.config.parent / FOLDER, *folders, *inside, *self.read}

    def _cases(self, cases: Sequence[Case]) -> list[Case]:
        return [case for case in cases if self.chosen is None or self.chosen.lower() in case.name.lower()]

    def _run(self, cases: Iterable[Case], loaded: Loaded, coverage: Coverage | None) -> Iterable[Result]:
        for case in cases:
            began = time.perf_counter()
            result = case.run() if isinstance(case, ExampleCase) else run_case(case, loaded.whole())
            result.seconds = time.perf_counter() - began
            if coverage is not None and result.trace is not None:
                coverage.see(result.trace)
            if not self.as_json:
                print_result(result, out)
            yield result

    def _summary(self, results: Sequence[Result], every: int, problems: int) -> None:
        failed = sum(bool(result.differences) for result in results)
        if problems and not every:
            return
        if not results and every:
            out.print(Text(_none_of(every, self.chosen or ""), "yellow"))
        elif not results:
            out.print("[yellow]there is no test to run[/yellow]; write some under tests:, see docs/testing.md")
        else:
            line = f"{len(results) - failed} passed, {failed} failed"
            if problems:
                line += f", and {problems} " + ("problem" if problems == 1 else "problems") + " above"
            out.print(Text(line, "red" if failed or problems else "green"))

    def _write_junit(self, results: Sequence[Result], problems: Sequence[Problem], began: float) -> bool:
        if self.junit_file is None:
            return True
        try:
            path = Path(self.junit_file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(junit(results, problems, began))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            err.print(Text(f"{self.junit_file} cannot be written: {reason}; choose another file with --junit"))
            return False
        return True


def _none_of(every: int, chosen: str) -> str:
    held = "the only test's name does not hold" if every == 1 else f"none of the {every} tests' names holds"
    return f"{held} '{shown(chosen)}'"


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
