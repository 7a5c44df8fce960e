"""Loading: bare forms, the environment under sandbox and live, places inside expressions, one message a mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.config.load import load, load_text
from container.problem import ConfigurationError

ROOT = Path(__file__).parent.parent.parent
META = """
triggers: {{ all: {{ event: purchase }} }}
tags:
  meta:
    meta_capi: {{ pixel_id: "1234567890", access_token: {token} }}
    fires_on: all
    needs_consent: []
delivery: {{ to: {to} }}
"""


def errors(text: str, **environ: str) -> list[str]:
    return [str(one).removeprefix("config.yaml:") for one in load_text(text, environ).errors]


def test_the_shipped_configuration_loads_without_a_word() -> None:
    loaded = load(ROOT / "config.yaml", environ={})
    assert loaded.problems == []
    assert loaded.whole().container.name == "shop"
    assert set(loaded.whole().tags) == {"meta"}


def test_an_empty_section_and_a_missing_one_are_the_same() -> None:
    for text in ("clients:\n", "delivery:\n", "clients:\nvariables:\ntriggers:\ntags:\n"):
        assert load_text(text).whole().delivery.batch.at_most == 500


def test_a_component_stands_alone_bare_or_with_its_options() -> None:
    loaded = load_text("variables: { a: { cookie: x }, b: { cookie: { name: x } } }\nclients: { one: ga4 }").whole()
    assert vars(loaded.variables["a"]) == vars(loaded.variables["b"])
    assert loaded.clients["one"].type == "ga4"


def test_one_value_stands_for_a_list_of_one() -> None:
    loaded = load_text("triggers: { a: { event: purchase }, b: { event: [purchase] } }").whole()
    assert loaded.triggers["a"].conditions[0].event_names() == loaded.triggers["b"].conditions[0].event_names()


def test_a_missing_secret_is_forgiven_for_the_sandbox_only() -> None:
    assert errors(META.format(token="$TOKEN", to="sandbox")) == []
    assert errors(META.format(token="$TOKEN", to="live")) == [
        "5:56: tags.meta.meta_capi.access_token: the environment has no TOKEN; set TOKEN, or write $TOKEN:-default"
    ]
    assert errors(META.format(token="$TOKEN", to="live"), TOKEN="secret") == []


def test_where_payloads_go_may_itself_come_from_the_environment() -> None:
    assert errors(META.format(token="$TOKEN", to="$TARGET:-sandbox")) == []
    assert len(errors(META.format(token="$TOKEN", to="$TARGET:-sandbox"), TARGET="live")) == 1


def test_a_secret_in_the_file_is_a_warning() -> None:
    loaded = load_text(META.format(token="EAAB123", to="live"))
    assert [(one.kind, one.warning) for one in loaded.problems] == [("secret", True)]
    assert "EAAB123" not in str(loaded.problems)


def test_a_secret_never_shows_itself() -> None:
    tag: Any = load_text(META.format(token="$T", to="live"), {"T": "EAAB123"}).whole().tags["meta"]
    assert str(tag.access_token) == "EAAB123"
    assert repr([tag.access_token]) == "['****']"


def test_an_empty_value_from_the_environment_counts_as_not_written() -> None:
    loaded = load_text("container: { name: $NAME }", {"NAME": ""}).whole()
    assert loaded.container.name == "tagdock"


def test_an_advertising_tag_without_a_word_on_consent_is_a_warning() -> None:
    loaded = load_text(META.format(token="$T", to="sandbox").replace("    needs_consent: []\n", ""))
    assert [(one.kind, one.warning, one.line) for one in loaded.problems] == [("consent", True, 4)]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('variables: { a: { template: "{{ nope }}" } }', "1:33"),
        ('variables: { a: { template: "of {{ event.value }} {{ event.x + nope }}" } }', "1:64"),
        ("variables: { a: { template: '{{ nope }}' } }", "1:33"),
        ("variables:\n  a:\n    template: |\n      of\n      {{ nope }}\n", "5:10"),
        ('variables: { a: { template: "{{ event.x | nope }}" } }', "1:43"),
        ('transformations: { a: { augment: { x: [{ y: "{{ nope }}" }] } } }', "1:49"),
    ],
)
def test_a_fault_inside_an_expression_is_told_at_its_very_place(written: str, place: str) -> None:
    (message,) = errors(written)
    assert message.startswith(f"{place}: ")


def test_what_is_unset_below_another_mistake_is_not_a_second_mistake() -> None:
    assert (
        len(errors("tags: { a: { meta_cappi: { pixel_id: '12345', access_token: $NOPE } } }")) == 2
    )  # the type, and no fires_on
    assert len(errors("nonsense: { a: $NOPE }")) == 1
    assert len(errors("variables: { a: { cookie: { name: x, nmae: $NOPE } } }")) == 1


def test_two_rounds_among_variables_are_two_problems() -> None:
    text = """
variables:
  a: { template: "{{ a }}" }
  b: { template: "{{ c }}" }
  c: { template: "{{ b }} {{ d }}" }
  d: { constant: 1 }
"""
    assert [one.partition(": the")[2] for one in errors(text)] == [
        " variable needs itself: a -> a; take one of these steps out",
        " variable needs itself: b -> c -> b; take one of these steps out",
    ]


def test_a_configuration_with_an_error_is_never_handed_out() -> None:
    loaded = load_text("tags: { a: nonsense }")
    assert loaded.configuration is None
    with pytest.raises(ConfigurationError, match="'nonsense' is not a type of tag"):
        loaded.whole()


def test_a_trigger_counts_as_used_by_tags_and_by_consent() -> None:
    loaded = load_text("triggers: { a: { event: x }, b: { event: y } }\nconsent: { ad_storage: a }")
    assert [one.path for one in loaded.problems] == ["triggers.b"]


def test_an_unset_name_in_several_places_is_told_at_each() -> None:
    assert [one.partition(" ")[0] for one in errors("container: { name: $A, listen: $A }")] == ["1:20:", "1:32:"]
