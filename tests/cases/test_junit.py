"""JUnit: XML that follows the schema Jenkins publishes, whatever a hit or a file holds."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from container.cases import Case, Result
from container.cases.expected import Difference
from container.cases.junit import junit
from container.hit import Hit
from container.problem import Problem

ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {
            "name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
            "file", "log", "url",
        },
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"},
        {
            "skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out",
            "system-err",
        },
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
}  # fmt: skip
"""The attributes and the elements inside of each element, from junit-10.xsd of Jenkins' xunit plugin."""
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
PROBLEM = Problem("c.yaml", 3, 5, "tests.x", "test", "it is wrong", "mend it")


def result(name: str = "a", *differences: Difference) -> Result:
    return Result(Case(name, "c.yaml", 1, 0.0, Hit("GET", "/"), {}), list(differences), seconds=0.25)


def parse(results: list[Result], problems: list[Problem]) -> ElementTree.Element:
    document = junit(results, problems, 1772366400.0)
    assert document.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n")
    top = ElementTree.fromstring(document)
    for element in top.iter():
        attributes, inside = ALLOWED[element.tag]
        assert REQUIRED.get(element.tag, set()) <= set(element.keys()) <= attributes
        assert {inner.tag for inner in element} <= inside
    return top


def test_the_counts_are_those_of_the_run() -> None:
    failed = result("b", Difference("c.yaml", 7, "fired", ["a"], []), Difference("c.yaml", 8, "response", 1, 2))
    top = parse([result(), failed], [PROBLEM])
    (suite,) = top
    for element in (top, suite):
        assert {word: element.get(word) for word in ("tests", "failures", "errors", "time")} == {
            "tests": "3", "failures": "1", "errors": "1", "time": "0.500",
        }  # fmt: skip
    assert suite.get("timestamp") == "2026-03-01T12:00:00"
    assert [(case.get("name"), case.get("classname"), case.get("time")) for case in suite] == [
        ("a", "c.yaml", "0.250"), ("b", "c.yaml", "0.250"), ("tests.x", "c.yaml", "0.000"),
    ]  # fmt: skip


def test_a_failure_tells_all_that_differs_in_one_element() -> None:
    failed = result("b", Difference("c.yaml", 7, "fired", ["a"], []), Difference("c.yaml", 8, "response", 1, 2))
    (failure,) = parse([failed], [])[0][0]
    assert (failure.get("message"), failure.get("type")) == ("c.yaml:7: fired", "difference")
    lines = (failure.text or "").splitlines()
    assert [line for line in lines if line.startswith("c.yaml")] == ["c.yaml:7: fired", "c.yaml:8: response"]
    assert ["!", "-", "a", "-", "(nothing)"] in [line.split() for line in lines]


def test_a_problem_is_an_error_with_its_place() -> None:
    (error,) = parse([], [PROBLEM])[0][0]
    assert (error.get("message"), error.get("type")) == ("it is wrong", "test")
    assert error.text == "c.yaml:3:5: tests.x: it is wrong; mend it"


@pytest.mark.parametrize("odd", ["\x00\x1b[31m", "<&\"'>]]>", "\ud800", "\ufffe", "ünï\U0001f600", "\r"])
def test_whatever_stands_in_a_text_the_document_can_be_read(odd: str) -> None:
    failed = result(f"name {odd}", Difference("c.yaml", 1, f"text {odd}", {"v": odd}, {odd: 1}))
    (case,) = parse([failed], [])[0]
    assert str(case.get("name")).startswith("name ")
