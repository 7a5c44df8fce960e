"""The first-party id: a client id the server keeps in a cookie that scripts cannot read, as Google's FPID."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import quote

from publicsuffixlist import PublicSuffixList

from container.component import Cookie, Incoming
from container.hit import Hit
from container.kinds import Choice, Duration, Text
from container.schema import Options, option

_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_")
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_PREFIX = "FPID2.2."


class FirstPartyId(Options):
    """A client id of the server's own, in a cookie that lasts longer than a script's and that scripts cannot read."""

    cookie: str = option(Text(r"[A-Za-z0-9_-]+", example="FPID"), "Name of the cookie.", default="FPID", bare=True)
    max_age: float = option(Duration(), "How long the cookie lasts after each hit.", default=400 * 86400.0)
    domain: str = option(
        Text(), "Domain of the cookie; auto is the registrable domain of the request's host.", default="auto"
    )
    same_site: str = option(Choice("lax", "strict", "none"), "The cookie's SameSite.", default="lax")
    when_unset: str = option(
        Choice("denied", "granted"),
        "What counts when the hit says nothing explicit about analytics_storage.",
        default="denied",
    )

    def ready(self) -> None:
        if self.domain == "auto":
            _suffixes()  # reading the list takes longer than any hit may

    def apply(self, hit: Hit, incoming: list[Incoming], now: float) -> list[Cookie]:
        """Replace the events' client ids, and return the cookie to set: none unless analytics storage is granted."""
        if not incoming:
            return []
        if not all(self._granted(one) for one in incoming):
            for one in incoming:
                one.notes.append("no first-party id: analytics_storage is not granted")
            return []
        found = read_value(hit.cookies.get(self.cookie, ""))
        if not found:
            found = _mint(hit, str(incoming[0].event.get("client_id", "")), now)
        for one in incoming:
            original = one.event.get("client_id")
            if original:
                one.event["x-ga-js_client_id"] = original
            one.event["client_id"] = found
        identity, _, seconds = found.rpartition(".")
        return [
            Cookie(
                self.cookie,
                f"{_PREFIX}{quote(identity, safe='')}.{seconds}",
                int(self.max_age),
                domain=cookie_domain(hit.host) if self.domain == "auto" else self.domain,
                http_only=True,
                same_site=self.same_site,  # type: ignore[arg-type]  # Choice allows no other word
            )
        ]

    def _granted(self, incoming: Incoming) -> bool:
        said = incoming.consent.get("analytics_storage")
        if said is None:
            return self.when_unset == "granted" and incoming.implicit.get("analytics_storage") != "denied"
        return said == "granted"


def read_value(cookie: str) -> str:
    """The client id in a cookie of the form ``FPID2.2.<base64>.<seconds>``; "" when it has another form."""
    if not cookie.startswith(_PREFIX):
        return ""
    identity, _, seconds = cookie[len(_PREFIX) :].rpartition(".")
    if not 0 < len(identity) <= 88 or not _BASE64.issuperset(identity):
        return ""
    return f"{identity}.{seconds}" if _is_seconds(seconds) else ""


def _mint(hit: Hit, client_id: str, now: float) -> str:
    """A new id. It follows from the script's client id, so that two first hits that race agree on it."""
    first, _, seconds = client_id.rpartition(".")
    known = bool(first) and _is_seconds(seconds)
    seed = client_id or "\0".join((hit.ip, hit.user_agent, hit.query_string, repr(now)))
    digest = sha256(b"first-party id\0" + seed.encode("utf-8", "replace")).digest()
    return f"{b64encode(digest).decode()}.{seconds if known else int(now)}"


def _is_seconds(text: str) -> bool:
    return 0 < len(text) <= 12 and text.isascii() and text.isdigit()


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=1024)
def cookie_domain(host: str) -> str:
    """The widest domain a cookie of this host may live on; "" (this host only) for addresses and lone names."""
    if not _HOST.issuperset(host):  # it comes from a header, and goes into one
        return ""
    try:
        ip_address(host)
    except ValueError:
        return _suffixes().privatesuffix(host) or ""
    return ""
