"""Captured pixel hits, and hits made from a few parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from container.clients.meta_pixel import MetaPixelClient
from container.component import Incoming, Reading
from container.hit import Hit

NOW = 1795412850.0  # 2026-11-23, after every captured hit
ROWS = [json.loads(line) for line in (Path(__file__).parents[1] / "hits/pixel.jsonl").read_text("utf-8").splitlines()]
SHA = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"
OTHER_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MD5 = "495905ffa1314565844202a2ec0f0171"


def captured(row: dict[str, Any], **headers: str) -> Hit:
    body = row.get("body", "").encode()
    return Hit(row["method"], row["path"], row["query"], {"host": row["host"], **headers}, body, "203.0.113.9")


def pixel(query: str, *, path: str = "/tr/", now: float = NOW, **headers: str) -> Incoming:
    reading = read(Hit("GET", path, query, {name.replace("_", "-"): value for name, value in headers.items()}), now)
    return reading.incoming[0]


def read(hit: Hit, now: float = NOW, **options: Any) -> Reading:
    client = MetaPixelClient(**options)
    assert client.claims(hit)
    return client.read(hit, now)
