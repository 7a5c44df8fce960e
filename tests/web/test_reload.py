"""Reloads come one after the other, hold up no hit, and each applied version is kept and named."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from container.component import Answer
from container.config.load import Loaded
from container.config.snapshot import Snapshot, load_with_snapshot, snapshot
from container.config.versions import Versions
from container.metrics import Metrics
from container.problem import Problem
from container.web import reload as reloading
from container.web.reception import Live
from container.web.reload import Outcome, Reload
from tests.processes.server import TOKEN
from tests.web.served import CONFIG, PAGE_VIEW, PREVIEW, Served, served
from tests.web.test_app import BEARER, rewrite
from tests.web.test_watch import Clockwork, rest, write


def reload(app: Served, **headers: str) -> Any:
    return app.ask("/-/reload", "POST", **(headers or BEARER))


def versions(folder: Path) -> Versions:
    return Versions(folder / "data" / "versions")


def log_of(folder: Path) -> list[tuple[str, str, str]]:
    return [(one.version[:12], one.how, one.outcome) for one in versions(folder).applications()]


# One at a time


class Held:
    """Loading that waits until it is let go, and counts."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.at_once = self.most_at_once = self.count = 0

    def load(self, config: Path, environ: Any = None) -> tuple[Loaded, Snapshot]:
        self.at_once += 1
        self.count += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self.go.acquire(timeout=20)
        self.at_once -= 1
        return load_with_snapshot(config, environ)


def test_hits_are_answered_by_the_old_one_while_the_new_one_is_read_and_reloads_share_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()
    monkeypatch.setattr(reloading, "load_with_snapshot", held.load)
    with served(tmp_path) as app:
        portal = app.client.portal
        assert portal is not None
        rewrite(tmp_path, "event.event_name: { exists: true }", "event.event_name: { equals: purchase }")
        before = app.ask("/-/ready").headers["x-tagdock-version"]
        asked: list[Future[Outcome]] = [portal.start_task_soon(app.app.reload)]
        assert held.begun.acquire(timeout=20)
        for _ in range(5):
            asked.append(portal.start_task_soon(app.app.reload))
        answer = app.ask(PAGE_VIEW + "1", **PREVIEW)
        assert answer.headers["x-tagdock-version"] == before
        assert answer.json["events"][0]["tags"][0]["outcome"] == "fired"
        for _ in range(2):
            held.go.release()
        assert {one.result(20).version for one in asked} == {snapshot(tmp_path / "config.yaml").short}
        assert (held.count, held.most_at_once) == (2, 1)
        assert app.trace(PAGE_VIEW + "2")["events"][0]["tags"][0]["outcome"] == "not_triggered"


def test_a_reload_is_done_though_whoever_asked_went_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held()
    monkeypatch.setattr(reloading, "load_with_snapshot", held.load)
    with served(tmp_path) as app:
        rewrite(tmp_path, "name: test", "name: other")

        async def impatient() -> None:
            task = asyncio.create_task(app.app.reload())
            await asyncio.to_thread(held.begun.acquire, timeout=20)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            held.go.release()

        assert app.client.portal is not None
        app.client.portal.call(impatient)
        held.go.release()
        reload(app)
        assert log_of(tmp_path)[1:] == [(snapshot(tmp_path / "config.yaml").short, "request", "applied")] * 2


def test_a_hit_whose_body_comes_late_is_served_by_one_configuration_from_beginning_to_end(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        async def receive() -> dict[str, Any]:
            # By the time its body is there the new configuration has been swapped in.
            assert not (await app.app.reload()).errors
            return {"type": "http.request", "body": b"en=page_view", "more_body": False}

        rewrite(tmp_path, "event.event_name: { exists: true }", "event.event_name: { equals: purchase }")
        new = snapshot(tmp_path / "config.yaml").short
        given = {"x-tagdock-preview": TOKEN, "content-length": "12", "user-agent": "x"}
        scope = {
            "type": "http", "method": "POST", "path": "/g/collect", "query_string": b"v=2&tid=G-1&cid=7.8",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()], "client": ("127.0.0.1", 1),
        }  # fmt: skip
        assert app.client.portal is not None
        app.client.portal.call(app.app, scope, receive, send)
        assert (b"x-tagdock-version", new.encode()) in messages[0]["headers"]
        assert msgspec.json.decode(messages[1]["body"])["events"][0]["tags"][0]["outcome"] == "not_triggered"


# What is told and kept


def test_every_application_is_noted_and_every_applied_version_kept(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        first = app.ask("/-/ready").headers["x-tagdock-version"]
        rewrite(tmp_path, "name: test", "name: second")
        second = reload(app).json["version"]
        rewrite(tmp_path, "browser: ga4", "browser: ga5")
        refused = reload(app)
        assert (refused.status, refused.json["version"]) == (422, snapshot(tmp_path / "config.yaml").short)
        assert app.ask("/-/ready").headers["x-tagdock-version"] == second
        rewrite(tmp_path, "browser: ga5", "browser: ga4")
        rewrite(tmp_path, "name: second", "name: test")
        assert app.ask("/-/reload?how=rollback", "POST", **BEARER).json["version"] == first
        assert app.ask("/-/reload?how=watch", "POST", **BEARER).status == 200
    assert log_of(tmp_path) == [
        (first, "start", "applied"),
        (second, "request", "applied"),
        (refused.json["version"], "request", "refused"),
        (first, "rollback", "applied"),
        (first, "request", "applied"),
    ]
    assert b"name: second" in versions(tmp_path).read(second).files["config.yaml"]
    assert {one.hash[:12] for one in versions(tmp_path).list()} == {first, second}


def test_only_previews_name_the_version(tmp_path: Path) -> None:
    with served(tmp_path) as app:
        assert "x-tagdock-version" in app.ask(PAGE_VIEW + "1", **PREVIEW).headers
        assert "x-tagdock-version" not in app.ask(PAGE_VIEW + "2").headers
        assert "x-tagdock-version" not in app.ask("/healthy").headers


def test_a_disk_that_keeps_no_versions_is_told_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "versions").write_text("in the way")
    with served(tmp_path) as app:
        for name in ("second", "third"):
            (tmp_path / "config.yaml").write_text((tmp_path / "config.yaml").read_text() + f"# {name}\n")
            assert reload(app).status == 200
    assert caplog.text.count("this version is not kept in") == 1


def test_whatever_reading_stumbles_over_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(config: Path, environ: Any = None) -> Any:
        raise RecursionError("jane@example.com")

    with served(tmp_path) as app:
        monkeypatch.setattr(reloading, "load_with_snapshot", stumbles)
        answer = reload(app)
        assert answer.status == 422
        assert answer.json["problems"][0]["text"] == "reading it failed with RecursionError"
        assert app.ask(PAGE_VIEW + "1").status == 204
    assert "jane" not in caplog.text
    assert "Traceback" not in caplog.text


# Payloads that wait


def test_a_name_may_not_become_another_type_while_its_payloads_wait(tmp_path: Path) -> None:
    config = CONFIG.replace("$META_ACCESS_TOKEN", "abc")
    other = 'http_request: { url: "https://collector.example/in" }'
    with served(tmp_path, config) as app:
        meta = 'meta_capi: { pixel_id: "1234567890", access_token: abc }'
        rewrite(tmp_path, meta, other)
        assert reload(app).status == 200  # nothing waits
        assert app.ask(PAGE_VIEW + "1").status == 204
        rewrite(tmp_path, other, meta)
        answer = reload(app)
        assert answer.status == 422
        (problem,) = [one for one in answer.json["problems"] if one["severity"] == "error"]
        assert (problem["kind"], problem["path"], problem["line"]) == ("retyped", "tags.meta", 7)
        assert problem["text"] == "1 payload waits that was made by http_request, and meta_capi cannot send them"
        rewrite(tmp_path, "  meta:\n", "  meta_two:\n")
        assert reload(app).status == 200


def test_over_a_restart_what_the_former_type_made_is_kept_under_a_name_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = CONFIG.replace("$META_ACCESS_TOKEN", "abc")
    with served(tmp_path, config) as app:
        assert app.ask(PAGE_VIEW + "1").status == 204
    meta = 'meta_capi: { pixel_id: "1234567890", access_token: abc }'
    other = config.replace(meta, 'http_request: { url: "https://collector.example/in" }')
    with served(tmp_path, other) as app:
        assert "it made 1 pending payload, and is of type http_request now" in caplog.text
        assert app.ask(PAGE_VIEW + "2").status == 204
        waiting = {name[0]: group.pending for name, group in app.app.outbox.groups().items()}
        assert waiting == {"meta (meta_capi)": 1, "meta": 1}
    with served(tmp_path, config) as app:
        assert (
            "the tag meta is of type meta_capi again: what 'meta (meta_capi)' kept goes on, 1 pending payload"
            in caplog.text
        )
        waiting = {name[0]: group.pending for name, group in app.app.outbox.groups().items()}
        assert waiting == {"meta": 1, "meta (http_request)": 1}


# Watching


@pytest.mark.parametrize("wanted", [True, False])
def test_an_application_watches_when_it_is_to(tmp_path: Path, wanted: bool) -> None:
    async def names() -> set[str]:
        return {task.get_name() for task in asyncio.all_tasks()}

    with served(tmp_path, watch=wanted) as app:
        assert app.client.portal is not None
        assert ("watch" in app.client.portal.call(names)) is wanted


class Room:
    """A reload without a server: what was swapped in, and its log."""

    def __init__(self, folder: Path, *deeds: Callable[[], object]) -> None:
        self.file = folder / "config.yaml"
        self.file.write_text(CONFIG.replace("OUTBOX", str(folder / "data" / "outbox.db")))
        self.swapped: list[str] = []
        self.work = Clockwork(*deeds)
        self.metrics = Metrics()
        self.versions = versions(folder)
        self.reload = Reload(
            snapshot(self.file), self.file, self.swap, self.versions, self.metrics, lambda: 7.0, {}, self.work.sleep
        )

    async def swap(self, loaded: Loaded, live: Live) -> list[Problem]:
        self.swapped.append(live.version)
        return []

    async def watch(self) -> None:
        await self.reload.watch()

    def run(self, what: Callable[[], Awaitable[None]]) -> None:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(what())  # type: ignore[arg-type]


def append(folder: Path, text: str) -> Callable[[], object]:
    def deed() -> None:
        file = folder / "config.yaml"
        file.write_text(file.read_text() + text)

    return deed


def test_a_change_is_taken_over_and_noted_as_watched(tmp_path: Path) -> None:
    room = Room(tmp_path, rest, append(tmp_path, "# new\n"), rest, rest, rest)
    before = snapshot(room.file).short
    room.run(room.watch)
    assert room.swapped == [snapshot(room.file).short] != [before]
    assert log_of(tmp_path) == [(room.swapped[0], "watch", "applied")]


def test_a_broken_file_is_told_once_and_its_mending_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    good = CONFIG.replace("OUTBOX", str(tmp_path / "data" / "outbox.db"))
    file = tmp_path / "config.yaml"
    broken = good.replace("browser: ga4", "browser: ga5")
    deeds = [write(file, broken), *[rest] * 8, file.touch, *[rest] * 4, write(file, broken + "# still\n"), *[rest] * 4]
    room = Room(tmp_path, *deeds, write(file, good), *[rest] * 6)
    room.run(room.watch)
    assert caplog.text.count("the configuration was not reloaded, it has") == 1
    assert caplog.text.count("'ga5' is not a type of client") == 1
    assert caplog.text.count("is again as it runs") == 1
    assert [outcome for _, _, outcome in log_of(tmp_path)] == ["refused"]
    assert room.metrics.reloads == {"refused": 1}


def test_a_deleted_file_is_told_once_and_the_old_one_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    room = Room(tmp_path, (tmp_path / "config.yaml").unlink, *[rest] * 10)
    room.run(room.watch)
    assert caplog.text.count("the file cannot be read") == 1
    assert room.swapped == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("parts/b.yaml", "triggers: { b: { event: b } }\n"),
        ("variables/shout.py", "x = 1\n"),
        ("parts/a.yaml", "triggers: { a: { event: changed } }\n"),
    ],
)
def test_included_files_and_components_are_watched_new_ones_too(tmp_path: Path, name: str, text: str) -> None:
    def lay() -> None:
        (tmp_path / name).write_text(text)

    for folder in ("parts", "variables"):
        (tmp_path / folder).mkdir()
    (tmp_path / "parts" / "a.yaml").write_text("triggers: { a: { event: a } }\n")
    room = Room(tmp_path, append(tmp_path, "include: [parts/*.yaml]\n"), rest, *[rest] * 4, lay, *[rest] * 6)
    room.run(room.watch)
    kept = [room.versions.read(one) for one, _, _ in log_of(tmp_path)]
    assert len(kept) == 2
    assert name not in kept[0].files or kept[0].files[name] != text.encode()
    assert kept[1].files[name] == text.encode()


def test_what_was_reloaded_on_request_is_not_reloaded_again_by_watching(tmp_path: Path) -> None:
    room = Room(tmp_path, rest, rest)

    async def both() -> None:
        append(tmp_path, "# new\n")()
        await room.reload.now("request")
        room.reload._watch._seen = {}  # as if every time of every file had changed
        await room.reload._watch.changed()

    room.run(both)
    assert len(room.swapped) == 1


def test_watching_outlives_what_a_swap_raises(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    room = Room(tmp_path, append(tmp_path, "# 1\n"), rest, append(tmp_path, "# 2\n"), *[rest] * 4)

    async def swap(loaded: Loaded, live: Live) -> list[Problem]:
        room.swapped.append(live.version)
        if len(room.swapped) == 1:
            raise ValueError(Answer())
        return []

    room.reload._swap = swap
    room.run(room.watch)
    assert len(room.swapped) == 2
    assert "watching" in caplog.text
    assert "ValueError" in caplog.text
