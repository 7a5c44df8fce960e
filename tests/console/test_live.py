"""The page Live: what tells its rows apart, filters that are refused and never ignored, a list that was cleared."""

from __future__ import annotations

import re
from itertools import count, islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import visiting
from tests.console.desk import HIT, Room
from tests.processes.server import TOKEN, serving, until


def test_a_row_says_which_order_it_is_and_its_value(desk: Room) -> None:
    desk.hit()
    desk.hit(f"{HIT.replace('o-1', 'o-2')}&ep.transaction_id=T-9")
    desk.hit("/g/collect?v=2&tid=G-1&cid=7.8&en=scroll")
    assert [one["about"] for one in desk.rows(3)] == [
        {"id": "", "value": ""}, {"id": "T-9", "value": "120 EUR"}, {"id": "o-1", "value": "120 EUR"},
    ]  # fmt: skip
    page = desk.get("/hit/2", accept="text/html").text
    heading = " ".join(re.sub(r"<[^>]+>", " ", page.partition("<h1>")[2].partition("</h1>")[0]).split())
    assert heading == "purchase T-9 120 EUR"


def test_what_tells_rows_apart_is_short_and_plain_whatever_a_hit_holds(desk: Room) -> None:
    desk.client.post(
        "/mp/collect?measurement_id=G-1&api_secret=the-secret",
        json={"client_id": "1.2", "events": [{"name": "purchase", "params": {
            "transaction_id": "x" * 5000, "value": {"deep": [1]}, "currency": "EUR"}}]},
    )  # fmt: skip
    (row,) = desk.rows(1)
    assert row["about"] == {"id": "x" * 60, "value": ""}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("outcome=lost", "there is no outcome 'lost': there are blocked, copy, dead, delivered, failed"),
        ("tag=metta", "there is no tag 'metta': there are meta"),
        ("client=gtag", "there is no client 'gtag': there are backend, browser, nobody, pixel"),
        ("session=1234", "there is no session '1234': there are any"),
        ("evnt=purchase", "there is no parameter 'evnt': rows are narrowed by event, client, tag"),
        ("after=yesterday", "after is a number"),
    ],
)
def test_a_filter_that_would_narrow_nothing_is_refused_and_noted_on_the_page(
    desk: Room, query: str, words: str
) -> None:
    desk.hit()
    desk.rows(1)
    for path in ("/index.json", "/"):
        answer = desk.get(f"{path}?{query}&event=purchase")
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(words)
    page = desk.get(f"/?{query}&event=purchase", accept="text/html")
    assert page.status_code == 200
    assert f"{words[0].upper()}{words[1:]}" in page.text.replace("&#39;", "'")
    assert "/console/hit/1" in page.text, "the rest of the filter holds"


def test_a_stream_refuses_such_a_filter_too(desk: Room) -> None:
    for query in ("outcome=lost", "evnt=purchase", "after=x"):
        assert desk.get(f"/stream?{query}").status_code == 400


def test_what_an_earlier_configuration_called_a_tag_may_still_be_asked_for(desk: Room) -> None:
    desk.hit()
    desk.rows(1)
    file = Path(desk.app.configuration.file)
    file.write_text(file.read_text().replace("\n  meta:\n", "\n  pixel:\n"))
    desk.client.post("/-/reload", headers={"authorization": f"Bearer {TOKEN}"})
    assert list(desk.app.configuration.tags) == ["pixel"]
    assert len(desk.get("/index.json?tag=meta").json()["hits"]) == 1
    assert desk.get("/index.json?tag=pixel").json()["hits"] == []


def test_what_browsers_ask_of_every_host_is_no_hit_to_look_at(desk: Room) -> None:
    desk.hit("/favicon.ico")
    desk.hit()
    (row,) = desk.rows(1)
    assert row["names"] == ["purchase"]


def test_assumed_consent_says_who_assumed_it(desk: Room) -> None:
    desk.hit(HIT.replace("gcs=G111", "gcs=G111&gcd=13m3m3m3m5"))
    (row,) = desk.rows(1)
    page = desk.get(f"/hit/{row['id']}", accept="text/html").text
    assert "the sender assumed granted for the region" in page
    assert "granted assumed granted" not in " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_cleared_list_says_so_and_shows_the_hits_again(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path) as server, visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/?token={TOKEN}")
        expect(page.get_by_text("Waiting for the first hit")).to_be_visible()
        expect(page.locator("#state")).to_have_text("live")
        server.get(f"{HIT}&en=purchase")
        expect(page.locator("#rows tr")).to_have_count(1)
        page.get_by_role("link", name="Clear").click()
        expect(page.get_by_text("The list was cleared")).to_be_visible()
        expect(page.get_by_text("Waiting for the first hit")).to_have_count(0)
        expect(page.locator("#flow")).to_have_text("Showing every hit since you cleared the list.")
        page.get_by_role("link", name="Show them again").click()
        expect(page.locator("#rows tr")).to_have_count(1)


def test_a_list_that_is_narrowed_says_to_what(desk: Room) -> None:
    desk.hit()
    desk.rows(1)
    for query, words in {
        "": "Showing every hit.",
        "?event=purch": "Showing only hits with this: event “purch”.",
        "?tag=meta&outcome=no_consent&client=browser": (
            "Showing only hits with this: client browser, tag meta, outcome no consent."
        ),
        "?session=any&text=a+b&after=3": (
            "Showing only hits since you cleared the list with this: text “a b”, from a preview."
        ),
        "?outcome=lost": "Showing every hit.",
    }.items():
        page = desk.get(f"/{query}", accept="text/html").text
        assert f">{words}</p>" in page, query
    evil = desk.get("/?text=%7Bhits%7D%3Cb%3E", accept="text/html").text
    assert "text “{hits}&lt;b&gt;”" in evil


def test_a_list_that_is_narrowed_says_so_while_only_some_hits_are_looked_at(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path) as server, visiting(browser) as visit:
        page = visit.page
        page.goto(f"{server.url}/console/?token={TOKEN}&event=purchase")
        expect(page.locator("#state")).to_have_text("live")
        expect(page.locator("#flow")).to_have_text("Showing only hits with this: event “purchase”.")
        said = re.compile(r"Looking at \d+ of \d+ hits of the last 10 seconds, and showing only those with this: event")
        numbers = count()

        def flooded() -> bool:
            """So many within some seconds that a few are left out, however slow the machine is."""
            for number in islice(numbers, 20):
                server.get(f"{HIT}&ep.event_id=n-{number}")
            return said.search(page.locator("#flow").inner_text()) is not None

        until(flooded, "a word about what is left out")


def test_delivery_refuses_such_filters_too(desk: Room) -> None:
    for query in ("range=7w", "tag=metta", "event=purchase", "after=x"):
        assert desk.get(f"/delivery.json?{query}").status_code == 400, query
        assert "left out of the filter" in desk.get(f"/delivery?{query}", accept="text/html").text, query
    assert desk.get("/delivery.json?range=24h&event_name=Lead").status_code == 200
