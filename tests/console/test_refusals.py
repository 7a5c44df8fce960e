"""The numbers of a vendor's refusals are remembered by where and when they were answered, whatever the answer is."""

from __future__ import annotations

import pytest

from container.component import Request, Response
from container.web.console.refusals import KEPT, Refusals, traced

NOW = 1_772_366_400.0


def asked(pixel: str) -> Request:
    return Request("POST", f"https://graph.example/v25.0/{pixel}/events", {}, b"")


def answer(trace: str) -> bytes:
    return b'{"error":{"code":100,"fbtrace_id":"%s"}}' % trace.encode()


def test_a_refusal_is_found_by_its_destination_and_its_moment() -> None:
    clock = [NOW]
    refusals = Refusals(lambda: clock[0])
    for seconds, pixel, trace in ((0, "123", "first"), (1, "456", "other"), (3, "123", "second")):
        clock[0] = NOW + seconds
        refusals.note(asked(pixel), Response(400, body=answer(trace)))
    assert refusals.trace("123", NOW + 0.1) == "first"
    assert refusals.trace("123:TEST1", NOW + 3) == "second"
    assert refusals.trace("456", NOW + 1.5) == "other"
    assert refusals.trace("456", NOW + 9) == ""
    assert refusals.trace("12", NOW) == ""


def test_few_are_kept() -> None:
    refusals = Refusals(lambda: NOW)
    for number in range(KEPT + 1):
        refusals.note(asked(str(number)), Response(400, body=answer("one")))
    assert (refusals.trace("0", NOW), refusals.trace(str(KEPT), NOW)) == ("", "one")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[1]", b'{"error":"no"}', b'{"error":{"fbtrace_id":7}}', b"[" * 9000, b"\xff",
        b'{"error":{"fbtrace_id":"x"},"more":"' + b"y" * 20_000 + b'"}',
    ],
)  # fmt: skip
def test_an_answer_without_a_number_has_none(body: bytes) -> None:
    assert traced(body) == ""
