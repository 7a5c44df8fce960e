"""Time, source, app, privacy and free data of one event."""

from typing import Any

import pytest

from container.meta import clock, source
from container.meta.clean import clean
from container.meta.privacy import limited_data_use, opt_out_signal, us_opt_out

NOW = 1_790_000_000.5
DAY = 86400


def at(told: float | None, origin: str = "website", *, browsers: bool = False) -> tuple[clock.Moment, list[str]]:
    notes: list[str] = []
    return clock.event_time(told, NOW, origin, browsers=browsers, note=notes.append), notes


def test_without_a_time_the_arrival_is_used() -> None:
    assert at(None) == ((1_790_000_000, ""), [])


def test_the_future_becomes_the_arrival() -> None:
    assert at(NOW + 30) == ((1_790_000_000, ""), ["event_time is 30 s in the future: the time of arrival is used"])


def test_seven_days_are_accepted_and_a_second_more_is_not() -> None:
    assert at(1_790_000_000 - 7 * DAY)[0] == (1_790_000_000 - 7 * DAY, "")
    assert at(1_790_000_000 - 7 * DAY - 1)[0].refusal == "event_time is 7 days old and Meta takes 7 at most"


def test_a_shop_may_send_sixty_two_days() -> None:
    assert at(NOW - 60 * DAY, "physical_store")[0].refusal == ""
    assert at(NOW - 63 * DAY, "physical_store")[0].refusal == "event_time is 63 days old and Meta takes 62 at most"


def test_a_browsers_wrong_clock_costs_no_event() -> None:
    assert at(NOW - 99 * DAY, browsers=True) == (
        (1_790_000_000, ""),
        ["event_time by the browser's clock is too old for Meta: the time of arrival is used"],
    )


@pytest.mark.parametrize(
    ("configured", "said", "found"),
    [
        (None, None, "website"),
        (None, "app", "app"),
        ("email", "app", "email"),
        (None, "shop", "website"),
        ("{}", "chat", "chat"),
        (None, 7, "website"),
    ],
)
def test_the_action_source_is_the_configured_else_the_events_else_website(
    configured: Any, said: Any, found: str
) -> None:
    assert source.action_source(configured, said, lambda _: None) == found


def test_a_lead_has_another_name_in_a_conversation() -> None:
    notes: list[str] = []
    assert source.messaging_name("Lead", notes.append) == "LeadSubmitted"
    assert source.messaging_name("Purchase", notes.append) == "Purchase"
    assert source.messaging_name("Hello", notes.append) == "Hello"
    assert notes == [
        "Meta refuses Lead for business_messaging: LeadSubmitted is sent",
        "Hello is not known to be allowed for business_messaging",
    ]


APP = {
    "advertiser_tracking_enabled": True,
    "application_tracking_enabled": "0",
    "extinfo": ["i2", "com.shop", "1", "1.0", "17.5"],
}


def test_app_data_is_filled_to_sixteen_places() -> None:
    found = source.app_data({**APP, "vendor_id": "v"}, lambda _: None)
    assert found == {
        "advertiser_tracking_enabled": 1,
        "application_tracking_enabled": 0,
        "extinfo": ["i2", "com.shop", "1", "1.0", "17.5", *[""] * 11],
        "vendor_id": "v",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"advertiser_tracking_enabled": None},
        {"application_tracking_enabled": "yes"},
        {"extinfo": None},
        {"extinfo": ["i2"] * 17},
        {"extinfo": ["i2", "", "", "", ""]},
        {"extinfo": ["i2", "", "", "", None]},
    ],
)
def test_app_data_without_what_meta_requires_is_left_out_and_named(change: dict[str, Any]) -> None:
    notes: list[str] = []
    assert source.app_data({**APP, **change}, notes.append) is None
    assert len(notes) == 1


def test_an_event_needs_what_its_source_asks_for() -> None:
    assert source.refused("app", {}) == "Meta wants app_data of an event whose action_source is app"
    assert source.refused("business_messaging", {}).startswith("Meta wants messaging_channel")
    assert source.refused("website", {}) == ""
    assert source.unmatched("email", ("em",)) == ""
    assert (
        source.unmatched(
            "website",
            (
                "em",
                "client_user_agent",
            ),
        )
        == ""
    )
    assert source.unmatched("website", ("em",)).startswith("Meta wants the visitor's client_user_agent")
    assert source.unmatched(
        "email",
        (
            "ct",
            "zp",
        ),
    ).startswith("Meta cannot match anybody by ct, zp")


def test_an_original_event_keeps_its_four_fields() -> None:
    given = {"event_name": "Purchase", "event_time": 1790000000, "order_id": "o", "event_id": "", "x": 1}
    notes: list[str] = []
    assert source.original_event(given, notes.append) == {
        "event_name": "Purchase",
        "event_time": 1790000000,
        "order_id": "o",
    }
    assert source.original_event("x", notes.append) is None
    assert notes == ["original_event_data says nothing: left out"]


def limits(event: dict[str, Any], **more: Any) -> tuple[dict[str, Any], list[str]]:
    notes: list[str] = []
    settings: dict[str, Any] = {"configured": None, "opted_out": "", "has_address": True, **more}
    return limited_data_use(event, note=notes.append, **settings), notes


def ldu(country: int, state: int) -> dict[str, Any]:
    return {
        "data_processing_options": ["LDU"],
        "data_processing_options_country": country,
        "data_processing_options_state": state,
    }


def said(options: Any, country: Any = None, state: Any = None) -> dict[str, Any]:
    return {
        "data_processing_options": options,
        "data_processing_options_country": country,
        "data_processing_options_state": state,
    }


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (said(["LDU"], 1, 1000), ldu(1, 1000)),
        (said(["LDU"], "1", "1012"), ldu(1, 1012)),
        (said("LDU"), ldu(0, 0)),
        (said(True), ldu(0, 0)),
        (said(["LDU"], None, 1005), ldu(1, 1005)),
        (said(["LDU"], 1), ldu(1, 0)),
        (said(["LDU"], 49, 3), ldu(0, 0)),
        (said(["LDU"], 1, 999), ldu(0, 0)),
        (said([]), {"data_processing_options": []}),
        ({}, {}),
        (said("no"), {}),
        (said({"LDU": 1}), {}),
    ],
)
def test_limited_data_use_as_the_event_says_it(event: dict[str, Any], found: dict[str, Any]) -> None:
    assert limits(event)[0] == found


def test_the_configuration_wins_and_the_visitors_signal_turns_a_no_into_a_yes() -> None:
    assert limits(said(["LDU"], 1, 1000), configured=(1, 1001))[0] == ldu(1, 1001)
    assert limits(said([]), opted_out="the browser sent Sec-GPC") == (
        ldu(0, 0),
        ["the browser sent Sec-GPC: Limited Data Use"],
    )
    assert limits(said(["LDU"], 1, 1000), opted_out="the browser sent Sec-GPC")[0] == ldu(1, 1000)


def test_without_an_address_meta_cannot_locate_the_event() -> None:
    assert limits(said(True), has_address=False)[1] == [
        "Limited Data Use 0,0 lets Meta locate the event, but there is no client_ip_address"
    ]


@pytest.mark.parametrize(
    ("text", "out"), [("1YYN", True), ("1-Y-", True), ("1YNN", False), ("1---", False), (None, False)]
)
def test_the_third_character_of_a_us_privacy_string_opts_out(text: object, out: bool) -> None:
    assert us_opt_out(text) is out


def test_the_signals_of_the_visitor() -> None:
    both = ("us_privacy", "gpc")
    assert opt_out_signal(both, [None, {"us_privacy": "1YYN"}], {}) == "us_privacy opts out of sale"
    assert opt_out_signal(both, ["1YNN", {"usprivacy": "1YYY"}], {}) == "us_privacy opts out of sale"
    assert opt_out_signal(both, [], {"sec-gpc": "1"}) == "the browser sent Sec-GPC"
    assert opt_out_signal((), ["1YYN"], {"sec-gpc": "1"}) == ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"a": 1, "b": float("nan"), "c": [1, float("inf")], "d": "\ud800"}, {"a": 1, "c": [1]}),
        (2**63, None),
        (-(2**63), -(2**63)),
        ("x" * 9000, None),
        ({1: 2, "a": None}, {}),
        ((1, b"x"), [1]),
        (True, True),
    ],
)
def test_free_data_is_cleaned_for_json(given: Any, kept: Any) -> None:
    assert clean(given) == kept


def test_nesting_past_six_levels_is_dropped() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"a": deep}
    assert clean(deep) == {"a": {"a": {"a": {"a": {"a": {}}}}}}


def test_a_thousand_values_are_enough() -> None:
    assert len(clean(list(range(5000)))) == 1000
