"""Limited Data Use: whether Meta may use an event only in the narrow way that American states' laws allow."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from container.meta.customer import Note
from container.meta.rules import LDU_COUNTRIES, LDU_STATES

_GEOLOCATED: Final = (0, 0)


def limited_data_use(
    event: Mapping[str, Any],
    *,
    configured: tuple[int, int] | None,
    opted_out: str,
    has_address: bool,
    note: Note,
) -> dict[str, Any]:
    """The `data_processing_options` fields of an event; empty when nobody said anything.

    `configured` is (country, state) when the configuration's consent section asks for it; it wins. Then what the event
    itself says (`data_processing_options`, `_country`, `_state`). `opted_out` names a signal of the visitor's browser
    that asks for it (`us_privacy`, `Sec-GPC`) and turns even an explicit "none" into Limited Data Use, located by Meta.
    """
    said = event.get("data_processing_options")
    if configured is not None:
        country, state = configured
    elif _asks(said):
        country, state = _geography(event, note)
    elif opted_out:
        note(f"{opted_out}: Limited Data Use")
        country, state = _GEOLOCATED
    elif said is None:
        return {}
    elif isinstance(said, (list, tuple)) and not said:
        return {"data_processing_options": []}
    else:
        note("data_processing_options is neither LDU nor empty: left out")
        return {}
    if country == 0 and state == 0 and not has_address:
        note("Limited Data Use 0,0 lets Meta locate the event, but there is no client_ip_address")
    return {
        "data_processing_options": ["LDU"],
        "data_processing_options_country": country,
        "data_processing_options_state": state,
    }


def us_opt_out(us_privacy: object) -> bool:
    """Does a US Privacy string (`1YYN`: version, notice, opt-out of sale, agreement) opt out of sale?"""
    return isinstance(us_privacy, str) and len(us_privacy) == 4 and us_privacy[0] == "1" and us_privacy[2] in "Yy"


def opt_out_signal(wanted: Collection[str], us_privacy: Iterable[object], headers: Mapping[str, str]) -> str:
    """The visitor's signal that limits data use, in words; empty when there is none. `wanted` names those to heed:
    `us_privacy` (a string, or in a mapping as `us_privacy` or `usprivacy`) and `gpc` (the header `Sec-GPC`)."""
    if "us_privacy" in wanted:
        for said in us_privacy:
            if isinstance(said, Mapping):
                said = said.get("us_privacy") or said.get("usprivacy")
            if us_opt_out(said):
                return "us_privacy opts out of sale"
    return "the browser sent Sec-GPC" if "gpc" in wanted and headers.get("sec-gpc") == "1" else ""


def _asks(said: object) -> bool:
    return said is True or said == "LDU" or (isinstance(said, (list, tuple)) and "LDU" in said)


def _geography(event: Mapping[str, Any], note: Note) -> tuple[int, int]:
    country = _code(event.get("data_processing_options_country"))
    state = _code(event.get("data_processing_options_state"))
    if state is not None and state != 0 and state not in LDU_STATES:
        note("data_processing_options_state is none of Meta's states: Meta locates the event")
        return _GEOLOCATED
    if country is None:
        return (1, state) if state else _GEOLOCATED  # every state is American
    if country not in LDU_COUNTRIES:
        note("data_processing_options_country is neither 0 nor 1: Meta locates the event")
        return _GEOLOCATED
    return country, state or 0


def _code(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6 else None
