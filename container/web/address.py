"""The visitor's address: the peer, or what trusted proxies say about whom they speak for."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Networks whose forwarding headers are believed.

    The nearest proxy writes last, so the list is read from its end: the first address that is not itself a trusted
    proxy is the visitor. What a stranger writes into the header never gets that far.
    """

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(text, strict=False) for text in networks]
        self.trusts = lru_cache(maxsize=4096)(self._trusts)

    def _trusts(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self._networks)

    def visitor(self, peer: str, headers: Mapping[str, str]) -> str:
        """The visitor's address as text; IPv6 without brackets, IPv4 in IPv6 as plain IPv4."""
        if not self._networks or not self.trusts(peer):
            return plain(peer)
        hops = _hops(headers)
        for hop in reversed(hops):
            if not self.trusts(hop):
                return hop
        return hops[0] if hops else plain(peer)


def _hops(headers: Mapping[str, str]) -> list[str]:
    """The addresses a request came through, the first is the farthest."""
    forwarded = headers.get("forwarded")
    if forwarded:
        found = [_forwarded_for(element) for element in forwarded[:4096].split(",")]
    elif "x-forwarded-for" in headers:
        found = [plain(part) for part in headers["x-forwarded-for"][:4096].split(",")]
    else:
        found = [plain(headers.get("x-real-ip", ""))]
    return [one for one in found if one]


def _forwarded_for(element: str) -> str:
    for pair in element.split(";"):
        name, _, value = pair.strip().partition("=")
        if name.lower() == "for":
            return plain(value)
    return ""


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """An address without quotes, brackets, port or zone; "" when it is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    text = text.partition("%")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
