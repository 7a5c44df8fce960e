"""The meanings: what an HTTP status without success says in plain words, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from container.meta.codes import Words
from container.outgoing.statuses import REFUSED, RETRY

_TROUBLE: Final = Words(
    "The receiver had trouble of its own.", "Nothing is to be done unless it stays so: then ask who runs it."
)
_CREDENTIALS: Final = Words(
    "The receiver refused the credentials, not the event.",
    "Mend the tag's token or key, then reload the configuration, or resume the destination on the page Delivery.",
)
_NOWHERE: Final = Words("There is nothing at this address that takes it.", "Mend the address in the tag's options.")
_EVENT: Final = Words(
    "The receiver refused this event.",
    "Its words say why where there are any. Mend what is sent; this one as it was made would be refused again.",
)
_ELSEWHERE: Final = Words("The receiver points to another address.", "Write that address into the tag's options.")
_ALONE: Final[Mapping[int, Words]] = {
    0: Words("No answer came.", "If it stays so, look at the address and at the network on the way to it."),
    404: _NOWHERE,
    405: _NOWHERE,
    410: _NOWHERE,
    413: Words("The request was larger than the receiver takes.", "Leave fields out with a transformation."),
    429: Words("More came at once than the receiver takes.", "Nothing is to be done unless it stays so."),
}


def explained(status: int) -> Words | None:
    """The words for a status, 0 for no answer; None for one of success."""
    if status in _ALONE:
        return _ALONE[status]
    if status in RETRY or status >= 500:
        return _TROUBLE
    if status in REFUSED:
        return _CREDENTIALS
    if status >= 400:
        return _EVENT
    return _ELSEWHERE if status >= 300 else None
