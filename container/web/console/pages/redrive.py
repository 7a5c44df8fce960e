"""The page that sends dead letters again: what exactly would be sent, and the button that does it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from container.outbox.dead import DeadLetter
from container.web.console.dead_letters import FIELDS, choice_of, found, revive, shown
from container.web.console.packing import packed
from container.web.console.page import Ask, Done, Page

LOOKED_AT = 10
"""Letters whose request is shown; the others are told by their number."""


async def data(ask: Ask) -> dict[str, Any]:
    """The chosen letters as they would leave. Those that die from now on are not among them."""
    app = ask.app
    now = app.desk.clock()
    choice = choice_of(ask.query)
    until = min(choice.until, now + 0.001)
    store = app.configuration.delivery.store
    letters, total, troubles = await asyncio.to_thread(found, store, replace(choice, until=until), LOOKED_AT)
    return {
        "chosen": {**{name: ask.query.get(name, "")[:500] for name in FIELDS}, "until": repr(until)},
        "total": total,
        "letters": [shown(one) for one in letters],
        "requests": _requests(ask, letters),
        "troubles": troubles,
        "where": "the vendor" if app.configuration.delivery.to == "live" else "the sandbox in this server",
    }


async def send(ask: Ask, form: Mapping[str, str]) -> Done:
    """Make the letters pending that the form names, and have delivery look at once."""
    store = ask.app.configuration.delivery.store
    done, troubles = await asyncio.to_thread(revive, store, choice_of(form), ask.app.desk.clock())
    if done:
        await ask.app.outbox.refresh()
        ask.app.delivery.wake()
    text = (
        f"{done} dead letter{'' if done == 1 else 's'} on the way again." if done else "None of them is dead any more."
    )
    if troubles:
        return Done(f"{text} {'; '.join(troubles)}", "/delivery", {"redriven": done}, bad=True)
    return Done(text, "/delivery", {"redriven": done}, bad=not done)


def _requests(ask: Ask, letters: list[DeadLetter]) -> list[dict[str, Any]]:
    """The requests the tags make of the letters, as many of them together as one takes."""
    tags, together = ask.app.configuration.tags, dict[tuple[str, str], list[DeadLetter]]()
    for one in letters:
        together.setdefault((one.tag, one.destination), []).append(one)
    requests = []
    for (name, destination), several in together.items():
        about = {"tag": name, "destination": destination, "ids": [one.id for one in several]}
        tag = tags.get(name)
        if tag is None:
            problem = f"the tag {name} is no longer in the configuration: they would wait until it is back"
            requests.append({**about, "problem": problem})
            continue
        size = max(1, min(tag.batch_limit, ask.app.configuration.delivery.batch.at_most))
        endpoint = ask.app.endpoint(tag)
        for begin in range(0, len(several), size):
            part = several[begin : begin + size]
            ids = [one.id for one in part]
            requests.append({**about, "ids": ids, **packed(tag, destination, [one.body for one in part], endpoint)})
    return requests


PAGE = Page("/delivery/redrive", "Send again", "redrive.html", data, actions={"send": send})
