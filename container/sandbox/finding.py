"""What can be wrong with one event: each kind of finding, Graph's error for those it refuses, and how to mend it.

One catalogue feeds both sides of the sandbox: Graph's answer when a server event has a finding that refuses, and
Diagnostics for events of either channel. Codes, subcodes and conditions are Meta's public ones, documented or seen in
live answers; the texts are our own. A finding without a subcode is refused with code 100 alone, as no subcode of it is
public. To keep stored findings readable, a kind never changes its place in the list.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem. `bit` is its place in a stored mask; `refuses` says whether Graph refuses the batch."""

    bit: int
    name: str
    title: str
    text: str
    mend: str
    refuses: bool = True
    subcode: int | None = None


ALL: list[Finding] = []


def _refuse(name: str, title: str, text: str, mend: str, subcode: int | None = None) -> Finding:
    ALL.append(Finding(1 << len(ALL), name, title, text, mend, True, subcode))
    return ALL[-1]


def _warn(name: str, title: str, text: str, mend: str) -> Finding:
    ALL.append(Finding(1 << len(ALL), name, title, text, mend, False))
    return ALL[-1]


MISSING_EVENT_NAME = _refuse(
    "missing_event_name",
    "Missing Event Name",
    "The event has no name, so it is dropped.",
    "Send event_name: a standard event such as Purchase, or a name of your own.",
)
MISSING_EVENT_TIME = _refuse(
    "missing_event_time",
    "Missing Event Time",
    "The event does not say when it happened.",
    "Send event_time as unix seconds in UTC.",
)
EVENT_TOO_OLD = _refuse(
    "event_too_old",
    "Event Timestamp Too Old",
    "The event happened more than 7 days ago (62 days for physical_store).",
    "Send events as they happen; for older sales in shops use action_source physical_store.",
    2804003,
)
EVENT_IN_FUTURE = _refuse(
    "event_in_future",
    "Event Timestamp In The Future",
    "The event is dated later than now.",
    "Send event_time in seconds, not milliseconds, in UTC, from a clock that is right.",
    2804004,
)
MISSING_ACTION_SOURCE = _refuse(
    "missing_action_source",
    "Missing Action Source",
    "The event does not say where it happened.",
    "Send action_source: website, app, physical_store, email, phone_call, chat, system_generated, business_messaging "
    "or other.",
)
MISSING_USER_AGENT = _refuse(
    "missing_user_agent",
    "Missing Client User Agent",
    "A website event needs the visitor's user agent.",
    "Send user_data.client_user_agent, the User-Agent header of the visitor's own request.",
)
INSUFFICIENT_CUSTOMER = _refuse(
    "insufficient_customer_information",
    "Insufficient Customer Information",
    "The event has no customer information, or a combination too broad to find anybody by.",
    "Send at least one of em, ph, external_id, fbp, fbc or client_ip_address, or a name together with a birth date or "
    "a place.",
    2804050,
)
UNHASHED = _refuse(
    "unhashed_match_key",
    "Unhashed Customer Information",
    "A match key that must be hashed is not a SHA-256 hash.",
    "Normalise the value, then send its SHA-256 as 64 lowercase hexadecimal characters; MD5 is not accepted.",
)
PURCHASE_VALUE = _refuse(
    "purchase_value_missing",
    "Missing Value for Purchase Event",
    "A Purchase must say what it was worth.",
    "Send custom_data.value as a number.",
    2804009,
)
INVALID_VALUE = _refuse(
    "invalid_value",
    "Invalid Value",
    "An amount is not a number of zero or more.",
    "Send a plain number such as 12.5: no currency sign, no thousands separator, not negative.",
)
CURRENCY_MISSING = _refuse(
    "currency_missing",
    "Missing Currency",
    "The event has a value but does not say in which currency.",
    "Send custom_data.currency as an ISO 4217 code beside every value.",
    2804023,
)
INVALID_CURRENCY = _refuse(
    "invalid_currency",
    "Invalid Currency Code",
    "The currency is not an ISO 4217 code that Meta takes.",
    "Send three letters such as EUR or USD, never a sign such as €.",
    2804011,
)
CONTENT_ID = _refuse(
    "contents_without_id",
    "Missing Content Id",
    "An item of contents has no id.",
    "Give every item of custom_data.contents the id it has in your catalogue.",
    2804008,
)
MISSING_APP_DATA = _refuse(
    "missing_app_data",
    "Missing App Data",
    "An app event lacks app_data or one of its two tracking flags.",
    "Send app_data with advertiser_tracking_enabled and application_tracking_enabled as 0 or 1, and extinfo.",
)
INVALID_EXTINFO = _refuse(
    "invalid_extinfo",
    "Invalid Extended Device Information",
    "app_data.extinfo does not describe the device.",
    "Send 16 values in the documented order, a2 or i2 first and the OS version fifth; empty strings may fill the rest.",
    2804043,
)
MISSING_CHANNEL = _refuse(
    "missing_messaging_channel",
    "Missing Messaging Channel",
    "A business_messaging event does not name its channel.",
    "Send messaging_channel: whatsapp, messenger or instagram.",
    2804063,
)
MESSAGING_NAME = _refuse(
    "messaging_event_name",
    "Event Name Not Allowed for Business Messaging",
    "This event name is not taken for business_messaging.",
    "Use one of the messaging names: Purchase, LeadSubmitted (not Lead), InitiateCheckout, AddToCart, ViewContent, "
    "OrderCreated, OrderShipped, OrderDelivered, OrderCanceled.",
    2804066,
)
INVALID_PARAMETER = _refuse(
    "invalid_parameter",
    "Invalid Parameter",
    "A parameter has a type or a value that is not allowed.",
    "Compare the field with Meta's parameter reference: type, spelling of choices, number of values.",
)
UNEXPECTED_KEY = _refuse(
    "unexpected_key",
    "Unexpected Key",
    "The event has a key at its top level that Meta does not know.",
    "Move your own properties into custom_data, and check the spelling of the others.",
)

MISSING_URL = _warn(
    "missing_event_source_url",
    "Missing Event Source URL",
    "A website event does not name its page.",
    "Send event_source_url, the address of the page on your verified domain.",
)
VALUE_MISSING = _warn(
    "value_missing",
    "Currency Without Value",
    "The event has a currency and no value.",
    "Send custom_data.value beside the currency, or leave both out.",
)
HASH_OF_NOTHING = _warn(
    "hash_of_nothing",
    "Hash of an Empty or Placeholder Value",
    "A match key is the hash of an empty text or of a word such as null: it matches nobody.",
    "Leave a key out when its value is empty, before hashing.",
)
INVALID_KEY = _warn(
    "invalid_match_key",
    "Server Sending Invalid Match Key Parameters",
    "A match key does not have the form Meta can use.",
    "fbp and fbc are fb.index.milliseconds.value; client_ip_address is one IPv4 or IPv6 address; hashes are lowercase.",
)
PRIVATE_ADDRESS = _warn(
    "private_ip_address",
    "Private IP Address",
    "client_ip_address is private or local, so it matches nobody.",
    "Send the visitor's public address; behind a proxy set which hops are trusted.",
)
LATE = _warn(
    "late_events",
    "Data Freshness",
    "The event reached Meta more than an hour after it happened.",
    "Send events in real time, at worst within the hour.",
)
PERSONAL_DATA = _warn(
    "personal_data_in_clear",
    "Potential Personal Data Sent",
    "An e-mail address in clear stands in a URL or in custom_data.",
    "Take it out of the page's address or the property before the event is sent.",
)
NAME_SPELLING = _warn(
    "misspelt_standard_event",
    "Custom Event Looks Like a Standard One",
    "The name differs from a standard event only in capitals, so Meta counts it as a custom event.",
    "Write standard names exactly, for example ViewContent.",
)
