"""What may be answered to init, and what is said about an answer that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from container.starting import answers as read
from container.starting.answers import AnswerError
from container.starting.consent import cookie_source
from container.starting.questions import QUESTIONS, Given, Question
from container.starting.standard import STANDARD_EVENTS, standard_event


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("shop.example", "shop.example"),
        (" https://www.Shop.example/cart?a=1 ", "shop.example"),
        ("shop.example.co.uk:8443", "shop.example.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_read_from_whatever_names_the_site(text: str, domain: str) -> None:
    assert read.site_domain(text) == domain


@pytest.mark.parametrize("text", ["", "shop", "a b.example", "-x.example", "http://[::1", ".", "shop..example", "💥"])
def test_what_is_no_domain_is_told_with_an_example(text: str) -> None:
    with pytest.raises(AnswerError, match=r"is not a domain; write it as in shop\.example"):
        read.site_domain(text)


def test_the_container_has_a_sub_domain_of_the_site() -> None:
    assert read.public_host("", "shop.example") == "data.shop.example"
    assert read.public_host("https://t.shop.example/", "shop.example") == "t.shop.example"
    assert read.public_host("sst.brand.example", "shop.brand.example") == "sst.brand.example"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data.other.example", "not a sub-domain of shop.example, so it would be a third party"),
        ("shop.example", "is the site itself"),
        ("www.shop.example", "is the site itself"),
        ("127.0.0.1", "is not a host name"),
    ],
)
def test_a_container_elsewhere_would_be_a_third_party(text: str, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        read.public_host(text, "shop.example")


def test_two_sites_below_one_public_suffix_are_strangers() -> None:
    with pytest.raises(AnswerError, match="third party"):
        read.public_host("data.github.io", "shop.github.io")


def test_events_go_by_googles_and_metas_names_in_any_case_and_stand_in_the_order_of_a_visit() -> None:
    found = read.events("Purchase, page_view;PAGEVIEW\nInitiateCheckout")
    assert [one.word for one in found] == ["page_view", "begin_checkout", "purchase"]


def test_nothing_said_about_events_is_what_most_shops_need() -> None:
    words = [one.word for one in read.events("  ")]
    assert words == ["page_view", "view_item", "add_to_cart", "begin_checkout", "purchase"]


def test_an_event_nobody_knows_is_told_with_the_nearest() -> None:
    with pytest.raises(AnswerError, match=r"'purchse' is not a standard event; did you mean purchase\?"):
        read.events("page_view,purchse")


@pytest.mark.parametrize(
    ("word", "meta"),
    [("generate_lead", "Lead"), ("sign_up", "CompleteRegistration"), ("begin_checkout", "InitiateCheckout")],
)
def test_a_standard_event_knows_its_name_at_meta(word: str, meta: str) -> None:
    one = standard_event(word)
    assert one is not None
    assert one.meta == meta
    assert standard_event(meta) == one


def test_every_standard_event_of_meta_can_be_chosen() -> None:
    # developers.facebook.com/docs/meta-pixel/reference: the standard events
    assert {one.meta for one in STANDARD_EVENTS.values()} == {
        "AddPaymentInfo", "AddToCart", "AddToWishlist", "CompleteRegistration", "Contact", "CustomizeProduct", "Donate",
        "FindLocation", "InitiateCheckout", "Lead", "PageView", "Purchase", "Schedule", "Search", "StartTrial",
        "SubmitApplication", "Subscribe", "ViewContent",
    }  # fmt: skip


def test_ids_and_codes() -> None:
    assert read.pixel_id(" 1234567890 ") == "1234567890"
    assert read.measurement_id("g-ab12cd34") == "G-AB12CD34"
    assert read.measurement_id("") == ""
    assert read.currency("chf") == "CHF"
    assert read.currency(" ") == ""
    for wrong, reader in (("UA-1-1", read.measurement_id), ("Franken", read.currency), ("12a", read.pixel_id)):
        with pytest.raises(AnswerError, match=f"'{wrong}' is not a"):
            reader(wrong)


@pytest.mark.parametrize(
    "text", ["", "cmp", "=yes", "a b=c", "a=", "a=b;c", 'a="b"', "a=b c", "a=${x}{{y}}", "$A=b", "a=$B", "a=%00"]
)
def test_what_no_cookie_is_or_config_yaml_would_misread_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write the cookie's|would be taken for|cannot be written"):
        cookie_source(text)


def test_a_cookie_is_compared_with_its_value_as_it_arrives_at_the_container() -> None:
    cookie = cookie_source("cmp=a%2Cb=c").cookie
    assert cookie is not None
    assert (cookie.name, cookie.operator, cookie.advertising) == ("cmp", "equals", "a,b=c")


@given(st.text(max_size=300))
@example("\ud800.example")
@example("https://" + "a" * 3000)
def test_no_answer_breaks_a_question(text: str) -> None:
    given_before: Given = {"domain": "shop.example", "consent": "cookie"}
    for one in QUESTIONS:
        assert said(one, text, given_before).isprintable()


def said(one: Question, text: str, given_before: Given) -> str:
    """What is wrong with an answer, "" when it can be one."""
    try:
        one.read(text, given_before)
    except AnswerError as error:
        return str(error)
    return ""
