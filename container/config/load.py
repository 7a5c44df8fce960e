"""Loading: one file to a whole Configuration, or every problem it has in one run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from container.component import Client, Component, Tag, Transformation, Variable
from container.config.checks import Whole, check
from container.config.compose import Composer
from container.config.decode import Decoder
from container.config.document import (
    Binding,
    Change,
    Configuration,
    ConsentSection,
    ContainerSection,
    DeliverySection,
    Trigger,
)
from container.config.include import WORD as INCLUDE
from container.config.include import gather
from container.config.source import Source
from container.event import CONSENT_PURPOSES
from container.kinds import NAME_PATTERN, Choice, ListOf, Reference, usable_name
from container.node import Node
from container.problem import ConfigurationError, Problem, nearest, slip, suggestion, surely
from container.registry import Registry, discover
from container.schema import Invalid, Options

T = TypeVar("T", bound=Component)

SECTIONS = ("container", "clients", "variables", "triggers", "consent", "transformations", "tags", "delivery", "tests")
"""The sections of a file in reading order."""

_SINGLE: dict[str, type[Options]] = {
    "container": ContainerSection, "consent": ConsentSection, "delivery": DeliverySection,
}  # fmt: skip
"""The sections that hold options, not entries by name."""

ROUTING: dict[str, dict[str, str]] = {
    "client": {},
    "variable": {
        "default": "What stands for a value that is not there; it may hold expressions.",
        "format": "How the value is written: lower, upper, trim, or a mapping of case, trim, null, true and false.",
    },
    "transformation": {
        "for": "The tags that are shown the change; without it the event changes for all, before triggers look at it.",
    },
    "tag": {
        "fires_on": "The triggers any of which fires the tag; every tag has at least one.",
        "blocked_by": "The triggers any of which keeps the tag from firing, whatever else holds.",
        "needs_consent": "The purposes of consent, every one of which must be granted; [] says that none is needed.",
    },
}
"""The words that stand beside a component's type, so that an option can never collide with them: what each means."""


@dataclass
class Loaded:
    """What came of a file: a configuration when there is no error, and every problem, warnings included.

    ``folder`` is where the file stands; None for a text. ``files`` are all that were looked for, the main one first and
    then what it includes, ``sources`` those of them that could be read, as they were; a new file in one of ``folders``
    may be included too.
    """

    configuration: Configuration | None
    problems: list[Problem]
    top: Node | None = None
    registry: Registry = field(default_factory=Registry)
    folder: Path | None = None
    files: tuple[Path, ...] = ()
    sources: tuple[Source, ...] = ()
    folders: tuple[Path, ...] = ()

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop the container."""
        return [one for one in self.problems if not one.warning]

    def whole(self) -> Configuration:
        """The configuration, or ConfigurationError with every error."""
        if self.configuration is None:
            raise ConfigurationError(self.errors)
        return self.configuration


def load(path: str | Path, environ: Mapping[str, str] | None = None, *, sending: bool = True) -> Loaded:
    """Read a configuration file, all it includes, and the component folders beside it.

    With ``sending`` off nothing will leave, so that secrets may be missing whatever ``delivery.to`` says.
    """
    path = Path(path)
    composer = Composer(os.environ if environ is None else environ)
    gathered = gather(composer, path)
    registry = discover(path.parent)
    # A file of tags/ that is included is read above, and is no template, whatever is wrong with it.
    registry.problems = [one for one in registry.problems if Path(one.file) not in gathered.files]
    loading = _Loading(composer, registry, str(path), path.parent, sending=sending)
    loaded = loading.run(gathered.top, partial=gathered.partial)
    loaded.files, loaded.folders = tuple(gathered.files), tuple(dict.fromkeys(gathered.folders))
    loaded.sources = tuple(composer.sources)
    return loaded


def load_text(text: str, environ: Mapping[str, str] | None = None, *, file: str = "config.yaml") -> Loaded:
    """Read a configuration from a text, with the shipped components."""
    composer = Composer({} if environ is None else environ)
    return _Loading(composer, discover(), file).run(composer.compose(text, file))


class _Loading:
    """One run over one file."""

    def __init__(
        self, composer: Composer, registry: Registry, file: str, folder: Path | None = None, *, sending: bool = True
    ) -> None:
        self.sending = sending
        self.composer = composer
        self.registry = registry
        self.file = file
        self.folder = folder
        self.decoder = Decoder(registry)
        self.decoder.problems = composer.problems
        composer.problems.extend(registry.problems)

    def run(self, top: Node | None, *, partial: bool = False) -> Loaded:
        """``partial`` says that some of the files could not be read: what seems not to be there may stand in them."""
        if top is None:
            return self._loaded(None, top)
        if top.kind != "mapping":
            if not top.missing or top.environment is not None:
                hint = f"sections: {', '.join(SECTIONS)}"
                text = f"expected sections, found {top.noun}"
                self.decoder.problem(top, "type", text, slip(top.plainly, hint))
            return self._loaded(None, top)
        meant: dict[str, str] = {}  # words written almost right, with the sections that were meant
        for word in top.items:
            if word == INCLUDE:  # left by a text, which stands in no folder
                if not top.items[word].missing:
                    hint = "write it as a file"
                    self.decoder.problem(top.keys[word], "include", "a text includes no files", hint)
            elif word not in SECTIONS:
                owner = next((name for name, cls in _SINGLE.items() if word in cls.options), None)
                text, hint = f"there is no section '{word}'", suggestion(word, (*SECTIONS, INCLUDE))
                if owner is not None and nearest(word, SECTIONS) is None:
                    text, hint = f"'{word}' is an option of {owner}", f"write it below {owner}:"
                self.decoder.problem(top.keys[word], "unknown", text, hint)
                close = surely(word, SECTIONS)
                if close is not None:
                    meant[word] = close
                else:
                    top.items[word].excuse()
        for word, close in meant.items():  # what is wrong in it is told in the same run
            _add_entries(top, word, close)
        sections = top.items
        # Where payloads go decides whether a missing secret is an error, so delivery is read first.
        delivery = self.decoder.section(DeliverySection, sections.get("delivery"), "delivery")
        self.decoder.secrets_required = self.sending and delivery is not None and delivery.to == "live"
        container = self.decoder.section(ContainerSection, sections.get("container"), "container")
        self.decoder.variables = frozenset(sections["variables"].items) if "variables" in sections else frozenset()
        clients = self._entries("client", Client, sections.get("clients"))
        variables = self._entries("variable", Variable, sections.get("variables"))
        triggers = self._triggers(sections.get("triggers"))
        consent = self.decoder.section(ConsentSection, sections.get("consent"), "consent")
        changes = self._changes(sections.get("transformations"))
        bindings = self._bindings(sections.get("tags"), triggers, changes)
        self._unset_environment()
        sound_clients = {name: one for name, (one, _) in clients.items() if one is not None}
        check(Whole(self.decoder, top, sound_clients, triggers, changes, bindings, consent, partial))
        if any(not one.warning for one in self.decoder.problems):
            return self._loaded(None, top)
        assert container is not None
        assert consent is not None
        assert delivery is not None
        configuration = Configuration(
            file=self.file,
            container=container,
            clients=sound_clients,
            variables={name: one for name, (one, _) in variables.items() if one is not None},
            triggers=triggers,
            consent=consent,
            changes=tuple(one for one in changes if one.tags is None),
            bindings=tuple(bindings),
            delivery=delivery,
            tests=sections.get("tests"),
        )
        return self._loaded(configuration, top)

    def _loaded(self, configuration: Configuration | None, top: Node | None) -> Loaded:
        problems = sorted(set(self.decoder.problems))
        return Loaded(configuration, problems, top, self.registry, self.folder)

    def _named(self, node: Node | None, noun: str) -> dict[str, Node]:
        """The entries of a section whose names can be used as names."""
        if node is None or (node.kind == "scalar" and node.value is None):
            return {}
        if node.kind != "mapping":
            hint = f"write one line for each {noun}: its name, a colon, what it is"
            text = f"expected {noun}s by name, found {node.noun}"
            self.decoder.problem(node, "type", text, slip(node.plainly, hint))
            return {}
        for name in node.items:
            if not re.fullmatch(NAME_PATTERN, name):
                text = f"'{name}' cannot be the name of a {noun}"
                usable = usable_name(name)
                hint = "use letters, digits and _, not starting with a digit"
                if re.fullmatch(NAME_PATTERN, usable) and usable not in node.items:
                    hint = f"write {usable}: only letters, digits and _ can stand in it"
                self.decoder.problem(node.keys[name], "name", text, hint)
            elif noun == "variable" and name in {"event", "consent", "client"}:
                hint = "give the variable another name"
                self.decoder.problem(node.keys[name], "name", f"'{name}' is built in", hint)
        return node.items

    def _entries(self, noun: str, cls: type[T], node: Node | None) -> dict[str, tuple[T | None, dict[str, Node]]]:
        """Each entry's component, None where it is wrong, with its routing words, which are checked all the same."""
        found: dict[str, tuple[T | None, dict[str, Node]]] = {}
        for name, inner in self._named(node, noun).items():
            with self.decoder.owned(noun, name):
                component, beside = self.decoder.component(noun, inner, frozenset(ROUTING[noun]))
                if isinstance(component, Variable):
                    component.named(name)
                    component = self.decoder.finished(component, beside)
            found[name] = (component if isinstance(component, cls) else None, beside)
        return found

    def _triggers(self, node: Node | None) -> dict[str, Trigger]:
        found = {}
        for name, inner in self._named(node, "trigger").items():
            with self.decoder.owned("trigger", name):
                conditions = self.decoder.conditions(inner)
            if not isinstance(conditions, Invalid):
                found[name] = self.decoder.trigger(name)
                found[name].conditions = conditions
        return found

    def _changes(self, node: Node | None) -> list[Change]:
        found = []
        for name, (made, beside) in self._entries("transformation", Transformation, node).items():
            tags: frozenset[str] | None = None
            if "for" in beside:
                names = ListOf(Reference("tag")).decode(beside["for"], self.decoder)
                tags = frozenset() if isinstance(names, Invalid) else frozenset(names)
            if made is not None:
                found.append(Change(name, made, tags))
        return found

    def _bindings(self, node: Node | None, triggers: dict[str, Trigger], changes: list[Change]) -> list[Binding]:
        found = []
        for name, (made, beside) in self._entries("tag", Tag, node).items():
            assert node is not None
            if node.items[name].missing:
                continue
            self._fired(node.keys[name], beside)
            needs = self._words(beside.get("needs_consent"), ListOf(Choice(*CONSENT_PURPOSES)))
            word = made.type if made is not None and made.advertising else self._advertising(node.items[name])
            if word and "needs_consent" not in beside:
                text = f"{word} hands data to an advertising system without asking for consent"
                hint = "add needs_consent: [ad_storage, ad_user_data], or needs_consent: [] to say it is not needed"
                self.decoder.warning(node.keys[name], "consent", text, hint)
            fires_on = self._words(beside.get("fires_on"), ListOf(Reference("trigger")))
            blocked_by = self._words(beside.get("blocked_by"), ListOf(Reference("trigger")))
            if made is None:
                continue
            found.append(
                Binding(
                    name,
                    made,
                    tuple(triggers[one] for one in fires_on if one in triggers),
                    tuple(triggers[one] for one in blocked_by if one in triggers),
                    needs,
                    tuple(one for one in changes if one.tags is not None and name in one.tags),
                )
            )
        return found

    def _advertising(self, entry: Node) -> str:
        """The type of an advertising tag that has an error of its own, "" for any other."""
        types = self.registry.of("tag")
        return next(
            (word for word in entry.items if word in types and types[word].__dict__.get("advertising") is True), ""
        )

    def _fired(self, key: Node, beside: Mapping[str, Node]) -> None:
        """A tag must say what fires it."""
        written = beside.get("fires_on")
        if written is None or (written.kind == "list" and not written.elements):
            text = "the tag has no fires_on, so it would never fire"
            self.decoder.problem(key, "missing", text, "add fires_on: and the names of triggers")

    def _words(self, node: Node | None, kind: ListOf[str]) -> tuple[str, ...]:
        words = [] if node is None else kind.decode(node, self.decoder)
        return () if isinstance(words, Invalid) else tuple(words)

    def _unset_environment(self) -> None:
        for node in self.composer.unset:
            if not node.excused:
                text = f"the environment has no {node.environment}"
                hint = f"set {node.environment}, or write ${node.environment}:-default"
                self.decoder.problem(node, "environment", text, hint)


def _add_entries(top: Node, word: str, section: str) -> None:
    """Read what stands under one word as if it stood in a section; what that says itself comes first."""
    node, known = top.items[word], top.items.get(section)
    if known is None:
        top.items[section], top.keys[section] = node, top.keys[word]
    elif known.kind == node.kind == "mapping":
        known.items.update({name: one for name, one in node.items.items() if name not in known.items})
        known.keys.update({name: one for name, one in node.keys.items() if name not in known.keys})
    else:
        node.excuse()
