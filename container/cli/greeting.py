"""The greeting: where a server listens and how it is looked into, said once at its start."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from container.cli.common import err
from container.config.document import Configuration
from container.web.console.trying import purchase

log = logging.getLogger("tagdock")


def greet(
    container: Configuration, host: str, port: int, token: str, kept: Path | None, *, as_lines: bool = False
) -> None:
    """Say it on standard error; with ``as_lines`` as lines of the log, which are JSON.

    Lines for programs go where they are kept and read by many: there the token is said by its file ``kept`` only, None
    where it could not be written.
    """
    here = f"http://{_bracketed(host)}:{port}"
    where = "the sandbox in this server" if container.delivery.to == "sandbox" else "the vendors, live"
    lines = [f"{container.container.name} listens on {here} and delivers to {where}"]
    lines += _ways_in(host, port, None if as_lines else token, kept)
    if container.delivery.to == "sandbox":  # nobody should be asked to send a made-up purchase to a vendor
        lines.append(f"demo shop: {here}/demo/")
        lines += [] if as_lines else _tries(container, here, token)
    for line in lines:
        if as_lines:
            log.info("%s", line)
        else:
            err.print(line, markup=False)


def begun(container: Configuration, host: str, port: int, kept: Path | None) -> dict[str, Any]:
    """The same for programs, without the token itself: ``token_file`` holds it, None where it could not be written."""
    return {
        "name": container.container.name,
        "address": f"http://{_bracketed(host)}:{port}",
        "target": container.delivery.to,
        "token_file": None if kept is None else str(kept),
        "console": _console(host, port),
    }


def _console(host: str, port: int) -> str:
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # the console is shown on this machine only
    return f"http://{_bracketed(own)}:{port}/console/"


def _ways_in(host: str, port: int, token: str | None, kept: Path | None) -> list[str]:
    console = f"console: {_console(host, port)}"
    if token is not None:
        return [f"preview token: {token}", f"{console}?{urlencode({'token': token})}"]
    return [f"preview token: in {kept}" if kept else "preview token: in no file; TAGDOCK_TOKEN sets it", console]


def _tries(container: Configuration, here: str, token: str) -> Iterator[str]:
    """Commands to send a first hit and to see what came of it, where there is a client that takes one."""
    if hit := purchase(container.clients.values(), here, "-H", f"X-Tagdock-Preview: {token}"):
        yield "try it:"
        yield f"  {hit}"
        yield f"  curl '{here}/sandbox/good'"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
