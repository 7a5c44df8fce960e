"""Several workers are one server: any of them answers for all, and what one leaves the others deliver."""

from __future__ import annotations

import fcntl
import os
import signal
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from container.outbox.files import files_of
from container.outbox.prove import prove
from tests.processes.server import CONFIG, PATIENCE, TOKEN, until
from tests.serving.crew import Crew, alive, crew

BEARER = {"authorization": f"Bearer {TOKEN}"}
SLOW = CONFIG.replace("wait: 20ms", "wait: 1h").replace("at_most: 20", "at_most: 1000")
"""Nothing is delivered by itself for an hour."""


def balanced(server: Crew) -> bool:
    paths = files_of(f"sqlite:{server.folder / 'data' / 'outbox.sandbox.db'}").values()
    return all(proof.balanced for path in paths for proof in prove(path))


def test_hits_are_shared_out_and_reach_the_one_sandbox(tmp_path: Path) -> None:
    with crew(tmp_path, workers=3) as server:
        taken = server.send_to_all("e")
        assert {one["event"]["event_id"] for one in server.delivered(len(taken))} == taken
        # Whichever worker is asked, it shows the same sandbox.
        for _ in range(6):
            assert server.http.get(f"{server.url}/sandbox/all", headers={"connection": "close"}).json()["good"] == len(
                taken
            )
        answer = server.post("/sandbox/faults", json={"n": 1, "status": 503})
        assert answer.status_code == 200
        assert balanced(server)
        assert server.stop() == 0


def test_an_event_is_accepted_once_whichever_workers_it_comes_to(tmp_path: Path) -> None:
    with crew(tmp_path, workers=2) as server:
        server.send_to_all("e")
        before = server.books()
        for _ in range(20):
            assert server.send("the-order") == 204
        until(lambda: server.books().accepted == before.accepted + 20, "all of them in the books")
        now = server.books()
        assert now.suppressed == before.suppressed + 19
        assert len({number for number, found in server.accounts().items() if found[0].suppressed}) == 2


def test_a_reload_reaches_all_of_them_and_a_refused_one_none(tmp_path: Path) -> None:
    with crew(tmp_path, workers=3) as server:
        text = server.config.read_text()
        server.config.write_text(text.replace("fires_on: anything", "fires_on: anythink"))
        assert server.post("/-/reload", headers=BEARER).status_code == 422
        server.config.write_text(text.replace("event.event_name: { exists: true }", "event.event_name: { equals: x }"))
        answer = server.post("/-/reload", headers=BEARER)
        assert (answer.status_code, answer.json()["workers"]) == (200, {"reloaded": 3, "not": []})
        before = server.accepted()
        assert {server.send(f"none-{number}") for number in range(12)} == {204}
        assert server.accepted() == before
        # One that is started again later has it too.
        killed = server.children()[0]
        os.kill(killed, signal.SIGKILL)
        until(lambda: "is back" in server.log(), "the worker to be back")
        assert {server.send(f"neither-{number}") for number in range(12)} == {204}
        assert server.accepted() == before


def test_the_numbers_of_all_are_shown_each_under_its_worker(tmp_path: Path) -> None:
    with crew(tmp_path, workers=2) as server:
        taken = server.send_to_all("e")
        text = server.get("/-/metrics").text
        families = {family.name: family.samples for family in text_string_to_metric_families(text)}
        assert len(families) == sum(line.startswith("# TYPE") for line in text.splitlines())
        hits = families["tagdock_hits"]
        assert {one.labels["worker"] for one in hits if one.value} == {"0", "1"}
        assert sum(one.value for one in hits) == len(taken)
        assert {one.labels["worker"]: one.value for one in families["tagdock_ready"]} == {"0": 1, "1": 1}
        accepted = [one.value for one in families["tagdock_payloads"] if one.labels["end"] == "accepted"]
        assert sum(accepted) == len(taken)


def test_a_worker_that_is_killed_is_started_again_and_delivers_what_it_had(tmp_path: Path) -> None:
    with crew(tmp_path, workers=2) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        taken = server.send_to_all("e")
        first, second = server.children()
        os.kill(second, signal.SIGKILL)
        until(lambda: "worker 1 is back" in server.log(), "the worker to be back")
        assert server.children()[0] == first
        assert server.send("after") == 204
        assert server.get("/-/ready").status_code == 200
        os.kill(first, signal.SIGKILL)  # the one that has the sandbox
        until(lambda: "worker 0 is back" in server.log(), "the worker to be back")
        delivered = server.delivered(len(taken) + 1)
        assert {one["event"]["event_id"] for one in delivered} == {*taken, "after"}
        assert balanced(server)


def test_while_a_worker_cannot_take_a_hit_none_is_ready(tmp_path: Path) -> None:
    with crew(tmp_path, CONFIG.replace("batch: {", "limit: { payloads: 2 }\n  batch: {"), workers=2) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        assert server.get("/-/ready").text == "ready"
        statuses = [server.send(f"e-{number}") for number in range(40)]
        assert statuses.count(204) == 2, "the limit is shared among them"
        answers = [server.http.get(f"{server.url}/-/ready", headers={"connection": "close"}) for _ in range(6)]
        assert {one.status_code for one in answers} == {503}
        assert {one.text.partition("data/")[0] for one in answers} == {"not ready: outbox "}


def test_files_of_workers_that_are_no_more_are_delivered_by_those_that_are(tmp_path: Path) -> None:
    with crew(tmp_path, SLOW, workers=3) as server:
        taken = server.send_to_all("e")
        assert server.stop() == 0
        assert server.books().pending == len(taken)
        server.config.write_text(CONFIG)
        server.workers = 1
        server.start()
        delivered = server.delivered(len(taken))
        assert {one["event"]["event_id"] for one in delivered} == taken
        until(lambda: server.books().pending == 0, "all files to be empty")
        assert "the outbox of worker 2 has nobody who delivers it; this worker does" in server.log()
        until(lambda: "the outbox of worker 2 is delivered" in server.log(), "the file to be let go")
        # The numbers still tell of all that was ever accepted.
        text = server.get("/-/metrics").text
        accepted = [line for line in text.splitlines() if "tagdock_payloads_total" in line and 'end="accepted"' in line]
        assert [float(line.split()[-1]) for line in accepted] == [len(taken)]
        assert server.send("e-0") == 204
        assert server.stop() == 0


def test_a_worker_whose_file_another_process_has_is_tried_again_while_the_others_serve(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with open(tmp_path / "data" / "outbox.sandbox.1.db.lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with crew(tmp_path, workers=2) as server:
            assert "outbox.sandbox.1.db: in use by another process" in server.log()
            assert {server.send(f"e-{number}") for number in range(10)} == {204}
            assert server.get("/-/ready").text == "ready"
            fcntl.flock(lock, fcntl.LOCK_UN)
            until(lambda: len(server.children()) == 2 and server.accepted().get(1) is not None, "the second worker")
            server.send_to_all("later")


def test_the_files_of_a_worker_that_keeps_dying_are_delivered_by_another_until_it_is_back(tmp_path: Path) -> None:
    with crew(tmp_path, workers=2) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        taken = server.send_to_all("e")
        os.kill(server.children()[1], signal.SIGKILL)
        until(lambda: "worker 1 is back" in server.log(), "the worker to be back")
        os.kill(server.children()[1], signal.SIGKILL)
        until(lambda: "worker 1 ended (signal 9); it is started again in 4 seconds" in server.log(), "the pause")
        assert {server.send(f"pause-{number}") for number in range(8)} == {204}, "hits go to the one that is there"
        taken |= {f"pause-{number}" for number in range(8)}
        server.post("/sandbox/reset")
        until(lambda: "the outbox of worker 1 has nobody who delivers it" in server.log(), "the adoption")
        until(lambda: server.log().count("worker 1 is back") == 2, "the worker to be back")
        taken |= server.send_to_all("later")
        delivered = {one["event"]["event_id"] for one in server.delivered(len(taken))}
        assert delivered == taken
        assert balanced(server)


def test_when_the_first_cannot_start_the_server_does_not(tmp_path: Path) -> None:
    with crew(tmp_path, workers=2):
        second = Crew(tmp_path, workers=2)
        try:
            assert second.launch().wait(PATIENCE) == 1
        finally:
            second.close()
        assert "in use by another process" in second.log()
        assert second.log().count("listens on") == 1


def test_the_end_of_the_supervisor_is_the_end_of_all(tmp_path: Path) -> None:
    with crew(tmp_path, workers=2) as server:
        workers = server.children()
        server.kill()
        until(lambda: not any(alive(pid) for pid in workers), "the workers to end")
        server.start()
        assert server.send("e") == 204
        assert server.stop() == 0
