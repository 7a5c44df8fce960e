"""The answers init needs: what each must look like, and what is wrong with one that does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from container.meta import rules
from container.meta.site import cookie_domain, is_address
from container.problem import nearest
from container.starting.consent import CONSENT_MODE, Source
from container.starting.standard import SHOP, STANDARD_EVENTS, Standard, standard_event

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_PIXEL = re.compile(r"[0-9]{3,20}")
_STREAM = re.compile(r"G-[A-Z0-9]{4,20}")


class AnswerError(ValueError):
    """An answer that cannot be: what is wrong with it and what to write, in one sentence for whoever gave it."""

    def __init__(self, text: str) -> None:
        super().__init__("".join(letter if letter.isprintable() else "?" for letter in text))


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything a new container is made of. ``stream`` is GA4's id or ""; with it gtag sends the hits, without it
    tagdock's loader beside Meta's pixel. ``currency`` is that of orders which name none, or ""."""

    domain: str
    pixel: str
    host: str = ""
    events: tuple[Standard, ...] = tuple(STANDARD_EVENTS[word] for word in SHOP)
    consent: Source = CONSENT_MODE
    stream: str = ""
    currency: str = ""
    backend: bool = False

    @property
    def url(self) -> str:
        """The public address of the container."""
        return f"https://{self.host or container_host(self.domain)}"


def site_domain(text: str) -> str:
    """The bare domain of a site from a name or an address of it: ``https://www.Shop.example/`` is ``shop.example``."""
    host = _host(text).removeprefix("www.")
    if not _HOST.fullmatch(host):
        raise AnswerError(f"'{_short(text)}' is not a domain; write it as in shop.example")
    return host


def container_host(domain: str) -> str:
    """The name a container has where nobody says otherwise."""
    return f"data.{domain}"


def public_host(text: str, domain: str) -> str:
    """The container's own name, which must lie below the site's registrable domain: only so are cookies shared."""
    host = _host(text)
    if not host:
        return container_host(domain)
    if not _HOST.fullmatch(host) or is_address(host):
        raise AnswerError(f"'{_short(text)}' is not a host name; write it as in {container_host(domain)}")
    own, site = cookie_domain(host), cookie_domain(domain) or domain
    if own != site and not host.endswith(f".{domain}"):
        raise AnswerError(f"{host} is not a sub-domain of {site}, so it would be a third party; write data.{site}")
    if host in (domain, f"www.{domain}"):
        raise AnswerError(f"{host} is the site itself; give the container a sub-domain of its own: data.{domain}")
    return host


def pixel_id(text: str) -> str:
    """The digits of a pixel or dataset."""
    if not _PIXEL.fullmatch(text.strip()):
        raise AnswerError(f"'{_short(text)}' is not a pixel id; write the digits the Events Manager shows")
    return text.strip()


def events(text: str) -> tuple[Standard, ...]:
    """Standard events by Google's or Meta's names, a comma between them; nothing written is what most shops need."""
    names = [name for name in re.split(r"[\s,;]+", text) if name] or list(SHOP)
    found: dict[str, Standard] = {}
    for name in names[:1000]:
        one = standard_event(name)
        if one is None:
            close = nearest(name.lower()[:50], STANDARD_EVENTS)
            hint = f"did you mean {close}?" if close else f"they are {', '.join(STANDARD_EVENTS)}"
            raise AnswerError(f"'{_short(name)}' is not a standard event; {hint}")
        found[one.word] = one
    return tuple(one for one in STANDARD_EVENTS.values() if one.word in found)


def measurement_id(text: str) -> str:
    """The id of a GA4 web stream, "" for none."""
    stream = text.strip().upper()
    if stream and not _STREAM.fullmatch(stream):
        raise AnswerError(f"'{_short(text)}' is not a GA4 measurement id; write it as in G-AB12CD34EF, or nothing")
    return stream


def currency(text: str) -> str:
    """An ISO 4217 code, "" for none."""
    if not text.strip():
        return ""
    code = rules.currency(text)
    if code is None:
        raise AnswerError(f"'{_short(text)}' is not a currency; write its three letters, as in EUR, or nothing")
    return code


def _host(text: str) -> str:
    """The host of what somebody wrote for a domain: a name, an address of a page; in the form DNS knows it."""
    text = text.strip()[:2000]
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host = (parts.hostname or "").rstrip(".")
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:  # idna's UnicodeError too
        return "\0"


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:40]}..."
