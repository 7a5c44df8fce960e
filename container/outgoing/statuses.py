"""The statuses: what an HTTP status means for the payloads of a request where a vendor says nothing more exact."""

from __future__ import annotations

from collections.abc import Collection

from container.component import Response, Verdict
from container.outgoing.words import said, without

RETRY = (408, 425, 429)
"""Statuses below 500 that ask to be tried again."""

REFUSED = (401, 403)
"""Statuses that refuse the credentials rather than the payload."""


def judge(
    response: Response,
    *,
    success: Collection[int] = (),
    retry: Collection[int] = (),
    reason: str = "",
    secrets: Collection[str] = (),
) -> Verdict:
    """2xx is done, 5xx and ``RETRY`` are tried again, ``REFUSED`` parks, the rest is the payload's fault.

    ``success`` and ``retry`` are statuses that count as such beside these. No answer at all is tried again. ``reason``
    is what the vendor said where that is known; else it is read from the answer. Either is without ``secrets``.
    """
    status = response.status
    if status == 0:
        return Verdict("later", response.failure or "no answer")
    if status in success or (200 <= status < 300 and status not in retry):
        return Verdict("done")
    words = told(response, secrets, reason)
    if status in retry or status >= 500 or status in RETRY:
        return Verdict("later", words, retry_after(response))
    return Verdict("park" if status in REFUSED else "split", words)


def told(response: Response, secrets: Collection[str] = (), reason: str = "") -> str:
    """An answer in words: its status, and what the vendor said with it, without ``secrets``."""
    words = without(reason, secrets) if reason else said(response.body, secrets)
    return f"HTTP {response.status}: {words}" if words else f"HTTP {response.status}"


def retry_after(response: Response) -> float | None:
    """The seconds the vendor asks to wait; None when it does not say so in seconds."""
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
