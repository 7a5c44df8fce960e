"""The files of a new container: in order whatever was answered, and kind to what is there."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from container.cases import read_cases, run_case
from container.config.load import load, load_text
from container.hit import Hit
from container.runtime import route
from container.starting.answers import AnswerError, Answers, events, site_domain
from container.starting.configuration import configuration_text
from container.starting.consent import CONSENT_MODE, COOKIEBOT, NONE, ONETRUST, Source, cookie_source
from container.starting.folder import EXAMPLES, files, standing, write
from container.starting.snippet import snippet
from container.starting.standard import STANDARD_EVENTS

AGENT = {"user-agent": "Firefox"}
SOURCES = (CONSENT_MODE, COOKIEBOT, ONETRUST, NONE, cookie_source("cmp=yes"), cookie_source("on=1"))
EVERY = tuple(STANDARD_EVENTS.values())
SOME = events("")


def answers(**given: Any) -> Answers:
    return Answers(**{"domain": "shop.example", "pixel": "1234567890", **given})


def in_order(folder: Path, made: Answers) -> int:
    """How many tests there are; lint has nothing to say, and all of them pass."""
    write(folder, files(made))
    loaded = load(folder / "config.yaml", {})
    cases, problems = read_cases(loaded)
    assert [str(one) for one in [*loaded.problems, *problems]] == []
    assert [
        (one.name, result.differences) for one in cases if (result := run_case(one, loaded.whole())).differences
    ] == []
    return len(cases)


@pytest.mark.parametrize(
    ("stream", "currency", "backend", "source", "chosen"),
    [
        *itertools.product(("G-AB12CD34", ""), ("", "CHF"), (False, True), SOURCES, (SOME,)),
        *itertools.product(("G-AB12CD34", ""), ("",), (True,), (CONSENT_MODE, COOKIEBOT), (EVERY, events("sign_up"))),
    ],
)
def test_whatever_was_answered_lint_is_silent_and_its_tests_pass(
    stream: str, currency: str, backend: bool, source: Source, chosen: Any, tmp_path: Path
) -> None:
    made = answers(stream=stream, currency=currency, backend=backend, consent=source, events=chosen)
    # One for each event, one for a refusal, one for a visitor nobody asked, one for a crawler, one for an empty order.
    assert in_order(tmp_path, made) == len(chosen) + 3 + (chosen != events("sign_up"))


COOKIE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    name=COOKIE,
    value=COOKIE,
    domain=st.text(min_size=1, max_size=30),
    chosen=st.sets(st.sampled_from(EVERY), min_size=1),
)
def test_odd_cookies_and_domains_are_refused_or_written_well(
    name: str, value: str, domain: str, chosen: Any, tmp_path: Path
) -> None:
    try:
        source, site = cookie_source(f"{name}={value}"), site_domain(f"{domain}.example")
    except (AnswerError, ValueError):
        return
    kept = tuple(one for one in EVERY if one in chosen)
    assert in_order(tmp_path, answers(domain=site, consent=source, stream="G-AB12CD34", events=kept)) >= 4


def test_the_schema_beside_it_is_named_in_the_first_line_as_an_editor_wants_it() -> None:
    text = configuration_text(answers())
    assert text.splitlines()[0] == "# yaml-language-server: $schema=tagdock.schema.json"


def test_the_sections_stand_in_the_order_in_which_a_hit_meets_them() -> None:
    text = configuration_text(answers(stream="G-AB12CD34"))
    found = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert found == ["container", "clients", "variables", "triggers", "consent", "tags", "delivery"]


def test_a_file_that_is_there_is_named_unless_it_is_the_very_same(tmp_path: Path) -> None:
    texts = files(answers())
    assert standing(tmp_path, texts) == []
    write(tmp_path, texts)
    assert standing(tmp_path, texts) == []
    assert standing(tmp_path, files(answers(pixel="777"))) == [Path("config.yaml"), EXAMPLES, Path(".env.example")]


def test_gitignore_gets_the_lines_it_lacks_and_keeps_its_own(tmp_path: Path) -> None:
    ignore = tmp_path / ".gitignore"
    ignore.write_bytes(b"node_modules\n/data")
    write(tmp_path, files(answers()))
    assert ignore.read_bytes() == b"node_modules\n/data\n.env\n"
    assert Path(".gitignore") not in write(tmp_path, files(answers()))


def test_secrets_are_named_and_none_is_written() -> None:
    texts = files(answers(backend=True))
    assert "META_ACCESS_TOKEN=\n" in texts[Path(".env.example")]
    assert "MP_API_SECRET=\n" in texts[Path(".env.example")]
    assert "MP_API_SECRET" not in files(answers())[Path(".env.example")]


def test_an_order_of_the_back_end_counts_where_it_says_that_the_visitor_agreed() -> None:
    """The body is the one that docs/start.md shows."""
    document = (Path(__file__).parent.parent.parent / "docs" / "start.md").read_text()
    body = document.partition("--json '")[2].partition("' ")[0].partition("'\n```")[0]
    for source in SOURCES:
        container = load_text(configuration_text(answers(stream="G-AB12CD34", backend=True, consent=source))).whole()

        def fired(text: str, container: Any = container) -> list[str]:
            hit = Hit("POST", "/mp/collect", "", {"content-type": "application/json"}, text.encode(), "198.51.100.7")
            trace = route(hit, container, 1_772_366_400.0, explain=True).trace
            assert trace is not None
            return [one.tag for one in trace.events[0].tags if one.outcome == "fired"]

        assert fired(body) == ["meta"], source.word
        assert fired(body.replace('"granted"', '"no"')) == (["meta"] if source is NONE else []), source.word


def test_a_browser_cannot_say_in_the_back_ends_place_that_a_visitor_agreed() -> None:
    container = load_text(configuration_text(answers(stream="G-AB12CD34", backend=True, consent=COOKIEBOT))).whole()
    query = "v=2&tid=G-AB12CD34&cid=7.8&en=page_view&ep.marketing_consent=granted"
    assert route(Hit("GET", "/g/collect", query, AGENT), container, 1_772_366_400.0).outgoing == []


def test_a_page_with_gtag_sends_to_the_container_with_every_consent_denied_at_first() -> None:
    text = snippet(answers(stream="G-AB12CD34", host="t.shop.example"))
    assert "gtag('config', 'G-AB12CD34', { server_container_url: 'https://t.shop.example' });" in text
    assert text.index("gtag('consent', 'default'") < text.index("gtag('config'")
    assert "consent" not in snippet(answers(stream="G-AB12CD34", consent=COOKIEBOT))


def test_a_page_without_gtag_loads_the_containers_own_script() -> None:
    text = snippet(answers(consent=NONE))
    assert '<script src="https://data.shop.example/loader.js" data-pixel="1234567890"></script>' in text
    assert 'data-consent="denied"' in snippet(answers())


def test_only_the_shops_own_stream_gets_what_is_handed_on_whichever_a_hit_names() -> None:
    container = load_text(configuration_text(answers(stream="G-AB12CD34EF"))).whole()
    query = "v=2&tid=G-EVIL00001&cid=7.8&gcs=G111&gcd=13r3r3r3r5&en=page_view"
    routed = route(Hit("GET", "/g/collect", query, AGENT), container, 1_772_366_400.0)
    assert [one.destination.partition(":")[0] for one in routed.outgoing if one.tag == "analytics"] == ["G-AB12CD34EF"]
