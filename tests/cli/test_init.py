"""``tagdock init`` as its users meet it: by flags without a terminal, by questions on one."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.tagdock import ROOT, tagdock

FLAGS = ("--domain", "shop.example", "--pixel-id", "1234567890")


def test_without_a_terminal_it_says_which_flags_it_needs(tmp_path: Path) -> None:
    done = tagdock("init", at=tmp_path)
    assert done.returncode == 2
    assert "there is no terminal to ask on: give --domain and --pixel-id" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_it_writes_is_in_order_and_what_it_says_is_next_works(tmp_path: Path) -> None:
    done = tagdock("init", *FLAGS, "--ga4", "G-AB12CD34", "--consent", "onetrust", "--backend", at=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "in order, and its 9 tests pass" in done.stdout
    assert "{ server_container_url: 'https://data.shop.example' }" in done.stdout
    assert "tagdock doctor" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".env.example", ".gitignore", "config.yaml", "tagdock.schema.json", "tests",
    ]  # fmt: skip
    assert tagdock("lint", "--strict", at=tmp_path).stdout == "config.yaml is in order\n"
    tested = tagdock("test", at=tmp_path, META_ACCESS_TOKEN="t", MP_API_SECRET="s", TAGDOCK_TARGET="live")
    assert (tested.returncode, tested.stdout.splitlines()[-1]) == (0, "9 passed, 0 failed")


def test_nothing_is_written_over_unless_it_is_forced(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    done = tagdock("init", *FLAGS, at=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "config.yaml is there already; --force writes over it, --config writes another file\n"
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
    assert tagdock("init", *FLAGS, "--force", at=tmp_path).returncode == 0
    assert "meta_capi" in (tmp_path / "config.yaml").read_text()


def test_a_file_beside_it_is_not_written_over_either(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("MINE=1\n")
    done = tagdock("init", *FLAGS, at=tmp_path)
    assert done.returncode == 1
    assert done.stderr == ".env.example would be written over; --force does it\n"
    assert [path.name for path in tmp_path.iterdir()] == [".env.example"]


def test_programs_get_the_files_the_snippet_and_what_is_next(tmp_path: Path) -> None:
    done = tagdock("init", *FLAGS, "--json", "--config", "shop/site.yaml", at=tmp_path)
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert said["files"] == [
        "shop/site.yaml", "shop/tests/examples/site.yaml", "shop/.env.example", "shop/tagdock.schema.json",
        "shop/.gitignore",
    ]  # fmt: skip
    assert said["tests"] == 9
    assert 'src="https://data.shop.example/loader.js" data-pixel="1234567890"' in said["snippet"]
    assert said["next"][:1] == ["cd shop"]
    assert said["next"][1].startswith("tagdock serve --config site.yaml")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--domain", "shop", "--pixel-id", "12345"), "'shop' is not a domain"),
        (("--domain", "shop.example", "--pixel-id", "x"), "'x' is not a pixel id"),
        ((*FLAGS, "--host", "data.other.example"), "would be a third party"),
        ((*FLAGS, "--events", "purchse"), "did you mean purchase?"),
        ((*FLAGS, "--consent", "maybe"), "is not a source of consent"),
        ((*FLAGS, "--consent", "cookie"), "give --consent-cookie"),
        ((*FLAGS, "--consent", "none", "--consent-cookie", "a=b"), "needs --consent cookie"),
        ((*FLAGS, "--ga4", "UA-1"), "is not a GA4 measurement id"),
        ((*FLAGS, "--currency", "Euro"), "is not a currency"),
    ],
)
def test_a_flag_that_cannot_be_is_wrong_usage(flags: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = tagdock("init", *flags, at=tmp_path)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tests").write_text("a file, where a folder must be")
    done = tagdock("init", *FLAGS, at=tmp_path)
    assert done.returncode == 1
    assert "tests" in done.stderr


def test_a_test_that_stands_there_and_fails_is_told(tmp_path: Path) -> None:
    examples = tmp_path / "tests" / "examples"
    examples.mkdir(parents=True)
    (examples / "old.yaml").write_text("tests: { a: { given: { client: gone }, expect: {} } }\n")
    done = tagdock("init", *FLAGS, at=tmp_path)
    assert done.returncode == 1
    assert "there is no client 'gone'" in done.stderr
    assert "the files are written, and something beside them is not in order" in done.stderr


def test_on_a_terminal_it_asks_and_asks_again_where_the_answer_cannot_be(tmp_path: Path) -> None:
    dialogue = [
        ("The site's domain", "shop\n"),
        ("'shop' is not a domain", "https://www.shop.example/\n"),
        ("The container's own name", "\n"),
        ("Meta's pixel or dataset", "1234567890\n"),
        ("measurement id", "G-AB12CD34\n"),
        ("standard events", "PageView,Purchase\n"),
        ("what the visitor allowed", "cookie\n"),
        ("its value for yes", "cmp=yes\n"),
        ("currency of events", "EUR\n"),
        ("servers of yours", "perhaps\n"),
        ("write yes or no", "\n"),
    ]
    code, text = talk(dialogue, tmp_path)
    assert code == 0, text
    assert "in order, and its 6 tests pass" in text
    config = (tmp_path / "config.yaml").read_text()
    assert "fires_on: [page_view, purchase]" in config
    assert 'accepted: { where: { banner: { equals: "yes" } } }' in config


def talk(dialogue: list[tuple[str, str]], folder: Path) -> tuple[int, str]:
    """Run it on a terminal, answer each question when it is there; the exit code and all that was shown."""
    master, slave = pty.openpty()
    command = [sys.executable, "-c", "from container.cli.main import main; main(['init'])"]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(command, cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        shown = ""
        for question, answer in dialogue:
            seen = len(shown)
            while question not in shown[seen:] or not shown.rstrip(" ").endswith((">", "]")):
                more = read(master)
                assert more, f"waited for {question!r} in {shown}"
                shown += more
            os.write(master, answer.encode())
        while more := read(master):
            shown += more
        os.close(master)
        return process.wait(30), shown


def read(master: int) -> str:
    """What it shows next; "" at its end."""
    if not select.select([master], [], [], 30)[0]:
        return ""
    try:
        return os.read(master, 65536).decode("utf-8", "replace")
    except OSError:  # a terminal nobody writes to any more
        return ""
