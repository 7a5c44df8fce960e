"""What Meta requires of an event: versions, time windows, action sources, customer information, currencies, states."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from container.meta.text import words

# Graph API versions and the day each stops working; None while Meta has not named it. CAPI follows the Graph calendar.
VERSIONS: Final[Mapping[str, date | None]] = {
    "v26.0": None,
    "v25.0": date(2028, 7, 29),
    "v24.0": date(2028, 2, 18),
    "v23.0": date(2027, 10, 8),
    "v22.0": date(2027, 5, 20),
    "v21.0": date(2027, 1, 21),
}
WARNING_DAYS: Final = 90

MOST_EVENTS: Final = 1000  # in one call

DAY: Final = 24 * 3600
OLDEST: Final = 7 * DAY  # seconds between event_time and arrival
OLDEST_IN_STORE: Final = 62 * DAY
DEDUPLICATED_FOR: Final = 48 * 3600  # seconds after the first copy's receipt

ACTION_SOURCES: Final = (
    "website", "app", "physical_store", "email", "phone_call", "chat", "system_generated", "business_messaging",
    "other",
)  # fmt: skip

# What an event of a source cannot go without beside event_name, event_time, action_source and user_data; a website's
# needs the visitor's client_user_agent in the latter.
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "app": ("app_data",),
    "business_messaging": ("messaging_channel",),
}
# What says something about a browser and is not wanted from a conversation.
NOT_MESSAGING: Final = ("client_ip_address", "client_user_agent", "fbc", "fbp")

# Customer information too broad to match anybody: an event whose keys all lie in one of these sets is refused.
TOO_BROAD: Final = (
    frozenset(("ct", "country", "st", "zp", "ge", "client_user_agent")),
    frozenset(("db", "client_user_agent")),
    frozenset(("fn", "ge")),
    frozenset(("ln", "ge")),
)

# Limited Data Use: the states it has an effect in, by Meta's code.
LDU_STATES: Final[Mapping[int, str]] = {
    1000: "California",
    1001: "Colorado",
    1002: "Connecticut",
    1003: "Florida",
    1004: "Oregon",
    1005: "Texas",
    1006: "Montana",
    1007: "Delaware",
    1008: "Nebraska",
    1009: "New Hampshire",
    1010: "New Jersey",
    1011: "Minnesota",
    1012: "Maryland",
    1013: "Rhode Island",
}
LDU_COUNTRIES: Final[Mapping[int, str]] = {0: "where Meta locates the event", 1: "United States"}

# ISO 4217 of February 2026 without funds, metals and test codes and without MRU, which Meta is known to refuse; with
# two that were replaced since 2025 and shops may still send.
CURRENCIES: Final = words(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
    MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
    UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ANG BGN
    """
)

CONTENT_TYPES: Final = ("product", "product_group")
DELIVERY_CATEGORIES: Final = ("in_store", "curbside", "home_delivery")
SEGMENTS: Final = (
    *(f"{whose}_customer_to_{what}" for whose in ("new", "existing")
      for what in ("business", "business_line", "product_area", "medium")),
    "customer_in_loyalty_program",
)  # fmt: skip

APP_FLAGS: Final = ("advertiser_tracking_enabled", "application_tracking_enabled")
EXTINFO_LENGTH: Final = 16
EXTINFO_OS_VERSION: Final = 4  # the one place, counted from 0, that must not be empty


def too_broad(keys: Iterable[str]) -> bool:
    """Would Meta refuse an event whose `user_data` has these keys (code 100, subcode 2804050)?"""
    return _too_broad(frozenset(keys))


@lru_cache(maxsize=1024)
def _too_broad(present: frozenset[str]) -> bool:
    return any(present <= broad for broad in TOO_BROAD)


OLDEST_DELIVERY = 47 * 3600.0
"""Seconds after acceptance until which an event may be delivered: Meta joins copies received within 48 hours of each
other, and a copy that comes later would be counted twice (reference section 3)."""


def oldest(action_source: str) -> int:
    """The age in seconds past which Meta refuses an event: 62 days for a shop's own records, else 7."""
    return OLDEST_IN_STORE if action_source == "physical_store" else OLDEST


def currency(value: object) -> str | None:
    """The ISO 4217 code in upper case, None for anything else."""
    code = value.strip().upper() if isinstance(value, str) and len(value) < 32 else ""
    return code if code in CURRENCIES else None


def version_trouble(version: str, today: date) -> str:
    """What to say about a Graph version: expired, expiring within 90 days or unknown; empty when all is well."""
    if version not in VERSIONS:
        return f"{version} is not a version known here ({', '.join(VERSIONS)})"
    end = VERSIONS[version]
    if end is None or (end - today).days > WARNING_DAYS:
        return ""
    newest = next(iter(VERSIONS))
    verb = "stopped" if end <= today else "stops"
    return f"Graph {version} {verb} working on {end.isoformat()}; use {newest}"
