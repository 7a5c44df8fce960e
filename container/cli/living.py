"""What the commands on versions share: where the versions are, what one is called, asking the running server."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import httpx2
from rich.text import Text

from container.cli.common import err, shown
from container.config.document import ContainerSection
from container.config.snapshot import SHORT, Snapshot, composed, snapshot
from container.config.versions import How, Version, VersionError, Versions, versions_of
from container.obstacle import obstacle

F = TypeVar("F", bound=Callable[..., Any])


def versions_option(function: F) -> F:
    """The option for a configuration that is too broken to say where its versions are."""
    text = "Where the versions are kept; by default beside the outbox."
    return click.option("--versions", "folder", metavar="FOLDER", help=text)(function)


def url_option(function: F) -> F:
    """The option that names a server which listens elsewhere than its file says."""
    return click.option("--url", metavar="URL", help="The running container; by default at container.listen.")(function)


def versions_at(config: str, folder: str | None) -> Versions:
    """The versions of a configuration file, or those in a folder that was named; where nobody may look into it that is
    said and the command ends."""
    found = versions_of(Path(config)) if folder is None else Versions(Path(folder))
    try:
        os.scandir(found.folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return found
    except OSError as error:
        why = obstacle(found.folder / "a version", error) or (error.strerror or str(error)).lower()
        raise ended(f"{found.folder} cannot be read: {why}") from None
    return found


def on_disk(file: str) -> Snapshot:
    """The texts of a file and all that belongs to it; when it cannot be read that is said and the command ends."""
    found = snapshot(Path(file))
    if found.config not in found.files:
        raise ended(f"{file} cannot be read; check the path")
    return found


def ended(text: str) -> SystemExit:
    """Say why a command cannot go on; to be raised, ends it with 1."""
    err.print(Text(shown(text)))
    return SystemExit(1)


def found_version(versions: Versions, prefix: str) -> Snapshot:
    """The version whose hash starts so; when there is none that is said and the command ends."""
    try:
        return versions.read(prefix)
    except VersionError as error:
        raise ended(str(error)) from None


def called(version: Version) -> str:
    """A version as a sentence names it."""
    when = f"applied {time_of(version.applied)}" if version.applied is not None else f"kept {time_of(version.kept)}"
    return f"version {version.hash[:SHORT]}, {when}"


def time_of(seconds: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def address_of(config: str, url: str | None) -> str:
    """Where the server of a configuration file answers."""
    if url is not None:
        return url.rstrip("/")
    top = composed(Path(config), os.environ)[1].top
    section = top.items.get("container") if top is not None else None
    written = section.items.get("listen") if section is not None else None
    listen = written.value if written is not None and isinstance(written.value, str) else ContainerSection().listen
    host, _, port = listen.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)
    return f"http://{host}:{port}"


def running_version(url: str) -> str:
    """The version a server says it runs, "" when there is none."""
    with contextlib.suppress(httpx2.HTTPError, httpx2.InvalidURL):
        return str(httpx2.get(f"{url}/-/ready", timeout=2, trust_env=False).headers.get("x-tagdock-version", ""))
    return ""


def reload_running(url: str, versions: Versions, how: How = "rollback") -> httpx2.Response | None:
    """Ask the server to take over what was rolled back, or the file as it is; None when nobody answers there."""
    return asked(url, versions.folder.parent, "POST", f"/-/reload?how={how}", within=60)


def asked(url: str, data: Path, method: str, path: str, within: float) -> httpx2.Response | None:
    """What a server answers to whoever has the token kept in its folder of data; None when nobody answers there."""
    token = os.environ.get("TAGDOCK_TOKEN", "")
    with contextlib.suppress(OSError, UnicodeDecodeError):
        token = token or (data / "token").read_text("ascii").strip()
    headers = {"authorization": f"Bearer {token}"}
    with contextlib.suppress(httpx2.HTTPError, httpx2.InvalidURL):
        return httpx2.request(method, f"{url}{path}", headers=headers, timeout=within, trust_env=False)
    return None
