"""The probe: hits made up so that a tag fires, with ids by which everybody can tell whose they are."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from container.component import Client, Entry
from container.config.document import Binding, Configuration
from container.doctor.making import AGENT, MAKERS, PREFIX, Event, Said
from container.hit import Hit
from container.runtime import Routed, route
from container.trace import TagTrace

_USUAL = ("page_view", "PageView", "purchase", "Purchase", "generate_lead", "Lead", "add_to_cart", "AddToCart")
_MOST_TRIES = 400
_GRANTED = ("gcs=G111&gcd=13r3r3r3r5", "gggg", "GRANTED")
_DENIED = ("gcs=G100&gcd=13q3q3q3q5", "dddd", "DENIED")
_UNSAID = ("", "----", "")


@dataclass(frozen=True, slots=True)
class Shot:
    """A hit that fires a tag. ``made`` makes the like of it for what another visitor said, with another id.

    ``speaks`` says whether it can say what the visitor chose; a webhook's body has its own words for that.
    """

    hit: Hit
    event_id: str
    made: Callable[[Said, str], Hit]
    speaks: bool = True

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
        # Again and again as another visitor: a trigger may hold for a sample of them.
        for visitor in range(_MOST_TRIES):
            for cookies, client, name in self._kinds(binding):
                made = self._maker(client, name, cookies, visitor)
                identity = new_id()
                yield Shot(made(_GRANTED, identity), identity, made)
            for hit in self._known if not visitor else ():
                yield from self._of_known(hit) if hit.method == "GET" else self._of_body(hit, binding.name)

    def _kinds(self, binding: Binding) -> Iterator[tuple[str, Client, str]]:
        clients = [one for one in self._configuration.clients.values() if one.type in MAKERS]
        return itertools.product(self._cookies(), clients, self._names(binding))

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

    def _maker(self, client: Client, name: str, cookies: str, visitor: int) -> Callable[[Said, str], Hit]:
        def made(said: Said, identity: str) -> Hit:
            hit = MAKERS[client.type](client, Event(name, identity, said, self._page, visitor))
            return _with_cookies(hit, cookies, self._now(), visitor)

        return made

    @property
    def _page(self) -> str:
        origins = self._configuration.container.origins
        return f"{origins[0] if origins else 'https://shop.example'}/"

    def _of_known(self, hit: Hit) -> Iterator[Shot]:
        """A test's hit under an id of ours, where it is a query that carries the id."""

        def made(said: Said, identity: str) -> Hit:
            # A pixel's first eid counts, gtag's last parameter: each reads its own and leaves the other.
            query = f"eid={identity}&{hit.query_string}&ep.event_id={identity}&ep.transaction_id={identity}"
            if said is not _GRANTED:
                query = f"tdc={said[1]}&td=none&{query}&{said[0]}"
            headers = {"user-agent": AGENT, **hit.headers}
            return Hit("GET", hit.path, query, headers, ip="127.0.0.1")

        identity = new_id()
        yield Shot(made(_GRANTED, identity), identity, made)

    def _of_body(self, hit: Hit, tag: str) -> Iterator[Shot]:
        """A test's body under an id of ours, where its own id stands in it as a text."""
        kept = next((one.event_id for one in self.entries(hit, tag)), "")
        if not kept or f'"{kept}"'.encode() not in hit.body:
            return

        def made(_: Said, identity: str) -> Hit:
            body = hit.body.replace(f'"{kept}"'.encode(), f'"{identity}"'.encode())
            return Hit(hit.method, hit.path, hit.query_string, hit.headers, body, "127.0.0.1")

        identity = new_id()
        if any(one.event_id == identity for one in self.entries(made(_GRANTED, identity), tag)):
            yield Shot(made(_GRANTED, identity), identity, made, speaks=False)


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


def _with_cookies(hit: Hit, cookies: str, now: float, visitor: int) -> Hit:
    """A browser brings its cookies along, Meta's browser id among them; a back end has none."""
    if hit.method != "GET":
        return hit
    named = f"_fbp=fb.1.{int(now * 1000)}.{1234567890 + visitor}"
    return with_header(hit, "cookie", "; ".join(filter(None, [cookies, named])))


def _without_cookies(hit: Hit) -> Hit:
    headers: Mapping[str, str] = {name: value for name, value in hit.headers.items() if name != "cookie"}
    return Hit(hit.method, hit.path, hit.query_string, headers, hit.body, hit.ip)
