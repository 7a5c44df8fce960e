"""Each action once, its two copies side by side, and in plain words why one of them stands alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from container.sandbox.couples import STATES

from .conftest import PIXEL, Local

FBP = "fb.1.1596403881668.1116446470"


def shown(local: Local, **chosen: Any) -> list[dict[str, Any]]:
    return asyncio.run(local.sandbox.couples(50, **chosen))


def alone(local: Local) -> str:
    """Why the newest action has one copy only."""
    return str(shown(local)[0]["why"])


def test_two_copies_of_one_action_stand_side_by_side(local: Local) -> None:
    local.browse(eid="e-1", **{"cd[value]": "5"})
    local.now += 3
    local.send(local.event(event_id="e-1"), test_event_code="TEST1")
    (couple,) = shown(local)
    assert (couple["state"], couple["deduplicated_by"], couple["why"]) == ("deduplicated", "event_id", "")
    assert [one["channel"] for one in couple["browser"] + couple["server"]] == ["browser", "server"]
    assert couple["server"][0]["received"] - couple["browser"][0]["received"] == 3
    assert couple["server"][0]["match_keys"] == ["em", "client_user_agent"]
    assert couple["server"][0]["test_event_code"] == "TEST1"


def test_the_newest_action_comes_first_and_paging_goes_on_before_it(local: Local) -> None:
    for number in range(3):
        local.browse(eid=f"e-{number}")
    found = shown(local)
    assert [one["event_id"] for one in found] == ["e-2", "e-1", "e-0"]
    assert [one["event_id"] for one in shown(local, before=found[0]["id"])] == ["e-1", "e-0"]


def test_they_are_chosen_by_name_id_test_code_pixel_and_state(local: Local) -> None:
    local.browse(eid="a")
    local.send(local.event(event_id="a"), test_event_code="TEST7")
    local.send(local.event(event_id="b"))
    local.browse(eid="c", ev="Lead")
    local.send(local.event(event_id="d", event_time=None))

    def ids(**chosen: Any) -> list[str]:
        return [one["event_id"] for one in shown(local, **chosen)]

    assert ids(event_name="Lead") == ["c"]
    assert ids(event_id="b") == ["b"]
    assert ids(test_event_code="TEST7") == ["a"]
    assert ids(pixel_id="7") == []
    assert {state: ids(state=state) for state in STATES} == {
        "deduplicated": ["a"], "browser_only": ["c"], "server_only": ["b"], "refused": ["d"],
    }  # fmt: skip
    assert asyncio.run(local.sandbox.choices()) == {
        "event_name": ["Lead", "PageView"], "test_event_code": ["TEST7"], "pixel_id": [PIXEL],
    }  # fmt: skip


def test_an_event_without_an_id_is_told_to_need_one(local: Local) -> None:
    local.browse()
    assert alone(local).startswith("The browser's copy has no event_id")
    local.send(local.event(event_id=None))
    assert alone(local).startswith("The server's copy has no event_id")


def test_the_same_id_under_another_name_pixel_or_too_late_is_told(local: Local) -> None:
    local.browse(eid="e-1", ev="Purchased")
    local.send(local.purchase() | {"event_id": "e-1"})
    assert alone(local) == "The browser sent this id as Purchased: both copies need the same event_name."
    local.browse(eid="e-2")
    local.send(local.event(event_id="e-2"), pixel="200000000000002")
    assert alone(local) == f"The browser sent this id to another pixel, {PIXEL}."
    local.browse(eid="e-3")
    local.now += 50 * 3600
    local.send(local.event(event_id="e-3"))
    assert alone(local) == "The browser's copy came 50 hours apart; copies meet within 48 hours only."


def test_a_copy_that_was_refused_is_named_with_the_words_of_the_refusal(local: Local) -> None:
    local.browse(eid="e-1", ev="Purchase")
    local.send(local.purchase(currency="€") | {"event_id": "e-1"})
    refused, browser = shown(local)
    assert refused["state"] == "refused"
    assert "ISO 4217" in refused["why"]
    assert browser["why"].startswith("The server's copy with this id was refused: ")
    assert "ISO 4217" in browser["why"]


def test_an_event_refused_for_another_one_says_so(local: Local) -> None:
    local.send(local.event(event_id="good"), local.event(event_id="bad", event_time=None))
    words = {one["event_id"]: one["why"] for one in shown(local)}
    assert words["good"].startswith("Refused with its whole batch, for another event in it")
    assert not words["bad"].startswith("Refused with its whole batch")


@pytest.mark.parametrize(
    ("copy", "words"),
    [("blocked", "did not run"), ("offline", "went offline"), ("none", "without a pixel"), ("sent", "has not come")],
)
def test_what_the_loader_told_says_where_the_browsers_copy_is(local: Local, copy: str, words: str) -> None:
    local.send(local.event(event_id="e-1"))
    local.sandbox.told.take(PIXEL, "PageView", "e-1", copy)
    assert words in alone(local)


def test_an_event_of_a_shop_needs_no_browser_copy(local: Local) -> None:
    local.send(local.event(action_source="physical_store"))
    assert alone(local) == "An event of physical_store has no browser copy."


def test_without_any_pixel_that_is_said_and_otherwise_that_no_copy_came(local: Local) -> None:
    local.send(local.event(event_id="e-1"))
    assert alone(local) == "No pixel has sent anything here yet."
    local.browse(eid="e-2")
    assert alone(local) == "No server copy with this event_id has come."
    assert shown(local)[1]["why"] == "No browser copy with this event_id has come."


def test_one_action_has_its_bodies_its_requests_and_the_answers(local: Local) -> None:
    local.browse(eid="e-1", **{"ud[fbp]": FBP})
    local.send(local.event(event_id="e-1"))
    number = shown(local)[0]["id"]
    found = asyncio.run(local.sandbox.couple(number))
    assert found is not None
    (server,) = found["server"]
    assert server["event"]["user_data"]["client_user_agent"]
    assert server["request"]["answer"]["status"] == 200
    assert '"token"' not in server["request"]["body"]
    assert found["browser"][0]["request"]["target"].startswith("/sandbox/tr?")
    assert asyncio.run(local.sandbox.couple(number + 1)) is None  # a copy is no action of its own
    assert asyncio.run(local.sandbox.couple(999)) is None


def test_hostile_names_and_ids_are_shown_as_they_are(local: Local) -> None:
    local.browse(eid="' OR 1=1 --", ev="<script>")
    local.send(local.event(event_id="\u0000 \u202e", event_name="x" * 5000))
    assert len(shown(local)) == 2
    assert shown(local, event_name="' OR 1=1 --") == []
    assert shown(local, state="'; DROP TABLE event") != []
