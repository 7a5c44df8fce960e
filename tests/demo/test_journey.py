"""The way from page view to purchase, with the pixel allowed, blocked, refused, asked late, and without a network."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest

from tests.browser import Visit
from tests.demo.walk import EVENTS, SERVED, arrived, choose, ids, named, pay
from tests.processes.server import Server, until

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SERVED_EVENTS = [name for name in EVENTS if name in SERVED]


def copies(server: Server) -> dict[str, dict[str, int]]:
    """What became of the browser's copies, by event name."""
    told = server.get("/sandbox/quality").json()["browser_copies"]
    return {one["event_name"]: one["copies"] for one in told}


def saved(server: Server, name: str) -> Any:
    """The share of events of a name that only the server told of."""
    told = server.get("/sandbox/quality").json()["browser_copies"]
    return next(one["only_server"] for one in told if one["event_name"] == name)


def test_with_the_pixel_every_event_the_container_sends_meets_its_browser_copy(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    pay(page)
    browser, servers = arrived(server, len(EVENTS), len(SERVED_EVENTS))
    assert sorted(named(browser)) == sorted(EVENTS)
    assert sorted(named(servers)) == sorted(SERVED_EVENTS)
    assert all(UUID.fullmatch(identity) for _, identity in ids(browser))
    assert len(ids(browser)) == len(EVENTS), "every event has an id of its own"
    assert ids(servers) <= ids(browser)
    counts = server.get("/sandbox/all").json()
    assert counts["deduplicated"] == len(SERVED_EVENTS)
    assert copies(server) == {name: {"sent": EVENTS.count(name)} for name in set(EVENTS)}
    assert saved(server, "Purchase") == 0


def test_the_two_copies_of_a_purchase_say_the_same_and_the_matching_data_is_hashed(
    server: Server, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/?fbclid=IwAR2_Case-Kept")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    pay(page)
    browser, servers = arrived(server, len(EVENTS), len(SERVED_EVENTS))
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
    _, servers = arrived(server, 0, len(SERVED_EVENTS))
    assert sorted(named(servers)) == sorted(SERVED_EVENTS)
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
    choose(page)
    pay(page)
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
    browser, servers = arrived(server, 3, 2)
    assert named(browser) == ["PageView", "ViewContent", "AddToCart"]
    assert named(servers) == ["PageView", "AddToCart"]
    assert all(one["event"]["event_source_url"].endswith("/product/POT-03") for one in browser + servers)
    assert ids(servers) <= ids(browser)
    assert server.get("/sandbox/all").json()["deduplicated"] == 2


def test_what_happens_offline_is_told_by_the_container_once_there_is_a_network(server: Server, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/demo/product/CUP-01")
    page.get_by_role("button", name="Accept").click()
    arrived(server, 2, 1)
    visit.context.set_offline(True)
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_text("Espresso cup is in the basket").wait_for()
    assert server.get("/sandbox/all").json()["total"] == 3
    visit.context.set_offline(False)
    _, servers = arrived(server, 2, 2)
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
    browser, _ = arrived(server, len(EVENTS) + 1, len(SERVED_EVENTS) + 1)
    assert named(browser).count("Purchase") == 1
