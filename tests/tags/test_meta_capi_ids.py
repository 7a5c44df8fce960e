"""The browser and click ids of a meta_capi event: read, made, and saved in cookies."""

from __future__ import annotations

from container.component import Payload
from container.context import Shared
from tests.tags.meta import AGENT, DAY, FBP, build, context, event, hit, notes, tag


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
