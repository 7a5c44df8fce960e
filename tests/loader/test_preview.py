"""A preview on the shop's page: it begins when the container says so, says what runs, and ends for everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Visit, visiting
from tests.demo.conftest import shipped
from tests.loader.site import PIXEL, Site
from tests.processes.server import TOKEN, Server, serving, until
from tests.web.served import CONFIG, Served, served

ALIVE = {"alive": True, "seconds": 3540, "test_event_code": "", "version": ""}
SCRIPT = f"fbq('init', '{PIXEL}'); fbq('track', 'PageView')"
KEY = "tagdock_preview"


def badge(page: Page) -> Any:
    return page.get_by_role("status")


def test_a_link_that_is_alive_begins_the_preview_before_the_page_s_first_event(shop: Site, visit: Visit) -> None:
    page = visit.page
    shop.previews["a;b-c"] = {**ALIVE, "test_event_code": "TEST77", "version": "draft 0a1b2c"}
    page.goto(shop.page(SCRIPT) + "?a=1&tagdock_preview=a%3Bb-c#d")
    assert page.url == f"{shop.url}/?a=1#d"
    (hit,) = shop.hits(1)
    assert hit.headers["cookie"] == "tagdock_preview=a%3Bb-c"
    assert "a%3Bb-c" not in json.dumps(hit.said)
    (cookie,) = visit.context.cookies()
    assert abs(cookie["expires"] - page.evaluate("Date.now() / 1000") - 3540) < 60
    expect(badge(page)).to_contain_text(
        "tagdock preview \u00b7 test event code TEST77 \u00b7 tried against draft 0a1b2c"
    )
    expect(badge(page)).to_contain_text("59 minutes left")
    page.goto(f"{shop.url}/")
    expect(badge(page)).to_contain_text("59 minutes left")
    assert shop.asked == [{"token": "a;b-c"}] * 2


@pytest.mark.parametrize("token", ["garbage", "%", "x" * 3000, "<b>x</b>"])
def test_a_link_that_is_not_is_said_once_and_leaves_nothing(shop: Site, visit: Visit, token: str) -> None:
    page = visit.page
    address = shop.page(SCRIPT)
    page.goto(f"{address}?tagdock_preview={quote(token)}")
    expect(badge(page)).to_contain_text("tagdock preview ended, or its link is not right")
    assert "cookie" not in shop.hits(1)[0].headers
    assert visit.context.cookies() == []
    page.get_by_role("button", name="Close").click()
    expect(badge(page)).to_have_count(0)
    page.goto(address)
    shop.hits(2)
    assert badge(page).count() == 0
    assert len(shop.asked) == 1


def test_a_preview_that_ended_elsewhere_is_said_once_and_forgotten(shop: Site, visit: Visit) -> None:
    page = visit.page
    visit.context.add_cookies([{"name": KEY, "value": "was", "url": shop.url}])
    address = shop.page(SCRIPT)
    page.goto(address)
    expect(badge(page)).to_have_text("tagdock preview endedClose")
    assert "cookie" not in shop.hits(1)[0].headers
    assert visit.context.cookies() == []
    page.goto(address)
    shop.hits(2)
    assert badge(page).count() == 0


def test_a_preview_that_ends_while_its_page_is_open_is_noticed(shop: Site, visit: Visit) -> None:
    page = visit.page
    page.clock.install()
    shop.previews["one"] = ALIVE
    page.goto(shop.page(SCRIPT) + "?tagdock_preview=one")
    expect(badge(page)).to_contain_text("59 minutes left")
    page.clock.run_for(31_000)
    expect(badge(page)).to_contain_text("59 minutes left")
    shop.previews.clear()
    page.clock.run_for(30_000)
    expect(badge(page)).to_have_text("tagdock preview endedClose")
    assert visit.context.cookies() == []


def test_its_last_minute_and_its_end_are_told_without_asking(shop: Site, visit: Visit) -> None:
    page = visit.page
    page.clock.install()
    shop.previews["one"] = {**ALIVE, "seconds": 45}
    page.goto(shop.page(SCRIPT) + "?tagdock_preview=one")
    expect(badge(page)).to_contain_text("less than a minute left")
    page.clock.run_for(61_000)
    expect(badge(page)).to_have_text("tagdock preview endedClose")


def test_end_ends_it_at_the_container_too(shop: Site, visit: Visit) -> None:
    page = visit.page
    shop.previews["one"] = ALIVE
    page.goto(shop.page(SCRIPT) + "?tagdock_preview=one")
    page.get_by_role("button", name="End").focus()
    page.keyboard.press("Enter")
    expect(badge(page)).to_have_text("tagdock preview endedClose")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    assert visit.context.cookies() == []
    until(lambda: shop.previews == {}, "the end at the container")
    assert shop.asked[-1] == {"token": "one", "end": "1"}
    page.keyboard.press("Enter")
    expect(badge(page)).to_have_count(0)


def test_an_empty_link_ends_it_as_well(shop: Site, visit: Visit) -> None:
    page = visit.page
    shop.previews["one"] = ALIVE
    address = shop.page(SCRIPT)
    page.goto(f"{address}?tagdock_preview=one")
    expect(badge(page)).to_contain_text("minutes left")
    page.goto(f"{address}?tagdock_preview=")
    expect(badge(page)).to_have_text("tagdock preview endedClose")
    assert visit.context.cookies() == []
    until(lambda: shop.previews == {}, "the end at the container")


def test_a_container_that_does_not_answer_begins_nothing_and_ends_nothing(shop: Site, visit: Visit) -> None:
    page = visit.page
    shop.away = True
    address = shop.page(SCRIPT)
    page.goto(f"{address}?tagdock_preview=one")
    expect(badge(page)).to_contain_text("did not begin: the container does not answer")
    assert visit.context.cookies() == []
    visit.context.add_cookies([{"name": KEY, "value": "one", "url": shop.url}])
    page.goto(address)
    expect(badge(page)).to_contain_text("tagdock preview: the container does not answer")
    assert [one["value"] for one in visit.context.cookies()] == ["one"]
    assert len(shop.hits(2)) == 2, "what the page tells is sent all the same"
    visit.errors.clear()  # the browser itself says that a request failed


def test_ordinary_visitors_get_nothing_of_it(shop: Site, visit: Visit) -> None:
    visit.page.goto(shop.page(SCRIPT))
    shop.hits(1)
    assert visit.sent("?preview") == []
    assert shop.asked == []


def test_the_sign_fits_into_a_narrow_page(shop: Site, browser: Browser) -> None:
    with visiting(browser, viewport={"width": 360, "height": 640}) as visit:
        page = visit.page
        shop.previews["one"] = {**ALIVE, "test_event_code": "T" * 40, "version": "version 0123456789ab"}
        page.goto(shop.page(SCRIPT) + "?tagdock_preview=one")
        place = badge(page).bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 360
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("app")) as one:
        yield one


def test_the_container_tells_of_a_token_that_is_alive_and_of_no_other(app: Served) -> None:
    sessions = app.app.desk.tap.sessions
    session = sessions.start("TEST1", "draft abc")
    token = sessions.token(session)
    answer = app.ask("/loader/preview", "POST", f"token={token}".encode(), origin="https://shop.example")
    assert answer.json == {"alive": True, "seconds": 3600, "test_event_code": "TEST1", "version": "draft abc"}
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    ended = app.ask("/loader/preview", "POST", f"token={token}&end=1".encode())
    assert sessions.all() == []
    mine = f"token={token}"
    for body in (mine, f"{mine}x", f"{mine}&end=1", f"token={TOKEN}", "token=", "", "%", "x" * 1025):
        answer = app.ask("/loader/preview", "POST", body.encode())
        assert (answer.status, answer.body, answer.headers) == (200, ended.body, ended.headers), body
    assert ended.json == {"alive": False}
    assert app.ask("/loader/preview").status == 405


def test_where_it_is_asked_goes_with_the_loader_s_path_also_on_a_live_server(tmp_path: Path) -> None:
    config = CONFIG.replace("name: test", "name: test, loader: /assets/shop.js")
    config = config.replace("delivery:", "delivery:\n  to: live").replace("$META_ACCESS_TOKEN", "a-token")
    with served(tmp_path, config) as app:
        assert app.ask("/assets/shop/preview", "POST", b"token=x").json == {"alive": False}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, shipped()) as one:
        yield one


def test_console_and_shop_agree_on_which_previews_there_are(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit, visiting(browser) as shopper:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        page.get_by_label("Test event code").fill("TEST5")
        page.get_by_label("Configuration to try").select_option("draft")
        page.get_by_role("button", name="Start preview").click()
        link = page.locator(".snippet code").inner_text()
        shopper.page.goto(link)
        sign = shopper.page.get_by_role("status").filter(has_text="tagdock preview")
        expect(sign).to_contain_text("test event code TEST5 \u00b7 tried against draft ")
        shopper.page.get_by_role("button", name="End", exact=True).click()
        expect(sign).to_contain_text("tagdock preview ended")
        expect(page.get_by_text("No preview is under way")).to_be_visible()
        shopper.page.goto(link)
        expect(sign).to_contain_text("tagdock preview ended, or its link is not right")
        assert KEY not in {one["name"] for one in shopper.context.cookies()}
