"""The answers: rules by status and by what stands in the vendor's answer, for a template's verdict."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from container.component import Response, Verdict
from container.event import as_text
from container.jsonpath import JsonPath as Path
from container.kinds import JsonPath
from container.node import Node
from container.outgoing import statuses
from container.schema import INVALID, Invalid, Kind, Reader

_CLASS = re.compile(r"[1-5]xx")


class Statuses(Kind[frozenset[int]]):
    """HTTP statuses: one, ``4xx`` for a hundred of them, or a list of these."""

    noun = "a status such as 400 or 4xx, or a list"

    def decode(self, node: Node, reader: Reader) -> frozenset[int] | Invalid:
        found: set[int] = set()
        for one in node.elements if node.kind == "list" else [node]:
            if one.kind == "scalar" and _CLASS.fullmatch(one.raw):
                found.update(range(int(one.raw[0]) * 100, int(one.raw[0]) * 100 + 100))
            elif isinstance(one.value, int) and not isinstance(one.value, bool) and 100 <= one.value <= 599:
                found.add(one.value)
            else:
                return self.expected(one, reader, "write a number from 100 to 599, or 4xx")
        return frozenset(found)

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["integer", "string", "array"]}


class Conditions(Kind[dict[Path, frozenset[str]]]):
    """JSONPaths with the value, or list of values, to be found there; compared as texts."""

    noun = "JSONPaths with values"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> dict[Path, frozenset[str]] | Invalid:
        if node.kind != "mapping":
            return self.expected(node, reader, "write a line such as $.code: 0")
        found: dict[Path, frozenset[str]] = {}
        for key, inner in node.items.items():
            path = JsonPath().decode(node.keys[key], reader)
            values = inner.elements if inner.kind == "list" else [inner]
            if any(one.kind != "scalar" for one in values):
                return self.expected(inner, reader, "write a value or a list of values")
            if isinstance(path, Invalid):
                return INVALID
            found[path] = frozenset(as_text(one.value) for one in values)
        return found

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One rule: it fits an answer that has one of the statuses and, at every path, one of the values."""

    then: str
    status: frozenset[int] | None
    where: tuple[tuple[Path, frozenset[str]], ...]

    def fits(self, status: int, answer: Any) -> bool:
        """Whether the rule is about this answer."""
        if self.status is not None and status not in self.status:
            return False
        return all(_finds(path, values, answer) for path, values in self.where)


def _finds(path: Path, values: frozenset[str], answer: Any) -> bool:
    found = path.find(answer)
    listed = found if isinstance(found, list) else [found]
    return any(as_text(one) in values for one in listed if one is not None and not isinstance(one, dict | list))


def judge(response: Response, rules: Sequence[Answer], reason: Path | None, secrets: Collection[str]) -> Verdict:
    """The verdict of the first rule that fits, else what HTTP itself says. Secrets the vendor repeats are masked."""
    if response.status == 0:
        return statuses.judge(response)
    try:
        answer = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        answer = None
    said = reason.find(answer) if reason is not None else None
    words = said if isinstance(said, str) else ""
    for rule in rules:
        if rule.fits(response.status, answer):
            if rule.then == "done":
                return Verdict("done")
            after = statuses.retry_after(response) if rule.then == "later" else None
            return Verdict(cast(Any, rule.then), statuses.told(response, secrets, words), after)
    return statuses.judge(response, reason=words, secrets=secrets)
