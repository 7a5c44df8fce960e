"""What a vendor said may be read by anybody: short, and without what is a person's or opens something."""

from __future__ import annotations

import pytest

from container.outgoing.words import LONGEST_REASON, LONGEST_SAID, masked, said

HASH = "2b5b0e5b0b6f6c2c6ed1b7a7d1d5d3bb2e0d7d8e0a3c7c5a0b8c5b3d4e6f7a89"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("boom jane.g1@shop.example 49151123456 token EAABsbCS1iHg", "boom *** *** token ***"),
        ("em=jane%40shop.example&x=1", "em=***&x=1"),
        ('"jane\\u0040shop.example" is no address', '"***" is no address'),
        ("<jane@shop.example>, jürgen.müller@shop.example.", "<***>, ***"),
        ("from 203.0.113.9:443 and 2a02:8109::7: refused", "from ***:443 and *** refused"),
        ("[::ffff:203.0.113.9]", "[***]"),
        ("https://x.example/?access_token=abc.def-1&pretty", "https://x.example/?access_token=***&pretty"),
        ("token%3Dabc1", "token%3D***"),
        ('{"access_token":"ab1","client_secret": "c2"}', '{"access_token":"***","client_secret": "***"}'),
        ('\\"token\\":\\"ab1\\"', '\\"token\\":\\"***\\"'),
        ("Authorization: Bearer ab.c1", "Authorization: Bearer ***"),
        ("bearer abc", "bearer ***"),
        ("Malformed access token 0f3a9b2c", "Malformed access token ***"),
        ("token: s3cr3t-1, api key abcdefghijklmnopqrstuv", "token: ***, api key ***"),
        ("of access_****en=abc", "of access_****en=***"),
        ("49 151 123 456 or 4111 1111 1111 1111", "*** or ***"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "jwt ***"),
        (f"em {HASH} is known", "em *** is known"),
        (f"em {HASH.upper()[:32]} is known", "em *** is known"),
        ("api answered sk_live_51H8xYzABCDEFGHIJKLMNOPQR", "api answered ***"),
        ("call +49 151 123 45 67, 0151-2345678 or (212) 555-0123", "call ***, *** or ***"),
        ("٠١٢٣٤٥٦٧ and uid=u49151123456", "*** and uid=u***"),
        ("one\nline\x1b[2J\t  only", "one line\x1b[2J only"),
    ],
)
def test_what_is_a_person_s_or_opens_something_is_masked(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Graph error 100/2804019: Invalid parameter: data[3].user_data.em of event 4 of 500",
        '(#2635) deprecated; {"code":100,"error_subcode":1349125}',
        "fbtrace_id: A1b2C3d4567890123xYz-_9",
        '"fbtrace_id":"AAbb1234567890"',
        "HTTP 502: Bad Gateway at 2026-03-01T12:00:02Z, 12:34:56",
        "Foo::Bar raised; Invalid OAuth access token - Cannot parse access token",
        "estimated_time_to_regain_access_and_further_words is 5",
        "on 2026-03-01 12 of 10 20 30, token has expired",
        "request 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ],
)
def test_codes_traces_times_and_places_in_a_request_stay(text: str) -> None:
    assert masked(text) == text


def test_the_number_of_the_destination_stays_and_no_other() -> None:
    text = "Object with ID '1234567890123456' of 49151123456"
    assert masked(text, keep="1234567890123456") == "Object with ID '1234567890123456' of ***"


def test_a_number_that_only_follows_the_word_error_is_no_code_when_it_is_long() -> None:
    assert masked("error 49151123456") == "error ***"


def test_a_word_that_was_cut_in_two_does_not_tell_its_first_half() -> None:
    assert masked("x " * 2045 + "jane.doe@shop.example", most=9999).endswith("x x")
    assert len(masked("a b " * 100_000)) == LONGEST_REASON
    assert masked("jane@shop.example" * 100_000) == ""


def test_half_a_surrogate_pair_is_no_trouble() -> None:
    assert masked("bad \ud800 jane@shop.example") == "bad ? ***"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":{"message":"Invalid parameter"}}', "Invalid parameter"),
        (b'{"error":{"code":100,"message":"bad jane@shop.example"}}', "bad *** (code 100)"),
        (b'{"error":"invalid_client","error_description":"no such client"}', "no such client"),
        (b'{"errors":["email is invalid","x"]}', "email is invalid"),
        (b'{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}', "field required (code missing)"),
        (b'{"Message":"Forbidden"}', "Forbidden"),
        (b'{"status":422}', "422"),
        (b'"not here"', "not here"),
        (b"<html><style>a{}</style><script>x()</script><h1>502 Bad</h1>nginx &amp; co", "502 Bad nginx & co"),
        (b"quota of jane@shop.example is used up", "quota of *** is used up"),
    ],
)
def test_of_an_answer_the_message_and_its_code_are_kept(body: bytes, words: str) -> None:
    assert said(body) == words


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\x01binary", b'{"received":{"name":"Jane Doe"}}', b'{"name":"Jane', b"[" * 5000, b'{"message":7}'],
)
def test_what_may_be_only_what_was_sent_is_not_kept(body: bytes) -> None:
    assert said(body) == ""


def test_no_more_than_its_beginning_is_kept_and_no_part_of_a_secret() -> None:
    assert said(b"word " * 99) == ("word " * 40)[:LONGEST_SAID]
    told = said(b"x " * 97 + b"opensesame please", ["opensesame"])
    assert "open" not in told
