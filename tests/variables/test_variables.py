"""The variables: what each reads from a hit and its event, and that nothing a hit holds makes one raise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.config.load import load_text
from container.context import Context
from container.hit import Hit

HIT = Hit(
    "GET",
    "/g/collect",
    "tid=G-1&en=purchase&dup=a&dup=b&empty=&utf=%C3%A4+%2B&broken=%ZZ",
    {"user-agent": "Mozilla", "cookie": '_fbp=fb.1.2.3; enc=a%20b; =odd; quoted="x"'},
)
EVENT: dict[str, Any] = {"event_name": "purchase", "value": 12.5, "items": [{"item_id": "a"}, {"item_id": "b"}]}


def value(written: str, event: dict[str, Any] = EVENT, hit: Hit = HIT) -> Any:
    loaded = load_text(f"variables: {{ asked: {written}, other: {{ constant: 3 }} }}")
    assert loaded.errors == []
    return Context(event, hit=hit, variables=loaded.whole().variables).variable("asked")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{ constant: 5 }", 5),
        ("{ constant: '5' }", "5"),
        ("{ constant: false }", False),
        ("{ constant: [1, two] }", [1, "two"]),
        ("{ constant: { a: { b: 1 } } }", {"a": {"b": 1}}),
        ("{ constant: { value: 5 } }", 5),
        ("{ cookie: _fbp }", "fb.1.2.3"),
        ("{ cookie: enc }", "a b"),
        ("{ cookie: nope }", None),
        ("{ header: User-Agent }", "Mozilla"),
        ("{ header: user-agent }", "Mozilla"),
        ("{ header: nope }", None),
        ("{ query: tid }", "G-1"),
        ("{ query: dup }", "b"),
        ("{ query: empty }", ""),
        ("{ query: utf }", "ä +"),
        ("{ query: broken }", "%ZZ"),
        ("{ query: nope }", None),
        ("{ jsonpath: $.value }", 12.5),
        ("{ jsonpath: '$.items[*].item_id' }", ["a", "b"]),
        ("{ jsonpath: { path: $.nope } }", None),
        ("{ template: '{{ event.value * other }}' }", 37.5),
        ("{ template: '{{ other }} of {{ event.event_name }}' }", "3 of purchase"),
        ("{ template: '{{ event.nope }} of 3' }", None),
        ("{ template: 5 }", 5),
    ],
)
def test_a_variable_reads(written: str, meant: Any) -> None:
    found = value(written)
    assert found == meant
    assert type(found) is type(meant)


def test_variables_are_found_through_one_another() -> None:
    loaded = load_text("""
variables:
  price: { jsonpath: $.value }
  tax: { template: "{{ price * 0.2 }}" }
  whole: { template: "{{ price + tax }}" }
""").whole()
    assert Context(EVENT, variables=loaded.variables).variable("whole") == 15.0


def test_a_long_chain_of_variables_gives_a_value_or_none_and_never_raises() -> None:
    chain = "".join(f'  v{one}: {{ template: "{{{{ v{one + 1} + 1 }}}}" }}\n' for one in range(400))
    loaded = load_text(f"variables:\n{chain}  v400: {{ constant: 0 }}\n").whole()
    assert Context(EVENT, variables=loaded.variables).variable("v350") == 50
    assert Context(EVENT, variables=loaded.variables).variable("v0") in {None, 400}


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=80)
def test_no_hit_makes_a_variable_raise(query: str, cookie: str, name: str) -> None:
    loaded = load_text("""
variables: { c: { cookie: a }, q: { query: a }, h: { header: a }, j: { jsonpath: $.a.b }, t: { template: "{{ event.a.b }}" } }
""").whole()  # noqa: E501
    context = Context({"event_name": name, "a": name}, hit=Hit("GET", "/", query, {"cookie": cookie, "a": name}),
                      variables=loaded.variables)  # fmt: skip
    found = {variable: context.variable(variable) for variable in loaded.variables}
    assert all(one is None or isinstance(one, str) for one in found.values())
    assert found["h"] == name
