"""The tests of a configuration: what is expected of a hit, and how a wrong expectation or a wrong test is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.cases import Result, read_cases, run_case
from container.cases.differing import differing
from container.config.load import load, load_text

ROOT = Path(__file__).parent.parent.parent
CONFIG = """
clients: { browser: ga4, pixel: meta_pixel }
triggers:
  purchase: { event: purchase, where: { event.value: { greater_than: 0 } } }
  page: { event: page_view }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $TOKEN }
    fires_on: purchase
    needs_consent: [ad_storage]
  again:
    meta_capi: { pixel_id: "1234567891", access_token: $TOKEN }
    fires_on: page
    needs_consent: []
tests:
  case:
    at: 2026-03-01T12:00:00Z
    given: {given}
    expect: {expect}
"""
QUERY = "v: 2, tid: G-1, cid: 7.8, gcs: G111, en: purchase, epn.value: 120, ep.currency: EUR, ep.event_id: o-1"
GIVEN = f"{{ client: browser, headers: {{ User-Agent: Firefox }}, query: {{ {QUERY} }} }}"


def run(expect: str, given: str = GIVEN) -> Result:
    loaded = load_text(CONFIG.replace("{given}", given).replace("{expect}", expect))
    cases, problems = read_cases(loaded)
    assert problems == []
    (case,) = cases
    return run_case(case, loaded.whole())


def differences(expect: str, given: str = GIVEN) -> list[tuple[str, Any, Any]]:
    return [(one.text, one.expected, one.received) for one in run(expect, given).differences]


@pytest.mark.parametrize(
    "expect",
    [
        "{ fired: [meta] }",
        "{ fired: meta }",
        "{ skipped: { again: no trigger matched } }",
        "{ skipped: { again: 'not_triggered: no trigger matched: page (event' } }",
        "{ sends: { meta: { event_name: Purchase, custom_data: { value: 120 } } } }",
        "{ sends: { meta: [{ event_name: Purchase }] } }",
        "{ consent: { ad_storage: granted } }",
        "{ response: 204 }",
        "{ response: { status: 204 } }",
        "{ fired: [meta], skipped: { again: no trigger }, sends: { meta: { event_id: o-1 } }, response: 204 }",
    ],
)
def test_what_is_so_passes(expect: str) -> None:
    assert differences(expect) == []


def test_a_tag_that_was_not_named_must_stay_silent() -> None:
    ((text, expected, received),) = differences("{ fired: [] }")
    assert (text, expected, received) == ("fired; meta: fired, purchase", [], ["meta"])


def test_a_tag_that_did_not_fire_is_told_with_its_reason() -> None:
    ((text, expected, received),) = differences("{ fired: [meta, again] }")
    assert text == "fired; again: not_triggered, no trigger matched: page (event 'purchase' is not page_view)"
    assert (expected, received) == (["again", "meta"], ["meta"])


def test_a_reason_must_hold_the_words_written() -> None:
    ((text, expected, received),) = differences("{ skipped: { again: blocked } }")
    assert (text, expected) == ("skipped again", "blocked")
    assert received.startswith("not_triggered: no trigger matched")
    assert differences("{ skipped: { meta: purchase } }") == [("skipped meta", "purchase", "fired: purchase")]


def test_a_payload_must_hold_what_is_written_and_may_hold_more() -> None:
    ((text, expected, received),) = differences(
        "{ sends: { meta: { event_name: Purchase, custom_data: { value: 1 } } } }"
    )
    assert text == "sends meta: custom_data.value: expected 1, received 120"
    assert expected == {"event_name": "Purchase", "custom_data": {"value": 1}}
    assert received["custom_data"]["value"] == 120


def test_exactly_means_nothing_more_and_no_further_event() -> None:
    sent = run("{}").trace
    assert sent is not None
    payload = sent.events[0].tags[0].payload
    import msgspec

    whole = msgspec.json.encode(payload).decode()
    assert differences(f"{{ sends_exactly: {{ meta: {whole} }} }}") == []
    ((text, _, _),) = differences("{ sends_exactly: { meta: { event_name: Purchase } } }")
    assert text.startswith("sends_exactly meta: event_time: expected nothing, received 1772366400, ")
    assert 'custom_data: expected nothing, received {"value":120,"currency":"EUR"}' in text
    assert differences("{ sends_exactly: { meta: [] } }") == [("sends_exactly meta: the number of events", 0, 1)]


@pytest.mark.parametrize(
    ("wanted", "received", "places"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": {"b": 1}}, {"a": {"b": True}}, ["a.b: expected 1, received true"]),
        ({"a": {"b": 1}, "c": 1}, {"c": "y"}, ['a: expected {"b":1}, received nothing', 'c: expected 1, received "y"']),
        ({"a": {"b": 1}}, {"a": "t"}, ['a: expected {"b":1}, received "t"']),
        ({"a": [{"b": 1}, 2]}, {"a": [{"b": 3, "c": 1}, 2]}, ["a.0.b: expected 1, received 3"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a: expected 1 element, received 2 elements"]),
        ("x", {"a": 1}, ['the event: expected "x", received {"a":1}']),
    ],
)  # fmt: skip
def test_every_place_that_differs_is_named_by_its_path(wanted: Any, received: Any, places: list[str]) -> None:
    assert list(map(str, differing(wanted, received))) == places


def test_what_is_too_much_differs_only_when_all_is_told() -> None:
    assert list(differing({"a": {}}, {"a": {"b": 2}})) == []
    assert list(map(str, differing({"a": {}}, {"a": {"b": 2}}, exactly=True))) == ["a.b: expected nothing, received 2"]


def test_a_text_names_the_first_places_and_how_many_more_there_are() -> None:
    wanted = ", ".join(f"k{number}: 1" for number in range(7))
    ((text, _, _),) = differences(f"{{ sends: {{ meta: {{ {wanted} }} }} }}")
    assert text.startswith("sends meta: k0: expected 1, received nothing, k1: ")
    assert text.endswith("k4: expected 1, received nothing, and 2 more")


def test_true_is_not_one() -> None:
    assert len(differences("{ sends: { meta: { custom_data: { value: true } } } }")) == 1


def test_a_tag_that_sent_nothing_does_not_meet_sends() -> None:
    assert differences("{ sends: { again: { event_name: PageView } } }") == [
        ("sends again: it sends nothing", {"event_name": "PageView"}, [])
    ]


def test_a_hit_nobody_takes_says_so_everywhere() -> None:
    given = "{ path: /nowhere }"
    assert differences("{ fired: [] }", given) == []
    assert differences("{ fired: [meta] }", given) == [("fired; no client claims the hit", ["meta"], [])]
    assert differences("{ skipped: { meta: x } }", given) == [("skipped meta", "x", "absent: no client claims the hit")]
    assert differences("{ consent: { ad_storage: granted } }", given)[0][0] == "consent; no client claims the hit"
    assert differences("{ response: 404 }", given) == []


def test_a_hit_of_the_client_has_the_client_s_path_unless_another_is_written() -> None:
    assert run("{}", "{ client: pixel, query: { id: 1, ev: PageView } }").trace.client == "pixel"  # type: ignore[union-attr]
    assert run("{}", "{ client: pixel, path: /g/collect, query: { v: 2, tid: G-1 } }").trace.client == "browser"  # type: ignore[union-attr]


@pytest.mark.parametrize("cid", ["1234567890.1700000000", "1.10", "007", "1e5", "true", "$X", "2026-03-01"])
def test_a_hit_is_text_down_to_the_last_digit(cid: str) -> None:
    loaded = load_text(CONFIG.replace("{given}", f"{{ client: browser, query: {{ v: 2, tid: G-1, cid: {cid} }} }}")
                       .replace("{expect}", "{}"))  # fmt: skip
    (case,), _ = read_cases(loaded)
    assert case.hit.query["cid"] == cid


def test_a_body_that_is_no_text_is_sent_as_json() -> None:
    loaded = load_text(CONFIG.replace("{given}", "{ path: /x, body: { a: [1, null] } }").replace("{expect}", "{}"))
    (case,), _ = read_cases(loaded)
    assert (case.hit.method, case.hit.body) == ("POST", b'{"a":[1,null]}')


@pytest.mark.parametrize(
    "at", ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00", "2026-03-01T13:00:00+01:00", "1772366400"]
)
def test_the_moment_may_be_written_in_several_ways(at: str) -> None:
    loaded = load_text(f"tests: {{ case: {{ at: '{at}', given: {{ path: / }}, expect: {{}} }} }}")
    (case,), problems = read_cases(loaded)
    assert problems == []
    assert case.at == 1772366400


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("5", "1:10: tests.case: a test needs given: and expect:; write the hit under given:"),
        ("{ given: [], expect: {} }", "1:25: tests.case.given: expected a mapping, found a list; "
         "write { name: value }; names: client, method, path, query, headers, cookies, body, body_base64, ip, file, "
         "id"),
        ("{ given: { client: [browser] }, expect: {} }", "1:35: tests.case.given.client: there is no client a list; "
         "there is none to choose from"),
        ("{ given: { client: 5 }, expect: {} }", "1:35: tests.case.given.client: there is no client '5'; "
         "there is none to choose from"),
        ("{ given: { query: [a] }, expect: {} }", "1:34: tests.case.given.query: 'query' of a hit is a text, not "
         "a list; see docs/testing.md for what a hit may hold"),
        ("{ given: { cookies: 5 }, expect: {} }", "1:36: tests.case.given.cookies: 'cookies' of a hit is a mapping "
         "of names to texts; see docs/testing.md for what a hit may hold"),
        ("{ given: {}, expect: { fired: { meta: yes } } }", "1:46: tests.case.expect.fired: expected the name of a "
         "tag, found a mapping; write fired: [name] or []"),
        ("{ given: {}, expect: { sends: meta } }", "1:46: tests.case.expect.sends: expected a mapping, found text; "
         "write { name: value }"),
        ("{ given: {}, expect: { consent: { ads: x } } }", "1:50: tests.case.expect.consent.ads: 'ads' is not known "
         "here; known: ad_personalization, ad_storage, ad_user_data, analytics_storage"),
        ("{ at: { a: 1 }, given: {}, expect: {} }", "1:22: tests.case.at: a mapping is not a time; "
         "write 2026-03-01T12:00:00Z"),
        ("{ at: 9999999999999999999999, given: {}, expect: {} }", "1:22: tests.case.at: '9999999999999999999999' is "
         "not a time; write 2026-03-01T12:00:00Z"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_be_meant_is_a_problem_at_its_place(case: str, message: str) -> None:
    cases, problems = read_cases(load_text(f"tests: {{ case: {case} }}"))
    assert cases == []
    assert [str(one).removeprefix("config.yaml:") for one in problems] == [message]


def test_the_tests_of_a_wrong_configuration_are_still_checked() -> None:
    loaded = load_text("clients: { browser: ga5 }\ntests: { a: { given: { client: browsr }, expect: {} } }")
    assert loaded.configuration is None
    assert [one.text for one in read_cases(loaded)[1]] == ["there is no client 'browsr'"]


@pytest.mark.parametrize("main", ["a: [\n", "", "clients: [browser]\n", "client: { browser: ga4 }\n", "- clients\n"])
def test_a_file_whose_clients_and_tags_cannot_be_known_is_not_held_against_its_cases(tmp_path: Path, main: str) -> None:
    (tmp_path / "config.yaml").write_text(main)
    folder = tmp_path / "tests" / "examples"
    folder.mkdir(parents=True)
    case = "{ given: { client: browser }, expect: { fired: [meta], sends: { meta: {} }, skipped: [] } }"
    (folder / "more.yaml").write_text(f"tests: {{ a: {case} }}\n")
    loaded = load(tmp_path / "config.yaml")
    assert loaded.errors
    problems = read_cases(loaded)[1]
    assert [one.text for one in problems] == ["expected a mapping, found a list"]  # what is wrong whatever the names


def test_examples_beside_the_file_are_read_and_their_faults_told(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\ntests: { a: { given: {}, expect: {} } }\n")
    folder = tmp_path / "tests" / "examples"
    folder.mkdir(parents=True)
    (folder / "more.yaml").write_text("tests: { b: { given: {}, expect: {} } }\n")
    (folder / "odd.yaml").write_text("cases: {}\n")
    (folder / "broken.yaml").write_text("a: [\n")
    cases, problems = read_cases(load(tmp_path / "config.yaml"))
    assert [case.name for case in cases] == ["a", "b"]
    assert [(Path(one.file).name, one.kind) for one in problems] == [("broken.yaml", "yaml"), ("odd.yaml", "test")]


def test_every_test_of_the_shipped_configuration_passes() -> None:
    loaded = load(ROOT / "config.yaml", environ={})
    cases, problems = read_cases(loaded)
    assert problems == []
    assert len(cases) >= 7
    assert [one.case.name for one in (run_case(case, loaded.whole()) for case in cases) if one.differences] == []
