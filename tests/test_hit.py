"""A hit reads its query, cookies and headers once, as browsers write them and as strangers break them."""

from __future__ import annotations

import pytest

from container.hit import MOST_PARAMETERS, Hit, parse_cookies, parse_parameters, split_url


def test_a_query_is_decoded_as_forms_are() -> None:
    assert parse_parameters("a=1&b=x+y%2Bz&c=%C3%A9&=empty&d&e=a=b") == [
        ("a", "1"), ("b", "x y+z"), ("c", "é"), ("", "empty"), ("d", ""), ("e", "a=b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [("v=%", "%"), ("v=%4", "%4"), ("v=%zz", "%zz"), ("v=50%+off", "50% off"), ("v=%ff%41", "\ufffdA")],
)
def test_what_is_badly_escaped_is_kept_or_replaced(text: str, value: str) -> None:
    assert parse_parameters(text) == [("v", value)]


def test_empty_parts_are_no_parameters() -> None:
    assert parse_parameters("") == []
    assert parse_parameters("&&a=1&&") == [("a", "1")]


def test_the_last_of_a_repeated_parameter_wins_and_all_stay_in_order() -> None:
    hit = Hit("GET", "/", "a=1&b=2&a=3")
    assert hit.query == {"a": "3", "b": "2"}
    assert hit.parameters == [("a", "1"), ("b", "2"), ("a", "3")]


def test_more_parameters_than_anybody_sends_are_not_read() -> None:
    text = "&".join(f"p{number}={number}" for number in range(MOST_PARAMETERS + 500))
    read = parse_parameters(text)
    assert len(read) == MOST_PARAMETERS
    assert read[-1] == (f"p{MOST_PARAMETERS - 1}", str(MOST_PARAMETERS - 1))


def test_parts_read_before_are_read_the_same_again() -> None:
    # Short parts are remembered: what was read first must not colour what looks like it.
    assert parse_parameters("k=a%20b") == parse_parameters("k=a%20b") == [("k", "a b")]
    assert parse_parameters("k=a%2520b") == [("k", "a%20b")]
    for number in range(40_000):  # more than is remembered
        assert parse_parameters(f"n={number}") == [("n", str(number))]
    assert parse_parameters("k=a%20b") == [("k", "a b")]


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("a=1; b=2", {"a": "1", "b": "2"}),
        ("a=1;b=2;", {"a": "1", "b": "2"}),
        ("a=first; a=second", {"a": "first"}),
        ('a="quoted"; b="', {"a": "quoted", "b": '"'}),
        ("a=x%20y+z", {"a": "x y+z"}),
        ("a=b=c; =x; lonely; d=", {"a": "b=c", "": "x", "d": ""}),
        ('json={"k": 1}; next=2', {"json": '{"k": 1}', "next": "2"}),
        ("a=%ff%", {"a": "\ufffd%"}),
    ],
)
def test_cookies_are_read_as_browsers_send_them(header: str, cookies: dict[str, str]) -> None:
    assert parse_cookies(header) == cookies
    assert Hit("GET", "/", headers={"cookie": header}).cookies == cookies


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("shop.example", "shop.example"),
        ("Shop.Example:8080", "shop.example"),
        ("[2001:db8::1]:8080", "[2001:db8::1]"),
        ("", ""),
    ],
)
def test_the_host_is_a_name_without_a_port(header: str, host: str) -> None:
    assert Hit("GET", "/", headers={"host": header}).host == host


def test_a_service_worker_speaks_for_its_page() -> None:
    worker = {"origin": "https://worker.example", "referer": "https://worker.example/sw.html"}
    page = {"x-effective-origin": "https://shop.example", "x-effective-referer": "https://shop.example/cart"}
    assert Hit("GET", "/", headers=worker).origin == "https://worker.example"
    assert Hit("GET", "/", headers=worker | page).origin == "https://shop.example"
    assert Hit("GET", "/", headers=worker).referer == "https://worker.example/sw.html"
    assert Hit("GET", "/", headers=worker | page).referer == "https://shop.example/cart"


def test_a_body_that_is_not_utf_8_is_read_with_replacements() -> None:
    assert Hit("POST", "/", body=b"caf\xe9").text == "caf\ufffd"


def test_what_is_missing_is_empty() -> None:
    hit = Hit("GET", "/")
    assert (hit.user_agent, hit.referer, hit.origin, hit.host, hit.text) == ("", "", "", "", "")
    assert hit.cookies == hit.query == {}


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://Shop.example:8443/a/b?c=d#e", ("shop.example", "/a/b", "c=d")),
        ("/only/path", ("", "/only/path", "")),
        ("http://[not-an-address/", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_url_is_split_or_empty(url: str, parts: tuple[str, str, str]) -> None:
    assert split_url(url) == parts


def test_what_stands_behind_ten_thousand_escapes_is_not_read() -> None:
    text = "a=1&b=" + "%41" * 20_000 + "&c=3"
    assert parse_parameters(text) == [("a", "1"), ("b", "A" * 10_000)]
    assert parse_parameters("a=" + "%41" * 10_000 + "&c=3")[1] == ("c", "3")
