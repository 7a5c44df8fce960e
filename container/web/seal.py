"""The seal: small signed values that expire, for sessions of the console and of previews."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable


class Seal:
    """Signs texts for one purpose with a key made of the server's token, which itself is never in what is signed.

    A new token makes all that was signed before worthless; a restart with the same token does not.
    """

    def __init__(self, token: str, purpose: str, clock: Callable[[], float]) -> None:
        self._key = hmac.new(token.encode(), f"tagdock {purpose}".encode(), hashlib.sha256).digest()
        self._clock = clock

    def sign(self, text: str, seconds: float) -> str:
        """A text with when it expires and a signature; the text has no dot."""
        signed = f"{text}.{int(self._clock() + seconds):x}"
        return f"{signed}.{self._signature(signed)}"

    def open(self, sealed: str) -> str | None:
        """The text, or None when it was not signed here or has expired. Never raises."""
        signed, _, signature = sealed[:300].rpartition(".")
        text, _, expires = signed.rpartition(".")
        if not text or not self.same(signature, self._signature(signed)):
            return None
        return text if int(expires, 16) > self._clock() else None

    def mark(self, text: str) -> str:
        """A value that only this server could make of a text; it does not expire."""
        return self._signature(f"mark {text}")

    def _signature(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:43]

    @staticmethod
    def same(one: str, other: str) -> bool:
        """Whether two texts are equal, in a time that does not tell where they differ."""
        return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def fresh() -> str:
    """An id nobody can guess; letters, digits, - and _."""
    return secrets.token_urlsafe(16)
