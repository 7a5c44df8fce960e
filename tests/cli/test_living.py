"""The commands on versions: what was applied, what changed, and back again, with no server there."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from container.cli.main import main
from container.config.snapshot import Snapshot, snapshot
from container.config.versions import Application, Versions

ROOT = Path(__file__).parent.parent.parent
FIRST = """\
container: { name: shop, listen: 127.0.0.1:9 }
clients: { browser: ga4 }
variables: { order_value: { jsonpath: $.value } }
triggers:
  purchase: { event: purchase, where: { order_value: { greater_than: 0 } } }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $META_ACCESS_TOKEN }
    fires_on: purchase
    needs_consent: []
"""
SECOND = FIRST.replace("greater_than: 0", "greater_than: 10").replace("$META_ACCESS_TOKEN", "hunter2")
BROKEN = SECOND + "    colour: red\n"


def tagdock(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, within this process: there are many of them here."""
    with contextlib.chdir(at):
        done = CliRunner().invoke(main, words, catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def apply(folder: Path, text: str, time: float, how: str = "watch") -> Snapshot:
    """Leave behind what a server does that took a configuration over."""
    (folder / "config.yaml").write_text(text)
    version = snapshot(folder / "config.yaml")
    versions = Versions(folder / "data" / "versions")
    versions.keep(version, time)
    versions.note(Application(time, version.hash, "config.yaml", how, "applied"))
    return version


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder in which two configurations were applied, and a server that is gone."""
    apply(tmp_path, FIRST, 1_772_366_400.0, "start")
    apply(tmp_path, SECOND, 1_772_370_000.0)
    return tmp_path


def version_of(text: str) -> str:
    return Snapshot("config.yaml", {"config.yaml": text.encode()}).short


# versions


def test_versions_are_listed_the_last_applied_first(shop: Path) -> None:
    done = tagdock("versions", at=shop)
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["version", "applied", "how", "times", "files"],
        [version_of(SECOND), "2026-03-01T13:00:00Z", "watch", "1", "config.yaml", "last", "applied"],
        [version_of(FIRST), "2026-03-01T12:00:00Z", "start", "1", "config.yaml"],
    ]
    found = msgspec.json.decode(tagdock("versions", "--json", at=shop).stdout)
    assert [(one["hash"][:12], one["how"], one["running"]) for one in found["versions"]] == [
        (version_of(SECOND), "watch", False), (version_of(FIRST), "start", False),
    ]  # fmt: skip


def test_a_refusal_since_is_told(shop: Path) -> None:
    versions = Versions(shop / "data" / "versions")
    versions.note(Application(1_772_373_600.0, "0" * 64, "config.yaml", "watch", "refused", 2))
    assert "refused since, 2026-03-01T14:00:00Z: 2 errors; see tagdock lint" in tagdock("versions", at=shop).stdout


def test_no_version_yet_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(FIRST)
    done = tagdock("versions", at=tmp_path)
    assert done.returncode == 0
    assert done.stdout == "no version in data/versions yet; tagdock serve keeps each one it applies\n"


# diff


def test_without_arguments_the_last_applied_is_compared_with_the_file(shop: Path) -> None:
    assert tagdock("diff", at=shop).stdout.splitlines()[1:] == ["nothing changed"]
    (shop / "config.yaml").write_text("# a comment\n" + SECOND)
    assert tagdock("diff", at=shop).stdout.splitlines()[1:] == [
        "nothing changed but how it is written: layout, comments, order"
    ]
    (shop / "config.yaml").write_text(FIRST)
    done = tagdock("diff", at=shop)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"from version {version_of(SECOND)}, applied 2026-03-01T13:00:00Z to config.yaml",
        "~ trigger changed: purchase.where.order_value.greater_than: 10 -> 0",
        "~ tag changed: meta.meta_capi.access_token: *** -> $META_ACCESS_TOKEN",
    ]


def test_versions_and_files_may_be_named_in_any_order(shop: Path) -> None:
    (shop / "other.yaml").write_text(FIRST.replace("browser", "web"))
    first, second = version_of(FIRST), version_of(SECOND)
    assert "greater_than: 0 -> 10" in tagdock("diff", first, second[:5], at=shop).stdout
    assert "greater_than: 0 -> 10" in tagdock("diff", first, at=shop).stdout
    said = tagdock("diff", "other.yaml", first, at=shop).stdout.splitlines()
    assert said[1:] == ["= client renamed: browser: was web"]
    found = msgspec.json.decode(tagdock("diff", first, second, "--json", at=shop).stdout)
    assert found["old"].startswith(first)
    assert found["changes"][0] == {
        "action": "changed", "sort": "trigger", "name": "purchase", "path": "where.order_value.greater_than",
        "old": 0, "new": 10,
    }  # fmt: skip
    assert "hunter2" not in msgspec.json.encode(found).decode()


def test_two_files_need_neither_versions_nor_a_server(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FIRST)
    (tmp_path / "b.yaml").write_text(FIRST.replace("  meta:\n", "  meta_two:\n") + "delivery: { to: live }\n")
    done = tagdock("diff", "a.yaml", "b.yaml", at=tmp_path)
    assert done.stdout.splitlines() == [
        "from a.yaml to b.yaml",
        "= tag renamed: meta_two: was meta",
        "~ delivery changed: nothing -> { to: live }",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diff", "nowhere.yaml"), "there is no file 'nowhere.yaml'"),
        (("diff", "abcdef"), "there is no version 'abcdef' in data/versions; see tagdock versions"),
        (("diff", "--config", "nowhere.yaml", "config.yaml"), "nowhere.yaml cannot be read; check the path"),
        (("rollback", "abcdef"), "there is no version 'abcdef' in data/versions; see tagdock versions"),
        (("rollback", "--config", "other.yaml"), "there is no other version of other.yaml in data/versions"),
    ],
)
def test_what_is_not_there_is_told(shop: Path, words: tuple[str, ...], said: str) -> None:
    (shop / "other.yaml").write_text(FIRST)
    done = tagdock(*words, at=shop)
    assert (done.returncode, done.stderr) == (1, f"{said}\n")


def test_without_a_version_to_compare_with_the_advice_is_to_name_two_files(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(FIRST)
    done = tagdock("diff", at=tmp_path)
    assert done.returncode == 1
    assert "name two files, or start tagdock serve" in done.stderr


def test_long_values_are_cut_for_people_only(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FIRST)
    names = [f"event_{number}" for number in range(60)]
    (tmp_path / "b.yaml").write_text(FIRST.replace("event: purchase", f"event: [{', '.join(names)}]"))
    line = tagdock("diff", "a.yaml", "b.yaml", at=tmp_path).stdout.splitlines()[1]
    assert line.endswith("...")
    assert len(line) < 250
    found = msgspec.json.decode(tagdock("diff", "a.yaml", "b.yaml", "--json", at=tmp_path).stdout)
    assert found["changes"][0]["new"] == names
    (tmp_path / "c.yaml").write_text(FIRST.replace("event: purchase", f"event: [{', '.join(names[1:])}, one_more]"))
    assert tagdock("diff", "b.yaml", "c.yaml", at=tmp_path).stdout.splitlines()[1] == (
        "~ trigger changed: purchase.event: with [one_more]; without [event_0]"
    )


def test_the_example_in_the_documents_is_what_the_command_says(tmp_path: Path) -> None:
    new = SECOND.replace("order_value", "basket").replace("fires_on: purchase", "fires_on: [purchase, lead]")
    new = new.replace("triggers:", "triggers:\n  lead: { event: generate_lead }")
    (tmp_path / "old.yaml").write_text(FIRST + "delivery: { batch: { at_most: 500 } }\n")
    (tmp_path / "new.yaml").write_text(new + "delivery: { batch: { at_most: 100 } }\n")
    said = tagdock("diff", "old.yaml", "new.yaml", at=tmp_path).stdout.partition("\n")[2]
    assert f"```\n{said}```\n" in (ROOT / "docs" / "living.md").read_text()


# rollback


def test_a_rollback_puts_the_files_back_and_keeps_what_was_there(shop: Path) -> None:
    file = shop / "config.yaml"
    edited = SECOND.replace("name: shop", "name: edited")
    file.write_text(edited)
    file.chmod(0o640)
    done = tagdock("rollback", version_of(FIRST)[:6], at=shop)
    assert done.returncode == 0
    assert "~ trigger changed: purchase.where.order_value.greater_than: 10 -> 0" in done.stdout
    assert f"what was there before is version {version_of(edited)}" in done.stdout
    assert "no server answers at http://127.0.0.1:9: one that watches the file takes it over by itself" in done.stdout
    assert "hunter2" not in done.stdout
    assert file.read_text() == FIRST
    assert file.stat().st_mode & 0o777 == 0o640
    assert tagdock("rollback", version_of(edited), at=shop).returncode == 0
    assert file.read_text() == edited
    assert sorted(path.name for path in shop.iterdir()) == ["config.yaml", "data"]


def test_a_dry_run_only_shows(shop: Path) -> None:
    done = tagdock("rollback", "--dry-run", at=shop)
    assert done.stdout.splitlines() == [
        f"from config.yaml to version {version_of(FIRST)}, applied 2026-03-01T12:00:00Z",
        "~ trigger changed: purchase.where.order_value.greater_than: 10 -> 0",
        "~ tag changed: meta.meta_capi.access_token: *** -> $META_ACCESS_TOKEN",
    ]
    assert (shop / "config.yaml").read_text() == SECOND
    assert len(Versions(shop / "data" / "versions").list()) == 2


def test_after_a_change_that_was_refused_it_goes_back_to_what_runs(shop: Path) -> None:
    (shop / "config.yaml").write_text(BROKEN)
    assert f"to version {version_of(SECOND)}" in tagdock("rollback", "--dry-run", at=shop).stdout
    (shop / "config.yaml").unlink()
    done = tagdock("rollback", at=shop)
    assert done.returncode == 0, done.stderr
    assert (shop / "config.yaml").read_text() == SECOND


def test_going_back_to_where_one_is_changes_nothing(shop: Path) -> None:
    done = tagdock("rollback", version_of(SECOND), at=shop)
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, ["nothing changed"])


def test_included_files_and_components_come_and_go_with_their_version(tmp_path: Path) -> None:
    apply(tmp_path, FIRST, 1.0)
    (tmp_path / "parts").mkdir()
    (tmp_path / "variables").mkdir()
    (tmp_path / "parts" / "lead.yaml").write_text("triggers: { lead: { event: lead } }\n")
    (tmp_path / "variables" / "helper.py").write_text("")
    apply(tmp_path, "include: [parts/*.yaml]\n" + FIRST, 2.0)
    done = tagdock("rollback", at=tmp_path)
    assert "- trigger removed: lead: { event: lead }" in done.stdout
    assert "- file removed: variables/helper.py" in done.stdout
    assert not (tmp_path / "parts" / "lead.yaml").exists()
    assert tagdock("rollback", at=tmp_path).returncode == 0
    assert (tmp_path / "parts" / "lead.yaml").read_text() == "triggers: { lead: { event: lead } }\n"
    assert (tmp_path / "variables" / "helper.py").exists()


def test_a_version_the_program_cannot_read_any_more_is_not_put_back(shop: Path) -> None:
    bad = apply(shop, FIRST.replace("meta_capi", "meta_capo"), 3.0)
    (shop / "config.yaml").write_text(FIRST)
    done = tagdock("rollback", bad.short, at=shop)
    assert done.returncode == 1
    assert "config.yaml:8:5: tags.meta.meta_capo: 'meta_capo' is not a type of tag" in done.stderr
    assert "nothing was put back" in done.stderr
    assert (shop / "config.yaml").read_text() == FIRST


def test_a_link_stays_a_link(shop: Path) -> None:
    (shop / "config.yaml").rename(shop / "real.yaml")
    (shop / "config.yaml").symlink_to("real.yaml")
    assert tagdock("rollback", at=shop).returncode == 0
    assert (shop / "config.yaml").is_symlink()
    assert (shop / "real.yaml").read_text() == FIRST


def test_versions_elsewhere_can_be_named(shop: Path) -> None:
    (shop / "data").rename(shop / "elsewhere")
    (shop / "config.yaml").write_text("{ [")
    assert tagdock("rollback", at=shop).returncode == 1
    assert tagdock("rollback", "--versions", "elsewhere/versions", at=shop).returncode == 0
    assert (shop / "config.yaml").read_text() == SECOND


def test_a_rollback_tells_programs_what_it_did(shop: Path) -> None:
    done = tagdock("rollback", "--json", "--dry-run", at=shop)
    dry = msgspec.json.decode(done.stdout)
    assert (dry["restored"], dry["server"], [one["action"] for one in dry["changes"]]) == (False, "", ["changed"] * 2)
    told = msgspec.json.decode(tagdock("rollback", "--json", at=shop).stdout)
    assert told == {**dry, "restored": True, "server": "no answer"}
    assert (shop / "config.yaml").read_text() == FIRST
