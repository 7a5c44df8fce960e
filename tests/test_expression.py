"""Expressions: their types, what happens to what is not there, and what the sandbox refuses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.component import Variable
from container.context import Context
from container.expression import Expression, ExpressionError, compile_expression, name_offset

EVENT: dict[str, Any] = {
    "event_name": "purchase",
    "value": 10,
    "price": 5.0,
    "nothing": None,
    "items": [{"item_id": "a", "price": 1.5}, {"item_id": "b", "price": 2}],
    "keys": "a key",
    "x-ga-gcs": "G111",
    "numbers": {"0": "zero", "007": "bond"},
    "email": " Ana@Example.com",
    "paid": True,
}


class Fixed(Variable):
    """A variable with a value a test chose."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def read(self, context: Context) -> Any:
        return self.value


def context(**variables: Any) -> Context:
    return Context(
        EVENT,
        client="browser",
        consent={"ad_storage": "granted"},
        variables={name: Fixed(value) for name, value in variables.items()},
    )


def value(text: str, **variables: Any) -> Any:
    return compile_expression(text).read(context(**variables))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("plain", "plain"),
        ("{{ event.value }}", 10),
        ("{{ event.price }}", 5.0),
        ("{{ event.paid }}", True),
        ("{{event.items}}", EVENT["items"]),
        (" {{ event.value }} ", 10),
        ("{{- event.value -}}", 10),
        ("{{ -event.value }}", -10),
        ("{{ event.items[1].item_id }}", "b"),
        ("{{ event['x-ga-gcs'] }}", "G111"),
        ('{{ event["x-ga-gcs"] }}', "G111"),
        ("{{ event.numbers['007'] }}", "bond"),
        ("{{ event.numbers[0] }}", "zero"),
        ("{{ event.email[1] }}", "A"),
        ("{{ (event.email)[1] }}", "A"),
        ("{{ event.email[1:4] }}", "Ana"),
        ("{{ event }}", EVENT),
        ("{{ client }}", "browser"),
        ("{{ consent.ad_storage }}", "granted"),
        ("{{ consent }}", {"ad_storage": "granted"}),
        ("{{ event.value * 2 }}", 20),
        ("{{ event.value / 4 }}", 2.5),
        ("{{ event.value > 5 }}", True),
        ("{{ {'a': {'b': event.value}} }}", {"a": {"b": 10}}),
        ("{{ [event.value, event.nope, none] }}", [10]),
        ("{{ event.items | map(attribute='item_id') }}", ["a", "b"]),
        ("{{ event.items | sum(attribute='price') }}", 3.5),
        ("{{ event.items | join('-', attribute='item_id') }}", "a-b"),
        ("{{ event.nope | default('none') }}", "none"),
        ("{{ event.nothing | default('none') }}", "none"),
        ("{{ 'yes' if event.value > 5 else 'no' }}", "yes"),
        ("{{ '5.50' | number }}", 5.5),
        ("{{ event.email | trim | lower | replace('ana', 'eva') }}", "eva@example.com"),
        ("{{ event.email.strip().lower().split('@')[1] }}", "example.com"),
        ("{{ 'a' | sha256 }}", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("{{ 2 ** 10 }}", 1024),
        ("{{ 7 % 4 }}", 3),
        ("{{ range(3) }}", [0, 1, 2]),
    ],
)
def test_one_expression_alone_keeps_its_type(text: str, meant: Any) -> None:
    found = value(text)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("of {{ event.value }} EUR", "of 10 EUR"),
        ("{{ event.price }} EUR", "5 EUR"),
        ("{{ event.paid }}!", "true!"),
        ("{{ event.value }}{{ event.value }}", "1010"),
        ("{% if event.value > 5 %}much{% else %}little{% endif %}", "much"),
        ("{% for one in event['items'] %}{{ one.item_id }};{% endfor %}", "a;b;"),
        ("{% set double = event.value * 2 %}{{ double }}", "20"),
    ],
)
def test_inside_other_text_an_expression_becomes_text(text: str, meant: str) -> None:
    assert value(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "{{ event.nope }}",
        "{{ event.nope.deeper }}",
        "{{ event.nothing }}",
        "{{ event.value.deeper }}",
        "{{ event.items[9].item_id }}",
        "{{ nope }}",
        "{{ nope.deeper }}",
        "of {{ event.nope }} EUR",
        "of {{ event.nothing }} EUR",
        "{{ event.value }} of {{ nope }}",
        "{{ event.nope * 2 }}",
        "{{ event.nope ~ 'x' }}",
        "{{ event.nope | sha256 }}",
        "{{ event.nothing | sha256 }}",
        "{{ '' | sha256 }}",
        "{{ event.email / 2 }}",
        "{{ event.value / 0 }}",
        "{{ event.email | round }}",
        "{{ 1.0e308 * 10 }}",
        "{{ none }}",
        "{{ event.email.upper }}",
        "{{ 'abc' | number }}",
    ],
)
def test_what_is_not_there_or_cannot_be_worked_out_is_none(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize("name", ["items", "keys", "values", "get", "pop", "update"])
def test_a_dot_on_a_mapping_is_a_field_and_never_a_method(name: str) -> None:
    assert value(f"{{{{ event.{name} }}}}") == EVENT.get(name)
    assert value(f"{{{{ event.{name}('value') }}}}") is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ event.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ event.value.__add__(1) }}",
        "{{ event['items'].__len__() }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% block b %}{% endblock %}",
        "{% for a in event %}{% for b in event %}{% endfor %}{% endfor %}",
        "{{ event | attr('__class__') }}",
        "{{ 5 | center(99) }}",
        "{{ [1] | random }}",
        "{{ '(' * 3 }}{% raw",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ x" + ".a" * 5000 + " | upper }}",
    ],
)
def test_what_reaches_beyond_the_sandbox_is_refused_at_load(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''['__class__'] }}",
        "{{ event['__class__'] }}",
        "{{ event.email.format(1) }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '{:>1000000000}'['format'](1) }}",
        "{{ event.email.encode('utf-8') }}",
        "{{ [1, 2].append(3) }}",
        "{{ range['__self__'] }}",
        "{{ (1).real }}",
    ],
)
def test_what_only_an_event_would_show_is_not_there(text: str) -> None:
    assert value(text) is None


GREEDY = [
    "{{ 'x' * 10 ** 9 }}",
    "{{ 10 ** 9 * 'x' }}",
    "{{ [1] * 10 ** 9 }}",
    "{{ range(10 ** 9) }}",
    "{{ range(10 ** 9) | list }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ (10 ** 200) * (10 ** 200) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'a'.center(10 ** 9) }}",
    "{{ 'a'.zfill(10 ** 9) }}",
    "{{ 'a'.join(event.email * 9999) }}",
    "{{ (event.email * 9999) | replace('a', 'a' * 9999) }}",
    "{{ range(9999) | join('x' * 9999) }}",
    "{% for i in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
    "{% for i in range(10 ** 9) %}{% endfor %}x",
    "{{ event.deep | tojson }}",
]


@pytest.mark.parametrize("text", GREEDY)
def test_nothing_can_grow_without_bound(text: str) -> None:
    start = time.process_time()
    assert value(text) is None
    assert time.process_time() - start < 0.5


def test_the_sandbox_changes_no_event() -> None:
    before = msgspec.json.encode(EVENT)
    value("{{ event.update({'a': 1}) }}{% set event = 5 %}")
    assert msgspec.json.encode(EVENT) == before


@pytest.mark.parametrize(
    ("text", "offset", "reason"),
    [
        ("{{ a + }}", 0, "unexpected '}}'"),
        ("of {{ a }} {{ b + }}", 11, "unexpected '}}'"),
        ("{{ a | ruond }}", 7, "there is no filter 'ruond'"),
        ("{{ a is evn }}", 8, "there is no test 'evn'"),
        ("{{ 1", 0, "unexpected end of template, expected '}}'"),
        ("x {% for a in b %}", 2, "unexpected end of template"),
        ("{{ }}", 0, "expected an expression, got '}}'"),
        ("a {{ b.__class__ }}", 7, "'__class__' cannot be read"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, offset: int, reason: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text)
    assert str(raised.value) == reason
    assert raised.value.offset == offset


def test_a_misspelled_filter_gets_the_nearest_one() -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression("{{ a | ruond }}")
    assert raised.value.hint == "did you mean 'round'?"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ a }}", {"a"}),
        ("{{ event.a }}", {"event"}),
        ("{{ a.b + c[0] }} {{ d | default(e) }}", {"a", "c", "d", "e"}),
        ("{% set a = b %}{{ a }}", {"b"}),
        ("{% for a in b %}{{ a }}{{ loop.index }}{% endfor %}", {"b"}),
        ("{{ range(3) }}", set()),
        ("no expression", set()),
    ],
)
def test_the_names_an_expression_reads_are_known(text: str, names: set[str]) -> None:
    assert compile_expression(text).names == names


def test_a_name_is_found_where_it_is_used_and_not_where_it_is_part_of_another() -> None:
    assert name_offset("a {{ event.a }} {{ ab + a }}", "a") == 24
    assert name_offset("{{ b }}", "a") == 0


def test_variables_are_asked_only_when_the_expression_names_them() -> None:
    class Asked(Fixed):
        count = 0

        def read(self, context: Context) -> Any:
            self.count += 1
            return self.value

    asked, other = Asked(2), Asked(3)
    here = Context(EVENT, variables={"asked": asked, "other": other})
    assert compile_expression("{{ asked * asked }}").read(here) == 4
    assert compile_expression("{{ asked }}").read(here) == 2
    assert (asked.count, other.count) == (1, 0)


def test_a_lazy_filter_that_stumbles_gives_nothing() -> None:
    assert value("{{ event['items'] | map('abs') }}") is None


def test_an_expression_says_what_it_was_made_of() -> None:
    made = compile_expression("{{ a }}")
    assert isinstance(made, Expression)
    assert repr(made) == "Expression('{{ a }}')"
    assert not made.constant
    assert compile_expression("a").constant


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
STEPS = st.lists(st.sampled_from([".a", ".b", "['c']", "[0]", "[1]"]), max_size=4).map("".join)


@given(JSON.filter(lambda tree: "inf" not in repr(tree)), STEPS)
@settings(max_examples=100)
def test_the_short_cut_for_plain_paths_finds_what_jinja_finds(tree: Any, steps: str) -> None:
    here = Context({"event_name": "x", "root": tree})
    short = compile_expression(f"{{{{ event.root{steps} }}}}").read(here)
    whole = compile_expression(f"{{{{ (event.root){steps} }}}}").read(here)
    assert _without_nothing(short) == whole


def _without_nothing(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _without_nothing(one) for key, one in tree.items() if one is not None}
    if isinstance(tree, list):
        return [_without_nothing(one) for one in tree if one is not None]
    return tree


@given(JSON, st.sampled_from(GREEDY) | STEPS.map("{{{{ x{} * 2 }}}}".format))
@settings(max_examples=100)
def test_no_event_makes_an_expression_raise_or_give_what_json_cannot_say(tree: Any, text: str) -> None:
    found = compile_expression(text).read(Context({"event_name": "x"}, variables={"x": Fixed(tree)}))
    assert found is None or msgspec.json.encode(found)


def test_a_list_that_is_made_has_an_end() -> None:
    assert value("{{ (x) | map('int') }}", x=[1] * 10_000) == [1] * 10_000
    assert value("{{ (x) | map('int') }}", x=[1] * 10_001) is None


def test_nesting_deeper_than_json_allows_is_not_there() -> None:
    def nested() -> Iterator[Any]:
        tree: Any = []
        for _ in range(2000):
            tree = [tree]
        yield tree

    assert value("{{ (x) }}", x=next(nested())) is None
