"""The legal ground: what a consent platform told beside the hit's own consent, in a few words, never its raw string."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Where the bits of purposes begin in the core of a TC string, and how many there are (IAB Tech Lab, "Transparency and
# Consent String with Global Vendor & CMP List Formats" v2: 24 bits of consent after 152 others, 24 of legitimate
# interest after those).
_CONSENT, _INTEREST, _PURPOSES = 152, 176, 24
_LONGEST = 4096
_NOTHING: Mapping[str, Any] = {}
_SAYS = frozenset(("x-sst-system_properties", "x-ga-dma", "gdpr", "gdpr_consent", "us_privacy"))


def basis(event: Mapping[str, Any]) -> str:
    """The words for an event, "" when nobody told: ``gdpr`` or ``no gdpr`` (whether it applies), ``dma``, the purposes
    of a TCF string as ``tcf consent 1,2 interest 7``, and ``us opt-out`` or ``us no opt-out``."""
    return _told(event) if event.keys() & _SAYS else ""


def _told(event: Mapping[str, Any]) -> str:
    system = event.get("x-sst-system_properties")
    said = system if isinstance(system, dict) else _NOTHING
    words = []
    applies = _either(said, event, "gdpr")
    if applies in ("1", 1, True):
        words.append("gdpr")
    elif applies in ("0", 0, False) and applies is not None:
        words.append("no gdpr")
    if event.get("x-ga-dma") in ("1", 1, True):
        words.append("dma")
    tcf = _either(said, event, "gdpr_consent")
    if isinstance(tcf, str) and tcf:
        words.append(_purposes(tcf) if len(tcf) <= _LONGEST else "tcf unreadable")
    privacy = _either(said, event, "us_privacy")
    if isinstance(privacy, str) and len(privacy) == 4 and privacy[0] == "1":
        # The third letter of the CCPA string says whether the visitor opted out of sale; "-" is "does not apply".
        words += {"Y": ["us opt-out"], "N": ["us no opt-out"]}.get(privacy[2].upper(), [])
    return "; ".join(words)


def _either(said: Mapping[str, Any], event: Mapping[str, Any], name: str) -> Any:
    found = said.get(name)
    return event.get(name) if found is None else found


@lru_cache(maxsize=256)
def _purposes(text: str) -> str:
    """The purposes a TC string allows, by consent and by legitimate interest."""
    core = text.partition(".")[0]
    try:
        data = base64.b64decode(core + "=" * (-len(core) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return "tcf unreadable"
    if len(data) * 8 < _INTEREST + _PURPOSES or data[0] >> 2 != 2:
        return "tcf unreadable"
    bits = int.from_bytes(data, "big")
    words = ["tcf"]
    for word, start in (("consent", _CONSENT), ("interest", _INTEREST)):
        chosen = bits >> (len(data) * 8 - start - _PURPOSES) & (1 << _PURPOSES) - 1
        purposes = [str(place + 1) for place in range(_PURPOSES) if chosen >> (_PURPOSES - 1 - place) & 1]
        words += [word, ",".join(purposes) or "none"]
    return " ".join(words)
