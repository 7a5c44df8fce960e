"""The page: host name and path of the page an event happened on, derived from its location."""

from __future__ import annotations

from functools import lru_cache

from container.event import Event
from container.hit import split_url

_LONGEST_CACHED = 1024


def add_page_parts(event: Event) -> None:
    """Add ``page_hostname`` and ``page_path`` to an event with a ``page_location``, unless the sender gave them."""
    location = event.get("page_location")
    if not isinstance(location, str):
        return
    host, path = _cached(location) if len(location) <= _LONGEST_CACHED else _parts(location)
    if host:
        event.setdefault("page_hostname", host)
        event.setdefault("page_path", path)


def _parts(location: str) -> tuple[str, str]:
    host, path, _ = split_url(location)
    return host, path or "/"


_cached = lru_cache(maxsize=2048)(_parts)
