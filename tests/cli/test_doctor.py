"""``tagdock doctor`` as its users meet it: a process of its own, with and without a server that runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.cli.tagdock import tagdock
from tests.doctor.containers import container
from tests.doctor.vendor import vendor
from tests.processes.server import CONFIG, serving

GOOD = {"configuration", "tests", "outbox", "clock", "graph_version", "server", "test_event", "deduplication"}


def checks(done: Any) -> dict[str, dict[str, str]]:
    return {one["check"]: one for one in json.loads(done.stdout)["checks"]}


def test_a_new_container_goes_through_the_whole_list_and_leaves_nothing_behind(tmp_path: Path) -> None:
    container(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = sorted(tmp_path.rglob("*"))
    done = tagdock("doctor", "--host", "data.shop.example", at=tmp_path, TMPDIR=str(temporary))
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line for line in done.stdout.splitlines() if line and not line.lstrip().startswith("→")]
    assert len(lines) == 17
    assert [line[0] for line in lines[:16]] == ["✓", "✓", "!", "-", *"✓" * 12]
    assert re.search(r"meta: the local Meta took PageView tagdock-doctor-[0-9a-f]{12}\n", done.stdout)
    assert lines[16] == (
        "14 good, 1 to decide on, 1 not looked at: ready; TAGDOCK_TARGET=live makes it so, see docs/start.md"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_fault_ends_with_one_and_programs_read_which(tmp_path: Path) -> None:
    container(tmp_path, ("[127.0.0.1]", "[0.0.0.0/0]"))
    done = tagdock("doctor", "--json", at=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["good"] is False
    found = checks(done)
    assert {name for name, one in found.items() if one["status"] == "fail"} == {"proxy"}
    assert found["proxy"]["next"] == "name your proxies' own addresses alone"
    assert {name for name, one in found.items() if one["status"] == "ok"} >= GOOD


def test_a_server_that_runs_is_used_and_its_books_say_whose_event_it_was(tmp_path: Path) -> None:
    asking = CONFIG.replace("fires_on: anything", "fires_on: anything\n    needs_consent: [ad_storage]")
    with serving(tmp_path, asking) as server:
        found = checks(tagdock("doctor", "--url", server.url, "--json", at=tmp_path))
        assert found["server"]["text"] == f"{server.url} takes hits and runs this file"
        assert found["test_event"]["status"] == found["deduplication"]["status"] == "ok"
        first, second = server.good()
        assert first["event"]["event_id"].startswith("tagdock-doctor-")
        assert first["event"]["event_id"] in found["test_event"]["next"]
        assert (first["channel"], second["channel"], second["deduplicated"]) == ("server", "browser", True)
        assert found["token"]["status"] == "ok"
        other = checks(tagdock("doctor", "--url", server.url, "--json", "-c", copied(tmp_path), at=tmp_path))
        assert other["server"]["status"] == "warn"
        assert "runs version" in other["server"]["text"]


def copied(folder: Path) -> Path:
    """The same configuration under another name, which is another version."""
    path = folder / "other.yaml"
    path.write_text((folder / "config.yaml").read_text())
    return path


def test_what_stands_beside_the_file_is_used_and_other_tags_stay_out_of_it(tmp_path: Path) -> None:
    tag = "  book: { log: { file: book.jsonl }, fires_on: page_view }"
    container(tmp_path, ("\ntags:", f"\ntags:\n{tag}\n#"), ("  user_agent:", "  loud: shout\n  user_agent:"),
              ("{ event: page_view }", "{ event: page_view, where: { loud: LOUD } }"))  # fmt: skip
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "shout.py").write_text(SHOUT)
    found = checks(tagdock("doctor", "--json", at=tmp_path))
    assert found["test_event"]["status"] == "ok", found["test_event"]
    assert "PageView" in found["test_event"]["text"]
    assert not (tmp_path / "book.jsonl").exists()


SHOUT = '''"""The variable ``shout``."""

from container.component import Variable
from container.context import Context


class ShoutVariable(Variable):
    """It shouts."""

    def read(self, context: Context) -> str:
        return "LOUD"
'''


def test_a_server_that_is_not_there_fails(tmp_path: Path) -> None:
    container(tmp_path)
    found = checks(tagdock("doctor", "--url", "http://127.0.0.1:9", "--json", at=tmp_path))
    assert (found["server"]["status"], found["server"]["text"]) == (
        "fail", "no container answers at http://127.0.0.1:9",
    )  # fmt: skip
    assert found["test_event"]["status"] == "ok"


def test_live_it_asks_meta_and_tries_pairs_at_home(tmp_path: Path) -> None:
    with vendor() as meta:
        container(tmp_path, ("      set_cookies: true", f"      endpoint: {meta.url}"))
        done = tagdock(
            "doctor", "--host", "data.shop.example", "--test-code", "TEST1", at=tmp_path,
            TAGDOCK_TARGET="live", META_ACCESS_TOKEN="EAAtoken",
        )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "meta: Meta took TagdockDoctor tagdock-doctor-" in done.stdout
    assert "count once, in the sandbox" in done.stdout
    assert "ready, and live" in done.stdout
    assert "EAAtoken" not in done.stdout
    ((_, body),) = meta.got
    assert body["test_event_code"] == "TEST1"


def test_live_with_meta_out_of_reach_it_fails_in_words(tmp_path: Path) -> None:
    container(tmp_path, ("      set_cookies: true", "      endpoint: http://127.0.0.1:9"))
    done = tagdock("doctor", "--test-code", "T1", "--json", at=tmp_path, TAGDOCK_TARGET="live", META_ACCESS_TOKEN="t")
    assert done.returncode == 1
    failed = {name for name, one in checks(done).items() if one["status"] == "fail"}
    assert failed == {"graph_version", "test_event"}


def test_what_cannot_be_an_address_or_a_code_is_wrong_usage(tmp_path: Path) -> None:
    assert tagdock("doctor", "--url", "shop.example", at=tmp_path).returncode == 2
    assert tagdock("doctor", "--test-code", "a b", at=tmp_path).returncode == 2


def test_no_configuration_is_bad_input(tmp_path: Path) -> None:
    done = tagdock("doctor", at=tmp_path)
    assert done.returncode == 1
    assert "config.yaml:1: the file cannot be read: no such file or directory" in done.stdout
