"""The drawing of the map: the numbers on its lines can be told apart."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from container.web.console.map_drawing import drawing


def container(clients: int, triggers: int, pairs: list[tuple[int, int]]) -> dict[str, Any]:
    """A container with one tag that every trigger leads to, and events by these pairs of client and trigger."""
    return {
        "clients": [{"name": f"c{one}", "type": "ga4", "events": 3} for one in range(clients)],
        "triggers": [{"name": f"t{one}", "written": "{ event: x }"} for one in range(triggers)],
        "tags": [{"name": "meta", "type": "meta_capi", "outcomes": {"fired": 3, "no_consent": 0, "failed": 0}}],
        "from_clients": [
            {"client": f"c{client}", "trigger": f"t{trigger}", "kind": "fires", "count": 3} for client, trigger in pairs
        ],
        "to_tags": [{"trigger": f"t{one}", "tag": "meta", "kind": "fires", "count": 3} for one in range(triggers)],
    }


@pytest.mark.parametrize(
    ("clients", "triggers", "pairs"),
    [
        (3, 5, [(0, 0), (0, 3), (1, 2)]),  # a line that falls crosses a level one
        (2, 2, [(0, 0), (0, 1), (1, 0), (1, 1)]),
        (2, 4, [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]),
    ],
)
def test_numbers_on_lines_that_cross_do_not_touch(clients: int, triggers: int, pairs: list[tuple[int, int]]) -> None:
    drawn = drawing(container(clients, triggers, pairs))
    assert drawn is not None
    places = [(one["x"], one["y"]) for one in drawn["lines"] if one["count"]]
    assert len(places) == len(pairs) + triggers
    for (x, y), (other_x, other_y) in combinations(places, 2):
        assert abs(x - other_x) >= 20 or abs(y - other_y) >= 12, (x, y, other_x, other_y)


def test_where_every_place_is_taken_a_number_stands_all_the_same() -> None:
    drawn = drawing(container(1, 1, [(0, 0)] * 12))
    assert drawn is not None
    assert len([one for one in drawn["lines"] if one["count"]]) == 13
