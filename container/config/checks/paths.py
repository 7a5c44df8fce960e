"""Paths: no two clients may want the same requests."""

from __future__ import annotations

from container.config.checks.whole import Whole


def paths(whole: Whole) -> None:
    """Tell a client whose path another one has already."""
    owners: dict[str, str] = {}
    keys = whole.keys("clients")
    for name, client in whole.clients.items():
        for path in client.paths():
            other = owners.setdefault(path, name)
            if other != name:
                text = f"the path {path} is already taken by the client '{other}'"
                whole.decoder.problem(keys[name], "path", text, "give one of them another path")
                break  # two clients of one type share all their paths: once is enough
