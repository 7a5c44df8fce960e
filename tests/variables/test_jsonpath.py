"""The variable `jsonpath`: into the event, the body, the whole hit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from container.hit import Hit
from tests.variables.asking import ask, context

BODY = json.dumps({"shop": {"name": "A"}, "lines": [{"id": 1}, {"id": 2}]}).encode()
HIT = Hit("POST", "/hooks", "a=1&a=2", {"user-agent": "Fox", "cookie": "c=x"}, BODY, ip="192.0.2.1")


@pytest.mark.parametrize(
    ("path", "of", "meant"),
    [
        ("$.shop.name", "body", "A"),
        ("$.lines[*].id", "body", [1, 2]),
        ("$.nope", "body", None),
        ("$.method", "hit", "POST"),
        ("$.path", "hit", "/hooks"),
        ("$.query.a", "hit", "2"),
        ("$.headers.user-agent", "hit", "Fox"),
        ("$.cookies.c", "hit", "x"),
        ("$.ip", "hit", "192.0.2.1"),
        ("$.body.shop.name", "hit", "A"),
        ("$.name", "event", "purchase"),
    ],
)
def test_a_path_starts_where_it_is_told_to(path: str, of: str, meant: Any) -> None:
    assert ask(f"{{ jsonpath: {{ path: '{path}', of: {of} }} }}", {"name": "purchase"}, HIT) == meant


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a=1&b=2",
        b"{",
        b"\xff",
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 900 + b"1",
        b'{"a":' * 100 + b"1" + b"}" * 100,
    ],
)
def test_a_body_that_is_no_json_or_nested_beyond_reason_has_nothing_in_it(body: bytes) -> None:
    hit = Hit("POST", "/", body=body)
    assert ask("{ jsonpath: { path: $.a, of: body } }", hit=hit) is None
    assert ask("{ jsonpath: { path: $.body.a, of: hit } }", hit=hit) is None


def test_a_body_that_is_no_json_is_text_in_the_hit() -> None:
    assert ask("{ jsonpath: { path: $.body, of: hit } }", hit=Hit("POST", "/", body=b"a=1")) == "a=1"


def test_the_body_is_read_once_for_all_events_of_a_hit() -> None:
    asked = context("{ jsonpath: { path: $.shop, of: body } }", hit=HIT)
    assert asked.variable("asked") is asked.shown({}).variable("asked")
