"""Checks: whether what stands under ``expect:`` can be meant at all."""

from __future__ import annotations

from collections.abc import Collection

from container.cases.faults import Faults
from container.config.case import CONSENT_STATES, COOKIE, RESPONSE
from container.event import CONSENT_PURPOSES
from container.node import Node
from container.problem import suggestion


class Checks:
    """Looks at the expectations of cases. ``tags`` and ``clients`` are None where nobody can know which there are."""

    def __init__(self, faults: Faults, tags: Collection[str] | None, clients: Collection[str] | None) -> None:
        self.faults = faults
        self.tags = tags
        self.clients = clients

    def check(self, expect: Node) -> None:
        """Report every word under ``expect:`` that no run could meet."""
        for word, node in expect.items.items():
            if word in {"fired", "skipped", "events", "consent", "response", "problems", "client"}:
                getattr(self, f"_{word}")(node)
            elif word in {"sends", "sends_exactly"} and self.faults.mapping(node, self.tags):
                for inner in node.items.values():
                    self._fields(inner, "event of the tag", "write the fields it must hold, such as { event_id: o-1 }")

    def _fired(self, node: Node) -> None:
        for one in node.elements if node.kind == "list" else [node]:
            if one.kind != "scalar" or one.value is None:
                self.faults.problem(one, f"expected the name of a tag, found {one.noun}", "write fired: [name] or []")
            else:
                self.faults.name(one, "tag", self.tags)

    def _skipped(self, node: Node) -> None:
        if self.faults.mapping(node, self.tags):
            for inner in node.items.values():
                for one in inner.elements if inner.kind == "list" else [inner]:
                    self._words(one, "the reason", "write words of the reason")

    def _events(self, node: Node) -> None:
        self._fields(node, "event", "write the fields it must hold, such as { event_name: purchase }")

    def _consent(self, node: Node) -> None:
        if self.faults.mapping(node, CONSENT_PURPOSES):
            for purpose, inner in node.items.items():
                if purpose in CONSENT_PURPOSES and (inner.kind != "scalar" or inner.raw not in CONSENT_STATES):
                    said = f"'{inner.raw}'" if inner.kind == "scalar" else inner.noun
                    hint = suggestion(inner.raw, CONSENT_STATES)
                    self.faults.problem(inner, f"{said} is not a state of consent", hint)

    def _response(self, node: Node) -> None:
        if node.kind != "mapping":
            self._status(node, "response: 200")
            return
        self.faults.mapping(node, RESPONSE)
        if "status" in node.items:
            self._status(node.items["status"], "status: 200")
        if "headers" in node.items and self.faults.mapping(node.items["headers"], None):
            for one in node.items["headers"].items.values():
                if one.kind != "scalar":
                    hint = "write its value, or null for a header that is not set"
                    self.faults.problem(one, f"expected a header's value, found {one.noun}", hint)
        if "cookies" in node.items and self.faults.mapping(node.items["cookies"], None):
            for one in node.items["cookies"].items.values():
                if one.kind == "mapping":
                    self.faults.mapping(one, COOKIE)
                elif one.kind != "scalar":
                    hint = f"write its value, null for one that is not set, or a mapping of {', '.join(COOKIE)}"
                    self.faults.problem(one, f"expected a cookie, found {one.noun}", hint)

    def _status(self, node: Node, example: str) -> None:
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.faults.problem(node, f"expected a status, found {node.noun}", f"write {example}")

    def _problems(self, node: Node) -> None:
        for one in node.elements if node.kind == "list" else [node]:
            self._words(one, "words of a problem", "write problems: [words] or []")

    def _client(self, node: Node) -> None:
        if node.kind != "scalar" or node.value is not None:
            self.faults.name(node, "client", self.clients)

    def _words(self, node: Node, what: str, hint: str) -> None:
        if node.kind != "scalar" or node.value is None:
            self.faults.problem(node, f"expected {what}, found {node.noun}", hint)

    def _fields(self, node: Node, what: str, hint: str) -> None:
        for one in node.elements if node.kind == "list" else [node]:
            if one.kind != "mapping":
                self.faults.problem(one, f"expected the fields of an {what}, found {one.noun}", hint)
