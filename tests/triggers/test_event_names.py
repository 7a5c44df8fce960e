"""What triggers say about event names: never less than they hold for, however they are put together."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from container.config.load import load_text
from container.context import Context

NAMES = ["a", "b", "c", "d"]

LEAF = st.one_of(
    st.fixed_dictionaries({"event": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)}),
    st.fixed_dictionaries({"where": st.fixed_dictionaries({"event.x": st.integers(0, 1)})}),
    st.fixed_dictionaries({"sample": st.sampled_from(["0%", "50%", "100%"])}),
)


def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    sets = st.lists(st.one_of(inner, st.just("other")), min_size=1, max_size=3)
    return st.builds(lambda *parts: {key: one for part in parts for key, one in part.items()}, inner, st.one_of(
        sets.map(lambda one: {"any_of": one}), sets.map(lambda one: {"none_of": one}),
    ))  # fmt: skip


@given(st.recursive(LEAF, nested, max_leaves=8), LEAF)
@settings(max_examples=120)
def test_a_trigger_never_holds_for_a_name_it_did_not_tell(trigger: dict[str, Any], other: dict[str, Any]) -> None:
    loaded = load_text(json.dumps({
        "triggers": {"t": trigger, "other": other},
        "tags": {"tag": {"http_request": {"url": "https://x.example/"}, "fires_on": "t"}},
    }))  # fmt: skip
    assert loaded.errors == []
    container = loaded.whole()
    made = container.triggers["t"]
    told = made.event_names()
    for name in (*NAMES, "e", ""):
        for x in (0, 1):
            context = Context({"event_name": name, "x": x, "client_id": "7"})
            if made.holds(context):
                assert told is None or name in told
                assert [binding.name for binding, _ in container.candidates(name)] == ["tag"]
            assert made.why(context)
