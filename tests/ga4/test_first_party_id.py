"""The first-party id replaces the script's client id, and is withheld without consent to analytics."""

from __future__ import annotations

from typing import Any

import pytest

from container.clients.ga4 import Ga4Client
from container.component import Reading
from container.ga4.first_party_id import FirstPartyId, cookie_domain, read_value
from container.hit import Hit

NOW = 1_766_755_500.0
ID = "q8Zr0mWd3kqv5mNqGJb7sS9VnM0kA0TQx2b+Y1lHf/4="
STORED = f"FPID2.2.{ID.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}.1677925765"


def read(query: str = "gcs=G111", jar: str = "", body: str = "", **options: Any) -> Reading:
    headers = {"host": "data.shop.example.co.uk:443", "cookie": jar, "user-agent": "Mozilla/5.0"}
    hit = Hit("POST", "/g/collect", f"v=2&tid=G-1&en=x&{query}", headers, body.encode(), ip="203.0.113.7")
    return Ga4Client(first_party_id=FirstPartyId(**options)).read(hit, NOW)


def test_it_is_off_unless_asked_for() -> None:
    hit = Hit("GET", "/g/collect", "v=2&tid=G-1&cid=1.2&en=x&gcs=G111", {"cookie": f"FPID={STORED}"})
    reading = Ga4Client().read(hit, NOW)
    assert reading.cookies == []
    assert reading.incoming[0].event["client_id"] == "1.2"


def test_the_stored_id_is_the_client_id_and_the_scripts_is_kept_beside_it() -> None:
    reading = read("gcs=G111&cid=55.66", jar=f"FPID={STORED}")
    event = reading.incoming[0].event
    assert event["client_id"] == f"{ID}.1677925765"
    assert event["x-ga-js_client_id"] == "55.66"


def test_the_cookie_lives_on_the_registrable_domain_out_of_reach_of_scripts() -> None:
    [cookie] = read(jar=f"FPID={STORED}").cookies
    assert (cookie.name, cookie.value) == ("FPID", STORED)
    assert (cookie.domain, cookie.max_age) == ("example.co.uk", 400 * 86400)
    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "lax")


def test_a_new_id_takes_over_when_the_script_first_saw_the_visitor() -> None:
    reading = read("gcs=G111&cid=1234567890.1677925765")
    identity, _, seconds = str(reading.incoming[0].event["client_id"]).rpartition(".")
    assert (len(identity), seconds) == (44, "1677925765")
    assert read_value(f"FPID2.2.{identity}.{seconds}") == f"{identity}.{seconds}"
    assert reading.cookies[0].value.startswith("FPID2.2.")


def test_two_first_hits_of_a_visitor_agree_on_the_id_and_visitors_do_not() -> None:
    first, second, other = (read(f"gcs=G111&cid={cid}") for cid in ("1.2", "1.2", "1.3"))
    assert first.cookies == second.cookies
    assert first.cookies != other.cookies


def test_a_visitor_without_any_id_gets_one_dated_now() -> None:
    event = read("gcs=G111").incoming[0].event
    assert str(event["client_id"]).endswith(".1766755500")
    assert "x-ga-js_client_id" not in event


def test_all_events_of_a_batch_have_the_same_id_under_one_cookie() -> None:
    reading = read("gcs=G111&cid=1.2", body="en=a\nen=b")
    assert len({one.event["client_id"] for one in reading.incoming}) == 1
    assert len(reading.incoming) == 2
    assert len(reading.cookies) == 1


@pytest.mark.parametrize("query", ["gcs=G100", "gcs=G110", "gcd=13t3p3t3t5", "", "gcd=13l3l3l3l1"])
def test_it_is_withheld_unless_analytics_storage_is_granted(query: str) -> None:
    reading = read(f"{query}&cid=1.2", jar=f"FPID={STORED}")
    assert reading.cookies == []
    assert reading.incoming[0].event["client_id"] == "1.2"
    assert "x-ga-js_client_id" not in reading.incoming[0].event
    assert reading.incoming[0].notes == ["no first-party id: analytics_storage is not granted"]


@pytest.mark.parametrize(
    ("query", "given"), [("", True), ("gcd=13l3l3l3l1", True), ("gcd=13l2l3l3l1", False), ("gcs=G110", False)]
)
def test_silence_counts_as_configured_but_a_denial_stays_one(query: str, given: bool) -> None:
    assert bool(read(f"{query}&cid=1.2", when_unset="granted").cookies) is given


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "FPID1.1.abc.5", "FPID2.2.", "FPID2.2.abc", "FPID2.2..5", "FPID2.2.a b.5", "FPID2.2.abc.now",
     "FPID2.2." + "a" * 89 + ".5", "FPID2.2.abc.²"],
)  # fmt: skip
def test_a_cookie_of_another_form_is_not_believed(cookie: str) -> None:
    assert read_value(cookie) == ""


def test_name_age_domain_and_same_site_can_be_chosen() -> None:
    [cookie] = read(cookie="me", max_age=3600.0, domain="shop.example", same_site="none").cookies
    assert (cookie.name, cookie.max_age, cookie.domain, cookie.same_site) == ("me", 3600, "shop.example", "none")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("data.shop.example.com", "example.com"),
        ("shop.example.co.uk", "example.co.uk"),
        ("localhost", ""),
        ("192.0.2.1", ""),
        ("[2001:db8::1]", ""),
        ("co.uk", ""),
        ("", ""),
        ("a;secure.example.com", ""),
    ],
)
def test_the_domain_is_the_widest_a_browser_accepts(host: str, domain: str) -> None:
    assert cookie_domain(host) == domain
