"""Cookies a tag or client wants set go out as one header each, which no value can break out of."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.component import Cookie
from container.hit import parse_cookies
from container.web.answering import set_cookie
from tests.web.served import CONFIG, PAGE_VIEW, served


@pytest.mark.parametrize(
    ("cookie", "header"),
    [
        (Cookie("_fbp", "fb.1.2.3", 60), "_fbp=fb.1.2.3; Max-Age=60; Path=/; SameSite=Lax; Secure"),
        (
            Cookie("id", "x", 1, "shop.example", http_only=True, same_site="none"),
            "id=x; Max-Age=1; Path=/; Domain=shop.example; SameSite=None; Secure; HttpOnly",
        ),
        (Cookie("id", "x", 1, same_site="strict", secure=False), "id=x; Max-Age=1; Path=/; SameSite=Strict"),
    ],
)
def test_a_cookie_is_written_with_its_attributes(cookie: Cookie, header: str) -> None:
    assert set_cookie(cookie) == (b"set-cookie", header.encode())


def test_a_value_cannot_start_a_header_or_an_attribute_of_its_own() -> None:
    _, header = set_cookie(Cookie("id", "x\r\nSet-Cookie: admin=1; Domain=evil.example", 1))
    assert b"\r" not in header
    assert b"\n" not in header
    assert b"; Domain" not in header
    assert b"; SameSite=Lax; Secure" in header


@pytest.mark.parametrize("value", ["fb.1.2.IwAR-_x", "a=b c;d,e", 'q"uo\\te', "50%25", "ü€", "a+b"])
def test_a_value_is_read_back_as_it_was_set(value: str) -> None:
    _, header = set_cookie(Cookie("id", value, 1))
    assert parse_cookies(header.decode("latin-1").partition("; ")[0]) == {"id": value}


def test_every_cookie_of_a_hit_is_a_header_of_its_own(tmp_path: Path) -> None:
    config = CONFIG.replace("$META_ACCESS_TOKEN }", "$META_ACCESS_TOKEN, set_cookies: true }").replace(
        "needs_consent: []", "needs_consent: [ad_storage]"
    )
    target = PAGE_VIEW + "1&gcs=G111&dl=https%3A%2F%2Fshop.example%2F%3Ffbclid%3Dabc"
    with served(tmp_path, config) as app:
        answer = app.ask(target, host="data.shop.example", user_agent="Firefox/140.0")
        assert answer.status == 204
        names = {line.partition("=")[0] for line in answer.headers["set-cookie"].split("\n")}
        assert names == {"_fbp", "_fbc"}
        for line in answer.headers["set-cookie"].split("\n"):
            assert "; Domain=shop.example; " in line
            assert line.endswith("; SameSite=Lax; Secure")
        denied = app.ask(target.replace("G111", "G100"), host="data.shop.example", user_agent="Firefox/140.0")
        assert "set-cookie" not in denied.headers
