"""A row of the page Live in a real browser: all of it leads to its hit, each chip to its tag there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import visiting
from tests.console.test_pages import TOKEN_HEADER, findings
from tests.demo.conftest import shipped
from tests.processes.server import TOKEN, Server, serving

QUERY = "v=2&tid=G-1&cid=7.8&gcs=G111&cu=EUR&dl=https%3A%2F%2Fshop.example%2Fthanks"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    second = "  a_tag_with_a_name_of_some_length: { log: { file: seen.log }, fires_on: lead }\n"
    with serving(tmp_path_factory.mktemp("rows"), shipped().replace("\n  meta:\n", f"\n{second}  meta:\n", 1)) as one:
        yield one


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    """The live page, which shows what arrives from now on."""
    with visiting(browser, viewport={"width": 1280, "height": 800}, bypass_csp=True) as visit:
        last = server.get("/console/index.json", headers=TOKEN_HEADER).json()["last"]
        visit.page.goto(f"{server.url}/console/?token={TOKEN}&after={last}")
        expect(visit.page.locator("#state")).to_have_text("live")
        yield visit.page


def sent(server: Server, page: Page, *events: str) -> Locator:
    """The row of one hit with these events."""
    assert server.post(f"/g/collect?{QUERY}", content="\r\n".join(events)).status_code == 204
    row = page.locator("#rows tr")
    expect(row).to_have_count(1)
    return row


def waited(page: Page) -> None:
    """By the page's own clock, longer than a row waits for a second click."""
    page.evaluate("new Promise((done) => setTimeout(done, 400))")


def middle(one: Locator) -> tuple[float, float]:
    box: Any = one.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("cell", ["when", "page", "consent", "answer"])
def test_a_click_anywhere_in_a_row_opens_its_hit(server: Server, page: Page, cell: str) -> None:
    sent(server, page, f"en=purchase&ep.event_id=any-{cell}&epn.value=9").locator(f"td.{cell}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"any-{cell}")


def test_a_click_with_the_key_for_it_opens_the_hit_beside(server: Server, page: Page) -> None:
    row = sent(server, page, "en=purchase&ep.event_id=beside&epn.value=9")
    for how in ({"modifiers": ["Control"]}, {"button": "middle"}):
        with page.context.expect_page() as opened:
            row.locator("td.client").click(**how)
        expect(opened.value.get_by_role("heading", level=1)).to_contain_text("beside")
        opened.value.close()
    expect(page.get_by_role("heading", level=1)).to_have_text("Live")


def test_text_of_a_row_is_selected_as_any_text_is(server: Server, page: Page) -> None:
    row = sent(server, page, "en=purchase&ep.event_id=selected&epn.value=9")
    about = row.locator(".about .mono")
    about.dblclick()
    assert page.evaluate("getSelection().toString().trim()") == "selected"
    waited(page)
    x, y = middle(about)
    page.mouse.click(20, 600)
    page.mouse.move(x - 20, y)
    page.mouse.down()
    page.mouse.move(x + 10, y, steps=4)
    page.mouse.up()
    assert page.evaluate("getSelection().toString().length") > 1
    waited(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Live")
    row.locator("summary").click()
    expect(row.get_by_role("link", name="Save as test")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Live")


def test_a_chip_leads_to_its_tag_of_its_event(server: Server, page: Page) -> None:
    row = sent(server, page, "en=purchase&epn.value=9&ep.event_id=c-1", "en=purchase&epn.value=0&ep.event_id=c-2")
    row.get_by_role("link", name="meta not triggered").click()
    expect(page.get_by_role("tab", name="Tags")).to_have_attribute("aria-selected", "true")
    card = page.locator("article:target")
    expect(card).to_be_in_viewport()
    expect(card).to_contain_text("order_value is 0: not greater than 0")
    page.go_back()
    page.locator("#rows tr").get_by_role("link", name="meta delivered").click()
    expect(page.locator("article:target")).to_contain_text("It fired on purchase.")


def test_a_chip_says_the_sentence_of_the_hits_page(server: Server, page: Page) -> None:
    row = sent(server, page, "en=purchase&epn.value=0&ep.event_id=s-1")
    chip = row.get_by_role("link", name="meta not triggered")
    sentence = "meta was not triggered: purchase is for this event, but order_value is 0: not greater than 0"
    expect(chip).to_have_attribute("title", sentence)
    chip.click()
    expect(page.locator(".because").first).to_contain_text(sentence)


def test_by_keyboard_each_target_is_one_link_and_a_chip_that_changes_keeps_the_focus(
    server: Server, page: Page
) -> None:
    server.post("/sandbox/faults", json={"n": 1, "delay": 1, "status": 500})
    row = sent(server, page, "en=purchase&epn.value=9&ep.event_id=k-1")
    row.get_by_role("link", name="purchase").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    chip = row.locator(".outcomes a").last
    expect(chip).to_be_focused()
    expect(row.locator(".outcomes")).to_contain_text("delivered")
    expect(chip).to_be_focused()
    page.keyboard.press("Tab")
    expect(row.locator("summary")).to_be_focused()
    assert page.locator("a a, a button").count() == 0
    assert findings(page) == []


@pytest.mark.parametrize("width", [1280, 1440, 1920, 1080, 360])
def test_nothing_in_a_row_is_cut_where_there_is_room(server: Server, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    there = QUERY.replace("thanks", "collections%2Fcups%2Fdouble-wall-cup")
    assert server.get(f"/g/collect?{there}&en=add_to_cart&epn.value=9&ep.event_id=room-{width}").status_code == 204
    row = page.locator("#rows tr")
    expect(row).to_contain_text("shop.example/collections/cups/double-wall-cup")
    expect(row).to_contain_text("meta delivered")
    cut = """all => all.filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 1)
      .map((one) => one.outerHTML)"""
    assert row.locator("td:not(.more), .page > span, .under").evaluate_all(cut) == []


def test_a_link_within_a_hit_opens_the_tab_it_names(server: Server, page: Page) -> None:
    row = sent(server, page, "en=purchase&epn.value=9&ep.event_id=l-1&gcs=G100")
    row.get_by_role("link", name="purchase").click()
    expect(page.get_by_role("tab", name="Tags")).to_be_visible()
    page.get_by_role("link", name="Who said so").click()
    expect(page.get_by_role("tab", name="Consent")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Consent")).to_be_in_viewport()
    expect(page.get_by_role("tabpanel", name="Consent")).to_be_focused()


def test_the_chosen_tab_is_in_sight_on_a_narrow_screen(server: Server, page: Page) -> None:
    row = sent(server, page, "en=purchase&epn.value=9&ep.event_id=n-1")
    address = row.get_by_role("link", name="purchase").get_attribute("href")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{server.url}{address}#delivery")
    expect(page.get_by_role("tab", name="Delivery")).to_be_in_viewport(ratio=1)
