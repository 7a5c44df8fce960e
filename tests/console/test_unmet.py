"""Why the container sent no copy of an event that a browser told of: what it knows, beside the action."""

from __future__ import annotations

from typing import Any

import pytest

from container.web.console.unmet import in_words
from tests.console.desk import HIT, Room
from tests.console.test_test_events import browse
from tests.processes.server import AGENT, until

PIXEL_HIT = "/tr?id=1234567890&ev=ViewContent&eid=o-1&dl=https%3A%2F%2Fshop.example%2F"
HITS = [
    (PIXEL_HIT, {}, "No tag fires on ViewContent."),
    (
        HIT.replace("epn.value=120", "epn.value=0"), {},
        "No tag fires on this Purchase: no trigger matched: purchase (order_value is 0: not greater than 0)",
    ),
    (
        HIT.replace("gcs=G111", "gcs=G100"), {},
        "No copy for want of consent: ad_storage is denied, which meta needs.",
    ),
    (HIT, {"user-agent": f"{AGENT} crawler"}, "meta was blocked by bot"),
    (HIT, {}, "The server's copy waits to be sent"),
]  # fmt: skip


def action(desk: Room) -> Any:
    (one,) = desk.get("/test-events.json").json()["actions"]
    return one


@pytest.mark.parametrize(("target", "headers", "words"), HITS, ids=["no tag", "condition", "consent", "bot", "waits"])
def test_an_unmet_event_says_what_became_of_its_hit_and_leads_to_it(
    desk: Room, target: str, headers: dict[str, str], words: str
) -> None:
    desk.hit(target, **headers)
    desk.rows(1)
    browse(desk, name="ViewContent" if target == PIXEL_HIT else "Purchase")
    until(lambda: action(desk)["why"].startswith(words), words)
    one = action(desk)
    assert one["hit"] == 1
    page = desk.get("/test-events", accept="text/html").text
    assert "the hit it came of" in page
    # Not to the letter: what waits may have been tried by now.
    assert desk.get(f"/test-events/{one['id']}.json").json()["why"].startswith(words)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (HIT.replace("epn.value=120", "epn.value=0"), "No tag fires on this Purchase: "),
        (HIT.replace("gcs=G111", "gcs=G100"), "No copy for want of consent: ad_storage is denied, which meta needs."),
    ],
)
def test_what_the_console_did_not_keep_stands_in_the_ledger(desk: Room, target: str, words: str) -> None:
    desk.hit(target)
    desk.rows(1)
    assert desk.client.portal is not None
    desk.client.portal.call(desk.app.desk.tap.ask, lambda ring: ring.clear())
    browse(desk)
    # What no tag made a payload of is written down a moment after the answer.
    until(lambda: action(desk)["why"].startswith(words), words)
    assert action(desk)["hit"] == 0


def test_a_page_that_told_the_container_of_an_event_no_tag_listens_for_is_known_without_its_hit(desk: Room) -> None:
    assert desk.app.sandbox is not None
    desk.app.sandbox.told.take("1234567890", "ViewContent", "o-1", "sent")
    browse(desk, name="ViewContent")
    assert action(desk)["why"] == "No tag fires on ViewContent."


def test_what_the_container_never_got_is_told_so(desk: Room) -> None:
    browse(desk)
    why = "No server copy with this event_id has come. The container knows of no hit with it."
    assert action(desk)["why"] == why


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ([("meta", "dead", "HTTP 400", 1)], "Meta did not take the server's copy, which is a dead letter: HTTP 400"),
        ([("meta", "pending", "HTTP 500", 2)], "The server's copy waits to be sent after 2 attempts: HTTP 500."),
        ([("b", "not_triggered", "x", 0), ("a", "blocked", "blocked by bot", 0)],
         "a was blocked by bot, so no copy was sent."),
        ([("a", "no_consent", "y", 0)], "No copy for want of consent: y, which a needs."),
        ([("meta", "fired", "purchase", 0)], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_the_gravest_of_several_decisions_is_told(seen: Any, words: str) -> None:
    assert in_words(seen, "Purchase") == words
