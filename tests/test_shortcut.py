"""What the short cut makes of an expression is what Jinja makes of it, on any event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Undefined

from container.context import Context
from container.expression import compile_expression
from container.jinja import ENVIRONMENT, plain
from container.shortcut import NotSimple, simple

FAULTS = (Exception,)
LEAVES = [
    "event.value", "event.name", "event.gone", "event.gone.deeper", "event.items", "event.items[0].price",
    "event.items[-1]", "event.items[9]", "event['x-ga-gcs']", "event.flag", "event.user.email", "event.nothing",
    "client", "consent.ad_storage", "5", "1.5", "'word'", "''", "true", "none",
]  # fmt: skip
FILTERS = [
    "upper", "lower", "trim", "sha256", "number", "default('d')", "default('d', true)", "round(1)", "length", "int",
    "float", "string", "replace('a', 'b')", "join('-')", "first", "last", "sum", "abs", "capitalize", "sort", "list",
]  # fmt: skip
values = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=True), st.text(max_size=5),
    st.lists(st.integers(0, 3), max_size=3), st.dictionaries(st.sampled_from(["price", "email"]), st.integers(0, 9)),
)  # fmt: skip
events = st.fixed_dictionaries(
    {},
    optional={
        "value": values, "name": values, "items": st.lists(values, max_size=3), "flag": values, "user": values,
        "x-ga-gcs": values, "nothing": st.none(),
    },
)  # fmt: skip
expressions = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(FILTERS)).map(lambda both: f"({both[0]}) | {both[1]}"),
        st.tuples(inner, st.sampled_from(["or", "and", "+", "-", "*", "/", "==", "!=", "<", ">=", "in"]), inner).map(
            lambda three: f"({three[0]}) {three[1]} ({three[2]})"
        ),
        inner.map(lambda one: f"not ({one})"),
        inner.map(lambda one: f"({one}) is defined"),
        inner.map(lambda one: f"({one}) is not defined"),
        st.tuples(inner, inner).map(lambda both: f"({both[0]}) if ({both[1]})"),
        st.tuples(inner, inner, inner).map(lambda all_: f"({all_[0]}) if ({all_[1]}) else ({all_[2]})"),
    ),
    max_leaves=4,
)


def by_jinja(text: str, context: Context, *, lone: bool) -> Any:
    """What Jinja itself says."""
    scope = {"event": context.event, "client": context.client, "consent": dict(context.consent)}
    try:
        if not lone:
            return ENVIRONMENT.from_string(text).render(scope)
        value = ENVIRONMENT.compile_expression(text[2:-2], undefined_to_none=False)(**scope)
        return None if isinstance(value, Undefined) else plain(value)
    except FAULTS:
        return None


def context(event: dict[str, Any]) -> Context:
    return Context(event, client="browser", consent={"ad_storage": "granted"})


@given(expressions, events)
@settings(max_examples=600)
def test_a_lone_expression_comes_to_the_same(expression: str, event: dict[str, Any]) -> None:
    text = f"{{{{ {expression} }}}}"
    here = context(event)
    assert repr(compile_expression(text).read(here)) == repr(by_jinja(text, here, lone=True))


@given(st.lists(expressions, min_size=1, max_size=3), events)
@settings(max_examples=200)
def test_a_text_comes_to_the_same(inside: list[str], event: dict[str, Any]) -> None:
    text = "a " + " and ".join(f"{{{{ {one} }}}}" for one in inside)
    here = context(event)
    assert compile_expression(text).read(here) == by_jinja(text, here, lone=False)


@pytest.mark.parametrize(
    "text",
    [
        "{{ event.a | upper | default('x') }}",
        "{{ event.items[0].price * 2 if event.items else 0 }}",
        "{{ order_value }}",
        "id-{{ event.a }}-{{ event.b }}",
    ],
)
def test_what_people_write_takes_the_short_cut(text: str) -> None:
    assert simple(ENVIRONMENT.parse(text), lone=not text.startswith("id")) is not None


@pytest.mark.parametrize(
    "text",
    [
        "{% for one in event.items %}{{ one }}{% endfor %}",
        "{{ event.items | map(attribute='price') | list }}",
        "{{ event.name.upper() }}",
        "{{ range(3) }}",
        "{{ event[client] }}",
        "{{ [1, 2] }}",
    ],
)
def test_the_rest_is_left_to_jinja(text: str) -> None:
    assert simple(ENVIRONMENT.parse(text), lone=True) is None


def test_a_value_of_another_kind_is_left_to_jinja() -> None:
    step = simple(ENVIRONMENT.parse("{{ event.name.price }}"), lone=True)
    assert step is not None
    with pytest.raises(NotSimple):
        step(lambda name: {"name": "text"})
