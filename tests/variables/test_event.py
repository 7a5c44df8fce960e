"""The variable `event`: a dotted path into the event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.variables.asking import ask, told

EVENT: dict[str, Any] = {
    "value": 12.5,
    "items": [{"item_id": "a"}, {"item_id": "b"}],
    "none": None,
    "user_data": {"address": {"city": "Wien"}},
}


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("value", 12.5),
        ("items.1.item_id", "b"),
        ("'items[0].item_id'", "a"),
        ("{ path: user_data.address.city }", "Wien"),
        ("items.2.item_id", None),
        ("value.deeper", None),
        ("none", None),
        ("nope", None),
    ],
)
def test_a_dotted_path_finds_a_field_or_nothing(path: str, meant: Any) -> None:
    assert ask(f"{{ event: {path} }}", EVENT) == meant


def test_a_path_written_as_in_an_expression_or_as_a_jsonpath_is_told() -> None:
    assert told("{ event: event.value }") == [
        "the path starts at the event, so that 'event.value' is a field called event in it; write value"
    ]
    assert told("{ event: $.value }") == [
        "'$.value' is a JSONPath; write { jsonpath: $.value }, or a dotted path such as items.0.item_id"
    ]
