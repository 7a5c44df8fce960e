"""What the meta_capi tag does not send, since Meta would refuse it, by what each action source needs."""

from __future__ import annotations

from tests.tags.meta import FBP, build, event, hit, notes, of, suppressed


class TestTheActionSource:
    def test_of_a_conversation_takes_the_browser_out(self) -> None:
        body = build(
            event(event_name="generate_lead", user_data={"ctwa_clid": "c", "page_id": "1"}),
            hit(cookies={"_fbp": FBP}),
            action_source="business_messaging",
            messaging_channel="whatsapp",
        )
        assert body["event_name"] == "LeadSubmitted"
        assert body["messaging_channel"] == "whatsapp"
        assert body["user_data"] == {"ctwa_clid": "c", "page_id": "1"}
        assert "event_source_url" not in body

    def test_of_a_conversation_needs_a_channel(self) -> None:
        reason = suppressed(event(user_data={"em": "a@b.de"}), action_source="business_messaging")
        assert reason == "Meta wants messaging_channel of an event whose action_source is business_messaging"

    def test_of_an_app_needs_app_data(self) -> None:
        app = {"advertiser_tracking_enabled": 1, "application_tracking_enabled": 1}
        info = ["a2", "com.shop", "1", "1.0", "14"]
        body = build(event(action_source="app", app_data={"extinfo": info}), app_data=app)
        assert body["app_data"] == {"extinfo": info + [""] * 11, **app}
        assert suppressed(event(action_source="app")).startswith("Meta wants app_data")

    def test_of_a_backend_needs_no_browser(self) -> None:
        backend = {"event_name": "purchase", "value": 1, "currency": "EUR", "user_data": {"em": "a@b.de"}}
        body = build(backend, hit(agent="python-requests/2"), action_source="system_generated")
        assert body["user_data"] == {"em": of("a@b.de")}
        assert "event_source_url" not in body
        assert suppressed(backend, hit(agent="python-requests/2")) == (
            "Meta wants the visitor's client_user_agent of an event whose action_source is website"
        )


class TestWhatMetaWouldRefuse:
    def test_a_purchase_without_money(self) -> None:
        assert suppressed(event(event_name="purchase")) == "Meta refuses a Purchase without value and currency"

    def test_an_event_that_can_match_nobody(self) -> None:
        reason = suppressed(event(ip_override=None, user_data={"city": "Berlin"}))
        assert reason.startswith("Meta cannot match anybody by client_user_agent, ct")

    def test_is_sent_with_a_private_address_when_there_is_nothing_else(self) -> None:
        local = event(ip_override="127.0.0.1")
        assert build(local)["user_data"]["client_ip_address"] == "127.0.0.1"
        assert "client_ip_address" not in build({**local, "fbp": FBP})["user_data"]
        told = [one for given in (local, {**local, "fbp": FBP}) for one in notes(given) if "public address" in one]
        assert told == [
            "ip_override is not a public address, and is sent since there is nothing else to match by",
            "ip_override is not a public address: left out",
        ]

    def test_is_shown_all_the_same_for_a_hit_recorded_without_its_visitor(self) -> None:
        recorded = event(ip_override=None, user_agent=None)
        assert build(recorded, hit(ip="", agent=""))["user_data"] == {}
        assert any("recorded without the visitor" in note for note in notes(recorded, hit(ip="", agent="")))

    def test_a_pixel_id_that_is_none(self) -> None:
        assert suppressed(event(), pixel_id="{{ event.missing }}") == "there is no pixel id for the event"
        assert suppressed(event(p=10**5000), pixel_id="{{ event.p }}") == "there is no pixel id for the event"
