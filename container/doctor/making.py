"""The making: hits of the kinds that clients read, as gtag, tagdock's loader and a back end send them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from container.component import Client
from container.hit import Hit

PREFIX = "tagdock-doctor-"
"""How the ids of all events begin that the doctor makes up."""

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

Said = tuple[str, str, str]
"""What a visitor said about consent, as gtag, the loader and a back end write it."""

_PERSON = hashlib.sha256(b"doctor@tagdock.invalid").hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """What a made-up hit is to say."""

    name: str
    identity: str
    said: Said
    page: str
    visitor: int

    @property
    def browser(self) -> str:
        """The visitor's client id."""
        return f"{self.visitor + 7}.8"


def _gtag(client: Client, event: Event) -> Hit:
    query = urlencode({
        "v": "2", "tid": "G-DOCTOR", "cid": event.browser, "en": event.name, "dl": event.page, "cu": "EUR",
        "epn.value": "1", "pr1": f"id{PREFIX}item~pr1~qt1", "ep.event_id": event.identity,
    })  # fmt: skip
    return _get(_path(client, "/g/collect"), "&".join(filter(None, [query, event.said[0]])))


def _pixel(client: Client, event: Event) -> Hit:
    options: Any = client
    pixels: list[str] = options.pixel_ids
    query = {
        "id": pixels[0] if pixels else "1234567890", "ev": event.name, "eid": event.identity, "dl": event.page,
        "td": "none", "tdc": event.said[1], "cd[value]": "1", "cd[currency]": "EUR",
        "cd[content_ids]": f'["{PREFIX}item"]',
    }  # fmt: skip
    return _get(_path(client, "/tr"), urlencode(query))


def _backend(client: Client, event: Event) -> Hit:
    options: Any = client
    params = {
        "event_id": event.identity, "value": 1, "currency": "EUR", "page_location": event.page,
        "action_source": "system_generated", "items": [{"item_id": f"{PREFIX}item", "quantity": 1, "price": 1}],
    }  # fmt: skip
    body: dict[str, Any] = {
        "client_id": event.browser,
        "user_data": {"sha256_email_address": [_PERSON]},
        "events": [{"name": event.name, "params": params}],
    }
    if event.said[2]:
        body["consent"] = {"ad_user_data": event.said[2], "ad_personalization": event.said[2]}
    query = urlencode({"measurement_id": "G-DOCTOR", "api_secret": options.api_secret or ""})
    headers = {"content-type": "application/json"}
    return Hit("POST", _path(client, "/mp/collect"), query, headers, msgspec.json.encode(body), "127.0.0.1")


MAKERS: dict[str, Callable[[Client, Event], Hit]] = {
    "ga4": _gtag, "meta_pixel": _pixel, "measurement_protocol": _backend,
}  # fmt: skip
"""By the type of client that reads them."""


def _get(path: str, query: str) -> Hit:
    return Hit("GET", path, query, {"user-agent": AGENT}, ip="127.0.0.1")


def _path(client: Client, usual: str) -> str:
    return next(iter(client.paths()), usual)
