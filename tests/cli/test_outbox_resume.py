"""Destinations that go on by a command, what redriving leaves alone, and wrong usage told in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from container.outbox import Outbox
from container.outbox.accounts import accounts
from tests.cli.test_outbox_files import tagdock
from tests.outbox.entries import NOW, entry, take, with_outbox

CONFIG = """
container: { listen: 127.0.0.1:9 }
clients: { browser: ga4 }
triggers: { anything: { where: { event.event_name: { exists: true } } } }
tags: { meta: { meta_capi: { pixel_id: "123", access_token: $TOKEN }, fires_on: anything, needs_consent: [] } }
"""
FILE = Path("data") / "outbox.sandbox.db"


async def parked(outbox: Outbox) -> None:
    await outbox.put([entry(1), entry(2, destination="456"), entry(3, tag="old")])
    for tag, to in (("meta", "123"), ("meta", "456"), ("old", "123")):
        await outbox.park(tag, to, "(#190) token refused")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG)
    with_outbox(tmp_path / FILE, parked)
    return tmp_path


def still(folder: Path) -> list[tuple[str, str]]:
    return [(one.tag, one.destination) for one in accounts(folder / FILE) if one.parked]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ([], []),
        (["meta"], [("old", "123")]),
        (["meta", "456"], [("meta", "123"), ("old", "123")]),
    ],
)
def test_what_is_parked_goes_on_where_no_server_runs(folder: Path, words: list[str], left: list[Any]) -> None:
    done = tagdock("outbox", "resume", *words, at=folder)
    assert done.exit_code == 0, done.stderr
    assert still(folder) == left
    assert done.stdout.splitlines()[-1] == (
        "no server answers at http://127.0.0.1:9: the next one that is started goes on with it"
    )
    if left == [("old", "123")]:
        assert done.stdout.startswith("meta 123 goes on; it was parked: (#190) token refused\nmeta 456 goes on")


def test_a_tag_that_is_not_in_the_configuration_is_parked_again_which_is_said(folder: Path) -> None:
    assert "old is not in the configuration: it is parked again" in tagdock("outbox", "resume", at=folder).stdout
    assert tagdock("outbox", "resume", at=folder).stdout.startswith("nothing is parked\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["meta", "12"], "'meta 12' is not parked; did you mean 'meta 123'?"),
        (["meta", "x\x1b[31m"], "'meta x\\x1b[31m' is not parked; did you mean 'meta 123'?"),
        (["metta", "456"], "'metta 456' is no tag of the configuration, and not parked; did you mean 'meta 456'?"),
        (["nope"], "'nope' is no tag of the configuration, and not parked"),
    ],
)
def test_what_is_not_parked_does_not_go_on_and_what_is_parked_is_listed(
    folder: Path, words: list[str], said: str
) -> None:
    done = tagdock("outbox", "resume", *words, at=folder)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [said, "parked: meta 123, meta 456, old 123"]
    assert len(still(folder)) == 3
    told = tagdock("outbox", "resume", *words, "--json", at=folder)
    assert told.exit_code == 1
    assert [one["destination"] for one in json.loads(told.stdout)["parked"]] == ["123", "456", "123"]


def test_a_tag_of_which_nothing_is_parked_any_more_is_said_to_be_so(folder: Path) -> None:
    tagdock("outbox", "resume", at=folder)
    done = tagdock("outbox", "resume", "meta", at=folder)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines() == ["'meta' is not parked", "nothing is parked"]


def test_a_server_that_has_the_file_goes_on(folder: Path) -> None:
    async def work(outbox: Outbox) -> None:
        told = json.loads(tagdock("outbox", "resume", "meta", "123", "--json", at=folder).stdout)
        assert told["resumed"] == [{"tag": "meta", "destination": "123", "parked": "(#190) token refused"}]
        await outbox.refresh()
        group = outbox.groups()["meta", "123"]
        assert group.parked == ""
        assert group.resumed_at > NOW
        assert outbox.groups()["meta", "456"].parked == "(#190) token refused"

    with_outbox(folder / FILE, work)


def test_redriving_leaves_alone_what_was_delivered_since(folder: Path) -> None:
    async def deliver(outbox: Outbox) -> None:
        await outbox.bury(await take(outbox), 400, "no email", NOW + 10)
        await outbox.bury(await take(outbox, destination="456"), 400, "no email", NOW + 10)
        await outbox.put([entry(1, time=NOW + 60)])
        await outbox.done(await take(outbox, now=NOW + 60))

    with_outbox(folder / FILE, deliver)
    left = "1 were delivered since, left alone; --force sends them all the same"
    tried = tagdock("outbox", "redrive", "--dry-run", at=folder).stdout.splitlines()
    assert tried == ["1 dead letter would be sent again", left]
    done = tagdock("outbox", "redrive", at=folder).stdout.splitlines()
    assert done[0].startswith("1 dead letter pending again")
    assert done[1] == left
    told = json.loads(tagdock("outbox", "redrive", "--force", "--json", at=folder).stdout)
    assert (told["chosen"], told["redriven"], told["delivered_since"]) == (1, 1, 0)


def test_status_says_since_when_something_is_due_again(folder: Path) -> None:
    async def put_off(outbox: Outbox) -> None:
        await outbox.unpark("meta", "123", NOW)
        await outbox.later(await take(outbox), NOW + 5, 503, "busy")

    with_outbox(folder / FILE, put_off)
    lines = tagdock("outbox", "status", at=folder).stdout.splitlines()
    assert "meta 123: what was tried is due again since 2025-12-26T13:25:05Z: a running server is at it" in "\n".join(
        lines
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["outbox", "dead", "--tag", "nope"],
            "'nope' is no tag of the configuration, and nothing of it is kept; there is",
        ),
        (["outbox", "redrive", "--tag", "nope"], "'nope' is no tag"),
        (["ledger", "--tag", "nope"], "'nope' is no tag"),
        (["outbox", "show", "abc"], "'abc' is not a number from 1 on"),
        (["outbox", "dead", "--limit", "0"], "'0' is not a number from 1 on"),
        (["ledger", "--limit", "many"], "'many' is not a number from 1 on"),
        (["ledger", "--outcome", "lost"], "'lost' is not one of 'delivered', 'pending'"),
        (["explain-event", ""], "it is empty; give an event_id, or the id of an order"),
    ],
)
def test_wrong_usage_is_told_in_words(folder: Path, words: list[str], said: str) -> None:
    done = tagdock(*words, at=folder)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_time_is_written_alike_everywhere(folder: Path) -> None:
    for words in (["outbox", "dead", "--since", "7d"], ["ledger", "--since", "7d"]):
        assert tagdock(*words, at=folder).exit_code == 0


def test_a_tag_that_is_no_more_but_has_payloads_is_known(folder: Path) -> None:
    assert tagdock("outbox", "dead", "--tag", "old", at=folder).exit_code == 0
