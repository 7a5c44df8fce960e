"""The browser: which browser id, click id and address of the visitor an event is sent with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from container.meta import cookies, site
from container.meta.customer import Note, own
from container.meta.known import Known
from container.meta.text import trim

_AGENTS = Known()
"""Browsers whose name is sent as it is."""


@dataclass(slots=True)
class Visit:
    """What a hit knows of the browser it came from.

    `now` is in milliseconds. `host` is the one the browser may be told to save ids on, None when it may not. `minted`
    holds the ids made for this hit, so that all its events, and all tags, agree.
    """

    cookies: Mapping[str, str]
    referer: str
    now: int
    host: str | None
    minted: dict[str, Any]

    def index(self, page: object) -> int:
        """Meta's index of the domain an id is saved on; when nobody saves it, of the page's domain, else 1."""
        if self.host is not None:
            return site.subdomain_index(site.cookie_domain(self.host))
        domain = site.cookie_domain(site.url_host(page)) if isinstance(page, str) else None
        return site.subdomain_index(domain) if domain else 1


def browser_id(
    event: Mapping[str, Any], override: object, visit: Visit, random: Callable[[], int], note: Note
) -> str | None:
    """The valid `fbp` that is said first: by the configuration, the event (`x-fb-ck-fbp`, `fbp`, `user_data.fbp`), the
    `_fbp` cookie; a new one when there is none and it can be saved."""
    found = _first("fbp", event, override, visit.cookies.get("_fbp"), note)
    if found is None and visit.host is not None:
        new = cookies.new_fbp(visit.now, random() % (cookies.MOST_RANDOM + 1), visit.index(None))
        found = str(visit.minted.setdefault("fbp", new))
    return found


def click_id(event: Mapping[str, Any], override: object, visit: Visit, note: Note) -> str | None:
    """The `fbc` to send: the first valid one of the configuration, the event and the `_fbc` cookie, unless the page or
    else its referrer carries another `fbclid`, from which a new one is made."""
    existing = _first("fbc", event, override, visit.cookies.get("_fbc"), note)
    if override is not None:
        return existing
    page = event.get("page_location")
    click = cookies.click_id(page, event.get("page_referrer"), visit.referer)
    found, new = cookies.fbc_after(existing, click, visit.now, visit.index(page) if click else 1)
    return str(visit.minted.setdefault(f"fbc {click}", found)) if new else found


def address(event: Mapping[str, Any], override: object, cookie: object, note: Note) -> str | None:
    """The visitor's address: the configuration's or the event's own `client_ip_address`, else the better of the `_fbi`
    cookie and `ip_override` (the first of a list with commas). One that is not public is none: see `local_address`."""
    said = override if override is not None else own(event, "client_ip_address")
    if said is not None:
        written = trim(said) if isinstance(said, str) else ""
        if cookies.client_ip(cookie=written):
            return written
        note("user_data.client_ip_address is not a public address: left out")
        return None
    given = event.get("ip_override")
    first = trim(given.partition(",")[0]) if isinstance(given, str) else given
    if not cookie:
        found = first if cookies.public_version(first) else None
    else:
        found = cookies.client_ip(cookie=cookie, remote=first)
    return found


def local_address(event: Mapping[str, Any], note: Note, *, alone: bool) -> str | None:
    """What is sent where `address` found none: an `ip_override` of a private network or of this machine when the event
    has nothing else to match by (`alone`). It is useless to Meta, but better than an event that it refuses for knowing
    nobody. What becomes of `ip_override` is told once, here."""
    given = event.get("ip_override")
    first = trim(given.partition(",")[0]) if isinstance(given, str) else ""
    if alone and site.is_address(first):
        if not cookies.public_version(first):
            note("ip_override is not a public address, and is sent since there is nothing else to match by")
        return first
    if given and own(event, "client_ip_address") is None:
        note("ip_override is not a public address: left out")
    return None


def agent(event: Mapping[str, Any], override: object, note: Note) -> str | None:
    """The visitor's browser: the configuration's, the event's own `client_user_agent`, else its `user_agent`."""
    said = override or own(event, "client_user_agent") or event.get("user_agent")
    if not said:
        return None
    if type(said) is str and said in _AGENTS:
        return said
    written = trim(said) if isinstance(said, str) else ""
    if written == said:
        _AGENTS.remember(written)
    if not 0 < len(written) <= 4096:
        note("the user agent is no text of at most 4096 characters: left out")
        return None
    return written


def _first(name: str, event: Mapping[str, Any], override: object, cookie: object, note: Note) -> str | None:
    said = (override,) if override is not None else (
        event.get(f"x-fb-ck-{name}"), event.get(name), own(event, name), cookie
    )  # fmt: skip
    for index, value in enumerate(said):
        if value is None or value == "":
            continue
        if cookies.parse(value):
            return str(value)
        sources = (f"x-fb-ck-{name}", name, f"user_data.{name}", f"the cookie _{name}")
        source = "the configuration" if override is not None else sources[index]
        note(f"{name} of {source} does not have Meta's form: left out")
    return None
