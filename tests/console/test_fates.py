"""What became of a hit's payloads, on its row and its page: delivered, refused, sent again, left out as a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import visiting
from tests.demo.conftest import shipped
from tests.processes.server import PATIENCE, TOKEN, Server, serving, until

HEADERS = {"authorization": f"Bearer {TOKEN}"}
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&en=purchase&gcs=G111&cu=EUR&epn.value=120&dl=https%3A%2F%2Fshop.example%2F"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("fates"), shipped()) as one:
        yield one


def told(server: Server, page: str) -> Any:
    return server.get(f"/console/{page}", headers=HEADERS).json()


def sent(server: Server, identity: str, became: str) -> dict[str, Any]:
    """The newest row of an event, once its purchase came to this end."""

    def look() -> Any:
        rows = told(server, f"index.json?id={identity}")["hits"]
        return rows[0] if rows and any(one.get("became") == became for one in rows[0]["tags"]) else None

    row: dict[str, Any] = until(look, f"{identity} to be {became}")
    return row


def buy(server: Server, identity: str, became: str) -> dict[str, Any]:
    assert server.get(f"{HIT}&ep.event_id={identity}").status_code == 204
    return sent(server, identity, became)


def refuse(server: Server, count: int = 1) -> None:
    fault = {"n": count, "status": 400, "code": 100, "subcode": 2804009, "message": "Nope, not this one"}
    assert server.post("/sandbox/faults", json=fault).status_code == 200


def test_a_copy_is_told_apart_from_the_hit_that_brought_the_event_first(server: Server) -> None:
    first = buy(server, "twice", "delivered")
    copy = buy(server, "twice", "copy")
    (chip,) = [one for one in copy["tags"] if one["outcome"] == "fired"]
    assert (chip["copy_of"], chip["said"]) == (first["id"], f"suppressed: a copy of hit {first['id']}")
    (payload,) = told(server, f"hit/{copy['id']}.json")["delivery"]
    assert (payload["state"], payload["copy_of"], payload["vendor"]) == ("suppressed", first["id"], [])
    assert abs(payload["first"] - first["time"]) < PATIENCE
    (payload,) = told(server, f"hit/{first['id']}.json")["delivery"]
    assert (payload["became"], [one["accepted"] for one in payload["vendor"]]) == ("delivered", [True])
    (action,) = [one for one in told(server, "test-events.json")["actions"] if one["event_id"] == "twice"]
    assert action["hit"] == first["id"], "the hit it came of, not the one that was left out"
    page = server.get(f"/console/hit/{copy['id']}", headers={**HEADERS, "accept": "text/html"}).text
    assert f"suppressed: a copy of hit {first['id']}" in " ".join(page.split())


def test_an_event_twice_in_one_hit_is_sent_once(server: Server) -> None:
    line = "en=purchase&ep.event_id=same&epn.value=120"
    query = HIT.partition("?")[2].replace("&en=purchase", "").replace("&epn.value=120", "")
    assert server.post(f"/g/collect?{query}", content=f"{line}\r\n{line}").status_code == 204
    row = sent(server, "same", "copy")
    until(lambda: _ends(server, row["id"]) == ["delivered", "copy"], "both ends")


def _ends(server: Server, number: int) -> list[str]:
    return [one["became"] for one in told(server, f"hit/{number}.json")["delivery"]]


def test_a_refused_purchase_is_found_by_its_end_and_by_the_vendors_words(server: Server) -> None:
    refuse(server)
    row = buy(server, "refused", "refused")
    for query in ("outcome=failed", "outcome=refused", "outcome=dead", "tag=meta&outcome=failed", "text=not+this+ONE"):
        assert [one["id"] for one in told(server, f"index.json?event=purch&id=refused&{query}")["hits"]] == [row["id"]]
    for query in ("outcome=delivered", "outcome=waiting", "outcome=copy"):
        assert told(server, f"index.json?id=refused&{query}")["hits"] == []
    (payload,) = told(server, f"hit/{row['id']}.json")["delivery"]
    (attempt,) = payload["attempts"]
    assert (attempt["status"], attempt["code"], attempt["subcode"]) == (400, 100, 2804009)
    assert len(attempt["fbtrace_id"]) > 5, "the number Graph's answer had"
    (words,) = payload["explained"]
    assert (words["code"], words["means"]) == ("100/2804009", "A Purchase has no value.")
    page = server.get(f"/console/hit/{row['id']}", headers={**HEADERS, "accept": "text/html"}).text
    assert page.count("A Purchase has no value. Send value with every purchase") == 2, "above the tabs and on Delivery"


def test_an_answer_without_graphs_code_is_explained_by_its_status(server: Server) -> None:
    assert server.post("/sandbox/faults", json={"n": 1, "status": 502, "html": True}).status_code == 200
    row = buy(server, "passing", "delivered")
    (payload,) = told(server, f"hit/{row['id']}.json")["delivery"]
    assert [(one["code"], one["means"]) for one in payload["explained"]] == [
        ("502", "The receiver had trouble of its own.")
    ]


def test_after_it_was_sent_again_the_refusal_is_still_told(server: Server) -> None:
    refuse(server)
    row = buy(server, "again", "refused")
    (payload,) = told(server, f"hit/{row['id']}.json")["delivery"]
    form = {"id": str(payload["payload"])}
    assert server.post("/console/delivery/redrive/send", data=form, headers=HEADERS).json()["redriven"] == 1
    assert sent(server, "again", "delivered")["id"] == row["id"]
    (payload,) = told(server, f"hit/{row['id']}.json")["delivery"]
    assert (payload["became"], [one["code"] for one in payload["attempts"]]) == ("delivered", [100])


def test_what_was_refused_may_come_again_and_each_hit_tells_its_own_end(server: Server) -> None:
    refuse(server)
    row = buy(server, "retried", "refused")
    other = buy(server, "retried", "delivered")
    assert other["id"] > row["id"]
    assert _ends(server, row["id"]) == ["refused"]
    assert _ends(server, other["id"]) == ["delivered"]


def test_a_batch_that_was_refused_and_divided_says_so(server: Server) -> None:
    refuse(server)
    lines = "\r\n".join(f"en=purchase&ep.event_id=part-{one}&epn.value=120" for one in range(3))
    query = HIT.partition("?")[2].replace("&en=purchase", "").replace("&epn.value=120", "")
    server.post(f"/g/collect?{query}", content=lines)
    row = sent(server, "part-0", "delivered")
    until(lambda: _ends(server, row["id"]) == ["delivered"] * 3, "all of them")
    payloads = told(server, f"hit/{row['id']}.json")["delivery"]
    assert len(payloads) == 3
    for payload in payloads:
        (request,) = payload["divided"]
        assert (request["count"], request["reason"]) == (3, "Graph error 100/2804009: Nope, not this one")


def test_the_chip_of_a_row_follows_its_payload_without_loading_again(server: Server, browser: Browser) -> None:
    with visiting(browser) as visit:
        page = visit.page
        last = told(server, "index.json")["last"]
        page.goto(f"{server.url}/console/?token={TOKEN}&after={last}")
        expect(page.locator("#state")).to_have_text("live")
        refuse(server)
        server.get(f"{HIT}&ep.event_id=watched&ep.transaction_id=T-77")
        row = page.locator("#rows tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("meta refused")
        expect(row.locator(".outcomes a[title]").first).to_have_attribute(
            "title", "Graph error 100/2804009: Nope, not this one"
        )
        expect(row).to_contain_text("T-77 120 EUR")
        row.get_by_role("link", name="purchase").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("purchase T-77 120 EUR")
        expect(page.get_by_text("it was refused and is a dead letter")).to_be_visible()
        page.get_by_role("link", name="Look at its dead letter").click()
        page.get_by_role("button", name="Send it again").click()
        page.get_by_text("1 dead letter on the way again").wait_for()
        page.goto(f"{server.url}/console/?id=watched&outcome=delivered")
        expect(row).to_contain_text("meta delivered")


def test_a_row_that_passes_the_filter_no_more_goes_and_one_that_does_now_comes(
    server: Server, browser: Browser
) -> None:
    with visiting(browser) as visit, visiting(browser) as other:
        lost, sound = visit.page, other.page
        last = told(server, "index.json")["last"]
        for page, outcome in ((lost, "refused"), (sound, "waiting")):
            page.goto(f"{server.url}/console/?token={TOKEN}&outcome={outcome}&after={last}")
            expect(page.locator("#state")).to_have_text("live")
        refuse(server)
        buy(server, "comes", "refused")
        expect(lost.locator("#rows tr")).to_have_count(1)
        expect(sound.locator("#rows tr")).to_have_count(0)


def test_of_a_hit_that_could_not_be_kept_nothing_is_looked_for(tmp_path: Path) -> None:
    text = shipped().replace("  batch:", "  limit: { payloads: 1 }\n  batch:", 1)
    with serving(tmp_path, text) as server:
        server.post("/sandbox/faults", json={"n": 1000, "status": 500})
        buy(server, "kept", "waiting")
        assert server.get(f"{HIT}&ep.event_id=lost").status_code == 503
        row = until(lambda: told(server, "index.json?id=lost")["hits"], "the row")[0]
        assert (row["sent"], row["status"]) == ([], 503)
        assert _ends(server, row["id"]) == ["lost"]
