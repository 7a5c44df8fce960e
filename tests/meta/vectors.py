"""The published vectors (`meta_vectors.jsonl`) and where we knowingly differ from them."""

import json
from pathlib import Path
from typing import Any

VECTORS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "meta_vectors.jsonl").read_text(encoding="utf-8").splitlines()
]

# Vectors whose value is not ours, by id, with the value that is. docs/meta.md gives the reason of each.
DEVIATIONS: dict[str, Any] = {
    "mv-ecdefa0244": "méxicocity",
}
# Vectors from other sources than the parameter builder, which `match: builder` cannot equal, with the builder's value.
NOT_THE_BUILDERS: dict[str, Any] = {
    "mv-12bab9fd5a": "m1 1ae",
    "mv-fd9bf6466c": "us",
    "mv-eceae803d5": "kr",
    "mv-aa90b25e20": "menlopark",
    "mv-99c32f7761": "us",
    "mv-32a6e49a29": None,
}
# Vectors that hold only for a shop in a country that the configuration names.
DEFAULT_COUNTRIES: dict[str, str] = {"mv-26e5453ad8": "US"}


def about(*what: str) -> list[Any]:
    """The vectors of one kind, or of all kinds that begin so, as pytest parameters named by their ids."""
    import pytest

    return [pytest.param(one, id=one["id"]) for one in VECTORS if one["what"].startswith(what)]
