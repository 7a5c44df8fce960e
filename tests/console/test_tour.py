"""Test events, Diagnostics, Quality, Delivery and Container in a real browser: nothing keeps anybody out, nothing is
wider than the screen, and what can be changed there is changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import visiting
from tests.console.test_pages import findings
from tests.console.tour import HEADERS, SEEN, hit, refusals, told, tour, traffic
from tests.demo.conftest import shipped
from tests.demo.pictures import LOOKS
from tests.processes.server import TOKEN, Server, serving, until

OVERFULL = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
"""How many of some elements hold more than their width."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, shipped()) as one:
        yield one


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_keeps_anybody_out_and_none_is_wider_than_the_screen(
    server: Server, browser: Browser, look: str
) -> None:
    seen = []
    with visiting(browser, **LOOKS[look], bypass_csp=True, reduced_motion="reduce") as visit:

        def check(name: str) -> None:
            found = findings(visit.page)
            assert found == [], f"{name}: {found}"
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            seen.append(name)

        tour(visit, server, check)
    assert sorted(seen) == sorted(SEEN)


def test_dead_letters_are_sent_again_and_arrive(server: Server, browser: Browser) -> None:
    refusals(server)
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/delivery?token={TOKEN}")
        expect(page.locator("#dead tbody tr")).to_have_count(2)
        expect(page.locator("#dead")).to_contain_text("Graph error 100/2804009: Invalid parameter")
        page.get_by_role("link", name="Send Purchase lost-1 again").click()
        expect(page.locator(".json")).to_contain_text('"event_id": "lost-1"')
        expect(page.locator(".json")).not_to_contain_text("lost-2")
        expect(page.locator("main")).not_to_contain_text("ana.lima@example.com")
        page.get_by_role("button", name="Send it again").click()
        expect(page.get_by_role("status")).to_contain_text("1 dead letter on the way again.")
        server.delivered(1, event_id="lost-1")
        expect(page.locator("#dead tbody tr")).to_have_count(1)
    assert server.good(event_id="lost-2") == []


def test_letters_that_died_after_the_look_are_not_sent_with_the_others(server: Server) -> None:
    refusals(server)
    shown = server.get("/console/delivery/redrive.json?tag=meta", headers=HEADERS).json()
    assert shown["total"] == 2
    fault = {"n": 50, "status": 400, "code": 100, "message": "Invalid parameter"}
    server.post("/sandbox/faults", json=fault)
    hit(server, "purchase", "later", "&cu=EUR&epn.value=12")
    until(lambda: told(server, "delivery")["dead_chosen"] == 3, "a third dead letter")
    server.http.delete(f"{server.url}/sandbox/faults")
    done = server.post("/console/delivery/redrive/send", headers=HEADERS, data=shown["chosen"]).json()
    assert (done["done"], done["redriven"]) == (True, 2)
    (left,) = told(server, "delivery")["dead"]
    assert left["event_id"] == "later"
    again = server.post("/console/delivery/redrive/send", headers=HEADERS, data=shown["chosen"])
    assert (again.status_code, again.json()["done"]) == (422, False)


def test_a_parked_destination_says_why_and_goes_on_when_it_is_resumed(server: Server, browser: Browser) -> None:
    server.post("/sandbox/faults", json={"n": 1, "code": 190})
    hit(server, "page_view", "p-1")
    until(lambda: any(one["parked_for"] for one in told(server, "delivery")["destinations"]), "a parked destination")
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/delivery?token={TOKEN}")
        expect(page.get_by_text("parked", exact=True)).to_be_visible()
        expect(page.locator(".notice-bad")).to_contain_text("Graph error 190")
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_role("status")).to_contain_text("meta (1234567890) goes on.")
        server.delivered(1, event_id="p-1")
        expect(page.get_by_text("delivers", exact=True)).to_be_visible()


def test_pages_follow_what_happens_without_loading_again(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/test-events?token={TOKEN}")
        expect(page.get_by_text("No event has come yet")).to_be_visible()
        page.evaluate("window.same = true")
        traffic(server)
        expect(page.locator(".couple").first).to_be_visible()
        page.get_by_label("Event id").fill("o-1")
        page.get_by_label("Event id").press("Enter")
        expect(page.locator(".couple")).to_have_count(1)
        page.goto(f"{server.url}/console/quality")
        page.locator(".as-table summary").first.click()
        page.evaluate("window.same = true")
        expect(page.locator(".as-table[open] table")).to_be_visible()
        hit(server, "generate_lead", "lead-1")
        expect(page.get_by_role("heading", name="Lead")).to_be_visible()
        expect(page.locator(".as-table[open] table")).to_be_visible()
        assert page.evaluate("window.same")


def test_a_version_is_gone_back_to_and_runs(server: Server, browser: Browser) -> None:
    first = told(server, "container")["running"]
    text = server.config.read_text()
    server.config.write_text(text.replace("greater_than: 0", "greater_than: 10"))
    until(lambda: told(server, "container")["running"] != first, "the new version")
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/container?token={TOKEN}")
        page.get_by_role("link", name=first).click()
        expect(page.get_by_text("purchase.where.order_value.greater_than")).to_have_count(1)
        page.get_by_role("button", name=f"Go back to {first}").click()
        expect(page.get_by_role("status")).to_contain_text(f"Version {first} runs.")
    assert server.config.read_text() == text
    assert told(server, "container")["running"] == first


def test_without_script_everything_can_be_read_and_done(server: Server, browser: Browser) -> None:
    traffic(server)
    refusals(server)
    with visiting(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/test-events?token={TOKEN}")
        expect(page.locator(".couple").first).to_be_visible()
        page.goto(f"{server.url}/console/delivery")
        page.get_by_role("link", name="Send all 2 again").click()
        page.get_by_role("button", name="Send all 2 again").click()
        expect(page.get_by_role("status")).to_contain_text("2 dead letters on the way again.")


def test_pages_are_light_and_ask_nobody_else(server: Server, browser: Browser) -> None:
    traffic(server)
    with visiting(browser) as visit:
        for name in ("test-events", "diagnostics", "quality", "delivery", "container"):
            visit.page.goto(f"{server.url}/console/{name}?token={TOKEN}")
        assert all(one.url.startswith(server.url) for one in visit.requests)
    for name in ("test-events", "diagnostics", "quality", "delivery", "container"):
        answer = server.get(f"/console/{name}", headers={**HEADERS, "accept": "text/html"})
        assert len(answer.content) < 60_000, name


def test_long_names_and_many_cards_stay_within_the_screen_and_their_cards(tmp_path: Path, browser: Browser) -> None:
    head, line, rest = shipped().partition("tags:  ")
    second = "  second: { meta_capi: { pixel_id: '7777777777', access_token: x }, fires_on: page_view }\n"
    first_line, end, others = rest.partition("\n")
    with serving(tmp_path, f"{head}{line}{first_line}{end}{second}{others}") as server:
        hit(server, "page_view", "v-1")
        hit(server, "page_view", "v-2", "&gcs=G100")
        body = {
            "event_name": "Purchase" * 620, "event_id": "e" * 5000, "event_time": int(time.time()),
            "action_source": "website", "user_data": {"em": "a" * 64, "client_user_agent": "x"},
        }  # fmt: skip
        server.post("/sandbox/graph/v25.0/1234567890/events", json={"access_token": "t", "data": [body]})
        until(lambda: len(told(server, "container")["ledger"]) >= 3, "three cards")
        with visiting(browser, viewport={"width": 1280, "height": 800}) as visit:
            for name in ("quality", "test-events", "diagnostics", "container"):
                visit.page.goto(f"{server.url}/console/{name}?token={TOKEN}")
                expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
                assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
                wide = (
                    "[...document.querySelectorAll('.card, .couple')].filter(one => one.scrollWidth > one.clientWidth)"
                )
                assert visit.page.evaluate(f"{wide}.length") == 0, name


def test_names_of_a_visitor_put_no_markup_into_the_pages(server: Server, browser: Browser) -> None:
    evil = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    server.get(f"/sandbox/tr?id=1234567890&ev={evil}&eid={evil}&dl=https://shop.example/{evil}")
    body: dict[str, Any] = {"event_name": "<b>x</b>", "event_id": "<i>", "user_data": {"em": "<u>"}}
    server.post("/sandbox/graph/v25.0/1234567890/events", json={"access_token": "t", "data": [body]})
    with visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/test-events?token={TOKEN}")
        expect(page.locator(".couple")).to_have_count(2)
        for name in ("test-events", "test-events/1", "test-events/2", "diagnostics", "quality"):
            page.goto(f"{server.url}/console/{name}")
            assert page.locator("main img, main b:text('x'), main i, main u").count() == 0, name
