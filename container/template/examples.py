"""The examples: a template's own tests, each an event and the payload that must come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from container.component import Payload
from container.context import Context
from container.hit import Hit
from container.kinds import decode_options
from container.moment import moment
from container.node import Node
from container.schema import Invalid, Reader
from container.template.file import ExampleLines
from container.template.tag import TemplateTag


@dataclass(frozen=True, slots=True)
class Example:
    """One example with a tag that has its options; ``node`` is where it stands, ``at`` is in unix seconds."""

    name: str
    node: Node
    lines: ExampleLines
    tag: TemplateTag
    at: float

    @property
    def expected(self) -> Any:
        """The payload that must come of the event, or ``{"suppressed": reason}``."""
        return {"suppressed": self.lines.suppressed} if self.lines.suppressed else self.lines.sends

    def run(self) -> Any:
        """What comes of the event, in the same shape."""
        cookies = "; ".join(f"{name}={quote(str(value))}" for name, value in self.lines.cookies.items())
        hit = Hit("GET", "/", headers={"cookie": cookies} if cookies else {})
        built = self.tag.build(Context(dict(self.lines.event), hit=hit, now=self.at))
        return built.body if isinstance(built, Payload) else {"suppressed": built.reason}


def read_examples(cls: type[TemplateTag], reader: Reader) -> list[Example]:
    """The examples of a template's class; what is wrong with one is reported at its place."""
    found = []
    top = cls.template.node.items
    for name, lines in cls.template.file.examples.items():
        key, node = top["examples"].keys[name], top["examples"].items[name]
        at = moment(lines.at)
        tag = _tag(cls, node, reader)
        if not isinstance(lines.event, dict) or not isinstance(lines.cookies, dict):
            reader.problem(
                key, "test", "the event and the cookies of an example are mappings", "write names and values"
            )
        elif (lines.sends is None) == (not lines.suppressed):
            hint = "write sends: and the whole payload, or suppressed: and the reason"
            reader.problem(key, "test", "an example expects either a payload or a reason", hint)
        elif at is None:
            reader.problem(node.items["at"], "test", f"'{lines.at}' is not a time", "write 2026-03-01T12:00:00Z")
        elif tag is not None:
            found.append(Example(name, key, lines, tag, at))
    return found


def _tag(cls: type[TemplateTag], node: Node, reader: Reader) -> TemplateTag | None:
    """A tag with the example's options; what must be written and is not there gets a value of the right kind."""
    given = node.items.get("options") or Node("mapping", node.file, node.line, node.column, f"{node.path}.options")
    if given.kind != "mapping":
        reader.problem(given, "type", f"expected options, found {given.noun}", "write names and values")
        return None
    whole = Node("mapping", given.file, given.line, given.column, given.path)
    whole.items, whole.keys = dict(given.items), dict(given.keys)
    for name, one in cls.options.items():
        if name not in whole.items and one.required:
            example = getattr(one.kind, "example", "") or "example"
            place = Node("scalar", given.file, given.line, given.column, f"{given.path}.{name}", example, example)
            place.environment = "EXAMPLE"  # where nobody asks why a secret is written out
            whole.items[name] = whole.keys[name] = place
    made = decode_options(cls, whole, reader, title="the template")
    return None if isinstance(made, Invalid) else made
