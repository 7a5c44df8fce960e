"""What a client tells at a glance is what it would have read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from container.clients.ga4 import Ga4Client
from container.clients.meta_pixel import MetaPixelClient
from container.component import Client
from container.config.load import load
from container.ga4.first_party_id import FirstPartyId
from container.hit import Hit
from container.runtime import route

ROOT = Path(__file__).parents[2]
CLIENTS: tuple[Client, ...] = (Ga4Client(), MetaPixelClient())
CAPTURED = [
    Hit(hit["method"], hit["path"], hit["query"], {}, hit.get("body", "").encode())
    for name in ("ga4.jsonl", "pixel.jsonl")
    for hit in map(json.loads, (ROOT / "tests" / "hits" / name).read_text().splitlines())
]


def agrees(client: Client, hit: Hit) -> bool:
    """Whether the glance, if there is one, tells what reading tells."""
    seen = client.glance(hit)
    if seen is None:
        return True
    reading = client.read(hit, 1.8e9)
    return [one.event.get("event_name") for one in reading.incoming] == [seen[0]] and reading.answer == seen[1]


@pytest.mark.parametrize("hit", CAPTURED, ids=lambda hit: hit.query_string[:40])
def test_of_a_captured_hit(hit: Hit) -> None:
    assert all(agrees(client, hit) for client in CLIENTS if client.claims(hit))


def test_most_captured_hits_tell_their_name_at_a_glance() -> None:
    told = [hit for hit in CAPTURED if any(client.claims(hit) and client.glance(hit) for client in CLIENTS)]
    assert len(told) > 75


PIECES = some.sampled_from(
    [
        "en=scroll",
        "en=page_view",
        "ev=Lead",
        "ev=",
        "en=",
        "%65n=purchase",
        "e%6E=x",
        "%76=1",
        "ev=a%20b",
        "en=%2B+",
        "id=1",
    ]
)


@settings(max_examples=300)
@given(some.lists(PIECES, max_size=6), some.text(max_size=12))
def test_of_a_made_up_query(pieces: list[str], rest: str) -> None:
    query = "&".join([*pieces, rest])
    assert agrees(CLIENTS[0], Hit("GET", "/g/collect", query))
    assert agrees(CLIENTS[1], Hit("GET", "/tr", query))


def test_a_reading_with_effects_of_its_own_is_never_skipped() -> None:
    hit = Hit("GET", "/g/collect", "v=2&tid=G-1&en=scroll&cid=1.2")
    assert Ga4Client().glance(hit) is not None
    assert Ga4Client(first_party_id=FirstPartyId()).glance(hit) is None


def test_a_hit_whose_event_no_tag_could_fire_for_is_answered_and_counted_without_being_read() -> None:
    configuration = load(ROOT / "config.yaml", {}).whole()
    routed = route(Hit("GET", "/g/collect", "v=2&tid=G-1&en=scroll&cid=1.2"), configuration, 1.8e9)
    assert (routed.client, routed.answer.status, routed.events, routed.outgoing) == ("browser", 204, 1, [])
