"""``tagdock serve``: the container, running."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sys
from pathlib import Path

import click
import uvicorn

from container.cli.common import checked, config_option, err, print_problems
from container.config.document import Configuration
from container.config.snapshot import load_with_snapshot
from container.web.app import App
from container.web.protocol import HitProtocol
from container.web.reload import Outcome

log = logging.getLogger("tagdock")

hangup = getattr(signal, "SIGHUP", None)
"""The signal that asks for a reload; Windows has none."""


@click.command()
@config_option
@click.option("--listen", metavar="HOST:PORT", help="Listen here instead of container.listen.")
@click.option("--no-watch", is_flag=True, help="Do not reload when a file of the configuration changes.")
def serve(config: str, listen: str | None, no_watch: bool) -> None:
    """Run the container: take hits, keep their payloads, deliver them.

    A changed configuration is taken over while it runs, or refused with all its problems while the old one goes on.
    It is read anew when a file of it changes, on SIGHUP, and on POST /-/reload with the token.
    """
    if hangup is not None:
        signal.signal(hangup, signal.SIG_IGN)  # it asks for a reload; before there is something to reload, for nothing
    loaded, read = load_with_snapshot(Path(config))
    container = checked(loaded)
    print_problems([one for one in loaded.problems if one.warning])
    host, port = _address(listen, container)
    _log()
    bound = _bind(host, port)
    token = os.environ.get("TAGDOCK_TOKEN") or _kept_token(container) or secrets.token_urlsafe(16)
    actual = bound.getsockname()[1]

    def ready() -> None:
        # Not before the outbox is ours: the token in its folder may be that of the server that has it.
        _keep_token(container, token)
        _greet(container, host, actual, token)
        if hangup is not None:
            asyncio.get_running_loop().add_signal_handler(hangup, reload_soon)

    def reload_soon() -> None:
        task = asyncio.get_running_loop().create_task(app.reload("signal"))
        reloads.add(task)  # the loop alone would let go of it
        task.add_done_callback(reloads.discard)

    reloads: set[asyncio.Task[Outcome]] = set()
    app = App(container, token=token, host=host, port=actual, ready=ready, read=read, watch=not no_watch)
    # What is loaded by now stays; a hit makes no cycles, so the collector need not look after every few of them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http=HitProtocol,
            access_log=False,
            log_level="warning",
            log_config=None,
            lifespan="on",
            proxy_headers=False,  # container.trusted_proxies decides
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    for asked in (signal.SIGINT, signal.SIGTERM):
        # uvicorn ends in good order and raises the signal once more: to end as asked is a success.
        signal.signal(asked, lambda *_: None)
    with contextlib.suppress(SystemExit):  # uvicorn's own codes; why it did not start is in the log
        server.run(sockets=[bound])
    if not server.started:
        raise SystemExit(1)


def _address(listen: str | None, container: Configuration) -> tuple[str, int]:
    if listen is None:
        return container.container.address
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"'{listen}' is not an address; write 127.0.0.1:8080", param_hint="--listen")
    return host.strip("[]"), int(port)


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        err.print(f"cannot listen on {host}:{port}: {reason}; choose another with --listen HOST:PORT", style="red")
        raise SystemExit(1) from None
    bound.set_inheritable(True)
    return bound


def _token_file(container: Configuration) -> Path:
    return Path(container.delivery.outbox.partition(":")[2]).parent / "token"


def _kept_token(container: Configuration) -> str:
    """The token of the last run, so that what was set up with it goes on working; "" when there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        kept = _token_file(container).read_text("ascii").strip()
        return kept if len(kept) >= 16 and kept.isprintable() and " " not in kept else ""
    return ""


def _keep_token(container: Configuration, token: str) -> None:
    """Write this run's token beside the outbox, for the owner's scripts and the next run."""
    path = _token_file(container)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token + "\n")
    except OSError as error:
        log.warning("the token is not kept in %s: %s", path, (error.strerror or str(error)).lower())


def _log() -> None:
    """One line a fact, on standard error, never a value of a hit."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Libraries log addresses with tokens in them at this level.
    for name in ("httpx2", "httpx", "httpcore2", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _greet(container: Configuration, host: str, port: int, token: str) -> None:
    here = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    where = "the sandbox in this server" if container.delivery.to == "sandbox" else "the vendors, live"
    lines = [f"{container.container.name} listens on {here} and delivers to {where}", f"preview token: {token}"]
    hit = "v=2&tid=G-SHOP&cid=7.8&gcs=G111&en=purchase&cu=EUR&epn.value=120&ep.event_id=o-1&ep.transaction_id=o-1"
    if container.delivery.to == "sandbox":  # nobody should be asked to send a made-up purchase to a vendor
        lines += [
            "try it:",
            f"  curl -H 'X-Tagdock-Preview: {token}' '{here}/g/collect?{hit}'",
            f"  curl '{here}/sandbox/good'",
        ]
    for line in lines:
        err.print(line, markup=False)
