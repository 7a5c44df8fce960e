"""What the meta_capi tag tells of a person: nothing raw, and no more than is allowed."""

from __future__ import annotations

import msgspec

from container.component import Payload
from container.context import LimitedDataUse
from tests.tags.meta import build, context, event, hit, of, tag


class TestPrivacy:
    def test_personal_data_in_addresses_and_custom_data_is_removed_hashed_or_kept(self) -> None:
        leaky = event(
            page_location="https://shop.example/?mail=test@example.com&a=1",
            page_referrer="https://shop.example/u/test@example.com",
            custom_data={"hint": "test@example.com", "n": 1},
        )
        removed = build(leaky)
        assert removed["event_source_url"] == "https://shop.example/?a=1"
        assert removed["referrer_url"] == "https://shop.example/u/-"
        assert removed["custom_data"] == {"n": 1}
        assert build(leaky, personal_data="hash")["custom_data"] == {"hint": of("test@example.com"), "n": 1}
        assert build(leaky, personal_data="keep")["event_source_url"] == leaky["page_location"]

    def test_limited_data_use_comes_from_the_hit_the_visitor_and_the_configuration(self) -> None:
        said = event(
            data_processing_options=["LDU"], data_processing_options_country=1, data_processing_options_state=1003
        )
        body = build(said)
        assert body["data_processing_options"] == ["LDU"]
        assert (body["data_processing_options_country"], body["data_processing_options_state"]) == (1, 1003)
        assert build(event(), hit(sec_gpc="1"))["data_processing_options"] == ["LDU"]
        assert build(event(us_privacy="1YYN"))["data_processing_options_state"] == 0
        assert "data_processing_options" not in build(event(), hit(sec_gpc="1"), limited_data_use=[])
        asked = context(said)
        asked.limited_data_use = LimitedDataUse(country=1, state=1000)
        made = tag().build(asked)
        assert isinstance(made, Payload)
        assert made.body["data_processing_options_state"] == 1000

    def test_nothing_raw_about_the_visitor_is_in_the_payload(self) -> None:
        person = {
            "email_address": "anna@example.org",
            "phone_number": "+49 172 1234567",
            "address": {"last_name": "Muster"},
        }
        text = msgspec.json.encode(build(event(user_data=person, user_id="customer-4711"))).decode()
        assert not [word for word in ("anna", "1721234567", "muster", "customer-4711") if word in text.lower()]
