"""The transformation `rename`: fields under other names, in lists for every element."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from container.config.load import load_text
from container.context import Context

EVENT: dict[str, Any] = {
    "event_name": "purchase",
    "order_no": 7,
    "a.b": "dotted",
    "user_data": {"mail": "ana@example.com", "address": {"town": "Wien"}},
    "items": [{"sku": "a", "x": {"y": 1}}, {"sku": "b"}, {"other": 1}, "odd"],
}


def renamed(written: str, event: dict[str, Any] = EVENT) -> dict[str, Any]:
    loaded = load_text(f"transformations: {{ t: {{ rename: {written} }} }}")
    assert loaded.errors == []
    before = copy.deepcopy(event)
    after = loaded.whole().changes[0].transformation.apply(Context(event))
    assert event == before
    return after


def changed(written: str) -> dict[str, Any]:
    """The fields that are others than before; a field that is gone is None."""
    after = renamed(written)
    return {key: after.get(key) for key in {**EVENT, **after} if after.get(key) != EVENT.get(key)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{ order_no: transaction_id }", {"order_no": None, "transaction_id": 7}),
        ("{ fields: { order_no: transaction_id } }", {"order_no": None, "transaction_id": 7}),
        ("{ order_no: ids.order }", {"order_no": None, "ids": {"order": 7}}),
        ("{ order_no: user_data.order }", {
            "order_no": None, "user_data": {"mail": "ana@example.com", "address": {"town": "Wien"}, "order": 7},
        }),
        ("{ order_no: order_no.value }", {"order_no": {"value": 7}}),
        ("{ user_data.mail: user_data.email_address }", {
            "user_data": {"email_address": "ana@example.com", "address": {"town": "Wien"}},
        }),
        ("{ user_data.address.town: city }", {
            "user_data": {"mail": "ana@example.com", "address": {}}, "city": "Wien",
        }),
        ("{ items.sku: items.item_id }", {
            "items": [{"item_id": "a", "x": {"y": 1}}, {"item_id": "b"}, {"other": 1}, "odd"],
        }),
        ("{ 'items[1].sku': 'items[1].item_id' }", {
            "items": [{"sku": "a", "x": {"y": 1}}, {"item_id": "b"}, {"other": 1}, "odd"],
        }),
        ("{ items.x.y: items.z }", {"items": [{"sku": "a", "x": {}, "z": 1}, {"sku": "b"}, {"other": 1}, "odd"]}),
        ("{ a.b: plain }", {"a.b": None, "plain": "dotted"}),
        ("{ order_no: a.b.c }", {"order_no": None, "a": {"b": {"c": 7}}}),
        ("{ order_no: event_name }", {"order_no": None, "event_name": 7}),
        ("{ order_no: b, b: c }", {"order_no": None, "c": 7}),
        ("{ nope: x, user_data.nope: y, order_no.deep: z }", {}),
        ("{ items.sku: skus }", {}),
        ("{ order_no: items.order }", {}),
        ("{ items.0: items.5 }", {}),
    ],
)  # fmt: skip
def test_a_field_moves_to_its_new_path_or_stays_where_it_cannot(written: str, meant: dict[str, Any]) -> None:
    assert changed(written) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{ a: a }", "'a' keeps its name; write another name, or remove it"),
        ("{ 'items[0].x': items.0.x }", "'items[0].x' keeps its name; write another name, or remove it"),
        ("{ a: '.' }", "'a: .' names no field; write { old_name: new_name }"),
        ("{ 0: b }", "'0: b' names no field; write { old_name: new_name }"),
        ("[a, b]", "expected a mapping, found a list; write { name: value }, without the [ ]"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(written: str, message: str) -> None:
    loaded = load_text(f"transformations: {{ t: {{ rename: {written} }} }}")
    assert [f"{one.text}; {one.hint}" for one in loaded.errors] == [message]
