"""The log tag: a line for every event, through the outbox into a file, with nobody recognisable in it."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from pathlib import Path

from container.component import Request, Response
from container.journal import Journal
from container.runtime import route
from tests.tags.sent import NOW, built, config, hit, problems, routed, the


def test_a_line_tells_what_fired_and_nothing_of_the_visitor() -> None:
    line = built(
        "log: data/events.jsonl", gcs="G111", en="purchase", epn__value=120.5, cu="EUR", ep__transaction_id="o-1",
        dl="https://shop.example/thanks?mail=ana%40example.com&a=1", ep__note="call +49 151 12345678",
        **{"ep__user_data.email_address": "ana@example.com"},
    )  # fmt: skip
    assert line == {
        "time": "2026-03-01T12:00:00.000Z",
        "client": "browser",
        "event_name": "purchase",
        "event_id": "o-1",
        "consent": {"ad_storage": "granted", "analytics_storage": "granted"},
        "page_location": "https://shop.example/thanks?a=1",
        "transaction_id": "o-1",
        "value": 120.5,
        "currency": "EUR",
    }


def test_fields_may_be_added_and_personal_data_in_them_is_hashed() -> None:
    fields = 'who: "{{ event.user_data.email_address }}", n: "{{ event.items | length }}"'
    tag = f"log: {{ file: x.jsonl, fields: {{ {fields} }} }}"
    line = built(tag, pr1="ida", **{"ep__user_data.email_address": "ana@example.com"})
    assert line["who"] == sha256(b"ana@example.com").hexdigest()
    assert line["n"] == 1


def test_the_same_event_twice_is_two_lines() -> None:
    assert [one.event_id for one in routed("log: x.jsonl", ep__event_id="e-1").outgoing] == [""]


def test_lines_of_a_batch_are_written_one_below_the_other(tmp_path: Path) -> None:
    file = tmp_path / "new" / "events.jsonl"
    configuration = config(f"log: {file}")
    bodies = [route(hit(dt=f"page\n{n}"), configuration, NOW).outgoing[0].body for n in range(3)]
    request = the(configuration).pack("", bodies, "http://nowhere.example")
    answers = [asyncio.run(Journal(Nobody()).send(request, 5)) for _ in range(2)]
    assert [the(configuration).judge(one, 3).action for one in answers] == ["done", "done"]
    lines = file.read_text().splitlines()
    assert len(lines) == 6
    assert all(json.loads(line)["event_name"] == "page_view" for line in lines)


class Nobody:
    """A network that must not be asked."""

    async def send(self, request: Request, within: float) -> Response:
        return Response(599, failure=request.url)


def test_what_is_for_the_network_goes_on_to_it() -> None:
    answer = asyncio.run(Journal(Nobody()).send(Request("POST", "https://x.example/", {}, b""), 5))
    assert (answer.status, answer.failure) == (599, "https://x.example/")


def test_a_full_disk_makes_lines_wait_and_says_so() -> None:
    tag = the(config("log: /dev/full"))
    answer = asyncio.run(Journal(Nobody()).send(tag.pack("", [b"{}"], ""), 5))
    verdict = tag.judge(answer, 1)
    assert verdict.action == "later"
    assert verdict.reason == "the file cannot be written: no space left on device"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    tag = the(config(f"log: {tmp_path}"))
    verdict = tag.judge(asyncio.run(Journal(Nobody()).send(tag.pack("", [b"{}"], ""), 5)), 1)
    assert (verdict.action, verdict.reason) == ("later", "the file cannot be written: is a directory")
    told = problems(f"log: {tmp_path}/")
    assert told == ["tags.it.log: this is a folder; add the name of the file, such as events.jsonl"]
