"""Judge `custom_data`: amounts, currencies and contents."""

from __future__ import annotations

from . import finding as f
from .finding import Finding

# ISO 4217, without MRU, which Meta is known to refuse.
_CURRENCIES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF
XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CURRENCIES.split())
DELIVERY = frozenset(("in_store", "curbside", "home_delivery"))
AMOUNTS = ("predicted_ltv", "net_revenue")


def check_custom_data(name: str, custom: dict[str, object], found: list[tuple[Finding, str]]) -> None:
    """Judge what an event named `name` says it was worth and what it was about; a field may simply be absent."""
    if not custom and name != "Purchase":
        return
    value, currency = custom.get("value"), custom.get("currency")
    has_value = value is not None and value != ""
    has_currency = currency is not None and currency != ""
    if has_value and not is_amount(value):
        found.append((f.INVALID_VALUE, "custom_data.value"))
    if not has_value and name == "Purchase":
        found.append((f.PURCHASE_VALUE, "custom_data.value"))
    elif has_value and not has_currency:
        found.append((f.CURRENCY_MISSING, "custom_data.currency"))
    elif has_currency and not has_value:
        found.append((f.VALUE_MISSING, "custom_data.value"))
    if has_currency and not (isinstance(currency, str) and currency.upper() in CURRENCIES):
        found.append((f.INVALID_CURRENCY, "custom_data.currency"))
    for key in AMOUNTS:
        if custom.get(key) is not None and not is_amount(custom[key]):
            found.append((f.INVALID_VALUE, "custom_data." + key))
    if custom.get("contents") is not None:
        _check_contents(custom["contents"], found)
    if custom.get("content_ids") is not None and not _is_id_list(custom["content_ids"]):
        found.append((f.INVALID_PARAMETER, "custom_data.content_ids"))
    count = custom.get("num_items")
    if count is not None and not (isinstance(count, (int, str)) and str(count).isdecimal()):
        found.append((f.INVALID_PARAMETER, "custom_data.num_items"))
    delivery = custom.get("delivery_category")
    if delivery is not None and not (isinstance(delivery, str) and delivery in DELIVERY):
        found.append((f.INVALID_PARAMETER, "custom_data.delivery_category"))
    for key, text in custom.items():
        if type(text) is str and "@" in text and _is_mail(text):
            found.append((f.PERSONAL_DATA, "custom_data." + key[:40]))


def is_amount(value: object) -> bool:
    """Whether a value is a number of zero or more, or text that is nothing else (Meta's samples send both)."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        if len(value) > 40 or not value.isascii() or value.strip("0123456789.") or value in ("", "."):
            return False
        return value.count(".") <= 1
    return isinstance(value, (int, float)) and value >= 0


def _check_contents(contents: object, found: list[tuple[Finding, str]]) -> None:
    if not isinstance(contents, list):
        found.append((f.INVALID_PARAMETER, "custom_data.contents"))
        return
    for item in contents:
        if not isinstance(item, dict):
            found.append((f.INVALID_PARAMETER, "custom_data.contents"))
            return
        identity = item.get("id")
        if identity is None or identity == "" or isinstance(identity, (bool, list, dict)):
            found.append((f.CONTENT_ID, "custom_data.contents"))
            return


def _is_id_list(ids: object) -> bool:
    return isinstance(ids, list) and all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in ids)


def _is_mail(text: str) -> bool:
    for word in text[:2000].split():
        name, _, domain = word.partition("@")
        if name and "." in domain.strip("."):
            return True
    return False
