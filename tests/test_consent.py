"""Consent: the visitor's explicit word first, then what the configuration grants, assumes and defaults to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from container.component import Incoming
from container.config.document import ConsentSection, LimitedDataUseSection, Trigger
from container.config.load import load
from container.consent import ConsentPolicy
from container.context import Context
from container.event import CONSENT_PURPOSES, Event
from container.hit import Hit
from container.runtime import route
from tests.fakes import where

BANNER = where("banner", "event.banner", "equals", "yes")
YES: Event = {"banner": "yes"}
NO: Event = {"banner": "no"}


def policy(**section: object) -> ConsentPolicy:
    triggers: dict[str, Trigger] = {"banner": BANNER}
    return ConsentPolicy(ConsentSection(**section), triggers)


def state(
    policy: ConsentPolicy, event: Event, said: dict[str, str] | None = None, **implicit: str
) -> Mapping[str, str]:
    return policy.state(Incoming(event, said or {}, implicit), Context(event)).state


def test_every_purpose_is_unset_while_nobody_spoke() -> None:
    assert state(policy(), {}) == dict.fromkeys(CONSENT_PURPOSES, "unset")


def test_what_the_hit_says_explicitly_is_the_state() -> None:
    found = state(policy(), {}, {"ad_storage": "denied", "analytics_storage": "granted"})
    assert found == {
        "ad_storage": "denied",
        "analytics_storage": "granted",
        "ad_user_data": "unset",
        "ad_personalization": "unset",
    }


def test_a_trigger_grants_what_is_unset_when_it_holds() -> None:
    granting = policy(ad_storage="banner", ad_user_data="banner")
    assert state(granting, YES)["ad_storage"] == state(granting, YES)["ad_user_data"] == "granted"
    assert state(granting, YES)["ad_personalization"] == "unset"
    assert state(granting, NO)["ad_storage"] == "unset"


def test_an_explicit_denial_wins_over_a_trigger() -> None:
    granting = policy(ad_storage="banner", when_unset="granted", implicit="used")
    found = state(granting, YES, {"ad_storage": "denied"}, ad_storage="granted")
    assert found["ad_storage"] == "denied"
    assert granting.refused(("ad_storage",), found, YES) == "ad_storage"


def test_what_the_sender_assumed_counts_only_when_the_configuration_says_so() -> None:
    assert state(policy(), {}, ad_storage="granted")["ad_storage"] == "unset"
    assert state(policy(implicit="used"), {}, ad_storage="granted")["ad_storage"] == "granted"
    assert state(policy(implicit="used"), {}, ad_storage="denied")["ad_storage"] == "denied"


def test_a_trigger_comes_before_what_the_sender_assumed() -> None:
    both = policy(implicit="used", ad_storage="banner")
    assert state(both, YES, ad_storage="denied")["ad_storage"] == "granted"
    assert state(both, NO, ad_storage="denied")["ad_storage"] == "denied"


def test_an_explicit_word_comes_before_what_the_sender_assumed() -> None:
    assert state(policy(implicit="used"), {}, {"ad_storage": "granted"}, ad_storage="denied")["ad_storage"] == "granted"


@pytest.mark.parametrize("purpose", CONSENT_PURPOSES)
def test_unset_counts_as_denied_unless_the_configuration_says_otherwise(purpose: str) -> None:
    unset = state(policy(), {})
    assert policy().refused((purpose,), unset, {}) == purpose
    assert policy(when_unset="granted").refused((purpose,), unset, {}) == ""


def test_when_unset_granted_does_not_overrule_a_denial() -> None:
    lenient = policy(when_unset="granted")
    found = state(lenient, {}, {"ad_user_data": "denied"})
    assert lenient.refused(("ad_storage", "ad_user_data"), found, {}) == "ad_user_data"


def test_the_first_purpose_that_is_refused_is_named() -> None:
    found = state(policy(), {}, {"analytics_storage": "granted", "ad_storage": "denied"})
    assert policy().refused(("analytics_storage", "ad_user_data", "ad_storage"), found, {}) == "ad_user_data"


def test_a_tag_that_needs_no_consent_is_never_refused() -> None:
    assert policy().refused((), state(policy(), {}, dict.fromkeys(CONSENT_PURPOSES, "denied")), {}) == ""


# Consent mode v1 knew ad_storage and analytics_storage only.


@pytest.mark.parametrize("purpose", ["ad_user_data", "ad_personalization"])
def test_in_consent_mode_v1_the_newer_purposes_follow_ad_storage(purpose: str) -> None:
    event = {"x-ga-gcs": "G111"}
    for word, refused in (("granted", ""), ("denied", purpose), ("unset", purpose)):
        found = state(policy(), event, {} if word == "unset" else {"ad_storage": word})
        assert policy().refused((purpose,), found, event) == refused


def test_in_consent_mode_v2_the_newer_purposes_speak_for_themselves() -> None:
    event = {"x-ga-gcs": "G111", "x-ga-gcd": "13r3r3l3l5"}
    found = state(policy(), event, {"ad_storage": "granted"})
    assert policy().refused(("ad_user_data",), found, event) == "ad_user_data"


def test_a_hit_without_consent_mode_has_no_follower() -> None:
    found = state(policy(), {}, {"ad_storage": "granted"})
    assert policy().refused(("ad_user_data",), found, {}) == "ad_user_data"


def test_an_explicit_denial_of_a_newer_purpose_stays_in_consent_mode_v1() -> None:
    event = {"x-ga-gcs": "G111"}
    found = state(policy(), event, {"ad_storage": "granted", "ad_user_data": "denied"})
    assert policy().refused(("ad_user_data",), found, event) == "ad_user_data"


def test_limited_data_use_follows_its_trigger() -> None:
    limited = policy(limited_data_use=LimitedDataUseSection(when="banner", country=1, state=1000))
    use = limited.limited_data_use(Context(YES))
    assert use is not None
    assert (use.country, use.state) == (1, 1000)
    assert limited.limited_data_use(Context(NO)) is None
    assert policy().limited_data_use(Context(YES)) is None


def test_what_counts_although_nobody_said_it_is_told_in_the_trace() -> None:
    configuration = load(Path(__file__).parent.parent / "config.yaml", {}).whole()
    hit = Hit("GET", "/g/collect", "v=2&tid=G-1&cid=1.2&gcs=G111&en=page_view", {"user-agent": "x"}, ip="203.0.113.7")
    trace = route(hit, configuration, 1.8e9, explain=True).trace
    assert trace is not None
    (tag,) = trace.events[0].tags
    assert tag.outcome == "fired"
    assert tag.notes[0] == (
        "ad_user_data is unset: it follows ad_storage, since the hit speaks consent mode v1 (gcs without gcd)"
    )
