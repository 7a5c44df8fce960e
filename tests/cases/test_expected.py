"""What can be expected of a hit: its events, payloads of several of them, the answer, its cookies, its problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from container.cases import read_cases
from container.cases.expected import Difference, compare
from container.component import Answer, Client, Cookie, Incoming, Reading
from container.config.compose import Composer
from container.config.load import load_text
from container.hit import Hit
from container.problem import Problem
from container.runtime import route

CONFIG = """
clients: { browser: ga4 }
triggers:
  sale: { event: purchase }
  never: { event: nothing }
tags:
  book: { log: {}, fires_on: sale }
  silent: { log: {}, fires_on: never }
"""


class Made(Client):
    """A client that makes two purchases and a view of every hit, with all an answer can have."""

    def claims(self, hit: Hit) -> bool:
        return hit.path == "/made"

    def read(self, hit: Hit, now: float) -> Reading:
        names = ("purchase", "view", "purchase")
        events = [{"event_name": name, "value": place, "items": []} for place, name in enumerate(names)]
        answer = Answer(201, b"made", "text/plain", (("X-Made", "yes"), ("Cache-Control", "no-store")))
        cookies = [Cookie("_id", "007", 3600, "shop.example", http_only=True)]
        return Reading([Incoming({**one}) for one in events], answer, ["it is odd", "it is late"], cookies)


def differences(expect: str, path: str = "/made") -> list[tuple[str, Any, Any]]:
    return [(one.text, one.expected, one.received) for one in compared(expect, path)]


def compared(expect: str, path: str = "/made") -> Iterable[Difference]:
    configuration = load_text(CONFIG).whole()
    configuration.clients_by_priority = (("made", Made()),)
    top = Composer({}).compose(f"tests: {expect}", "c.yaml")
    assert top is not None
    routed = route(Hit("GET", path), configuration, 1772366400.0, explain=True)
    return list(compare(top.items["tests"].items, routed))


@pytest.mark.parametrize(
    "expect",
    [
        "{ client: made }",
        "{ events: { event_name: view } }",
        "{ events: { event_name: view, value: 1, tax: null } }",
        "{ events: [{ event_name: purchase }, {}, { value: 2 }] }",
        "{ fired: book, skipped: { silent: no trigger matched, book: [no trigger matched] } }",
        "{ skipped: { silent: [no, no trigger, not_triggered] } }",
        "{ sends: { book: { event_name: purchase, currency: null } } }",
        "{ sends: { book: [{ event_name: purchase }, { value: 2 }], silent: [] } }",
        "{ response: 201 }",
        "{ response: { status: 201, headers: { x-made: yes, content-type: text/plain, X-Other: null } } }",
        "{ response: { cookies: { _id: 007, other: null } } }",
        "{ response: { cookies: { _id: { value: '007', max_age: 3600, http_only: true, same_site: lax } } } }",
        "{ problems: odd }",
        "{ problems: [late, odd] }",
    ],
)
def test_what_is_so_passes(expect: str) -> None:
    assert differences(expect) == []


@pytest.mark.parametrize(
    ("expect", "text", "expected", "received"),
    [
        ("{ client: browser }", "client", "browser", "made"),
        ("{ client: null }", "client", None, "made"),
        ("{ events: { event_name: view, value: 5 } }", "events: value: expected 5, received 1",
         {"event_name": "view", "value": 5}, {"event_name": "view", "value": 1, "items": []}),
        ("{ events: { event_name: view, value: null } }", "events: value: expected nothing, received 1",
         {"event_name": "view", "value": None}, {"event_name": "view", "value": 1, "items": []}),
        ("{ events: [{}] }", "events: the number of events", 1, 3),
        ("{ events: [{}, {}, { value: 3 }] }", "events: value: expected 3, received 2", {"value": 3},
         {"event_name": "purchase", "value": 2, "items": []}),
        ("{ events: { items: [a] } }", "events: items: expected 1 element, received 0 elements", {"items": ["a"]},
         {"event_name": "purchase", "value": 0, "items": []}),
        ("{ skipped: { book: [] } }", "skipped book", [],
         ["not_triggered: no trigger matched: sale (event 'view' is not purchase)"]),
        ("{ sends: { silent: {} } }", "sends silent: it sends nothing", {}, []),
        ("{ sends: { book: [{}] } }", "sends book: the number of events", 1, 2),
        ("{ response: 204 }", "response: status: expected 204, received 201", {"status": 204}, {"status": 201}),
        ("{ response: { headers: { X-MADE: null } } }", 'response: headers.x-made: expected nothing, received "yes"',
         {"headers": {"x-made": None}},
         {"status": 201, "headers": {"x-made": "yes", "cache-control": "no-store", "content-type": "text/plain"}}),
        ("{ response: { cookies: { _id: 8 } } }", 'response: cookies._id: expected "8", received "007"',
         {"cookies": {"_id": "8"}}, {"status": 201, "cookies": {"_id": "007"}}),
        ("{ response: { cookies: { _id: { max_age: 1 } } } }",
         "response: cookies._id.max_age: expected 1, received 3600", {"cookies": {"_id": {"max_age": 1}}},
         {"status": 201, "cookies": {"_id": {"name": "_id", "value": "007", "max_age": 3600, "domain": "shop.example",
                                             "http_only": True, "same_site": "lax", "secure": True}}}),
        ("{ problems: [] }", "problems", [], ["it is odd", "it is late"]),
        ("{ problems: [odd] }", "problems", ["odd"], ["it is odd", "it is late"]),
        ("{ problems: early }", "problems", ["early"], ["it is odd", "it is late"]),
    ],
)  # fmt: skip
def test_what_is_not_so_is_told_with_both_sides(expect: str, text: str, expected: Any, received: Any) -> None:
    assert differences(expect) == [(text, expected, received)]


def test_a_further_event_is_too_much_where_one_was_told_exactly() -> None:
    (first, second) = differences("{ sends_exactly: { book: { event_name: purchase } } }")
    assert first[0].startswith("sends_exactly book: time: expected nothing, received ")
    assert second == ("sends_exactly book: the number of events", 1, 2)


def test_a_hit_that_nobody_takes_has_no_event() -> None:
    assert differences("{ client: null, events: [], problems: no client }", "/other") == []
    assert differences("{ events: {} }", "/other") == [("events: no client claims the hit", {}, [])]


def test_a_difference_stands_at_the_line_of_the_leaf_that_differs() -> None:
    (one,) = compared(
        "\n  sends:\n    book:\n      - event_name: purchase\n      - event_name: purchase\n        value: 9"
    )
    assert (one.file, one.line) == ("c.yaml", 6)


WRONG = [
    ("events: purchase", "expected the fields of an event, found text"),
    ("events: [purchase]", "expected the fields of an event, found text"),
    ("sends: { book: 5 }", "expected the fields of an event of the tag, found a number"),
    ("sends: { bok: {} }", "'bok' is not known here; did you mean 'book'?"),
    ("skipped: { book: { a: 1 } }", "expected the reason, found a mapping"),
    ("skipped: { book: [null] }", "expected the reason, found nothing"),
    ("client: browsr", "there is no client 'browsr'; did you mean 'browser'?"),
    ("fired: [bok]", "there is no tag 'bok'; did you mean 'book'?"),
    ("consent: { ad_storage: grantd }", "'grantd' is not a state of consent; did you mean 'granted'?"),
    ("consent: { ad_storage: [] }", "a list is not a state of consent"),
    ("response: { status: ok }", "expected a status, found text; write status: 200"),
    ("response: true", "expected a status, found true or false; write response: 200"),
    ("response: { header: {} }", "'header' is not known here; did you mean 'headers'?"),
    ("response: { headers: [] }", "expected a mapping, found a list"),
    ("response: { headers: { a: [] } }", "expected a header's value, found a list"),
    ("response: { cookies: { a: { maxage: 1 } } }", "'maxage' is not known here; did you mean 'max_age'?"),
    ("response: { cookies: { a: [] } }", "expected a cookie, found a list"),
    ("problems: [{}]", "expected words of a problem, found a mapping"),
    ("evnts: []", "'evnts' is not known here; did you mean 'events'?"),
]


@pytest.mark.parametrize(("expect", "told"), WRONG)
def test_an_expectation_that_cannot_be_meant_is_told(expect: str, told: str) -> None:
    assert [str(one).partition(": ")[2].partition(": ")[2][: len(told)] for one in problems([expect])] == [told]


def test_all_that_is_wrong_is_told_in_one_run() -> None:
    assert len(problems([expect for expect, _ in WRONG])) == len(WRONG)


def problems(expects: list[str]) -> list[Problem]:
    cases = "".join(f"  c{place}: {{ given: {{}}, expect: {{ {one} }} }}\n" for place, one in enumerate(expects))
    return read_cases(load_text(f"{CONFIG}tests:\n{cases}"))[1]
