"""``tagdock outbox show ID``: one payload with its attempts and answers."""

from __future__ import annotations

import time as clock
from dataclasses import asdict, replace
from typing import Any

import click
import msgspec
from rich.text import Text

from container.cli.common import Number, config_option, err, json_option, out, shown, write
from container.cli.outbox.files import Files
from container.cli.outbox.parked import parked_in_words
from container.cli.outbox.words import answer, attempts_in_words, due_in_words, name, time
from container.ledger.parking import parking
from container.outbox.look import Kept, look
from container.outbox.overflow import as_made
from container.preview import mask
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.argument("number", metavar="ID", type=Number())
@click.option("--reveal", is_flag=True, help="Show personal data that is not hashed in clear.")
def show(config: str, as_json: bool, number: int, reveal: bool) -> None:
    """Show the payload ID, pending or dead: what it holds, when it was sent, and what was answered."""
    files = Files(config)
    path, found = next((one for one in files.each(lambda path: look(path, number)) if one[1] is not None), (None, None))
    if path is None or found is None:
        err.print(f"no payload {number} is kept; it was delivered, or the number is of another outbox")
        raise SystemExit(1)
    stopped = parking(path, found.tag, found.destination) if found.state == "pending" else None
    destination, body = as_made(found.destination, found.body)
    found = replace(found, destination=destination, body=body)
    payload = _payload(body)
    payload = payload if reveal else mask(payload)
    if as_json:
        told = {**_told(found), "parked": None if stopped is None else asdict(stopped)}
        write(to_bytes({**told, "payload": payload}))
        return
    lines = _lines(found)
    if stopped is not None:  # it does not wait for its time, but for somebody
        since = f" since {time(stopped.since)}" if stopped.since else ""
        lines[-1] = Text(f"pending, {parked_in_words(since, stopped.reason, found.tag)}", "yellow")
    for line in lines:
        out.print(line)
    out.print(Text(shown_json(payload)))
    if not reveal:
        out.print(Text("personal data is masked; hashes are shown as they are sent; all of it with --reveal", "dim"))


def _payload(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return body.decode("utf-8", "replace")


def _told(one: Kept) -> dict[str, Any]:
    return {key: value for key, value in asdict(one).items() if key != "body"}


def _lines(one: Kept) -> list[Text]:
    event = f"{shown(one.event_name)} {shown(one.event_id)}".strip()
    via = f" through {shown(one.client)}" if one.client else ""
    lines = [
        Text.assemble((str(one.id), "bold"), f"  {name(one)}  ", (event, "cyan")),
        Text(f"accepted {time(one.accepted)}{via}"),
    ]
    if len(one.history) < one.attempts:
        lines.append(Text(f"{attempts_in_words(one.attempts)}, of which the last {len(one.history)} are kept:", "dim"))
    for attempt in one.history:
        lines.append(Text(f"  {time(attempt.time)}  {answer(attempt.status)}: {shown(attempt.reason)}"))
    if one.died is not None:
        lines.append(Text(f"dead since {time(one.died)}: {shown(one.reason)}", "red"))
    elif one.due is not None:
        lines.append(Text(f"pending, {due_in_words(one.due, clock.time())}"))
    else:
        lines.append(Text("pending, not tried yet"))
    return lines


def shown_json(value: Any) -> str:
    """A payload as people read it; no character of it steers the terminal."""
    return "\n".join(shown(line) for line in to_bytes(value).decode().splitlines())
