"""Where a site's cookies live: the registrable domain of a host by the public suffix list, and Meta's index of it."""

import ipaddress
from functools import cache, lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def host_name(address: str) -> str:
    """The bare host of a Host header or URL: without scheme, path, port and brackets, in lower case."""
    host = address.partition("://")[2] if "://" in address else address
    host = host[:1024].partition("/")[0].partition("?")[0].rpartition("@")[2].lower().rstrip(".")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def url_host(url: str) -> str:
    """The host of an absolute http(s) URL, else empty."""
    try:
        parts = urlsplit(url[:8192])
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def cookie_domain(host: str) -> str | None:
    """The widest domain on which `host` may set a cookie: `shop.example.co.uk` -> `example.co.uk`; None for an address,
    a single label and a public suffix, whose cookies can be for the host alone."""
    name = host_name(host)
    if not name or len(name) > 253 or is_address(name):
        return None
    found = _suffixes().privatesuffix(name)
    return str(found) if found else None


def subdomain_index(domain: str | None) -> int:
    """Meta's index of the domain a cookie is saved on: its labels less one (`com` 0, `example.com` 1, `example.co.uk`
    2); 0 for an address."""
    name = host_name(domain or "")
    return 0 if not name or is_address(name) else name.count(".")


@lru_cache(maxsize=4096)
def is_address(host: str) -> bool:
    """Is this an IPv4 or IPv6 address rather than a name?"""
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
