"""The numbers tell from the start what may go wrong, and how it stands with the outbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.outbox.aside import standing
from container.web.workers import Workers
from tests.outbox.entries import with_outbox
from tests.outbox.test_dead import three_dead
from tests.processes.server import TOKEN
from tests.web.served import CONFIG, PAGE_VIEW, served

BEARER = {"authorization": f"Bearer {TOKEN}"}


def test_incidents_are_shown_at_0_from_the_start_and_of_a_new_client_from_its_reload(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        shown = app.metrics()
        for client in ("browser", "pixel", "backend"):
            for outcome in ("answered", "refused", "unavailable"):
                assert shown[f'tagdock_hits_total{{client="{client}",outcome="{outcome}"}}'] == 0
            assert shown[f'tagdock_failures_total{{what="client {client} failed"}}'] == 0
        assert shown['tagdock_failures_total{what="tag meta failed"}'] == 0
        assert shown['tagdock_reloads_total{outcome="refused"}'] == 0
        file = tmp_path / "config.yaml"
        file.write_text(file.read_text().replace("browser: ga4", "late: ga4"))
        assert app.ask("/-/reload", "POST", **BEARER).status == 200
        assert app.metrics()['tagdock_hits_total{client="late",outcome="unavailable"}'] == 0


def test_a_tag_that_fails_is_counted_in_the_series_that_was_at_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as app:
        before = {name for name in app.metrics() if name.startswith("tagdock_failures_total")}

        def fails(context: object) -> None:
            raise RuntimeError("jane@example.com")

        monkeypatch.setattr(app.app.configuration.tags["meta"], "build", fails)
        assert app.ask(PAGE_VIEW + "1").status == 204
        after = app.metrics()
        assert {name for name in after if name.startswith("tagdock_failures_total")} == before
        assert after['tagdock_failures_total{what="tag meta failed"}'] == 1


def test_the_limits_and_readiness_are_shown_beside_what_there_is(tmp_path: Path) -> None:
    limits = "limit: { payloads: 1, bytes: 64MiB }\n  batch: {"
    with served(tmp_path, CONFIG.replace("batch: {", limits)) as app:
        assert app.ask(PAGE_VIEW + "1").status == 204
        shown = app.metrics()
        assert shown["tagdock_outbox_limit_payloads"] == 1
        assert shown["tagdock_outbox_limit_bytes"] == 64 * 1024 * 1024
        assert (shown["tagdock_ready"], shown["tagdock_outbox_set_aside"]) == (1, 0)
        assert app.ask(PAGE_VIEW + "2").status == 503
        shown = app.metrics()
        assert shown["tagdock_ready"] == 0
        assert shown['tagdock_hits_total{client="browser",outcome="unavailable"}'] == 1


def test_an_outbox_that_cannot_be_read_does_not_take_the_numbers_with_it(tmp_path: Path) -> None:
    (tmp_path / "data" / "outbox.sandbox.db").mkdir(parents=True)
    with served(tmp_path) as app:
        assert app.ask(PAGE_VIEW + "1").status == 503
        shown = app.metrics()
        assert shown["tagdock_ready"] == 0
        assert shown['tagdock_hits_total{client="browser",outcome="unavailable"}'] == 1


def test_a_damaged_file_that_was_set_aside_is_shown_until_it_is_moved_away(tmp_path: Path) -> None:
    outbox = tmp_path / "data" / "outbox.sandbox.db"
    outbox.parent.mkdir()
    outbox.write_bytes(b"this is not a database" * 500)
    with served(tmp_path) as app:
        assert app.metrics()["tagdock_outbox_set_aside"] == 1
        (aside,) = standing(f"sqlite:{outbox}")
        assert aside.name.startswith("outbox.sandbox.db.corrupt-")
        aside.rename(tmp_path / "looked at")
        assert app.metrics()["tagdock_outbox_set_aside"] == 0


def test_files_set_aside_are_found_by_worker(tmp_path: Path) -> None:
    for name in ("outbox.db", "outbox.1.db", "outbox.db.corrupt-1", "outbox.db.corrupt-1-wal", "outbox.1.db.corrupt-2"):
        (tmp_path / name).touch()
    address = f"sqlite:{tmp_path}/outbox.db"
    assert [one.name for one in standing(address)] == ["outbox.1.db.corrupt-2", "outbox.db.corrupt-1"]
    assert [one.name for one in standing(address, [1])] == ["outbox.1.db.corrupt-2"]
    assert standing(f"sqlite:{tmp_path}/nowhere/outbox.db") == []


def test_of_a_file_without_a_worker_what_lies_beside_it_is_told_and_no_readiness(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with_outbox(data / "outbox.sandbox.5.db", three_dead)
    (data / "outbox.sandbox.5.db.corrupt-1").touch()
    with served(tmp_path, workers=Workers(count=2, ports=(1, 2))) as app:
        assert app.client.portal is not None
        (text,) = app.client.portal.call(app.app.accounting.orphans).values()
    lines = text.decode().splitlines()
    assert "tagdock_outbox_set_aside 1.0" in lines
    assert 'tagdock_outbox_dead{destination="123",tag="meta"} 2.0' in lines
    assert not [line for line in lines if line.startswith(("tagdock_ready ", "tagdock_outbox_limit_"))]
