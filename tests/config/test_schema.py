"""The JSON Schema: what the program takes an editor takes, and what every option means is shown on hover."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from container.config.load import load, load_text
from container.config.schema import json_schema, names_in
from container.registry import discover
from tests.config.plain import plain

ROOT = Path(__file__).parent.parent.parent
REGISTRY = discover()
SCHEMA = json_schema(REGISTRY)
VALID = jsonschema.Draft7Validator(SCHEMA)
EXAMPLES = [ROOT / "config.yaml", *sorted((ROOT / "tests" / "examples").glob("*.yaml"))]
BLOCKS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in sorted((ROOT / "docs").glob("*.md"))
    if path.name != "errors.md"  # where every example is wrong
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", path.read_text(), re.S | re.M))
]


def test_the_schema_is_itself_a_valid_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("draft-07/schema#")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_shipped_files_satisfy_it(path: Path) -> None:
    assert [error.message for error in VALID.iter_errors(plain(path.read_text()))] == []


def test_the_schema_the_shipped_file_points_at_is_the_one_it_has_now() -> None:
    line = (ROOT / "config.yaml").read_text().splitlines()[0]
    assert line == "# yaml-language-server: $schema=docs/tagdock.schema.json"
    names = names_in(load(ROOT / "config.yaml", environ={}).top)
    kept = json.loads((ROOT / "docs" / "tagdock.schema.json").read_text())
    assert kept == json.loads(json.dumps(json_schema(REGISTRY, names))), "write it anew: tagdock schema --write"


@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_documents_show_satisfies_it(block: str) -> None:
    value = plain(block)
    if not isinstance(value, dict) or not value.keys() <= SCHEMA["properties"].keys() or " shout: " in block:
        return  # a file of another sort, or a type of the reader's own
    assert [error.message for error in VALID.iter_errors(value)] == []


def test_the_names_of_the_file_are_offered_where_one_is_asked_for_and_others_are_not_called_wrong() -> None:
    text = """
clients: { browser: ga4 }
variables: { price: { jsonpath: $.value } }
triggers: { order: { event: purchase } }
"""
    schema = json_schema(REGISTRY, names_in(load_text(text).top))
    assert schema["$defs"]["trigger_name"] == {"anyOf": [{"enum": ["order"]}, {"type": "string"}]}
    assert schema["$defs"]["client_name"]["anyOf"][0] == {"enum": ["browser"]}
    assert schema["$defs"]["tag_name"] == {"type": "string"}
    assert "price" in schema["$defs"]["subjects"]["properties"]
    later = plain("triggers: { other: { where: { more: 5 } } }\nconsent: { ad_storage: other }\n")
    assert jsonschema.Draft7Validator(schema).is_valid(later)


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    found = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(SCHEMA)))
    assert {"trigger_name", "tag_name", "client_name", "subjects", "operators", "case"} <= found
    assert found <= SCHEMA["$defs"].keys()


FROM_ENVIRONMENT = """
container: { name: $A, listen: $B:-127.0.0.1:1, origins: [$C:-https://shop.example], body_limit: $D:-1KiB }
clients: { browser: $E:-ga4 }
triggers:
  all: { event: $F:-purchase, where: { event.value: { at_least: $G:-5, exists: $H:-true, matches: $I:-x } } }
consent: { when_unset: $J:-denied, ad_storage: $K:-all }
delivery: { to: $L:-sandbox, outbox: $M:-sqlite:a, batch: { at_most: $N:-3, wait: $O:-1s } }
"""


def test_any_value_may_come_from_the_environment() -> None:
    assert [error.message for error in VALID.iter_errors(plain(FROM_ENVIRONMENT))] == []
    assert load_text(FROM_ENVIRONMENT, {"A": "shop"}).problems == []


@pytest.mark.parametrize(
    "text",
    [
        "clients: { browser: ga4, pixel: { meta_pixel: {} }, backend: { measurement_protocol: } }",
        "variables: { a: { cookie: x }, b: { cookie: { name: x } }, c: { constant: [1, { a: 2 }] } }",
        "triggers: { a: { where: { event.value: 5, event.x: { not: { one_of: [a, 2, true] } } } } }",
        "triggers: { a: { event: [a, b] } }",
        "transformations: { a: { augment: { x: '{{ event.y }}', z: [1, { q: w }] } }, b: { allow: value } }",
        "clients:\nvariables:\ntags:\ntests:\ndelivery:\nconsent:\ncontainer:\n",
        "triggers: { us: { event: x } }\nconsent: { limited_data_use: us }",
        "triggers: { us: { event: x } }\nconsent: { limited_data_use: { when: us, country: 1, state: 1000 } }",
    ],
)
def test_every_way_of_writing_is_taken_by_both(text: str) -> None:
    assert load_text(text).errors == []
    assert [error.message for error in VALID.iter_errors(plain(text))] == []


def test_every_option_of_every_component_has_its_help_in_the_schema() -> None:
    shown = repr(SCHEMA)
    for found in REGISTRY.components.values():
        for cls in found.values():
            for one in cls.options.values():
                assert one.help, (cls.type, one.name)
                assert repr(one.help)[1:-1] in shown, (cls.type, one.name)


def test_a_name_that_cannot_be_used_is_marked() -> None:
    value: dict[str, Any] = {"variables": {"my-price": {"constant": 1}}}
    assert not VALID.is_valid(value)
    value = {"variables": {"my_price": {"constant": 1}}}
    assert VALID.is_valid(value)
