"""The published payload vectors, against the events the tag makes.

The sources speak other vocabularies than ours: what a vector says is first put into common event data, as a user
would in a webhook's mapping. Compared is what the source derives from the input; docs/meta.md lists what it invents.
"""

from typing import Any

import pytest

from tests.meta.vectors import about
from tests.tags.meta import ADDRESS, AGENT, PIXEL, build, event, hit, suppressed, tag

PAYLOADS = [one for one in about("payload") if "user_data_keys" not in one.values[0]["input"]]
PLAIN = [one for one in PAYLOADS if "traits" not in one.values[0]["input"]]
RUDDER = [one for one in PAYLOADS if "traits" in one.values[0]["input"]]

# Fields of other sources' payloads that their input does not say, or that contradict Meta's documentation.
INVENTED = {"currency", "num_items"}


def common(given: dict[str, Any]) -> dict[str, Any]:
    """A vector's input as common event data."""
    known = {"event": "event_name", "name": "event_name", "id": "event_id", "url": "page_location"}
    fields = {known.get(key, key): value for key, value in given.items()}
    if "timestamp_ms" in fields:
        fields["event_time"] = fields.pop("timestamp_ms")
    data = fields.pop("data", {})
    fields |= (
        {"transaction_id": data.get("id"), "value": data.get("total"), "currency": data.get("currency")} if data else {}
    )
    person = {"email": "email_address", "emails": "email_address", "phone": "phone_number", "phones": "phone_number"}
    person |= {"gender": "gender", "externalId": "external_id", "external_ids": "external_id", "lead_id": "lead_id"}
    found = {ours: fields.pop(theirs) for theirs, ours in person.items() if theirs in fields}
    if found:
        fields["user_data"] = found
    if "contents" in fields:
        fields["custom_data"] = {"contents": fields.pop("contents")}
    return fields


@pytest.mark.parametrize("vector", PLAIN)
def test_a_published_payload_is_what_the_tag_sends(vector: dict[str, Any]) -> None:
    given, wanted = dict(vector["input"]), vector["expected"]
    cookie = given.pop("gtmeec_cookie_b64", None)
    if cookie:
        given = given["event"]
    if vector["id"] == "mv-d444cd7ecd":
        # walkerOS's milliseconds are of 1970: only the unit is the vector's point.
        wanted = vector["documented"] | {
            key: wanted[key] for key in ("event_name", "event_id", "action_source", "event_source_url")
        }
        given.pop("timestamp_ms")
    if vector["id"] == "mv-100a1f6539":
        given.pop("event_time")  # of 1973
        wanted = numbers({key: value for key, value in wanted.items() if key != "event_time"})
    if vector["id"] in ("mv-b9db035041", "mv-243e523fb2"):
        assert refusal(given) in REFUSALS
        return
    if vector["id"] == "mv-32c189a1c4":
        assert "custom_data" not in build(event(**common(given)))
        return
    fields = event(**common(given))
    if fields["event_name"] in ("purchase", "Purchase") and "value" not in fields:
        fields |= {"value": 1, "currency": "EUR"}
    body = build(fields, hit(cookies={"_gtmeec": cookie} if cookie else None))
    assert_holds(body, merged(hashed_ids(wanted), vector.get("documented", {})))


REFUSALS = {
    "Meta refuses a Purchase without value and currency",
    "Meta refuses a Purchase without currency",
    "Meta wants the visitor's client_user_agent of an event whose action_source is website",
}


def refusal(given: dict[str, Any]) -> str:
    fields = common({key: value for key, value in given.items() if key != "user_data"})
    agent = given.get("user_data", {}).get("client_user_agent", AGENT)
    return suppressed({**event(**fields, value=1), "user_agent": agent, "ip_override": ADDRESS})


@pytest.mark.parametrize("vector", RUDDER)
def test_a_track_call_becomes_the_event_that_rudder_makes_of_it(vector: dict[str, Any]) -> None:
    given, wanted = vector["input"], vector["expected"]
    properties = dict(given["properties"])
    products = properties.pop("products", None)
    if products is None and "id" in properties:
        products = [{"id": properties.pop("id"), "quantity": properties.pop("quantity")}]
    fields: dict[str, Any] = {
        "event_name": given["event"],
        "event_time": given["timestamp"],
        "user_data": {"email_address": given["traits"]["email"], "postal_code": given["traits"]["address"]["zip"]},
        "value": properties["revenue"],
        "currency": "USD",  # Rudder's default; ours is to send none
        "custom_data": properties,
        "items": products,
    }
    sent = event(**{key: value for key, value in fields.items() if value is not None})
    if not given["event"]:
        assert suppressed(sent) == "the event has no name"
        return
    made = tag().build(moment_after(sent))
    body = getattr(made, "body", made)
    custom = {
        key: value
        for key, value in wanted["custom_data"].items()
        if key not in INVENTED | {"products", "id", "quantity", "content_type", "content_category"} and value != []
    }
    if products is None or isinstance(custom.get("content_ids"), str):
        # A category stands in for a product there, and one id is not put into a list.
        custom = {key: value for key, value in custom.items() if key not in ("content_ids", "contents")}
    if "delivery_category" in properties:
        custom.pop("contents")  # rudder copies the order's delivery into every product
    assert_holds(body, {**wanted, "custom_data": custom})


def moment_after(sent: dict[str, Any]) -> Any:
    from tests.tags.meta import context

    return context(sent, now=1_699_784_300.0)


def hashed_ids(wanted: dict[str, Any]) -> dict[str, Any]:
    """Meta's SDK leaves external_id in clear where its documentation recommends the hash, which the pixel sends."""
    from container.meta.text import sha256

    ids = wanted.get("user_data", {}).get("external_id")
    if ids and len(ids[0]) < 64:
        return {**wanted, "user_data": {**wanted["user_data"], "external_id": [sha256(one) for one in ids]}}
    return wanted


def numbers(wanted: dict[str, Any]) -> dict[str, Any]:
    """Texts as the numbers Meta documents, which the template passes on as they came."""
    custom = {key: int(text) if text.isdigit() else text for key, text in wanted["custom_data"].items()}
    return {**wanted, "custom_data": custom}


def merged(wanted: dict[str, Any], documented: dict[str, Any]) -> dict[str, Any]:
    found = {**wanted}
    for key, value in documented.items():
        found[key] = {**wanted[key], **value} if isinstance(wanted.get(key), dict) else value
    return found


def assert_holds(body: Any, wanted: Any) -> None:
    """Everything of `wanted` is in `body`; a list counts without regard to its order where it holds hashes."""
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            assert key in body, f"{key} is missing in {body}"
            assert_holds(body[key], value)
    elif isinstance(wanted, list) and wanted and isinstance(wanted[0], str) and len(wanted[0]) == 64:
        assert sorted(body) == sorted(wanted)
    elif isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        assert len(body) == len(wanted)
        for one, other in zip(body, wanted, strict=True):
            assert_holds(one, other)
    else:
        assert body == wanted


def test_every_payload_vector_is_compared() -> None:
    assert len(PLAIN) + len(RUDDER) == len(PAYLOADS) == 27
    assert PIXEL
