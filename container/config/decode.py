"""Decoding: nodes to components and sections through their declared options; every fault becomes a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from container.component import Component, Condition, Variable
from container.config.document import Trigger
from container.config.place import place
from container.expression import is_expression
from container.finish import Finished, Formatting
from container.foreign import COMPARED, SIGNS
from container.kinds import NAME_PATTERN, ConditionSet, Tree, decode_options, shorten
from container.node import Node
from container.problem import Problem, nearest, slip, suggestion, surely
from container.registry import Registry
from container.schema import INVALID, Invalid, Options

C = TypeVar("C", bound=Options)

Owner = tuple[str, str]
"""An entry of the file by its sort and its name, such as ("variable", "profit")."""
NOBODY: Owner = ("", "")


_COMBINED = dict.fromkeys(("all_of", "all", "and"), "the lines of a trigger must all hold: write them without it")
"""Words of other programs for what needs none here."""


@dataclass(slots=True)
class Mention:
    """A name used somewhere: it must exist once the whole file was read. ``owner`` is the entry that uses it."""

    node: Node
    what: str
    name: str
    offset: int
    owner: Owner


@dataclass
class Decoder:
    """Turns nodes into what they declare; the Reader that kinds talk to."""

    registry: Registry
    secrets_required: bool = False
    problems: list[Problem] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    consent_asked: list[Mention] = field(default_factory=list)
    """Where the visitor's consent is looked at."""
    owner: Owner = NOBODY
    variables: frozenset[str] = frozenset()
    """The names of the file's variables."""
    triggers: dict[str, Trigger] = field(default_factory=dict)
    """Every trigger of the file and every one that is asked for; its conditions are filled in when it is read."""

    def problem(self, node: Node, kind: str, text: str, hint: str, *, offset: int = 0) -> None:
        """Report an error at a node, ``offset`` characters into its text."""
        line, column = place(node, offset)
        self.problems.append(Problem(node.file, line, column, node.path, kind, text, hint))

    def warning(self, node: Node, kind: str, text: str, hint: str) -> None:
        """Report something that does not stop the container."""
        self.problems.append(Problem(node.file, node.line, node.column, node.path, kind, text, hint, warning=True))

    def refer(self, node: Node, what: str, name: str, *, offset: int = 0) -> None:
        """Remember that a name must exist."""
        self.mentions.append(Mention(node, what, name, offset, self.owner))

    def asks_consent(self, node: Node, *, offset: int = 0) -> None:
        """Remember that the visitor's consent is looked at."""
        self.consent_asked.append(Mention(node, "consent", "", offset, self.owner))

    @contextmanager
    def owned(self, what: str, name: str) -> Iterator[None]:
        """While an entry is decoded, the names it uses are its own."""
        before, self.owner = self.owner, (what, name)
        try:
            yield
        finally:
            self.owner = before

    def section(self, cls: type[C], node: Node | None, title: str) -> C | None:
        """A section of the file, its defaults when it is not written, None when it is wrong."""
        if node is None:
            return cls()
        made = decode_options(cls, node, self, title=title)
        if isinstance(made, Invalid):
            return None
        return made if self._content(made, node) else None

    def conditions(self, node: Node) -> list[Condition] | Invalid:
        """The body of a trigger: conditions by their word."""
        if node.kind != "mapping":
            hint = "write conditions such as { event: purchase }"
            if not node.missing:
                text = f"expected the conditions of a trigger, found {node.noun}"
                self.problem(node, "type", text, slip(node.plainly, hint))
            return INVALID
        found: list[Condition] = []
        whole = True
        for word, inner in node.items.items():
            compared = COMPARED.fullmatch(word)
            if compared is not None and compared[1] not in self.registry.of("condition"):
                name, sign, value = compared.groups()
                hint = f"write where: {{ {name}: {{ {SIGNS[sign]}: {shorten(value, 30)} }} }}"
                self.problem(node.keys[word], "unknown", f"'{shorten(word)}' is not a condition", hint)
                whole = False
                continue
            if (word in self.variables or word.startswith("event.")) and word not in self.registry.of("condition"):
                text, hint = f"'{word}' is compared under where", f"write where: {{ {word}: ... }}"
                self.problem(node.keys[word], "unknown", text, hint)
                whole = False
                continue
            component = self._make("condition", word, node.keys[word], inner)
            if isinstance(component, Condition):
                found.append(component)
            else:
                whole = False
        return found if whole else INVALID

    def trigger(self, name: str) -> Trigger:
        """The trigger of this name; its conditions come when its own entry is read."""
        return self.triggers.setdefault(name, Trigger(name, []))

    def when(self, node: Node) -> Trigger | Invalid:
        """A trigger by its name, or conditions written out."""
        if node.kind == "scalar" and isinstance(node.value, str):
            self.refer(node, "trigger", node.value)
            return self.trigger(node.value)
        if node.kind != "mapping" or not node.items:
            return ConditionSet().expected(node, self)
        conditions = self.conditions(node)
        return conditions if isinstance(conditions, Invalid) else Trigger("", conditions)

    def finished(self, made: Variable, beside: Mapping[str, Node]) -> Variable | None:
        """A variable with the default and the format beside its type, None when one of them is wrong."""
        default = Tree().decode(beside["default"], self) if "default" in beside else None
        format = Formatting().decode(beside["format"], self) if "format" in beside else None
        if isinstance(default, Invalid) or isinstance(format, Invalid):
            return None
        if format is not None and not self._content(format, beside["format"]):
            return None
        return Finished(made, default, format) if beside else made

    def component(self, noun: str, node: Node, routing: frozenset[str]) -> tuple[Component | None, dict[str, Node]]:
        """The component of an entry ``name: { word: options, routing words ... }`` and its routing words."""
        known = self.registry.of(noun)
        if node.kind == "scalar" and isinstance(node.value, str):
            return self._make(noun, node.value, node, Node("scalar", node.file, node.line, node.column, node.path)), {}
        if node.kind != "mapping":
            if not node.missing:
                hint = f"write its type; tagdock explain lists the {noun}s"
                self.problem(node, "type", f"expected a {noun}, found {node.noun}", hint)
            return None, {}
        beside = {word: inner for word, inner in node.items.items() if word in routing}
        words = [word for word in node.items if word not in routing]
        chosen = [word for word in words if word in known]
        options = known[chosen[0]].options if len(chosen) == 1 else {}
        for word in words:  # a word written almost right is told below, and read as what it was meant to be
            close = nearest(word, routing)
            if close is not None and close not in beside and close == nearest(word, [*routing, *known, *options]):
                beside[close] = node.items[word]
        if len(chosen) == 1:
            for word in words:
                if word not in chosen:
                    self._stray(noun, word, chosen[0], node, routing)
            beside |= self._too_far_in(self.registry.of(noun)[chosen[0]], chosen[0], node.items[chosen[0]], routing)
            return self._make(noun, chosen[0], node.keys[chosen[0]], node.items[chosen[0]]), beside
        if len(chosen) > 1:
            text = f"'{chosen[0]}' and '{chosen[1]}' are both types of {noun}s"
            self.problem(node.keys[chosen[1]], "type", text, f"make two {noun}s of them")
            node.excuse()
        else:
            self._untyped(noun, words, node, routing)
        return None, beside

    def _untyped(self, noun: str, words: list[str], node: Node, routing: frozenset[str]) -> None:
        """An entry none of whose words is a type: misspelled, forgotten, or written in another program's way."""
        known = self.registry.of(noun)
        meant = [word for word in words if nearest(word, known) is None and nearest(word, routing) is not None]
        for word in meant:
            text = f"'{word}' is not known beside the type of a {noun}"
            self.problem(node.keys[word], "unknown", text, suggestion(word, routing))
        rest = [word for word in words if word not in meant]
        if rest:
            self._meant(noun, rest[0], node.items[rest[0]])
        for word in words:
            node.items[word].excuse()
        if not rest:
            self.problem(node, "missing", f"the {noun} has no type", f"add one; tagdock explain lists the {noun}s")
            return
        word, inner = rest[0], node.items[rest[0]]
        if self.registry.faulty(noun, word):
            return
        owner = next((name for name, cls in sorted(known.items()) if cls.options.keys() >= set(rest)), None)
        text, hint = f"'{word}' is not a type of {noun}", self._classless(noun, word) or suggestion(word, known)
        if word == "type" and inner.raw in known:
            text, hint = f"the type of a {noun} is a name of its own", f"write {inner.raw}: {{ ... }}"
        elif owner is not None and nearest(word, known) is None:
            text, hint = f"'{word}' is an option of {owner}", f"write {owner}: {{ {word}: ... }}"
        self.problem(node.keys[word], "unknown", text, hint)

    def _stray(self, noun: str, word: str, chosen: str, node: Node, routing: frozenset[str]) -> None:
        """A word beside the type that is not a routing word, often an option one level too far out."""
        options = self.registry.of(noun)[chosen].options
        if word in options:
            text, hint = f"'{word}' is an option of {chosen}", f"move it into {chosen}: {{ ... }}"
            body = node.items[chosen]
            if body.kind == "scalar" and body.value is None and not body.missing:
                body = node.items[chosen] = Node("mapping", body.file, body.line, body.column, body.path)
            if body.kind == "mapping":  # read it where it belongs, so that nobody calls it missing
                body.items[word], body.keys[word] = node.items[word], node.keys[word]
        else:
            text = f"'{word}' is not known beside {chosen}"
            close = nearest(word, [*routing, *options])
            hint = f"did you mean '{close}'?" if close else f"options of {chosen} are written inside it"
            node.items[word].excuse()
        self.problem(node.keys[word], "unknown", text, hint)

    def _too_far_in(self, cls: type[Options], chosen: str, body: Node, routing: frozenset[str]) -> dict[str, Node]:
        """Routing words among the options: taken out of them, so that each is told once and read where it belongs."""
        bare = cls.bare_option()
        if body.kind != "mapping" or (bare is not None and bare.kind.mapping):
            return {}  # where any name may stand, a routing word is one of them
        found = {}
        for word in [one for one in body.items if one in routing and one not in cls.options]:
            hint = f"write it behind {chosen}: {{ ... }}, or in a line of its own below"
            self.problem(body.keys[word], "unknown", f"'{word}' stands beside {chosen}, not in it", hint)
            found[word] = body.items.pop(word)
        return found

    def _meant(self, noun: str, word: str, body: Node) -> None:
        """Tell in the same run what is wrong below a type that is misspelled beyond doubt."""
        close = surely(word, self.registry.of(noun))
        if close is not None and body.kind == "mapping":
            self._make(noun, close, body, body)
        else:
            body.excuse()

    def _classless(self, noun: str, word: str) -> str:
        """What the file of this word lacks; "" when there is none."""
        missing = self.registry.classless.get((noun, word))
        return f"{missing}; write it there, or rename the file" if missing else ""

    def _make(self, noun: str, word: str, at: Node, body: Node) -> Component | None:
        cls = self.registry.of(noun).get(word)
        if cls is None:
            if not self.registry.faulty(noun, word):
                text = f"'{shorten(word)}' is not a type of {noun}"
                hint = _in_short(noun, at) or _COMBINED.get(word, "") or self._classless(noun, word)
                hint = hint or suggestion(word, self.registry.of(noun))
                self.problem(at, "unknown", text, hint)
            self._meant(noun, word, body)
            return None
        if body.kind == "scalar" and body.value is None and not body.missing:
            body = Node("mapping", at.file, at.line, at.column, at.path)
        try:
            made = decode_options(cls, body, self, title=word)
            if isinstance(made, Invalid):
                self._content(made.rest, body)
                return None
            return made if self._content(made, body) else None
        except Exception as error:  # noqa: BLE001 - a user's own component may raise anything; the file gets its message
            text = f"{word} cannot be set up: {type(error).__name__}: {shorten(str(error))}"
            self.problem(at, "component", text, f"mend {cls.__name__}")
            return None

    def _content(self, made: Any, node: Node) -> bool:
        """Ask the built thing itself what is wrong with it."""
        sound = True
        for complaint in made.complaints() if hasattr(made, "complaints") else ():
            at, offset = node.items.get(complaint.option, node), 0
            if complaint.about:
                at, offset = _holding(at, complaint.about) or (at, 0)
            if complaint.warning:
                self.warning(at, complaint.kind, complaint.text, complaint.hint)
            else:
                self.problem(at, complaint.kind, complaint.text, complaint.hint, offset=offset)
                sound = False
        return sound


def _in_short(noun: str, at: Node) -> str:
    """Advice for a variable whose value stands where its type belongs."""
    if noun != "variable" or at.kind != "scalar" or not at.raw or re.fullmatch(NAME_PATTERN, at.raw):
        return ""
    shown = shorten(at.raw, 40)
    if is_expression(at.raw):
        return f'write {{ template: "{shown}" }}'
    return f"write {{ jsonpath: {shown} }}" if at.raw.startswith("$.") else f'write {{ constant: "{shown}" }}'


def _holding(node: Node, words: str) -> tuple[Node, int] | None:
    """The first text in or below a node that holds these words, and where in it."""
    if node.kind == "scalar":
        at = node.raw.find(words)
        return (node, at) if at >= 0 else None
    found = (_holding(inner, words) for inner in (*node.items.values(), *node.elements))
    return next((one for one in found if one is not None), None)
