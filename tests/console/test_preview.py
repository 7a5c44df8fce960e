"""Previews: one browser is followed, its answers stay ordinary, and a draft is shown beside what was sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.console.desk import CONFIG, HIT, Room, room
from tests.processes.server import TOKEN


def started(desk: Room, **form: str) -> Any:
    answer = desk.post("/preview/start", form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["tagdock_preview"][0]


def test_the_link_goes_to_the_shop_with_a_token_that_is_not_the_servers(desk: Room) -> None:
    told = started(desk)
    assert told["link"].startswith("http://localhost:8080/demo/?tagdock_preview=")
    assert TOKEN not in token_of(told["link"])
    there = started(desk, shop="https://shop.example/a?b=c")["link"]
    assert there.startswith("https://shop.example/a?b=c&tagdock_preview=")
    for wrong in ("javascript:alert(1)", "shop.example", "ftp://shop.example"):
        assert desk.post("/preview/start", {"shop": wrong}).status_code == 422
    assert desk.post("/preview/start", {"test_event_code": "a b"}).status_code == 422


def test_the_browser_that_is_followed_gets_its_ordinary_answer_and_its_hits_are_marked(desk: Room) -> None:
    told = started(desk, test_event_code="TEST77")
    session = told["session"]["id"]
    ordinary = desk.hit()
    followed = desk.hit(HIT.replace("o-1", "o-2"), cookie=f"tagdock_preview={token_of(told['link'])}")
    assert (followed.status_code, followed.content) == (ordinary.status_code, ordinary.content)
    assert dict(followed.headers) == dict(ordinary.headers)
    first, second = desk.rows(2)
    assert (first["way"], first["session"]) == ("session", session)
    assert (second["way"], second["session"]) == ("sampled", "")
    assert [one["id"] for one in desk.rows(1, f"?session={session}")] == [first["id"]]
    assert [one["id"] for one in desk.rows(1, "?session=any")] == [first["id"]]
    assert [one["destination"] for one in desk.get(f"/hit/{first['id']}").json()["payloads"]] == ["1234567890:TEST77"]
    assert [one["destination"] for one in desk.get(f"/hit/{second['id']}").json()["payloads"]] == ["1234567890"]


def test_a_program_that_shows_the_sessions_token_in_the_header_is_answered_by_the_masked_trace(desk: Room) -> None:
    token = token_of(started(desk)["link"])
    answer = desk.hit(**{"x-tagdock-preview": token, "x-tagdock-reveal": "1"})
    assert answer.json()["events"][0]["tags"][0]["outcome"] == "fired"
    assert "ana.lima" not in answer.text


def test_a_preview_that_was_ended_or_made_up_is_an_ordinary_visit(desk: Room) -> None:
    told = started(desk)
    token = token_of(told["link"])
    desk.post("/preview/end", {"session": told["session"]["id"]})
    assert desk.get("/preview").json()["sessions"] == []
    for cookie in (token, token + "x", "a.b.c", "x" * 5000):
        assert desk.hit(cookie=f"tagdock_preview={cookie}").status_code == 204
    assert {one["way"] for one in desk.rows(4)} == {"sampled"}


def test_a_sessions_token_opens_nothing_else(desk: Room) -> None:
    token = token_of(started(desk)["link"])
    assert desk.client.get("/console/index.json", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert desk.client.get("/console/index.json", headers={"cookie": f"tagdock_console_0={token}"}).status_code == 401
    assert desk.client.post("/-/reload", headers={"authorization": f"Bearer {token}"}).status_code == 401


DRAFT = CONFIG.replace("greater_than: 0", "greater_than: 500").replace("OUTBOX", "data/outbox.db")


def test_a_draft_is_tried_beside_the_running_configuration_and_nothing_of_it_is_sent(desk: Room) -> None:
    draft = DRAFT.replace("tags:\n", "tags:\n  second: { log: {}, fires_on: purchase }\n") + ""
    draft = draft.replace("greater_than: 500", "greater_than: 100").replace("1234567890", "9876543210")
    told = started(desk, against="draft", draft=draft, test_event_code="TEST1")
    desk.hit(cookie=f"tagdock_preview={token_of(told['link'])}")
    (row,) = desk.rows(1)
    assert [(one["tag"], one["outcome"]) for one in row["tags"]] == [("meta", "fired")]
    assert [(one["tag"], one["outcome"]) for one in row["draft"]] == [("second", "fired"), ("meta", "fired")]
    found = desk.get(f"/hit/{row['id']}").json()
    assert [one["destination"] for one in found["payloads"]] == ["1234567890:TEST1"]
    assert {one["tag"]: one["was"] for one in found["draft"]["tags"]} == {"second": None, "meta": "fired"}
    page = desk.get(f"/hit/{row['id']}", accept="text/html").text
    assert "nothing of it was sent" in page


def test_a_draft_that_refuses_what_is_sent_today_shows_why(desk: Room) -> None:
    told = started(desk, against="draft", draft=DRAFT)
    desk.hit(cookie=f"tagdock_preview={token_of(told['link'])}")
    (row,) = desk.rows(1)
    (tag,) = desk.get(f"/hit/{row['id']}").json()["draft"]["tags"]
    assert (tag["was"], tag["outcome"]) == ("fired", "not_triggered")
    assert "order_value is 120: not greater than 500" in tag["reason"]
    assert (tag["difference"], tag["payload"]) == ([], None)
    page = desk.get(f"/hit/{row['id']}", accept="text/html").text.partition('id="draft"')[2]
    assert "No payload any more." in page
    assert "diff-removed" not in page
    assert page.count("<details>") == 1, "what is sent now is folded"


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("greater_than: 0", "greater_than: 500", "draft decides otherwise"),
        ("needs_consent: [ad_storage]", "needs_consent: []", ""),
        ("1234567890", "9876543210", "draft sends otherwise"),
        ("exclude: [page_location]", "exclude: [user_data]", "draft sends otherwise"),
        ("  meta:", "  second: { log: {}, fires_on: purchase }\n  meta:", "draft decides otherwise"),
        ("  meta:", "  second: { log: {}, fires_on: bot }\n  meta:", ""),
        ("browser: ga4, ", "", "draft decides otherwise"),
    ],
    ids=["refused", "same", "elsewhere", "another payload", "one more tag", "one more that does not fire", "not read"],
)
def test_a_row_says_where_the_draft_decides_otherwise(desk: Room, was: str, now: str, words: str) -> None:
    text = DRAFT.replace("greater_than: 500", "greater_than: 0")
    told = started(desk, against="draft", draft=text.replace(was, now))
    desk.hit(cookie=f"tagdock_preview={token_of(told['link'])}")
    (row,) = desk.rows(1)
    page = desk.get("/", accept="text/html").text
    chips = re.findall(rf'href="/console/hit/{row["id"]}#draft">([^<]*)</a>', page)
    assert chips == ([words] if words else [])
    there = desk.get(f"/hit/{row['id']}", accept="text/html").text
    assert ("It goes elsewhere" in there) == (was == "1234567890")


def test_a_draft_with_errors_is_refused_with_its_places(desk: Room) -> None:
    answer = desk.post("/preview/start", {"against": "draft", "draft": DRAFT.replace("fires_on", "fires_one")})
    assert answer.status_code == 422
    told = answer.json()
    assert (told["done"], told["text"]) == (False, "This draft has an error and cannot be tried.")
    (problem,) = told["problems"]
    assert (problem["file"], problem["line"], problem["path"]) == ("config.yaml", 13, "tags.meta.fires_one")
    assert problem["source"] == "    fires_one: purchase"
    for form in ({"against": "draft", "draft": " "}, {"against": "abcdef"}, {"against": "../x"}):
        assert desk.post("/preview/start", form).status_code == 422, form
    assert desk.get("/preview").json()["sessions"] == []


def test_a_text_that_was_edited_is_the_draft_to_try_and_one_that_was_not_is_not(desk: Room) -> None:
    shown = desk.get("/preview").json()
    untouched = {"draft": shown["text"].replace("\n", "\r\n"), "mark": shown["mark"], "against": ""}
    assert started(desk, **untouched)["session"]["version"] == ""
    told = started(desk, **{**untouched, "draft": DRAFT})
    assert told["session"]["version"].startswith("draft ")
    assert "since you edited" in told["text"]
    assert started(desk, draft=DRAFT)["session"]["version"].startswith("draft "), "a program shows no mark"
    assert desk.post("/preview/start", {**untouched, "draft": "tags: ["}).status_code == 422


def test_an_edited_draft_beside_a_chosen_version_is_said_not_to_be_tried(tmp_path: Path) -> None:
    with room(tmp_path) as desk:
        former = desk.get("/preview").json()["running"]
    with room(tmp_path, change=lambda text: text.replace("greater_than: 0", "greater_than: 500")) as desk:
        mark = desk.get("/preview").json()["mark"]
        told = started(desk, against=former, draft="# mine", mark=mark)
        assert told["session"]["version"] == f"version {former}"
        assert "not the draft you edited" in told["text"]


def test_a_version_that_was_kept_can_be_tried_also_after_a_restart(tmp_path: Path) -> None:
    with room(tmp_path) as desk:
        former = desk.get("/preview").json()["running"]
    with room(tmp_path, change=lambda text: text.replace("greater_than: 0", "greater_than: 500")) as desk:
        told = started(desk, against=former)
    with room(tmp_path, change=lambda text: text.replace("greater_than: 0", "greater_than: 500")) as desk:
        desk.hit(cookie=f"tagdock_preview={token_of(told['link'])}")
        (row,) = desk.rows(1)
        assert [one["outcome"] for one in row["tags"]] == ["not_triggered"]
        assert [one["outcome"] for one in row["draft"]] == ["fired"]
