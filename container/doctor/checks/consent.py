"""Whether advertising tags ask for consent, somebody can give it, and what was refused stays here."""

from __future__ import annotations

from container.config.document import Binding
from container.doctor.finding import Finding, fail, ok, skipped, together, warn
from container.doctor.patient import Patient


def consent(patient: Patient) -> Finding:
    """For every advertising tag, by the hits of a visitor who said yes, no, and nothing."""
    asked = [one for one in patient.configuration.bindings if one.tag.advertising]
    return together([_tag(patient, one) for one in asked], skipped("no tag hands data to an advertising system"))


def _tag(patient: Patient, binding: Binding) -> Finding:
    name = binding.name
    if not binding.needs_consent:
        if patient.written("tags", name, "needs_consent") is None:
            return fail(f"{name}: it asks for no consent", "write needs_consent: [ad_storage, ad_user_data]")
        return warn(f"{name}: it says that it needs no consent", "make sure that the law agrees")
    section = patient.configuration.consent
    lax = section.when_unset == "granted"
    telling = any(one.tells_consent() for one in patient.configuration.clients.values())
    never = [one for one in binding.needs_consent if not (telling or lax or one in section.granting())]
    if never:
        text = f"{name}: nothing can ever grant {', '.join(never)}"
        return fail(text, f"name a trigger that grants it: consent: {{ {never[0]}: ... }}")
    shot = patient.probe.shot(binding)
    if shot is None:
        text = f"{name}: no hit of a visitor who said yes fires it: {patient.probe.why_not}"
        return warn(text, "write a test of a visitor who said yes, and the doctor takes its hit")
    if not shot.speaks:
        text = f"{name}: only a test's own hit fires it, so what a refusal looks like is not known here"
        return skipped(text, "write a test of a visitor who refused")
    if patient.probe.fired(shot.denied(), name):
        return fail(f"{name}: it fires for a visitor who refused", "tagdock simulate --why shows what grants it")
    if patient.probe.fired(shot.unsaid(), name):
        text = f"{name}: it fires for a visitor nobody asked" + (": consent.when_unset is granted" if lax else "")
        return warn(text, "make sure that the law agrees, or write when_unset: denied")
    return ok(f"{name}: sent when allowed, not when refused, not while nobody knows")
