"""What Graph's codes mean in plain words: for every code that is known, in step with what is done about it."""

from __future__ import annotations

import json

import pytest

from container.meta.answers import judge
from container.meta.codes import explained

ITSELF, RESUME, AGAIN = "tried again by itself", "resume the destination", "would be refused again"
DONE = [
    ("later", ITSELF, [(1, 0), (2, 0), (4, 0), (17, 2446079), (32, 0), (341, 0), (368, 0), (613, 0), (5000, 0),
                       (21009, 0), (80000, 0), (80003, 0), (80004, 0), (80014, 0)]),
    ("park", RESUME, [(3, 0), (10, 0), (102, 0), (190, 0), (190, 460), (190, 463), (190, 467), (200, 0), (299, 0),
                      (100, 33)]),
    ("bury", AGAIN, [(100, 0), (105, 0), (100, 2804004), (100, 2804008), (100, 2804009), (100, 2804011),
                     (100, 2804023), (100, 2804043), (100, 2804050), (100, 2804066), (100, 2804087)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "said", "code", "subcode"), [(action, said, *one) for action, said, known in DONE for one in known]
)
def test_what_is_to_be_done_fits_what_the_container_does(action: str, said: str, code: int, subcode: int) -> None:
    error = {"error": {"code": code, "error_subcode": subcode}}
    assert judge(400, json.dumps(error).encode(), {}).action == action
    words = explained(code, subcode)
    assert words is not None
    assert said in words.mend
    assert words.means.endswith(".")


def test_a_subcode_says_more_than_its_code_and_an_unknown_one_what_the_code_says() -> None:
    assert explained(100, 2804009) != explained(100)
    assert explained(100, 99) == explained(100)
    assert explained(190, 463) == (
        "The access token has expired.",
        "Make a new access token in Meta's Events Manager and put it where access_token is read from; "
        "then reload the configuration, or resume the destination on the page Delivery.",
    )


def test_an_event_that_is_too_old_is_not_said_to_be_worth_another_try() -> None:
    words = explained(100, 2804003)
    assert words is not None
    assert words.mend.startswith("It cannot be sent any more.")


def test_of_a_code_nobody_knows_nothing_is_said() -> None:
    assert explained(424242) is None
