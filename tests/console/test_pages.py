"""The console in a real browser: rows as they arrive, a restart, one hit by its tabs, and nothing that keeps anybody
out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import visiting
from tests.console.pictures import CONFIG, LOOKS, PAGES, walk
from tests.demo.conftest import shipped
from tests.processes.server import AGENT, TOKEN, Server, serving

AXE = (Path(__file__).parents[1] / "demo" / "node_modules" / "axe-core" / "axe.min.js").read_text()
TOKEN_HEADER = {"authorization": f"Bearer {TOKEN}"}
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&cu=EUR&epn.value=120&dl=https%3A%2F%2Fshop.example%2Fthanks"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("console")) as one:
        yield one


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    """Signed in, on the live page, which shows what arrives from now on."""
    with visiting(browser) as visit:
        enter(visit.page, server)
        yield visit.page


def enter(page: Page, server: Server) -> None:
    """The live page, with nothing on it yet."""
    last = server.get("/console/index.json", headers=TOKEN_HEADER).json()["last"]
    page.goto(f"{server.url}/console/?token={TOKEN}&after={last}")


def hit(server: Server, name: str, number: int = 0) -> None:
    assert server.get(f"{HIT}&en={name}&ep.event_id={name}-{number}").status_code == 204


def connected(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("live")


def test_signing_in_and_out(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/log")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{server.url}/console/log")
        (cookie,) = [one for one in visit.context.cookies() if one["name"].startswith("tagdock_console")]
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{server.url}/console/")
        expect(page.get_by_label("Token")).to_be_focused()


def test_rows_appear_as_hits_arrive_without_loading_again(server: Server, page: Page) -> None:
    expect(page.get_by_text("Waiting for the first hit")).to_be_visible()
    connected(page)
    hit(server, "purchase")
    row = page.locator("#rows tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("meta delivered")
    expect(row).to_contain_text("shop.example/thanks")
    expect(page.get_by_text("Waiting for the first hit")).to_be_hidden()
    hit(server, "scroll")
    expect(row).to_have_count(2)
    expect(row.first).to_contain_text("scroll")


def test_paused_rows_wait_and_a_cleared_list_begins_anew(server: Server, page: Page) -> None:
    connected(page)
    page.get_by_role("button", name="Pause").click()
    hit(server, "purchase")
    expect(page.locator("#state")).to_have_text("paused, 1 new")
    expect(page.locator("#rows tr")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url(re.compile("after="))
    expect(page.locator("#rows tr")).to_have_count(0)
    connected(page)
    hit(server, "scroll")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_a_filter_holds_for_what_is_there_and_for_what_arrives(server: Server, page: Page) -> None:
    connected(page)
    hit(server, "purchase", 1)
    hit(server, "scroll", 1)
    expect(page.locator("#rows tr")).to_have_count(2)
    page.get_by_label("Event").fill("purchase")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    connected(page)
    hit(server, "scroll", 2)
    hit(server, "purchase", 2)
    expect(page.locator("#rows tr")).to_have_count(2)
    expect(page.locator("#rows")).not_to_contain_text("scroll")
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("#rows")).to_contain_text("scroll")


def test_the_page_goes_on_after_the_server_was_started_again(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path) as server, visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/?token={TOKEN}")
        connected(page)
        hit(server, "purchase", 1)
        expect(page.locator("#rows tr")).to_have_count(1)
        port = server.url.rpartition(":")[2]
        server.config.write_text(server.config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        assert server.stop() == 0, "a page that is open does not keep the server from ending"
        expect(page.locator("#state")).to_have_text("connecting again")
        server.start()
        hit(server, "purchase", 2)
        connected(page)
        expect(page.locator("#rows tr")).to_have_count(2)
        assert page.locator("#rows tr").first.get_attribute("data-id") == "2"
        lost = [one for one in visit.errors if "ERR_CONNECTION_REFUSED" in one or "ERR_INCOMPLETE" in one]
        assert visit.errors == lost
        visit.errors.clear()  # the browser itself says that a connection was lost


def test_two_consoles_see_the_same_and_one_that_is_cleared_leaves_the_other_alone(
    server: Server, browser: Browser, page: Page
) -> None:
    connected(page)
    with visiting(browser) as other:
        enter(other.page, server)
        connected(other.page)
        hit(server, "purchase")
        for one in (page, other.page):
            expect(one.locator("#rows tr")).to_have_count(1)
        other.page.get_by_role("link", name="Clear").click()
        expect(other.page.locator("#rows tr")).to_have_count(0)
        expect(page.locator("#rows tr")).to_have_count(1)


def test_one_hit_goes_by_keyboard_from_tab_to_tab(server: Server, page: Page) -> None:
    connected(page)
    hit(server, "purchase")
    page.get_by_role("link", name="purchase").click()
    tabs = page.get_by_role("tab")
    names = ["Tags", "Request", "Event data", "Consent", "Variables", "Payloads", "Delivery"]
    names += ["Response and cookies", "Log"]
    expect(tabs).to_have_text(names)
    tabs.first.focus()
    for name in names[1:]:
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
        expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.keyboard.press("Home")
    expect(page.get_by_role("tabpanel", name="Tags")).to_contain_text("It fired on anything")
    page.goto(page.url.partition("#")[0] + "#consent")
    page.reload()
    expect(page.get_by_role("tabpanel", name="Consent")).to_be_visible()


def test_without_script_every_part_of_a_hit_is_there(server: Server, browser: Browser) -> None:
    hit(server, "purchase")
    with visiting(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/?token={TOKEN}&event=purchase")
        page.get_by_role("link", name="purchase").first.click()
        for name in ("Tags", "Request", "Event data", "Consent", "Payloads", "Delivery", "Log"):
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        page.get_by_role("button", name="Show personal data").click()
        expect(page.get_by_text("Personal data is shown in clear")).to_be_visible()


def test_a_hit_of_a_visitor_cannot_put_markup_into_the_page(server: Server, page: Page) -> None:
    connected(page)
    evil = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    server.get(f"{HIT}&en={evil}&ep.{evil}={evil}&ep.event_id={evil}", headers={"x-odd": "<b>{{7*7}}"})
    row = page.locator("#rows tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("<img src=x")
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
    assert page.locator("main img, main script").count() == 0


def test_a_page_of_another_site_can_change_nothing(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        known = page.locator("input[name=csrf]").first.get_attribute("value")
        page.goto(f"{server.url.replace('127.0.0.1', 'localhost')}/healthy")
        page.set_content(
            f'<form method="post" action="{server.url}/console/preview/start"><input name="csrf" value="{known}">'
            "<button>go</button></form>"
        )
        with page.expect_navigation() as went:
            page.get_by_role("button", name="go").click()
        assert went.value is not None
        assert went.value.status in (401, 403)
        told = server.get("/console/preview", headers=TOKEN_HEADER).json()
        assert told["sessions"] == []
        visit.errors.clear()  # the browser itself says that it was refused


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
    tmp_path: Path, browser: Browser, look: str
) -> None:
    seen = []
    with (
        serving(tmp_path, CONFIG) as server,
        visiting(browser, **LOOKS[look], bypass_csp=True, reduced_motion="reduce") as visit,
    ):

        def check(name: str) -> None:
            assert findings(visit.page) == [], name
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            seen.append(name)

        walk(visit, server, check)
    assert seen == PAGES


def test_a_followed_visitor_appears_live_and_sees_the_badge(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path, shipped()) as server, visiting(browser) as visit, visiting(browser) as shopper:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        page.get_by_role("button", name="Start preview").click()
        link = page.locator(".snippet code").inner_text()
        page.get_by_role("link", name="Its hits").click()
        connected(page)
        shopper.page.goto(link)
        expect(shopper.page.get_by_text("tagdock preview")).to_be_visible()
        assert "tagdock_preview" not in shopper.page.url
        shopper.page.get_by_role("button", name="Accept").click()
        row = page.locator("#rows tr").filter(has_text="PageView")
        expect(row.first).to_contain_text("preview")
        server.http.get(f"{server.url}{HIT}&en=purchase&ep.event_id=x", headers={"user-agent": AGENT})
        expect(page.locator("#rows")).not_to_contain_text("purchase")


def test_a_page_is_light(server: Server, browser: Browser) -> None:
    hit(server, "purchase")
    with visiting(browser) as visit:
        sizes: dict[str, int] = {}
        visit.page.on("response", lambda one: sizes.update({one.url: _size(one)}))
        visit.page.goto(f"{server.url}/console/?token={TOKEN}")
        connected(visit.page)
    assert sum(sizes.values()) < 60_000, sizes
    assert len(sizes) <= 8, sizes


def _size(response: Any) -> int:
    """Bytes that came over the line; a stream has none yet."""
    return int(response.headers.get("content-length", 0))
