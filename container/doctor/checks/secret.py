"""Whether every secret is there, and kept from other users of the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from container.doctor.finding import Finding, fail, ok, skipped, warn
from container.doctor.patient import Patient
from container.node import Node

_OPEN = stat.S_IRGRP | stat.S_IROTH


def secrets(patient: Patient) -> Finding:
    """What the file reads from the environment is set; files that hold secrets are their owner's alone."""
    top = patient.loaded.top
    named = {node.environment: node for node in _environment(top) if node.environment} if top is not None else {}
    missing = sorted(name for name, node in named.items() if node.default is None and (node.missing or not node.value))
    if missing:
        text = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set"
        command = _command(patient)
        if patient.live:
            return fail(text, command)
        return warn(f"{text}; the sandbox does without", f"before going live, {command}")
    loose = [path for path in _files(patient, named) if _readable(path)]
    if loose:
        paths = " ".join(map(str, loose))
        return warn(f"other users of this machine can read {paths}", f"chmod 600 {paths}")
    if not named:
        return skipped("the file reads nothing from the environment")
    return ok(f"{', '.join(sorted(named))}: set, or with a default")


def _command(patient: Patient) -> str:
    """How they are set: by the file that is there for it, if one is."""
    if (patient.config.parent / ".env").exists():
        return "fill them in in .env, and read it: set -a; . ./.env; set +a"
    example = (patient.config.parent / ".env.example").exists()
    return f"set them in the environment{', as .env.example shows' if example else ''}"


def _environment(node: Node) -> Iterator[Node]:
    """Every value that is read from the environment, those of tests left out."""
    if node.environment is not None:
        yield node
    for name, inner in node.items.items():
        if node.path or name != "tests":
            yield from _environment(inner)
    for inner in node.elements:
        yield from _environment(inner)


def _files(patient: Patient, named: dict[str, Node]) -> list[Path]:
    files = [patient.environ.get(f"{name}_FILE", "") for name in named if name not in patient.environ]
    return [Path(one) for one in files if one] + [patient.config.parent / ".env"]


def _readable(path: Path) -> bool:
    return path.is_file() and os.name == "posix" and bool(path.stat().st_mode & _OPEN)
