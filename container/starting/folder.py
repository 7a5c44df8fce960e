"""The folder of a new container: which files it has, and how they are written without harm to what is there."""

from __future__ import annotations

from pathlib import Path

import msgspec

from container.config.load import load_text
from container.config.schema import json_schema, names_in
from container.registry import discover
from container.starting.answers import Answers
from container.starting.configuration import SCHEMA, configuration_text
from container.starting.examples import examples_text

EXAMPLES = Path("tests") / "examples" / "site.yaml"
SECRETS = Path(".env.example")
IGNORED = ("data/", ".env")
"""Lines of .gitignore: what a running container keeps, and the secrets."""


def files(answers: Answers, config: str = "config.yaml") -> dict[Path, str]:
    """Every file of the new container with its text, relative to its folder; .gitignore is not among them."""
    text = configuration_text(answers)
    schema = json_schema(discover(), names_in(load_text(text).top))
    return {
        Path(config): text,
        EXAMPLES: examples_text(answers),
        SECRETS: secrets_text(answers),
        Path(SCHEMA): msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n",
    }


def secrets_text(answers: Answers) -> str:
    """The environment the container wants, without a secret in it."""
    lines = [
        "# The environment of the container. Copy it to .env, which git ignores, fill it in, and read it with:",
        "#   set -a; . ./.env; set +a",
        "",
        "# sandbox: nothing leaves this machine. live: events go to the vendors.",
        "TAGDOCK_TARGET=sandbox",
        "",
        f"# The Conversions API token of pixel {answers.pixel}: Events Manager, Settings, Conversions API.",
        "META_ACCESS_TOKEN=",
        "",
        "# From Events Manager, Test Events. Set it to watch events arrive there, and take it out afterwards.",
        "#META_TEST_EVENT_CODE=TEST12345",
    ]
    if answers.backend:
        lines += ["", "# What your servers give as api_secret; make one up: openssl rand -hex 16", "MP_API_SECRET="]
    return "\n".join(lines) + "\n"


def standing(folder: Path, texts: dict[Path, str]) -> list[Path]:
    """The files that would be written over, those that already hold the very same left out."""
    return [name for name, text in texts.items() if (folder / name).exists() and not _same(folder / name, text)]


def write(folder: Path, texts: dict[Path, str]) -> list[Path]:
    """Write the files and the lines of .gitignore that are missing; gives what was written. Raises OSError."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    ignore = folder / ".gitignore"
    kept = ignore.read_text("utf-8", "surrogateescape") if ignore.exists() else ""
    known = {line.strip().strip("/") for line in kept.splitlines()}
    missing = [line for line in IGNORED if line.strip("/") not in known]
    if missing:
        begin = "\n" if kept and not kept.endswith("\n") else ""
        with ignore.open("a", encoding="utf-8") as file:
            file.write(begin + "".join(f"{line}\n" for line in missing))
    return [*texts, *([Path(".gitignore")] if missing else [])]


def _same(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False
