"""The ga4 client reads what browsers really sent, and whatever else arrives on its paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from container.clients.ga4 import Ga4Client
from container.component import Incoming, Reading
from container.hit import Hit

NOW = 1_766_755_500.0
CAPTURED = [
    msgspec.json.decode(line) for line in (Path(__file__).parents[1] / "hits" / "ga4.jsonl").read_bytes().splitlines()
]
HITS = [one for one in CAPTURED if one["kind"] == "ga4"]


def hit_of(one: dict[str, Any]) -> Hit:
    body = one.get("body") or ""
    return Hit(one["method"], one["path"], one["query"], one.get("headers") or {}, body.encode(), ip="203.0.113.7")


def read(query: str = "", body: str = "", **headers: str) -> Reading:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Ga4Client().read(Hit("POST", "/g/collect", query, named, body.encode(), ip="203.0.113.7"), NOW)


def only(query: str = "", body: str = "", **headers: str) -> Incoming:
    incoming = read(query, body, **headers).incoming
    assert len(incoming) == 1
    return incoming[0]


def same(found: Any, expected: Any) -> bool:
    """Equal with the types of numbers, which ``==`` overlooks."""
    return msgspec.json.encode(found, order="sorted") == msgspec.json.encode(expected, order="sorted")


@pytest.mark.parametrize("one", HITS, ids=lambda one: one["id"])
def test_a_captured_hit_is_claimed_and_read_as_its_expectations_say(one: dict[str, Any]) -> None:
    client, hit = Ga4Client(), hit_of(one)
    assert client.claims(hit)
    reading = client.read(hit, NOW)
    expected = one["expect"]["events"]
    assert len(reading.incoming) == len(expected)
    for incoming, fields in zip(reading.incoming, expected, strict=True):
        wrong = {
            key: incoming.event.get(key) for key, value in fields.items() if not same(incoming.event.get(key), value)
        }
        assert wrong == {}


@pytest.mark.parametrize("one", [one for one in HITS if "consent" in one["expect"]], ids=lambda one: one["id"])
def test_a_captured_hit_says_what_its_site_said_of_consent(one: dict[str, Any]) -> None:
    said = one["expect"]["consent"]
    explicit = {purpose: state for purpose, state in said.get("gcs", {}).items() if state}
    explicit |= {purpose: both["explicit"] for purpose, both in said.get("gcd", {}).items() if both["explicit"]}
    implicit = {purpose: both["implicit"] for purpose, both in said.get("gcd", {}).items() if both["implicit"]}
    for incoming in Ga4Client().read(hit_of(one), NOW).incoming:
        assert incoming.consent == explicit
        assert incoming.implicit == implicit
