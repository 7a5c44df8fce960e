"""The numbers of several workers as one text for Prometheus: each keeps its own, told apart by a label."""

from __future__ import annotations

from collections.abc import Mapping


def labelled(texts: Mapping[int, bytes]) -> bytes:
    """The families of all texts, each once, its samples with the label ``worker``.

    They are not added up: a worker that was started again begins at 0, which Prometheus understands of one series and
    would take for an enormous growth of a sum.
    """
    families: dict[str, tuple[list[str], list[str]]] = {}
    for worker, text in texts.items():
        family: tuple[list[str], list[str]] = ([], [])
        for line in text.decode().splitlines():
            if line.startswith(("# HELP ", "# TYPE ")):
                name = line.split(" ", 3)[2]
                family = families.setdefault(name, ([], []))
                if line not in family[0]:
                    family[0].append(line)
            elif line and not line.startswith("#"):
                family[1].append(_with_label(line, worker))
    lines = [line for heads, samples in families.values() for line in (*heads, *samples)]
    return "\n".join(lines).encode() + b"\n" if lines else b""


def _with_label(line: str, worker: int) -> str:
    brace, space = line.find("{"), line.find(" ")
    if 0 <= brace < space:
        return f'{line[: brace + 1]}worker="{worker}",{line[brace + 1 :]}'
    return f'{line[:space]}{{worker="{worker}"}}{line[space:]}'
