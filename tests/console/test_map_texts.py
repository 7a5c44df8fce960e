"""The texts of the map's boxes: whole, and within them in a real browser, however long the names are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from container.web.console.map_texts import MOST_LINES, box
from tests.browser import visiting
from tests.console.desk import CONFIG, HIT
from tests.processes.server import TOKEN, serving

OUTCOMES = {"fired": 1234, "not_triggered": 23456, "no_consent": 345, "failed": 4, "blocked": 1, "suppressed": 56}
OUTSIDE = """() => [...document.querySelectorAll('svg.map g')].flatMap((box) => {
  const frame = box.querySelector('rect').getBBox();
  return [...box.querySelectorAll('text')].filter((one) => {
    const text = one.getBBox();
    return text.x + text.width > frame.x + frame.width - 4 || text.y + text.height > frame.y + frame.height;
  }).map((one) => one.textContent);
})"""


def tag(**outcomes: int) -> dict[str, Any]:
    return {"name": "meta", "type": "meta_capi", "outcomes": {**dict.fromkeys(OUTCOMES, 0), **outcomes}}


def texts(sort: str, one: dict[str, Any], width: float = 240) -> list[str]:
    return [line.text for line in box(sort, one, width).lines]


def test_a_tag_says_all_that_became_of_it_in_lines_that_fit() -> None:
    assert texts("tags", tag(blocked=1, suppressed=1)) == [
        "meta · meta_capi", "0 fired · 1 blocked", "1 suppressed",
    ]  # fmt: skip
    said = " · ".join(texts("tags", tag(**OUTCOMES))[1:])
    assert said == ("1,234 fired · 23,456 not triggered · 345 no consent · 4 failed · 1 blocked · 56 suppressed")


def test_a_box_is_as_high_as_its_lines() -> None:
    assert [box("tags", one, 240).height for one in (tag(fired=1), tag(**OUTCOMES))] == [50, 50 + 2 * 16]


def test_a_long_word_is_broken_and_a_long_condition_ends_after_a_few_lines() -> None:
    name = "a_name_that_nobody_would_give_a_trigger_but_somebody_does"
    lines = texts("triggers", {"name": name, "written": "{ event: x }"})
    assert "".join(lines[:-1]) == name
    assert lines[-1] == "event: x"
    assert texts("triggers", {"name": "t", "written": "{ where: { a: { equals: 1 } } }"})[1:] == [
        "where: { a: { equals: 1 } }"
    ]
    lines = texts("triggers", {"name": "t", "written": f"{{ event: [{'purchase, ' * 500}] }}"})
    assert len(lines) == 1 + MOST_LINES
    assert lines[-1].endswith("…")


@pytest.mark.parametrize("width", [1280, 1080, 360])
def test_no_text_of_the_map_leaves_its_box_or_the_screen(tmp_path: Path, browser: Browser, width: int) -> None:
    long = "WWWWW_wide_and_long_tag_MMMMM"
    config = CONFIG.replace("\n  meta:\n", f"\n  {long}:\n").replace("sqlite:OUTBOX", "sqlite:data/outbox.db")
    with serving(
        tmp_path,
        config.replace("name: test, console: { read_only_token: $READING }", "name: test, listen: 127.0.0.1:0"),
    ) as server:
        for number, change in enumerate(("=", "cu=EURO", "gcs=G100", "value=0")):
            name = change.partition("=")[0]
            was = {"": "=", "cu": "cu=EUR", "gcs": "gcs=G111", "value": "value=120"}[name]
            server.get(HIT.replace(was, change).replace("o-1", f"o-{number}"))
        server.get(HIT, headers={"user-agent": "a crawler"})
        with visiting(browser, viewport={"width": width, "height": 800}) as visit:
            page = visit.page
            page.goto(f"{server.url}/console/container?token={TOKEN}")
            expect(page.get_by_role("heading", name="Container", level=1)).to_be_visible()
            shown = page.locator(".map-wide" if width > 820 else ".map-narrow").first
            for words in ("1 fired", "1 not triggered", "1 no consent", "1 blocked", "1 suppressed"):
                expect(shown).to_contain_text(words)
            expect(shown).not_to_contain_text("…")
            assert width == 360 or page.evaluate(OUTSIDE) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
