"""What the tests of tags share: a hit routed through a configuration as text, what its tags built, what they send."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from container.component import Request, Tag
from container.config.document import Configuration
from container.config.load import load_text
from container.hit import Hit
from container.runtime import Routed, route

NOW = 1_772_366_400.0
"""2026-03-01T12:00:00Z."""

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
ADDRESS = "198.51.100.7"
ENDPOINT = "https://vendor.example"

AROUND = """
clients: {{ browser: ga4 }}
triggers: {{ all: {{ where: {{ event.event_name: {{ exists: true }} }} }} }}
tags:
  it:
    {tag}
    fires_on: all
    needs_consent: []
"""


def config(tag: str, **environ: str) -> Configuration:
    """A configuration with one tag, ``it``, that fires for everything."""
    return load_text(AROUND.format(tag=tag), environ).whole()


def problems(tag: str, **environ: str) -> list[str]:
    """What is said about such a configuration, without its places."""
    loaded = load_text(AROUND.format(tag=tag), environ)
    return [f"{one.path}: {one.text}; {one.hint}" for one in loaded.problems]


def hit(cookie: str = "", **parameters: Any) -> Hit:
    """A visitor's GA4 hit with these parameters; ``__`` in a name stands for a dot."""
    query = {"v": 2, "tid": "G-ABCD1234", "cid": "7.8", "en": "page_view"}
    query |= {name.replace("__", "."): value for name, value in parameters.items()}
    headers = {"user-agent": AGENT, **({"cookie": cookie} if cookie else {})}
    return Hit("GET", "/g/collect", urlencode({k: v for k, v in query.items() if v is not None}), headers, b"", ADDRESS)


def routed(tag: str, cookie: str = "", environ: dict[str, str] | None = None, **parameters: Any) -> Routed:
    """What routing makes of such a hit, traced."""
    return route(hit(cookie, **parameters), config(tag, **(environ or {})), NOW, explain=True)


def built(tag: str, cookie: str = "", environ: dict[str, str] | None = None, **parameters: Any) -> dict[str, Any]:
    """The one payload that rests in the outbox."""
    (entry,) = routed(tag, cookie, environ, **parameters).outgoing
    payload: dict[str, Any] = json.loads(entry.body)
    return payload


def suppressed(tag: str, **parameters: Any) -> str:
    """Why nothing is sent."""
    ((_, reason),) = routed(tag, **parameters).suppressed
    return reason


def notes(tag: str, **parameters: Any) -> list[str]:
    """What the tag tells the trace."""
    trace = routed(tag, **parameters).trace
    assert trace is not None
    return trace.events[0].tags[0].notes


def sent(tag: str, cookie: str = "", environ: dict[str, str] | None = None, **parameters: Any) -> Request:
    """The request such a hit leads to."""
    configuration = config(tag, **(environ or {}))
    outgoing = route(hit(cookie, **parameters), configuration, NOW).outgoing
    return the(configuration).pack(outgoing[0].destination, [one.body for one in outgoing], ENDPOINT)


def the(configuration: Configuration) -> Tag:
    """The tag ``it``."""
    return configuration.tags["it"]
