"""The meta_capi tag: one event in, one server event of Meta's out, or the reason why not."""

import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.component import Payload, Suppressed
from container.context import LimitedDataUse, Shared
from container.hit import Hit
from container.kinds import SecretText
from tests.tags.meta import ADDRESS, AGENT, NOW, build, context, event, hit, notes, suppressed, tag

FBP = "fb.1.1596403881668.1116446470"
DAY = 86400


def of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_purchase_becomes_a_server_event() -> None:
    body = build(
        event(
            event_name="purchase",
            event_id=None,
            transaction_id="o-1",
            value=120,
            currency="EUR",
            page_referrer="https://shop.example/cart",
            items=[{"item_id": "A", "price": 60, "quantity": 2}],
            user_data={"email_address": "Test@Example.com"},
        ),
        hit(cookies={"_fbp": FBP}),
    )
    assert body == {
        "event_name": "Purchase",
        "event_time": 1_790_000_000,
        "event_id": "o-1",
        "action_source": "website",
        "event_source_url": "https://shop.example/hats",
        "referrer_url": "https://shop.example/cart",
        "user_data": {
            "em": of("test@example.com"),
            "client_ip_address": ADDRESS,
            "client_user_agent": AGENT,
            "fbp": FBP,
        },
        "custom_data": {
            "value": 120,
            "currency": "EUR",
            "order_id": "o-1",
            "contents": [{"id": "A", "quantity": 2, "item_price": 60}],
            "content_ids": ["A"],
            "num_items": 2,
        },
    }


@pytest.mark.parametrize(
    ("name", "meta"),
    [("page_view", "PageView"), ("order completed", "Purchase"), ("login", "login"), ("sign_up", "MyLead")],
)
def test_names_are_mapped_and_the_configuration_comes_first(name: str, meta: str) -> None:
    body = build(event(event_name=name, value=1, currency="EUR"), event_names={"sign_up": "MyLead"})
    assert body["event_name"] == meta


def test_automatic_events_are_off_unless_they_are_mapped() -> None:
    assert suppressed(event(event_name="SubscribedButtonClick")) == "automatic event of the pixel"
    body = build(event(event_name="Microdata"), event_names={"Microdata": "Microdata"})
    assert body["event_name"] == "Microdata"


@pytest.mark.parametrize("name", [None, "", "x" * 9000, 7, ["purchase"]])
def test_an_event_without_a_name_is_not_sent(name: Any) -> None:
    assert suppressed({**event(), "event_name": name}) == "the event has no name"


class TestTheDeduplicationId:
    def test_is_the_configured_then_the_events_then_the_orders(self) -> None:
        full = event(event_id=" e-1 ", transaction_id=77, own="mine")
        assert build(full, event_id="{{ event.own }}")["event_id"] == "mine"
        assert build(full, event_id="{{ event.missing }}")["event_id"] == "e-1"
        assert build({**full, "event_id": ""})["event_id"] == "77"

    def test_is_else_one_that_the_same_hit_has_again(self) -> None:
        bare = event(event_id=None)
        first, again = build(bare)["event_id"], build(bare)["event_id"]
        assert first == again
        assert len(first) == 32
        assert build({**bare, "x-tagdock-stable-id": "s" * 32})["event_id"] == "s" * 32
        assert any("no event_id" in note for note in notes(bare))

    @pytest.mark.parametrize("odd", [True, {"a": 1}, ["e"], 1.5, "\ud800", "x" * 9000])
    def test_is_never_something_odd(self, odd: Any) -> None:
        assert build(event(event_id=odd, transaction_id="t"))["event_id"] == "t"


class TestTheTime:
    def test_is_the_events_own_in_any_unit(self) -> None:
        assert build(event(event_time=1_789_999_000))["event_time"] == 1_789_999_000
        assert build(event(event_time="1789999000123"))["event_time"] == 1_789_999_000

    def test_that_cannot_be_read_is_the_arrival(self) -> None:
        assert build(event(event_time="soon"))["event_time"] == 1_790_000_000
        assert "event_time is no moment: the time of arrival is used" in notes(event(event_time="soon"))

    def test_before_the_window_is_refused_unless_it_is_a_browsers(self) -> None:
        old = event(event_time=NOW - 8 * DAY)
        assert suppressed(old) == "event_time is 8 days old and Meta takes 7 at most"
        assert build({**old, "x-tagdock-clock": "browser"})["event_time"] == 1_790_000_000
        assert build({**old, "action_source": "physical_store"})["event_time"] == 1_789_308_800


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


class TestBrowserAndClickIds:
    def test_come_from_the_configuration_the_event_and_the_cookie_in_this_order(self) -> None:
        cookies = {"_fbp": "fb.1.1.3", "_fbc": "fb.1.1.c"}
        both = event(**{"fbp": "fb.1.1.2", "x-fb-ck-fbc": "fb.1.1.b"})
        given = {"fbp": "fb.1.1.1", "fbc": "fb.1.1.a"}
        found = [
            build(both, hit(cookies=cookies), user_data=given)["user_data"],
            build(both, hit(cookies=cookies))["user_data"],
            build(event(), hit(cookies=cookies))["user_data"],
        ]
        assert [(one["fbp"], one["fbc"]) for one in found] == [
            ("fb.1.1.1", "fb.1.1.a"),
            ("fb.1.1.2", "fb.1.1.b"),
            ("fb.1.1.3", "fb.1.1.c"),
        ]

    def test_that_are_invalid_are_named_and_the_next_is_taken(self) -> None:
        odd = event(fbp="fb.1.x.y", fbc={"a": 1})
        assert build(odd, hit(cookies={"_fbp": FBP}))["user_data"]["fbp"] == FBP
        assert "fbp of fbp does not have Meta's form: left out" in notes(odd)
        assert "fbc of fbc does not have Meta's form: left out" in notes(odd)

    def test_a_click_makes_an_id_by_the_pages_domain(self) -> None:
        landing = event(page_location="https://www.shop.co.uk/?fbclid=IwAR-1_x")
        assert build(landing)["user_data"]["fbc"] == "fb.2.1790000000250.IwAR-1_x"
        referred = event(page_referrer="https://shop.example/?fbclid=Ref")
        assert build(referred)["user_data"]["fbc"] == "fb.1.1790000000250.Ref"
        assert build(event(), hit(referer="https://shop.example/?fbclid=Head"))["user_data"]["fbc"].endswith(".Head")

    def test_the_same_click_keeps_its_first_time(self) -> None:
        landing = event(page_location="https://shop.example/?fbclid=SAME")
        kept = "fb.1.1000.SAME.AQQCAQAA"
        assert build(landing, hit(cookies={"_fbc": kept}))["user_data"]["fbc"] == kept
        assert build(landing, hit(cookies={"_fbc": "fb.1.1000.same"}))["user_data"]["fbc"] == "fb.1.1790000000250.SAME"

    def test_are_saved_only_when_asked_for_and_allowed(self) -> None:
        landing = event(page_location="https://shop.example/?fbclid=Click")
        for wanted, consent, agent, saved in (
            (True, "granted", AGENT, 2),
            (True, "unset", AGENT, 0),
            (True, "denied", AGENT, 0),
            (False, "granted", AGENT, 0),
            (True, "granted", "python-requests/2", 0),
        ):
            asked = context(landing, hit(agent=agent), consent={"ad_storage": consent})
            tag(set_cookies=wanted).build(asked)
            assert len(asked.shared.cookies) == saved

    def test_saved_ones_belong_to_the_whole_site_and_last_ninety_days(self) -> None:
        asked = context(event(page_location="https://shop.example/?fbclid=C"), consent={"ad_storage": "granted"})
        made = tag(set_cookies=True).build(asked)
        assert isinstance(made, Payload)
        fbp, fbc = asked.shared.cookies
        assert (fbp.name, fbp.value, fbp.domain, fbp.max_age, fbp.http_only) == (
            "_fbp",
            made.body["user_data"]["fbp"],
            "shop.example",
            90 * DAY,
            False,
        )
        assert (fbc.name, fbc.value) == ("_fbc", "fb.1.1790000000250.C")
        assert fbp.value.startswith("fb.1.1790000000250.")

    def test_are_minted_once_for_all_events_and_tags_of_a_hit(self) -> None:
        shared = Shared(hit())
        asked = [context(event(), shared=shared, index=index, consent={"ad_storage": "granted"}) for index in (0, 1)]
        made = [tag(set_cookies=True).build(one) for one in asked]
        found = {one.body["user_data"]["fbp"] for one in made if isinstance(one, Payload)}
        assert len(found) == 1
        assert [cookie.name for cookie in shared.cookies] == ["_fbp"]

    def test_that_the_browser_has_already_are_not_set_again(self) -> None:
        asked = context(event(), hit(cookies={"_fbp": FBP}), consent={"ad_storage": "granted"})
        tag(set_cookies=True).build(asked)
        assert asked.shared.cookies == []


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


class TestOverrides:
    def test_replace_single_keys_and_fields(self) -> None:
        body = build(
            event(event_name="add_to_cart", value=1, currency="EUR", profit=0.5, user_data={"ge": "m"}),
            user_data={"external_id": "{{ event.event_id }}", "ge": "{{ event.missing }}", "em": ["a@b.de", "c@d.de"]},
            custom_data={"value": "{{ event.profit }}", "content_ids": ["{{ event.event_id }}"], "shop": "berlin"},
        )
        assert body["user_data"]["external_id"] == of("e-1")
        assert body["user_data"]["em"] == [of("a@b.de"), of("c@d.de")]
        assert "ge" not in body["user_data"]
        assert body["custom_data"] == {"value": 0.5, "currency": "EUR", "content_ids": ["e-1"], "shop": "berlin"}

    def test_opt_out_original_event_and_address(self) -> None:
        body = build(
            event(opt_out=True, original_event_data={"event_name": "Purchase", "x": 1}),
            original_event_data={"order_id": "{{ event.event_id }}"},
            event_source_url="https://other.example/",
        )
        assert body["opt_out"] is True
        assert body["original_event_data"] == {"event_name": "Purchase", "order_id": "e-1"}
        assert body["event_source_url"] == "https://other.example/"
        assert "opt_out is neither true nor false: left out" in notes(event(opt_out="yes"))


class TestSending:
    def test_several_pixels_get_the_same_event(self) -> None:
        made = tag(pixel_id=["111111", "{{ event.second }}", "111111"]).build(context(event(second=222222)))
        assert isinstance(made, Payload)
        assert made.destinations == ("111111", "222222")

    def test_a_test_event_code_of_the_tag_or_of_the_preview_travels_with_the_destination(self) -> None:
        made = tag(test_event_code="TEST1").build(context(event()))
        assert isinstance(made, Payload)
        assert made.destinations == ("1234567890:TEST1",)
        asked = context(event())
        asked.test_event_code = "TEST2"
        made = tag(test_event_code="TEST1").build(asked)
        assert isinstance(made, Payload)
        assert made.destinations == ("1234567890:TEST2",)

    def test_a_request_carries_events_code_agent_and_token(self) -> None:
        request = tag().pack("123:TEST1", [b'{"a":1}', b'{"a":2}'], "https://graph.facebook.com/")
        assert (request.method, request.url) == ("POST", "https://graph.facebook.com/v25.0/123/events")
        assert request.headers["content-type"] == "application/json"
        assert msgspec.json.decode(request.body) == {
            "data": [{"a": 1}, {"a": 2}],
            "test_event_code": "TEST1",
            "partner_agent": "tagdock",
            "access_token": "EAAB-secret",
        }

    def test_an_app_secret_proves_the_call(self) -> None:
        request = tag(app_secret=SecretText("app"), version="v26.0").pack("123", [b"{}"], "http://127.0.0.1/graph")
        # HMAC-SHA256 with key "app" of "EAAB-secret", made with openssl dgst
        proof = "ebf82abb4dc1a85a71ab4694c3e275fb631cf27b4196349ae6f0b3f84d32f2da"
        assert request.url == f"http://127.0.0.1/graph/v26.0/123/events?appsecret_proof={proof}"

    def test_the_answer_is_judged_and_repeats_no_secret(self) -> None:
        from container.component import Response

        body = b'{"error":{"code":100,"error_subcode":2804003,"message":"EAAB-secret"}}'
        verdict = tag().judge(Response(400, {}, body), 1)
        assert (verdict.action, verdict.reason) == ("bury", "Graph error 100/2804003: ****")
        assert tag().judge(Response(400, {}, body), 2).action == "split"
        assert tag().judge(Response(0, failure="connection refused"), 2).reason == "connection refused"
        limited = tag().judge(Response(400, {"Retry-After": "90"}, b'{"error":{"code":4}}'), 2)
        assert (limited.action, limited.retry_after) == ("later", 90)


class TestComplaints:
    def test_a_good_tag_has_none(self) -> None:
        assert list(tag().complaints()) == []

    @pytest.mark.parametrize(
        ("options", "option"),
        [
            ({"pixel_id": "GTM-1"}, "pixel_id"),
            ({"action_source": "shop"}, "action_source"),
            ({"version": "v16.0"}, "version"),
        ],
    )
    def test_what_meta_does_not_know_is_told_at_load(self, options: dict[str, Any], option: str) -> None:
        assert [one.option for one in tag(**options).complaints()] == [option]

    def test_a_missing_package_is_told_at_load(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "phonenumbers", None)
        assert [one.option for one in tag(default_country="DE").complaints()] == ["default_country"]


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = [
    "event_name", "event_id", "event_time", "page_location", "page_referrer", "user_agent", "ip_override", "value",
    "currency", "items", "user_data", "custom_data", "fbp", "fbc", "action_source", "data_processing_options",
    "data_processing_options_state", "app_data", "original_event_data", "opt_out", "user_id", "transaction_id",
    "x-fb-ud-em", "x-fb-cd-contents", "us_privacy", "messaging_channel", "pixel_id", "x-tagdock-stable-id",
]  # fmt: skip


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING), st.sampled_from(["purchase", "page_view", None]))
def test_whatever_an_event_holds_the_payload_is_valid_json_or_there_is_a_reason(
    fields: dict[str, Any], name: Any
) -> None:
    given_event = event(**fields)
    if name:
        given_event["event_name"] = name
    asked = context(given_event, consent={"ad_storage": "granted"})
    made = tag(set_cookies=True).build(asked)
    if isinstance(made, Suppressed):
        assert made.reason
        return
    body = msgspec.json.decode(msgspec.json.encode(made.body))
    assert body.keys() >= {"event_name", "event_time", "event_id", "action_source", "user_data"}
    msgspec.json.encode(asked.notes)


def test_a_hit_without_anything_is_no_trouble() -> None:
    assert tag().build(context({"event_name": "page_view"}, Hit("GET", "/"))) is not None
