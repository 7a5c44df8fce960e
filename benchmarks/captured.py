"""The captured hits of the tests as load: as recorded, or only those that reach Meta."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.servers import ROOT
from container.config.load import load
from container.hit import Hit
from container.runtime import route

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "cookie": "cmp_marketing=yes"}
"""What every visitor of the benchmark brings: a browser, and the shop's consent banner answered with yes."""


def write_hits(path: Path, *, reaching_meta: bool) -> int:
    """Write the load for wrk: every captured browser hit, or only those of which an event leaves. Returns how many."""
    configuration = load(ROOT / "config.yaml", {}).whole()
    lines = []
    for name, parameter in (("ga4.jsonl", "ep.event_id"), ("pixel.jsonl", "eid")):
        for text in (ROOT / "tests" / "hits" / name).read_text().splitlines():
            hit = json.loads(text)
            if hit["kind"] not in {"ga4", "pixel"}:
                continue
            routed = route(_hit(hit), configuration, 1.8e9)
            if routed.outgoing or not reaching_meta:
                lines.append(_line(hit, parameter))
    path.write_text("\n".join(lines) + "\n")
    return len(lines)


def _hit(hit: dict[str, Any]) -> Hit:
    headers = {**BROWSER, "content-type": hit.get("content_type", "")}
    return Hit(hit["method"], hit["path"], hit["query"], headers, hit.get("body", "").encode(), "203.0.113.7")


def _line(hit: dict[str, Any], parameter: str) -> str:
    # Captured URLs are not always escaped the way a request line needs; what is decoded from them stays the same.
    query = quote(hit["query"].replace("richsstsse", ""), safe="%&=+[]~!*'();:@$,/?-._")
    body = hit.get("body", "").replace("\r\n", "\n").replace("\n", "\\n")
    kind = hit.get("content_type") or hit.get("headers", {}).get("content-type", "")
    place = "body" if body and "id=" in body and not query else "url"
    return "\t".join((hit["method"], f"{hit['path']}?{query}", kind if body else "", body, place, parameter))
