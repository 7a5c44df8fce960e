"""Consent: what the visitor's word, the configuration and the defaults together allow."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from container.component import Incoming
from container.config.document import ConsentSection, Trigger
from container.context import Context, LimitedDataUse
from container.event import CONSENT_PURPOSES, Event
from container.record import ConsentState

UNSET: Mapping[str, str] = dict.fromkeys(CONSENT_PURPOSES, "unset")

NOTHING_SAID = ConsentState(("unset",) * len(CONSENT_PURPOSES), ("",) * len(CONSENT_PURPOSES))

_FOLLOWERS = frozenset({"ad_user_data", "ad_personalization"})


_NOTHING: Mapping[str, str] = {}
_MOST_KNOWN = 1000


class Consent(NamedTuple):
    """One combination of states, shared by all events that have it: by purpose, and as it is written down."""

    state: Mapping[str, str]
    words: ConsentState


class ConsentPolicy:
    """The consent section at work.

    The hit's own explicit word counts most: a denial in it is final. Where it says nothing, a trigger of the
    configuration may grant; then, if the configuration says so, what the sender assumed for the region; then
    ``when_unset``.
    """

    def __init__(self, section: ConsentSection, triggers: Mapping[str, Trigger]) -> None:
        granting: dict[str, list[str]] = {}
        for purpose, name in section.granting().items():
            granting.setdefault(name, []).append(purpose)
        self._granting = [(triggers[name], frozenset(purposes)) for name, purposes in granting.items()]
        self._implicit = section.implicit == "used"
        self._unset_allows = section.when_unset == "granted"
        self._known: dict[Any, Consent] = {}
        use = section.limited_data_use
        self._limited = (
            None if use is None else (triggers[use.when], LimitedDataUse(country=use.country, state=use.state))
        )

    def state(self, incoming: Incoming, context: Context) -> Consent:
        """Each purpose as ``granted``, ``denied`` or ``unset``, before ``when_unset`` decides, and who said so."""
        said = incoming.consent
        held = 0
        for bit, (trigger, purposes) in enumerate(self._granting):
            # A trigger is asked only where the hit leaves a purpose open.
            if not (said and said.keys() >= purposes) and trigger.holds(context):
                held |= 1 << bit
        implicit = incoming.implicit if self._implicit else _NOTHING
        key = (tuple(said.items()), held, tuple(implicit.items()))
        consent = self._known.get(key)
        if consent is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            consent = self._known[key] = self._put_together(said, held, implicit)
        return consent

    def _put_together(self, said: Mapping[str, str], held: int, implicit: Mapping[str, str]) -> Consent:
        state = {**UNSET, **said}
        sources = dict.fromkeys(state, "") | dict.fromkeys(said, "hit")
        for bit, (trigger, purposes) in enumerate(self._granting):
            for purpose in purposes:
                if held >> bit & 1 and purpose not in said:
                    state[purpose], sources[purpose] = "granted", f"trigger {trigger.name}"
        for purpose, assumed in implicit.items():
            if state[purpose] == "unset":
                state[purpose], sources[purpose] = assumed, "implicit"
        words = ConsentState(
            tuple(state[purpose] for purpose in CONSENT_PURPOSES), tuple(sources[one] for one in CONSENT_PURPOSES)
        )
        return Consent(MappingProxyType(state), words)

    def limited_data_use(self, context: Context) -> LimitedDataUse | None:
        """Meta's Limited Data Use for this event, when the configuration's trigger says so."""
        if self._limited is None:
            return None
        trigger, use = self._limited
        return use if trigger.holds(context) else None

    def refused(self, purposes: tuple[str, ...], state: Mapping[str, str], event: Event) -> str:
        """The first needed purpose that is not allowed, "" when all are."""
        for purpose in purposes:
            word = state[purpose]
            if word == "granted":
                continue
            if word == "denied":
                return purpose
            if purpose in _FOLLOWERS and "x-ga-gcs" in event and "x-ga-gcd" not in event:
                # Consent mode v1 knew two purposes; its ad_storage spoke for advertising as a whole.
                if state["ad_storage"] == "granted":
                    continue
                return purpose
            if not self._unset_allows:
                return purpose
        return ""

    def assumed(self, purposes: tuple[str, ...], state: Mapping[str, str]) -> list[str]:
        """For each needed purpose that nobody spoke about and that is allowed all the same, why."""
        notes = []
        for purpose in purposes:
            if state[purpose] == "unset":
                why = "unset counts as granted here"
                if not self._unset_allows:
                    why = "it follows ad_storage, since the hit speaks consent mode v1 (gcs without gcd)"
                notes.append(f"{purpose} is unset: {why}")
        return notes
