"""``tagdock explain-event``: one event's whole life, by its id or its order's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, configuration, err, json_option, out, shown, write
from container.cli.ledger.looking import looking
from container.cli.outbox.files import Files, beside
from container.cli.outbox.parked import parked_in_words
from container.cli.outbox.show import shown_json
from container.cli.outbox.words import answer, attempts_in_words
from container.config.document import Configuration
from container.ledger.life import life
from container.web.json import to_bytes


@click.command("explain-event")
@config_option
@json_option
@click.argument("reference", metavar="ID")
@click.option("--reveal", is_flag=True, help="Show personal data that is not hashed in clear.")
def explain_event(config: str, as_json: bool, reference: str, reveal: bool) -> None:
    """Explain what became of an event: ID is its event_id, or the id of its order.

    Shows when its hit came, the consent and who gave it, what every tag decided, and of each payload the attempts,
    the answers and the end.
    """
    if not reference.strip():
        raise click.BadParameter("it is empty; give an event_id, or the id of an order", param_hint="ID")
    whole = configuration(config)
    files = Files(config)
    sandbox = beside(whole.delivery, "sandbox.db") if whole.delivery.to == "sandbox" else None
    with looking("ledger") as watch:
        found = [
            event
            for _, some in files.each(
                lambda path: life(
                    [path], reference, sandbox=sandbox, at_meta=_at_meta(whole), reveal=reveal, watch=watch
                )
            )
            for event in some
        ]
    if as_json:
        write(to_bytes(found))
    for event in [] if as_json else found:
        for line in _lines(event):
            out.print(line)
    if not found:
        err.print(
            Text(shown(f"nothing is known of '{reference}': no tag listens for it, or it is older than the ledger"))
        )
        raise SystemExit(1)
    files.end()


def _at_meta(whole: Configuration) -> Any:
    tags = whole.tags
    return lambda tag: tag in tags and tags[tag].type == "meta_capi"


def _lines(event: dict[str, Any]) -> Iterator[Text]:
    names = [event["event_name"], event["event_id"], f"order {event['order_id']}" if event["order_id"] else ""]
    yield Text.assemble((shown(" ".join(filter(None, names))), "bold"))
    yield Text(f"  hit at {event['time']} through {shown(event['client'] or 'an unknown client')}")
    for purpose, said in event["consent"].items():
        source = f" by {said['source']}" if said["source"] else ""
        yield Text(f"  {purpose:<20} {said['state']}{shown(source)}", "dim")
    if event["basis"]:
        yield Text(f"  legal ground: {shown(event['basis'])}", "dim")
    for one in event["decisions"]:
        colour = "green" if one["outcome"] == "fired" else "yellow"
        yield Text.assemble(f"  {shown(one['tag'])} ", (one["outcome"], colour), f"  {shown(one['reason'])}")
    for payload in event["payloads"]:
        yield from _payload(payload)


def _payload(one: dict[str, Any]) -> Iterator[Text]:
    colour = {"delivered": "green", "dead": "red"}.get(one["outcome"], "yellow")
    name = f"{one['tag']} {one['destination']}".strip()
    sent = f"{shown(one['event_name'])} {shown(one['event_id'])}"
    yield Text.assemble("  payload ", (shown(name), "bold"), f"  {sent}  ", (one["outcome"], colour))
    told = " ".join(f"{'#' if each['hashed'] else ''}{each['name']}" for each in one["identifiers"])
    if told:
        yield Text(f"    identifiers: {shown(told)}" + ("; limited data use" if one["limited"] else ""))
    for attempt in one["history"]:
        yield Text(f"    {attempt['time'][:19]}Z  {answer(attempt['status'])}: {shown(attempt['reason'])}")
    if one["outcome"] == "delivered":
        yield Text(f"    accepted by the vendor at {one['ended'][:19]}Z, {attempts_in_words(one['attempts'])}")
    elif one["reason"]:
        yield Text(f"    {shown(one['reason'])}, {attempts_in_words(one['attempts'])}")
    if one["parked"]:
        since = f" since {one['parked']['since'][:19]}Z" if one["parked"]["since"] else ""
        yield Text(f"    {parked_in_words(since, one['parked']['reason'], one['tag'])}", "yellow")
    if one["copies"]:
        yield Text(f"    {one['copies']}")
    if one["body"] is not None:
        for line in shown_json(one["body"]).splitlines():
            yield Text(f"    {line}", "dim")
