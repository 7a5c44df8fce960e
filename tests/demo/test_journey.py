"""The way from page view to purchase, with the pixel allowed, blocked, refused, asked late, and without a network."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import Visit
from tests.demo.walk import EVENTS, arrived, choose, ids, named, pay
from tests.processes.server import TOKEN, Server, until

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def copies(server: Server) -> dict[str, dict[str, int]]:
    """What became of the browser's copies, by event name."""
    told = server.get("/sandbox/quality").json()["browser_copies"]
    return {one["event_name"]: one["copies"] for one in told}


def saved(server: Server, name: str) -> Any:
    """The share of events of a name that only the server told of."""
    told = server.get("/sandbox/quality").json()["browser_copies"]
    return next(one["only_server"] for one in told if one["event_name"] == name)


def test_with_the_pixel_every_event_meets_its_other_copy_and_nothing_is_wrong(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    pay(page)
    browser, servers = arrived(server, len(EVENTS), len(EVENTS))
    assert sorted(named(browser)) == sorted(named(servers)) == sorted(EVENTS)
    assert all(UUID.fullmatch(identity) for _, identity in ids(browser))
    assert len(ids(browser)) == len(EVENTS), "every event has an id of its own"
    assert ids(servers) == ids(browser)
    counts = server.get("/sandbox/all").json()
    assert counts["deduplicated"] == len(EVENTS)
    assert copies(server) == {name: {"sent": EVENTS.count(name)} for name in set(EVENTS)}
    assert saved(server, "Purchase") == 0
    assert server.get("/sandbox/diagnostics").json()["messages"] == []
    page.get_by_text("is a conversion now, and nothing more").wait_for()
    expect(page.locator(".verdict", has_text="Two copies, counted once")).to_have_count(len(EVENTS))


def test_who_asks_for_news_is_a_lead_told_of_twice_and_counted_once(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("button", name="Send me news").click()
    page.get_by_text("You are on the list").wait_for()
    browser, servers = arrived(server, 2, 2)
    assert named(browser) == named(servers) == ["PageView", "Lead"]
    assert server.get("/sandbox/all").json()["deduplicated"] == 2


def test_a_row_of_the_panel_leads_to_its_hit_in_the_console(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/console/log?token={TOKEN}")
    page.goto(f"{server.url}/demo/product/POT-03")
    page.get_by_role("button", name="Accept").click()
    (event,) = arrived(server, 1, 1)[1]
    link = page.get_by_role("link", name="PageView")
    assert link.get_attribute("href") == f"/console/?id={event['event']['event_id']}"
    link.click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows tr")).to_contain_text("PageView")


def test_the_two_copies_of_a_purchase_say_the_same_and_the_matching_data_is_hashed(
    server: Server, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/?fbclid=IwAR2_Case-Kept")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    pay(page)
    browser, servers = arrived(server, len(EVENTS), len(EVENTS))
    (theirs,) = (one["event"] for one in browser if one["event"]["event_name"] == "Purchase")
    (ours,) = (one["event"] for one in servers if one["event"]["event_name"] == "Purchase")
    assert ours["event_id"] == theirs["event_id"]
    assert ours["event_source_url"] == theirs["event_source_url"] == f"{server.url}/demo/thanks"
    for copy in (ours, theirs):
        data = copy["custom_data"]
        assert (data["value"], data["currency"], data["order_id"][:2]) == (64, "EUR", "K-")
        assert data["contents"] == [{"id": "POT-03", "quantity": 1, "item_price": 64}]
    user, cookies = ours["user_data"], {one["name"]: one["value"] for one in visit.context.cookies()}
    wanted = {"em": "ana.lima@example.com", "fn": "ana", "ln": "lima", "ct": "lisboa", "country": "pt"}
    assert {key: user[key] for key in wanted} == {
        key: sha256(text.encode()).hexdigest() for key, text in wanted.items()
    }
    assert user["fbp"] == theirs["user_data"]["fbp"] == cookies["_fbp"]
    assert re.fullmatch(r"fb\.0\.\d{13}\.IwAR2_Case-Kept", user["fbc"])
    assert cookies["_fbc"] == user["fbc"]
    sent = [one.url + (one.post_data or "") for one in visit.requests]
    assert not any("ana.lima" in one.lower() or "Lisboa" in one for one in sent)


def test_with_the_pixel_blocked_the_server_alone_tells_of_every_event(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    page.get_by_role("switch", name="Block the pixel").click()
    page.get_by_text("The pixel is blocked").wait_for()
    page.get_by_role("button", name="Accept").click()
    choose(page)
    pay(page)
    # The first page was left before its consent was given, and loaded once more: its copies are those of the second.
    _, servers = arrived(server, 0, len(EVENTS))
    assert sorted(named(servers)) == sorted(EVENTS)
    assert server.get("/sandbox/all").json()["deduplicated"] == 0
    assert copies(server)["Purchase"] == {"blocked": 1}
    assert saved(server, "Purchase") == 1
    fbp = {one["event"]["user_data"]["fbp"] for one in servers}
    assert len(fbp) == 1, "the loader made the browser's id, which nobody else did"
    page.get_by_text("Saved by the server: pixel blocked").first.wait_for()


@pytest.mark.parametrize("how", ["blockedbyclient", "failed"])
def test_a_pixel_whose_script_never_comes_is_blocked_too(server: Server, visit: Visit, how: str) -> None:
    page = visit.page
    page.route("**/fbevents.js", lambda route: route.abort(how))
    page.goto(f"{server.url}/demo/")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    arrived(server, 0, 3)
    assert copies(server)["AddToCart"] == {"blocked": 1}
    assert [one for one in visit.errors if "fbevents.js" not in one and "ERR_" not in one] == []
    visit.errors.clear()  # the browser itself says that a script did not load


def test_with_consent_refused_nothing_reaches_meta_and_the_container_hears_names_only(
    server: Server, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/?fbclid=IwAR2x")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("No event is sent while consent is refused.")).to_be_visible()
    expect(page.get_by_text("the names of its events alone go to the container")).to_be_visible()
    choose(page)
    pay(page)
    page.get_by_text("It is no conversion: consent is refused").wait_for()
    page.goto("about:blank")
    wanted = {name: {"refused": EVENTS.count(name)} for name in set(EVENTS)}
    until(lambda: copies(server) == wanted, "the refusals")
    assert server.get("/sandbox/all").json()["total"] == 0
    assert saved(server, "Purchase") is None
    assert not {one["name"] for one in visit.context.cookies()} & {"_fbp", "_fbc"}


def test_consent_given_late_releases_both_copies_of_the_page_and_none_of_the_pages_before(
    server: Server, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    choose(page)
    assert server.get("/sandbox/all").json()["total"] == 0
    page.get_by_role("button", name="Accept").click()
    browser, servers = arrived(server, 2, 2)
    assert named(browser) == named(servers) == ["PageView", "AddToCart"]
    assert all(one["event"]["event_source_url"].endswith("/product/POT-03") for one in browser + servers)
    assert ids(servers) <= ids(browser)
    assert server.get("/sandbox/all").json()["deduplicated"] == 2


def test_an_order_before_the_answer_waits_for_it_and_says_so(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    expect(page.get_by_text("Consent is open: both copies wait for an answer.")).to_be_visible()
    choose(page)
    pay(page)
    page.get_by_text("Whether it is a conversion waits for your answer").wait_for()
    assert server.get("/sandbox/all").json()["total"] == 0
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("is a conversion now, and nothing more").wait_for()
    browser, _ = arrived(server, 2, 2)
    assert named(browser) == ["PageView", "Purchase"]


def test_an_event_that_no_tag_fires_on_says_so_and_leads_to_its_hit(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/console/log?token={TOKEN}")
    page.goto(f"{server.url}/demo/")
    page.get_by_role("button", name="Accept").click()
    arrived(server, 1, 1)
    page.evaluate("fbq('track', 'ViewContent')")
    page.get_by_role("link", name="By the browser alone: why?").click()
    row = page.locator(".couple")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("No tag fires on ViewContent.")
    row.get_by_role("link", name="the hit it came of").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ViewContent")
    expect(page.locator("#tags")).to_contain_text("not triggered")


def test_what_happens_offline_is_told_by_the_container_once_there_is_a_network(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/product/CUP-01")
    page.get_by_role("button", name="Accept").click()
    arrived(server, 1, 1)
    visit.context.set_offline(True)
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_text("Espresso cup is in the basket").wait_for()
    assert server.get("/sandbox/all").json()["total"] == 2
    visit.context.set_offline(False)
    _, servers = arrived(server, 1, 2)
    assert named(servers) == ["PageView", "AddToCart"]
    assert copies(server)["AddToCart"] == {"offline": 1}


def test_a_purchase_is_counted_once_however_often_its_page_is_loaded(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    pay(page)
    page.reload()
    page.get_by_text("There is no order to thank for").wait_for()
    browser, _ = arrived(server, len(EVENTS) + 1, len(EVENTS) + 1)
    assert named(browser).count("Purchase") == 1
