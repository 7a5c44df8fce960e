"""Saving: a hit and what came of it, written as a test that passes at once and is pleasant to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from textwrap import wrap
from typing import Any

from container.cases.case import run_case
from container.cases.outcome import outcome_of
from container.cases.parts import Parts
from container.cases.reading import Reading
from container.cases.standin import personal, secrets, stand_in
from container.cases.written import block
from container.config.compose import Composer
from container.config.document import Configuration
from container.config.load import Loaded
from container.hit import Hit
from container.problem import shorten
from container.runtime import Routed, route
from container.trace import Trace

HEAD = "tests:\n"
LONGEST_NAME = 120
"""Letters of a name; YAML has another form for keys of 128 and more."""
_MOST = 20
"""Fields that a warning names."""
_COMMENT = "Saved from a hit. What is expected is what came of it then; take out what does not matter."


class SavingError(Exception):
    """A test that cannot be saved; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A test made of a hit: a file of tests with it alone, its name, and which fields of it somebody should look at.

    ``personal`` are fields of the visitor that stand in the test, ``secret`` those that are called like secrets.
    """

    text: str
    name: str
    personal: list[str]
    secret: list[str]


def case_from(hit: Hit, now: float, configuration: Configuration, name: str = "", *, masked: bool = False) -> str:
    """A file of tests (YAML) with one test: this hit at this moment (unix seconds), and all that comes of it.

    The test passes when it is run. The hit is written by its parts wherever they read back to the same hit. With
    ``masked`` personal data in it is replaced by stand-ins, and what changes nothing is left out; without, a comment
    names the personal data that stands in the test. Without a ``name`` the test is called after what happens in it.
    Raises SavingError where the hit cannot be written as YAML.
    """
    return saved_case(hit, now, configuration, name, masked=masked).text


def saved_case(hit: Hit, now: float, configuration: Configuration, name: str = "", *, masked: bool = False) -> Saved:
    """As ``case_from``, with what somebody should know of the test."""
    at = datetime.fromtimestamp(round(now, 3), UTC)
    moment = at.timestamp()
    parts = Parts(hit)
    routed = _route(hit, configuration, moment)
    known = personal(hit, _trace(routed))
    if masked:
        parts = Parts(stand_in(hit, known))
        routed = _route(parts.hit(), configuration, moment)
    _readable(parts, routed, configuration, moment, smaller=masked)
    routed = _route(parts.hit(), configuration, moment)
    given = parts.given(configuration.clients, routed.client)
    case = {
        "at": at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z"),
        "given": given,
        "expect": outcome_of(routed, named="client" in given),
    }
    title = shorten(name or _title(hit, _trace(routed)), LONGEST_NAME)
    text = _written(title, case, [])
    lowered = text.lower()
    stands = [field for field, value in known if not masked or (len(value) > 3 and value.lower() in lowered)]
    hidden = [field for field, value in secrets(hit) if value in text]
    saved = Saved("", title, sorted(set(stands)), sorted(set(hidden)))
    text = _written(title, case, warnings(saved))
    _prove(text, configuration)
    return replace(saved, text=text)


def warnings(saved: Saved) -> list[str]:
    """What somebody should know before a test is put where others read it."""
    told = (("Personal data of the visitor stands in it", saved.personal), ("Secrets may stand in it", saved.secret))
    return [f"{what}: {', '.join(fields[:_MOST])}{_more(fields)}." for what, fields in told if fields]


def _more(fields: Sequence[str]) -> str:
    return f" and {len(fields) - _MOST} more" if len(fields) > _MOST else ""


def taken_names(existing: str, file: str) -> list[str]:
    """The names of the tests in the text of a file of them, none in an empty one. Raises SavingError."""
    if not existing.strip():
        return []
    composer = Composer({})
    top = composer.compose(existing, file)
    if top is None or composer.problems or set(top.items) != {"tests"}:
        what = str(composer.problems[0]) if composer.problems else f"{file} is no file of tests"
        raise SavingError(f"{what}; choose another file")
    return list(top.items["tests"].items)


def added_to(existing: str, saved: Sequence[Saved], file: str) -> str:
    """The text of a file of tests with further ones behind its own. Raises SavingError."""
    names = [*taken_names(existing, file), *(one.name for one in saved)]
    before = existing.rstrip("\n") + "\n\n" if existing.strip() else HEAD
    text = before + "\n".join(one.text.removeprefix(HEAD) for one in saved)
    if taken_names(text, file) != names:
        raise SavingError(f"{file} is written so that nothing can be added behind it; choose another file")
    return text


def _route(hit: Hit, configuration: Configuration, moment: float) -> Routed:
    return route(hit, configuration, moment, explain=True)


def _trace(routed: Routed) -> Trace:
    assert routed.trace is not None
    return routed.trace


def _same(one: Routed, other: Routed) -> bool:
    return (
        one.answer == other.answer
        and one.cookies == other.cookies
        and {**_trace(one).to_json(), "hit": ""} == {**_trace(other).to_json(), "hit": ""}
    )


def _readable(parts: Parts, routed: Routed, configuration: Configuration, moment: float, *, smaller: bool) -> None:
    """Write the hit's parts as a person would, and leave out what changes nothing, as long as the same comes of it."""
    for step in chain(parts.readings(), parts.omissions() if smaller else ()):
        undo = step()
        if undo is not None and not _same(routed, _route(parts.hit(), configuration, moment)):
            undo()


def _title(hit: Hit, trace: Trace) -> str:
    """What happens, in a few words, with the hit's own id where it has one."""
    if trace.client is None:
        told = "a hit that no client claims"
    else:
        names = list(dict.fromkeys(str(one.event.get("event_name", "")) or "an event" for one in trace.events))
        fired = dict.fromkeys(tag.tag for one in trace.events for tag in one.tags if tag.outcome == "fired")
        what = ", ".join(names[:3]) or "a hit without events"
        told = f"{what} from {trace.client} " + (f"reaches {', '.join(fired)}" if fired else "goes nowhere")
    return f"{told} ({hit.id})" if hit.id and ":" not in hit.id else told


def _written(title: str, case: dict[str, Any], told: list[str]) -> str:
    lines = "".join(f"    # {line}\n" for one in (_COMMENT, *told) for line in wrap(one, 100))
    return f"{HEAD}  {_key(title)}:\n{lines}{block(case, 4)}"


def _key(title: str) -> str:
    return block({title: 1}).rpartition(":")[0]


def _prove(text: str, configuration: Configuration) -> None:
    """Read the test and run it: what was written must be what was meant."""
    composer = Composer({})
    top = composer.compose(text, "the test")
    reading = Reading(Loaded(configuration, [], top))
    problems = [*composer.problems, *reading.problems]
    if problems or len(reading.cases) != 1:
        raise SavingError(
            f"the hit cannot be written as a test: {problems[0] if problems else 'it reads back as none'}"
        )
    for one in run_case(reading.cases[0], configuration).differences:
        raise SavingError(f"the hit cannot be written as a test: {one.text}")
