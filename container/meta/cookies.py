"""Meta's browser id and click id (`_fbp`, `_fbc`): reading, making, keeping, and choosing the visitor's address."""

import ipaddress
import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_plus, urlsplit

from container.meta.appendix import is_appendix

LIFETIME: Final = 90 * 24 * 3600  # seconds; it slides with every write
MOST_RANDOM: Final = 2**31 - 1  # the browser id's random number is 0 to this in Meta's parameter builder

_NUMBER: Final = re.compile(r"[0-9]{1,20}")
# Cookie values are written back to browsers, so nothing that could end a cookie or a header gets through.
_PAYLOAD: Final = re.compile(r"[!#-+\--:<-\[\]-~]{1,1024}")
_CLICK: Final = re.compile(r"[A-Za-z0-9_-]{1,1024}")

# Addresses that tell Meta nothing. Those reserved for documentation are taken for public, as in Meta's own code.
_PRIVATE: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip


class BrowserId(NamedTuple):
    """One `_fbp` or `_fbc` value: `fb.{subdomain}.{created}.{payload}[.{appendix}]`, `created` in milliseconds."""

    subdomain: int
    created: int
    payload: str
    appendix: str = ""

    def __str__(self) -> str:
        text = f"fb.{self.subdomain}.{self.created}.{self.payload}"
        return f"{text}.{self.appendix}" if self.appendix else text


def parse(value: object) -> BrowserId | None:
    """The parts of an `_fbp` or `_fbc`; None unless it has four, or five of which the last is a builder's appendix."""
    return _parse(value) if isinstance(value, str) and len(value) <= 2048 else None


@lru_cache(maxsize=2048)
def _parse(value: str) -> BrowserId | None:
    parts = value.split(".")
    if not 4 <= len(parts) <= 5 or parts[0] != "fb":
        return None
    _, index, created, payload, *mark = parts
    if not (_NUMBER.fullmatch(index) and _NUMBER.fullmatch(created) and _PAYLOAD.fullmatch(payload)):
        return None
    if mark and not is_appendix(mark[0]):
        return None
    return BrowserId(int(index), int(created), payload, mark[0] if mark else "")


def new_fbp(now: int, random: int, index: int = 1) -> str:
    """A new browser id; `now` in milliseconds, `random` 0 to `MOST_RANDOM`, `index` of the cookie's domain."""
    return str(BrowserId(index, now, str(random)))


def new_fbc(fbclid: str, created: int, index: int = 1) -> str:
    """A new click id from a URL's `fbclid`; `created` in milliseconds, when the click was first seen."""
    return str(BrowserId(index, created, fbclid))


def fbc_after(existing: object, fbclid: str | None, now: int, index: int = 1) -> tuple[str | None, bool]:
    """The click id to go on with, and whether it is new and should be saved.

    A valid `existing` stays, with its time and appendix, while `fbclid` is absent or the same as its fourth part;
    another `fbclid` makes a new one. An invalid `existing` counts as none.
    """
    known = parse(existing)
    if fbclid and (known is None or known.payload != fbclid):
        return new_fbc(fbclid, now, index), True
    return (str(existing), False) if known else (None, False)


def click_id(*urls: object) -> str | None:
    """The `fbclid` of the first URL that has one: the page's, then its referrer's; letter case kept. None when there is
    none or it holds anything but letters, digits, `-` and `_`."""
    for url in urls:
        if isinstance(url, str) and "fbclid=" in url:
            try:
                query = urlsplit(url[:16384] if "://" in url else "http://" + url[:16384]).query
            except ValueError:
                continue
            for pair in query.split("&"):
                if pair.startswith("fbclid="):
                    found = unquote_plus(pair[7:])
                    if _CLICK.fullmatch(found):
                        return found
                    break
    return None


def client_ip(cookie: object = None, forwarded_for: object = None, remote: object = None) -> str | None:
    """The visitor's address as Meta's parameter builder chooses it: a public IPv6 of the `_fbi` cookie, then of the
    request, then a public IPv4 of the cookie, then of the request.

    The request's is the first of `forwarded_for` if public, else `remote`; behind a proxy pass the address that your
    trusted proxies vouch for as `remote` and no `forwarded_for`. None when no address is public.
    """
    first = forwarded_for.partition(",")[0].strip() if isinstance(forwarded_for, str) else ""
    request = first if public_version(first) else remote
    saved = _unmarked(cookie)
    versions = public_version(saved), public_version(request)
    for wanted in (6, 4):
        for address, version in zip((saved, request), versions, strict=True):
            if version == wanted:
                return str(address)
    return None


def public_version(address: object) -> int:
    """6 or 4 for a public address of that kind, 0 for a private one and for what is no address."""
    return _public_version(address) if isinstance(address, str) and 2 <= len(address) <= 45 else 0


@lru_cache(maxsize=4096)
def _public_version(address: str) -> int:
    if "%" in address:
        return 0
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return 0
    inner = parsed.ipv4_mapped if parsed.version == 6 else None
    if any(known in network for known in (parsed, inner) if known for network in _PRIVATE):
        return 0
    return parsed.version


def _unmarked(address: object) -> str:
    if not isinstance(address, str):
        return ""
    head, _, mark = address.rpartition(".")
    if not head or not is_appendix(mark):
        return address
    while head.endswith(f".{mark}"):  # marked more than once
        head = head[: -len(mark) - 1]
    return head
