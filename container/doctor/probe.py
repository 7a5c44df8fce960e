"""The probe: hits made up so that a tag fires, with ids by which everybody can tell whose they are."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from container.component import Client, Entry
from container.config.document import Binding, Configuration
from container.hit import Hit
from container.runtime import Routed, route
from container.trace import TagTrace

PREFIX = "tagdock-doctor-"
"""How the ids of all events begin that the doctor makes up."""

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_PERSON = hashlib.sha256(b"doctor@tagdock.invalid").hexdigest()
_USUAL = ("page_view", "PageView", "purchase", "Purchase", "generate_lead", "Lead", "add_to_cart", "AddToCart")
_MOST_TRIES = 400
_GRANTED = ("gcs=G111&gcd=13r3r3r3r5", "gggg", "GRANTED")
_DENIED = ("gcs=G100&gcd=13q3q3q3q5", "dddd", "DENIED")
_UNSAID = ("", "----", "")

Said = tuple[str, str, str]
"""What a visitor said, as gtag, the loader and a back end write it."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A hit that fires a tag. ``made`` makes the like of it for what another visitor said, with another id."""

    hit: Hit
    event_id: str
    made: Callable[[Said, str], Hit]

    def denied(self) -> Hit:
        """The same of a visitor who refused everything, banner's cookies left out."""
        return _without_cookies(self.made(_DENIED, new_id()))

    def unsaid(self) -> Hit:
        """The same of a visitor nobody asked yet."""
        return _without_cookies(self.made(_UNSAID, new_id()))

    def again(self) -> Shot:
        """The same hit as another event."""
        name = new_id()
        return replace(self, hit=self.made(_GRANTED, name), event_id=name)


class Probe:
    """Finds, for a tag, a hit that fires it: of the clients' own kinds, or one of the configuration's tests."""

    def __init__(self, configuration: Configuration, known: Sequence[Hit], now: Callable[[], float]) -> None:
        self._configuration = configuration
        self._known = known
        self._now = now
        self._shots: dict[str, Shot | None] = {}
        self._last = ""

    def route(self, hit: Hit, code: str = "") -> Routed:
        """What the configuration makes of a hit now, with every reason."""
        return route(hit, self._configuration, self._now(), explain=True, test_event_code=code)

    def shot(self, binding: Binding) -> Shot | None:
        """A hit that fires the tag, None when none was found; ``why_not`` then says what kept it."""
        if binding.name not in self._shots:
            tries = itertools.islice(self._tries(binding), _MOST_TRIES)
            self._shots[binding.name] = next((one for one in tries if self._fires(one.hit, binding.name)), None)
        return self._shots[binding.name]

    def fired(self, hit: Hit, tag: str) -> bool:
        """Whether a hit fires a tag."""
        return any(one.outcome == "fired" for one in decisions(self.route(hit), tag))

    def entries(self, hit: Hit, tag: str, code: str = "") -> list[Entry]:
        """The payloads a tag makes of a hit."""
        return [one for one in self.route(hit, code).outgoing if one.tag == tag]

    @property
    def why_not(self) -> str:
        """Why the last hit that was tried did not fire its tag."""
        return self._last or "no client here reads a kind of hit that the doctor can make up"

    def _fires(self, hit: Hit, tag: str) -> bool:
        found = decisions(self.route(hit), tag)
        if any(one.outcome == "fired" for one in found):
            return True
        # Of many tries, one that came as far as consent or the tag itself says most.
        for one in found:
            if not self._last or one.outcome != "not_triggered":
                self._last = one.reason
        return False

    def _tries(self, binding: Binding) -> Iterator[Shot]:
        names = self._names(binding)
        for cookies in self._cookies():
            for client in self._configuration.clients.values():
                for name in names:
                    made = self._maker(client, name, cookies)
                    if made is not None:
                        identity = new_id()
                        yield Shot(made(_GRANTED, identity), identity, made)
        for hit in self._known:
            yield from self._of_known(hit)

    def _names(self, binding: Binding) -> list[str]:
        found: dict[str, None] = {}
        for trigger in binding.fires_on:
            own = trigger.event_names()
            found |= dict.fromkeys(_USUAL if own is None else sorted(own)[:20])
        return list(found)[:40]

    def _cookies(self) -> list[str]:
        """Cookie headers: none, and those of the configuration's tests, one of which a banner may have written."""
        found = {"": None} | dict.fromkeys(hit.headers.get("cookie", "") for hit in self._known)
        return list(found)[:10]

    def _maker(self, client: Client, name: str, cookies: str) -> Callable[[Said, str], Hit] | None:
        makers: dict[str, Callable[[Client, str, Said, str], Hit]] = {
            "ga4": self._gtag, "meta_pixel": self._pixel, "measurement_protocol": self._backend,
        }  # fmt: skip
        maker = makers.get(client.type)
        if maker is None:
            return None
        return lambda said, identity: _with_cookies(maker(client, name, said, identity), cookies, self._now())

    @property
    def _page(self) -> str:
        origins = self._configuration.container.origins
        return f"{origins[0] if origins else 'https://shop.example'}/"

    def _gtag(self, client: Client, name: str, said: Said, identity: str) -> Hit:
        query = urlencode({
            "v": "2", "tid": "G-DOCTOR", "cid": "7.8", "en": name, "dl": self._page, "cu": "EUR", "epn.value": "1",
            "pr1": f"id{PREFIX}item~pr1~qt1", "ep.event_id": identity,
        })  # fmt: skip
        return _get(_path(client, "/g/collect"), "&".join(filter(None, [query, said[0]])))

    def _pixel(self, client: Client, name: str, said: Said, identity: str) -> Hit:
        options: Any = client
        pixels: list[str] = options.pixel_ids
        query = {
            "id": pixels[0] if pixels else "1234567890", "ev": name, "eid": identity, "dl": self._page, "td": "none",
            "tdc": said[1], "cd[value]": "1", "cd[currency]": "EUR", "cd[content_ids]": f'["{PREFIX}item"]',
        }  # fmt: skip
        return _get(_path(client, "/tr"), urlencode(query))

    def _backend(self, client: Client, name: str, said: Said, identity: str) -> Hit:
        options: Any = client
        params = {
            "event_id": identity, "value": 1, "currency": "EUR", "page_location": self._page,
            "action_source": "system_generated", "items": [{"item_id": f"{PREFIX}item", "quantity": 1, "price": 1}],
        }  # fmt: skip
        body: dict[str, Any] = {
            "client_id": "7.8",
            "user_data": {"sha256_email_address": [_PERSON]},
            "events": [{"name": name, "params": params}],
        }
        if said[2]:
            body["consent"] = {"ad_user_data": said[2], "ad_personalization": said[2]}
        query = urlencode({"measurement_id": "G-DOCTOR", "api_secret": options.api_secret or ""})
        headers = {"content-type": "application/json"}
        return Hit("POST", _path(client, "/mp/collect"), query, headers, msgspec.json.encode(body), "127.0.0.1")

    def _of_known(self, hit: Hit) -> Iterator[Shot]:
        """A test's hit under an id of ours, where it is a query that carries the id."""
        if hit.method != "GET":
            return

        def made(said: Said, identity: str) -> Hit:
            # A pixel's first eid counts, gtag's last parameter: each reads its own and leaves the other.
            query = f"eid={identity}&{hit.query_string}&ep.event_id={identity}&ep.transaction_id={identity}"
            if said is not _GRANTED:
                query = f"tdc={said[1]}&td=none&{query}&{said[0]}"
            headers = {"user-agent": AGENT, **hit.headers}
            return Hit("GET", hit.path, query, headers, ip="127.0.0.1")

        identity = new_id()
        yield Shot(made(_GRANTED, identity), identity, made)


def decisions(routed: Routed, tag: str) -> list[TagTrace]:
    """What became of a tag, for each event of a hit."""
    events = routed.trace.events if routed.trace is not None else []
    return [one for event in events for one in event.tags if one.tag == tag]


def new_id() -> str:
    """An id nobody else uses."""
    return f"{PREFIX}{secrets.token_hex(6)}"


def with_header(hit: Hit, name: str, value: str) -> Hit:
    """The hit with one more header."""
    return Hit(hit.method, hit.path, hit.query_string, {**hit.headers, name: value}, hit.body, hit.ip)


def _get(path: str, query: str) -> Hit:
    return Hit("GET", path, query, {"user-agent": AGENT}, ip="127.0.0.1")


def _path(client: Client, usual: str) -> str:
    return next(iter(client.paths()), usual)


def _with_cookies(hit: Hit, cookies: str, now: float) -> Hit:
    """A browser brings its cookies along, Meta's browser id among them; a back end has none."""
    if hit.method != "GET":
        return hit
    named = f"_fbp=fb.1.{int(now * 1000)}.{quote('1234567890')}"
    return with_header(hit, "cookie", "; ".join(filter(None, [cookies, named])))


def _without_cookies(hit: Hit) -> Hit:
    headers: Mapping[str, str] = {name: value for name, value in hit.headers.items() if name != "cookie"}
    return Hit(hit.method, hit.path, hit.query_string, headers, hit.body, hit.ip)
