"""The log says one fact a line, for people or programs, and nothing of what an exception held."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from container.cli.logs import Lines
from container.web import server


def record(text: str, *values: object, failing: bool = False) -> logging.LogRecord:
    made = logging.LogRecord("tagdock.collect", logging.WARNING, __file__, 1, text, values, None)
    made.created = 1_772_366_400.25
    if failing:
        try:
            raise ValueError("ana@example.com")
        except ValueError:
            made.exc_info = sys.exc_info()
    return made


def test_a_line_for_people_has_time_level_logger_and_text() -> None:
    line = Lines(as_json=False).format(record("tag %s is gone", "meta"))
    assert line == "2026-03-01T12:00:00.250Z WARNING tagdock.collect: tag meta is gone"


def test_a_line_for_programs_is_one_json_object() -> None:
    line = Lines(as_json=True).format(record("two\nlines of %s", '"x"'))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-03-01T12:00:00.250Z",
        "level": "warning",
        "logger": "tagdock.collect",
        "text": 'two\nlines of "x"',
    }


def test_what_a_second_signal_says_is_a_line_of_the_log_as_it_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(as_json=True))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    said = json.loads(server._line("asked to end once more"))
    assert (said["level"], said["logger"], said["text"]) == ("warning", "tagdock", "asked to end once more")
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    assert server._line("asked to end once more") == b"asked to end once more\n"


def test_a_text_stays_on_its_line() -> None:
    line = Lines(as_json=False).format(record("two\nlines\x1b[31m of \ud83d"))
    assert line.endswith(r"two\nlines\x1b[31m of ?")


def test_an_exception_is_its_type_and_its_place() -> None:
    for as_json in (True, False):
        line = Lines(as_json=as_json).format(record("it failed", failing=True))
        assert "it failed (ValueError at " in line
        assert "test_logs.py:" in line
        assert "ana@example.com" not in line
        assert "Traceback" not in line
