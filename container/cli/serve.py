"""``tagdock serve``: the container, running."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import click

from container.cli.common import checked, config_option, err, json_option, print_problems, write
from container.cli.greeting import begun, greet
from container.cli.logs import set_up
from container.config.document import Configuration
from container.config.load import Loaded
from container.config.snapshot import load_with_snapshot
from container.obstacle import obstacle
from container.web.app import App
from container.web.json import to_line
from container.web.port import Port
from container.web.reload import Outcome
from container.web.server import freeze, run
from container.web.supervisor import Supervisor
from container.web.workers import MOST, Workers

log = logging.getLogger("tagdock")

hangup = getattr(signal, "SIGHUP", None)
"""The signal that asks for a reload; Windows has none."""


@click.command()
@config_option
@json_option
@click.option("--listen", metavar="HOST:PORT", help="Listen here instead of container.listen.")
@click.option(
    "--workers", type=click.IntRange(1, MOST), default=1, show_default=True, metavar="N",
    help="Processes that share the port, each with an outbox file of its own.",
)  # fmt: skip
@click.option("--no-watch", is_flag=True, help="Do not reload when a file of the configuration changes.")
def serve(config: str, as_json: bool, listen: str | None, workers: int, no_watch: bool) -> None:
    """Run the container: take hits, keep their payloads, deliver them.

    A changed configuration is taken over while it runs, or refused with all its problems while the old one goes on.
    It is read anew when a file of it changes, on SIGHUP, and on POST /-/reload with the token.

    With --json a line of JSON says where it listens once it does, and every line of the log is JSON.
    """
    if hangup is not None:
        signal.signal(hangup, signal.SIG_IGN)  # it asks for a reload; before there is something to reload, for nothing
    if workers > 1 and not hasattr(os, "fork"):
        raise click.UsageError("this system has no fork: it can run one worker only")
    loaded, read = load_with_snapshot(Path(config))
    container = _begun(loaded, as_json=as_json)
    as_lines = as_json or container.container.log == "json"
    host, number = _address(listen, container)
    port = _port(host, number, shared=workers > 1, as_lines=as_lines)
    token = os.environ.get("TAGDOCK_TOKEN") or _kept_token(container) or secrets.token_urlsafe(16)
    in_force = container, read

    def ready() -> None:
        # Not before the outbox is ours: the token in its folder may be that of the server that has it.
        kept = _keep_token(container, token)
        greet(container, host, port.number, token, kept, as_lines=as_lines)
        if as_json:
            write(to_line(begun(container, host, port.number, kept)) + b"\n")

    def work(place: Workers, sockets: Sequence[socket.socket]) -> bool:
        """Serve as one process, until it is told to end."""

        def started() -> None:
            loop = asyncio.get_running_loop()
            if hangup is not None:
                loop.add_signal_handler(hangup, reload_soon)
            if place.lifeline is not None:
                # It is readable only when the supervisor is no more: then this is a server nobody could end.
                loop.add_reader(place.lifeline, end, place.lifeline)
            place.started()

        def end(lifeline: int) -> None:
            asyncio.get_running_loop().remove_reader(lifeline)
            signal.raise_signal(signal.SIGTERM)

        def reload_soon() -> None:
            task = asyncio.get_running_loop().create_task(app.reload("signal"))
            reloads.add(task)  # the loop alone would let go of it
            task.add_done_callback(reloads.discard)

        reloads: set[asyncio.Task[Outcome]] = set()
        configuration, texts = in_force
        app = App(
            configuration, token=token, host=host, port=port.number, ready=started, read=texts, watch=not no_watch,
            workers=place,
        )  # fmt: skip
        freeze()
        return run(app, sockets)

    def reload() -> None:
        """A worker took over a new configuration: one that is started from now on is to have it too."""
        nonlocal in_force
        again, texts = load_with_snapshot(Path(config))
        if again.configuration is not None:
            in_force = again.configuration, texts

    if workers == 1:
        good = work(Workers(started=ready), [port.bind()])
    else:
        freeze()
        good = Supervisor(workers, port.bind, work, ready=ready, reload=reload).run()
    if not good:
        raise SystemExit(1)


def _address(listen: str | None, container: Configuration) -> tuple[str, int]:
    if listen is None:
        return container.container.address
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"'{listen}' is not an address; write 127.0.0.1:8080", param_hint="--listen")
    return host.strip("[]"), int(port)


def _begun(loaded: Loaded, *, as_json: bool) -> Configuration:
    """Begin the log and tell the file's problems, as lines of the log where programs read it; an error ends it with 1.

    Of a file with errors no more is known than what is written in it.
    """
    section = loaded.top.items.get("container") if loaded.top is not None else None
    written = section.items.get("log") if section is not None else None
    if not as_json and (written is None or written.value != "json"):
        container = checked(loaded)
        set_up(container.container.log)
        print_problems([one for one in loaded.problems if one.warning])
        return container
    set_up("json")
    for one in loaded.problems:
        log.log(logging.WARNING if one.warning else logging.ERROR, "%s", one)
    if loaded.configuration is None:
        raise SystemExit(1)
    return loaded.configuration


def _port(host: str, number: int, *, shared: bool, as_lines: bool) -> Port:
    try:
        return Port(host, number, shared=shared)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        said = f"cannot listen on {host}:{number}: {reason}; choose another with --listen HOST:PORT"
        if as_lines:
            log.error("%s", said)
        else:
            err.print(said, style="red", markup=False)
        raise SystemExit(1) from None


def _token_file(container: Configuration) -> Path:
    return Path(container.delivery.outbox.partition(":")[2]).parent / "token"


def _kept_token(container: Configuration) -> str:
    """The token of the last run, so that what was set up with it goes on working; "" when there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        kept = _token_file(container).read_text("ascii").strip()
        return kept if len(kept) >= 16 and kept.isprintable() and " " not in kept else ""
    return ""


def _keep_token(container: Configuration, token: str) -> Path | None:
    """Write this run's token beside the outbox, for the owner's scripts and the next run; the file it is in."""
    path = _token_file(container)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token + "\n")
    except OSError as error:
        why = obstacle(path, error) or (error.strerror or str(error)).lower()
        log.warning("the token is not kept in %s: %s; until then keep one in TAGDOCK_TOKEN", path, why)
        return None
    return path
