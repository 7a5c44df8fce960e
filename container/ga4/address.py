"""The address: whether what a sender calls the visitor's IP address is one."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

REDACTED = "::"
"""What senders write where they withhold the address."""


@lru_cache(maxsize=2048)
def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address that can be somebody's."""
    try:
        return not ip_address(text).is_unspecified
    except ValueError:
        return False
