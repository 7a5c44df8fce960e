"""Collecting answers browsers as they expect, keeps before it answers, and shows a trace to who has the token."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes.server import TOKEN
from tests.web.served import CONFIG, PAGE_VIEW, PIXEL_HIT, PREVIEW, Served, served

SHOP = "https://shop.example"


def test_a_page_gets_its_exact_origin_and_credentials(app: Served) -> None:
    answer = app.ask(PAGE_VIEW + "c-1", "POST", origin=SHOP)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"
    assert "content-length" not in answer.headers  # a 204 has no body to measure (RFC 9110, section 8.6)


def test_a_sender_without_an_origin_gets_no_cors_headers(app: Served) -> None:
    assert not [name for name in app.ask(PAGE_VIEW + "c-2").headers if name.startswith("access-control")]


@pytest.mark.parametrize("target", [PAGE_VIEW + "c-3", PIXEL_HIT, "/unknown"])
def test_no_answer_may_be_kept_by_a_browser(app: Served, target: str) -> None:
    assert app.ask(target).headers["cache-control"] in ("no-store", "no-cache", "no-cache, no-store")


def test_only_pages_of_the_list_may_send_when_there_is_one(tmp_path: Path) -> None:
    config = CONFIG.replace("name: test", f'name: test, origins: ["{SHOP}", "http://127.0.0.1:3000"]')
    with served(tmp_path, config) as app:
        for origin in (SHOP, "HTTPS://Shop.Example", "http://127.0.0.1:3000"):
            answer = app.ask(PAGE_VIEW + origin[-3:], origin=origin)
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, origin)
        kept = app.accepted()
        for origin in ("https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"):
            for method in ("GET", "POST", "OPTIONS"):
                answer = app.ask(PAGE_VIEW + "evil", method, origin=origin)
                assert answer.status == 403
                assert "access-control-allow-origin" not in answer.headers
        assert app.accepted() == kept
        assert app.metrics()['tagdock_hits_total{client="",outcome="origin_refused"}'] == 12
        # A back end has no origin; the list is about pages.
        assert app.ask(PAGE_VIEW + "backend").status == 204


def test_pages_of_the_container_itself_may_send_whatever_the_list(tmp_path: Path) -> None:
    with served(tmp_path, CONFIG.replace("name: test", f'name: test, origins: ["{SHOP}"]')) as app:
        own = [
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("https://T.example", "t.Example"),
            ("http://[::1]:1", "[::1]:1"),
        ]
        for path in ("/g/collect?v=2&tid=G-1&cid=7.8&en=page_view", PIXEL_HIT, "/loader/tr?id=1&ev=PageView"):
            for origin, host in own:
                for method in ("GET", "POST", "OPTIONS"):
                    answer = app.ask(path, method, origin=origin, host=host)
                    assert answer.status != 403, (path, origin, method)
                    assert answer.headers["access-control-allow-origin"] == origin
        others = [("http://127.0.0.1:8081", "127.0.0.1:8080"), ("http://127.0.0.1", "127.0.0.1:8080"), ("null", "null"),
                  ("http://", ""), ("t.example", "t.example"), ("http://a.t.example", "t.example"),
                  ("http://" + "a" * 400, "a" * 400)]  # fmt: skip
        for origin, host in others:
            for method in ("POST", "OPTIONS"):
                answer = app.ask(PAGE_VIEW + "other", method, origin=origin, host=host)
                assert (answer.status, answer.headers.get("access-control-allow-origin")) == (403, None), origin
        assert app.ask(PAGE_VIEW + "other", origin="https://evil.example").status == 403  # no Host at all


def test_a_preflight_is_answered_with_what_it_asks_for(app: Served) -> None:
    answer = app.ask("/g/collect", "OPTIONS", origin=SHOP, access_control_request_headers="content-type, x-own")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-headers"] == "content-type, x-own"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"


def test_options_without_a_page_says_which_methods_there_are(app: Served) -> None:
    answer = app.ask("/tr", "OPTIONS")
    assert (answer.status, answer.headers["allow"]) == (204, "GET, POST, OPTIONS")


def test_an_image_pixel_gets_an_image(app: Served) -> None:
    answers = [app.ask(PIXEL_HIT), app.ask(PAGE_VIEW + "c-4", accept="image/avif,image/*"),
               app.ask(PAGE_VIEW + "c-5", sec_fetch_dest="image")]  # fmt: skip
    for answer in answers:
        assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.body.startswith(b"GIF89a")


def test_a_hit_nobody_claims_is_404_in_one_line_and_counted(app: Served) -> None:
    name = 'tagdock_hits_total{client="",outcome="unclaimed"}'
    before = app.metrics().get(name, 0)
    for target in ("/nowhere", "/", "/wp-login.php?v=1", "/g/collect/x"):
        answer = app.ask(target)
        assert answer.status == 404
        assert answer.text.count("\n") == 1
        assert answer.headers["content-type"].startswith("text/plain")
    assert app.metrics()[name] == before + 4


def test_hits_and_events_are_counted_by_client(app: Served) -> None:
    before = app.metrics()
    app.ask("/g/collect?v=2&tid=G-1&cid=7.8", "POST", b"en=a\r\nen=b\r\nen=c")
    after = app.metrics()
    for name, grown in (
        ('tagdock_hits_total{client="browser",outcome="answered"}', 1),
        ('tagdock_events_total{client="browser"}', 3),
    ):
        assert after[name] - before.get(name, 0) == grown


def test_a_hit_its_client_refuses_is_counted_as_refused(tmp_path: Path) -> None:
    config = CONFIG.replace("backend: measurement_protocol", "backend: { measurement_protocol: { api_secret: right } }")
    hit = b'{"client_id":"7.8","events":[{"name":"purchase"}]}'
    with served(tmp_path, config) as app:
        for secret, status in (("wrong", 403), ("right", 204), ("wrong", 403)):
            assert app.ask(f"/mp/collect?measurement_id=G-X&api_secret={secret}", "POST", hit).status == status
        counted = app.metrics()
        assert counted['tagdock_hits_total{client="backend",outcome="refused"}'] == 2
        assert counted['tagdock_hits_total{client="backend",outcome="answered"}'] == 1


def test_a_hit_is_answered_when_its_payloads_are_kept(app: Served) -> None:
    before = app.accepted()
    assert app.ask(PAGE_VIEW + "kept-1").status == 204
    assert app.accepted() == before + 1


# Preview


def test_with_the_token_a_hit_is_answered_with_its_trace(app: Served) -> None:
    answer = app.ask(PAGE_VIEW + "p-1", "POST", origin=SHOP, **PREVIEW)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == SHOP
    trace = answer.json
    assert set(trace) == {"hit", "client", "response", "events", "problems"}
    assert (trace["client"], trace["response"]) == ("browser", {"status": 204})
    (tag,) = trace["events"][0]["tags"]
    assert (tag["tag"], tag["outcome"], tag["reason"]) == ("meta", "fired", "anything")
    assert tag["payload"]["event_id"] == "p-1"


def test_a_previewed_hit_is_kept_like_any_other(app: Served) -> None:
    before = app.accepted()
    app.ask(PAGE_VIEW + "p-2", **PREVIEW)
    assert app.accepted() == before + 1


@pytest.mark.parametrize("given", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ÿ" * 30])
def test_with_a_wrong_token_a_hit_is_answered_as_a_browser_expects(app: Served, given: str) -> None:
    for headers in ({"x_tagdock_preview": given}, {"cookie": f"tagdock_preview={given}"}):
        answer = app.ask(PAGE_VIEW + "p-3", **headers)
        assert (answer.status, answer.body) == (204, b"")


def test_the_consoles_cookie_opens_the_preview_too(app: Served) -> None:
    assert app.ask(PAGE_VIEW + "p-4", cookie=f"a=b; tagdock_preview={TOKEN}").json["client"] == "browser"


def test_a_preview_is_masked_unless_asked(app: Served) -> None:
    target = PAGE_VIEW + "p-5&ep.user_data.email_address=jane.doe%40example.com"
    masked = app.ask(target, **PREVIEW).text
    assert "jane.doe" not in masked
    assert "198.51.100.7" not in masked
    assert "j***@e***.com" in masked
    revealed = app.ask(target, **PREVIEW, x_tagdock_reveal="1").text
    assert "jane.doe@example.com" in revealed
    assert "198.51.100.7" in revealed


def test_revealing_needs_the_token(app: Served) -> None:
    assert app.ask(PAGE_VIEW + "p-6&ep.email=jane%40example.com", x_tagdock_reveal="1").body == b""


def test_a_previewed_hit_nobody_claims_says_so_with_404(app: Served) -> None:
    answer = app.ask("/nowhere", **PREVIEW)
    assert (answer.status, answer.json["client"], answer.json["problems"]) == (404, None, ["no client claims the hit"])


def test_an_empty_token_opens_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        app.app.reception._token = ""
        assert app.ask(PAGE_VIEW + "p", x_tagdock_preview="").status == 204


def test_the_own_paths_of_the_container_are_no_hits(app: Served) -> None:
    assert app.ask("/healthy?v=2&tid=G-1&en=page_view").text == "ok"
    assert app.ask("/sandbox/all").status == 200
