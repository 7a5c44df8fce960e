"""The JSON Schema of config.yaml, assembled from the components' own declarations."""

from __future__ import annotations

from typing import Any

from container.component import Component
from container.config import case
from container.config.document import ConsentSection, ContainerSection, DeliverySection
from container.config.load import ROUTING
from container.event import CONSENT_PURPOSES
from container.finish import Formatting
from container.kinds import NAME_PATTERN, Choice, Tree, options_schema
from container.registry import Registry

ENVIRONMENT = {"type": "string", "pattern": r"^\$[A-Za-z_]", "description": "Read from the environment."}


def json_schema(registry: Registry) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) for the whole file."""
    names = {"propertyNames": {"pattern": f"^{NAME_PATTERN}$"}}
    name_list = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    purposes = Choice(*CONSENT_PURPOSES).written()
    shapes = {
        "needs_consent": {"anyOf": [purposes, {"type": "array", "items": purposes}]},
        "default": Tree().written(),
        "format": Formatting().written(),
    }
    beside = {
        noun: {word: {**shapes.get(word, name_list), "description": meaning} for word, meaning in words.items()}
        for noun, words in ROUTING.items()
    }
    conditions = {word: options_schema(cls) for word, cls in registry.of("condition").items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tagdock configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "include": {
                **name_list,
                "description": "Further files with sections, relative to this one, such as tags/*.yaml.",
            },
            "container": options_schema(ContainerSection),
            "clients": {
                "type": ["object", "null"],
                "additionalProperties": _entry(registry.of("client"), beside["client"], []),
                **names,
            },
            "variables": {
                "type": ["object", "null"],
                "additionalProperties": _entry(registry.of("variable"), beside["variable"], []),
                **names,
            },
            "triggers": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/trigger"}, **names},
            "consent": options_schema(ConsentSection),
            "transformations": {
                "type": ["object", "null"],
                "additionalProperties": _entry(registry.of("transformation"), beside["transformation"], []),
                **names,
            },
            "tags": {
                "type": ["object", "null"],
                "additionalProperties": _entry(registry.of("tag"), beside["tag"], ["fires_on"]),
                **names,
            },
            "delivery": options_schema(DeliverySection),
            "tests": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/case"}},
        },
        "$defs": {
            "trigger": {
                "type": "object",
                "properties": conditions,
                "additionalProperties": False,
                "description": "Conditions that must all hold.",
            },
            "operators": _operators(registry),
            "environment": ENVIRONMENT,
            "case": case.SCHEMA,
        },
    }


def _entry(components: dict[str, type[Component]], routing: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """``name: { word: options, routing words }``, or the word alone for a type that needs no option."""
    choices: list[dict[str, Any]] = []
    for word, cls in sorted(components.items()):
        choices.append(
            {
                "type": "object",
                "properties": {word: options_schema(cls), **routing},
                "required": [word, *required],
                "additionalProperties": False,
            }
        )
    alone = [word for word, cls in sorted(components.items()) if not any(one.required for one in cls.options.values())]
    if alone and not required:
        choices += [{"enum": alone}, {"$ref": "#/$defs/environment"}]
    return {"anyOf": choices}


def _operators(registry: Registry) -> dict[str, Any]:
    """The operators of ``where``, from the kind the condition declares for them."""
    where = registry.of("condition").get("where")
    if where is None:
        return {}
    found: dict[str, Any] = where.options["values"].kind.operators_schema()  # type: ignore[attr-defined]
    return found
