"""The standard events a new container may know: their names at Google and at Meta, and what a hit of each holds."""

from __future__ import annotations

from dataclasses import dataclass

from container.meta.names import GA4, STANDARD


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard event: ``word`` is Google's name, which is what init and config.yaml call it; ``meta`` is Meta's.

    ``valued`` says that it carries an amount, ``order`` that it is an order, which counts when it is worth something.
    """

    word: str
    meta: str
    valued: bool = False
    order: bool = False


_VALUED = frozenset({
    "ViewContent", "AddToCart", "AddToWishlist", "InitiateCheckout", "AddPaymentInfo", "Purchase", "StartTrial",
    "Subscribe",
})  # fmt: skip
_WORDS = [word for word, meta in GA4.items() if meta in STANDARD and "." not in word]

STANDARD_EVENTS = {
    word: Standard(word, GA4[word], valued=GA4[word] in _VALUED, order=word == "purchase") for word in _WORDS
}
"""By Google's names, in the order of a visit."""

SHOP = ("page_view", "view_item", "add_to_cart", "begin_checkout", "purchase")
"""What most shops want to tell Meta, taken where nobody says otherwise."""

_META = {one.meta.lower(): one for one in STANDARD_EVENTS.values()}


def standard_event(name: str) -> Standard | None:
    """The standard event that is called so at Google or at Meta, in any letter case; None when there is none."""
    name = name.strip().lower()
    return STANDARD_EVENTS.get(name) or _META.get(name)
