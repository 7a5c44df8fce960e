"""JUnit: the results of a run as the XML that CI servers read.

The elements and attributes are those of the schema that Jenkins publishes (junit-10.xsd), which the others read too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from container.cases.case import Result
from container.cases.expected import Difference
from container.cases.rows import plain_rows
from container.problem import Problem

_SUITE = "tagdock test"


def junit(results: Sequence[Result], problems: Sequence[Problem], at: float) -> bytes:
    """The XML document of a run that began ``at`` (unix seconds); a test that cannot be read is an error."""
    seconds = f"{sum(one.seconds for one in results):.3f}"
    counts = {
        "tests": str(len(results) + len(problems)),
        "failures": str(sum(bool(one.differences) for one in results)),
        "errors": str(len(problems)),
        "time": seconds,
    }
    top = ElementTree.Element("testsuites", {"name": _SUITE, **counts})
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suite = ElementTree.SubElement(top, "testsuite", {"name": _SUITE, **counts, "skipped": "0", "timestamp": when})
    for result in results:
        case = _case(suite, result.case.name, result.case.file, result.seconds)
        if result.differences:  # in one element, since many readers show only the first
            told = [f"{one.file}:{one.line}: {one.text}" for one in result.differences]
            failure = ElementTree.SubElement(case, "failure", {"message": _xml(told[0]), "type": "difference"})
            sides = [line for one, text in zip(result.differences, told, strict=True) for line in (text, *_sides(one))]
            failure.text = _xml("\n".join(sides))
    for problem in problems:
        case = _case(suite, problem.path or problem.file, problem.file, 0.0)
        error = ElementTree.SubElement(case, "error", {"message": _xml(problem.text), "type": problem.kind})
        error.text = _xml(str(problem))
    ElementTree.indent(top)
    document: bytes = ElementTree.tostring(top, "utf-8", xml_declaration=True)
    return document + b"\n"


def _case(suite: ElementTree.Element, name: str, file: str, seconds: float) -> ElementTree.Element:
    fields = {"name": _xml(name), "classname": _xml(file), "time": f"{seconds:.3f}"}
    return ElementTree.SubElement(suite, "testcase", fields)


def _sides(one: Difference) -> list[str]:
    return plain_rows(one.expected, one.received, exactly=one.exactly)


def _xml(text: str) -> str:
    """The text in the characters that XML 1.0 allows; others are written out."""
    return "".join(letter if _allowed(ord(letter)) else letter.encode("unicode_escape").decode() for letter in text)


def _allowed(code: int) -> bool:
    return code in {0x9, 0xA} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
