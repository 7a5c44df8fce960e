"""A fuzz run: captured hits, cut and mutated, and random bytes through the shipped configuration.

``python -m tests.fuzz 200000`` prints how many inputs raised or failed, and how long the slowest took.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from container.config.document import Configuration
from container.config.load import load, load_text
from container.hit import Hit
from container.hit_file import read_hits
from container.preview import mask
from container.runtime import route
from container.web.json import to_bytes

ROOT = Path(__file__).parents[1]
NOW = 1_772_366_400.0

EVERYTHING = """
clients:
  browser: ga4
  pixel: meta_pixel
  backend: measurement_protocol
  orders:
    json_webhook:
      path: /hooks/orders
      event: { event_name: purchase, event_id: $.order.id, value: $.order.total, user_data: { email_address: $.email } }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: x }
    needs_consent: []
    fires_on: anything
triggers: { anything: { where: { event.event_name: { exists: true } } } }
"""
"""Beside the shipped file: every client, and a tag that takes whatever they read."""

PIECES = (
    b"&", b"=", b"%", b"%00", b"%ff", b"%u20ac", b"~", b"~~", b";", b"[]", b"[", b"]", b"{", b'{"a":', b'"',
    b"\\", b"\r\n", b"\n", b"+", b".", b"..", b",", b"@", b"NaN", b"Infinity", b"1e999", b"-0", b"9" * 400, b"\x00",
    b"\xff\xfe", "ü€😀".encode(), b"en=", b"&ep.event_name=x", b"&epn.value=NaN", b"&pr1=", b"&_s=",
    b"&em=tv.1~em.", b"&gcs=G1",
    b"&gcd=1", b"&cd[", b"&ud[em]=", b"[" * 200, b'{"a":' * 100, b"a=1&" * 300, b"&sst.x.y.z=1", b"null", b"true",
    b"&ep.user_data.email_address=", b"[1,2]",
)  # fmt: skip
"""What a mutation puts in: separators, odd numbers, broken encodings, names that mean something, deep nesting."""


@dataclass
class Result:
    """What came of a run; times in milliseconds."""

    inputs: int = 0
    claimed: int = 0
    events: int = 0
    payloads: int = 0
    refused: int = 0
    raised: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]


def run(count: int, seed: int = 1) -> Result:
    """Route so many inputs, every other one also traced and shown; nothing may be raised, no component may fail."""
    chance = random.Random(seed)
    captured = [hit for name in ("ga4", "pixel") for hit in read_hits(ROOT / "tests" / "hits" / f"{name}.jsonl")]
    shipped, everything = load(ROOT / "config.yaml", {}).whole(), load_text(EVERYTHING).whole()
    result = Result()
    for number in range(count):
        hit = _input(chance, captured)
        _one(hit, everything if number % 3 == 0 else shipped, number % 2 == 0, result)
    return result


def _one(hit: Hit, configuration: Configuration, explain: bool, result: Result) -> None:
    begin = time.perf_counter()
    try:
        routed = route(hit, configuration, NOW, explain=explain)
        taken = time.perf_counter() - begin
        if routed.trace is not None:
            to_bytes(mask(routed.trace.to_json()))
    except Exception as error:  # noqa: BLE001 - what the run is looking for
        result.raised.append(f"{type(error).__name__}: {error!s:.200} {hit!r:.500}")
        return
    finally:
        result.inputs += 1
    result.times.append(taken * 1000)
    result.raised += [f"{failure} {hit!r:.500}" for failure in routed.failures]
    result.claimed += routed.client is not None
    result.events += routed.events
    result.payloads += len(routed.outgoing)
    result.refused += routed.answer.status >= 500


def _input(chance: random.Random, captured: list[Hit]) -> Hit:
    if chance.random() < 0.1:
        path = chance.choice(
            ["/g/collect", "/tr/", "/mp/collect", "/debug/mp/collect", "/hooks/orders", "/events", "/"]
        )
        method = chance.choice(["GET", "POST"])
        query = _text(chance.randbytes(chance.randrange(200)))
        kind = chance.choice(["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
        return Hit(method, path, query, {"content-type": kind}, chance.randbytes(chance.randrange(600)), "198.51.100.7")
    hit = chance.choice(captured)
    query, body = hit.query_string.encode("utf-8", "replace"), hit.body
    for _ in range(chance.randrange(1, 5)):
        if body and chance.random() < 0.5:
            body = _mutated(chance, body)
        else:
            query = _mutated(chance, query)
    headers = dict(hit.headers)
    if chance.random() < 0.5:
        headers["cookie"] = "cmp_marketing=yes; " + _text(_mutated(chance, b"_fbp=fb.1.1772366300000.1234567890"))
        headers["user-agent"] = _text(_mutated(chance, b"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"))
    path, method = hit.path, hit.method
    if chance.random() < 0.1:
        path = chance.choice(["/mp/collect", "/debug/mp/collect", "/hooks/orders", "/tr", "/g/collect", hit.path + "x"])
        method = chance.choice(["GET", "POST", "PUT", "HEAD"])
    return Hit(method, path, _text(query), headers, body, chance.choice(["198.51.100.7", "", "::1", "not an address"]))


def _mutated(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data) + 1)
    end = min(len(data), place + chance.randrange(1, 40))
    match chance.randrange(7):
        case 0:
            return data[:place]
        case 1:
            return data[place:]
        case 2:
            return data[:place] + chance.choice(PIECES) + data[place:]
        case 3:
            return data[:place] + chance.choice(PIECES) + data[end:]
        case 4:
            return data[:place] + chance.randbytes(chance.randrange(1, 20)) + data[end:]
        case 5:
            return data[:end] + data[place:]
        case _:
            values = data.split(b"&")
            chance.shuffle(values)
            return b"&".join(values)


def _text(data: bytes) -> str:
    """As a server hands a query over: bytes as characters."""
    return data.decode("latin-1")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    begin = time.perf_counter()
    result = run(count, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    sys.stdout.write(
        f"{result.inputs} inputs in {time.perf_counter() - begin:.1f} s: {result.claimed} claimed, "
        f"{result.events} events, {result.payloads} payloads, {result.refused} answers of 5xx, "
        f"{len(result.raised)} exceptions; median {result.percentile(0.5):.3f} ms, "
        f"p99 {result.percentile(0.99):.3f} ms, "
        f"p99.9 {result.percentile(0.999):.3f} ms, slowest {max(result.times):.3f} ms\n"
    )
    for raised in result.raised[:10]:
        sys.stdout.write(raised + "\n")
    sys.exit(1 if result.raised else 0)


if __name__ == "__main__":
    main()
