"""The condition `sample`: a share of the visitors, always the same ones."""

from __future__ import annotations

from typing import Any

import pytest

from container.config.document import Trigger
from container.config.load import load_text
from container.context import Context, Shared
from container.hit import Hit


def trigger(text: str) -> Trigger:
    loaded = load_text(f"triggers: {{ t: {{ sample: {text} }} }}")
    assert loaded.errors == []
    return loaded.whole().triggers["t"]


def held(made: Trigger, field: str = "client_id", count: int = 2000) -> set[int]:
    return {number for number in range(count) if made.holds(Context({field: f"{number}.1700000000"}))}


@pytest.mark.parametrize(("share", "low", "high"), [("10%", 150, 250), ("50%", 920, 1080), ("2.5%", 25, 80)])
def test_about_this_share_of_the_visitors_is_chosen(share: str, low: int, high: int) -> None:
    assert low < len(held(trigger(share))) < high


def test_nobody_and_everybody_may_be_chosen() -> None:
    assert held(trigger("0%"), count=200) == set()
    assert held(trigger("100%"), count=200) == set(range(200))


def test_a_visitor_is_chosen_for_all_events_or_for_none() -> None:
    made = trigger("50%")
    for visitor in ("a", "b", "c", "d"):
        seen = {
            made.holds(
                Context({"client_id": visitor, "event_name": name}, Shared(Hit("GET", "/", name)), 1.0, index=at)
            )
            for at, name in enumerate(["page_view", "purchase", "refund"])
        }
        assert len(seen) == 1


def test_a_larger_share_holds_for_all_of_a_smaller_one_unless_the_seed_is_another() -> None:
    small = held(trigger("10%"))
    assert small < held(trigger("20%"))
    assert not small < held(trigger("{ share: 20%, seed: other }"))


@pytest.mark.parametrize(
    ("event", "cookie", "known_by"),
    [
        ({"client_id": "1", "fbp": "2", "user_id": "3"}, "_fbp=4", "client_id"),
        ({"fbp": "2", "user_id": "3"}, "_fbp=4", "fbp"),
        ({"user_id": "3"}, "_fbp=4", "fbp"),
        ({"user_id": 3}, "", "user_id"),
        ({"client_id": "", "user_id": ["x"]}, "", "the hit"),
        ({"client_id": {"a": 1}}, "", "the hit"),
    ],
)
def test_a_visitor_is_known_by_what_lasts(event: dict[str, Any], cookie: str, known_by: str) -> None:
    context = Context(event, hit=Hit("GET", "/", headers={"cookie": cookie}))
    assert trigger("100%").why(context) == f"by {known_by} the visitor is in the 100%"
    assert trigger("0%").why(context) == f"by {known_by} the visitor is not in the 0%"


def test_a_hit_of_nobody_in_particular_is_drawn_by_itself_and_the_same_again() -> None:
    made = trigger("50%")
    drawn = [[made.holds(Context({}, hit=Hit("GET", "/", str(number)))) for number in range(100)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    shared = Shared(Hit("GET", "/"))
    assert len({made.holds(Context({}, shared, index=index)) for index in range(20)}) == 1
    assert 25 < sum(drawn[0]) < 75


def test_a_broken_identifier_is_one_like_any_other() -> None:
    assert trigger("100%").holds(Context({"client_id": "\ud800"}))
