"""The condition `none_of`: what rules a hit out."""

from __future__ import annotations

from typing import Any

import pytest

from container.config.document import Trigger
from container.config.load import load_text
from container.context import Context

FILE = """
triggers:
  t: { none_of: %s }
  bot: { where: { event.user_agent: { matches: bot } } }
  paid: { event: purchase, where: { event.value: { greater_than: 0 } } }
"""


def trigger(text: str) -> Trigger:
    loaded = load_text(FILE % text)
    assert loaded.errors == []
    return loaded.whole().triggers["t"]


@pytest.mark.parametrize(
    ("text", "event", "held"),
    [
        ("bot", {"user_agent": "a bot"}, False),
        ("bot", {"user_agent": "Firefox"}, True),
        ("[bot, paid]", {"event_name": "purchase", "value": 1}, False),
        ("[bot, paid]", {"event_name": "purchase", "value": 0}, True),
        ("[bot, { event: x, where: { event.y: 1 } }]", {"event_name": "x", "y": 1}, False),
        ("[bot, { event: x, where: { event.y: 1 } }]", {"event_name": "x"}, True),
        ("{ none_of: bot }", {"user_agent": "a bot"}, True),
    ],
)
def test_it_holds_when_not_one_of_them_does(text: str, event: dict[str, Any], held: bool) -> None:
    assert trigger(text).holds(Context(event)) is held


def test_nothing_can_be_concluded_about_names() -> None:
    assert trigger("{ event: a }").event_names() is None
    assert load_text(FILE % "{ event: a }, event: [a, b]").whole().triggers["t"].event_names() == {"a", "b"}


def test_the_reason_tells_what_rules_out_else_why_nothing_does() -> None:
    made = trigger("[bot, { event: x }]")
    assert made.why(Context({"user_agent": "a bot"})) == (
        "none_of rules out: bot (event.user_agent is 'a bot': matching /bot/)"
    )
    assert made.why(Context({"event_name": "y"})) == (
        "none of none_of holds: bot (event.user_agent is nothing: not matching /bot/); event 'y' is not x"
    )
