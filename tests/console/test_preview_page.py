"""The page Preview in a real browser: who edits a draft tries it, and a broken one is shown with its faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import visiting
from tests.console.test_pages import findings
from tests.demo.conftest import shipped
from tests.processes.server import CONFIG, TOKEN, Server, serving

TEXT = "config.yaml, as it might become"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("preview")) as one:
        yield one


def edited(page: Page, server: Server, text: str) -> None:
    """The form with a draft of this text."""
    page.goto(f"{server.url}/console/preview?token={TOKEN}")
    page.get_by_text("Draft", exact=True).click()
    page.get_by_label(TEXT).fill(text)


def test_who_edits_the_draft_tries_it(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        edited(page, server, CONFIG + "# mine\n")
        expect(page.get_by_label("Configuration to try")).to_have_value("draft")
        expect(page.get_by_text("The draft is chosen, since you edit it")).to_be_visible()
        page.get_by_role("button", name="Start preview").click()
        expect(page.locator("article.started")).to_contain_text("tries draft ")


def test_a_preview_that_is_ended_in_the_shop_is_gone_here_too(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path, shipped()) as server, visiting(browser) as visit, visiting(browser) as shopper:
        page, shop = visit.page, shopper.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        for _ in range(2):
            page.get_by_role("button", name="Start preview").click()
            page.get_by_text("The preview has begun").wait_for()
        newest = page.locator("article.started")
        name = newest.get_by_role("heading").inner_text()
        newest.get_by_role("button", name="Copy").click()
        page.evaluate("window.same = true")
        shop.goto(newest.locator(".snippet code").inner_text())
        shop.get_by_role("button", name="End", exact=True).click()
        expect(page.get_by_text(f"{name} has ended.")).to_be_visible()
        expect(page.locator("article[data-own]")).to_have_count(1)
        expect(page.get_by_text("The preview has begun")).to_have_count(0)
        other = page.locator("article[data-own]")
        other.get_by_role("button", name="Copy").focus()
        server.post("/console/preview/start", headers={"authorization": f"Bearer {TOKEN}"}, data={})
        expect(page.locator("article[data-own]")).to_have_count(2)
        expect(page.locator("article[data-own]").last.get_by_role("button", name="Copy")).to_be_focused()
        assert page.evaluate("window.same")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_broken_draft_comes_back_in_its_form_with_its_faults_above_it(
    server: Server, browser: Browser, scripts: bool, width: int
) -> None:
    broken = CONFIG.replace("fires_on", "fires_one").replace("anything: {", "anything: { wher: 1,")
    view = {"width": width, "height": 800}
    with visiting(browser, java_script_enabled=scripts, viewport=view, bypass_csp=True) as visit:
        page = visit.page
        edited(page, server, broken)
        page.get_by_label("Test event code").fill("TEST9")
        page.get_by_label("Page to open").fill("https://shop.example/a")
        page.get_by_role("button", name="Start preview").click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("This draft has 2 errors and cannot be tried.")
        expect(alert).to_contain_text("fires_one: anything")
        assert ": :" not in alert.inner_text()
        expect(page.get_by_label("Test event code")).to_have_value("TEST9")
        expect(page.get_by_label("Page to open")).to_have_value("https://shop.example/a")
        expect(page.get_by_label("Configuration to try")).to_have_value("draft")
        expect(page.get_by_label(TEXT)).to_have_value(broken)
        visit.errors.clear()  # the browser itself says that the form was refused
        if not scripts:
            return
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        line = next(number for number, text in enumerate(broken.split("\n"), 1) if "fires_one" in text)
        page.get_by_role("button", name=f"Line {line}").click()
        chosen = "(draft => draft.value.slice(draft.selectionStart, draft.selectionEnd))(document.activeElement)"
        assert page.evaluate(chosen) == "    fires_one: anything"
        page.get_by_label(TEXT).fill(CONFIG)
        page.get_by_role("button", name="Start preview").click()
        expect(page.locator("article.started")).to_contain_text("test event code TEST9")
        visit.errors.clear()


def test_what_is_not_even_yaml_is_said_at_its_line_in_one_clause(server: Server, browser: Browser) -> None:
    with visiting(browser, java_script_enabled=False) as visit:
        page = visit.page
        edited(page, server, "name: a: b")
        page.get_by_role("button", name="Start preview").click()
        expect(page.get_by_role("alert")).to_contain_text("Line 1: this is not YAML")
        visit.errors.clear()  # the browser itself says that the form was refused
