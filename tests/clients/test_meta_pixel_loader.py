"""Hits of tagdock's own loader: what it says of consent and of the browser's copy, and that Meta hears none of it."""

from __future__ import annotations

import json

import pytest

from container.config.load import load_text
from container.hit import Hit
from container.runtime import route
from tests.clients.pixel import NOW, pixel

BASE = "id=1234567890&ev=Purchase&eid=o-1&cd[value]=5&cd[currency]=EUR"
CONFIG = """
clients: { pixel: meta_pixel }
triggers: { anything: { where: { event.event_name: { exists: true } } } }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $META_ACCESS_TOKEN }
    fires_on: anything
    needs_consent: [ad_storage, ad_user_data]
"""


def test_a_loaders_hit_says_what_the_page_said_of_each_purpose() -> None:
    assert pixel(f"{BASE}&td=sent&tdc=gd-d").consent == {
        "ad_storage": "granted", "analytics_storage": "denied", "ad_personalization": "denied",
    }  # fmt: skip
    assert pixel(f"{BASE}&td=sent&tdc=----").consent == {}
    assert pixel(f"{BASE}&td=sent").consent == {}


@pytest.mark.parametrize("letters", ["gggggggg", "xyz", "G", "", "%00%00"])
def test_odd_letters_of_consent_grant_no_more_than_the_known_ones(letters: str) -> None:
    consent = pixel(f"{BASE}&td=sent&tdc={letters}").consent
    assert set(consent.values()) <= {"granted"}
    assert len(consent) == (4 if letters == "gggggggg" else 0)


def test_without_the_loaders_own_parameter_nobody_speaks_about_consent() -> None:
    assert pixel(f"{BASE}&tdc=gggg").consent == {}
    assert pixel(f"{BASE}&td=whatever&tdc=gggg").consent == {}


@pytest.mark.parametrize("copy", ["sent", "blocked", "offline", "unknown", "none"])
def test_what_became_of_the_browsers_copy_is_kept_with_the_event(copy: str) -> None:
    event = pixel(f"{BASE}&td={copy}").event
    assert event["x-tagdock-browser"] == copy
    assert "x-tagdock-drop" not in event


def test_an_error_the_loader_swallowed_is_told_by_its_name() -> None:
    incoming = pixel(f"{BASE}&td=sent&tde=fbq+TypeError")
    assert incoming.event["x-tagdock-trouble"] == "fbq TypeError"
    assert "the loader on the page met an error: fbq TypeError" in incoming.notes
    assert "x-tagdock-trouble" not in pixel(f"{BASE}&td=sent&tde=%1b%5b2J").event
    assert len(pixel(f"{BASE}&td=sent&tde={'x' * 5000}").event["x-tagdock-trouble"]) == 80


def sent(query: str) -> tuple[list[bytes], list[tuple[str, str]]]:
    loaded = load_text(CONFIG)
    headers = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    routed = route(Hit("POST", "/loader/tr", query, headers, b"", "203.0.113.9"), loaded.whole(), NOW)
    return [one.body for one in routed.outgoing], routed.suppressed


def test_the_pages_own_consent_lets_the_event_go_and_meta_hears_nothing_of_the_loader() -> None:
    (body,), suppressed = sent(f"{BASE}&td=blocked&tdc=g-g-&tde=fbq+TypeError")
    assert suppressed == []
    assert json.loads(body)["event_id"] == "o-1"
    assert not any(word in body for word in (b"tagdock-", b"blocked", b"TypeError", b'"td', b"g-g-"))


def test_the_pages_own_denial_keeps_it_back() -> None:
    assert sent(f"{BASE}&td=sent&tdc=d-d-") == ([], [])


def test_a_refused_event_reaches_no_tag_even_where_no_consent_is_needed() -> None:
    loaded = load_text(CONFIG.replace("[ad_storage, ad_user_data]", "[]"))
    routed = route(Hit("POST", "/loader/tr", "ev=Purchase&td=refused&tdc=d-d-", {}), loaded.whole(), NOW, explain=True)
    assert routed.outgoing == []
    assert routed.suppressed == []
    assert routed.trace is not None
    meta = routed.trace.events[0].tags[0]
    assert meta.outcome == "no_consent", "though the hit has no value, which the trigger would ask for"
    assert meta.reason == "consent refused in the browser: nothing but the event's name left it"
