"""The application tells how it is, takes a new configuration whole or not at all, and pretends nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.outbox import OutboxError
from container.web import refusals
from tests.processes.server import TOKEN
from tests.web.served import CONFIG, PAGE_VIEW, PREVIEW, Served, served

BEARER = {"authorization": f"Bearer {TOKEN}"}


def test_it_is_healthy_and_ready(app: Served) -> None:
    for path in ("/healthy", "/-/healthy"):
        answer = app.ask(path)
        assert (answer.status, answer.text) == (200, "ok")
    assert (app.ask("/-/ready").status, app.ask("/-/ready").text) == (200, "ready")


def test_metrics_are_prometheus_text_with_the_outboxes_books(app: Served) -> None:
    app.ask(PAGE_VIEW + "m-1")
    answer = app.ask("/-/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = app.metrics()
    accepted = found['tagdock_payloads_total{destination="1234567890",end="accepted",tag="meta"}']
    pending = found['tagdock_outbox_pending{destination="1234567890",tag="meta"}']
    assert accepted == pending == app.accepted() >= 1
    assert found["tagdock_outbox_bytes"] > 0


def test_labels_of_the_metrics_never_hold_values_of_a_hit(app: Served) -> None:
    app.ask("/g/collect?v=2&tid=G-1&cid=7.8&en=a%22%7Dmalice%0A&ep.event_id=m-2")
    app.ask("/malice", "POST", b"malice", referer="malice", user_agent="malice")
    assert "malice" not in app.ask("/-/metrics").text


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_reloading_is_asked_for_by_post(app: Served, method: str) -> None:
    assert app.ask("/-/reload", method, **BEARER).status == 405


# Reloading


def rewrite(folder: Path, old: str, new: str) -> None:
    file = folder / "config.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_good_configuration_takes_over_between_two_hits(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        assert app.trace(PAGE_VIEW + "1")["events"][0]["tags"][0]["outcome"] == "fired"
        rewrite(tmp_path, "event.event_name: { exists: true }", "event.event_name: { equals: purchase }")
        answer = app.ask("/-/reload", "POST", **BEARER)
        assert (answer.status, answer.json["reloaded"], answer.json["problems"]) == (200, True, [])
        assert app.trace(PAGE_VIEW + "2")["events"][0]["tags"][0]["outcome"] == "not_triggered"
        assert app.metrics()['tagdock_reloads_total{outcome="applied"}'] == 1


def test_of_a_bad_configuration_every_problem_is_told_and_the_old_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path) as app:
        rewrite(tmp_path, "fires_on: anything", "fires_on: anythink")
        rewrite(tmp_path, "browser: ga4", "browser: ga5")
        answer = app.ask("/-/reload", "POST", **BEARER)
        assert answer.status == 422
        assert answer.json["reloaded"] is False
        assert {one["path"] for one in answer.json["problems"]} >= {"clients.browser", "tags.meta.fires_on"}
        assert app.trace(PAGE_VIEW + "1")["events"][0]["tags"][0]["outcome"] == "fired"
        assert app.metrics()['tagdock_reloads_total{outcome="refused"}'] == 1
        assert "the configuration was not reloaded" in caplog.text
        assert "Traceback" not in caplog.text


def test_a_configuration_that_is_gone_or_no_yaml_changes_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        for content in ("{", "- a\n- b\n", "", "\x00\x01", "a: &a [*a]"):
            (tmp_path / "config.yaml").write_text(content)
            assert app.ask("/-/reload", "POST", **BEARER).status == 422, content
        (tmp_path / "config.yaml").unlink()
        assert app.ask("/-/reload", "POST", **BEARER).status == 422
        assert app.trace(PAGE_VIEW + "1")["events"][0]["tags"][0]["outcome"] == "fired"


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "ÿ"])
def test_without_the_token_nothing_is_reloaded(tmp_path: Path, given: str) -> None:
    with served(tmp_path) as app:
        rewrite(tmp_path, "event.event_name: { exists: true }", "event.event_name: { equals: purchase }")
        headers = {"authorization": given} if given else {}
        assert app.ask("/-/reload", "POST", **headers).status == 401
        assert app.trace(PAGE_VIEW + "1")["events"][0]["tags"][0]["outcome"] == "fired"


def test_new_limits_and_origins_hold_from_the_next_hit(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        assert app.ask(PAGE_VIEW + "1", origin="https://other.example").status == 204
        rewrite(tmp_path, "name: test", 'name: test, body_limit: 1KiB, origins: ["https://shop.example"]')
        assert app.ask("/-/reload", "POST", **BEARER).status == 200
        assert app.ask(PAGE_VIEW + "2", origin="https://other.example").status == 403
        assert app.ask(PAGE_VIEW + "3", "POST", b"x" * 2000).status == 413


# An outbox that cannot keep anything


def check_refusal(app: Served, caplog: pytest.LogCaptureFixture, word: str) -> None:
    """A hit gets 503 and a log line; nothing of it is pretended, in a preview either."""
    caplog.clear()
    taken = app.app.metrics.hits
    before = taken["browser", "answered"]
    for headers in ({}, PREVIEW):
        answer = app.ask(PAGE_VIEW + "lost&ep.email=jane%40example.com", origin="https://shop.example", **headers)
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        assert answer.text == "the hit cannot be kept just now; send it again\n"
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    lines = [one.getMessage() for one in caplog.records if one.name == "tagdock.collect"]
    assert len(lines) == 1, "the second is told with a minute's number"
    assert lines[0].startswith("a hit was refused with 503, nothing of it was kept: outbox ")
    assert word in lines[0]
    assert "jane" not in caplog.text
    assert "Traceback" not in caplog.text
    assert taken["browser", "answered"] == before
    assert taken["browser", "unavailable"] == 2
    ready = app.ask("/-/ready")
    assert ready.status == 503
    assert word in ready.text
    assert app.ask("/healthy").status == 200
    # What keeps nothing is answered as ever.
    assert app.ask("/g/collect?v=2&tid=G-1").status == 204
    assert app.ask("/nowhere").status == 404


def test_while_a_folder_stands_in_the_place_of_the_outbox_hits_are_refused_and_then_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = tmp_path / "data" / "outbox.sandbox.db"
    outbox.mkdir(parents=True)
    with served(tmp_path) as app:
        assert "outbox" in caplog.text
        check_refusal(app, caplog, "unable to open database file")
        outbox.rmdir()
        monkeypatch.setattr(refusals, "QUIET", 0.0)
        assert app.ask("/g/collect?v=2&tid=G-1").status == 204
        assert "taking hits again" not in caplog.text, "of a hit that keeps nothing nothing is learnt"
        assert app.ask(PAGE_VIEW + "kept").status == 204
        assert app.accepted() == 1
        assert caplog.text.count("taking hits again, 2 refused in 0 s") == 1
        assert app.ask("/-/ready").status == 200


def test_when_as_much_waits_as_may_further_hits_are_refused_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path, CONFIG.replace("batch: {", "limit: { payloads: 2 }\n  batch: {")) as app:
        assert app.ask("/g/collect?v=2&tid=G-1&cid=7.8", "POST", b"en=a\nen=b").status == 204
        check_refusal(app, caplog, "2 payloads")
        assert app.accepted() == 2


def test_whatever_else_the_outbox_stumbles_over_is_a_refusal_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as app:

        async def stumbles(_: object) -> None:
            raise OutboxError("outbox x: UnicodeEncodeError")

        monkeypatch.setattr(app.app.outbox, "put", stumbles)
        assert app.ask(PAGE_VIEW + "1").status == 503
        assert "a hit was refused with 503, nothing of it was kept: outbox x: UnicodeEncodeError" in caplog.text
        assert app.accepted() == 0


def test_what_tags_decide_against_is_in_the_books_unless_the_hit_is_refused(tmp_path: Path) -> None:
    # Without a browser's name Meta would refuse a website's event, so the tag does not send it.
    nameless = {"user_agent": ""}
    with served(tmp_path, CONFIG.replace("batch: {", "limit: { payloads: 1 }\n  batch: {")) as app:

        def suppressed() -> int:
            assert app.client.portal is not None
            return sum(one.suppressed for one in app.client.portal.call(app.app.outbox.status).accounts)

        assert app.ask(PAGE_VIEW + "1", **nameless).status == 204
        assert app.ask(PAGE_VIEW + "2").status == 204
        assert suppressed() == 1
        assert app.ask(PAGE_VIEW + "3").status == 503
        assert suppressed() == 1
