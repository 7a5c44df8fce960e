"""A real ``tagdock serve --workers N``, and hits that are spread over its workers."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from container.outbox.accounts import accounts, joined
from container.outbox.files import files_of
from container.outbox.outbox import Account, OutboxUnavailable
from tests.processes.server import CONFIG, PATIENCE, Server, until

STORE = "sqlite:data/outbox.sandbox.db"
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111"


class Crew(Server):
    """One server of several processes."""

    def __init__(self, folder: Path, config: str = CONFIG, workers: int = 2) -> None:
        super().__init__(folder, config)
        self.workers = workers

    def launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        return super().launch("--workers", str(self.workers), *arguments)

    def send(self, name: str) -> int:
        """One hit over a connection of its own, so that any worker may get it; its status, 0 when nobody answered."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        body = f"en=made_up&ep.event_id={name}"
        head = f"POST {HIT} HTTP/1.1\r\nHost: x\r\nUser-Agent: Firefox\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
                connection.sendall((head + body).encode())
                answer = connection.recv(65536)
        except OSError:
            return 0
        return int(answer.split(b" ", 2)[1]) if answer else 0

    def send_to_all(self, prefix: str) -> set[str]:
        """Hits until every worker took at least one; the names of those that were taken."""
        taken: set[str] = set()
        before = until(self.accepted, "the books")

        def everywhere() -> bool:
            name = f"{prefix}-{len(taken)}"
            assert self.send(name) == 204
            taken.add(name)
            now = self.accepted()
            return all(now.get(number, 0) > before.get(number, 0) for number in range(self.workers))

        until(everywhere, "a hit at every worker")
        return taken

    def accounts(self) -> dict[int, list[Account]]:
        """The books of every file."""
        paths = files_of(f"sqlite:{self.folder / STORE.partition(':')[2]}")
        return {number: accounts(path) for number, path in paths.items()}

    def accepted(self) -> dict[int, int]:
        """Payloads accepted, by worker."""
        try:
            return {number: sum(one.accepted for one in found) for number, found in self.accounts().items()}
        except OutboxUnavailable:
            return {}

    def books(self) -> Account:
        """The books of all files together, of the one tag there is."""
        (one,) = joined(account for found in self.accounts().values() for account in found if account.destination)
        return one

    def children(self) -> list[int]:
        """The processes of the workers."""
        assert self.process is not None
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in task.read_text().split()]

    def processes(self) -> list[int]:
        """The supervisor, and the workers by their numbers."""
        assert self.process is not None
        return [self.process.pid, *self.children()]


def alive(pid: int) -> bool:
    """Whether a process is there; one that only waits to be buried is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def crew(folder: Path, config: str = CONFIG, workers: int = 2) -> Iterator[Crew]:
    """A running server of several processes, which must not have written a traceback when the test is done with it."""
    server = Crew(folder, config, workers)
    try:
        server.start()
        yield server
        assert "Traceback" not in server.log(), server.log()
    finally:
        server.close()
