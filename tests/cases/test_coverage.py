"""Coverage: what the tests of a configuration reached, told by the words that stand in it."""

from __future__ import annotations

import pytest

from container.cases import read_cases, run_case
from container.cases.coverage import Coverage
from container.config.load import load_text

CONFIG = """
clients: { browser: ga4, pixel: meta_pixel }
variables:
  worth: { jsonpath: $.value }
  unused: { constant: 5 }
triggers:
  sale: { event: purchase, where: { worth: { greater_than: 10 } } }
  view: { event: page_view }
  bot: { where: { event.bot: { equals: 1 } } }
  either: { any_of: [{ event: a }, { event: b }] }
transformations:
  all: { exclude: [secret] }
  some: { exclude: [secret], for: other }
tags:
  meta: { log: {}, fires_on: [sale, view], blocked_by: bot, needs_consent: [ad_storage] }
  other: { log: {}, fires_on: either, needs_consent: [] }
tests: {cases}
"""


def case(name: str, query: str) -> str:
    given = f"{{ client: browser, query: {{ v: 2, tid: G-1, cid: 1.2, {query} }} }}"
    return f"{name}: {{ at: 2026-03-01T12:00:00Z, given: {given}, expect: {{}} }}"


def covered(*queries: str) -> Coverage:
    cases = "{ " + ", ".join(case(f"c{number}", query) for number, query in enumerate(queries)) + " }"
    loaded = load_text(CONFIG.replace("{cases}", cases))
    found, problems = read_cases(loaded)
    assert problems == []
    configuration = loaded.whole()
    coverage = Coverage(configuration, loaded.top)
    for one in found:
        trace = run_case(one, configuration).trace
        assert trace is not None
        coverage.see(trace)
    return coverage


def missed(coverage: Coverage) -> list[str]:
    return [f"{one.line}: {one.sort} {one.name} {one.missing}" for one in coverage.missed()]


EVERYTHING = [
    "2: client browser takes no hit",
    "2: client pixel takes no hit",
    "4: variable worth is never asked for",
    "5: variable unused is never asked for",
    "7: trigger sale event is never true",
    "7: trigger sale event is never false",
    "7: trigger sale where is never true",
    "7: trigger sale where is never false",
    "8: trigger view event is never true",
    "8: trigger view event is never false",
    "9: trigger bot where is never true",
    "9: trigger bot where is never false",
    "10: trigger either any_of[0].event is never true",
    "10: trigger either any_of[0].event is never false",
    "10: trigger either any_of[1].event is never true",
    "10: trigger either any_of[1].event is never false",
    "10: trigger either any_of is never true",
    "10: trigger either any_of is never false",
    "12: transformation all is never applied",
    "13: transformation some is never applied",
    "15: tag meta never fires",
    "15: tag meta is never blocked by bot",
    "15: tag meta never lacks ad_storage",
    "16: tag other never fires",
]


def test_without_a_test_nothing_is_reached() -> None:
    assert missed(covered()) == EVERYTHING
    assert covered().percent == 0


REACHED = {
    "a sale": (
        "en: purchase, epn.value: 20, gcs: G111",
        ["2: client browser takes no hit", "4: variable worth is never asked for",
         "7: trigger sale event is never true", "7: trigger sale where is never true",
         "9: trigger bot where is never false", "10: trigger either any_of[0].event is never false",
         "10: trigger either any_of[1].event is never false", "10: trigger either any_of is never false",
         "12: transformation all is never applied", "15: tag meta never fires"],
    ),
    "a view without consent": (
        "en: page_view, gcs: G100",
        ["2: client browser takes no hit", "7: trigger sale event is never false",
         "8: trigger view event is never true", "9: trigger bot where is never false",
         "10: trigger either any_of[0].event is never false", "10: trigger either any_of[1].event is never false",
         "10: trigger either any_of is never false", "12: transformation all is never applied",
         "15: tag meta never lacks ad_storage"],
    ),
    "a view by a bot": (
        "en: page_view, gcs: G111, epn.bot: 1",
        ["2: client browser takes no hit", "7: trigger sale event is never false",
         "8: trigger view event is never true", "9: trigger bot where is never true",
         "10: trigger either any_of[0].event is never false", "10: trigger either any_of[1].event is never false",
         "10: trigger either any_of is never false", "12: transformation all is never applied",
         "15: tag meta is never blocked by bot"],
    ),
    "the other tag": (
        "en: b",
        ["2: client browser takes no hit", "7: trigger sale event is never false",
         "8: trigger view event is never false", "10: trigger either any_of[0].event is never false",
         "10: trigger either any_of[1].event is never true", "10: trigger either any_of is never true",
         "12: transformation all is never applied", "13: transformation some is never applied",
         "16: tag other never fires"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REACHED)
def test_a_test_reaches_what_its_hit_went_through_and_no_more(name: str) -> None:
    query, reached = REACHED[name]
    assert missed(covered(query)) == [one for one in EVERYTHING if one not in reached]


def test_what_several_tests_reach_adds_up() -> None:
    coverage = covered(*(query for query, _ in REACHED.values()))
    together = {one for _, reached in REACHED.values() for one in reached}
    assert missed(coverage) == [one for one in EVERYTHING if one not in together]
    assert coverage.percent == pytest.approx(100 * len(together) / len(EVERYTHING))
    assert coverage.counts()["tag"] == (4, 4)
    assert coverage.to_json()["sorts"]["client"] == {"reached": 1, "total": 2}


def test_what_is_covered_routes_as_it_did() -> None:
    (plain,), _ = read_cases(
        load_text(CONFIG.replace("{cases}", "{ " + case("c", REACHED["a view by a bot"][0]) + " }"))
    )
    loaded = load_text(CONFIG.replace("{cases}", "{}"))
    before = run_case(plain, loaded.whole()).trace
    Coverage(loaded.whole(), loaded.top)
    assert run_case(plain, loaded.whole()).trace == before
