"""Trying it: the exact command that sends a first hit to this container, by what its configuration takes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from container.component import Client
from container.web.console.page import Ask

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
_PIXEL = "1234567890"
_GA4 = "/g/collect?v=2&tid=G-SHOP&cid=7.8&gcs=G111"
_SHOP = "dl=https://shop.example/"
_VIEWS = {
    "ga4": f"{_GA4}&en=page_view&{_SHOP}&ep.event_id=try-1",
    "meta_pixel": f"/tr?id={_PIXEL}&ev=PageView&eid=try-1&{_SHOP}",
}
_PURCHASES = {
    "ga4": f"{_GA4}&en=purchase&cu=EUR&epn.value=120&ep.event_id=o-1&ep.transaction_id=o-1",
    # As the loader writes it: a hit of the pixel alone says nothing about consent.
    "meta_pixel": f"/tr?id={_PIXEL}&ev=Purchase&eid=o-1&td=sent&tdc=gggg&cd%5Bvalue%5D=120&cd%5Bcurrency%5D=EUR",
}


def purchase(clients: Iterable[Client], here: str, *options: str) -> str:
    """A curl command that sends a purchase to the container at ``here``, with further ``options`` of curl.

    For the first of the clients a hit can be written for without knowing its secrets, else "".
    """
    target = _target(clients, _PURCHASES)
    return shlex.join(["curl", *options, "-A", _AGENT, here + target]) if target else ""


def example(ask: Ask) -> str:
    """A curl command that sends a page view to this container, as ``purchase`` does; without such a client to ``/``."""
    target = _target(ask.app.configuration.clients.values(), _VIEWS)
    return shlex.join(["curl", "-A", _AGENT, _here(ask) + (target or "/")])


def browser_copy(ask: Ask) -> str:
    """A curl command that stands in for the pixel's own copy of the same event."""
    return shlex.join(["curl", f"{_here(ask)}/sandbox/tr?id={_PIXEL}&ev=PageView&eid=try-1&{_SHOP}"])


def _here(ask: Ask) -> str:
    return f"{ask.request.url.scheme}://{ask.request.url.netloc}"


def _target(clients: Iterable[Client], targets: dict[str, str]) -> str:
    for one in clients:
        if one.type in targets:
            # A client that routes the hits of some pixels only is given one of theirs.
            own: list[str] = getattr(one, "pixel_ids", [])
            return targets[one.type].replace(_PIXEL, own[0]) if own else targets[one.type]
    return ""
