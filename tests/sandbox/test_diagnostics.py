"""A visitor from page view to purchase: sound copies are clean, each breakage shows its own diagnostic and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import AGENT, PIXEL, Event, Local, hashed

FBP = "fb.1.1596403881668.1116446470"
ADDRESS = "2001:db8:85a3::8a2e:370:7334"
ITEMS = [{"id": "sku-1", "quantity": 2, "item_price": 60.25}]
CUSTOM: dict[str, Event] = {
    "PageView": {},
    "ViewContent": {"content_ids": ["sku-1"], "content_type": "product", "value": 60.25, "currency": "EUR"},
    "AddToCart": {"content_ids": ["sku-1"], "contents": ITEMS, "value": 120.5, "currency": "EUR"},
    "InitiateCheckout": {"contents": ITEMS, "num_items": 2, "value": 120.5, "currency": "EUR"},
    "Purchase": {"contents": ITEMS, "num_items": 2, "value": 120.5, "currency": "EUR", "order_id": "o-77"},
}
Change = Callable[[Any], object]


class Journey:
    """The copies of one visitor's events; a test changes some of them before they are sent."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.browser = {name: self._browser(name) for name in CUSTOM}
        self.server = {name: self._server(name) for name in CUSTOM}
        self.address = ADDRESS

    def _browser(self, name: str) -> Event:
        custom = {f"cd[{key}]": json.dumps(v) if isinstance(v, list) else v for key, v in CUSTOM[name].items()}
        page = f"https://shop.example/{name.lower()}"
        return {"ev": name, "eid": f"id-{name}", "dl": page, "fbp": FBP, **custom}

    def _server(self, name: str) -> Event:
        return self.local.event(
            event_name=name,
            event_id=f"id-{name}",
            event_source_url=f"https://shop.example/{name.lower()}",
            custom_data=dict(CUSTOM[name]),
            user_data={
                "em": [hashed("jane@example.com")],
                "external_id": [hashed("user-1")],
                "fbp": FBP,
                "client_ip_address": ADDRESS,
                "client_user_agent": AGENT,
            },
        )

    def travel(self) -> None:
        for name in CUSTOM:
            if name in self.browser:
                self.local.browse(self.address, **self.browser[name])
            self.local.now += 2
            if name in self.server:
                self.local.send(self.server[name])
            self.local.now += 30


def test_every_pair_of_a_sound_journey_is_deduplicated_and_diagnostics_are_clean(local: Local) -> None:
    Journey(local).travel()
    assert local.get("diagnostics") == {"at": local.now, "clean": True, "messages": []}
    shown = local.get("test-events")["events"]
    assert [event["event_name"] for event in shown] == [name for name in CUSTOM for _ in range(2)]
    for first, copy in zip(shown[::2], shown[1::2], strict=True):
        assert (first["channel"], first["deduplicated"]) == ("browser", False)
        assert (copy["channel"], copy["deduplicated"], copy["deduplicated_by"]) == ("server", True, "event_id")
        assert first["copies"] == [{"id": copy["id"], "channel": "server"}]
        assert copy["copy_of"] == {"id": first["id"], "channel": "browser"}


def buy(key: str, value: object) -> Change:
    """Set or, with None, take away a key of the server's Purchase: `a`, `user_data.a` or `custom_data.a`."""

    def change(journey: Any) -> None:
        place = journey.server["Purchase"]
        *parents, last = key.split(".")
        for parent in parents:
            place = place[parent]
        if value is None:
            place.pop(last)
        else:
            place[last] = value

    return change


def show(key: str, value: object) -> Change:
    """The same for the browser's Purchase."""

    def change(journey: Any) -> None:
        if value is None:
            journey.browser["Purchase"].pop(key)
        else:
            journey.browser["Purchase"][key] = value

    return change


def both(*changes: Change) -> Change:
    return lambda journey: [change(journey) for change in changes]


def without(side: str, *names: str) -> Change:
    return lambda journey: [getattr(journey, side).pop(name) for name in names]


def renumbered(journey: Any) -> None:
    for name, event in journey.server.items():
        event["event_id"] = f"server-{name}"


def unnumbered(side: str, key: str) -> Change:
    def change(journey: Any) -> None:
        for event in getattr(journey, side).values():
            del event[key]
            # Nor any other key by which the copies could meet.
            event.pop("fbp", None)
            event.get("user_data", {}).pop("fbp", None)

    return change


def twice_bought(journey: Any) -> None:
    journey.local.send({**journey.server["Purchase"], "event_id": "id-again"})


def from_proxy(journey: Any) -> None:
    for event in journey.server.values():
        event["user_data"]["client_ip_address"] = "2001:db8::1"


def by_ipv4(journey: Any) -> None:
    for event in journey.server.values():
        event["user_data"]["client_ip_address"] = "203.0.113.9"


NOTHING = hashed("")
BREAKAGES: dict[str, tuple[Change, str]] = {
    "no name": (buy("event_name", ""), "missing_event_name"),
    "no time": (buy("event_time", None), "missing_event_time"),
    "old": (buy("event_time", 1_789_000_000), "event_too_old"),
    "in milliseconds": (buy("event_time", 1_790_000_000_000), "event_in_future"),
    "two hours late": (buy("event_time", 1_789_992_000), "late_events"),
    "no action source": (buy("action_source", None), "missing_action_source"),
    "no user agent": (buy("user_data.client_user_agent", None), "missing_user_agent"),
    "nobody": (buy("user_data", {"client_user_agent": AGENT, "country": [hashed("de")]}),
               "insufficient_customer_information"),
    "e-mail in clear": (buy("user_data.em", ["jane@example.com"]), "unhashed_match_key"),
    "MD5": (buy("user_data.em", ["b58996c504c5638798eb6b511e6f49af"]), "unhashed_match_key"),
    "hash of nothing": (buy("user_data.em", [NOTHING]), "hash_of_nothing"),
    "hash of the word null": (buy("user_data.ph", [hashed("null")]), "hash_of_nothing"),
    "hash in capitals": (buy("user_data.em", [hashed("jane@example.com").upper()]), "invalid_match_key"),
    "click id without its frame": (buy("user_data.fbc", "IwAR123"), "invalid_match_key"),
    "address with a space": (buy("user_data.client_ip_address", "198.51.100.7 "), "invalid_match_key"),
    "private address": (buy("user_data.client_ip_address", "192.168.1.5"), "private_ip_address"),
    "no value": (buy("custom_data.value", None), "purchase_value_missing"),
    "no value in the browser": (show("cd[value]", None), "purchase_value_missing"),
    "no currency": (buy("custom_data.currency", None), "currency_missing"),
    "no currency in the browser": (show("cd[currency]", None), "currency_missing"),
    "currency only": (lambda j: j.server["AddToCart"]["custom_data"].pop("value"), "value_missing"),
    "currency unknown": (buy("custom_data.currency", "EURO"), "invalid_currency"),
    "currency unknown in the browser": (show("cd[currency]", "€"), "invalid_currency"),
    "value with a sign": (buy("custom_data.value", "120.50 €"), "invalid_value"),
    "negative value": (buy("custom_data.value", -3), "invalid_value"),
    "contents without id": (buy("custom_data.contents", [{"quantity": 1}]), "contents_without_id"),
    "contents that are not JSON": (show("cd[contents]", "[{'id': '59014923'}]"), "invalid_parameter"),
    "wrong type": (buy("custom_data.content_ids", "sku-1"), "invalid_parameter"),
    "unknown key": (buy("value", 120.5), "unexpected_key"),
    "no URL": (buy("event_source_url", None), "missing_event_source_url"),
    "e-mail in the URL": (buy("event_source_url", "https://shop.example/?mail=jane%40example.com"),
                          "personal_data_in_clear"),
    "e-mail in a property": (buy("custom_data.note", "write to jane@example.com"), "personal_data_in_clear"),
    "name in small letters": (both(buy("event_name", "purchase"), show("ev", "purchase")), "misspelt_standard_event"),
    "no app data": (buy("action_source", "app"), "missing_app_data"),
    "no messaging channel": (buy("action_source", "business_messaging"), "missing_messaging_channel"),
    "no id from the server": (unnumbered("server", "event_id"), "ids_in_one_copy"),
    "no id from the browser": (unnumbered("browser", "eid"), "ids_in_one_copy"),
    "no ids at all": (both(unnumbered("server", "event_id"), unnumbered("browser", "eid")), "deduplication_not_set_up"),
    "other ids": (renumbered, "ids_that_differ"),
    "other name": (buy("event_name", "Order"), "same_id_other_name"),
    "server silent on some": (without("server", "ViewContent", "AddToCart"), "low_event_coverage"),
    "other address": (from_proxy, "mismatched_addresses"),
    "older address": (by_ipv4, "ipv4_beside_ipv6"),
    "one order twice": (twice_bought, "redundant_purchases"),
}  # fmt: skip


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_each_breakage_shows_its_own_diagnostic_and_no_other(local: Local, breakage: str) -> None:
    change, name = BREAKAGES[breakage]
    journey: Any = Journey(local)
    change(journey)
    journey.travel()
    assert local.names() == {name}
    (message,) = local.get("diagnostics")["messages"]
    assert 0 < message["count"] <= message["of"]
    assert message["share"] == round(message["count"] / message["of"], 4)
    assert message["first_seen"] <= message["last_seen"] <= local.now
    assert message["title"]
    assert message["mend"]
    assert message["example"]["pixel_id"] == PIXEL
    assert "jane" not in json.dumps(message)


@pytest.mark.parametrize(
    "harmless", [without("browser", "PageView", "Purchase"), show("eid", "id-Purchase"), without("server", *CUSTOM)]
)
def test_what_is_no_fault_shows_nothing(local: Local, harmless: Change) -> None:
    journey: Any = Journey(local)
    harmless(journey)
    journey.travel()
    assert local.names() == set()


def test_a_message_counts_from_first_to_last_and_names_events_channels_and_fields(local: Local) -> None:
    began = local.now
    local.send(local.purchase())
    local.error(local.purchase(currency="EURO"))
    local.now += 60
    local.error(local.purchase(currency="DEM"))
    local.browse(ev="AddToCart", **{"cd[value]": "3", "cd[currency]": "FRF"})
    (message,) = local.get("diagnostics")["messages"]
    assert (message["name"], message["severity"], message["subcode"]) == ("invalid_currency", "error", 2804011)
    assert (message["count"], message["of"], message["share"]) == (3, 4, 0.75)
    assert (message["first_seen"], message["last_seen"]) == (began, began + 60)
    assert message["event_names"] == {"Purchase": 2, "AddToCart": 1}
    assert message["channels"] == {"server": 2, "browser": 1}
    assert message["example"]["fields"] == ["custom_data.currency"]


def test_copies_that_fail_to_meet_for_two_reasons_are_told_apart(local: Local) -> None:
    local.browse()  # no id, so its server copy stands alone
    local.send(local.event(event_id="e-1"))
    local.browse(eid="e-2")  # no server copy
    assert local.names() == {"ids_in_one_copy", "low_event_coverage"}


def test_messages_can_be_narrowed_to_a_pixel(local: Local) -> None:
    local.error(local.purchase(currency="EURO"), pixel="200000000000002")
    assert local.get("diagnostics", pixel_id=PIXEL)["clean"] is True
    assert local.get("diagnostics", pixel_id="200000000000002")["clean"] is False


def test_the_automatic_events_of_the_pixel_need_no_server_copy(local: Local) -> None:
    local.browse(eid="e-1")
    local.send(local.event())
    local.browse(ev="Microdata", eid="m-1")
    local.browse(ev="SubscribedButtonClick", eid="s-1")
    assert local.names() == set()
