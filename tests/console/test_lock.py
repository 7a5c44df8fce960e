"""The lock: who is let in, from where, for how long, and what they may do."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.web.console.attempts import MOST, WITHIN
from container.web.console.lock import LASTS, home
from container.web.seal import Seal
from tests.console.desk import HIT, READING, Room, csrf, room
from tests.processes.server import TOKEN

SAME = {"origin": "http://localhost:8080", "sec-fetch-site": "same-origin"}


def test_nobody_is_let_in_without_the_token(desk: Room) -> None:
    page = desk.client.get("/console/", follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/console/login?next=%2Fconsole%2F")
    assert desk.client.get("/console/index.json").status_code == 401
    assert desk.client.get("/console/stream").status_code == 401
    assert desk.client.post("/console/preview/start").status_code == 401
    for wrong in ("", "wrong", TOKEN + "x", TOKEN.upper()):
        assert desk.client.get("/console/", headers={"authorization": f"Bearer {wrong}"}).status_code == 401


def test_the_printed_link_becomes_a_session_and_leaves_no_token_in_the_address(desk: Room) -> None:
    answer = desk.client.get(f"/console/hit/9?token={TOKEN}&a=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/hit/9?a=1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("tagdock_console_0=full_")
    assert {"HttpOnly", "SameSite=strict", "Path=/console"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert "Live" in desk.client.get("/console/").text


def test_the_login_page_lets_in_who_writes_the_token_and_goes_where_they_were_going(desk: Room) -> None:
    page = desk.client.get("/console/log")
    assert page.url.path == "/console/login"
    wrong = desk.client.post("/console/login", data={"token": "guess", "next": "/console/log"}, headers=SAME)
    assert (wrong.status_code, "not the token" in wrong.text) == (401, True)
    right = desk.client.post("/console/login", data={"token": TOKEN, "next": "/console/log"}, headers=SAME)
    assert (right.status_code, right.url.path) == (200, "/console/log")


@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", "//evil.example", "/console//evil.example", "/console/\r\nx: y", "/g/collect", ""],
)
def test_after_the_login_nobody_is_sent_anywhere_else(there: str) -> None:
    assert home(there) == "/console/"


def test_after_ten_wrong_tokens_in_a_minute_one_has_to_wait(desk: Room) -> None:
    for _ in range(MOST):
        assert desk.client.post("/console/login", data={"token": "guess"}, headers=SAME).status_code == 401
    late = desk.client.post("/console/login", data={"token": TOKEN}, headers=SAME)
    assert (late.status_code, "Try again in 60 seconds" in late.text) == (429, True)
    assert desk.client.get(f"/console/?token={TOKEN}").status_code == 429
    desk.clock[0] += WITHIN + 1
    assert desk.client.post("/console/login", data={"token": TOKEN}, headers=SAME).status_code == 200


def test_a_session_expires_and_can_be_ended(desk: Room) -> None:
    token = desk.login()
    cookie = desk.client.cookies["tagdock_console_0"]
    desk.client.post("/console/logout", data={"csrf": token}, headers=SAME)
    assert "tagdock_console_0" not in desk.client.cookies
    desk.client.cookies.set("tagdock_console_0", cookie, "localhost.local", "/console")
    assert desk.client.get("/console/").url.path == "/console/login"
    desk.client.cookies.clear()
    desk.login()
    desk.clock[0] += LASTS + 1
    assert desk.client.get("/console/").url.path == "/console/login"


def test_a_changed_cookie_is_worth_nothing(desk: Room) -> None:
    desk.login()
    cookie = desk.client.cookies["tagdock_console_0"]
    text, expires, signature = cookie.split(".")
    changed = [
        f"{text}.{int(expires, 16) + 1:x}.{signature}", f"{text}x.{expires}.{signature}",
        f"{text}.{expires}.{signature[:-1]}", f"{text}.{expires}.", text, ".", "..", "a" * 5000, "full_x.zz.2",
    ]  # fmt: skip
    for one in changed:
        answer = desk.client.get("/console/index.json", headers={"cookie": f"tagdock_console_0={one}"})
        assert answer.status_code == 401, one


def test_what_is_sealed_for_one_purpose_opens_nothing_else_and_no_other_token_opens_it() -> None:
    def clock() -> float:
        return 1000.0

    sealed = Seal("a", "session", clock).sign("x", 60)
    assert Seal("a", "session", clock).open(sealed) == "x"
    assert Seal("a", "preview", clock).open(sealed) is None
    assert Seal("b", "session", clock).open(sealed) is None
    assert Seal("a", "session", lambda: 1061.0).open(sealed) is None


def test_a_change_needs_the_page_it_comes_from(desk: Room) -> None:
    token = desk.login()
    start = "/console/preview/start"
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for headers, form in (
        (SAME, {}),
        (SAME, {"csrf": "0" * 43}),
        (foreign, {"csrf": token}),
        ({"sec-fetch-site": "same-site", "origin": "http://shop.localhost:8080"}, {"csrf": token}),
        ({"origin": "http://localhost:9999"}, {"csrf": token}),
        ({"origin": "null"}, {"csrf": token}),
        ({}, {"csrf": token}),
    ):
        assert desk.client.post(start, data=form, headers=headers).status_code == 403, headers
    assert desk.get("/preview").json()["sessions"] == []
    assert desk.client.post(start, data={"csrf": token}, headers=SAME).status_code == 200
    assert len(desk.get("/preview").json()["sessions"]) == 1


def test_who_may_only_look_sees_every_page_and_changes_nothing(desk: Room) -> None:
    looking = {"authorization": f"Bearer {READING}"}
    for page in ("/", "/preview", "/log"):
        assert desk.client.get(f"/console{page}", headers=looking).status_code == 200
    refused = desk.client.post("/console/preview/start", headers=looking)
    assert (refused.status_code, "full token" in refused.json()["error"]) == (403, True)
    page = desk.client.get(f"/console/preview?token={READING}")
    assert "you may look only" in page.text
    assert 'action="/console/preview/start"' not in page.text
    answer = desk.client.post("/console/preview/start", data={"csrf": csrf(page.text)}, headers=SAME)
    assert answer.status_code == 403
    assert desk.client.post("/-/reload", headers=looking).status_code == 401
    preview = desk.hit(**{"x-tagdock-preview": READING})
    assert preview.status_code == 204


@pytest.mark.parametrize(
    ("host", "peer", "headers"),
    [
        ("shop.example", "127.0.0.1", {}),
        ("localhost:8080", "203.0.113.9", {}),
        ("localhost:8080", "127.0.0.1", {"x-forwarded-for": "203.0.113.9"}),
        ("127.0.0.1.evil.example", "127.0.0.1", {}),
        ("localhost.evil.example", "127.0.0.1", {}),
    ],
)
def test_the_console_is_shown_on_this_machine_only_until_configured(
    tmp_path: Path, host: str, peer: str, headers: dict[str, str]
) -> None:
    given = {"host": host, "authorization": f"Bearer {TOKEN}", **headers}
    with room(tmp_path, peer=peer) as one:
        for path in ("/console/", "/console/login", "/console/stream"):
            assert one.client.get(path, headers=given).status_code == 403
        assert one.client.get(HIT, headers=given).status_code == 204
    with room(tmp_path, change=lambda text: text.replace("console: {", "console: { public: true,"), peer=peer) as one:
        assert one.client.get("/console/", headers=given).status_code == 200


def test_every_answer_has_the_policy_and_is_kept_nowhere(desk: Room) -> None:
    for path in ("/", "/login", "/nowhere", "/log.json", "/hit/77"):
        headers = desk.get(path, accept="text/html").headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_scripts_and_style_are_kept_by_browsers_as_long_as_they_are_the_same(desk: Room) -> None:
    page = desk.get("/", accept="text/html").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    kept = desk.client.get(address)
    assert (kept.status_code, "immutable" in kept.headers["cache-control"]) == (200, True)
    assert desk.client.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
    for name in ("nothing.css", "..%2flock.py", "console.py"):
        assert desk.client.get(f"/console/static/{name}", follow_redirects=False).status_code in (303, 404)
