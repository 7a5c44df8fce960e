"""The further fields of an event that few events have: data use, opt-out, app data, an earlier event, a channel."""

from collections.abc import Collection, Mapping
from typing import Any

from container.context import Context
from container.expression import Expression
from container.kinds import read_tree
from container.meta import source
from container.meta.privacy import limited_data_use, opt_out_signal

_FIELDS = frozenset(("data_processing_options", "opt_out", "app_data", "original_event_data", "messaging_channel"))


class Further:
    """Adds to a server event what the configuration, the event or the visitor's browser says beyond the usual.

    `signals` names the visitor's privacy signals to heed; the others are options of the tag, each before what the event
    itself says under the same name.
    """

    def __init__(
        self,
        signals: Collection[str],
        opt_out: Expression | None,
        app_data: Mapping[str, Any],
        original_event_data: Mapping[str, Any],
        messaging_channel: Expression | None,
    ) -> None:
        self._signals = signals
        self._opt_out = opt_out
        self._app_data = app_data
        self._original = original_event_data
        self._channel = messaging_channel
        self._configured = bool(opt_out or app_data or original_event_data or messaging_channel)

    def add(self, context: Context, body: dict[str, Any]) -> None:
        """Add the fields to `body`, whose `user_data` is complete; what cannot be sent is noted."""
        event, note = context.event, context.note
        opted_out = self._opted_out(context)
        limited = context.limited_data_use
        if not (opted_out or limited or self._configured or event.keys() & _FIELDS):
            return  # nothing was said, by anybody: nearly always
        body.update(
            limited_data_use(
                event,
                configured=None if limited is None else (limited.country, limited.state),
                opted_out=opted_out,
                has_address="client_ip_address" in body["user_data"],
                note=note,
            )
        )
        opt_out = read(self._opt_out, context)
        if opt_out is None:
            opt_out = event.get("opt_out")
        if isinstance(opt_out, bool):
            body["opt_out"] = opt_out
        elif opt_out is not None:
            note("opt_out is neither true nor false: left out")
        app = source.app_data(_merged(event.get("app_data"), self._app_data, context), note)
        if app:
            body["app_data"] = app
        original = source.original_event(_merged(event.get("original_event_data"), self._original, context), note)
        if original:
            body["original_event_data"] = original
        channel = read(self._channel, context) or event.get("messaging_channel")
        if isinstance(channel, str):
            body["messaging_channel"] = channel.strip()[:100]

    def _opted_out(self, context: Context) -> str:
        """The visitor's signal in words, "" for none; most requests show at a look that they carry none."""
        event, hit = context.event, context.hit
        carried = (
            "privacy" in hit.query_string
            or "us_privacy" in event
            or "sec-gpc" in hit.headers
            or "privacy" in hit.headers.get("cookie", "")
        )
        if not carried or not self._signals:
            return ""
        return opt_out_signal(self._signals, (event.get("us_privacy"), hit.query, hit.cookies), hit.headers)


def read(expression: Expression | None, context: Context) -> Any:
    """The value of an option that may not be written."""
    return None if expression is None else expression.read(context)


def overrides(trees: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The values of an option that maps fields to expressions; None where one has no value."""
    return {key: read_tree(tree, context) for key, tree in trees.items()} if trees else {}


def _merged(said: Any, trees: Mapping[str, Any], context: Context) -> Any:
    if not trees:
        return said
    configured = {key: value for key, value in overrides(trees, context).items() if value is not None}
    return {**said, **configured} if isinstance(said, dict) else configured
