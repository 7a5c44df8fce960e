"""Containers to examine: a sound one as init writes it, and what is changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from container.doctor.patient import Patient
from container.starting.answers import Answers
from container.starting.folder import files, write

NOW = 1_772_366_400.0
"""2026-03-01, when v21.0 of Graph still works and no version is about to end."""


def container(folder: Path, *changes: tuple[str, str], **answers: Any) -> Path:
    """A new container's configuration file, with texts replaced in it."""
    write(
        folder, files(Answers(**{"domain": "shop.example", "pixel": "1234567890", "stream": "G-AB12CD34", **answers}))
    )
    path = folder / "config.yaml"
    text = path.read_text().replace("listen: 127.0.0.1:8080", "listen: 127.0.0.1:9")  # where nobody listens
    text = text.replace("sqlite:data/", f"sqlite:{folder}/data/")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)
    return path


def patient(folder: Path, *changes: tuple[str, str], environ: dict[str, str] | None = None, **options: Any) -> Patient:
    """The container, examined at a moment that stands still."""
    named = {name: options.pop(name) for name in ("url", "host", "code") if name in options}
    now = options.pop("now", NOW)
    return Patient(container(folder, *changes, **options), environ or {}, **named, now=lambda: now)
