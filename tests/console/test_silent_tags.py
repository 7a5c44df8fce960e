"""Every tag that sent nothing says its cause first, what explains it, and where it is mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.console.desk import HIT, Room
from tests.processes.server import until


def causes(desk: Room, target: str, **headers: str) -> list[Any]:
    """What the page of a hit says of its silent tags."""
    desk.hit(target, **headers)
    (row,) = desk.rows(1)
    found: list[Any] = desk.get(f"/hit/{row['id']}").json()["causes"]
    return found


def test_a_suppressed_tag_tells_the_note_that_explains_it_and_the_value_it_saw(desk: Room) -> None:
    (one,) = causes(desk, HIT.replace("cu=EUR", "cu=EURO"))
    assert one["cause"] == (
        "decided not to send: currency 'EURO' was not understood, and Meta refuses a Purchase without currency"
    )
    assert one["notes"] == ["custom_data.currency is not an ISO 4217 currency: left out (it came as 'EURO')"]
    assert one["link"] == "#event"


def test_the_trigger_that_nearly_held_is_told_first_and_linked(desk: Room) -> None:
    (one,) = causes(desk, HIT.replace("value=120", "value=0"))
    assert one["cause"] == ("was not triggered: purchase is for this event, but order_value is 0: not greater than 0")
    lines = Path(desk.app.configuration.file).read_text().splitlines()
    line = lines.index("  purchase: { event: purchase, where: { order_value: { greater_than: 0 } } }") + 1
    assert one["link"] == f"/console/container/file#config.yaml-{line}"


def test_an_event_no_trigger_is_for_is_told_calmly_and_once(desk: Room) -> None:
    (one,) = causes(desk, HIT.replace("en=purchase", "en=scroll"))
    assert (one["tone"], one["cause"]) == ("info", "was not triggered: no trigger is for scroll")
    assert one["others"] == ["meta, purchase: event 'scroll' is not purchase"]


def test_a_blocked_tag_links_to_the_trigger_that_blocked_it(desk: Room) -> None:
    (one,) = causes(desk, HIT, **{"user-agent": "a crawler"})
    assert one["cause"].startswith("was blocked by bot (")
    assert (one["link_text"], one["link"].partition("#")[2].startswith("config.yaml-")) == ("The trigger bot", True)


def test_without_consent_it_is_told_who_refused_it(desk: Room) -> None:
    (one,) = causes(desk, HIT.replace("gcs=G111", "gcs=G100"))
    assert (one["cause"], one["link"]) == ("needs consent: ad_storage is denied", "#consent")
    assert "visitor's own word" in one["mend"]


def test_a_value_that_is_personal_is_masked_in_the_cause_too(desk: Room) -> None:
    (one,) = causes(desk, HIT.replace("cu=EUR", "cu=ana.lima%40example.com"))
    assert "ana.lima" not in str(one)


def test_what_a_tag_left_out_has_a_card_of_its_own_on_delivery(desk: Room) -> None:
    desk.hit()
    desk.hit(HIT.replace("cu=EUR", "cu=EURO").replace("o-1", "o-2"))

    def cards() -> Any:
        found = {one["destination"]: one["left_out"] for one in desk.get("/delivery").json()["destinations"]}
        return found if any(found.values()) else None

    assert until(cards, "both cards") == {"1234567890": {}, "": {"Meta refuses a Purchase without currency": 1}}
    page = desk.get("/delivery", accept="text/html").text
    assert "Left out before sending: <b>1</b>" in page
    assert "1 × Meta refuses a Purchase without currency" in page
