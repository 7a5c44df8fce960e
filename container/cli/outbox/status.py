"""``tagdock outbox status``: where the payloads of every tag and destination are, and why."""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.cli.living import address_of, url_option
from container.cli.outbox.asides import asides_as_json, print_asides
from container.cli.outbox.files import Files
from container.cli.outbox.sending import Sending, in_words, sending
from container.cli.outbox.words import cell, due_in_words, name, print_table, table, time
from container.outbox.accounts import accounts, joined, set_aside
from container.outbox.outbox import Account
from container.web.json import to_bytes

MOST_REASONS = 5
"""Reasons of an end that are printed for people, the most frequent first; JSON has all of them."""

_ENDS = ("accepted", "delivered", "suppressed", "dead", "pending")


@click.command()
@config_option
@json_option
@url_option
def status(config: str, as_json: bool, url: str | None) -> None:
    """Show where the payloads of every tag and destination are, and why.

    A running server is asked how it sends to each: at once, not until when after how many failures, or parked.
    """
    files = Files(config)
    by_file = dict(files.each(accounts))
    found = joined(one for account in by_file.values() for one in account)
    asides = [one for _, some in files.each(set_aside) for one in some]
    now = sending(address_of(config, url), files.first.parent)
    if as_json:
        told: dict[str, Any] = {"outbox": str(files.first), "files": [str(path) for path in by_file]}
        told["server"] = {"answers": now.answers, "note": now.note}
        listed = [_account(one, now) for one in found]
        write(to_bytes({**told, "accounts": listed, "set_aside": asides_as_json(asides)}))
        return files.end()
    made = table("tag", "destination", numbers=_ENDS)
    for one in found:
        made.add_row(cell(one.tag), cell(one.destination), *(str(getattr(one, end)) for end in _ENDS))
    print_table(made, f"{files.first} has accepted nothing yet" if not found else "")
    for one in found:
        for line in _standing(one, now):
            out.print(line)
    if now.note and any(one.pending for one in found):
        out.print(Text(now.note, "dim"))
    print_asides(files.first.parent, asides)
    if len(by_file) > 1:
        out.print(Text(f"in {', '.join(path.name for path in by_file)} of {files.first.parent}", "dim"))
    return files.end()


def _standing(one: Account, now: Sending) -> Iterator[Text]:
    """What stands behind the numbers of an account, a line each."""
    state = now.states.get((one.tag, one.destination))
    if one.parked:
        since = f" since {time(one.parked_at)}" if one.parked_at else ""
        yield Text.assemble((f"{name(one)} is parked{since}: ", "yellow"), shown(one.parked))
    if state is not None and (one.pending if state.state != "parked" else state.next_attempt is not None):
        yield Text(f"{name(one)}: {in_words(state)}", "" if state.state == "closed" else "yellow")
    elif one.next_try is not None and not one.parked:
        yield Text(f"{name(one)}: what was tried is {due_in_words(one.next_try, clock.time())}")
    for end in ("pending", "dead", "suppressed"):
        reasons = sorted(one.reasons.get(end, {}).items(), key=lambda reason: -reason[1])
        for reason, number in reasons[:MOST_REASONS]:
            yield Text(f"{name(one)}: {number} {end}: {shown(reason)}")
        if len(reasons) > MOST_REASONS:
            rest = sum(number for _, number in reasons[MOST_REASONS:])
            yield Text(f"{name(one)}: {rest} {end} for {len(reasons) - MOST_REASONS} other reasons")
    if one.purged:
        yield Text(f"{name(one)}: {one.purged} of the dead were purged")
    if one.lost:
        yield Text(f"{name(one)}: of the {one.lost} that were lost in a damaged file only their number is kept")
    if one.pending and one.oldest is not None:
        yield Text(f"{name(one)}: the oldest pending is of {time(one.oldest)}", "dim")


def _account(one: Account, now: Sending) -> dict[str, Any]:
    names = ("tag", "destination", *_ENDS, "purged", "lost", "parked", "oldest", "next_try")
    told = {name: getattr(one, name) for name in names}
    state = now.states.get((one.tag, one.destination))
    words = ("state", "failures", "next_attempt", "last_status", "last_words", "last_at", "in_flight")
    told["sending"] = None if state is None else {word: getattr(state, word) for word in words}
    return {**told, "parked_at": one.parked_at or None, "reasons": one.reasons}
