"""A session that is over: nothing more is shown to its pages, they say so, and what was written is not lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from container.web.console.lock import LASTS
from tests.browser import Visit, visiting
from tests.console.desk import READING, Room, room
from tests.console.test_lock import SAME
from tests.console.test_pages import hit
from tests.processes.server import PATIENCE, TOKEN, Server, serving, until


def streamed(desk: Room, then: Callable[[], None], **headers: str) -> str:
    """What a stream sends until it ends by itself, after ``then`` happened while it was open."""
    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.append(desk.client.get("/console/stream", headers=headers)))
    before = desk.app.desk.tap._watchers
    reader.start()
    until(lambda: desk.app.desk.tap._watchers > before, "an open stream")
    then()
    reader.join(PATIENCE)
    assert not reader.is_alive(), "the stream goes on"
    assert found[0].status_code == 200
    return str(found[0].text)


def test_a_stream_ends_with_the_twelve_hours_of_its_session(desk: Room) -> None:
    desk.login()

    def late() -> None:
        desk.clock[0] += LASTS + 1

    assert streamed(desk, late).endswith("event: signed-out\ndata: {}\n\n")
    assert desk.client.get("/console/stream").status_code == 401


def test_a_stream_ends_when_its_session_is_signed_out_and_no_later_hit_reaches_it(desk: Room) -> None:
    token = desk.login()

    def out() -> None:
        desk.client.post("/console/logout", data={"csrf": token}, headers=SAME)
        desk.hit()

    told = streamed(desk, out)
    assert told.endswith("event: signed-out\ndata: {}\n\n")
    assert "event: hit" not in told


def test_a_stream_of_who_may_only_look_ends_when_their_token_is_another(tmp_path: Path) -> None:
    with room(tmp_path) as desk:
        section = desk.app.configuration.container.console

        def changed() -> None:
            object.__setattr__(section, "read_only_token", "another")

        told = streamed(desk, changed, authorization=f"Bearer {READING}")
        assert told.endswith("event: signed-out\ndata: {}\n\n")


def test_a_token_that_is_wrong_is_called_so_and_one_that_is_missing_is_asked_for(desk: Room) -> None:
    for path, method in (("/console/index.json", "GET"), ("/console/preview/start", "POST"), ("/console/", "GET")):
        wrong = desk.client.request(method, path, headers={"authorization": "Bearer wrong"})
        assert (wrong.status_code, wrong.json()) == (401, {"error": "this token is not valid"})
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Basic eDp5"}):
        missing = desk.client.get("/console/index.json", headers=headers)
        assert missing.json() == {"error": "send the token as Authorization: Bearer <token>"}


def test_a_form_of_a_session_that_is_over_is_answered_by_the_way_to_sign_in(desk: Room) -> None:
    page = {"accept": "text/html", "referer": "http://localhost:8080/console/delivery/redrive?tag=meta"}
    answer = desk.client.post("/console/delivery/redrive/send", data={"csrf": "0"}, headers={**SAME, **page})
    assert answer.status_code == 401
    assert 'name="next" value="/console/delivery/redrive?tag=meta"' in answer.text
    assert "nothing was changed" in answer.text
    elsewhere = {**page, "referer": "https://evil.example/console/x?y=1"}
    answer = desk.client.post("/console/preview/start", data={"csrf": "0"}, headers=elsewhere)
    assert 'name="next" value="/console/preview"' in answer.text


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with serving(tmp_path) as one:
        yield one


def ended(server: Server, visit: Visit) -> None:
    """The session ends while its page stays open: its cookie is the same, the server knows better."""
    other = visit.context.new_page()
    other.goto(f"{server.url}/console/log")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_label("Token")).to_be_visible()
    other.close()


def sign_in(page: Page) -> None:
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()


def test_a_live_page_says_that_it_is_signed_out_and_leads_back_to_itself(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/?token={TOKEN}&event=purchase")
        expect(page.locator("#state")).to_have_text("live")
        ended(server, visit)
        expect(page.locator("#state")).to_have_text("signed out")
        hit(server, "purchase")
        expect(page.locator(".said")).to_contain_text("You are signed out")
        expect(page.locator("#rows tr")).to_have_count(0)
        page.get_by_role("link", name="Sign in again").click()
        sign_in(page)
        expect(page).to_have_url(f"{server.url}/console/?event=purchase")
        expect(page.locator("#rows tr")).to_have_count(1)


def test_a_page_that_is_looked_at_again_says_so_too(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        page.get_by_label("Test event code").fill("TEST77")
        ended(server, visit)
        link = page.get_by_role("link", name="Sign in again")
        expect(link).to_be_visible()
        expect(page.get_by_label("Test event code")).to_have_value("TEST77")
        link.click()
        sign_in(page)
        expect(page).to_have_url(f"{server.url}/console/preview")


@pytest.mark.parametrize("path", ["hit/1#consent", "log", "container/file"])
def test_a_page_that_follows_nothing_says_so_too(server: Server, browser: Browser, path: str) -> None:
    hit(server, "purchase")
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/?token={TOKEN}")
        expect(page.locator("#rows tr")).to_have_count(1)
        page.goto(f"{server.url}/console/{path}")
        ended(server, visit)
        page.get_by_role("link", name="Sign in again").click(timeout=15_000)
        sign_in(page)
        expect(page).to_have_url(f"{server.url}/console/{path}")


def test_a_page_asks_whether_its_session_holds_and_nobody_else_learns_by_it(desk: Room) -> None:
    assert desk.client.get("/console/session").json() == {"signed_in": False}
    desk.login()
    assert desk.client.get("/console/session").json() == {"signed_in": True}
    desk.clock[0] += LASTS + 1
    assert desk.client.get("/console/session").json() == {"signed_in": False}
    assert desk.client.get("/console/session", headers={"host": "shop.example"}).status_code == 403


def test_what_was_written_into_a_form_is_there_again_after_signing_in(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        page.get_by_label("Test event code").fill("TEST77")
        page.get_by_label("Configuration to try").select_option("draft")
        page.get_by_label("config.yaml, as it might become").fill("# mine\ncontainer: {}")
        ended(server, visit)
        page.get_by_role("button", name="Start preview").click()
        expect(page.get_by_role("alert")).to_contain_text("nothing was changed")
        expect(page.get_by_role("alert")).to_contain_text("kept in this tab")
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        sign_in(page)
        expect(page).to_have_url(f"{server.url}/console/preview")
        expect(page.locator(".said")).to_contain_text("What you had written is in it again")
        expect(page.get_by_label("Test event code")).to_have_value("TEST77")
        expect(page.get_by_label("Configuration to try")).to_have_value("draft")
        expect(page.get_by_label("config.yaml, as it might become")).to_have_value("# mine\ncontainer: {}")
        expect(page.get_by_label("config.yaml, as it might become")).to_be_visible()
        assert page.evaluate("sessionStorage.length") == 0, "nothing is kept longer than needed"
        refused = [one for one in visit.errors if "401" in one]
        assert visit.errors == refused
        visit.errors.clear()  # the browser itself says that it was refused


def test_without_script_the_sign_in_page_says_that_the_form_is_lost(server: Server, browser: Browser) -> None:
    with visiting(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        ended(server, visit)
        page.get_by_role("button", name="Start preview").click()
        expect(page.get_by_role("alert")).to_contain_text("could not be kept")
        sign_in(page)
        expect(page).to_have_url(f"{server.url}/console/preview")
        visit.errors.clear()  # the browser itself says that it was refused


def test_a_form_that_was_taken_is_not_kept(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/preview?token={TOKEN}")
        page.get_by_label("Test event code").fill("TEST77")
        page.get_by_role("button", name="Start preview").click()
        expect(page.locator(".said")).to_contain_text("The preview has begun")
        assert page.evaluate("sessionStorage.length") == 0
