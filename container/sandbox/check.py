"""Judge one event by Meta's written rules: what Graph refuses and what Diagnostics will complain about.

Derived from the published rules alone; nothing here is shared with the tag that builds events, so that one mistake
cannot approve itself.
"""

from __future__ import annotations

from . import finding as f
from .commerce import check_custom_data
from .customer import EXPECTED_ALONE_TOO_BROAD, CustomerKeys, check_user_data
from .customer import PRESENT as _KEY
from .finding import Finding

Found = list[tuple[Finding, str]]

DAY = 86_400
# Meta publishes no tolerance for the future; one minute is what a large sender allows itself.
FUTURE_TOLERANCE = 60
LATE_AFTER = 3_600

_ACTION_SOURCES = "website app physical_store email phone_call chat system_generated business_messaging other"
_MESSAGING_NAMES = """
Purchase LeadSubmitted InitiateCheckout AddToCart ViewContent OrderCreated OrderShipped OrderDelivered OrderCanceled
"""
_STANDARD_NAMES = """
PageView ViewContent Search AddToCart AddToWishlist InitiateCheckout AddPaymentInfo Purchase Lead CompleteRegistration
Contact CustomizeProduct Donate FindLocation Schedule SubmitApplication StartTrial Subscribe
"""
_KNOWN_KEYS = """
event_name event_time user_data custom_data app_data event_source_url referrer_url event_id action_source opt_out
data_processing_options data_processing_options_country data_processing_options_state messaging_channel
original_event_data attribution_data customer_segmentation advanced_measurement_table
"""
_SEGMENTS = """
new_customer_to_business new_customer_to_business_line new_customer_to_product_area new_customer_to_medium
existing_customer_to_business existing_customer_to_business_line existing_customer_to_product_area
existing_customer_to_medium customer_in_loyalty_program
"""
ACTION_SOURCES = frozenset(_ACTION_SOURCES.split())
MESSAGING_NAMES = frozenset(_MESSAGING_NAMES.split())
MESSAGING_CHANNELS = frozenset(("whatsapp", "messenger", "instagram"))
SEGMENTS = frozenset(_SEGMENTS.split())
STANDARD_NAMES = {name.lower(): name for name in _STANDARD_NAMES.split()}
KNOWN_KEYS = frozenset(_KNOWN_KEYS.split())
_TYPES: dict[str, type | tuple[type, ...]] = {
    "custom_data": dict,
    "original_event_data": dict,
    "attribution_data": dict,
    "app_data": dict,
    "opt_out": bool,
    "event_source_url": str,
    "referrer_url": str,
    "event_id": (str, int),
    "messaging_channel": str,
    "customer_segmentation": str,
    "data_processing_options": list,
    "advanced_measurement_table": str,
}
_URLS = ("event_source_url", "referrer_url")
_MOST_SHAPES = 1000
_sound_shapes: set[tuple[object, ...]] = set()
_LDU_STATES = frozenset([0, *range(1000, 1014)])
_LDU_KEYS = ("data_processing_options_country", "data_processing_options_state")


def check_server(event: dict[str, object], now: float) -> tuple[Found, CustomerKeys]:
    """Everything wrong with one element of `data`, the most telling first; refusals and warnings together."""
    found: Found = []
    shape = (*event, *map(type, event.values()))
    sound = shape in _sound_shapes  # the events of a sender have few: their keys and types are looked at once
    if not sound and not event.keys() <= KNOWN_KEYS:
        found.append((f.UNEXPECTED_KEY, min(str(key)[:40] for key in event.keys() - KNOWN_KEYS)))
    name = _check_name(event, found)
    source = event.get("action_source")
    _check_source(event, name, source, found)
    _check_time(event, source, now, found)
    if not sound:
        _check_types(event, shape, found)
    keys = check_user_data(event.get("user_data"), found)
    _check_sources_needs(event, name, source, keys, found)
    if "data_processing_options" in event:
        _check_limited_data_use(event, found)
    custom = event.get("custom_data")
    check_custom_data(name, custom if isinstance(custom, dict) else {}, found)
    _check_url(event, found)
    return found, keys


def check_browser(event: dict[str, object], now: float) -> tuple[Found, CustomerKeys]:
    """What Diagnostics says of a browser copy, which Meta never refuses: its parameters, not its envelope."""
    found: Found = []
    name = _check_name(event, found)
    keys = check_user_data(event.get("user_data"), found, complete=False)
    custom = event.get("custom_data")
    check_custom_data(name, custom if isinstance(custom, dict) else {}, found)
    _check_url(event, found)
    return found, keys


def _check_types(event: dict[str, object], shape: tuple[object, ...], found: Found) -> None:
    """Judge the kinds of the values; a shape in which nothing is wrong is remembered."""
    wrong = [
        key for key, value in event.items() if value is not None and not isinstance(value, _TYPES.get(key, object))
    ]
    found += [(f.INVALID_PARAMETER, key) for key in wrong]
    if not wrong and event.keys() <= KNOWN_KEYS:
        if len(_sound_shapes) >= _MOST_SHAPES:
            _sound_shapes.clear()
        _sound_shapes.add(shape)


def _check_name(event: dict[str, object], found: Found) -> str:
    name = event.get("event_name")
    if not isinstance(name, str) or not name.strip():
        found.append((f.MISSING_EVENT_NAME, "event_name"))
        return ""
    if STANDARD_NAMES.get(name.lower(), name) != name:
        found.append((f.NAME_SPELLING, "event_name"))
    return name


def _check_source(event: dict[str, object], name: str, source: object, found: Found) -> None:
    if source is None or source == "":
        # An event that adds value to an earlier one is sent without a source of its own.
        if not (name == "AppendValue" and isinstance(event.get("original_event_data"), dict)):
            found.append((f.MISSING_ACTION_SOURCE, "action_source"))
    elif not isinstance(source, str) or source not in ACTION_SOURCES:
        found.append((f.INVALID_PARAMETER, "action_source"))


def _check_time(event: dict[str, object], source: object, now: float, found: Found) -> None:
    time = event.get("event_time")
    if type(time) is int and now - LATE_AFTER <= time <= now:
        return  # as nearly always
    if time is None or time == "":
        found.append((f.MISSING_EVENT_TIME, "event_time"))
        return
    if isinstance(time, bool) or not isinstance(time, (int, float)) or time != int(time):
        found.append((f.INVALID_PARAMETER, "event_time"))
        return
    age = now - max(-1e15, min(time, 1e15))  # an absurdly long number is no float
    if age < -FUTURE_TOLERANCE:
        found.append((f.EVENT_IN_FUTURE, "event_time"))
    elif age > (62 if source == "physical_store" else 7) * DAY:
        found.append((f.EVENT_TOO_OLD, "event_time"))
    elif age > LATE_AFTER and source in ("website", "app"):
        found.append((f.LATE, "event_time"))


def _check_sources_needs(event: dict[str, object], name: str, source: object, keys: CustomerKeys, found: Found) -> None:
    if source == "website":
        # Meta documents client_user_agent as required; the URL too, but its absence is known not to fail.
        if not keys.present & _KEY["client_user_agent"] and keys.present & ~EXPECTED_ALONE_TOO_BROAD:
            found.append((f.MISSING_USER_AGENT, "user_data.client_user_agent"))
        if not event.get("event_source_url"):
            found.append((f.MISSING_URL, "event_source_url"))
    elif source == "app":
        _check_app(event.get("app_data"), found)
    elif source == "business_messaging":
        channel = event.get("messaging_channel")
        if not channel:
            found.append((f.MISSING_CHANNEL, "messaging_channel"))
        elif channel not in MESSAGING_CHANNELS:
            found.append((f.INVALID_PARAMETER, "messaging_channel"))
        if name and name not in MESSAGING_NAMES:
            found.append((f.MESSAGING_NAME, "event_name"))
    segment = event.get("customer_segmentation")
    if isinstance(segment, str) and segment not in SEGMENTS:
        found.append((f.INVALID_PARAMETER, "customer_segmentation"))


def _check_app(app: object, found: Found) -> None:
    if not isinstance(app, dict):
        found.append((f.MISSING_APP_DATA, "app_data"))
        return
    for key in ("advertiser_tracking_enabled", "application_tracking_enabled"):
        if app.get(key) not in (0, 1, "0", "1"):
            found.append((f.MISSING_APP_DATA, "app_data." + key))
            return
    info = app.get("extinfo")
    good = isinstance(info, list) and len(info) == 16 and info[0] in ("a2", "i2") and bool(info[4])
    if not good:
        found.append((f.INVALID_EXTINFO, "app_data.extinfo"))


def _check_limited_data_use(event: dict[str, object], found: Found) -> None:
    options = event["data_processing_options"]
    if not isinstance(options, list):
        return
    if any(option != "LDU" for option in options):
        found.append((f.INVALID_PARAMETER, "data_processing_options"))
    if options:
        for key, allowed in zip(_LDU_KEYS, ((0, 1), _LDU_STATES), strict=True):
            value = event.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value not in allowed):
                found.append((f.INVALID_PARAMETER, key))
        user = event.get("user_data")
        located = isinstance(user, dict) and bool(user.get("client_ip_address"))
        if event.get(_LDU_KEYS[0]) == 0 and event.get(_LDU_KEYS[1]) == 0 and not located:
            found.append((f.INVALID_PARAMETER, "user_data.client_ip_address"))


def _check_url(event: dict[str, object], found: Found) -> None:
    for key in _URLS:
        if key in event:
            url = event[key]
            if isinstance(url, str) and ("@" in url or "%40" in url) and _has_mail(url):
                found.append((f.PERSONAL_DATA, key))


def _has_mail(url: str) -> bool:
    """Whether a part of a path or query has the form of an e-mail address."""
    for part in url.replace("%40", "@").replace("?", "&").replace("#", "&").replace("/", "&").split("&"):
        name, _, domain = part.rpartition("=")[2].partition("@")
        if name and "." in domain.strip("."):
            return True
    return False
