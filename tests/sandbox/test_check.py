"""Every documented refusal, with its code and subcode; what is allowed passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import AGENT, NOW, Event, Local, hashed

DAY = 86_400
EMAIL = {"em": [hashed("jane@example.com")]}
EXTINFO = [
    "i2",
    "com.shop",
    "1.0",
    "1.0",
    "17.1",
    "iPhone15,2",
    "en_US",
    "PST",
    "",
    "390",
    "844",
    "3",
    "6",
    "128",
    "60",
]
EXTINFO += ["America/Los_Angeles"]
TRACKING = {"advertiser_tracking_enabled": 1, "application_tracking_enabled": 0}


def website(**changes: Any) -> Event:
    event: Event = {
        "event_name": "PageView",
        "event_time": int(NOW),
        "action_source": "website",
        "event_source_url": "https://shop.example/",
        "user_data": {**EMAIL, "client_user_agent": AGENT},
    }
    return {key: value for key, value in (event | changes).items() if value is not None}


def purchase(**custom: Any) -> Event:
    return website(event_name="Purchase", custom_data=custom)


def with_user(**user: Any) -> Event:
    return website(user_data={**EMAIL, "client_user_agent": AGENT, **user})


def app(**app_data: Any) -> Event:
    return website(action_source="app", app_data=app_data)


def limited(country: int, state: int | None, **changes: Any) -> Event:
    return website(
        data_processing_options=["LDU"],
        data_processing_options_country=country,
        data_processing_options_state=state,
        **changes,
    )


def messaging(**changes: Any) -> Event:
    sent: Event = {"action_source": "business_messaging", "messaging_channel": "whatsapp", "event_source_url": None}
    return website(**(sent | {"event_name": "LeadSubmitted"} | changes))


REFUSED: dict[str, tuple[Event, int | None]] = {
    "no event name": (website(event_name=None), None),
    "an empty event name": (website(event_name=" "), None),
    "no event time": (website(event_time=None), None),
    "an event time that is text": (website(event_time="yesterday"), None),
    "an event time of truth": (website(event_time=True), None),
    "an event time with a fraction": (website(event_time=NOW + 0.5), None),
    "older than seven days": (website(event_time=int(NOW) - 7 * DAY - 1), 2804003),
    "older than 62 days in a shop": (
        website(event_time=int(NOW) - 62 * DAY - 1, action_source="physical_store"), 2804003),
    "dated an hour ahead": (website(event_time=int(NOW) + 3600), 2804004),
    "dated in milliseconds": (website(event_time=int(NOW) * 1000), 2804004),
    "a time longer than any number": (website(event_time=10**400), 2804004),
    "no action source": (website(action_source=None), None),
    "an unknown action source": (website(action_source="web"), None),
    "an action source of the wrong type": (website(action_source=["website"]), None),
    "no user data": (website(user_data=None, action_source="email"), 2804050),
    "empty user data": (website(user_data={}, action_source="email"), 2804050),
    "user data of the wrong type": (website(user_data=["em"], action_source="email"), 2804050),
    "only unknown match keys": (website(user_data={"email": "x"}, action_source="email"), 2804050),
    "a website event without a user agent": (website(user_data=EMAIL), None),
    "an e-mail in clear": (with_user(em=["jane@example.com"]), None),
    "a phone in clear": (with_user(ph="16505551212"), None),
    "a name in clear among hashes": (with_user(fn=[hashed("jane"), "jane"]), None),
    "a city in clear": (with_user(ct="berlin"), None),
    "an e-mail hashed with MD5": (with_user(em="b58996c504c5638798eb6b511e6f49af"), None),
    "a hash one character short": (with_user(em=hashed("jane")[:-1]), None),
    "a hash with a letter that is none": (with_user(em="g" + hashed("jane")[1:]), None),
    "a birth date as a number": (with_user(db=19970216), None),
    "a purchase without value": (purchase(currency="EUR"), 2804009),
    "a purchase without value and currency": (purchase(order_id="o-1"), 2804009),
    "a purchase with an empty value": (purchase(value="", currency="EUR"), 2804009),
    "a purchase without custom data": (website(event_name="Purchase"), 2804009),
    "a purchase without currency": (purchase(value=12), 2804023),
    "a value without currency": (website(custom_data={"value": 3}), 2804023),
    "a currency that is none": (purchase(value=12, currency="EURO"), 2804011),
    "a currency sign": (purchase(value=12, currency="€"), 2804011),
    "the one ISO currency Meta is known to refuse": (purchase(value=12, currency="MRU"), 2804011),
    "a currency of the wrong type": (purchase(value=12, currency=978), 2804011),
    "a value with a currency sign": (purchase(value="$12.00", currency="USD"), None),
    "a value with a thousands separator": (purchase(value="1,200.00", currency="USD"), None),
    "a negative value": (purchase(value=-1, currency="USD"), None),
    "a value of truth": (purchase(value=True, currency="USD"), None),
    "a value that is a list": (purchase(value=[12], currency="USD"), None),
    "contents without id": (purchase(value=12, currency="EUR", contents=[{"id": "a"}, {"quantity": 1}]), 2804008),
    "contents with an empty id": (purchase(value=12, currency="EUR", contents=[{"id": ""}]), 2804008),
    "contents that are an object": (purchase(value=12, currency="EUR", contents={"id": "a"}), None),
    "contents of plain text": (purchase(value=12, currency="EUR", contents=["a"]), None),
    "content ids that are one text": (purchase(value=12, currency="EUR", content_ids="a"), None),
    "a number of items in words": (purchase(value=12, currency="EUR", num_items="two"), None),
    "an unknown delivery category": (purchase(value=12, currency="EUR", delivery_category="drone"), None),
    "an app event without app data": (website(action_source="app"), None),
    "an app event without a tracking flag": (app(advertiser_tracking_enabled=1, extinfo=EXTINFO), None),
    "an app event without extinfo": (app(**TRACKING), 2804043),
    "extinfo with too few values": (app(**TRACKING, extinfo=EXTINFO[:15]), 2804043),
    "extinfo of an unknown platform": (app(**TRACKING, extinfo=["w1", *EXTINFO[1:]]), 2804043),
    "extinfo without OS version": (app(**TRACKING, extinfo=[*EXTINFO[:4], "", *EXTINFO[5:]]), 2804043),
    "a message without its channel": (messaging(messaging_channel=None), 2804063),
    "a message by an unknown channel": (messaging(messaging_channel="pigeon"), None),
    "a Lead by message": (messaging(event_name="Lead"), 2804066),
    "an unknown data processing option": (website(data_processing_options=["CCPA"]), None),
    "data processing options that are text": (website(data_processing_options="LDU"), None),
    "an unknown country of limited data use": (
        limited(49, None), None),
    "an unknown state of limited data use": (
        limited(1, 5), None),
    "limited data use located by an address that is missing": (
        limited(0, 0), None),
    "an opt-out in words": (website(opt_out="yes"), None),
    "an event id that is a list": (website(event_id=["a"]), None),
    "custom data that is text": (website(custom_data="value=3"), None),
    "an unknown customer segment": (website(customer_segmentation="regular"), None),
    "a key Meta does not know": (website(value=12), None),
}  # fmt: skip

ACCEPTED: dict[str, Event] = {
    "a website event": website(),
    "a website event without its URL": website(event_source_url=None),
    "six days and 23 hours old": website(event_time=int(NOW) - 7 * DAY + 3600),
    "61 days old in a shop": website(event_time=int(NOW) - 61 * DAY, action_source="physical_store"),
    "half a minute ahead": website(event_time=int(NOW) + 30),
    "a time that is a whole float": website(event_time=NOW),
    "an e-mail event without a user agent": website(action_source="email", user_data=EMAIL),
    "a hash that is no list": with_user(em=hashed("jane@example.com")),
    "a hash in capitals": with_user(em=hashed("jane@example.com").upper()),
    "a hash with the parameter builder's appendix": with_user(em=hashed("jane@example.com") + ".AQYCAQAA"),
    "an external id in clear": with_user(external_id=["user-1", 77]),
    "match keys that are null or empty": with_user(ph=None, fn="", ln=[]),
    "a purchase": purchase(value=12.5, currency="EUR"),
    "a purchase as text and in small letters": purchase(value="12.50", currency="eur"),
    "a purchase of nothing": purchase(value=0, currency="EUR"),
    "contents with text and number ids": purchase(value=1, currency="EUR", contents=[{"id": "a"}, {"id": 7}]),
    "content ids of both types": purchase(value=1, currency="EUR", content_ids=["a", 7], num_items="2"),
    "a currency without value": website(custom_data={"currency": "EUR"}),
    "custom properties": website(custom_data={"colour": "red", "size": [1, {"deep": None}]}),
    "an app event": app(**TRACKING, extinfo=EXTINFO),
    "a message": messaging(),
    "limited data use": limited(1, 1000),
    "limited data use located by address": limited(
        0, 0, user_data={**EMAIL, "client_user_agent": AGENT, "client_ip_address": "198.51.100.7"}),
    "explicitly no limited data use": website(data_processing_options=[]),
    "value added to an earlier event": website(
        event_name="AppendValue", action_source=None, original_event_data={"event_name": "Purchase", "event_time": 1}),
    "a loyal customer": website(customer_segmentation="customer_in_loyalty_program"),
}  # fmt: skip

DOCUMENTED = [json.loads(line) for line in Path(__file__).with_name("customer_keys.jsonl").read_text().splitlines()]
VALID = {"fbp": "fb.1.1596403881668.1116446470", "external_id": "user-1", "client_user_agent": AGENT}


@pytest.mark.parametrize("case", REFUSED)
def test_graph_refuses(local: Local, case: str) -> None:
    event, subcode = REFUSED[case]
    error = local.error(event)
    assert (error["code"], error.get("error_subcode")) == (100, subcode)
    assert error["message"] == "Invalid parameter"
    assert error["type"] == "OAuthException"
    assert error["is_transient"] is False
    assert error["error_user_title"]
    assert error["error_user_msg"]
    assert error["fbtrace_id"]


@pytest.mark.parametrize("case", ACCEPTED)
def test_graph_accepts(local: Local, case: str) -> None:
    response = local.send(ACCEPTED[case])
    assert response.status_code == 200, response.text
    assert response.json()["events_received"] == 1


@pytest.mark.parametrize("vector", DOCUMENTED, ids=lambda vector: "+".join(vector["input"]["user_data_keys"]))
def test_combinations_of_match_keys_are_judged_as_meta_documents(local: Local, vector: dict[str, Any]) -> None:
    user = {key: VALID.get(key, hashed(key)) for key in vector["input"]["user_data_keys"]}
    response = local.send(website(user_data=user, action_source="other"))
    if vector["expected"]["accepted"]:
        assert response.json()["events_received"] == 1
    else:
        error = response.json()["error"]
        assert {key: error[key] for key in ("code", "error_subcode")} == vector["expected"]["error"]


@pytest.mark.parametrize(
    "keys", [["db", "client_user_agent"], ["fn"], ["ge"], ["client_user_agent", "zp"]], ids="+".join
)
def test_any_part_of_a_combination_that_is_too_broad_is_refused(local: Local, keys: list[str]) -> None:
    user = {key: VALID.get(key, hashed(key)) for key in keys}
    assert local.error(website(user_data=user, action_source="other"))["error_subcode"] == 2804050


def test_the_answer_names_the_field_to_blame_and_never_its_value(local: Local) -> None:
    error = local.error(website(), with_user(em="jane@example.com"))
    assert error["error_data"] == {"blame_field_specs": [["data", "1", "user_data", "em"]]}
    assert "user_data.em of event 2 of 2" in error["error_user_msg"]
    assert "jane" not in json.dumps(error)


KEYS = ["event_name", "event_time", "action_source", "custom_data", "user_data", "event_id", "app_data"]
KEYS += ["data_processing_options", "event_source_url"]
ODD: list[Any] = [None, "", 0, -1, 1.5, True, [], {}, [[]], [None], {"a": {"b": []}}, "x" * 100_000, 10**400]


@pytest.mark.parametrize("event", [dict.fromkeys(KEYS, value) for value in ODD], ids=lambda event: str(event)[:30])
def test_an_event_of_wrong_types_throughout_is_refused_and_never_a_failure(local: Local, event: Event) -> None:
    assert local.error(event)["code"] == 100
    assert local.get("all")["bad"] == 1


@pytest.mark.parametrize("value", [None, "", 0, True, [], {}, [[1]], [{}], "x" * 100_000, {"em": {"em": 1}}])
def test_a_match_key_of_any_type_is_judged_and_never_a_failure(local: Local, value: object) -> None:
    keys = ("em", "ph", "external_id", "fbp", "fbc", "client_ip_address", "client_user_agent", "lead_id", "madid")
    response = local.send(website(user_data=dict.fromkeys(keys, value)))
    assert response.status_code in (200, 400)
    assert local.get("all")["total"] == 1
