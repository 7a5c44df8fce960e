"""What an HTTP status means in plain words, in step with what is done about it."""

from __future__ import annotations

import pytest

from container.component import Response
from container.outgoing.meanings import explained
from container.outgoing.statuses import judge


@pytest.mark.parametrize(
    ("status", "action", "means"),
    [
        (0, "later", "No answer came."),
        (408, "later", "The receiver had trouble of its own."),
        (429, "later", "More came at once than the receiver takes."),
        (503, "later", "The receiver had trouble of its own."),
        (401, "park", "The receiver refused the credentials, not the event."),
        (403, "park", "The receiver refused the credentials, not the event."),
        (400, "split", "The receiver refused this event."),
        (404, "split", "There is nothing at this address that takes it."),
        (413, "split", "The request was larger than the receiver takes."),
        (301, "split", "The receiver points to another address."),
    ],
)
def test_a_status_is_explained_as_it_is_judged(status: int, action: str, means: str) -> None:
    assert judge(Response(status)).action == action
    words = explained(status)
    assert words is not None
    assert words.means == means


def test_success_needs_no_explanation() -> None:
    assert explained(200) is None
    assert explained(204) is None
