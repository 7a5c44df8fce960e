"""Two configurations differ in words of the configuration; layout is no difference, secrets are never shown."""

from __future__ import annotations

from typing import Any

import pytest

from container.config.difference import ABSENT, Change, difference
from container.registry import discover
from tests.config.written import top

SHOP = """
clients: { browser: ga4, pixel: meta_pixel }
variables: { order_value: { jsonpath: $.value } }
triggers:
  purchase: { event: purchase, where: { order_value: { greater_than: 0 } } }
  lead: { event: [lead, sign_up] }
transformations:
  first: { exclude: [a] }
  second: { exclude: [b] }
  third: { exclude: [c] }
tags:
  meta:
    meta_capi: { pixel_id: "1", access_token: $META_ACCESS_TOKEN }
    fires_on: [purchase, lead]
    blocked_by: lead
delivery: { to: sandbox, batch: { at_most: 500 } }
"""


def change(old: str, new: str) -> list[Change]:
    """What differs when a piece of the shop's text is written otherwise."""
    assert SHOP.count(old) == 1
    return difference(top(SHOP), top(SHOP.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "greater_than: 0", "greater_than: 10",
            Change("changed", "trigger", "purchase", "where.order_value.greater_than", 0, 10),
        ),
        ("to: sandbox, ", "", Change("changed", "delivery", "", "to", "sandbox", ABSENT)),
        ("at_most: 500", "at_most: 500, wait: 2s", Change("changed", "delivery", "", "batch.wait", ABSENT, "2s")),
        ("pixel_id: \"1\"", "pixel_id: 1", Change("changed", "tag", "meta", "meta_capi.pixel_id", "1", 1)),
        (
            "[purchase, lead]", "[lead, purchase]",
            Change("changed", "tag", "meta", "fires_on", ["purchase", "lead"], ["lead", "purchase"]),
        ),
        ("    blocked_by: lead\n", "", Change("changed", "tag", "meta", "blocked_by", "lead", ABSENT)),
        (", pixel: meta_pixel", "", Change("removed", "client", "pixel", "", "meta_pixel", ABSENT)),
        (
            "  lead: {", "  bot: { event: b }\n  lead: {",
            Change("added", "trigger", "bot", "", ABSENT, {"event": "b"}),
        ),
        ("browser: ga4", "web: ga4", Change("renamed", "client", "web", "", "browser", "web")),
        (
            "{ jsonpath: $.value }", "{ query: value }",
            Change("changed", "variable", "order_value", "", {"jsonpath": "$.value"}, {"query": "value"}),
        ),
        (
            "$META_ACCESS_TOKEN", "$OTHER_TOKEN",
            Change("changed", "tag", "meta", "meta_capi.access_token", "$META_ACCESS_TOKEN", "$OTHER_TOKEN"),
        ),
    ],
)  # fmt: skip
def test_one_difference_is_one_change(old: str, new: str, expected: Change) -> None:
    assert change(old, new) == [expected]


def test_the_place_of_a_change_is_written_as_a_path() -> None:
    (found,) = change("greater_than: 0", "greater_than: 10")
    assert found.place == "purchase.where.order_value.greater_than"
    assert found.to_json() == {
        "action": "changed", "sort": "trigger", "name": "purchase", "path": "where.order_value.greater_than",
        "old": 0, "new": 10,
    }  # fmt: skip
    (gone,) = change("to: sandbox, ", "")
    assert gone.place == "to"
    assert "new" not in gone.to_json()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("browser: ga4", "browser: { ga4: {} }"),
        ("browser: ga4", "browser: { ga4: }"),
        ("to: sandbox, ", "to: 'sandbox', # as it was\n  "),
        ("[lead, sign_up]", "[\n    lead,\n    sign_up]"),
        ("delivery: {", "tests: {}\ndelivery: {"),
        ("delivery: { to: sandbox, batch: { at_most: 500 } }", "delivery: { batch: { at_most: 500 }, to: sandbox }"),
    ],
)
def test_what_is_only_written_otherwise_is_no_difference(old: str, new: str) -> None:
    assert change(old, new) == []


def test_the_order_of_triggers_means_nothing_that_of_transformations_does() -> None:
    swapped = SHOP.replace("first:", "x:").replace("third:", "first:").replace("x:", "third:")
    swapped = swapped.replace("third: { exclude: [a]", "third: { exclude: [c]").replace(
        "first: { exclude: [c]", "first: { exclude: [a]"
    )
    found = difference(top(SHOP), top(swapped))
    assert [(one.action, one.sort) for one in found] == [("moved", "transformation")] * 2
    one_moved = SHOP.replace("  first: { exclude: [a] }\n", "").replace("[c] }\n", "[c] }\n  first: { exclude: [a] }\n")
    assert difference(top(SHOP), top(one_moved)) == [
        Change("moved", "transformation", "first", "", "first", "after third")
    ]
    lines = SHOP.replace("  lead: { event: [lead, sign_up] }\n", "")
    assert difference(top(SHOP), top(lines.replace("triggers:", "triggers:\n  lead: { event: [lead, sign_up] }"))) == []


def test_two_that_could_be_the_renamed_one_are_told_as_gone_and_come() -> None:
    old = top("triggers: { a: { event: x }, b: { event: x } }")
    new = top("triggers: { c: { event: x } }")
    assert [(one.action, one.name) for one in difference(old, new)] == [
        ("added", "c"), ("removed", "a"), ("removed", "b"),
    ]  # fmt: skip


def test_a_changed_type_is_one_change_and_its_routing_is_compared_all_the_same() -> None:
    old = top("tags: { a: { meta_capi: { pixel_id: '1' }, fires_on: x } }")
    new = top("tags: { a: { http_request: { url: 'https://a.example' }, fires_on: y } }")
    types, routing = difference(old, new)
    assert (types.path, types.old, types.new) == (
        "", {"meta_capi": {"pixel_id": "1"}}, {"http_request": {"url": "https://a.example"}},
    )  # fmt: skip
    assert routing == Change("changed", "tag", "a", "fires_on", "x", "y")


@pytest.mark.parametrize("odd", ["tags: [a, b]", "tags: 7", "tags:", "- a\n- b", "tags: { a: { b: 1, c: 2 } }"])
def test_what_is_no_sound_configuration_is_compared_as_far_as_it_goes(odd: str) -> None:
    names = {one.name for one in difference(top(odd), top(SHOP))}
    assert "browser" in names
    assert difference(top(odd), top(odd)) == []
    assert difference(None, None) == []


# Secrets

WRITTEN = """
clients:
  backend: { measurement_protocol: { api_secret: hunter2 } }
tags:
  meta: { meta_capi: { pixel_id: "1", access_token: plain-one, endpoint: "https://ana:pw@a.example/?api_key=k7" } }
  other: { unheard_of: { client_secret: three, header: "Bearer abcdefgh12345", note: EAABx1C4ouTheKeyOfTheKingdom99 } }
"""
NEEDLES = ("hunter2", "plain-one", "pw", "k7", "three", "abcdefgh12345", "Kingdom", "new-one", "fallback")


def shown(changes: list[Change]) -> str:
    return repr([one.to_json() for one in changes])


def test_no_secret_is_shown_of_what_is_added_changed_or_removed() -> None:
    registry = discover()
    other = WRITTEN.replace("plain-one", "new-one").replace("hunter2", "$SECRET:-fallback").replace("three", "new-one")
    found = difference(top(WRITTEN), top(other), registry)
    assert [(one.name, one.path) for one in found] == [
        ("backend", "measurement_protocol.api_secret"), ("meta", "meta_capi.access_token"),
        ("other", "unheard_of.client_secret"),
    ]  # fmt: skip
    assert [one.old for one in found] == ["***"] * 3
    assert [one.new for one in found] == ["$SECRET:-***", "another ***", "another ***"]
    for text in (shown(found), shown(difference(top("{}"), top(WRITTEN), registry))):
        assert [one for one in NEEDLES if one in text] == []
    assert "***" in shown(difference(top(WRITTEN), top("{}"), registry))
    assert [one for one in NEEDLES if one in shown(difference(top(WRITTEN), top("{}")))] == []


def test_a_secret_is_known_by_the_option_however_it_is_written() -> None:
    registry = discover()
    signed = "clients: { a: { json_webhook: { path: /h, signature: SIGNED, event: { event_name: x } } } }"
    for written in ("hush", "{ key: hush, header: X-Sig }"):
        found: list[Any] = difference(top("{}"), top(signed.replace("SIGNED", written)), registry)
        assert "hush" not in shown(found)


def test_the_names_of_variables_headers_and_cookies_are_no_secrets() -> None:
    text = "variables: { a: { cookie: cmp_marketing }, b: { header: Authorization }, token: { query: token } }"
    assert [one.new for one in difference(top("{}"), top(text), discover())] == [
        {"cookie": "cmp_marketing"}, {"header": "Authorization"}, {"query": "token"},
    ]  # fmt: skip


def test_thousands_of_entries_in_another_order_are_compared_at_once() -> None:
    names = [f"n{number}" for number in range(6000)]
    old, new = ("transformations: {" + ", ".join(f"{one}: x" for one in way) + "}" for way in (names, names[::-1]))
    assert len(difference(top(old), top(new))) == 5999
    shuffled = [names[5999], *names[:5999]]
    text = "transformations: {" + ", ".join(f"{one}: x" for one in shuffled) + "}"
    assert difference(top(old), top(text)) == [Change("moved", "transformation", "n5999", "", "after n5998", "first")]
