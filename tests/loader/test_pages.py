"""The loader on pages without a pixel, in frames, offline, without storage: it helps or keeps quiet."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from playwright.sync_api import Page

from tests.browser import Visit
from tests.loader.site import PIXEL, Site
from tests.processes.server import until

EVENT = """tagdock('event', 'purchase', { value: 29.9, currency: 'EUR', transaction_id: 'T-9',
  items: [{ item_id: 'A1', item_name: 'Boot', price: 14.95, quantity: 2, item_brand: 'Ours', item_category: 'Shoes' }],
  user_data: { email_address: ' Ana@Example.com', address: { first_name: 'Ána', country: 'Germany' } } });"""


def test_a_page_without_a_pixel_speaks_ga4_and_meta_s_own_words_leave(shop: Site, page: Page) -> None:
    page.goto(shop.page(EVENT, stub=False, attributes=f'data-pixel="{PIXEL}"'))
    (hit,) = shop.hits(1)
    assert hit.query == {"id": PIXEL, "ev": "purchase", "eid": "T-9", "td": "none", "tdc": "----"}
    assert json.loads(hit.body["cd[contents]"]) == [
        {"id": "A1", "quantity": 2, "item_price": 14.95, "title": "Boot", "category": "Shoes", "brand": "Ours"}
    ]
    assert (hit.body["cd[value]"], hit.body["cd[order_id]"]) == ("29.9", "T-9")
    wanted = {"em": "ana@example.com", "fn": "ána", "country": "de"}
    assert {key[3:-1]: value for key, value in hit.body.items() if key.startswith("ud[")} == {
        key: sha256(text.encode()).hexdigest() for key, text in wanted.items()
    }
    assert "ana" not in json.dumps(hit.said).lower()


def test_what_a_page_says_before_an_async_loader_is_there_is_not_lost(shop: Site, page: Page) -> None:
    stub = "window.tagdock = window.tagdock || function () { (tagdock.q = tagdock.q || []).push(arguments) };"
    said = f"{stub} tagdock('init', '{PIXEL}'); tagdock('event', 'sign_up', {{ event_id: 's-1' }});"
    page.goto(shop.page(said, stub=False, late=True, attributes="async"))
    assert shop.hits(1)[0].query["eid"] == "s-1"
    page.evaluate("tagdock('track', 'Lead')")
    assert shop.hits(2)[1].query["ev"] == "Lead"


def test_without_beacons_or_with_refused_ones_a_kept_fetch_is_sent(shop: Site, page: Page) -> None:
    for number, first in enumerate(("navigator.sendBeacon = undefined", "navigator.sendBeacon = () => false"), 1):
        page.goto(shop.page("tagdock('event', 'x')", stub=False, first=first))
        # By their ids: what the next page cut off before its answer came is sent again, under the same one.
        until(lambda number=number: len({hit.query["eid"] for hit in shop.got}) == number, f"{number} events")


def test_a_hit_larger_than_a_beacon_may_be_is_sent_all_the_same(shop: Site, page: Page) -> None:
    page.goto(shop.page("tagdock('event', 'x', { text: 'y'.repeat(80000) })", stub=False))
    assert len(shop.hits(1)[0].body["cd[text]"]) == 80000


UNSENT = """navigator.sendBeacon = undefined;
const real = fetch;
window.fetch = (...all) => real(...all).catch((error) => { window.unsent = true; throw error });"""
"""Says when a request failed; the loader has heard of it by the page's next task."""


def test_what_could_not_be_sent_goes_with_the_next_event(shop: Site, visit: Visit) -> None:
    page = visit.page
    page.goto(shop.page("", stub=False, first=UNSENT))
    page.route("**/loader/tr*", lambda route: route.abort())
    page.evaluate("tagdock('event', 'one')")
    page.wait_for_function("window.unsent")
    page.unroute("**/loader/tr*")
    page.evaluate("tagdock('event', 'two')")
    assert {hit.query["ev"] for hit in shop.hits(2)} == {"one", "two"}
    assert all("ERR_FAILED" in error for error in visit.errors)
    visit.errors.clear()  # the browser itself says that a request failed


def test_what_waits_for_a_network_is_sent_from_the_next_page(shop: Site, visit: Visit) -> None:
    page = visit.page
    page.goto(shop.page("", stub=False, attributes=f'data-pixel="{PIXEL}"'))
    visit.context.set_offline(True)
    page.evaluate("for (let i = 0; i < 150; i++) tagdock('event', 'e' + i, { event_id: 'i' + i })")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert len(page.evaluate("JSON.parse(sessionStorage.tagdock)")) == 100, "the newest hundred"
    visit.context.set_offline(False)
    shop.hits(100)
    assert page.evaluate("sessionStorage.tagdock") is None, "sent, so forgotten"
    shop.got.clear()
    visit.context.set_offline(True)
    page.evaluate("tagdock('event', 'last', { event_id: 'last' }); dispatchEvent(new Event('pagehide'));")
    kept = page.evaluate("sessionStorage.tagdock")
    page.evaluate("tagdock = 0")
    page.goto("about:blank")
    visit.context.set_offline(False)
    assert shop.got == [], "nothing left without a network"
    page.goto(shop.page("", stub=False, path="/other", first=f"sessionStorage.tagdock = {json.dumps(kept)}"))
    (hit,) = shop.hits(1)
    assert (hit.query["eid"], hit.query["id"], hit.body["dl"]) == ("last", PIXEL, f"{shop.url}/")


@pytest.mark.parametrize("kept", ["nonsense", "7", "{}", '"text"', "[null]", '[{"name": 1}]'])
def test_nonsense_in_the_storage_is_forgotten(shop: Site, page: Page, kept: str) -> None:
    page.goto(shop.page("tagdock('event', 'x')", stub=False, first=f"sessionStorage.tagdock = {json.dumps(kept)}"))
    until(lambda: "x" in {hit.query["ev"] for hit in shop.got}, "the page's own event")


BLOCKED = """for (const [owner, name] of [[window, 'sessionStorage'], [document, 'cookie']]) {
  Object.defineProperty(owner, name, { get() { throw new DOMException('no', 'SecurityError') },
    set() { throw new DOMException('no', 'SecurityError') } });
}"""


def test_a_browser_that_keeps_nothing_still_tells(shop: Site, page: Page) -> None:
    script = f"fbq('consent', 'grant'); fbq('init', '{PIXEL}'); fbq('track', 'PageView');"
    page.goto(shop.page(script, first=BLOCKED) + "?fbclid=x&tagdock_preview=t")
    (hit,) = shop.hits(1)
    assert not {"fbp", "fbc"} & hit.body.keys()
    assert "SecurityError" in hit.query["tde"]
    assert hit.body["dl"].endswith("?fbclid=x"), "the preview's token stays out of the page's address"


@pytest.mark.parametrize("sandbox", ["", 'sandbox="allow-scripts"'], ids=["third party", "without an origin"])
def test_in_a_frame_of_another_site_it_tells_of_that_frame_s_events_and_shows_nothing(
    shop: Site, page: Page, sandbox: str
) -> None:
    inner = shop.page("tagdock('event', 'framed')", stub=False, path="/inner").replace("127.0.0.1", "localhost")
    shop.page("", stub=False, path="/outer", loads=False)
    text, headers = shop.pages["/outer"]
    frame = f'<iframe {sandbox} src="{inner}?tagdock_preview=t"></iframe>'
    shop.pages["/outer"] = (text + frame, headers)
    page.goto(f"{shop.url}/outer")
    (hit,) = shop.hits(1)
    assert (hit.query["ev"], hit.body["if"]) == ("framed", "true")
    assert page.frames[1].locator("button").count() == 0
