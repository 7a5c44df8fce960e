"""Matching data in the browser: each published value is hashed as the container would hash it, or left out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from container.meta.text import is_sha256, sha256
from tests.loader.site import Site
from tests.meta.vectors import DEFAULT_COUNTRIES, DEVIATIONS, VECTORS

MD5 = "495905ffa1314565844202a2ec0f0171"
KEYS = ("em", "ph", "fn", "ln", "ct", "st", "zp", "country", "ge", "db", "external_id")
AT_ONCE = 40
"""Pixels told at once; a browser refuses a page more than some hundred requests that outlive it."""

ROWS = [
    one
    for one in VECTORS
    if one["what"].removeprefix("normalise:") in KEYS and one["id"] not in DEFAULT_COUNTRIES
]  # fmt: skip


def wanted(row: dict[str, Any]) -> str | None:
    """The hash of a row by what Meta documents, or, where we knowingly differ, by what docs/meta.md says instead."""
    value = DEVIATIONS.get(row["id"], row.get("documented", row["expected"]))
    if not isinstance(value, str) or not value:
        return None
    return value.lower() if is_sha256(value) else sha256(value)


def sent(shop: Site, page: Page, rows: list[dict[str, Any]]) -> list[str | None]:
    """What the browser makes of each row's input, told as the data of a pixel of its own."""
    found: list[str | None] = []
    for start in range(0, len(rows), AT_ONCE):
        shop.got.clear()
        some = [
            (str(1000 + at), row["what"][10:], row["input"]) for at, row in enumerate(rows[start : start + AT_ONCE])
        ]
        page.goto(shop.page("", stub=False))
        page.evaluate(
            "(said) => { for (const [pixel, key, value] of said) tagdock('init', pixel, { [key]: value });"
            "tagdock('event', 'x'); }",
            some,
        )
        hits = {hit.query["id"]: hit for hit in shop.hits(len(some))}
        found += [hits[pixel].body.get(f"ud[{key}]") for pixel, key, _ in some]
    return found


def test_no_published_value_gets_another_hash_than_the_container_s(shop: Site, page: Page) -> None:
    assert len(ROWS) > 200
    found = sent(shop, page, ROWS)
    wrong = [
        (row["id"], row["what"], row["input"]) for row, one in zip(ROWS, found, strict=True)
        if one is not None and one != wanted(row)
    ]  # fmt: skip
    assert wrong == []
    assert {row["what"][10:] for row, one in zip(ROWS, found, strict=True) if one} == set(KEYS) - {"ln"}
    missed = [row for row, one in zip(ROWS, found, strict=True) if one is None and wanted(row) is not None]
    assert len(missed) < 20
    # Names of countries that only tables know, rare words for a gender, and what is no text.
    assert {row["what"][10:] for row in missed if isinstance(row["input"], str)} == {"country", "ge"}


@pytest.mark.parametrize(
    "value", ["", "  ", "undefined", "null", "(not set)", "NaN", "[object Object]", None, True, {}, [], [[]], {"a": 1}]
)
def test_a_value_that_says_nothing_is_left_out(shop: Site, page: Page, value: Any) -> None:
    rows = [{"what": f"normalise:{key}", "input": value} for key in KEYS]
    assert sent(shop, page, rows) == [None] * len(KEYS)


def test_what_is_hashed_already_stays_and_md5_is_left_out(shop: Site, page: Page) -> None:
    done = sha256("ana@example.com")
    marked = f"{done}.AQYCAQIA"
    rows = [{"what": f"normalise:{key}", "input": value} for key, value in (
        ("em", done.upper()), ("fn", marked), ("em", ["Ana@example.com", "x"]), ("ln", MD5), ("external_id", MD5),
    )]  # fmt: skip
    assert sent(shop, page, rows) == [done, marked, done, None, sha256(MD5)]


def test_where_the_browser_cannot_hash_nothing_of_the_person_leaves(shop: Site, page: Page) -> None:
    without = "Object.defineProperty(crypto, 'subtle', { value: undefined })"
    script = "tagdock('init', '77777', { em: 'ana@example.com' }); tagdock('event', 'x');"
    page.goto(shop.page(script, stub=False, first=without))
    (hit,) = shop.hits(1)
    assert not [key for key in hit.body if key.startswith("ud")]
    assert hit.query["tde"] == "match TypeError"
