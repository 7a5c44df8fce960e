"""Foreign words: what other programs call what is written here, so that who knows them is told our word."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OURS: dict[str, str] = {
    # the words of routing, as in a container's export, in its pages, and in everyday English
    "fires_on": "firing_trigger_id firing_triggers firing_trigger trigger triggers triggered_by on when fire fires",
    "blocked_by": "blocking_trigger_id blocking_triggers blocking_trigger exceptions exception except unless blocks",
    "needs_consent": "consent consent_settings consent_status consent_type required_consent requires_consent",
    "for": "tags applies_to only_for affected_tags",
    "default": "default_value fallback otherwise else",
    "format": "format_value convert",
    # sections
    "container": "server app settings general global config",
    "clients": "inputs input sources source listeners",
    "variables": "vars built_in_variables built_in_variable custom_variables",
    "triggers": "rules conditions",
    "transformations": "transforms transform rewrite modifications",
    "tags": "outputs output destinations sinks vendors",
    "delivery": "outbox queue sending transport",
    "tests": "cases examples checks",
    "include": "imports import includes extends files",
    # operators
    "equals": "eq is equal equal_to == = matches_exactly",
    "one_of": "in any any_of is_one_of oneof",
    "contains": "includes include has contain",
    "starts_with": "prefix begins_with startswith",
    "ends_with": "suffix endswith",
    "matches": "regex regexp match match_regex matches_regex re",
    "greater_than": "greater gt > more_than above over",
    "at_least": "gte ge >= min minimum greater_or_equals",
    "less_than": "less lt < below under",
    "at_most": "lte le <= max maximum less_or_equals",
    "exists": "is_set isset present defined is_defined",
    "not": "ne neq != not_equals not_equal does_not_equal does_not_contain does_not_match not_contains",
    "ignore_case": "case_insensitive insensitive nocase",
    # conditions
    "event": "events event_name name custom_event custom_event_filter",
    "where": "filter filters auto_event_filter condition if",
    "client": "client_name",
    "any_of": "or any either",
    "none_of": "nor no neither",
    # types
    "ga4": "gtag google google_analytics google_analytics_4 ga gaaw_client ga4_client sgtmgaaw",
    "meta_pixel": "fbq fb_pixel facebook_pixel pixel facebook_client",
    "meta_capi": "facebook facebook_capi fb_capi meta capi conversions_api facebook_conversions_api",
    "measurement_protocol": "mp ga4_mp measurement_protocol_ga4",
    "json_webhook": "webhook hook json",
    "http_request": "http request webhook fetch send_http_request",
    "constant": "const c value",
    "cookie": "k first_party_cookie 1p_cookie cookie_value cookies",
    "header": "headers request_header rh",
    "query": "query_parameter query_param url_parameter parameter",
    "jsonpath": "json path json_path",
    "template": "js jsm javascript custom_javascript expression",
    "lookup": "smm lookup_table table map",
    "regex_table": "remm regex_lookup regex_lookup_table",
    # options
    "access_token": "token api_access_token",
    "pixel_id": "dataset_id dataset pixel id",
    "test_event_code": "test_code testid test_id",
    "name": "key cookie_name header_name parameter_name",
    "listen": "port host bind address addr",
    "trusted_proxies": "proxies trust_proxy",
    "origins": "cors allowed_origins domains",
    "api_secret": "secret",
    "fired": "fires tags fired_tags",
    "skipped": "not_fired silent",
    "sends": "payload payloads sent",
    "given": "when hit request input",
    "expect": "then expected expects assert",
}


SIGNS = {
    ">": "greater_than", ">=": "at_least", "<": "less_than", "<=": "at_most", "=": "equals", "==": "equals",
    "~": "matches", "=~": "matches",
}  # fmt: skip
"""Operators as most programs write them."""
COMPARED = re.compile(r"([A-Za-z_][\w.]*)\s*(>=|<=|==|=~|[<>=~])\s*(\S.*)")
"""A comparison in the notation of programs: what is looked at, the sign, what it is compared with."""


def ours(word: str, known: Iterable[str]) -> str | None:
    """The known word that a word of other programs stands for, or None."""
    names = set(known)
    return next((one for one in _FOREIGN.get(_folded(word), ()) if one in names), None)


def _folded(word: str) -> str:
    """``firingTriggerId`` and ``Firing Trigger ID`` as ``firing_trigger_id``."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.strip())).lower()


_FOREIGN: dict[str, list[str]] = {}
for _our, _theirs in _OURS.items():
    for _their in _theirs.split():
        _FOREIGN.setdefault(_their, []).append(_our)
