"""Over time: how the two channels met, in equal spans, each action once."""

from __future__ import annotations

import asyncio
from typing import Any

from container.sandbox.trend import whole

from .conftest import NOW, Local


def shown(local: Local, **chosen: Any) -> list[dict[str, Any]]:
    return asyncio.run(local.sandbox.trend(NOW, NOW + 300, 3, **chosen))


def test_shares_are_of_the_actions_that_began_in_the_span(local: Local) -> None:
    for number in range(4):
        local.browse(eid=f"e-{number}")
    local.now += 120  # the copies come in the next span, and count where their action began
    local.send(*(local.event(event_id=f"e-{number}") for number in range(3)), local.event(event_id="own"))
    first, second, third = shown(local)
    assert first == {
        "time": NOW, "actions": 4, "browser": 4, "both": 3, "server_events": 3, "deduplicated": 0.75, "server": 0.75,
        "only_server": 0.0,
    }  # fmt: skip
    assert second == {
        "time": NOW + 100, "actions": 1, "browser": 0, "both": 0, "server_events": 1, "deduplicated": None,
        "server": 1.0, "only_server": 1.0,
    }  # fmt: skip
    assert third["actions"] == 0
    assert third["deduplicated"] is third["server"] is third["only_server"] is None
    assert whole([first, second, third]) == {"deduplicated": 0.75, "server": 0.8, "only_server": 0.2}
    assert whole([third]) == {"deduplicated": None, "server": None, "only_server": None}


def test_refused_events_redeliveries_and_those_of_shops_do_not_count(local: Local) -> None:
    local.send(local.event(event_id="a"))
    local.send(local.event(event_id="a"))
    local.send(local.event(event_id="b", action_source="physical_store"))
    local.send(local.event(event_id="c", event_time=None))
    assert [one["actions"] for one in shown(local)] == [1, 0, 0]


def test_one_name_or_one_pixel_may_be_asked_for(local: Local) -> None:
    local.send(local.event(event_id="a"))
    local.send(local.purchase() | {"event_id": "b"})
    assert shown(local, name="Purchase")[0]["actions"] == 1
    assert shown(local, pixel="7")[0]["actions"] == 0
