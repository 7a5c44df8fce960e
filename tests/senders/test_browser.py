"""A real browser on a page of another origin: beacons, image pixels and fetch, with credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error, Page

from tests.browser import AGENT
from tests.processes.server import TOKEN, Server

Told = Callable[[int], list[dict[str, Any]]]
QUERY = "v=2&tid=G-PAGE&cid=7.8&gcs=G111"


def test_minimal_analytics_sends_a_page_view_and_a_click(page: Page, server: Server, shop: str, told: Told) -> None:
    page.evaluate(
        "endpoint => { window.minimalAnalytics = { analyticsEndpoint: endpoint, defineGlobal: true } }",
        f"{server.url}/g/collect",
    )
    page.add_script_tag(url=f"{shop}/ga4.js")
    page.evaluate("track('G-MINI1')")
    page.evaluate(
        "track('G-MINI1', { type: 'made_up', event: { 'epn.answer': 42, 'ep.text': 'ä+b & c', 'ep.event_id': 'm-2' } })"
    )
    events = {one["event_name"]: one for one in told(2)}
    assert set(events) == {"PageView", "made_up"}
    location = f"{shop}/index.html?campaign=spring"
    for event in events.values():
        data = event["custom_data"]
        assert event["event_source_url"] == location
        assert (data["told_measurement_id"], data["told_title"], data["told_spoken"]) == (
            "G-MINI1", "The shop", "de-de",
        )  # fmt: skip
        assert data["told_client"] == page.evaluate("localStorage.getItem('clientId')")
        assert str(data["told_session"]) == page.evaluate("sessionStorage.getItem('sessionId')")
        assert data["told_screen"] == page.evaluate("`${screen.width}x${screen.height}`")
        assert data["told_agent"] == event["user_data"]["client_user_agent"] == AGENT
        assert data["told_banner"] == "yes"
    data = events["made_up"]["custom_data"]
    assert (events["made_up"]["event_id"], data["told_answer"], data["told_text"]) == ("m-2", 42, "ä+b & c")


def test_a_beacon_with_a_batch_as_its_body_is_read_with_the_visitors_cookie(
    page: Page, server: Server, told: Told
) -> None:
    body = "en=page_view&ep.event_id=b-1\r\nen=made_up&epn.answer=7&ep.event_id=b-2"
    url = f"{server.url}/g/collect?{QUERY}"
    assert page.evaluate("([url, body]) => navigator.sendBeacon(url, body)", [url, body]) is True
    events = {one["event_id"]: one for one in told(2)}
    assert events["b-1"]["event_name"] == "PageView"
    assert events["b-2"]["custom_data"]["told_answer"] == 7
    assert {one["custom_data"]["told_banner"] for one in events.values()} == {"yes"}


def test_a_beacon_of_form_data_is_read_by_the_pixels_client(page: Page, server: Server, told: Told) -> None:
    page.evaluate(
        """url => {
            const form = new FormData();
            for (const [name, value] of Object.entries({ id: '1234567890', ev: 'Purchase', eid: 'p-1',
                dl: location.href, 'cd[value]': '12.5', 'cd[currency]': 'EUR' })) form.append(name, value);
            return navigator.sendBeacon(url, form);
        }""",
        f"{server.url}/tr/",
    )
    (event,) = told(1)
    assert (event["event_name"], event["event_id"]) == ("Purchase", "p-1")
    assert (event["custom_data"]["value"], event["custom_data"]["currency"]) == (12.5, "EUR")
    assert event["event_source_url"] == page.url


def test_an_image_pixel_loads_as_an_image_and_is_read(page: Page, server: Server, told: Told) -> None:
    loaded = page.evaluate(
        """url => new Promise((done, fail) => {
            const image = new Image(); image.onload = () => done([image.width, image.height]);
            image.onerror = () => fail(new Error('no image')); image.src = url;
        })""",
        f"{server.url}/tr?id=1234567890&ev=PageView&eid=i-1&dl=https%3A%2F%2Fshop.example%2F",
    )
    assert loaded == [1, 1]
    (event,) = told(1)
    assert (event["event_name"], event["event_id"]) == ("PageView", "i-1")
    assert event["event_source_url"] == "https://shop.example/"
    assert event["custom_data"]["told_banner"] == "yes"


def test_an_image_of_a_ga4_hit_loads_too(page: Page, server: Server, told: Told) -> None:
    loaded = page.evaluate(
        """url => new Promise(done => {
            const image = new Image(); image.onload = () => done(true); image.onerror = () => done(false);
            image.src = url;
        })""",
        f"{server.url}/g/collect?{QUERY}&en=page_view&ep.event_id=i-2",
    )
    assert loaded is True
    assert told(1)[0]["event_id"] == "i-2"


FETCH = """async ([url, options]) => {
    const answer = await fetch(url, { method: 'POST', mode: 'cors', ...options });
    return { status: answer.status, text: await answer.text() };
}"""


def test_a_page_of_an_allowed_origin_may_read_the_answer_with_credentials(
    page: Page, server: Server, told: Told
) -> None:
    url = f"{server.url}/g/collect?{QUERY}&en=page_view&ep.event_id=f-1"
    answer = page.evaluate(FETCH, [url, {"credentials": "include"}])
    assert answer == {"status": 204, "text": ""}
    assert told(1)[0]["custom_data"]["told_banner"] == "yes"


def test_a_page_may_ask_for_the_trace_after_a_preflight(page: Page, server: Server, told: Told) -> None:
    url = f"{server.url}/g/collect?{QUERY}&en=page_view&epn.answer=5&ep.event_id=f-2"
    answer = page.evaluate(
        """async ([url, token]) => (await fetch(url, { method: 'POST', credentials: 'include',
            headers: { 'X-Tagdock-Preview': token, 'Content-Type': 'application/json' } })).json()""",
        [url, TOKEN],
    )
    (event,) = answer["events"]
    assert (event["event"]["event_name"], event["event"]["answer"]) == ("page_view", 5)
    assert [(one["tag"], one["outcome"], one["reason"]) for one in event["tags"]] == [("meta", "fired", "anything")]
    assert told(1)[0]["event_id"] == "f-2"


def test_a_page_of_another_origin_cannot_read_an_answer_nor_leave_a_hit(
    page: Page, server: Server, shop: str, told: Told
) -> None:
    page.goto(f"{shop.replace('127.0.0.1', 'localhost')}/index.html")
    url = f"{server.url}/g/collect?{QUERY}&en=page_view&ep.event_id="
    try:
        page.evaluate(FETCH, [url + "stranger", {}])
        refused = False
    except Error as error:
        refused = "Failed to fetch" in str(error)
    assert refused
    server.post(f"/g/collect?{QUERY}&en=page_view&ep.event_id=known")
    assert [one["event_id"] for one in told(1)] == ["known"]
