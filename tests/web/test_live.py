"""Live and sandbox are kept apart, and a reload says what it cannot apply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from container.config.load import load_text
from tests.web.served import CONFIG, PAGE_VIEW, TOKEN, Served, served

BEARER = {"authorization": f"Bearer {TOKEN}"}
LIVE = CONFIG.replace("delivery:", "delivery:\n  to: live")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Served]:
    """A live server whose vendor is a port where nobody listens."""
    config = LIVE.replace("access_token: $META_ACCESS_TOKEN", "access_token: written, endpoint: 'http://127.0.0.1:1'")
    with served(tmp_path, config) as app:
        yield app


def test_a_live_server_shows_no_sandbox(live: Served) -> None:
    for path in ("/sandbox/all", "/sandbox/good", "/sandbox/graph/v25.0/1/events"):
        assert live.ask(path).status == 404
    assert live.ask("/sandbox/reset", "POST").status in (404, 405)


def test_what_was_tried_against_the_sandbox_has_an_outbox_of_its_own() -> None:
    text = "delivery: { to: %s, outbox: 'sqlite:data/shop.db' }"
    assert load_text(text % "sandbox").whole().delivery.store == "sqlite:data/shop.sandbox.db"
    assert load_text(text % "live").whole().delivery.store == "sqlite:data/shop.db"


def test_a_reload_cannot_turn_a_sandbox_live_and_says_so(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        assert app.ask(PAGE_VIEW + "tried").status == 204
        file = tmp_path / "config.yaml"
        text = file.read_text().replace("$META_ACCESS_TOKEN", "written")
        file.write_text(text.replace("delivery:", "delivery:\n  to: live"))
        answer = app.ask("/-/reload", "POST", **BEARER)
        assert answer.status == 200
        told = [(one["path"], one["kind"], one["severity"]) for one in answer.json["problems"]]
        assert ("delivery.to", "restart", "warning") in told
        tags = list(app.app.configuration.tags.values())
        assert app.app.endpoint(tags[0]).endswith("/sandbox/graph"), "still the sandbox"
        assert app.ask("/sandbox/all").status == 200
