"""A running container takes over new configurations under load: each answer is of one version, and no hit is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from tests.processes.server import AGENT, PATIENCE, TOKEN, Server, serving, until

ALPHA = """
container: { name: alpha, listen: 127.0.0.1:0 }
clients: { browser: ga4 }
variables: { mark: { constant: alpha } }
triggers: { alpha_hits: { event: page_view } }
tags:
  alpha:
    meta_capi:
      pixel_id: "1111111111"
      access_token: $META_ACCESS_TOKEN
      custom_data: { content_name: "{{ mark }}", content_category: alpha }
    fires_on: alpha_hits
    needs_consent: []
delivery:
  outbox: sqlite:data/outbox.db
  batch: { at_most: 20, wait: 20ms }
  retry: { first: 20ms, longest: 200ms, give_up_after: 1h }
"""
BETA = ALPHA.replace("alpha", "beta").replace("1111111111", "2222222222")
PIXELS = {"alpha": "1111111111", "beta": "2222222222"}
BEARER = {"authorization": f"Bearer {TOKEN}"}
PREVIEW = {"x-tagdock-preview": TOKEN}
SWAPS, SENDERS, BETWEEN = 20, 4, 12


def put(server: Server, text: str) -> None:
    """Replace the file as editors do."""
    new = server.config.with_suffix(".new")
    new.write_text(text)
    os.replace(new, server.config)


def running(server: Server) -> str:
    return server.get("/-/ready").headers["x-tagdock-version"]


def applied(server: Server) -> list[dict[str, Any]]:
    """The log of what was applied or refused, oldest first."""
    lines = (server.folder / "data" / "versions" / "applied.jsonl").read_bytes().splitlines(keepends=True)
    return [msgspec.json.decode(line) for line in lines if line.endswith(b"\n")]


@dataclass
class Sender:
    """A browser that sends one hit after the other, every second one as a preview, and notes every answer."""

    url: str
    name: int
    stop: threading.Event
    answers: list[tuple[str, int, str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self) -> None:
        with httpx2.Client(timeout=PATIENCE, headers={"user-agent": AGENT}) as http:
            while not self.stop.is_set():
                event = f"s{self.name}-{len(self.answers)}"
                path = f"/g/collect?v=2&tid=G-1&cid=7.8&en=page_view&ep.event_id={event}"
                try:
                    answer = http.get(self.url + path, headers=PREVIEW if len(self.answers) % 2 else {})
                except httpx2.HTTPError as error:
                    self.failures.append(f"{event}: {error!r}")
                    return
                trace = answer.json() if answer.status_code == 200 else None
                self.answers.append((event, answer.status_code, answer.headers.get("x-tagdock-version", ""), trace))


def test_twenty_swaps_under_load_lose_no_hit_and_each_answer_is_of_one_version(tmp_path: Path) -> None:
    with serving(tmp_path, ALPHA) as server:
        names = {running(server): "alpha"}
        stop = threading.Event()
        senders = [Sender(server.url, number, stop) for number in range(SENDERS)]
        threads = [threading.Thread(target=one.run) for one in senders]
        for thread in threads:
            thread.start()
        try:
            for swap in range(SWAPS):
                before = [len(one.answers) for one in senders]
                until(
                    lambda before=before: all(  # type: ignore[misc]
                        one.failures or len(one.answers) >= count + BETWEEN
                        for one, count in zip(senders, before, strict=True)
                    ),
                    "hits between two swaps",
                )
                name, text = ("alpha", ALPHA) if swap % 2 else ("beta", BETA)
                put(server, text)
                answer = server.post("/-/reload", headers=BEARER)
                assert answer.status_code == 200, answer.text
                assert names.setdefault(answer.json()["version"], name) == name
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert [one.failures for one in senders] == [[]] * SENDERS
        assert sorted(names.values()) == ["alpha", "beta"]

        every = [answer for one in senders for answer in one.answers]
        previews: dict[str, str] = {}
        for event, status, version, trace in every:
            assert status == (204 if trace is None else 200), event
            if trace is not None:
                name = previews[event] = names[version]
                (tag,) = trace["events"][0]["tags"]
                custom = tag["payload"]["custom_data"]
                assert (tag["tag"], tag["outcome"], tag["reason"]) == (name, "fired", f"{name}_hits"), event
                assert (custom["content_name"], custom["content_category"]) == (name, name), event
        assert set(previews.values()) == {"alpha", "beta"}

        arrived = server.delivered(len(every))
        assert sorted(one["event"]["event_id"] for one in arrived) == sorted(event for event, *_ in every)
        for one in arrived:
            event = one["event"]
            name = event["custom_data"]["content_name"]
            assert event["custom_data"]["content_category"] == name
            assert one["pixel_id"] == PIXELS[name]
            assert previews.get(event["event_id"], name) == name
        assert server.get("/sandbox/bad").json() == []
        assert "parked" not in server.log()
        assert [one["how"] for one in applied(server) if one["how"] != "watch"] == ["start"] + ["request"] * SWAPS


def test_a_saved_file_is_taken_over_a_broken_one_told_once_and_a_signal_asks_for_it(tmp_path: Path) -> None:
    with serving(tmp_path, ALPHA) as server:
        first = running(server)
        put(server, BETA)
        until(lambda: running(server) != first, "the saved file")
        second = running(server)
        put(server, BETA.replace("browser: ga4", "browser: ga5"))
        until(lambda: "was not reloaded, it has 1 error" in server.log(), "the refusal")
        server.config.unlink()
        until(lambda: "the file cannot be read" in server.log(), "the file to be missed")
        put(server, BETA)
        until(lambda: "is again as it runs" in server.log(), "the file to be back")
        assert server.log().count("'ga5' is not a type") == 1
        assert server.log().count("the file cannot be read") == 1
        assert running(server) == second
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)
        until(lambda: applied(server)[-1]["how"] == "signal", "the signal to be followed")
        assert [(one["how"], one["outcome"]) for one in applied(server)] == [
            ("start", "applied"), ("watch", "applied"), ("watch", "refused"), ("watch", "refused"),
            ("signal", "applied"),
        ]  # fmt: skip


def tagdock(server: Server, *words: str) -> str:
    """The command of a user beside the running server."""
    done = subprocess.run(
        [sys.executable, "-c", "from container.cli.main import main; main()", *words],
        cwd=server.folder, capture_output=True, encoding="utf-8", timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "TAGDOCK_TOKEN": "", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_rollback_puts_the_files_back_and_the_running_server_takes_them_over(tmp_path: Path) -> None:
    with serving(tmp_path, ALPHA) as server:
        first = running(server)
        (tmp_path / "variables").mkdir()
        (tmp_path / "variables" / "shout.py").write_text("loud = True\n")
        put(server, BETA)
        second = server.post("/-/reload", headers=BEARER).json()["version"]
        said = tagdock(server, "rollback", "--url", server.url)
        assert "= tag renamed" not in said
        assert "file removed: variables/shout.py" in said
        assert f"the server at {server.url} runs it" in said
        assert running(server) == first
        assert server.config.read_text() == ALPHA
        assert not (tmp_path / "variables" / "shout.py").exists()
        listed = tagdock(server, "versions", "--url", server.url).splitlines()
        assert [line.split()[0] for line in listed[1:]] == [first, second]
        log = [(one["how"], one["version"]) for one in applied(server) if one["version"].startswith(first)]
        # The server, which watches the files, may have met some of them before it was asked to.
        assert [how for how, _ in log if how != "watch"] == ["start", "rollback"]
        assert listed[1].split()[2:] == ["rollback", str(len(log)), "config.yaml", "running"]
        tagdock(server, "rollback", second[:6], "--url", server.url)
        assert running(server) == second
        assert (tmp_path / "variables" / "shout.py").read_text() == "loud = True\n"
