"""Consent and the loader: what the page said counts for both copies, and for what is kept on the visitor's device."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import Visit
from tests.loader.site import PIXEL, Site, settled

INIT = f"fbq('init', '{PIXEL}');"
TRACK = "fbq('track', 'PageView');"
GTAG = "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments) }"


def denied(more: str = "") -> str:
    return f"gtag('consent', 'default', {{ ad_storage: 'denied', ad_user_data: 'denied'{more} }});"


GRANTED = "gtag('consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted' });"


def nothing(shop: Site, page: Page) -> None:
    """Waits until the pixel is there, which is when hits would leave, and sees that none did."""
    page.wait_for_function("window.seen && seen.length")
    settled(page)
    assert shop.got == []


def test_what_is_told_to_the_pixel_holds_for_the_container(shop: Site, page: Page) -> None:
    page.goto(shop.page("fbq('consent', 'revoke');" + INIT + TRACK))
    nothing(shop, page)
    page.evaluate("fbq('consent', 'grant')")
    assert shop.hits(1)[0].query["tdc"] == "g-g-"
    page.evaluate("fbq('consent', 'revoke');" + TRACK)
    settled(page)
    assert len(shop.got) == 1
    page.goto("about:blank")
    assert len(shop.got) == 1, "what was refused is not told of unless the page asks for it"


@pytest.mark.parametrize("late", [False, True], ids=["loader first", "loader last"])
def test_googles_consent_mode_is_read_by_its_default_and_its_update(shop: Site, page: Page, late: bool) -> None:
    page.goto(shop.page(GTAG + denied() + INIT + TRACK, late=late))
    nothing(shop, page)
    page.evaluate("gtag('consent', 'update', { ad_storage: 'granted', analytics_storage: 'granted' })")
    settled(page)
    assert shop.got == [], "ad_user_data is still denied"
    page.evaluate("gtag('consent', 'update', { ad_user_data: 'granted', ad_personalization: 'denied' })")
    assert shop.hits(1)[0].query["tdc"] == "gggd"


def test_a_data_layer_made_first_or_wrapped_by_others_is_read_and_works_as_before(shop: Site, page: Page) -> None:
    script = GTAG + denied() + INIT + TRACK
    page.goto(shop.page(script, first="window.dataLayer = [['event', 'x']]"))
    nothing(shop, page)
    page.evaluate(
        "const push = dataLayer.push;"
        "dataLayer.push = (...all) => { window.wrapped = all.length; return push(...all) };" + GRANTED
    )
    shop.hits(1)
    assert page.evaluate("[wrapped, dataLayer.length, dataLayer[0]]") == [1, 3, ["event", "x"]]


def test_a_default_for_a_region_counts_when_it_denies(shop: Site, page: Page) -> None:
    world = "gtag('consent', 'default', { ad_storage: 'granted', ad_user_data: 'granted' });"
    page.goto(shop.page(GTAG + denied(", region: ['ES', 'US-AK']") + world + INIT + TRACK))
    nothing(shop, page)
    page.evaluate(GRANTED)
    shop.hits(1)
    page.goto(shop.page(GTAG + denied() + world.replace("});", ", region: ['US'] });") + INIT + TRACK))
    settled(page)
    assert len(shop.got) == 1, "a grant for a region is nobody's"


@pytest.mark.parametrize(
    "entry", ["null", "'consent'", "['consent']", "['consent', 'update', 'granted']", "['consent', 'default', 7]", "{}"]
)
def test_odd_entries_of_the_data_layer_are_nobody_s_word(shop: Site, page: Page, entry: str) -> None:
    page.goto(shop.page(GTAG + f"dataLayer.push({entry}); dataLayer.push();" + INIT + TRACK))
    assert shop.hits(1)[0].query["tdc"] == "----"


def test_a_denial_by_either_counts(shop: Site, page: Page) -> None:
    page.goto(shop.page(GTAG + denied() + INIT + "fbq('consent', 'grant');" + TRACK))
    nothing(shop, page)


def test_a_page_may_say_consent_on_the_script_itself(shop: Site, page: Page) -> None:
    page.goto(shop.page(INIT + TRACK, attributes='data-consent="denied"'))
    nothing(shop, page)
    page.evaluate("tagdock('consent', 'grant')")
    settled(page)
    assert shop.got == [], "the script's word is taken back by an update alone"
    page.evaluate(
        "window.dataLayer = [];"
        "dataLayer.push(['consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted' }])"
    )
    shop.hits(1)
    page.goto(shop.page(INIT + TRACK, attributes='data-consent="granted"'))
    assert shop.hits(2)[1].query["tdc"] == "gggg"


def test_a_refused_event_that_is_counted_leaves_its_name_and_nothing_else(shop: Site, visit: Visit) -> None:
    visit.context.add_cookies([{"name": "login", "value": "secret", "url": shop.url}])
    page = visit.page
    script = f"fbq('consent', 'revoke'); fbq('init', '{PIXEL}', {{ em: 'a@b.example' }});"
    page.goto(shop.page(script + "fbq('track', 'Purchase', { value: 5 });", attributes='data-refused="count"'))
    nothing(shop, page)
    page.goto("about:blank")
    (hit,) = shop.hits(1)
    assert hit.query == {"id": PIXEL, "ev": "Purchase", "td": "refused", "tdc": "d-d-"}
    assert hit.body == {}
    assert not hit.headers.keys() & {"cookie", "referer"}


def test_limited_data_use_is_said_of_the_events_after_it(shop: Site, page: Page) -> None:
    page.goto(
        shop.page(
            INIT + "fbq('track', 'One'); fbq('dataProcessingOptions', ['LDU'], 1, 1000); fbq('track', 'Two');"
            "fbq('dataProcessingOptions', []); fbq('track', 'Three');"
            "fbq('dataProcessingOptions', ['LDU']); fbq('track', 'Four');"
        )
    )
    said = {
        hit.query["ev"]: [hit.body[key] for key in ("dpo", "dpoco", "dpost") if key in hit.body] for hit in shop.hits(4)
    }
    assert said == {"One": [], "Two": ["LDU", "1", "1000"], "Three": ["", "0", "0"], "Four": ["LDU", "0", "0"]}
    told = page.evaluate("seen.filter(([name]) => name == 'dataProcessingOptions')")
    assert told[0] == ["dataProcessingOptions", ["LDU"], 1, 1000]


def cookies(visit: Visit) -> dict[str, Any]:
    return {one["name"]: one for one in visit.context.cookies()}


def test_ids_are_made_with_consent_alone_and_kept_for_ninety_days(shop: Site, visit: Visit) -> None:
    page = visit.page
    page.goto(shop.page(INIT + TRACK) + "?fbclid=IwAR2-a_B")
    (hit,) = shop.hits(1)
    assert not {"fbp", "fbc"} & hit.body.keys()
    assert cookies(visit) == {}
    page.evaluate("fbq('consent', 'grant');" + TRACK)
    hit = shop.hits(2)[1]
    assert re.fullmatch(r"fb\.0\.\d{13}\.\d{1,10}", hit.body["fbp"])
    assert re.fullmatch(r"fb\.0\.\d{13}\.IwAR2-a_B", hit.body["fbc"])
    made = cookies(visit)
    assert {name: made[name]["value"] for name in made} == {"_fbp": hit.body["fbp"], "_fbc": hit.body["fbc"]}
    now = page.evaluate("Date.now() / 1000")
    assert all(abs(one["expires"] - now - 90 * 86400) < 60 for one in made.values())
    assert {(one["path"], one["sameSite"]) for one in made.values()} == {("/", "Lax")}


def test_ids_that_are_there_stay_until_another_advertisement_is_clicked(shop: Site, visit: Visit) -> None:
    had = {"_fbp": "fb.1.1700000000000.77", "_fbc": "fb.1.1700000000000.First"}
    visit.context.add_cookies([{"name": name, "value": value, "url": shop.url} for name, value in had.items()])
    page = visit.page
    address = shop.page("fbq('consent', 'grant');" + INIT + TRACK)
    for query, wanted in (
        ("", "First"),
        ("?fbclid=First", "First"),
        ("?fbclid=bad%20one", "First"),
        ("?fbclid=Next", "Next"),
    ):
        page.goto(address + query)
        page.wait_for_function(
            "performance.getEntriesByType('resource').some((one) => one.name.includes('/loader/tr'))"
        )
        hit = shop.got[-1]
        assert hit.body["fbp"] == had["_fbp"]
        assert hit.body["fbc"].split(".")[3] == wanted
        assert (hit.body["fbc"] == had["_fbc"]) == (wanted == "First")


def test_ids_are_read_without_a_word_about_consent(shop: Site, visit: Visit) -> None:
    visit.context.add_cookies([{"name": "_fbp", "value": "fb.1.1700000000000.77", "url": shop.url}])
    visit.page.goto(shop.page(INIT + TRACK))
    assert shop.hits(1)[0].body["fbp"] == "fb.1.1700000000000.77"
