"""Trying it: the exact command that sends a first hit to this container, by what its configuration takes."""

from __future__ import annotations

import shlex

from container.web.console.page import Ask

_BY_TYPE = {
    "ga4": "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=page_view&dl=https://shop.example/&ep.event_id=try-1",
    "meta_pixel": "/tr?id=1234567890&ev=PageView&eid=try-1&dl=https://shop.example/",
}


def example(ask: Ask) -> str:
    """A curl command for the first client a hit can be written for without knowing its secrets."""
    url = ask.request.url
    here = f"{url.scheme}://{url.netloc}"
    types = [one.type for one in ask.app.configuration.clients.values()]
    target = next((_BY_TYPE[one] for one in types if one in _BY_TYPE), "/")
    agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    return " ".join(["curl", "-A", shlex.quote(agent), shlex.quote(here + target)])


def browser_copy(ask: Ask) -> str:
    """A curl command that stands in for the pixel's own copy of the same event."""
    url = ask.request.url
    target = "/sandbox/tr?id=1234567890&ev=PageView&eid=try-1&dl=https://shop.example/"
    return f"curl {shlex.quote(f'{url.scheme}://{url.netloc}{target}')}"
