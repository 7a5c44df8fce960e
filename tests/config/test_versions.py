"""Versions are kept whole, once each, bounded, and come back as they were or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from container.config.snapshot import Snapshot, snapshot
from container.config.versions import Application, How, VersionError, Versions, versions_of
from tests.config.written import texts

ONE = texts(config="container: { name: one }\n")
TWO = texts(config="container: { name: two }\n", tags__x_yaml="a: b\n")


def apply(versions: Versions, version: Snapshot, time: float, how: How = "request", errors: int = 0) -> None:
    if not errors:
        versions.keep(version, time)
    versions.note(Application(time, version.hash, version.config, how, "refused" if errors else "applied", errors))


def kept(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_last_applied_comes_first_with_how_and_how_often(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "versions")
    assert list(versions.list()) == []
    assert versions.last() is None
    for time, version, how in ((1.0, ONE, "start"), (2.0, TWO, "watch"), (3.0, ONE, "signal")):
        apply(versions, version, time, how)  # type: ignore[arg-type]
    apply(versions, TWO, 4.0, errors=2)
    one, two = versions.list()
    assert (one.hash, one.applied, one.how, one.times, one.kept) == (ONE.hash, 3.0, "signal", 2, 1.0)
    assert (two.hash, two.applied, two.how, two.times) == (TWO.hash, 2.0, "watch", 1)
    assert two.files == ["config.yaml", "tags/x.yaml"]
    assert versions.last() == one
    assert versions.last("other.yaml") is None
    assert [entry.outcome for entry in versions.applications()] == ["applied"] * 3 + ["refused"]


def test_a_version_comes_back_as_it_was_by_the_beginning_of_its_hash(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    odd = Snapshot("config.yaml", {"config.yaml": b"\xef\xbb\xbfa: b\r\n\xff", "tags/ä x.py": b""})
    for version in (ONE, TWO, odd):
        versions.keep(version, 1.0)
        assert versions.read(version.hash[:12]) == version
    assert versions.find(ONE.hash[:8].upper()).hash == ONE.hash


def test_the_hash_depends_on_names_and_texts_alone() -> None:
    assert texts(config="container: { name: one }\n").hash == ONE.hash
    assert Snapshot("config.yaml", {"tags/x.yaml": TWO.files["tags/x.yaml"], **TWO.files}).hash == TWO.hash
    others = {
        Snapshot("other.yaml", ONE.files).hash,
        Snapshot("config.yaml", {**ONE.files, "tags/x.yaml": b""}).hash,
        Snapshot("config.yaml", {"config.yaml": ONE.files["config.yaml"] + b"\n"}).hash,
    }
    assert len(others | {ONE.hash, TWO.hash}) == 5


@pytest.mark.parametrize("prefix", ["", "zz", "../", "config", "0" * 64, "*"])
def test_a_version_that_is_not_there_is_told(tmp_path: Path, prefix: str) -> None:
    versions = Versions(tmp_path)
    versions.keep(ONE, 1.0)
    with pytest.raises(VersionError, match="there is no version"):
        versions.read(prefix)


def test_too_short_a_beginning_is_told(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    seen: dict[str, Snapshot] = {}
    for number in range(40):  # of forty hashes two begin alike: there are sixteen digits
        version = texts(config=f"# {number}\n")
        versions.keep(version, 1.0)
        first = version.hash[0]
        if first in seen:
            with pytest.raises(VersionError, match=f"'{first}' is the beginning of"):
                versions.read(first)
            return
        seen[first] = version
    raise AssertionError("no two began alike")


def test_equal_texts_are_kept_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "versions")
    for number in range(3):
        versions.keep(Snapshot("config.yaml", {"config.yaml": str(number).encode(), "tags/x.py": b"same"}), 1.0)
    assert len(os.listdir(tmp_path / "versions" / "files")) == 4
    for path in (tmp_path / "versions").rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_damaged_text_is_told_and_never_given_back(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    versions.keep(ONE, 1.0)
    (text,) = (tmp_path / "files").iterdir()
    text.write_bytes(b"container: { name: evil }\n")
    with pytest.raises(VersionError, match="damaged"):
        versions.read(ONE.hash)
    text.unlink()
    with pytest.raises(VersionError, match="damaged"):
        versions.read(ONE.hash)


def test_what_stands_in_the_folder_by_accident_is_passed_over(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    apply(versions, ONE, 1.0)
    (tmp_path / "x.json").write_text("{")
    (tmp_path / "y.json").write_text("[]")
    (tmp_path / f"{'0' * 64}.json").write_bytes((tmp_path / f"{ONE.hash}.json").read_bytes())
    with open(tmp_path / "applied.jsonl", "ab") as log:
        log.write(b'{"time": 2, "vers')
    assert [one.hash for one in versions.list()] == [ONE.hash]
    assert len(versions.applications()) == 1


def test_the_oldest_are_let_go_with_their_texts_the_running_one_never(tmp_path: Path) -> None:
    versions = Versions(tmp_path, most=5, most_applications=10)
    every = [texts(config=f"# {number}\n") for number in range(30)]
    apply(versions, every[0], 0.0)
    for time, version in enumerate(every[1:], 1):
        apply(versions, version, float(time))
        apply(versions, every[0], time + 0.5)
    found = versions.list()
    assert found[0].hash == every[0].hash
    assert 5 <= len(found) <= 6
    assert {one.hash for one in found[1:5]} == {one.hash for one in every[-4:]}
    assert len(os.listdir(tmp_path / "files")) == len(found)
    assert 10 <= len(versions.applications()) <= 12
    assert versions.read(every[0].hash) == every[0]


def test_a_file_whose_name_is_no_unicode_is_in_no_version(tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    for name in (b"config.yaml", b"tags/sound.py", b"tags/\xff.py", b"tags/\xff.yaml"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(b'include: ["tags/*.yaml"]\n' if name == b"config.yaml" else b"")
    found = snapshot(tmp_path / "config.yaml")
    assert sorted(found.files) == ["config.yaml", "tags/sound.py"]
    Versions(tmp_path / "data").keep(found, 1.0)


def test_a_disk_that_takes_nothing_leaves_nothing_behind(tmp_path: Path) -> None:
    blocked = tmp_path / "versions"
    blocked.write_text("a file where the folder should be")
    versions = Versions(blocked)
    for verb in (lambda: versions.keep(ONE, 1.0), lambda: apply(versions, ONE, 1.0)):
        with pytest.raises(OSError):
            verb()
    assert kept(tmp_path) == {"versions"}
    assert list(versions.list()) == []


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("delivery: { outbox: 'sqlite:var/shop/outbox.db' }", "var/shop/versions"),
        ("delivery: { outbox: $WHERE }", "from/environment/versions"),
        ("container: { name: x }", "data/versions"),
        ("delivery: 7", "data/versions"),
        ("delivery: { outbox: [1] }", "data/versions"),
        ("", "data/versions"),
        ("{ [", "data/versions"),
    ],
)
def test_versions_stand_beside_the_outbox_also_of_a_file_with_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, folder: str
) -> None:
    monkeypatch.setenv("WHERE", "sqlite:from/environment/outbox.db")
    (tmp_path / "config.yaml").write_text(text)
    assert versions_of(tmp_path / "config.yaml").folder == Path(folder)
