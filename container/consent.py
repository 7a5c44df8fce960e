"""Consent: what the visitor's word, the configuration and the defaults together allow."""

from __future__ import annotations

from collections.abc import Mapping

from container.component import Incoming
from container.config.document import ConsentSection, Trigger
from container.context import Context, LimitedDataUse
from container.event import CONSENT_PURPOSES, Event

UNSET: Mapping[str, str] = dict.fromkeys(CONSENT_PURPOSES, "unset")

_FOLLOWERS = frozenset({"ad_user_data", "ad_personalization"})


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
        self._granting = [(triggers[name], tuple(purposes)) for name, purposes in granting.items()]
        self._implicit = section.implicit == "used"
        self._unset_allows = section.when_unset == "granted"
        use = section.limited_data_use
        self._limited = (
            None if use is None else (triggers[use.when], LimitedDataUse(country=use.country, state=use.state))
        )

    def state(self, incoming: Incoming, context: Context) -> Mapping[str, str]:
        """Each purpose as ``granted``, ``denied`` or ``unset``, before ``when_unset`` decides."""
        said = incoming.consent
        if not said and not self._granting and not (self._implicit and incoming.implicit):
            return UNSET
        state = {**UNSET, **said}
        for trigger, purposes in self._granting:
            held: bool | None = None
            for purpose in purposes:
                if purpose not in said:
                    if held is None:
                        held = trigger.holds(context)
                    if held:
                        state[purpose] = "granted"
        if self._implicit:
            for purpose, assumed in incoming.implicit.items():
                if state[purpose] == "unset":
                    state[purpose] = assumed
        return state

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
