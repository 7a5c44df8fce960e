"""Browser ids, click ids, cookie domains and the visitor's address."""

import pytest

from container.meta import cookies, site


@pytest.mark.parametrize(
    "value",
    [
        "fb.1.1596403881668.1116446470",
        "fb.2.1709136167115.IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk",
        "fb.1.1596403881668.1116446470.AQ",
        "fb.1.1596403881668.1116446470.AQQCAQAA",
    ],
)
def test_a_valid_id_is_read_and_written_back_as_it_was(value: str) -> None:
    assert str(cookies.parse(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        "", "fb", "fb.1.2", "fb.1.2.", "fb.x.2.3", "fb.1.2a.3", "FB.1.2.3", "fb.1.2.3.XX", "fb.1.2.3.AQ.AQ",
        "fb.1.2.a b", "fb.1.2.a;b", "fb.1.2.a\r\nSet-Cookie: x=1", "fb.1.2." + "a" * 5000, "fb.-1.2.3", "fb.1.٢.3",
        None, 7, ["fb"],
    ],
)  # fmt: skip
def test_anything_else_is_no_id(value: object) -> None:
    assert cookies.parse(value) is None


def test_the_click_id_is_that_of_the_page_then_of_its_referrer() -> None:
    page, referrer = "https://shop.example/?a=1&fbclid=Page-1_x#top", "https://other.example/?fbclid=Ref"
    assert cookies.click_id(page, referrer) == "Page-1_x"
    assert cookies.click_id("https://shop.example/", referrer) == "Ref"
    assert cookies.click_id("https://shop.example/", None, 7) is None


@pytest.mark.parametrize("value", ["", "a.b", "a%0d%0aSet-Cookie", "a b", "%ff", "é"])
def test_what_cannot_be_a_click_id_is_ignored(value: str) -> None:
    assert cookies.click_id(f"https://shop.example/?fbclid={value}") is None


@pytest.mark.parametrize("url", ["http://[::1/?fbclid=a", "fbclid=", "://?fbclid=", "?fbclid=%"])
def test_a_broken_address_has_no_click_id(url: str) -> None:
    assert cookies.click_id(url) is None


def test_the_same_click_keeps_its_time_though_the_builder_marked_it() -> None:
    marked = "fb.1.1000.SAME.AQQCAQAA"
    assert cookies.fbc_after(marked, "SAME", 2000) == (marked, False)
    assert cookies.fbc_after(marked, "same", 2000) == ("fb.1.2000.same", True)


def test_an_invalid_click_id_is_made_anew_or_dropped() -> None:
    assert cookies.fbc_after("nonsense", "NEW", 2000, 2) == ("fb.2.2000.NEW", True)
    assert cookies.fbc_after("nonsense", None, 2000) == (None, False)


@pytest.mark.parametrize(
    ("host", "domain", "index"),
    [
        ("shop.example.com", "example.com", 1),
        ("EXAMPLE.com.", "example.com", 1),
        ("a.b.example.co.uk:8443", "example.co.uk", 2),
        ("gtm.shop.example.com.au", "example.com.au", 2),
        ("https://gtm.example.org/path?x", "example.org", 1),
        ("localhost", None, 0),
        ("127.0.0.1:8080", None, 0),
        ("[2001:db8::1]:443", None, 0),
        ("co.uk", None, 0),
        ("", None, 0),
        ("a." * 300 + "com", None, 0),
    ],
)
def test_the_index_follows_the_public_suffix(host: str, domain: str | None, index: int) -> None:
    assert site.cookie_domain(host) == domain
    assert site.subdomain_index(domain) == index


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "::",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "224.0.0.1",
        "1.2.3",
        "8.8.8.8 ",
    ],
)
def test_an_address_that_tells_nothing_is_not_sent(address: str) -> None:
    assert cookies.client_ip(remote=address) is None


def test_a_mark_may_stand_more_than_once() -> None:
    assert cookies.client_ip("8.8.8.8.AQ.AQ") == "8.8.8.8"
    assert cookies.client_ip("8.8.8.8.AQ.Ag") is None


def test_a_mapped_public_address_is_public() -> None:
    assert cookies.public_version("::ffff:8.8.8.8") == 6


@pytest.mark.parametrize("odd", [7, ["8.8.8.8"], {"ip": 1}, b"8.8.8.8"])
def test_an_odd_address_is_none(odd: object) -> None:
    assert cookies.client_ip(odd, odd, odd) is None


@pytest.mark.parametrize(
    ("url", "host"), [("https://Shop.Example/x", "shop.example"), ("http://[::1", ""), ("javascript:1", ""), ("x", "")]
)
def test_the_host_of_a_page(url: str, host: str) -> None:
    assert site.url_host(url) == host
