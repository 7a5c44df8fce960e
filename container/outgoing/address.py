"""The address: a URL whose scheme and host are fixed at load, and whose path and query may be templates."""

from __future__ import annotations

import re
from typing import Any

from container.context import Context
from container.expression import Expression, compile_expression, constant, is_expression
from container.kinds import Templated
from container.node import Node
from container.outgoing.written import knowing
from container.problem import shorten
from container.schema import INVALID, Invalid, Kind, Reader

_URL = re.compile(r"(?P<origin>https?://(?P<host>[^\s/?#{}@\\]+))(?P<rest>[/?].*)?", re.S)
_BLOCK = re.compile(r"\{\{(.*?)\}\}", re.S)
_LONGEST = 8192


class Address:
    """``origin`` is the scheme and host, ``rest`` the path and query, each ``{{ }}`` of which is escaped."""

    __slots__ = ("_read", "host", "names", "origin", "rest")

    def __init__(self, origin: str, host: str, rest: Expression) -> None:
        self.origin, self.host, self.rest = origin, host, rest
        self.names = rest.names
        self._read = rest if rest.constant else compile_expression(_BLOCK.sub(_escaped, str(rest.text)))

    @property
    def constant(self) -> bool:
        """Whether the URL is the same for every event."""
        return self.rest.constant

    def path(self, context: Context) -> str | None:
        """Path and query for an event, starting with a slash; None when something they need is not there."""
        value = self._read.read(context)
        if not isinstance(value, str) or len(value) > _LONGEST:
            return None
        return value if value.startswith("/") else f"/{value}"


def _escaped(block: re.Match[str]) -> str:
    """The block with its value escaped, so that no event can leave its place in the path or query."""
    return f"{{{{ ({block[1].strip().strip('-+')}) | url_part }}}}"


class AddressKind(Kind[Address]):
    """A URL; ``known`` are names its expressions may use beside the variables of the configuration."""

    noun = "a URL"

    def __init__(self, known: frozenset[str] = frozenset()) -> None:
        self.known = known

    def decode(self, node: Node, reader: Reader) -> Address | Invalid:
        if node.kind != "scalar" or not isinstance(node.value, str):
            return self.expected(node, reader, "write a URL such as https://crm.example/orders")
        found = _URL.fullmatch(node.value)
        if found is None or (found["host"].startswith(":")):
            return self._wrong(node, reader)
        rest = found["rest"] or "/"
        templated = node.environment is None and is_expression(rest)
        # Read as a whole for the places of what is wrong in it.
        if templated and isinstance(Templated().decode(node, knowing(reader, self.known)), Invalid):
            return INVALID
        fixed = _BLOCK.sub("", rest)
        if "{%" in fixed or "#" in fixed or any(one.isspace() for one in fixed):
            text = "the path of the url holds a blank, a # or {% %}"
            reader.problem(node, "value", text, "escape them as %20 and %23; only {{ }} may stand in it")
            return INVALID
        return Address(found["origin"], found["host"], compile_expression(rest) if templated else constant(rest))

    def _wrong(self, node: Node, reader: Reader) -> Invalid:
        host = str(node.value).partition("://")[2].partition("/")[0]
        if is_expression(host) or is_expression(str(node.value).partition("://")[0]):
            text = "the host of the url may not come from an event"
            reader.problem(node, "value", text, "write the host out; only the path and the query may hold {{ }}")
        else:
            text = f"'{shorten(str(node.value))}' is not a URL"
            reader.problem(node, "value", text, "write a URL such as https://crm.example/orders")
        return INVALID

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^https?://[^{}\\s/]+"}
