"""The demo shop's pages: reachable by everybody, strict about scripts, and only there while nothing is live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Visit, visiting
from tests.demo.pictures import LOOKS, walk
from tests.demo.walk import choose
from tests.processes.server import TOKEN, Server, until

AXE = (Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js").read_text()
STATIC = ("shop.css", "shop.js", "fbevents.js")


def findings(page: Page) -> list[Any]:
    """What axe-core finds, by rule and place; the page's policy is lifted for it alone."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    found: list[Any] = page.evaluate(
        "axe.run().then((all) => all.violations.map((one) => [one.impact, one.id, one.nodes[0].target[0]]))"
    )
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_keeps_anybody_out_and_none_is_wider_than_the_screen(
    server: Server, browser: Browser, look: str
) -> None:
    seen = []
    with visiting(browser, **LOOKS[look], bypass_csp=True, reduced_motion="reduce") as visit:

        def check(name: str) -> None:
            assert findings(visit.page) == [], name
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            seen.append(name)

        walk(visit.page, server.url, check, patient=False)
    assert seen == ["home", "product", "checkout", "thanks"]


def test_the_whole_way_goes_by_keyboard(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/product/POT-03")

    def reach(name: str, role: Any = "button") -> None:
        target = page.get_by_role(role, name=name)
        for _ in range(30):
            page.keyboard.press("Tab")
            if target.evaluate("one => one == document.activeElement"):
                assert target.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"{name} cannot be reached")

    reach("Accept")
    page.locator("body").evaluate("one => { one.tabIndex = -1; one.focus() }")
    reach("Add to basket")
    reach("To the checkout", "link")
    page.get_by_role("heading", name="Checkout").wait_for()
    page.wait_for_load_state()
    reach("Place the order")
    page.get_by_text("Order K-").wait_for()


def test_a_page_loads_nothing_from_anywhere_else_and_runs_no_script_of_anybody_else(
    server: Server, visit: Visit
) -> None:
    page = visit.page
    answer = page.goto(f"{server.url}/demo/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page.get_by_role("button", name="Accept").click()
    choose(page)
    assert all(one.url.startswith((server.url, "data:")) for one in visit.requests)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=\"window.hurt = 1\">')")
    page.wait_for_timeout(50)
    assert page.evaluate("window.hurt") is None
    assert [one for one in visit.errors if "Content Security Policy" not in one] == []
    visit.errors.clear()  # the browser says that it refused


def test_the_switch_says_how_it_stands_and_consent_can_be_changed(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    switch = page.get_by_role("switch", name="Block the pixel")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Consent is refused: neither copy")).to_be_visible()
    page.get_by_role("button", name="Change consent").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Consent is given.")).to_be_visible()
    expect(page.get_by_role("region", name="Cookies")).to_be_hidden()


@pytest.mark.parametrize("look", ["light", "360"])
def test_the_sign_of_a_preview_and_the_banner_leave_each_other_room(
    server: Server, browser: Browser, look: str
) -> None:
    started = server.post(
        "/console/preview/start", headers={"authorization": f"Bearer {TOKEN}"}, data={"shop": f"{server.url}/demo/"}
    ).json()
    with visiting(browser, **LOOKS[look]) as visit:
        visit.page.goto(started["link"])
        sign, banner = visit.page.get_by_text("tagdock preview"), visit.page.get_by_role("region", name="Cookies")
        for one in (sign, banner):
            expect(one).to_be_visible()
        # They make room for each other once both are drawn.
        until(lambda: _bottom(banner) <= _top(sign), "the banner to stand above the sign")


def _top(one: Locator) -> float:
    place = one.bounding_box()
    assert place is not None
    return place["y"]


def _bottom(one: Locator) -> float:
    place = one.bounding_box()
    assert place is not None
    return place["y"] + place["height"]


@pytest.mark.parametrize("name", ["demo", "console"])
def test_without_the_slash_at_its_end_an_address_leads_there_all_the_same(server: Server, name: str) -> None:
    answer = server.get(f"/{name}?fbclid=a%26b")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/{name}/?fbclid=a%26b")
    assert server.get(f"/{name}").headers["location"] == f"/{name}/"


def test_a_path_that_only_begins_like_the_shop_s_is_a_hit_s(server: Server) -> None:
    for path in ("/demolition", "/demo.json", "/demolition/of/1"):
        answer = server.get(path)
        assert (answer.status_code, answer.text) == (404, server.get("/nothing").text)
        assert server.post(path, content=b"{}").status_code == 404, "not 405: any method is a hit's"


def test_an_unknown_product_or_file_is_not_there(server: Server) -> None:
    assert server.get("/demo/product/%3Cscript%3E").status_code == 404
    assert "<script>" not in server.get("/demo/product/%3Cscript%3E").text.partition("<body")[2]
    for name in ("shop.py", "..%2Fshop.py", "pages"):
        assert server.get(f"/demo/static/{name}").status_code == 404


def test_pages_and_files_are_light(server: Server) -> None:
    for path in ("", "product/POT-03", "checkout", "thanks"):
        answer = server.get(f"/demo/{path}")
        assert answer.headers["cache-control"] == "no-store"
        assert len(answer.content) < 12_000
    for name in STATIC:
        answer = server.get(f"/demo/static/{name}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.content) < 12_000


def test_the_greeting_names_the_shop(running: Server) -> None:
    assert f"demo shop: {running.url}/demo/" in running.log()
