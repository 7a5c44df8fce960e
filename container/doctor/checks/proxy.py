"""Whether the visitor's address is known behind a proxy, and nobody can forge it."""

from __future__ import annotations

import ipaddress

from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient

_WIDEST = {4: 8, 6: 16}
"""Bits of a network below which it is no proxy's but half the world."""


def proxy(patient: Patient) -> Finding:
    """``container.trusted_proxies`` names the proxy, and it alone."""
    section = patient.configuration.container
    trusted = [ipaddress.ip_network(one, strict=False) for one in section.trusted_proxies]
    wide = [one for one in trusted if one.prefixlen < _WIDEST[one.version]]
    if wide:
        text = f"{wide[0]} in trusted_proxies believes whoever says so where a visitor is"
        return fail(text, "name your proxies' own addresses alone")
    if trusted:
        return ok(f"forwarded addresses are believed from {', '.join(section.trusted_proxies)[:120]}")
    host = section.address[0]
    if host == "localhost" or _loopback(host):
        text = f"it listens on {host}, so a proxy of this machine stands before it, and every visitor has its address"
        finding = fail if patient.live else warn
        return finding(text, "write container: { trusted_proxies: [127.0.0.1] }")
    return warn("no proxy is trusted: right only where browsers connect directly", "name your TLS proxy's address")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
