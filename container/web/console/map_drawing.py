"""The drawing of the map: where its boxes stand and how its lines run, for an SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from container.web.console.map_texts import box

WIDTH = 960
_GAP, _HEAD = 14, 30
_LEAST = 80
"""Height of the drawing of a container with hardly anything in it."""

_COLUMNS = ((0, 220), (350, 250), (720, 240))
"""Left and width of the boxes of clients, triggers and tags."""

_Point = tuple[float, float]

_PARTS = (0.35, 0.5, 0.65, 0.22, 0.78)
"""How far along a line its number may stand."""

_LANE, _LANES = 18, 8
"""Height of the lanes below the triggers, by which lines go from a client to a tag, and how many are drawn."""

_NUMBER = (24, 14)
"""Width and height that a number takes."""

MOST = 40
"""Boxes in a column that are drawn; a larger container is shown as a list."""


def drawing(shown: dict[str, Any]) -> dict[str, Any] | None:
    """Boxes and lines in the drawing's own units, None when there are too many to be read."""
    sorts = ("clients", "triggers", "tags")
    if max(len(shown[sort]) for sort in sorts) > MOST:
        return None
    said = {
        sort: [box(sort, one, width) for one in shown[sort]] for sort, (_, width) in zip(sorts, _COLUMNS, strict=True)
    }
    space = {sort: sum(one.height + _GAP for one in said[sort]) for sort in sorts}
    tallest = max(_LEAST, *space.values())
    height = _HEAD + tallest
    places: dict[tuple[str, str], tuple[float, float, float]] = {}
    boxes = []
    for sort, (left, width) in zip(sorts, _COLUMNS, strict=True):
        top = _HEAD + (tallest - space[sort]) / 2
        for one, told in zip(shown[sort], said[sort], strict=True):
            places[sort, one["name"]] = (left, top + told.height / 2, left + width)
            boxes.append({"x": left, "y": round(top, 1), "width": width, "height": told.height, "sort": sort,
                          "quiet": told.quiet, "lines": told.lines})  # fmt: skip
            top += told.height + _GAP
    pairs = {(one["client"], one["trigger"]) for one in shown["from_clients"]}
    quiet = [
        {"client": client["name"], "trigger": trigger["name"], "kind": "fires", "count": 0}
        for client in shown["clients"] for trigger in shown["triggers"]
        if (client["name"], trigger["name"]) not in pairs
    ]  # fmt: skip
    lines = [
        *_lines(quiet if len(quiet) <= MOST else [], ("clients", "client"), ("triggers", "trigger"), places),
        *_lines(shown["from_clients"], ("clients", "client"), ("triggers", "trigger"), places),
        *_lines(shown["to_tags"], ("triggers", "trigger"), ("tags", "tag"), places),
    ]
    lanes = _lanes(shown.get("stopped", ()), places, height)
    lines += lanes
    height += len(lanes) * _LANE
    return {"height": round(height), "boxes": boxes, "lines": sorted(lines, key=lambda one: int(one["count"]))}


def _lines(
    edges: Sequence[dict[str, Any]],
    begin: tuple[str, str],
    end: tuple[str, str],
    places: dict[tuple[str, str], tuple[float, float, float]],
) -> list[dict[str, Any]]:
    found = []
    taken: dict[tuple[int, int], _Point] = {}
    for number, edge in enumerate(edges):
        here, there = places.get((begin[0], edge[begin[1]])), places.get((end[0], edge[end[1]]))
        if here is None or there is None:
            continue  # a trigger of a version before, or one that no tag asks any more
        x, y, to_x, to_y = here[2], here[1], there[0], there[1]
        middle = (x + to_x) / 2
        first = number % len(_PARTS)
        points = [_on_curve(x, y, middle, to_x, to_y, part) for part in (*_PARTS[first:], *_PARTS[:first])]
        label_x, label_y = _free(points, taken) if edge["count"] else points[0]
        found.append(
            {
                "path": f"M{x:.0f} {y:.1f}C{middle:.0f} {y:.1f} {middle:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}",
                "count": edge["count"],
                "said": f"{edge['count']:,}",
                "kind": edge["kind"],
                "width": _thick(edge["count"]),
                "x": round(label_x, 1),
                "y": round(label_y + 4, 1),
            }
        )
    return found


def _lanes(
    stopped: Sequence[dict[str, Any]], places: dict[tuple[str, str], tuple[float, float, float]], below: float
) -> list[dict[str, Any]]:
    """The lines of what consent stopped, below all triggers: which of them held is not known. The most frequent."""
    found: list[dict[str, Any]] = []
    for edge in sorted(stopped, key=lambda one: -int(one["count"]))[:_LANES]:
        here, there = places.get(("clients", edge["client"])), places.get(("tags", edge["tag"]))
        if here is None or there is None:
            continue
        (left, width), lane = _COLUMNS[1], below + len(found) * _LANE + 2
        x, y, to_x, to_y = here[2], here[1], there[0], there[1]
        down = f"M{x:.0f} {y:.1f}C{x + 70:.0f} {y:.1f} {x + 50:.0f} {lane:.1f} {left:.0f} {lane:.1f}"
        up = f"H{left + width}C{to_x - 50:.0f} {lane:.1f} {to_x - 70:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}"
        found.append(
            {
                "path": down + up,
                "count": edge["count"],
                "said": f"{edge['count']:,} stopped by consent",
                "kind": edge["kind"],
                "width": _thick(edge["count"]),
                "x": round(left + width / 2, 1),
                "y": round(lane + 4, 1),
            }
        )
    return found


def _thick(count: int) -> float:
    return round(1.5 + min(math.log10(count), 4.0), 1) if count else 1.0


def _on_curve(x: float, y: float, middle: float, to_x: float, to_y: float, t: float) -> _Point:
    """A point of the curve between two boxes."""
    rest = 1 - t
    return (
        rest**3 * x + 3 * rest**2 * t * middle + 3 * rest * t**2 * middle + t**3 * to_x,
        rest**3 * y + 3 * rest**2 * t * y + 3 * rest * t**2 * to_y + t**3 * to_y,
    )


def _free(points: list[_Point], taken: dict[tuple[int, int], _Point]) -> _Point:
    """The first point where a number is far enough from those that stand already, else the first of all."""
    width, height = _NUMBER
    for x, y in points:
        column, row = int(x // width), int(y // height)
        near = (taken.get((column + right, row + down)) for right in (-1, 0, 1) for down in (-1, 0, 1))
        if not any(one and abs(one[0] - x) < width and abs(one[1] - y) < height for one in near):
            taken[column, row] = x, y
            return x, y
    return points[0]
