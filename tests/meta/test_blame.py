"""The event that Graph's error names is found, in every form seen, and nothing is made of anything else."""

from __future__ import annotations

from typing import Any

import pytest

from container.meta.answers import judge
from container.meta.blame import blamed


@pytest.mark.parametrize(
    "data",
    [
        {"blame_field_specs": [["data", "3", "user_data"]]},
        {"blame_field_specs": [["data", 3]]},
        {"blame_field_specs": [["data[3]", "event_time"]]},
        {"blame_field_specs": [["data[3][event_time]"]]},
        {"blame_field_specs": [["access_token"], ["data", "3"]]},
        '{"blame_field_specs":[["data","3","user_data"]]}',
        {"errors": [{"event_index": 3}]},
        {"event_index": "3"},
    ],
)
def test_the_named_event_is_found(data: object) -> None:
    assert blamed({"code": 100, "error_data": data}) == 3


@pytest.mark.parametrize(
    "data",
    [
        None,
        "",
        "{",
        "[" * 100_000,
        [],
        {"blame_field_specs": [["data"]]},
        {"blame_field_specs": [["custom_data", "3"]]},
        {"blame_field_specs": [[], 3, None, [None]]},
        {"blame_field_specs": "data"},
        {"event_index": -1},
        {"event_index": True},
        {"event_index": "²"},
        {"event_index": "9" * 5000},
        {"event_index": 1.5},
        [[{}] * 100_000],
    ],
)
def test_nothing_is_made_of_what_names_none(data: object) -> None:
    assert blamed({"code": 100, "error_data": data}) is None


def test_a_refused_batch_is_split_with_the_hint() -> None:
    body = (
        b'{"error":{"message":"Invalid parameter","code":100,"error_subcode":2804050,'
        b'"error_data":{"blame_field_specs":[["data","7","user_data"]]}}}'
    )
    judged: Any = judge(400, body, {}, 10)
    assert (judged.action, judged.at) == ("split", 7)
