"""The tap: what is taken from the traffic, what is kept of it, and that nobody else notices."""

from __future__ import annotations

import itertools
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from container.web.tap.request import masked_headers
from container.web.tap.ring import KEPT, LAYOUT, Ring
from container.web.tap.sessions import LASTS, Sessions
from container.web.tap.tap import BURST
from tests.console.desk import HIT, NOW, Room, room
from tests.processes.server import TOKEN, until


def live(text: str) -> str:
    return text.replace("delivery:", "delivery:\n  to: live").replace("$META_ACCESS_TOKEN", '"a-token-of-meta"')


def test_a_hit_is_shown_with_its_trace_and_its_answer(desk: Room) -> None:
    assert desk.hit().status_code == 204
    (row,) = desk.rows(1)
    assert (row["names"], row["client"], row["status"], row["page"]) == (["purchase"], "browser", 204, "")
    assert [(one["tag"], one["outcome"], one["reason"], one["count"]) for one in row["tags"]] == [
        ("meta", "fired", "purchase", 1)
    ]
    assert row["consent"]["ad_storage"] == "granted"
    assert row["milliseconds"] > 0
    found = desk.get(f"/hit/{row['id']}").json()
    (event,) = found["events"]
    assert event["before"]["page_location"] == "https://shop.example/thanks"
    assert event["difference"] == [{"path": "page_location", "how": "removed", "was": "https://shop.example/thanks"}]
    (tag,) = event["tags"]
    trigger = tag["fires_on"][0]
    assert [one["holds"] for one in trigger["conditions"]] == [True, True]
    assert trigger["conditions"][1]["why"] == "order_value is 120: greater than 0"
    assert [one["holds"] for one in tag["blocked_by"]] == [False]
    assert tag["payload"]["event_name"] == "Purchase"
    assert found["answer"]["status"] == 204
    assert ["cache-control", "no-cache"] in found["answer"]["headers"]


def test_a_hash_is_explained_by_the_rule_that_made_it_and_not_by_what_it_was_made_of(desk: Room) -> None:
    desk.hit()
    desk.hit(HIT.replace("email_address=ana.lima%40example.com", f"sha256_email_address={'a' * 64}"))
    rules = []
    for row in desk.rows(2):
        (tag,) = desk.get(f"/hit/{row['id']}").json()["events"][0]["tags"]
        rules.append({one["path"]: one["rule"] for one in tag["hashes"]})
    assert rules == [
        {"user_data.em": "it arrived hashed and was passed on as it was"},
        {"user_data.em": "Trimmed and in lower case, then SHA-256"},
    ]


def test_what_is_kept_names_nobody(tmp_path: Path) -> None:
    with room(tmp_path) as desk:
        desk.hit(
            f"{HIT}&ep.user_data.phone_number=%2B491701234567&ep.user_data.address.first_name=Annabella"
            "&api_secret=the-secret",
            cookie="PHPSESSID=deadbeefcafe; _fbp=fb.1.2.3; login=annabella; customer=kd-4711",
            authorization="Bearer abracadabra",
            referer="https://shop.example/?email=ana.lima@example.com",
        )  # fmt: skip
        desk.client.post(
            "/hook?password=opensesame&first_name=Zebulon&tel=030+1234567",
            content=json.dumps({"customer": {"email": "ana.lima@example.com"}, "n": 1}),
        )
        desk.rows(2)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("console.db*"))
    assert b"purchase" in kept
    for secret in (
        b"ana.lima", b"1701234567", b"nnabella", b"the-secret", b"deadbeef", b"abracadabra", b"opensesame",
        b"kd-4711", b"ebulon", b"30+1234567", b"fb.1.2.3",
    ):  # fmt: skip
        assert secret not in kept, secret


def test_the_pixels_cookies_are_masked_wherever_they_are_shown(desk: Room) -> None:
    fbp, click = "fb.1.1772366300000.1234567890", "IwAR2_Case-Kept"
    target = f"/tr?id=1234567890&ev=Purchase&eid=p-1&fbp={fbp}&dl=https%3A%2F%2Fshop.example%2F%3Ffbclid%3D{click}"
    desk.hit(target, cookie=f"_fbp={fbp}; _fbc=fb.1.1772366300000.{click}; _ga=GA1.1.77.88; cmp_marketing=yes")
    desk.hit(HIT.replace("gcs=G111", "gcs=G111&ep.fbp=" + fbp), cookie=f"_fbp={fbp}")
    for row in desk.rows(2):
        for path in (".json", "", "/http", "/curl"):
            shown = desk.get(f"/hit/{row['id']}{path}", accept="text/html").text
            assert fbp not in shown
            assert click not in shown
    cookies = desk.get("/hit/1.json").json()["request"]["cookies"]
    assert cookies == {"_fbp": "f***", "_fbc": "f***", "_ga": "G***", "cmp_marketing": "yes"}
    assert fbp in desk.post("/hit/1/reveal").text


def test_the_cookies_of_an_answer_keep_their_names_and_attributes_alone() -> None:
    given = [["set-cookie", "FPID=FPID2.2.abc; Path=/; Secure"], ["set-cookie", "cmp_x=yes"], ["x", "FPID2.2.abc"]]
    assert masked_headers(given) == [["set-cookie", "FPID=F***; Path=/; Secure"], *given[1:]]


def test_what_tagdock_itself_says_of_an_event_can_be_read(desk: Room) -> None:
    query = "id=1234567890&ev=Purchase&eid=l-1&td=blocked&tde=wrap+TypeError&ts=1772366399000"
    headers = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8080", "x-tagdock-worker": "a-secret"}
    desk.client.post(f"/loader/tr?{query}&dl=http%3A%2F%2F127.0.0.1%3A8080%2Fdemo%2Fthanks", headers=headers)
    (row,) = desk.rows(1)
    shown = desk.get(f"/hit/{row['id']}.json").json()
    event = shown["events"][0]["before"]
    assert event["x-tagdock-browser"] == "blocked"
    assert event["x-tagdock-trouble"] == "wrap TypeError"
    assert event["page_location"] == "http://127.0.0.1:8080/demo/thanks"
    assert "the loader on the page met an error: wrap TypeError" in shown["events"][0]["notes"]
    assert any("met an error: wrap TypeError (hit 1)" in one["text"] for one in desk.get("/log").json()["lines"])
    assert "a-secret" not in str(shown)


def test_personal_data_is_shown_in_clear_only_as_an_act_and_where_it_is_allowed(tmp_path: Path) -> None:
    with room(tmp_path) as desk:
        desk.hit()
        (row,) = desk.rows(1)
        page = f"/hit/{row['id']}"
        assert "ana.lima" not in desk.get(page, accept="text/html").text
        assert desk.client.get(f"/console{page}/reveal").status_code in (404, 405, 200)
        shown = desk.post(f"{page}/reveal").json()
        assert shown["events"][0]["after"]["user_data"]["email_address"] == "ana.lima@example.com"
        assert "ana.lima" not in desk.get(page).text
        assert any("was shown" in one["text"] for one in desk.get("/log").json()["lines"])
    with room(tmp_path, change=lambda text: text.replace("console: {", "console: { reveal: false,")) as desk:
        desk.hit()
        (row, *_) = desk.rows(2)
        refused = desk.post(f"/hit/{row['id']}/reveal")
        assert (refused.status_code, "reveal: true" in refused.json()["error"]) == (400, True)


def test_on_live_traffic_nothing_is_taken_until_somebody_looks(tmp_path: Path) -> None:
    with room(tmp_path, change=live) as desk:
        assert desk.app.reception.tap is None
        desk.hit()
        assert desk.get("/").json()["hits"] == []
        assert desk.app.reception.tap is not None
        desk.hit(HIT.replace("o-1", "o-2"))
        (row,) = desk.rows(1)
        assert "o-2" in row["ids"]
        assert desk.post(f"/hit/{row['id']}/reveal").status_code == 400


def test_on_live_traffic_nothing_is_taken_any_more_once_nobody_looks(tmp_path: Path) -> None:
    with room(tmp_path, change=live) as desk:
        desk.client.portal.call(desk.app.desk.tap.look, 0.05)  # type: ignore[union-attr]
        assert desk.app.reception.tap is not None
        until(lambda: desk.app.reception.tap is None, "the gate to close")
        before = desk.app.desk.tap._timer
        assert before is None, "nothing is left to be done"


def test_of_a_flood_some_are_taken_and_it_is_told_how_many(desk: Room) -> None:
    numbers = itertools.count()

    def flow() -> Any:
        return desk.get("/").json()["flow"]

    def flooded() -> bool:
        """A slow machine takes longer for as many, and so more of them are let in."""
        for number in itertools.islice(numbers, BURST):
            assert desk.hit(HIT.replace("o-1", f"o-{number}")).status_code == 204
        return bool(flow()["hits"] > flow()["taken"])

    desk.get("/")
    until(flooded, "hits that are left out")
    sent = next(numbers)
    until(lambda: flow()["hits"] == sent, "the counts of all of them")
    assert sent > flow()["taken"] >= BURST
    assert desk.app.metrics.hits["browser", "answered"] == sent
    assert f"of {sent} hits" in desk.get("/", accept="text/html").text


def test_a_hit_that_is_taken_sends_and_answers_what_it_would_have_otherwise(tmp_path: Path) -> None:
    sent = []
    for name, change in (("watched", str), ("unwatched", live)):
        folder = tmp_path / name
        folder.mkdir()
        with room(folder, change=change) as desk:
            answers = [desk.hit(), desk.hit("/nowhere"), desk.client.post("/tr", content=b"\xff" * 10)]
            told = [(one.status_code, one.headers, one.content) for one in answers]
            groups = {
                key: (one.accepted)
                for key, one in desk.client.portal.call(_accounts, desk.app).items()  # type: ignore[union-attr]
            }
            sent.append((told, groups))
    assert sent[0] == sent[1]


async def _accounts(app: Any) -> Any:
    return {(one.tag, one.destination): one for one in (await app.outbox.status()).accounts}


def test_the_hits_are_there_after_a_restart_and_their_numbers_go_on(tmp_path: Path) -> None:
    with room(tmp_path) as desk:
        desk.hit()
        (row,) = desk.rows(1)
    with room(tmp_path) as desk:
        assert [one["id"] for one in desk.rows(1)] == [row["id"]]
        desk.hit()
        assert [one["id"] for one in desk.rows(2)] == [row["id"] + 1, row["id"]]
        assert "in clear" in desk.post(f"/hit/{row['id']}/reveal").json()["error"]


@pytest.mark.parametrize("broken", [b"no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_begun_afresh(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "console.db").write_bytes(broken)
    with room(tmp_path) as desk:
        desk.hit()
        assert len(desk.rows(1)) == 1


def test_the_ring_keeps_so_many_and_lets_go_of_the_oldest(tmp_path: Path) -> None:
    ring = Ring(tmp_path / "ring.db")
    for number in range(KEPT + 100):
        ring.add(float(number), "", {"number": number}, {})
    kept = ring.rows(limit=10_000)
    assert KEPT <= len(kept) < KEPT + 40
    assert kept[-1].row == {"number": KEPT + 99}
    ring.close()
    connection = sqlite3.connect(tmp_path / "ring.db")
    connection.execute(f"PRAGMA user_version = {LAYOUT + 1}")
    connection.close()
    again = Ring(tmp_path / "ring.db")
    assert again.rows() == []
    again.close()


def test_a_session_opens_its_preview_until_it_expires_or_is_ended(tmp_path: Path) -> None:
    now = [NOW]
    sessions = Sessions("token", Ring(tmp_path / "ring.db"), lambda: now[0])
    one, other = sessions.start("TEST1"), sessions.start()
    token = sessions.token(one)
    found = sessions.opened(token)
    assert found is not None
    assert found.test_event_code == "TEST1"
    assert Sessions("another", Ring(tmp_path / "ring.db"), lambda: now[0]).opened(token) is None
    assert sessions.opened(one.id) is None
    sessions.end(other.id)
    assert sessions.opened(sessions.token(other)) is None
    now[0] += LASTS - 1
    assert sessions.opened(token) is not None
    now[0] += 2
    assert sessions.opened(token) is None
    sessions.close()


def test_filters_choose_rows(desk: Room) -> None:
    desk.hit()
    desk.hit(HIT.replace("en=purchase", "en=scroll").replace("o-1", "o-2"))
    desk.hit("/nowhere/at/all")
    assert len(desk.rows(3)) == 3
    for query, count in {
        "event=PURCHASE": 1, "event=purch": 1, "event=urchases": 0, "client=browser": 2, "client=nobody": 1,
        "tag=meta": 2, "tag=meta&outcome=fired": 1, "outcome=not_triggered": 1, "id=o-2": 1, "id=o-": 0,
        "text=AT/ALL": 1, "text=thanks": 2, "text=Event+'scroll'": 1, "session=any": 0, "after=1": 2, "after=": 3,
    }.items():  # fmt: skip
        assert len(desk.get(f"/index.json?{query}").json()["hits"]) == count, query


def test_a_hit_can_be_kept_as_a_test_a_request_and_a_command(desk: Room) -> None:
    desk.hit(cookie=f"tagdock_preview={TOKEN}x")
    (row,) = desk.rows(1)
    test, http, curl = (desk.get(f"/hit/{row['id']}/{name}") for name in ("test", "http", "curl"))
    assert test.text.startswith("tests:\n")
    assert "fired: [meta]" in test.text
    assert http.text.startswith(f"### hit {row['id']}, personal data masked")
    assert http.text.splitlines()[1].startswith("GET /g/collect?v=2&")
    assert "\nHost: localhost:8080\n" in http.text
    assert curl.text.startswith("# Personal data is masked: ")
    assert curl.text.splitlines()[1].startswith("curl -H ")
    assert curl.text.rstrip().endswith("thanks'")
    for one in (test, http, curl):
        assert "attachment" in one.headers["content-disposition"]
        assert "ana.lima" not in one.text
        assert TOKEN not in one.text


def test_a_page_that_is_not_there_says_so(desk: Room) -> None:
    for path in ("/hit/99", "/hit/x", "/hit/-1", "/nowhere"):
        answer = desk.get(path, accept="text/html")
        assert (answer.status_code, "Not here" in answer.text) == (404, True), path
        assert desk.get(path).json()["error"]
