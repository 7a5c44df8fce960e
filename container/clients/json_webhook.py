"""The json_webhook client: any JSON that a shop, payment or other system posts becomes events."""

from __future__ import annotations

import hashlib
from typing import Any

from container.amount import amount, identifier
from container.component import MOST_EVENTS, Answer, Client, Incoming, Reading
from container.event import CONSENT_PURPOSES, DROP, Event
from container.fields import Field, Fields, Scope, constant_name, elements
from container.hit import Hit, split_url
from container.jsonpath import JsonPath as Path
from container.kinds import JsonPath, Text
from container.moment import believe, moment
from container.reading import Unreadable, read_json
from container.schema import option
from container.signature import Signature, Signed

_TEXTS = (
    "event_name", "event_id", "client_id", "user_id", "transaction_id", "currency", "page_location", "page_referrer",
    "page_title", "user_agent", "ip_override", "language", "fbp", "fbc", "search_term", "coupon",
)  # fmt: skip
_OBJECTS = ("user_data", "custom_data")
_NUMBERS = ("value", "tax", "shipping")
_WORDS: dict[Any, str] = {
    **dict.fromkeys(("granted", "grant", "true", "yes", "1", "accepted"), "granted"),
    **dict.fromkeys(("denied", "deny", "false", "no", "0", "rejected"), "denied"),
}


class JsonWebhookClient(Client):
    """Makes events of the JSON that another system posts, by a mapping from its fields to those of an event.

    A field is a JSONPath into the body (`$.order.total`), an expression (`"{{ body.amount / 100 }}"`), a constant, or a
    mapping or list of such. `for_each` inside a mapping makes a list of it: the other fields are read from every
    element its path finds. With `events`, one request holds many events: `$` is then each element in turn, `body` in an
    expression still the whole. Expressions know `body`, `element`, `headers` and `query`.

    A request whose signature is wrong is answered 401, one whose body cannot be read 400; neither makes an event. The
    same body sent again gives the same ids, so a sender may repeat what it is unsure of.
    """

    priority = 10

    path: str = option(Text(r"/\S*", example="/hooks/orders"), "The path the system posts to.")
    event: Field = option(Fields(required=("event_name",)), "The fields of the event and where each comes from.")
    events: Path | None = option(
        JsonPath(), "Where the list is, when one request holds many events; each is then $.", default=None
    )
    signature: Signature | None = option(
        Signed(), "How requests are signed: a key, or a mapping. Without it anybody may post.", default=None
    )
    consent: Field | None = option(
        Fields(only=CONSENT_PURPOSES), "Where the visitor's consent is, by purpose: granted or denied.", default=None
    )

    def event_names(self) -> frozenset[str] | None:
        """Its one name, when that is written out."""
        name = constant_name(self.event)
        return None if name is None else frozenset({name})

    def tells_consent(self) -> bool:
        """Only when its fields say where."""
        return self.consent is not None

    def paths(self) -> tuple[str, ...]:
        """Its one path."""
        return (self.path,)

    def claims(self, hit: Hit) -> bool:
        """POST on exactly its path, with or without a slash at the end."""
        return hit.method == "POST" and (hit.path == self.path or hit.path.rstrip("/") == self.path.rstrip("/"))

    def read(self, hit: Hit, now: float) -> Reading:
        """An event, or one for every element of the list; none with status 400 or 401 when the request is refused."""
        notes: list[str] = []
        if self.signature is not None:
            if self.signature.keyless:
                notes.append("the signature was not checked: no key is set")
            elif fault := self.signature.fault(hit, now):
                return _refused(401, fault)
        try:
            body = read_json(hit.body.removeprefix(b"\xef\xbb\xbf"), notes)
        except Unreadable as error:
            return _refused(400, f"the body {error}")
        if self.events is None:
            if not isinstance(body, dict):
                return _refused(400, "the body is not a JSON object")
            found: list[Any] = [body]
        else:
            if not isinstance(body, (dict, list)):
                return _refused(400, "the body is neither a JSON object nor a list")
            found = elements(self.events, body)
            if len(found) > MOST_EVENTS:
                return _refused(400, f"more than {MOST_EVENTS} events in one request")
        if not found:
            notes.append(f"nothing is at {self.events.text if self.events else '$'}")
        seed = hashlib.sha256(self.path.encode("utf-8", "replace") + b"\0" + hit.body).digest()
        incoming = []
        for index, element in enumerate(found):
            if isinstance(element, dict):
                incoming.append(self._incoming(Scope(body, element, hit, now), seed, index))
            else:
                notes.append(f"element {index} of the list is not an object: left out")
        return Reading(incoming, Answer(200, b"", "text/plain"), notes)

    def _incoming(self, scope: Scope, seed: bytes, index: int) -> Incoming:
        notes: list[str] = []
        event: Event = self.event(scope) or {}
        _settle(event, scope.now, notes)
        if "event_id" not in event:
            event["x-tagdock-stable-id"] = hashlib.sha256(seed + str(index).encode()).hexdigest()[:32]
            notes.append("no event_id: the same body sent again gets the same stable id")
        if "event_name" not in event:
            event[DROP] = "the mapping found no event_name"
            notes.append("the mapping found no event_name")
        consent = {} if self.consent is None else _consent(self.consent(scope) or {}, notes)
        return Incoming(event, consent, notes=notes)


def _refused(status: int, reason: str) -> Reading:
    return Reading([], Answer(status, reason.encode() + b"\n", "text/plain"), [reason])


def _settle(event: Event, now: float, notes: list[str]) -> None:
    """Give the fields every tag relies on the type they must have; one that cannot have it is left out and noted."""
    for key in _TEXTS:
        if key in event:
            _keep(event, key, identifier(event[key]), "text", notes)
    for key in _NUMBERS:
        if key in event:
            _keep(event, key, amount(event[key]), "a finite number", notes)
    for key in _OBJECTS:
        if key in event and not isinstance(event[key], dict):
            _keep(event, key, None, "an object", notes)
    if "items" in event:
        items = event["items"] if isinstance(event["items"], list) else [event["items"]]
        _keep(event, "items", [_item(one) for one in items if isinstance(one, dict)] or None, "a list of items", notes)
    if "event_time" in event:
        seconds = moment(event.pop("event_time"))
        if seconds is None:
            notes.append("event_time is not a time: the time of arrival is used")
        else:
            event["event_time"] = believe(seconds, now, notes)[0]
    if "page_location" in event and "page_hostname" not in event:
        host, path, _ = split_url(event["page_location"])
        if host:
            event["page_hostname"], event["page_path"] = host, path or "/"


def _keep(event: Event, key: str, value: Any, wanted: str, notes: list[str]) -> None:
    if value is None:
        del event[key]
        notes.append(f"{key} is not {wanted}: left out")
    else:
        event[key] = value


def _item(item: dict[str, Any]) -> dict[str, Any]:
    """An item whose id is text and whose price and quantity are numbers, whatever the sender wrote them as."""
    settled = dict(item)
    for key, value in item.items():
        if key == "item_id":
            settled[key] = identifier(value)
        elif key in ("price", "quantity", "discount"):
            settled[key] = amount(value)
    return {key: value for key, value in settled.items() if value is not None}


def _consent(said: dict[str, Any], notes: list[str]) -> dict[str, str]:
    consent = {}
    for purpose, value in said.items():
        word = _WORDS.get(str(value).strip().lower()[:10]) if isinstance(value, (str, bool, int)) else None
        if word is None:
            notes.append(f"consent for {purpose} is neither granted nor denied: it stays unset")
        else:
            consent[purpose] = word
    return consent
