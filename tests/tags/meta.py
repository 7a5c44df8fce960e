"""What the tests of the meta_capi tag share: a browser's hit, a tag, and one event built by it."""

import hashlib
from typing import Any

from container.component import Payload, Suppressed
from container.context import Context, Shared
from container.expression import compile_expression
from container.hit import Hit
from container.kinds import SecretText
from tags.meta_capi import MetaCapiTag

NOW = 1_790_000_000.25
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
ADDRESS = "198.51.100.7"
PIXEL = "1234567890"
FBP = "fb.1.1596403881668.1116446470"
DAY = 86400


def of(text: str) -> str:
    """Meta's hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def tag(**options: Any) -> MetaCapiTag:
    """A tag for one pixel; texts given for options that take an expression are compiled."""
    given: dict[str, Any] = {"pixel_id": PIXEL, "access_token": SecretText("EAAB-secret"), **options}
    pixels = given["pixel_id"] if isinstance(given["pixel_id"], list) else [given["pixel_id"]]
    given["pixel_id"] = [compile_expression(pixel) for pixel in pixels]
    for name in ("action_source", "event_id", "event_source_url", "messaging_channel", "opt_out"):
        if name in given:
            given[name] = compile_expression(given[name])
    for name in ("user_data", "custom_data", "app_data", "original_event_data"):
        if name in given:
            given[name] = tree(given[name])
    return MetaCapiTag(**given)


def tree(value: Any) -> Any:
    """A value of a configuration as it is after decoding."""
    if isinstance(value, str):
        return compile_expression(value)
    if isinstance(value, dict):
        return {key: tree(inner) for key, inner in value.items()}
    return [tree(inner) for inner in value] if isinstance(value, list) else compile_expression(str(value))


def hit(*, cookies: dict[str, str] | None = None, ip: str = ADDRESS, agent: str = AGENT, **headers: str) -> Hit:
    """A hit of a visitor's browser on the tagging server of shop.example."""
    found = {"host": "gtm.shop.example", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if agent:
        found["user-agent"] = agent
    if cookies:
        found["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Hit("POST", "/g/collect", "v=2", found, b"", ip)


def event(**fields: Any) -> dict[str, Any]:
    """A page view of a visitor, with further fields; None takes one away."""
    found = {
        "event_name": "page_view",
        "event_id": "e-1",
        "page_location": "https://shop.example/hats",
        "user_agent": AGENT,
        "ip_override": ADDRESS,
        **fields,
    }
    return {name: value for name, value in found.items() if value is not None}


def context(given: dict[str, Any], request: Hit | None = None, *, shared: Shared | None = None, **more: Any) -> Context:
    """The event on its way, with a list of notes."""
    return Context(given, hit=request or hit(), shared=shared, now=more.pop("now", NOW), notes=[], **more)


def build(given: dict[str, Any], request: Hit | None = None, **options: Any) -> dict[str, Any]:
    """The body the tag makes of an event."""
    made = tag(**options).build(context(given, request))
    assert isinstance(made, Payload), made
    return made.body


def suppressed(given: dict[str, Any], request: Hit | None = None, **options: Any) -> str:
    """The reason for which the tag does not send an event."""
    made = tag(**options).build(context(given, request))
    assert isinstance(made, Suppressed), made
    return made.reason


def notes(given: dict[str, Any], request: Hit | None = None, **options: Any) -> list[str]:
    """What the tag tells the trace about an event."""
    asked = context(given, request)
    tag(**options).build(asked)
    assert asked.notes is not None
    return asked.notes
