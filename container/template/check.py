"""The check: what expressions of a template name that is not there, or that may not stand where it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from jinja2 import TemplateSyntaxError, nodes

from container.component import Response
from container.expression import BUILT_IN, is_expression
from container.jinja import ENVIRONMENT
from container.node import Node
from container.problem import suggestion
from container.schema import Option, Reader
from container.template.answers import judge
from container.template.file import PERSON, TemplateFile

_PER_EVENT = ("payload", "suppress", "deduplicated_by")


def check(file: TemplateFile, options: Mapping[str, Option], top: Node, reader: Reader) -> None:
    """Report options and parts of the person that do not exist, secrets where they would rest, payloads nowhere."""
    used: set[str] = set()
    for section in (*_PER_EVENT, "request"):
        for node in _texts(top.items.get(section)):
            for name, part in _parts(str(node.value)):
                offset = max(0, str(node.value).find(f"{name}.{part}" if part else name))
                if section == "request" and name in BUILT_IN:
                    text = f"'{name}' is not there when a request is made, which may be of many events"
                    reader.problem(node, "value", text, "put it into the payload", offset=offset)
                if name == "person" and part and part not in PERSON:
                    _unknown(node, f"a person has no '{part}'", suggestion(part, PERSON), offset, reader)
                if name == "option" and part:
                    used.add(part)
                    if part in options or part not in file.options_:  # what is wrong with its line was told there
                        _option(section, part, options, node, offset, reader)
    for key, node in top.items["options"].keys.items() if "options" in top.items else ():
        if key in options and key not in used:
            reader.warning(node, "unused", f"nothing reads the option '{key}'", "use it as {{ option.NAME }}")
    _carried(file, top, reader)
    verdict = judge(
        Response(200, {}, msgspec.json.encode(file.accepted)), [one.rule() for one in file.answers], None, ()
    )
    if verdict.action != "done":
        node = top.items.get("accepted", top.items["answers"])
        text = f"the answer that means success is judged '{verdict.action}'"
        reader.problem(node, "value", text, "write accepted: with an answer for which a rule says then: done")


def _option(section: str, part: str, options: Mapping[str, Option], node: Node, offset: int, reader: Reader) -> None:
    one = options.get(part)
    if one is None:
        _unknown(node, f"there is no option '{part}'", suggestion(part, options), offset, reader)
    elif one.kind.secret and section != "request":
        text = f"the secret '{part}' would rest in the outbox"
        reader.problem(node, "secret", text, "put it under request:, which is made when it is sent", offset=offset)
    elif section == "request" and one.kind.noun.startswith('a value or "{{'):
        text = f"the option '{part}' may differ for each event of a request"
        reader.problem(node, "value", text, "make its kind text, or use it in the payload", offset=offset)


def _unknown(node: Node, text: str, hint: str, offset: int, reader: Reader) -> None:
    reader.problem(node, "unknown", text, hint, offset=offset)


def _carried(file: TemplateFile, top: Node, reader: Reader) -> None:
    """A request must carry its payloads."""
    body = top.items["request"].items.get("body") if top.items["request"].kind == "mapping" else None
    if body is None:
        return
    names = {name for node in _texts(body) for name, _ in _parts(str(node.value))}
    if file.batch > 1 and "payloads" not in names:
        hint = 'write "{{ payloads }}" where their list goes'
        reader.problem(body, "missing", f"{file.batch} payloads may share a request, and its body has no place", hint)
    elif not names & {"payload", "payloads"}:
        reader.problem(body, "missing", "the body of the request has no place for the payload", 'write "{{ payload }}"')


def _texts(node: Node | None) -> Iterator[Node]:
    """Every text with an expression in and below a node."""
    if node is None:
        return
    if node.kind == "scalar" and isinstance(node.value, str) and is_expression(node.value):
        yield node
    for inner in (*node.items.values(), *node.elements):
        yield from _texts(inner)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each name an expression uses, with the field that is read of it, or ""."""
    try:
        tree = ENVIRONMENT.parse(text)
    except TemplateSyntaxError:
        return  # reported where it was decoded
    taken: set[int] = set()
    for found in tree.find_all((nodes.Getattr, nodes.Getitem)):
        whole = found.node if isinstance(found, nodes.Getattr | nodes.Getitem) else None
        if not isinstance(whole, nodes.Name):
            continue
        if isinstance(found, nodes.Getattr):
            taken.add(id(whole))
            yield whole.name, found.attr
        elif isinstance(found, nodes.Getitem) and isinstance(found.arg, nodes.Const):
            taken.add(id(whole))
            yield whole.name, str(found.arg.value)
    for name in tree.find_all(nodes.Name):
        if id(name) not in taken:
            yield name.name, ""
