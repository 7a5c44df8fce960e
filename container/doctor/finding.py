"""The finding: what one check says of a container, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail", "skipped"]
_WORST: tuple[Status, ...] = ("skipped", "ok", "warn", "fail")


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` is one line; ``next`` is what to do, "" when nothing is."""

    status: Status
    text: str
    next: str = ""


def ok(text: str, next: str = "") -> Finding:
    """All is well."""
    return Finding("ok", text, next)


def warn(text: str, next: str) -> Finding:
    """Somebody should decide whether that is meant."""
    return Finding("warn", text, next)


def fail(text: str, next: str) -> Finding:
    """It must be mended before going live."""
    return Finding("fail", text, next)


def skipped(text: str, next: str = "") -> Finding:
    """It was not looked at, and why."""
    return Finding("skipped", text, next)


def together(findings: list[Finding], nothing: Finding) -> Finding:
    """One line of several, ``whose: what`` each: the worst status, and the texts and advice of all that have it."""
    if not findings:
        return nothing
    status = max((one.status for one in findings), key=_WORST.index)
    found = [one for one in findings if one.status == status]
    said: dict[str, list[str]] = {}
    for one in found:
        whose, _, what = one.text.partition(": ")
        said.setdefault(what, []).append(whose)
    texts = [": ".join(filter(None, [", ".join(whose), what])) for what, whose in said.items()]
    nexts = dict.fromkeys(one.next for one in found if one.next)
    return Finding(status, "; ".join(texts), "; ".join(nexts))
