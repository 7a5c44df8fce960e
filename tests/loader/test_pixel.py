"""The loader beside Meta's pixel: one id for both copies, whatever the page does and in whatever order."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import Visit
from tests.loader.site import PIXEL, Site

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
INIT = f"fbq('init', '{PIXEL}');"


def seen(page: Page) -> list[list[Any]]:
    """What the pixel was told."""
    page.wait_for_function("window.seen && seen.length")
    found: list[list[Any]] = page.evaluate("JSON.parse(JSON.stringify(seen))")
    return found


@pytest.mark.parametrize("late", [False, True], ids=["before the pixel", "behind the pixel"])
def test_an_event_without_an_id_gets_one_for_both_copies(shop: Site, page: Page, late: bool) -> None:
    page.goto(shop.page(INIT + "fbq('track', 'Purchase', { value: 12.5, currency: 'EUR' });", late=late))
    (hit,) = shop.hits(1)
    init, track = seen(page)
    assert init == ["init", PIXEL]
    assert track[:3] == ["track", "Purchase", {"value": 12.5, "currency": "EUR"}]
    assert UUID.fullmatch(track[3]["eventID"])
    assert hit.query == {
        "id": PIXEL, "ev": "Purchase", "eid": track[3]["eventID"], "td": "sent", "tdc": "----",
    }  # fmt: skip
    assert (hit.body["cd[value]"], hit.body["cd[currency]"]) == ("12.5", "EUR")
    assert (hit.body["dl"], hit.body["rl"], hit.body["if"], hit.body["a"]) == (page.url, "", "false", "tagdock")
    assert re.fullmatch(r"\d{13}", hit.body["ts"])
    assert hit.headers["content-type"].startswith("application/x-www-form-urlencoded")


def test_every_way_to_track_is_heard_and_an_id_of_the_page_s_own_is_kept(shop: Site, page: Page) -> None:
    page.goto(
        shop.page(
            "fbq('init', '1111'); fbq('init', '2222');"
            "fbq('trackCustom', 'Fitting', { shoe: 46 }, { eventID: 'own-1', agent: 'mine' });"
            "fbq('trackSingle', '2222', 'Lead', undefined, { eventID: 77 });"
            "fbq('trackSingleCustom', 1111, 'Walk');"
        )
    )
    hits = shop.hits(4)
    told = seen(page)[2:]
    assert {(hit.query["id"], hit.query["ev"], hit.query["eid"]) for hit in hits} == {
        ("1111", "Fitting", "own-1"), ("2222", "Fitting", "own-1"), ("2222", "Lead", "77"),
        ("1111", "Walk", told[2][4]["eventID"]),
    }  # fmt: skip
    assert told[0] == ["trackCustom", "Fitting", {"shoe": 46}, {"eventID": "own-1", "agent": "mine"}]
    assert told[1] == ["trackSingle", "2222", "Lead", None, {"eventID": "77"}]
    assert told[2][:3] == ["trackSingleCustom", 1111, "Walk"]


def test_what_is_called_after_the_pixel_came_is_heard_too_and_the_page_s_own_objects_stay(
    shop: Site, page: Page
) -> None:
    page.goto(shop.page(INIT))
    seen(page)
    page.evaluate(
        "window.options = { agent: 'x' }; window.data = { contents: [{ id: 'A' }], no: null, f() {} };"
        "fbq('track', 'AddToCart', data, options); fbq.push('track', 'Lead'); data.contents.length = 0;"
    )
    hits = sorted(shop.hits(2), key=lambda hit: hit.query["ev"])
    assert page.evaluate("[options, fbq === _fbq]") == [{"agent": "x"}, True]
    assert {key: value for key, value in hits[0].body.items() if key.startswith("cd")} == {
        "cd[contents]": '[{"id":"A"}]'
    }
    assert hits[1].query["ev"] == "Lead"


def test_a_call_is_copied_once_however_often_the_loader_stands_on_the_page(shop: Site, page: Page) -> None:
    page.goto(shop.page("", path="/twice"))
    page.add_script_tag(url="/loader.js")
    page.evaluate(INIT + "fbq('track', 'PageView')")
    shop.hits(1)
    assert len(seen(page)) == 2


def test_a_pixel_that_came_before_the_loader_is_taken_over(shop: Site, page: Page) -> None:
    page.goto(shop.page(INIT, loads=False))
    seen(page)
    page.evaluate(
        f"document.head.append(Object.assign(document.createElement('script'), {{ src: '/loader.js', id: 'late' }}));"
        f"late.dataset.pixel = '{PIXEL}'"
    )
    page.wait_for_function("typeof tagdock == 'function'")
    page.evaluate("fbq('track', 'Lead')")
    (hit,) = shop.hits(1)
    assert (hit.query["td"], hit.query["id"]) == ("sent", PIXEL)
    assert seen(page)[-1][3]["eventID"] == hit.query["eid"]


@pytest.mark.parametrize("late", [False, True], ids=["before the pixel", "behind the pixel"])
def test_without_the_pixel_s_script_the_container_hears_all_the_same(shop: Site, visit: Visit, late: bool) -> None:
    shop.pixel = None
    visit.page.goto(shop.page(INIT + "fbq('track', 'PageView');", late=late))
    (hit,) = shop.hits(1)
    assert (hit.query["ev"], hit.query["td"]) == ("PageView", "blocked")
    assert visit.page.evaluate("fbq.queue.length") == 2, "the page's own queue is left as it is"
    assert all("404" in error for error in visit.errors)
    visit.errors.clear()  # the browser itself says that a script did not load


def test_an_empty_script_in_the_pixel_s_place_is_no_pixel(shop: Site, page: Page) -> None:
    shop.pixel = ""
    page.goto(shop.page(INIT + "fbq('track', 'PageView');"))
    assert shop.hits(1)[0].query["td"] == "blocked"


def test_a_page_that_is_left_before_the_pixel_came_tells_that_nobody_knows(shop: Site, page: Page) -> None:
    page.route("**/fbevents.js", lambda route: None)
    page.goto(shop.page(INIT + "fbq('track', 'PageView');"), wait_until="commit")
    page.wait_for_function("window.fbq && fbq.queue.length == 2")
    assert shop.got == []
    page.goto("about:blank")
    assert shop.hits(1)[0].query["td"] == "unknown"


NONSENSE = """
const odd = [undefined, null, 0, NaN, '', 'x', {}, [], () => 0, Symbol('s'), 12n, new Date(NaN), document, window,
  new Proxy({}, { get() { throw new Error('a trap') }, ownKeys() { throw new Error('a trap') } })];
let thrown = 0;
const circle = {}; circle.self = circle;
const known = ['track', 'trackSingle', 'init', 'consent', 'set', 'dataProcessingOptions', 'constructor'];
for (const command of [...known, ...odd]) {
  for (const one of odd) for (const two of odd) {
    try { fbq(command, one, two, two, one) } catch (error) { thrown++ }
    try { tagdock(command, one, two, one) } catch (error) { thrown++ }
  }
}
fbq(); tagdock(); fbq.apply(null, []); tagdock('event'); tagdock('event', 'x'.repeat(9999), circle);
window.thrown = thrown;
"""
COUNTED = """
window.left = 0;
const real = navigator.sendBeacon;
navigator.sendBeacon = function () { const taken = real.apply(navigator, arguments); left += taken; return taken };
"""
"""Counts the hits that the browser took from the page."""


def test_nonsense_hurts_neither_the_page_nor_what_follows(shop: Site, page: Page) -> None:
    page.goto(shop.page(INIT + "fbq('consent', 'grant');", first=COUNTED))
    calls = len(seen(page))
    page.evaluate(NONSENSE)
    assert page.evaluate("thrown") == 0
    assert page.evaluate("seen.length") > calls + 1000, "the pixel is told as the page said it"
    page.evaluate(f"fbq('consent', 'grant'); tagdock('init', '{PIXEL}');")
    left = page.evaluate("left")
    assert left > 10, "some of it is an event by its form"
    shop.hits(left)
    shop.got.clear()
    page.evaluate("fbq('track', 'Purchase', { get value() { throw new TypeError('no') }, currency: 'EUR' })")
    hit = shop.hits(1)[0]
    assert (hit.query["ev"], hit.body["cd[currency]"]) == ("Purchase", "EUR")
    assert hit.query["tde"] == "data TypeError"


def test_an_error_is_told_once(shop: Site, page: Page) -> None:
    page.goto(shop.page(INIT))
    page.evaluate("fbq('track', 'One', { get x() { throw new RangeError('a secret') } }); fbq('track', 'Two')")
    one, two = sorted(shop.hits(2), key=lambda hit: hit.query["ev"])
    assert one.query["tde"] == "data RangeError"
    assert "tde" not in two.query
    assert "secret" not in json.dumps([one.said, two.said])


def test_the_page_s_globals_are_its_own(shop: Site, page: Page) -> None:
    page.goto(shop.page("", stub=False, first="window.before = Object.keys(window).concat('before')"))
    new = page.evaluate("Object.keys(window).filter((name) => !before.includes(name) && window[name] !== undefined)")
    assert new == ["tagdock"]
    assert page.evaluate("[typeof fbq, typeof _fbq, typeof dataLayer]") == ["undefined"] * 3


def test_under_a_policy_with_a_nonce_everything_works(shop: Site, visit: Visit) -> None:
    policy = "default-src 'none'; script-src 'nonce-n0' 'strict-dynamic'; connect-src 'self'; img-src data:"
    script = f"fbq('init', '{PIXEL}', {{ em: 'a@b.example' }}); fbq('track', 'PageView');"
    visit.page.goto(shop.page(script, nonce="n0", content_security_policy=policy) + "?tagdock_preview=abc")
    (hit,) = shop.hits(1)
    assert len(hit.body["ud[em]"]) == 64
    visit.page.get_by_role("status").get_by_text("tagdock preview").wait_for()
