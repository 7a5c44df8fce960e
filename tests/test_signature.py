"""The signature: only the sender's own requests are read."""

from __future__ import annotations

import pytest

from tests.clients.webhook import client, faults, post

SIGNED = {
    "a bare key": (
        "signature: $KEY",
        {"x_signature_256": "47218758515756d868e172a5e0379a167fb10e308111f0ef13b49d5d67d6719b"},
    ),
    "the algorithm's name before it": (
        "signature: { key: $KEY, header: X-Hub-Signature-256 }",
        {"x_hub_signature_256": "sha256=47218758515756d868e172a5e0379a167fb10e308111f0ef13b49d5d67d6719b"},
    ),
    "SHA-1": (
        "signature: { key: $KEY, header: X-Hub-Signature, algorithm: sha1 }",
        {"x_hub_signature": "sha1=b2148c83712807fee9a54b246b6347da58042d45"},
    ),
    "the time in a header of its own": (
        'signature: { key: $KEY, header: X-S, prefix: "v0=", timestamp_header: At, payload: "v0:{timestamp}:{body}" }',
        {"x_s": "v0=683405fad488f34a06dfe5dd426415431e7c268a867ee7ab4ed8539fe07d3be2", "at": "1795412800"},
    ),
    "one of several keys": (
        "signature: { key: [$OLD, $KEY] }",
        {"x_signature_256": "47218758515756d868e172a5e0379a167fb10e308111f0ef13b49d5d67d6719b"},
    ),
}
"""Configurations, and headers computed by ``openssl dgst -hmac k1`` over ``{"a":1}``."""


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_request_is_read_and_any_other_is_refused(name: str) -> None:
    text, headers = SIGNED[name]
    made = client(f"event: {{ event_name: x, event_id: $.a }}\n{text}", {"KEY": "k1", "OLD": "k0"})
    body = b'{"a":1}'
    assert post(body, of=made, **headers).incoming[0].event["event_id"] == "1"
    signature = next(iter(headers))
    others: list[tuple[bytes, dict[str, str]]] = [
        (b'{"a":2}', headers),
        (body, {}),
        (body, {**headers, signature: ""}),
        (body, {**headers, signature: headers[signature][:-1]}),
        (body, {**headers, signature: headers[signature][:-1] + "f"}),
        (body, {**headers, signature: "\u20ac" * 64}),
        (body, {**headers, signature: "sha256="}),
    ]
    for content, sent in others:
        reading = post(content, of=made, **sent)
        assert (reading.answer.status, reading.incoming) == (401, [])
        assert reading.answer.body.count(b"\n") == 1
        assert b"k1" not in reading.answer.body


def test_a_request_signed_too_long_ago_or_without_its_time_is_refused() -> None:
    text, headers = SIGNED["the time in a header of its own"]
    made = client(f"event: {{ event_name: x }}\n{text[:-2]}, tolerance: 1m }}", {"KEY": "k1"})
    for now, status in ((1795412860.0, 200), (1795412861.0, 401), (1795412740.0, 200), (1795412739.0, 401)):
        assert post(b'{"a":1}', of=made, now=now, **headers).answer.status == status
    assert post(b'{"a":1}', of=made, x_s=headers["x_s"]).answer.body == b"no time of sending beside the signature\n"


def test_a_wrong_signature_is_told_before_a_body_that_cannot_be_read() -> None:
    made = client("event: { event_name: x }\nsignature: $KEY", {"KEY": "k1"})
    assert post(b"{", of=made, x_signature_256="00").answer.status == 401


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "{ key: $KEY, payload: fixed }",
            "signature.payload: the signed payload leaves out the body; put {body} into payload",
        ),
        (
            '{ key: $KEY, payload: "{timestamp}.{body}" }',
            "signature.payload: nothing says where {timestamp} is; add timestamp_header or timestamp_prefix",
        ),
    ],
)
def test_a_signature_that_could_not_protect_is_a_problem(text: str, wrong: str) -> None:
    assert faults(f"event: {{ event_name: x }}\nsignature: {text}", {"KEY": "k1"}) == [wrong]


def test_the_signing_key_does_not_show() -> None:
    made = client("event: { event_name: x }\nsignature: $KEY", {"KEY": "k1-very-secret"})
    assert made.signature is not None
    assert "very-secret" not in repr(made.signature.key)
