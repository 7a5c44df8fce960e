"""JSON for people: indented, with a final newline, and never failing on odd text."""

from __future__ import annotations

import json

from container.web.json import to_bytes


def test_it_is_indented_and_ends_with_a_newline() -> None:
    assert to_bytes({"a": [1, "ü"]}) == '{\n  "a": [\n    1,\n    "ü"\n  ]\n}\n'.encode()


def test_a_lone_surrogate_is_replaced_wherever_it_stands() -> None:
    odd = {"a\ud800": ["\udfff", {"b": "x\ud800y"}], "c": 1.5, "d": None}
    assert json.loads(to_bytes(odd)) == {"a?": ["?", {"b": "x?y"}], "c": 1.5, "d": None}
