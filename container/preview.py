"""The preview: what a trace shows to a person, with personal data masked unless asked."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from container.called import SECRET, says
from container.masking import HIDDEN, found, is_hash, mask_text, shorten

HEADER = "x-tagdock-preview"
REVEAL_HEADER = "x-tagdock-reveal"
TEST_CODE_HEADER = "x-tagdock-test-event-code"
COOKIE = "tagdock_preview"

_HOLDERS = frozenset({"user_data", "automatic_user_data", "address", "customer"})
"""Fields that hold personal data, one level or a list below them."""

_SHOWN = frozenset({"country", "client_user_agent"})
"""Fields inside user data that say nothing about who somebody is, or that people preview in order to see."""

_ALWAYS = frozenset(
    {
        "email", "email_address", "phone", "phone_number", "first_name", "last_name", "street", "postal_code",
        "date_of_birth", "ip_override", "client_ip_address", "user_id", "external_id", "fbp", "fbc", "_fbp", "_fbc",
    }
)  # fmt: skip
"""Fields that are personal wherever they stand."""

_SHORTEST = 4
"""Characters from which a personal value is looked for in other texts; shorter ones occur by chance."""

_SHORTEST_NAMED, _LONGEST_NAMED, _DEEPEST_ESCAPE = 6, 200, 3
"""Characters of what is found by its name or look in one text and looked for in others; how often its escapes are
undone for that."""

_MOST_VALUES = 500
_SHORTEST_CLICK = 8
"""Characters from which the click id at the end of an fbc is looked for in addresses of pages."""

_HOST_FOLLOWS = ("://", "%3a%2f%2f", "%253a%252f%252f", "://[", "%3a%2f%2f%5b")
"""What stands before the host of a URL, also percent-encoded."""


def test_event_code(headers: Mapping[str, str]) -> str:
    """The test event code a preview asks its payloads to carry, "" when it asks for none that could be one."""
    code = headers.get(TEST_CODE_HEADER, "")
    return code if len(code) <= 40 and code.isascii() and code.replace("_", "").replace("-", "").isalnum() else ""


def allowed(given: str, token: str) -> bool:
    """Whether a preview token is the right one, in constant time."""
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def mask(trace: Any) -> Any:
    """A copy of a trace in which nobody can be recognised.

    Values of personal fields keep their first character, and are masked too where a reason, a note or an address of a
    page repeats them; e-mail addresses in any text keep their first letters and ending. Hashes stay: they are what is
    sent, and what people compare. So does the host of a URL, a page's own, which is the
    visitor's address too where both are one machine.
    """
    return _mask(trace, _Texts(set(_personal(trace, False))), False)


def _personal(value: Any, inside: bool) -> Iterator[str]:
    """The values of personal fields, in clear."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _HOLDERS:
                yield from _personal(inner, True)
            elif key in _ALWAYS or (inside and key not in _SHOWN):
                yield from _scalars(inner)
                if key in ("fbc", "_fbc") and isinstance(inner, str):
                    yield from [click for click in inner.split(".", 3)[3:] if len(click) >= _SHORTEST_CLICK]
            elif _said(key, inner):
                yield from [one for one in _scalars(inner) if len(one) >= _SHORTEST_NAMED]
            else:
                yield from _personal(inner, False)
    elif isinstance(value, list):
        for inner in value:
            yield from _personal(inner, inside)
    elif inside:
        yield from _scalars(value)
    elif isinstance(value, str):
        for one in found(value):
            if _SHORTEST_NAMED <= len(one) <= _LONGEST_NAMED:
                yield one
                for _ in range(_DEEPEST_ESCAPE):
                    if "%" not in one:
                        break
                    yield (one := unquote(one, errors="replace"))


def _scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _scalars(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


class _Texts:
    """Masks the texts of one trace, in which these personal values may be repeated."""

    def __init__(self, values: set[str]) -> None:
        kept = sorted(value for value in values if len(value) >= _SHORTEST and not is_hash(value))[:_MOST_VALUES]
        forms = {form for value in kept for form in _forms(value)} | {
            form for value in kept for form in _forms(value.lower())
        }
        self._repeated = sorted(forms, key=lambda form: (-len(form), form))
        self._addresses = {form for form in forms if _is_address(form)}

    def mask(self, text: str) -> str:
        text = mask_text(text)
        if not is_hash(text):
            for form in self._repeated:
                if form in text:
                    masked = f"{form[0]}***"
                    text = _beside_hosts(text, form, masked) if form in self._addresses else text.replace(form, masked)
        return text


def _is_address(text: str) -> bool:
    if len(text) > 45 or not ("." in text or ":" in text):
        return False
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _beside_hosts(text: str, address: str, masked: str) -> str:
    """An address masked wherever it stands but as the host of a URL."""
    first, *others = text.split(address)
    parts, before = [first], first
    for after in others:
        parts += [address if before[-12:].lower().endswith(_HOST_FOLLOWS) else masked, after]
        before = after
    return "".join(parts)


def _forms(value: str) -> tuple[str, str, str]:
    return value, quote(value, safe="", errors="replace"), quote_plus(value, errors="replace")


def _mask(value: Any, texts: _Texts, inside: bool) -> Any:
    if isinstance(value, dict):
        return {texts.mask(key): _field(key, inner, texts, inside) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mask(inner, texts, inside) for inner in value]
    if inside:
        return _shorten(value)
    return texts.mask(value) if isinstance(value, str) else value


def _field(key: str, value: Any, texts: _Texts, inside: bool) -> Any:
    if key in _HOLDERS:
        return _mask(value, texts, True)
    if key in _ALWAYS or (inside and key not in _SHOWN):
        return _shorten(value)
    what = _said(key, value)
    if what == SECRET:
        return _hide(value)
    if what:
        return _shorten(value)
    if key == "x-ga-em" and isinstance(value, str):
        return "~".join(map(_token, value.split("~")))
    return _mask(value, texts, False)


def _said(key: str, value: Any) -> str:
    """What a field's name says of what it holds."""
    if isinstance(value, dict | list):
        return says(key, "")
    return says(key, str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hide(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_hide(inner) for inner in value]
    return HIDDEN if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else value


def _shorten(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shorten(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shorten(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    return shorten(str(value))


def _token(token: str) -> str:
    """One part of Google's ``em``: its names and hashes stay, what is in clear goes."""
    name, dot, value = token.partition(".")
    return token if not dot or name == "tv" or len(value) >= 43 else f"{name}.***"
