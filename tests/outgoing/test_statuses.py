"""What an HTTP status means, and what is kept of the words that came with it."""

from __future__ import annotations

from container.component import Response
from container.outgoing.statuses import judge

SAID = b'{"error":{"message":"Invalid parameter"}}'


def test_a_refusal_keeps_what_the_vendor_said() -> None:
    verdict = judge(Response(400, {}, SAID))
    assert (verdict.action, verdict.reason) == ("split", "HTTP 400: Invalid parameter")
    verdict = judge(Response(401, {}, b"no token open-123"), secrets=["open-123"])
    assert (verdict.action, verdict.reason) == ("park", "HTTP 401: no token ***")
    verdict = judge(Response(503, {"retry-after": "7"}, b"<h1>Busy</h1>"))
    assert (verdict.action, verdict.reason, verdict.retry_after) == ("later", "HTTP 503: Busy", 7.0)


def test_words_a_tag_found_itself_come_first() -> None:
    assert judge(Response(400, {}, SAID), reason="Unhashed").reason == "HTTP 400: Unhashed"


def test_a_success_says_nothing() -> None:
    assert judge(Response(200, {}, SAID)).reason == ""
    assert judge(Response(409, {}, SAID), success=(409,)).action == "done"
    assert judge(Response(202, {}, b""), retry=(202,)).reason == "HTTP 202"
