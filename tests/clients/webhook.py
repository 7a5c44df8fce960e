"""A json_webhook client made from a few lines of configuration, and requests posted to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from container.clients.json_webhook import JsonWebhookClient
from container.component import Reading
from container.config.load import load_text
from container.hit import Hit

ROOT = Path(__file__).parents[2]
HITS = ROOT / "tests/hits"
NOW = 1795412850.0  # 2026-11-23T05:47:30Z
ORDER = """
event: { event_name: purchase, event_id: $.id, value: $.total, currency: $.currency,
         user_data: { email_address: $.customer.email } }
"""


def client(text: str = ORDER, environ: dict[str, str] | None = None) -> JsonWebhookClient:
    """The client of a configuration whose options are the given YAML."""
    body = "\n".join(f"      {line}" for line in text.strip().splitlines())
    loaded = load_text(f"clients:\n  orders:\n    json_webhook:\n      path: /hooks/orders\n{body}\n", environ)
    made = loaded.whole().clients["orders"]
    assert isinstance(made, JsonWebhookClient)
    return made


def faults(text: str, environ: dict[str, str] | None = None, rest: str = "") -> list[str]:
    """The problems of such a configuration, without their places."""
    body = "\n".join(f"      {line}" for line in text.strip().splitlines())
    loaded = load_text(f"clients:\n  orders:\n    json_webhook:\n      path: /hooks/orders\n{body}\n{rest}", environ)
    return [
        f"{one.path.removeprefix('clients.orders.json_webhook.')}: {one.text}; {one.hint}" for one in loaded.problems
    ]


def post(body: Any, *, now: float = NOW, of: JsonWebhookClient | None = None, **headers: str) -> Reading:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    hit = Hit("POST", "/hooks/orders", "", {name.replace("_", "-"): value for name, value in headers.items()}, raw)
    made = of or client()
    assert made.claims(hit)
    return made.read(hit, now)


def documented(name: str) -> JsonWebhookClient:
    """The client of the documentation's worked example."""
    section = (ROOT / "docs/clients.md").read_text("utf-8").partition("\n## json_webhook\n")[2].partition("\n## ")[0]
    blocks = [block for block in re.findall(r"```yaml\n(.*?)```", section, re.S) if f"\n  {name}:" in block]
    made = load_text(blocks[0], {"SHOPIFY_WEBHOOK_SECRET": "shop-secret", "STRIPE_WEBHOOK_SECRET": "whsec_test"})
    found = made.whole().clients[name]
    assert isinstance(found, JsonWebhookClient)
    return found
