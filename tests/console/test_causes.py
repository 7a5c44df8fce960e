"""Why a purchase did not reach Meta: five causes, each told after one click from the live page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import visiting
from tests.demo.conftest import shipped
from tests.processes.server import TOKEN, Server, serving, until

HIT = "/g/collect?v=2&tid=G-1&cid=7.8&en=purchase&dl=https%3A%2F%2Fshop.example%2Fthanks&ep.event_id="
CAUSES = {
    "consent": ("gcs=G100&cu=EUR&epn.value=120", "", "meta no consent", "ad_storage is denied"),
    "condition": ("gcs=G111&cu=EUR&epn.value=0", "", "meta not triggered", "order_value is 0: not greater than 0"),
    "bot": ("gcs=G111&cu=EUR&epn.value=120", "a crawler", "meta blocked", "blocked by bot"),
    "currency": ("gcs=G111&cu=EURO&epn.value=120", "", "meta suppressed", "currency 'EURO' was not understood"),
    "refusal": ("gcs=G111&cu=EUR&epn.value=120", "", "meta refused", "Nope, not this one"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("causes"), shipped()) as one:
        yield one


@pytest.mark.parametrize("cause", CAUSES)
def test_one_click_from_the_row_tells_why(server: Server, browser: Browser, cause: str) -> None:
    parameters, agent, outcome, why = CAUSES[cause]
    if cause == "refusal":
        fault = {"status": 400, "code": 100, "message": why, "n": 1}
        assert server.post("/sandbox/faults", json=fault).status_code == 200
    server.get(f"{HIT}{cause}&{parameters}", headers={"user-agent": agent} if agent else {})
    headers = {"authorization": f"Bearer {TOKEN}"}
    if cause == "refusal":
        until(lambda: _dead(server), "the refusal")
    with visiting(browser) as visit:
        page = visit.page
        until(lambda: server.get(f"/console/index.json?id={cause}", headers=headers).json()["hits"], "the row")
        page.goto(f"{server.url}/console/?token={TOKEN}&id={cause}")
        row = page.locator("#rows tr")
        expect(row).to_contain_text(outcome)
        row.get_by_role("link", name="purchase").click()
        expect(page.get_by_text(why).first).to_be_visible()


def _dead(server: Server) -> bool:
    """Whether a payload was given up."""
    lines = server.get("/-/metrics").text.splitlines()
    return any(line.startswith("tagdock_outbox_dead{") and not line.endswith(" 0.0") for line in lines)
