"""The visitor's address is the peer's, unless a trusted proxy speaks for somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from container.web.address import TrustedProxies, plain
from tests.web.served import CONFIG, Served, served

VISITOR = "203.0.113.9"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An application behind proxies in two networks."""
    proxies = 'name: test, trusted_proxies: [10.0.0.0/8, "2001:db8:ffff::/48"]'
    with served(tmp_path_factory.mktemp("behind"), CONFIG.replace("name: test", proxies)) as one:
        yield one


FORGED = {"x_forwarded_for": "203.0.113.1", "forwarded": "for=203.0.113.2", "x_real_ip": "203.0.113.3"}


def test_without_trusted_proxies_no_header_is_believed(app: Served) -> None:
    assert app.address("198.51.100.7", **FORGED) == "198.51.100.7"


def test_a_stranger_is_not_believed(behind: Served) -> None:
    assert behind.address("198.51.100.7", **FORGED) == "198.51.100.7"
    assert behind.address("11.0.0.1", **FORGED) == "11.0.0.1"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"x_forwarded_for": VISITOR}, VISITOR),
        ({"x_forwarded_for": f"{VISITOR}:51234"}, VISITOR),
        ({"x_forwarded_for": f"{VISITOR}, 10.1.2.3"}, VISITOR),
        ({"x_forwarded_for": f"1.1.1.1, {VISITOR}, 10.1.2.3, 10.4.5.6"}, VISITOR),
        ({"x_forwarded_for": f" {VISITOR} ,"}, VISITOR),
        ({"x_forwarded_for": f"unknown, {VISITOR}"}, VISITOR),
        ({"x_forwarded_for": "2001:db8::7"}, "2001:db8::7"),
        ({"x_forwarded_for": "[2001:db8::7]:4711"}, "2001:db8::7"),
        ({"x_forwarded_for": "2001:db8::7, 2001:db8:ffff::1"}, "2001:db8::7"),
        ({"x_forwarded_for": f"::ffff:{VISITOR}"}, VISITOR),
        ({"forwarded": f"for={VISITOR}"}, VISITOR),
        ({"forwarded": f"For={VISITOR};proto=https;by=10.0.0.1"}, VISITOR),
        ({"forwarded": f'by=10.0.0.1;for="{VISITOR}:80", for=10.0.0.2'}, VISITOR),
        ({"forwarded": 'for="[2001:db8::7]:4711"'}, "2001:db8::7"),
        ({"forwarded": f"for={VISITOR}", "x_forwarded_for": "203.0.113.77"}, VISITOR),
        ({"x_real_ip": VISITOR}, VISITOR),
        ({"x_real_ip": "2001:db8::7"}, "2001:db8::7"),
        ({"x_forwarded_for": "10.1.1.1, 10.2.2.2"}, "10.1.1.1"),
    ],
)
def test_a_trusted_proxy_says_whom_it_speaks_for(behind: Served, headers: dict[str, str], address: str) -> None:
    assert behind.address("10.0.0.1", **headers) == address


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_forwarded_for": ""},
        {"x_forwarded_for": "unknown"},
        {"forwarded": "for=_hidden"},
        {"x_real_ip": "nobody"},
    ],
)
def test_a_trusted_proxy_that_names_nobody_is_the_visitor_itself(behind: Served, headers: dict[str, str]) -> None:
    proxies = TrustedProxies(["10.0.0.0/8"])
    assert proxies.visitor("10.0.0.1", {name.replace("_", "-"): text for name, text in headers.items()}) == "10.0.0.1"


def test_what_a_visitor_writes_itself_stays_left_of_what_the_proxy_adds(behind: Served) -> None:
    forged = "10.9.9.9, 127.0.0.1, 1.2.3.4"
    assert behind.address("10.0.0.1", x_forwarded_for=f"{forged}, {VISITOR}") == VISITOR


def test_a_proxy_is_recognised_by_ipv6_and_by_ipv4_inside_it(behind: Served) -> None:
    assert behind.address("2001:db8:ffff::1", x_forwarded_for=VISITOR) == VISITOR
    assert behind.address("::ffff:10.0.0.1", x_forwarded_for=VISITOR) == VISITOR
    assert behind.address("2001:db8:fffe::1", x_forwarded_for=VISITOR) == "2001:db8:fffe::1"


def test_a_very_long_list_costs_little_and_is_read_only_so_far() -> None:
    proxies = TrustedProxies(["10.0.0.0/8"])
    assert proxies.visitor("10.0.0.1", {"x-forwarded-for": "1.2.3.4," * 100_000}) == "1.2.3.4"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ('"203.0.113.9:80"', "203.0.113.9"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%eth0]:80", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""), ("unknown", ""), ("999.1.1.1", ""), ("1.2.3", ""), ("<script>", ""),
    ],
)  # fmt: skip
def test_an_address_is_written_one_way_or_is_none(text: str, address: str) -> None:
    assert plain(text) == address
