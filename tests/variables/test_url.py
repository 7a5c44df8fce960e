"""The variable `url`: the parts of an address, and nothing for what is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.variables.asking import ask, context, told

PAGE = "https://www.Shop.example:8443/a/List.HTML?size=9&x&size=10&q=a%20b+c#top"


def part(written: str, url: Any = PAGE) -> Any:
    return ask(f"{{ url: {written} }}", {"page_location": url})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("href", PAGE),
        ("{}", PAGE),
        ("protocol", "https"),
        ("host", "www.shop.example:8443"),
        ("hostname", "www.shop.example"),
        ("{ part: hostname, strip_www: true }", "shop.example"),
        ("{ part: host, strip_www: true }", "shop.example:8443"),
        ("port", "8443"),
        ("path", "/a/List.HTML"),
        ("extension", "html"),
        ("query", "size=9&x&size=10&q=a%20b+c"),
        ("fragment", "top"),
        ("{ query: size }", "9"),
        ("{ part: query, query: q }", "a b c"),
        ("{ query: x }", ""),
        ("{ query: nope }", None),
    ],
)
def test_each_part_of_the_page_s_address(written: str, meant: str | None) -> None:
    assert part(written) == meant


@pytest.mark.parametrize(
    ("written", "url", "meant"),
    [
        ("port", "https://shop.example/", "443"),
        ("port", "http://shop.example", "80"),
        ("port", "ftp://shop.example", None),
        ("port", "https://shop.example:99999/", None),
        ("path", "https://shop.example", "/"),
        ("path", "/only/a/path?x", "/only/a/path"),
        ("extension", "https://shop.example/a.b/c", None),
        ("host", "https://ana:secret@shop.example/", "shop.example"),
        ("hostname", "https://[2001:db8::7]:80/", "2001:db8::7"),
        ("hostname", "https://[broken/", None),
        ("query", "https://shop.example/?", None),
        ("fragment", "https://shop.example/", None),
        ("href", "", None),
    ],
)
def test_what_is_not_there_has_no_value(written: str, url: str, meant: str | None) -> None:
    assert part(written, url) == meant


def test_any_other_address_may_be_taken_apart() -> None:
    event = {"page_location": PAGE, "page_referrer": "https://search.example/?q=x"}
    assert ask('{ url: { part: hostname, of: "{{ event.page_referrer }}" } }', event) == "search.example"
    assert ask('{ url: { part: hostname, of: "{{ event.nope }}" } }', event) is None


def test_options_that_contradict_one_another_are_told() -> None:
    assert told("{ url: { part: path, query: q } }") == [
        "a parameter is no part of the path; remove part, or remove query"
    ]
    assert told("{ url: { part: path, strip_www: true } }") == [
        "only a host or hostname begins with www.; add part: hostname, or remove it"
    ]


EVERY = [context(f"{{ url: {word} }}") for word in ("href", "host", "hostname", "port", "path", "query", "extension")]
EVERY.append(context("{ url: { query: a } }"))


@given(st.one_of(st.none(), st.integers(), st.text(), st.builds("http://{}".format, st.text()), st.lists(st.text())))
@settings(max_examples=100)
def test_no_value_makes_it_raise(url: Any) -> None:
    for one in EVERY:
        found = one.shown({"page_location": url}).variable("asked")
        assert found is None or isinstance(found, str)
