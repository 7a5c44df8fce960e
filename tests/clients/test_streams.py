"""A ga4 client that is told its streams routes no other's events."""

from pathlib import Path

from container.clients.ga4 import Ga4Client
from container.component import Reading
from container.config.load import load
from container.event import DROP
from container.hit import Hit
from container.runtime import route
from tests.clients.pixel import NOW

CONFIG = """
container: { name: test }
clients: { browser: { ga4: { measurement_ids: [G-OWN, G-OTHER] } } }
triggers: { purchase: { event: purchase } }
tags: { note: { log: {}, fires_on: purchase } }
"""


def read(query: str, body: str = "") -> Reading:
    client = Ga4Client(measurement_ids=["G-OWN", "G-OTHER"])
    return client.read(Hit("POST" if body else "GET", "/g/collect", query, {}, body.encode(), ""), NOW)


def test_events_of_other_streams_are_answered_but_not_routed() -> None:
    own, other = read("v=2&tid=G-OWN&en=purchase"), read("v=2&tid=G-EVIL&en=purchase")
    assert DROP not in own.incoming[0].event
    assert own.notes == []
    assert other.incoming[0].event[DROP] == "the stream is not in measurement_ids"
    assert other.notes == ["the stream is not in measurement_ids"]
    assert other.answer == own.answer


def test_it_is_asked_of_every_line_of_a_batch_and_an_event_without_a_stream_is_of_none() -> None:
    lines = read("v=2", "en=a&tid=G-OWN\r\nen=b&tid=G-EVIL\r\nen=c\r\nen=d&tid=G-OTHER").incoming
    assert [(one.event["event_name"], DROP in one.event) for one in lines] == [
        ("a", False), ("b", True), ("c", True), ("d", False),
    ]  # fmt: skip


def test_a_container_says_why_no_tag_saw_it(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG)
    configuration = load(file, {}).whole()
    for stream, outcome in (("G-OWN", "fired"), ("G-EVIL", "suppressed")):
        hit = Hit("GET", "/g/collect", f"v=2&tid={stream}&cid=1.2&en=purchase", {}, b"", "203.0.113.7")
        routed = route(hit, configuration, NOW, explain=True)
        assert routed.trace is not None
        (tag,) = routed.trace.to_json()["events"][0]["tags"]
        assert tag["outcome"] == outcome
        assert outcome == "fired" or tag["reason"] == "the stream is not in measurement_ids"
        assert bool(routed.outgoing) == (outcome == "fired")
