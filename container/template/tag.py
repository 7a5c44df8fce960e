"""The template tag: a tag whose payload, request and verdicts a YAML file declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from container.component import Payload, Request, Response, Suppressed, Tag, Variable, Verdict
from container.context import Context
from container.event import as_text
from container.hit import parse_parameters, split_url
from container.jsonpath import JsonPath
from container.kinds import SecretText
from container.node import Node
from container.outgoing.body import Body, Given, expressions, fill, naming, sendable
from container.outgoing.identifiers import identifiers
from container.outgoing.identity import event_id, event_seconds
from container.outgoing.person import person
from container.template.answers import Answer, judge
from container.template.file import TemplateFile

TEST_CODE = "test_event_code"
"""An option of this name is what a preview's test code takes the place of."""

_LONGEST_NAME = 100
_IN_PATHS = "/%?&=:;,.@!$'()*+~-_"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Template:
    """What a file declares, ready for use; ``node`` is the file as it is written."""

    file: TemplateFile
    node: Node
    rules: tuple[Answer, ...]
    deduplicated_by: Body

    @property
    def reason(self) -> JsonPath | None:
        """Where the vendor's words are."""
        return self.file.reason


class _Asked(Variable):
    """A name of an expression that is looked up when it is asked for."""

    def __init__(self, read: Callable[[Context], Any]) -> None:
        self._look = read

    def read(self, context: Context) -> Any:
        return self._look(context)


def _page(context: Context) -> dict[str, str]:
    """The parameters of the page's address; the first of a repeated one."""
    location = context.event.get("page_location")
    found = parse_parameters(split_url(location)[2]) if isinstance(location, str) and "?" in location else []
    return dict(reversed(found))


_NAMES: dict[str, Variable] = {
    "cookie": _Asked(lambda context: context.hit.cookies),
    "event_id": _Asked(event_id),
    "page": _Asked(_page),
    "person": _Asked(lambda context: person(context.event)),
    "time": _Asked(lambda context: int(event_seconds(context))),
}


class TemplateTag(Tag):
    """What every tag made of a template can do; the registry makes a class of its own for each file."""

    template: ClassVar[Template]
    examples: ClassVar[list[Any]] = []
    """The file's examples, each an ``Example`` that can be run."""

    event_names: dict[str, str]

    def ready(self) -> None:
        file = self.template.file
        self.sandbox = f"/sandbox/http/{self.type}/{urlsplit(file.endpoint).netloc}{urlsplit(file.endpoint).path}"
        self.sandbox_answer = _encode(file.accepted)
        self._events = {**file.events, **self.event_names}
        given = {name: getattr(self, name) for name in file.options_}
        self._secrets = [str(value) for value in given.values() if isinstance(value, SecretText) and value]
        # What rests in the outbox is made of these, so no secret is among them.
        self._plain = {name: value for name, value in given.items() if not isinstance(value, SecretText)}
        self._varying = {name: value for name, value in self._plain.items() if any(expressions(value))}
        self._names = {**_NAMES, "option": Given(self._plain)}
        self._all = {name: self._said(name, value) for name, value in given.items()}

    def _said(self, name: str, value: Any) -> Any:
        """An option's value for a request; a token that is not there yet, while all goes to the sandbox, has a word."""
        if isinstance(value, SecretText):
            return str(value) or ("sandbox" if self.options[name].required else None)
        return value

    def build(self, context: Context) -> Payload | Suppressed:
        file = self.template.file
        given = context.event_name
        if not given:
            return Suppressed("the event has no name")
        name = self._events.get(given) or (given if file.other_events == "as_is" else "")
        if not name or len(name) > _LONGEST_NAME:
            return Suppressed("the vendor has no such event")
        scope = self._scope(context, name)
        for reason, body in file.suppress.items():
            if fill(body, scope):
                return Suppressed(reason)
        payload = sendable(fill(file.payload, scope))
        if not payload:
            return Suppressed("nothing of the payload is there")
        identity = fill(self.template.deduplicated_by, scope)
        code = context.test_event_code or self._all.get(TEST_CODE) or ""
        event = "" if identity is None else as_text(identity)
        return Payload(name, event, payload, (as_text(code),), identifiers(payload))

    def _scope(self, context: Context, name: str) -> Context:
        """The event with what a template's expressions may name, instead of the variables of the configuration."""
        scope = context.shown(context.event)
        names = {**self._names, "event_name": Given(name)}
        if self._varying:
            read = {key: fill(value, context) for key, value in self._varying.items()}
            names["option"] = Given({**self._plain, **read})
        scope.variables = names
        return scope

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        """One request around the payloads, with the secrets in it."""
        lines = self.template.file.request
        options = {**self._all, TEST_CODE: destination} if destination else self._all
        one, every = msgspec.Raw(bodies[0]), msgspec.Raw(b"[" + b",".join(bodies) + b"]")
        names: Mapping[str, Variable] = {"option": Given(options), "payload": Given(one), "payloads": Given(every)}
        context = naming(Context({}), names)
        path = fill(lines.path, context)
        if not isinstance(path, str):
            raise ValueError("the path of the request needs an option that is not there")
        path = quote(path, safe=_IN_PATHS)
        query = {key: as_text(value) for key, body in lines.query.items() if (value := fill(body, context)) is not None}
        headers = {
            key.lower(): as_text(value).strip() for key, body in lines.headers.items() if (value := fill(body, context))
        }
        if lines.method == "GET":
            content = b""
        elif lines.body is not None:
            content = _encode(fill(lines.body, context))
        else:
            content = bytes(every if self.template.file.batch > 1 else one)
        url = f"{endpoint.rstrip('/')}{path}"
        if query:
            url += f"{'&' if '?' in path else '?'}{urlencode(query, errors='replace')}"
        return Request(lines.method, url, {"content-type": "application/json", **headers}, content)

    def judge(self, response: Response, count: int) -> Verdict:
        """By the template's rules, then by the status."""
        return judge(response, self.template.rules, self.template.reason, self._secrets)
