"""Checks of the whole file: what can never be, what nobody reads, what is a secret; and no false alarm."""

from __future__ import annotations

import pytest

from container.config.load import load_text

CLIENTS = "clients: { browser: ga4 }\n"
TAG = """
tags:
  meta:
    meta_capi: {{ pixel_id: "1234567890", access_token: $TOKEN }}
    fires_on: {fires_on}
    blocked_by: {blocked_by}
    needs_consent: [{consent}]
"""
FILLER = "x" * 24


def told(text: str, kind: str) -> list[str]:
    return [f"{one.line}:{one.column}: {one.text}; {one.hint}" for one in load_text(text).problems if one.kind == kind]


def tag(fires_on: str, blocked_by: str = "[]", consent: str = "ad_storage") -> str:
    return TAG.format(fires_on=fires_on, blocked_by=blocked_by, consent=consent)


@pytest.mark.parametrize(
    ("operators", "why"),
    [
        ("{ greater_than: 5, less_than: 3 }", "no number is greater than 5 and less than 3"),
        ("{ greater_than: 5, at_most: 5 }", "no number is greater than 5 and at most 5"),
        ("{ at_least: 5, less_than: 5 }", "no number is at least 5 and less than 5"),
        ("{ greater_than: 5, not: { greater_than: 3 } }", "no number is greater than 5 and at most 3"),
        ("{ equals: 5, greater_than: 7 }", "nothing satisfies both equals and greater_than"),
        ("{ equals: abc, starts_with: b }", "nothing satisfies both equals and starts_with"),
        ("{ equals: abc, not: abc }", "not: rules out what equals asks for"),
        ("{ one_of: [a, b], not: { matches: '^[ab]$' } }", "not: rules out all of one_of"),
        ("{ one_of: [a, b], equals: c }", "nothing satisfies both equals and one_of"),
        ("{ one_of: [] }", "one_of is empty"),
        ("{ exists: false, contains: a }", "what is not there cannot satisfy contains"),
        ("{ contains: a, not: { contains: a } }", "not: rules out what contains asks for"),
        ("{ equals: ABC, matches: '^[a-z]+$' }", "nothing satisfies both equals and matches"),
    ],
)
def test_what_no_value_can_satisfy_is_told(operators: str, why: str) -> None:
    text = f"triggers: {{ a: {{ where: {{ event.x: {operators} }} }} }}\nconsent: {{ ad_storage: a }}\n"
    assert told(text, "never") == [f"1:36: this can never hold: {why}; change or remove one of them"]


@pytest.mark.parametrize(
    "operators",
    [
        "{ greater_than: 3, less_than: 5 }",
        "{ at_least: 5, at_most: 5 }",
        "{ greater_than: 5, not: { greater_than: 9 } }",
        "{ greater_than: 5, not: { equals: 7 } }",
        "{ equals: ABC, matches: '^[a-z]+$', ignore_case: true }",
        "{ equals: 5, matches: '^5[.]00$' }",
        "{ equals: '5', greater_than: 3 }",
        "{ one_of: [a, b], not: a }",
        "{ exists: false, not: { equals: a } }",
        "{ exists: true, not: { equals: a } }",
        "{ contains: a, not: { contains: b } }",
        "{ contains: a, not: { contains: a, starts_with: b } }",
        "{ not: { one_of: [] } }",
        "{ starts_with: a, ends_with: b, contains: c }",
    ],
)
def test_what_some_value_satisfies_is_not_called_impossible(operators: str) -> None:
    text = f"triggers: {{ a: {{ where: {{ event.x: {operators} }} }} }}\nconsent: {{ ad_storage: a }}\n"
    assert [str(one) for one in load_text(text).problems] == []


def test_lines_that_ask_for_different_names_can_never_hold_together() -> None:
    text = """
triggers:
  a: { event: purchase, where: { event.event_name: refund } }
  b: { event: [purchase, refund], where: { event.event_name: { one_of: [refund, lead] } } }
  c: { event: purchase, any_of: [{ event: refund }, { event: lead }] }
consent: { ad_storage: a, ad_user_data: b, analytics_storage: c }
"""
    assert told(text, "never") == [
        f"{place}: the trigger can never hold: its lines ask for different event names; "
        "keep one line about the name, or make two triggers of it"
        for place in ("3:3", "5:3")
    ]


def test_a_trigger_that_fires_a_tag_and_blocks_it_is_told() -> None:
    text = CLIENTS + "triggers: { a: { event: x }, b: { event: y } }" + tag("[a, b]", "b")
    assert told(text, "never") == [
        "7:17: 'b' fires the tag and blocks it, so the tag never fires for it; take it out of fires_on or of blocked_by"
    ]


def test_a_tag_blocked_by_everything_never_fires() -> None:
    text = CLIENTS + "triggers: { a: { event: x }, all: {} }" + tag("a", "[all]")
    assert told(text, "never") == ["7:18: 'all' holds for every event, so the tag never fires; add conditions to it"]


WEBHOOK = "clients: {{ orders: {{ json_webhook: {{ path: /o, event: {{ event_name: {name} }}{more} }} }} }}\n"


def test_an_event_that_no_client_makes_is_told_when_that_is_certain() -> None:
    rest = "triggers: { a: { event: purchase }, b: { event: [refund, purchase] } }" + tag("[a, b]", consent="")
    assert told(WEBHOOK.format(name="refund", more="") + rest, "never") == [
        "2:13: the trigger can never hold: no client makes an event called purchase; events of these clients: refund"
    ]
    for name in ("$.kind", "'{{ body.kind }}'", "$NAME:-refund"):
        assert told(WEBHOOK.format(name=name, more="") + rest, "never") == []
    assert told(CLIENTS + rest, "never") == []
    changed = "transformations: { x: { augment: { event_name: purchase } } }\n"
    assert told(WEBHOOK.format(name="refund", more="") + changed + rest, "never") == []


def test_consent_that_nobody_can_tell_is_told() -> None:
    rest = "triggers: { a: { event: refund } }" + tag("a")
    silent = WEBHOOK.format(name="refund", more="")
    assert told(silent + rest, "never") == [
        "8:5: the tag never fires: it needs ad_storage, which none of these clients can tell; name a trigger that "
        "grants it, consent: { ad_storage: ... }, or take it out of needs_consent"
    ]
    assert told(silent + "consent: { when_unset: granted }\n" + rest, "never") == []
    assert told(silent + "consent: { ad_storage: a }\n" + rest, "never") == []
    assert told(WEBHOOK.format(name="refund", more=", consent: { ad_storage: $.c }") + rest, "never") == []
    assert told(CLIENTS + rest, "never") == []


def test_a_variable_that_nobody_reads_is_told_and_one_that_is_read_anywhere_is_not() -> None:
    text = (
        CLIENTS
        + "variables:\n"
        + "  idle: { constant: 1 }\n"
        + "  inner: { constant: 1 }\n"
        + "  outer: { template: '{{ inner }}' }\n"
        + "  seen: { constant: 1 }\n"
        + "triggers: { a: { where: { seen: 1, event.x: 2 } } }\n"
        + "transformations: { t: { augment: { y: '{{ outer }}' } } }"
        + tag("a")
    )
    assert [one.partition(":")[0] for one in told(text, "unused")] == ["3"]
    assert told(CLIENTS + "variables: { idle: { constant: 1 } }\n", "unused") == []  # no tag: a file in the making


def test_settings_that_change_nothing_are_told() -> None:
    text = (
        CLIENTS
        + "triggers: { a: { event: x } }\n"
        + "transformations: { t: { exclude: [value], for: [] } }\n"
        + "consent: { limited_data_use: a }\n"
        + "tags: { l: { log: {}, fires_on: a } }\n"
    )
    assert told(text, "unused") == [
        "3:20: the transformation is for no tag, so it changes nothing; name tags behind for:, or remove the line",
        "4:12: no tag of this file reads limited_data_use; remove it",
    ]


def test_a_trigger_without_conditions_is_told_and_how_to_say_that_it_is_meant() -> None:
    (message,) = told(CLIENTS + "triggers: { all: {} }" + tag("all"), "catch_all")
    assert message.startswith("2:13: a trigger without conditions holds for every event; ")
    meant = CLIENTS + "triggers: { all: { where: { event.event_name: { exists: true } } } }" + tag("all")
    assert load_text(meant).problems == []


HTTP = """
clients: {{ browser: ga4 }}
triggers: {{ a: {{ event: x }} }}
tags:
  crm:
    http_request:
      url: {url}
      headers: {{ {header} }}
      json: {{ text: {text} }}
    fires_on: a
"""


def http(url: str = "https://crm.example/in", header: str = "X-Shop: one", text: str = "hello") -> str:
    return HTTP.format(url=url, header=header, text=text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (http(header="Authorization: Bearer abcdef123456"), "8:33"),
        (http(header="X-Api-Key: k3yk3yk3yk3y"), "8:29"),
        (http(text="EAA" + FILLER), "9:21"),
        (http(text="sk_live_" + FILLER), "9:21"),
        (http(text="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"), "9:21"),
        (http(url="https://crm.example/in?api_key=abcdefgh12"), "7:12"),
        (http(text="$TOKEN:-EAA" + FILLER), "9:21"),
        (f"variables: {{ a: {{ constant: AKIA{'A' * 16} }} }}\n", "1:29"),
    ],
)
def test_what_looks_like_a_secret_is_told_without_repeating_it(text: str, place: str) -> None:
    (message,) = told(text, "secret")
    assert message.partition(": ")[0] == place
    assert FILLER not in message
    assert "abcdef" not in message


@pytest.mark.parametrize(
    "text",
    [
        http(),
        http(header="Authorization: $CRM_TOKEN:-"),
        http(header="Authorization: 'Bearer {{ secret.token }}'"),
        http(header="Content-Type: application/json"),
        http(url="https://crm.example/in?token={{ event.token }}"),
        http(text="token"),
        "variables: { a: { cookie: session_token }, b: { header: Authorization }, c: { query: access_token } }\n",
        "variables: { a: { lookup: { input: '{{ event.x }}', table: { password: reset_password } } } }\n",
        "tests: { a: { given: { query: { api_secret: abcdefghijkl } }, expect: { fired: [] } } }\n",
    ],
)
def test_what_only_speaks_of_secrets_is_not_called_one(text: str) -> None:
    assert told(text, "secret") == []


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("'${TOKEN}'", "write $TOKEN"),
        ("'${TOKEN:-x}'", "write $TOKEN:-x"),
        ("$TOKEN:x", "write $TOKEN:-x"),
        ("$TOKEN-x", "write $TOKEN:-x"),
        ("'%TOKEN%'", "write $TOKEN"),
        ("$(TOKEN)", "write $TOKEN"),
        ("env.TOKEN", "write $TOKEN"),
    ],
)
def test_the_environment_in_another_spelling_is_told_with_the_right_one(written: str, advice: str) -> None:
    text = f"container: {{ name: {written} }}\n"
    assert told(text, "environment") == [f"1:20: this is not read from the environment; {advice}"]
    assert len(load_text(text).problems) == 1


def test_a_name_of_the_environment_inside_a_text_is_told() -> None:
    (message,) = told(http(header="Authorization: Bearer $CRM_TOKEN"), "environment")
    assert message.startswith("8:33: '$CRM_TOKEN' inside a text is not replaced; write the whole value as $CRM_TOKEN")


@pytest.mark.parametrize("written", ["5$", "$5 off", "US$", "a$b", "'^/shop$'", "$.value", "$", "'{{ a }} $'", "A$AP"])
def test_a_dollar_sign_that_is_one_is_left_alone(written: str) -> None:
    assert told(f"variables: {{ a: {{ constant: {written} }} }}\n", "environment") == []


def test_quotes_of_a_text_processor_are_told() -> None:
    (message,) = told("container: { name: “shop” }\n", "value")
    assert message == "1:20: the quotes “ ” are part of the text; write straight quotes, \" or '"


def test_several_names_in_one_text_get_a_list_as_advice() -> None:
    text = CLIENTS + "triggers: { a: { event: x }, b: { event: y } }" + tag("a, b")
    assert told(text, "unknown") == ["6:15: there is no trigger 'a, b'; write a list: [a, b]"]


def test_consent_is_asked_of_an_advertising_tag_that_has_another_fault_too() -> None:
    text = CLIENTS + "triggers: { a: { event: x } }\ntags: { m: { meta_capi: { pixel: '1' }, fires_on: a } }\n"
    assert [one.partition(": ")[0] for one in told(text, "consent")] == ["3:9"]
