"""One YAML file beside the configuration makes a type of tag, used, explained, linted, tested and in the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from container.component import Payload
from container.config.load import load
from container.context import Context
from tests.cli.tagdock import tagdock

TEMPLATE = """description: |
  Tells the shop's own warehouse of every order.

  It knows nothing of visitors.
endpoint: https://warehouse.example
options:
  depot: { help: The depot that ships., pattern: "[A-Z]{3}", example: BER }
  token: { kind: secret, help: The warehouse's token. }
  urgent: { kind: boolean, default: false, help: Whether to ship at once. }
request:
  path: /depots/{{ option.depot }}/orders
  headers: { Authorization: "Bearer {{ option.token }}" }
  body: { orders: "{{ payloads }}", urgent: "{{ option.urgent }}" }
batch: 20
events: { purchase: order }
other_events: suppress
payload:
  kind: "{{ event_name }}"
  id: "{{ event_id }}"
  customer: "{{ person.email | hash_plain }}"
  lines: { for_each: "{{ event.items }}", sku: "{{ item.item_id }}", count: "{{ item.quantity | number or 1 }}" }
answers:
  - { status: 409, then: done }
  - { status: 400, where: { $.error: closed }, then: later }
examples:
  an order:
    event: { event_name: purchase, event_id: o-1, items: [{ item_id: a }, { item_id: b, quantity: 3 }] }
    sends: { kind: order, id: o-1, lines: [{ sku: a, count: 1 }, { sku: b, count: 3 }] }
  a page view is no order:
    event: { event_name: page_view }
    suppressed: the vendor has no such event
"""
CONFIG = """
clients: { browser: ga4 }
triggers: { all: { event: [purchase, page_view] } }
tags:
  depot: { warehouse: { depot: BER, token: $TOKEN }, fires_on: all }
tests:
  an order is told:
    at: 2026-03-01T12:00:00Z
    given: { client: browser, query: { v: 2, tid: G-1, cid: 1.2, en: purchase, ep.event_id: o-7, pr1: idhat~qt2 } }
    expect: { fired: [depot], sends_exactly: { depot: { kind: order, id: o-7, lines: [{ sku: hat, count: 2 }] } } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "warehouse.yaml").write_text(TEMPLATE)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


def test_one_file_is_all_it_takes(folder: Path) -> None:
    linted = tagdock("lint", "--strict", at=folder)
    assert (linted.returncode, linted.stdout) == (0, "config.yaml is in order\n")
    tested = tagdock("test", at=folder)
    assert tested.returncode == 0, tested.stdout
    for name in ("an order is told", "warehouse: an order", "warehouse: a page view is no order"):
        assert f"✓ {name}\n" in tested.stdout
    assert "3 passed, 0 failed" in tested.stdout
    explained = tagdock("explain", "warehouse", at=folder)
    assert "Tells the shop's own warehouse of every order." in explained.stdout
    assert "Whether to ship at once." in explained.stdout
    told = json.loads(tagdock("explain", "warehouse", "--json", at=folder).stdout)
    options = {one["name"]: (one["required"], one["secret"]) for one in told[0]["options"]}
    assert options["token"] == (True, True)
    assert options["urgent"] == (False, False)
    assert "The depot that ships." in tagdock("schema", at=folder).stdout


def test_a_misspelled_option_gets_advice(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG.replace("depot: BER", "depto: BER"))
    linted = tagdock("lint", at=folder)
    assert linted.returncode == 1
    assert "tags.depot.warehouse.depto: warehouse has no option 'depto'; did you mean 'depot'?" in linted.stdout


def test_a_fault_in_the_file_is_told_with_its_place(folder: Path) -> None:
    (folder / "tags" / "warehouse.yaml").write_text(TEMPLATE.replace("person.email", "person.emial"))
    for command in ("lint", "test"):
        done = tagdock(command, at=folder)
        assert done.returncode == 1
        said = done.stdout + done.stderr
        assert "tags/warehouse.yaml:20:17: payload.customer: a person has no 'emial'; did you mean 'email'?" in said


def test_an_example_that_fails_shows_both_sides(folder: Path) -> None:
    (folder / "tags" / "warehouse.yaml").write_text(TEMPLATE.replace("count: 3 }]", "count: 4 }]"))
    tested = tagdock("test", at=folder)
    assert tested.returncode == 1
    assert "✗ warehouse: an order\n" in tested.stdout
    assert "tags/warehouse.yaml:26: lines.1.count: expected 4, received 3" in tested.stdout
    assert tagdock("test", "-k", "page view", at=folder).returncode == 0


def test_examples_of_a_template_nobody_uses_are_not_run(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG.replace("warehouse: { depot: BER, token: $TOKEN }", "log: x.jsonl")
                                        .replace(", sends_exactly: { depot: { kind: order, id: o-7, "
                                                 "lines: [{ sku: hat, count: 2 }] } }", ""))  # fmt: skip
    assert "1 passed, 0 failed" in tagdock("test", at=folder).stdout


def test_no_secret_is_among_the_options_a_payload_sees(folder: Path) -> None:
    text = TEMPLATE.partition("examples:")[0].replace('kind: "{{ event_name }}"', 'all: "{{ option }}"')
    (folder / "tags" / "warehouse.yaml").write_text(text)
    container = load(folder / "config.yaml", {"TOKEN": "token-123456"}).whole()
    built = container.tags["depot"].build(Context({"event_name": "purchase", "event_id": "o-1"}))
    assert isinstance(built, Payload)
    assert built.body["all"] == {"depot": "BER", "urgent": False}
