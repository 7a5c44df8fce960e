"""The examination: all checks one after the other, none able to take another's word."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from container.doctor import examination
from container.doctor.examination import CHECKS, Check, examine, isolated
from container.doctor.finding import Finding, ok
from container.doctor.patient import Patient
from tests.doctor.containers import container, patient


def test_a_check_that_hangs_is_left_behind(tmp_path: Path) -> None:
    never = Event()

    def hang(_: Patient) -> Finding:
        never.wait()
        return ok("at last")

    found = isolated(Check("slow", "slow", hang), patient(tmp_path), 0.05)
    never.set()
    assert (found.status, found.text) == ("fail", "no answer within 0.05 s")


def test_a_check_that_breaks_is_told_without_what_the_error_holds(tmp_path: Path) -> None:
    def break_off(_: Patient) -> Finding:
        raise KeyError("EAAsecret")

    found = isolated(Check("broken", "broken", break_off), patient(tmp_path), 5.0)
    assert (found.status, found.text) == ("fail", "the check itself failed: KeyError")


def test_the_others_are_looked_at_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(_: Patient) -> Finding:
        raise RuntimeError

    checks = (CHECKS[0], Check("broken", "broken", break_off), Check("last", "last", lambda _: ok("well")))
    monkeypatch.setattr(examination, "CHECKS", checks)
    assert [finding.status for _, finding in examine(patient(tmp_path))] == ["ok", "fail", "ok"]


def test_with_an_error_in_the_configuration_the_rest_waits(tmp_path: Path) -> None:
    path = container(tmp_path, ("fires_on: [", "fires_on: [nothing, "))
    found = {check.name: finding.status for check, finding in examine(Patient(path, {}))}
    assert found.pop("configuration") == "fail"
    assert found.pop("capacity") in ("ok", "warn")
    assert set(found.values()) == {"skipped"}
    assert len(found) == 14


def test_a_file_that_is_not_there_is_no_configuration(tmp_path: Path) -> None:
    first = next(examine(Patient(tmp_path / "config.yaml", {})))[1]
    assert first.status == "fail"
    assert "the file cannot be read: no such file or directory" in first.text


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_is_documented(check: Check) -> None:
    document = Path(__file__).parent.parent.parent / "docs" / "start.md"
    assert f"| `{check.name}` |" in document.read_text()
