"""Anything can be sent: every request gets an answer in Graph's form, and everything shown stays readable."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from container.sandbox.check import KNOWN_KEYS
from container.sandbox.customer import PRESENT

from .conftest import PIXEL, Local

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(["website", "Purchase", "LDU", "EUR", "app", "business_messaging", "fb.1.1.x", "::1", "1.2.3.4"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
USERS = st.dictionaries(st.sampled_from(sorted(PRESENT)), VALUES, max_size=6) | VALUES
CUSTOM_KEYS = ["value", "currency", "contents", "content_ids", "num_items", "order_id", "delivery_category", "x@y.z"]
CUSTOM = st.dictionaries(st.sampled_from(CUSTOM_KEYS), VALUES, max_size=5) | VALUES
EVENTS = st.dictionaries(st.sampled_from(sorted(KNOWN_KEYS)), VALUES, max_size=8).flatmap(
    lambda event: st.builds(lambda user, custom: {**event, "user_data": user, "custom_data": custom}, USERS, CUSTOM)
)
HIT_KEYS = ["id", "ev", "eid", "dl", "rl", "ts", "fbp", "fbc", "dpo", "dpoco", "dpost", "ud[em]", "cd[value]", "cd["]
HITS = st.lists(st.tuples(st.sampled_from(HIT_KEYS), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)))
FREELY = settings(max_examples=60, suppress_health_check=list(HealthCheck))
PAGES = ("good", "bad", "all", "test-events", "diagnostics", "quality")


def readable(local: Local) -> dict[str, Any]:
    return {page: local.get(page) for page in PAGES}


@FREELY
@given(st.lists(EVENTS | VALUES, max_size=4))
def test_any_batch_is_answered_in_graphs_form(events: list[Any]) -> None:
    local = Local()
    try:
        body = msgspec.json.encode({"data": events, "access_token": "t"})
        answer = local.client.post(f"/sandbox/graph/v26.0/{PIXEL}/events", content=body)
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            assert answer.json()["events_received"] == len(events)
        else:
            assert answer.json()["error"]["code"] == 100
        shown = readable(local)
        # A batch that cannot be read leaves one trace, one that can leaves all its events.
        left = len(events) if events and all(isinstance(event, dict) for event in events) else 1
        assert len(shown["good"]) + len(shown["bad"]) == shown["all"]["total"] == left
    finally:
        local.sandbox.close()


@FREELY
@given(HITS)
def test_any_hit_is_answered_by_the_gif(pairs: list[tuple[str, str]]) -> None:
    local = Local()
    try:
        assert local.client.get("/sandbox/tr?" + urlencode(pairs)).content[:3] == b"GIF"
        assert readable(local)["all"]["browser"] == 1
    finally:
        local.sandbox.close()
