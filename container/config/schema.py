"""The JSON Schema of config.yaml, assembled from the components' own declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from container.component import Component
from container.config import case
from container.config.document import ConsentSection, ContainerSection, DeliverySection
from container.config.load import ROUTING
from container.event import CONSENT_PURPOSES
from container.finish import Formatting
from container.kinds import NAME_PATTERN, Choice, Tree, options_schema
from container.node import Node
from container.registry import Registry

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that every YAML language server in use reads whole."""
ENVIRONMENT = {"type": "string", "pattern": r"^\$[A-Za-z_]", "description": "Read from the environment."}

_FIELDS = (
    "event_name",
    "value",
    "currency",
    "transaction_id",
    "page_location",
    "page_referrer",
    "user_agent",
    "user_id",
)
"""Fields of an event that conditions ask for most; an editor offers them, any other is as good."""
_ONE = {"client": "clients", "variable": "variables", "trigger": "triggers", "tag": "tags"}


def names_in(top: Node | None) -> dict[str, list[str]]:
    """The names a file gives its entries, by what they are: for an editor to offer where they are asked for."""
    sections = top.items if top is not None else {}
    return {what: list(sections[section].keys) for what, section in _ONE.items() if section in sections}


def json_schema(registry: Registry, names: Mapping[str, Iterable[str]] | None = None) -> dict[str, Any]:
    """A JSON Schema (draft-07) for the whole file.

    ``names`` are those of one file's entries: they are offered wherever such a name is asked for. Another one is not
    called wrong, since the file may have changed since.
    """
    known = names or {}
    lists = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return {
        "$schema": DRAFT,
        "title": "tagdock configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "include": {**lists, "description": "Further files with sections, relative to this one, as tags/*.yaml."},
            "container": _told(ContainerSection),
            "clients": _section(registry, "client", "What arrives: a hit becomes events."),
            "variables": _section(registry, "variable", "What can be asked of an event."),
            "triggers": {
                "description": "When: every line of a trigger must hold.",
                **_named({"$ref": "#/$defs/trigger"}),
            },
            "consent": _told(ConsentSection),
            "transformations": _section(registry, "transformation", "What changes on the way, in this order."),
            "tags": _section(registry, "tag", "What leaves: an event becomes a payload."),
            "delivery": _told(DeliverySection),
            "tests": {
                "type": ["object", "null"],
                "description": "What you expect of all that.",
                "additionalProperties": {"$ref": "#/$defs/case"},
            },
        },
        "$defs": {
            **{f"{what}_name": _name(known.get(what, ())) for what in _ONE},
            "trigger": {
                "type": "object",
                "properties": {word: _told(cls) for word, cls in registry.of("condition").items()},
                "additionalProperties": False,
                "description": "Conditions that must all hold.",
            },
            "subjects": _subjects(known.get("variable", ())),
            "operators": _operators(registry),
            "environment": ENVIRONMENT,
            "case": _case(),
        },
    }


def _told(cls: type[Any]) -> dict[str, Any]:
    """The options of a component or section, with its whole explanation for editors that show Markdown."""
    return {**options_schema(cls), "description": cls.summary(), "markdownDescription": cls.explanation()}


def _named(entry: dict[str, Any]) -> dict[str, Any]:
    """Entries by names that can be used as names."""
    names = {"pattern": f"^{NAME_PATTERN}$"}
    return {"type": ["object", "null"], "propertyNames": names, "additionalProperties": entry}


def _name(names: Iterable[str]) -> dict[str, Any]:
    """A name that is asked for: one of those there are, or any."""
    known = sorted(names)
    return {"anyOf": [{"enum": known}, {"type": "string"}]} if known else {"type": "string"}


def _section(registry: Registry, noun: str, description: str) -> dict[str, Any]:
    """Entries ``name: { word: options, routing words }``, or ``name: word`` for a type that needs no option."""
    components = registry.of(noun)
    beside = {
        word: {**_beside(word), "description": meaning, "markdownDescription": meaning}
        for word, meaning in ROUTING[noun].items()
    }
    entry: dict[str, Any] = {
        "type": "object",
        "properties": {**{word: _told(cls) for word, cls in sorted(components.items())}, **beside},
        "additionalProperties": False,
        "oneOf": [{"required": [word]} for word in sorted(components)],
    }
    if noun == "tag":
        entry["required"] = ["fires_on"]
    alone = [word for word, cls in sorted(components.items()) if not _needs(cls)]
    if alone and noun != "tag":
        entry = {"anyOf": [entry, {"enum": alone}, {"$ref": "#/$defs/environment"}]}
    return {"description": description, **_named(entry)}


def _needs(cls: type[Component]) -> bool:
    return any(one.required for one in cls.options.values())


def _beside(word: str) -> dict[str, Any]:
    if word == "needs_consent":
        purposes = Choice(*CONSENT_PURPOSES).written()
        return {"anyOf": [purposes, {"type": "array", "items": purposes}]}
    if word in {"default", "format"}:
        return (Tree() if word == "default" else Formatting()).written()
    name = {"$ref": f"#/$defs/{'tag' if word == 'for' else 'trigger'}_name"}
    return {"anyOf": [name, {"type": "array", "items": name}]}


def _subjects(variables: Iterable[str]) -> dict[str, Any]:
    """What ``where`` looks at: variables, and fields of the event."""
    offered = [*sorted(variables), *(f"event.{field}" for field in _FIELDS)]
    operators = {"$ref": "#/$defs/operators"}
    return {
        "type": "object",
        "properties": dict.fromkeys(offered, operators),
        "additionalProperties": operators,
        "minProperties": 1,
    }


def _operators(registry: Registry) -> dict[str, Any]:
    """The operators of ``where``, from the kind the condition declares for them."""
    where = registry.of("condition").get("where")
    if where is None:
        return {}
    found: dict[str, Any] = where.options["values"].kind.operators_schema()  # type: ignore[attr-defined]
    return found


def _case() -> dict[str, Any]:
    """A test, with the names of the file where it asks for one."""
    schema = deepcopy(case.SCHEMA)
    given, expect = (schema["properties"][word]["properties"] for word in ("given", "expect"))
    tag = {"$ref": "#/$defs/tag_name"}
    given["client"]["anyOf"] = [{"$ref": "#/$defs/client_name"}]
    expect["fired"]["anyOf"] = [tag, {"type": "array", "items": tag}]
    return schema
