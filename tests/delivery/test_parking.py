"""A destination that refuses us is parked, and goes on without loss."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from container.component import Response
from container.ledger.reading import entries
from container.outbox.resume import resume
from tests.delivery.world import DAY, NOW, LetterTag, World, accepts, is_down, play


def test_a_refused_token_parks_the_destination_and_loses_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(30))
        await world.put("other", destination="2")
        await world.rounds()
        assert (await world.account()).parked == "said 401"
        assert world.vendor.taken == ["other"]
        refused = world.vendor.to("meta/1")
        await world.put("while parked")
        await world.pass_time(600)
        assert world.vendor.to("meta/1") == refused
        books = await world.account()
        assert (books.pending, books.dead) == (31, 0)
        world.vendor.answers["meta/1"] = accepts
        assert await world.delivery.unpark() == 1
        await world.rounds()
        assert (await world.account()).delivered == 31

    play(tmp_path, work, batch_count=10)


def test_a_parked_destination_is_probed_rarely_and_with_one_payload(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(30))
        await world.rounds()
        before = len(world.vendor.requests)
        for _ in range(60):
            await world.pass_time(60)
        probes = world.vendor.requests[before:]
        assert len(probes) == 4
        assert all(len(bodies) == 1 for _, bodies in probes)
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(900)
        books = await world.account()
        assert (books.parked, books.delivered) == ("", 30)

    play(tmp_path, work)


def test_payloads_of_a_tag_that_is_gone_wait_for_it(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        tag = world.tags.pop("meta")
        await world.put(1)
        await world.rounds()
        assert (await world.account()).parked == "the tag meta is no longer in the configuration"
        assert await world.delivery.unpark() == 0
        await world.pass_time(DAY - 60)
        world.tags["meta"] = tag
        await world.rounds()
        assert world.vendor.taken == [1]
        assert (await world.account()).parked == ""

    play(tmp_path, work)


def test_a_tag_that_is_gone_while_it_was_parked_is_what_is_said(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put(1)
        await world.outbox.park("meta", "1", "(#190) token refused")
        tag = world.tags.pop("meta")
        await world.rounds()
        assert (await world.account()).parked == "the tag meta is no longer in the configuration"
        world.tags["meta"] = tag
        await world.rounds()
        assert world.vendor.taken == [1]

    play(tmp_path, work)


def test_payloads_of_a_tag_that_does_not_come_back_die_with_that_reason(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put("tried")
        await world.rounds()
        del world.tags["meta"]
        await world.put("never tried")
        await world.pass_time(DAY - 60)
        assert (await world.account()).pending == 2
        await world.pass_time(120)
        assert (await world.account()).reasons["dead"] == {
            "the tag meta is no longer in the configuration; last answer: said 0": 1,
            "the tag meta is no longer in the configuration": 1,
        }
        assert world.vendor.to("meta/1") == 1

    play(tmp_path, work)


def test_what_a_tag_of_another_type_made_is_never_sent_by_the_one_that_took_its_name(tmp_path: Path) -> None:
    class CardTag(LetterTag):
        type = "card"

    async def work(world: World) -> None:
        letter = world.tags["meta"]
        await world.outbox.retype({"meta": "letter"})
        world.vendor.answers["meta/1"] = is_down
        await world.put("of a letter", "of another letter")
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        world.tags["meta"] = CardTag()
        await world.outbox.retype({"meta": "card"})
        await world.delivery.unpark()
        await world.put("of a card")
        await world.pass_time(3600)
        assert world.vendor.taken == ["of a card"]
        held = await world.account("meta (letter)")
        why = "made by the tag meta when it was of type letter, which it is no longer"
        assert (held.pending, held.parked) == (2, why)
        world.tags["meta"] = letter
        await world.outbox.retype({"meta": "letter"})
        await world.pass_time(60)
        assert sorted(world.vendor.taken[1:]) == ["of a letter", "of another letter"]
        assert (await world.account()).parked == ""

    play(tmp_path, work)


def test_a_destination_that_somebody_unparked_in_the_file_goes_on_within_seconds(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(3))
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        with closing(sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)) as other:
            other.execute("UPDATE destinations SET parked = '', resumed_at = ?", (NOW,))
        await world.pass_time(5)
        assert sorted(world.vendor.taken) == [0, 1, 2]

    play(tmp_path, work)


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("command", "by a command"),
        ("reload", "by a reload"),
        ("console", "by the console"),
        ("probe", "its vendor answers again"),
        ("tag", "its tag is back"),
    ],
)
def test_the_log_says_once_that_a_parked_destination_goes_on_and_by_what(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, by: str, why: str
) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put("someone@example.com")
        if by == "tag":
            tag = world.tags.pop("meta")
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        if by == "command":
            resume(tmp_path / "outbox.db", NOW, "meta", "1")
        elif by == "probe":
            await world.pass_time(900)
        elif by == "tag":
            world.tags["meta"] = tag
        else:
            await world.delivery.unpark("meta" if by == "console" else "")
        for _ in range(4):
            await world.pass_time(5)
        assert world.vendor.taken == ["someone@example.com"]

    play(tmp_path, work)
    said = [one.getMessage() for one in caplog.records if "no longer" in one.getMessage() and one.levelname != "ERROR"]
    assert said == [f"meta (1): no longer parked, {why}"]
    assert "someone" not in caplog.text


def test_a_destination_for_which_nothing_waits_is_said_to_go_on_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(world: World) -> None:
        await world.put(1)
        await world.rounds()
        await world.outbox.park("meta", "1", "said 401")
        await world.pass_time(5)
        resume(tmp_path / "outbox.db", NOW)
        await world.pass_time(5)

    play(tmp_path, work)
    assert caplog.messages[-1] == "meta (1): no longer parked, by a command"


def test_a_reload_tries_what_fails_at_once_but_not_what_the_vendor_asked_to_wait(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        world.vendor.answers["meta/2"] = lambda bodies: Response(429, {"retry-after": "600"})
        await world.put(1, destination="1")
        await world.put(2, destination="2")
        for _ in range(40):
            await world.pass_time(60)
        world.vendor.answers.clear()
        await world.put(3, destination="1")
        assert await world.delivery.unpark() == 0
        await world.rounds()
        assert world.vendor.taken == [3]

    play(tmp_path, work)


def test_the_request_that_was_refused_is_an_attempt_of_its_payloads_and_of_no_others(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(30))
        await world.rounds()
        sent = {body for _, bodies in world.vendor.requests for body in bodies}
        kept = [one for one in entries([tmp_path / "outbox.db"]) if one.outcome == "pending"]
        tried = [one for one in kept if one.attempts]
        assert 0 < len(tried) == len(sent) < 30
        assert {(one.attempts, one.status, one.reason) for one in tried} == {(1, 401, "said 401")}
        assert [(one.status, one.reason) for entry in tried for one in entry.history] == [(401, "said 401")] * len(
            tried
        )
        assert all(not one.history for one in kept if not one.attempts)
        world.vendor.answers["meta/1"] = accepts
        await world.delivery.unpark()
        await world.rounds()
        assert sorted(world.vendor.taken) == list(range(30))

    play(tmp_path, work, batch_count=4)
