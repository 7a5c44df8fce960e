"""The statuses: what an HTTP status means for the payloads of a request where a vendor says nothing more exact."""

from __future__ import annotations

from collections.abc import Collection

from container.component import Response, Verdict

RETRY = (408, 425, 429)
"""Statuses below 500 that ask to be tried again."""

REFUSED = (401, 403)
"""Statuses that refuse the credentials rather than the payload."""

_LONGEST_REASON = 300


def judge(
    response: Response, *, success: Collection[int] = (), retry: Collection[int] = (), reason: str = ""
) -> Verdict:
    """2xx is done, 5xx and ``RETRY`` are tried again, ``REFUSED`` parks, the rest is the payload's fault.

    ``success`` and ``retry`` are statuses that count as such beside these. No answer at all is tried again.
    """
    status = response.status
    if status == 0:
        return Verdict("later", response.failure or "no answer")
    said = f"HTTP {status}: {reason}"[:_LONGEST_REASON] if reason else f"HTTP {status}"
    if status in success:
        return Verdict("done")
    if status in retry:
        return Verdict("later", said, retry_after(response))
    if 200 <= status < 300:
        return Verdict("done")
    if status >= 500 or status in RETRY:
        return Verdict("later", said, retry_after(response))
    return Verdict("park" if status in REFUSED else "split", said)


def retry_after(response: Response) -> float | None:
    """The seconds the vendor asks to wait; None when it does not say so in seconds."""
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def without(text: str, secrets: Collection[str]) -> str:
    """A vendor's words without the secrets it may have repeated."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, "****")
    return text
