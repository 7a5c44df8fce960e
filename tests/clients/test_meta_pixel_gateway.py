"""The meta_pixel client reads the request of the Conversions API Gateway's script."""

from __future__ import annotations

import pytest

from container.clients.meta_pixel import MetaPixelClient
from container.hit import Hit
from tests.clients.pixel import NOW, read


def test_the_gateway_can_be_left_to_another_client() -> None:
    client = MetaPixelClient(gateway=False)
    assert not client.claims(Hit("POST", "/events", "", {}, b'{"fb.pixel_id":"1"}'))
    assert "/events" not in client.paths()


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"fb.pixel_id":' + b"[" * 100 + b"]" * 100 + b"}", b'{"fb.pixel_id":NaN}', b'{"fb.pixel_id":"\xff"}'],
)
def test_a_gateway_request_that_cannot_be_read_makes_no_event(body: bytes) -> None:
    reading = MetaPixelClient().read(Hit("POST", "/events", "", {}, body), NOW)
    assert (reading.incoming, reading.answer.status) == ([], 200)
    assert reading.notes


def test_a_gateway_request_whose_fields_have_the_wrong_type_gives_what_is_right() -> None:
    body = b"""{"fb.pixel_id": 12, "event_name": "Lead", "event_id": true, "custom_data": 5, "fb.advanced_matching":
        {"em": 5, "ph": ""}, "website_context": "no", "fb.fbp": null}"""
    event = read(Hit("POST", "/events", "", {}, body)).incoming[0].event
    assert event == {"event_name": "Lead", "pixel_id": "12", "custom_data": {}, "user_data": {}}
