"""``tagdock init``: a new container, from a few questions to files that are in order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cases import read_cases, run_case
from container.cli.common import config_option, err, json_option, out, print_problems, shown, write
from container.config.load import load
from container.starting import folder
from container.starting.answers import AnswerError, Answers
from container.starting.consent import WORDS
from container.starting.questions import QUESTIONS, Given, Question, answers_of
from container.starting.snippet import snippet
from container.web.json import to_bytes


@click.command()
@config_option
@click.option("--domain", metavar="DOMAIN", help="The site's domain, as in shop.example.")
@click.option("--host", metavar="NAME", help="The container's own name; by default data. before the domain.")
@click.option("--pixel-id", metavar="DIGITS", help="Meta's pixel or dataset.")
@click.option("--ga4", metavar="ID", help="The GA4 measurement id; gtag then sends the hits. By default none.")
@click.option("--events", metavar="NAMES", help="Standard events for Meta, a comma between them.")
@click.option("--consent", metavar="SOURCE", help=f"Who knows what the visitor allowed: {', '.join(WORDS)}.")
@click.option("--consent-cookie", metavar="NAME=VALUE", help="With --consent cookie: the cookie that says yes.")
@click.option("--currency", metavar="CODE", help="The currency of events that name none.")
@click.option("--backend/--no-backend", default=None, help="Whether servers of yours send events too.")
@click.option("--yes", is_flag=True, help="Ask nothing that has a default.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@json_option
def init(config: str, yes: bool, force: bool, as_json: bool, **flags: str | bool | None) -> None:
    """Write the configuration of a new container with its tests, and the snippet for the site.

    On a terminal what no flag answers is asked. Elsewhere --domain and --pixel-id must be given, and everything else
    has a default.
    """
    path = Path(config)
    _standing(path, force)
    asking = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    answers = answers_of(_answers(flags, asking=asking, yes=yes))
    texts = folder.files(answers, path.name)
    over = folder.standing(path.parent, texts)
    if over and not force:
        raise _ended(f"{_names(path.parent, over)} would be written over; --force does it")
    try:
        written = folder.write(path.parent, texts)
    except OSError as error:
        raise _ended(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None
    tests = _checked(path)
    if as_json:
        files = [str(path.parent / name) for name in written]
        write(to_bytes({"files": files, "tests": tests, "snippet": snippet(answers), "next": _steps(path, answers)}))
    else:
        _told(path, answers, written, tests)


def _standing(path: Path, force: bool) -> None:
    """Refuse before anything is asked what would be refused afterwards."""
    if path.exists() and not force:
        raise _ended(f"{path} is there already; --force writes over it, --config writes another file")


def _answers(flags: dict[str, str | bool | None], *, asking: bool, yes: bool) -> Given:
    given: Given = {}
    missing = []
    for one in QUESTIONS:
        flag = flags[one.name.replace("-", "_")]
        if isinstance(flag, bool):
            flag = "yes" if flag else "no"
        if one.name == "consent" and flag is None and flags["consent_cookie"]:
            flag = "cookie"
        sensible = "domain" in given or one.name != "host"
        if one.name == "consent-cookie" and not one.asked(given):
            if flag is not None:
                raise click.UsageError("--consent-cookie needs --consent cookie")
            continue
        default = one.default(given) if sensible else None
        if flag is not None:
            given[one.name] = _flag(one, flag, given) if sensible else flag
        elif asking and not (yes and default is not None):
            given[one.name] = _ask(one, given, default)
        elif default is not None:
            given[one.name] = one.read(default, given)
        elif sensible:
            missing.append(f"--{one.name}")
    if missing:
        raise click.UsageError(f"there is no terminal to ask on: give {' and '.join(missing)}")
    return given


def _flag(one: Question, text: str, given: Given) -> Any:
    try:
        return one.read(text, given)
    except AnswerError as error:
        raise click.BadParameter(str(error), param_hint=f"--{one.name}") from None


def _ask(one: Question, given: Given, default: str | None) -> Any:
    """Ask until the answer can be one; what is wrong is said in its place."""

    def read(text: str) -> Any:
        try:
            return one.read(text, given)
        except AnswerError as error:
            raise click.UsageError(str(error)) from None

    apart = "" if one.help.startswith("\n") else "  "
    out.print(Text.assemble((one.text, "bold"), (f"{apart}{one.help}", "dim")))
    return click.prompt(">", default=default, value_proc=read, prompt_suffix=" ", show_default=bool(default))


def _checked(path: Path) -> int:
    """Lint and test what was written, with what else stands beside it; gives the number of tests."""
    loaded = load(path, sending=False)
    cases, problems = read_cases(loaded)
    faults = sorted([*loaded.problems, *problems])
    failed = [one.name for one in cases if loaded.configuration and run_case(one, loaded.configuration).differences]
    if faults or failed:
        print_problems(faults)
        also = f"; {len(failed)} tests fail, see tagdock test" if failed else ""
        raise _ended(f"the files are written, and something beside them is not in order{also}")
    return len(cases)


def _steps(path: Path, answers: Answers) -> list[str]:
    config = "" if path.name == "config.yaml" else f" --config {path.name}"
    inside = [] if path.parent == Path() else [f"cd {path.parent}"]
    return [
        *inside,
        f"tagdock serve{config}  # try it here; nothing leaves this machine",
        f"tagdock doctor{config}  # what is still missing before it can go live",
        "cp .env.example .env  # and fill in the secrets",
        f"point {answers.url} at your TLS proxy, and the proxy at 127.0.0.1:8080, without /-/ and /console",
        "put the snippet on the site",
        f"TAGDOCK_TARGET=live tagdock serve{config}  # live",
    ]


def _told(path: Path, answers: Answers, written: list[Path], tests: int) -> None:
    out.print()
    for name in written:
        out.print(Text.assemble(("✓ ", "green"), shown(str(path.parent / name))))
    out.print(Text(f"in order, and its {tests} tests pass", "green"))
    out.print(Text("\nOn every page of the site, in its head:\n", "bold"))
    out.print(Text(snippet(answers)))
    out.print(Text("Next", "bold"))
    for number, step in enumerate(_steps(path, answers), 1):
        command, _, why = step.partition("  # ")
        out.print(Text.assemble(f"  {number}. ", (command, "cyan" if why else ""), (f"  {why}" if why else "", "dim")))
    out.print(Text("\nFrom nothing to live, step by step: docs/start.md", "dim"))


def _names(home: Path, names: list[Path]) -> str:
    return " and ".join(str(home / name) for name in names)


def _ended(text: str) -> SystemExit:
    err.print(Text(shown(text)))
    return SystemExit(1)
