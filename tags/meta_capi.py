"""The meta_capi tag: events become server events of Meta's Conversions API."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from container.component import Payload, Request, Response, Suppressed, Tag, Verdict
from container.context import Context
from container.expression import Expression
from container.kinds import Boolean, Choice, ListOf, MapOf, Secret, SecretText, Templated, Text, Tree
from container.meta import answers, browser, clock, commerce, names, normalise, phone, rules, source
from container.meta.browser_ids import browser_ids
from container.meta.clean import clean
from container.meta.customer import ENHANCED, customer, templates
from container.meta.further import Further, overrides, read
from container.meta.known import Known
from container.meta.personal import scrub, scrub_url
from container.meta.text import text
from container.moment import moment
from container.problem import Complaint
from container.schema import option

_KEYS = frozenset(normalise.HASHED) | frozenset(normalise.PLAIN)
_PIXEL = re.compile(r"[0-9]{3,20}")
_MOST_NAMES, _LONGEST_NAME = 1024, 100
_SHORTEST_SECRET = 4  # what is shorter is a stand-in, and part of many words
_encode = msgspec.json.Encoder().encode


class MetaCapiTag(Tag):
    """Sends events to Meta's Conversions API, from common event data without further configuration.

    Event names, customer information, commerce data, browser and click ids, time, deduplication id and Limited Data Use
    follow Meta's documentation; docs/meta.md tells every rule. Personal data is hashed before anything is stored. What
    Meta could not use is left out alone and named in the trace; an event Meta would refuse is suppressed with the
    reason.
    """

    advertising = True
    batch_limit = rules.MOST_EVENTS
    oldest = rules.OLDEST_DELIVERY
    sandbox = "/sandbox/graph"

    pixel_id: list[Expression] = option(
        ListOf(Templated()), "The pixel or dataset that gets the events; a list sends each event to several."
    )
    access_token: SecretText = option(Secret(), "The Conversions API token of the pixels.")
    app_secret: SecretText = option(
        Secret(), "The secret of the token's app, to prove every call (appsecret_proof).", default=SecretText("")
    )
    test_event_code: str = option(
        Text("[A-Za-z0-9_-]+", example="TEST12345"),
        "Shows the events under Test Events in the Events Manager. They count all the same.",
        default="",
    )
    endpoint: str = option(
        Text("https?://.+", example="https://graph.facebook.com"),
        "Where the Graph API is, when delivery.to is live.",
        default="https://graph.facebook.com",
    )
    version: str = option(Text(r"v[0-9]+\.[0-9]+", example="v25.0"), "The version of the Graph API.", default="v25.0")
    action_source: Expression | None = option(
        Templated(),
        "Where the events happen: website, app, physical_store, email, phone_call, chat, system_generated, "
        "business_messaging or other. Without it the event's own action_source, else website.",
        default=None,
    )
    event_names: dict[str, str] = option(
        MapOf(Text()), "Event names here -> names at Meta, before the built-in mapping.", default={}
    )
    event_id: Expression | None = option(
        Templated(), "The deduplication id, in place of event_id, transaction_id or a stable id.", default=None
    )
    event_source_url: Expression | None = option(
        Templated(), "The page's address, in place of page_location.", default=None
    )
    user_data: dict[str, Any] = option(
        MapOf(Tree(), keys=_KEYS), "Customer information by Meta's keys, in clear or hashed.", default={}
    )
    custom_data: dict[str, Any] = option(
        MapOf(Tree()), "Fields of custom_data, in place of or beside those of the event.", default={}
    )
    content_type: str | None = option(
        Choice(*rules.CONTENT_TYPES), "What the ids of items are ids of, when the event does not say.", default=None
    )
    match: str = option(
        Choice("documented", "builder"),
        "Normalise customer information as Meta documents it, or exactly as Meta's parameter builder does.",
        default="documented",
    )
    default_country: str | None = option(
        Text("[A-Za-z]{2}", example="DE"),
        "The country of phone numbers that have no country code; needs the package phonenumbers.",
        default=None,
    )
    personal_data: str = option(
        Choice("remove", "hash", "keep"),
        "What to do with e-mail addresses and phone numbers found in custom_data and in URLs.",
        default="remove",
    )
    limited_data_use: list[str] = option(
        ListOf(Choice("us_privacy", "gpc")),
        "Signals of the visitor that limit data use: the US Privacy string, the browser's Sec-GPC header.",
        default=["us_privacy", "gpc"],
    )
    set_cookies: bool = option(
        Boolean(),
        "Set _fbp and _fbc as first-party cookies when ad_storage is granted, so that visitors stay recognisable.",
        default=False,
    )
    app_data: dict[str, Any] = option(MapOf(Tree()), "app_data of app events, beside the event's own.", default={})
    original_event_data: dict[str, Any] = option(
        MapOf(Tree()),
        "The earlier event that this one adds to: event_name, event_time, order_id, event_id.",
        default={},
    )
    messaging_channel: Expression | None = option(
        Templated(), "The channel of business_messaging events, such as whatsapp.", default=None
    )
    opt_out: Expression | None = option(
        Templated(), "Whether Meta may use the event for attribution only.", default=None
    )
    partner_agent: str = option(Text(), "The name this platform gives itself to Meta.", default="tagdock")

    def ready(self) -> None:
        proof = hmac.new(self.app_secret.encode(), self.access_token.encode(), hashlib.sha256).hexdigest()
        self._query = f"?appsecret_proof={proof}" if self.app_secret else ""
        # The sandbox wants to see a token, and there need not be one while everything goes there.
        envelope = {"partner_agent": self.partner_agent, "access_token": str(self.access_token) or "sandbox"}
        self._further = Further(
            self.limited_data_use, self.opt_out, self.app_data, self.original_event_data, self.messaging_channel
        )
        self._tail = b"," + _encode(envelope)[1:]
        self._names: dict[str, str] = {}
        self._sound = Known()  # addresses of pages
        # Pixels that no event changes are the same for all of them.
        self._settled: tuple[str, ...] = ()
        if all(pixel.constant and _PIXEL.fullmatch(str(pixel.text)) for pixel in self.pixel_id):
            self._settled = self._pixels(Context({}))

    def complaints(self) -> Iterable[Complaint]:
        """Pixel ids, action sources and versions that Meta does not know; a package that is not there."""
        for pixel in self.pixel_id:
            if pixel.constant and not _PIXEL.fullmatch(str(pixel.text)):
                yield Complaint("pixel_id", f"'{str(pixel.text)[:40]}' is not a pixel id", "write its digits")
        given = self.action_source
        if given is not None and given.constant and given.text not in rules.ACTION_SOURCES:
            known = ", ".join(rules.ACTION_SOURCES)
            yield Complaint("action_source", f"'{str(given.text)[:40]}' is no action source", f"write one of {known}")
        if self.default_country and not phone.available():
            missing = "default_country needs the phonenumbers package"
            yield Complaint("default_country", missing, "install phonenumbers, or remove the line")
        trouble = rules.version_trouble(self.version, datetime.now(UTC).date())
        if trouble:
            newest = next(iter(rules.VERSIONS))
            yield Complaint("version", trouble, f"write {newest} or remove the line", "version", warning=True)

    def build(self, context: Context) -> Payload | Suppressed:
        event, note = context.event, context.note
        name = self._names.get(context.event_name) or self._named(context.event_name)
        if isinstance(name, Suppressed):
            return name
        origin = source.USUAL
        if self.action_source is not None or "action_source" in event:
            origin = source.action_source(read(self.action_source, context), event.get("action_source"), note)
        messaging = origin == "business_messaging"
        if messaging:
            name = source.messaging_name(name, note)
        told, seconds = event.get("event_time"), int(context.now)
        if told is not None:
            when = self._moment(told, context, origin)
            if when.refusal:
                return Suppressed(when.refusal)
            seconds = when.seconds
        pixels = self._pixels(context)
        if not pixels:
            return Suppressed("there is no pixel id for the event")
        templated = templates(event)
        user = self._user(context, messaging, templated[0])
        identity = self._identity(context)
        body: dict[str, Any] = {
            "event_name": name,
            "event_time": seconds,
            "event_id": identity,
            "action_source": origin,
        }
        if not messaging:
            self._addresses(context, body, origin)
        body["user_data"] = user
        given_data = overrides(self.custom_data, context)
        custom = commerce.commerce(
            event, name, given_data, templated=templated[1], content_type=self.content_type, note=note
        )
        if custom and (custom := scrub(custom, self.personal_data, "custom_data", note)):
            body["custom_data"] = custom
        self._further.add(context, body)
        keys = tuple(user)
        refusal = source.refused(origin, body) or commerce.refused(name, custom)
        unmatched = "" if refusal else source.unmatched(origin, keys)
        if unmatched and not context.hit.ip:
            # A hit from a file, without the visitor's address and browser that a real one brings along.
            note(f"{unmatched}; the hit was recorded without the visitor")
        elif refusal or unmatched:
            return Suppressed(refusal or unmatched)
        limited = bool(body.get("data_processing_options"))
        return Payload(name, identity, body, pixels, normalise.identifiers(keys), limited)

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        """Up to a thousand events of one pixel; the token travels in the body, where no proxy logs it."""
        pixel, _, code = destination.partition(":")
        test = b',"test_event_code":' + _encode(code) if code else b""
        return Request(
            "POST",
            f"{endpoint.rstrip('/')}/{self.version}/{pixel}/events{self._query}",
            {"content-type": "application/json", "accept": "application/json"},
            b'{"data":[' + b",".join(bodies) + b"]" + test + self._tail,
        )

    def judge(self, response: Response, count: int) -> Verdict:
        """By Graph's error code, then is_transient, then HTTP (docs/meta.md has the table)."""
        if response.status == 0:
            return Verdict("later", response.failure or "no answer")
        found = answers.judge(response.status, response.body, response.headers, count)
        reason = found.reason
        for secret in (self.access_token, self.app_secret):
            if len(secret) > _SHORTEST_SECRET:
                reason = reason.replace(secret, "****")
        return Verdict(found.action, reason, found.retry_after, found.at)

    def _pixels(self, context: Context) -> tuple[str, ...]:
        if self._settled and not context.test_event_code:
            return self._settled
        code = context.test_event_code or self.test_event_code
        found: dict[str, None] = {}
        for expression in self.pixel_id:
            pixel = text(expression.read(context))
            if _PIXEL.fullmatch(pixel):
                found[f"{pixel}:{code}" if code else pixel] = None
            else:
                context.note("pixel_id is not a pixel's digits: that pixel gets nothing")
        return tuple(found)

    def _named(self, given: str) -> str | Suppressed:
        """What Meta calls an event of this name, remembered for the next."""
        if not given or clean(given) is None:
            return Suppressed("the event has no name")
        if given in names.AUTOMATIC and given not in self.event_names:
            return Suppressed("automatic event of the pixel")
        name = self.event_names.get(given) or names.meta_name(given)
        if len(self._names) < _MOST_NAMES and len(given) <= _LONGEST_NAME:
            self._names[given] = name
        return name

    def _moment(self, told: Any, context: Context, origin: str) -> clock.Moment:
        seconds = moment(told)
        if seconds is None:
            context.note("event_time is no moment: the time of arrival is used")
        browsers = context.event.get("x-tagdock-clock") == "browser"
        return clock.event_time(seconds, context.now, origin, browsers=browsers, note=context.note)

    def _identity(self, context: Context) -> str:
        """The id both copies of an event share: the configured one, the event's, the order's, else one of the hit."""
        event = context.event
        for said in (read(self.event_id, context), event.get("event_id"), event.get("transaction_id")):
            if said is not None and isinstance(said, (str, int)) and not isinstance(said, bool):
                written = clean(said)
                identity = "" if written is None else str(written).strip()
                if identity:
                    return identity
        context.note("no event_id and no transaction_id: a stable id is sent, which no browser's copy can match")
        stable = event.get("x-tagdock-stable-id")
        return stable if isinstance(stable, str) and stable else context.stable_id

    def _addresses(self, context: Context, body: dict[str, Any], origin: str) -> None:
        event = context.event
        page = read(self.event_source_url, context) or event.get("page_location")
        for field, said in (("event_source_url", page), ("referrer_url", event.get("page_referrer"))):
            if type(said) is str and said in self._sound:
                body[field] = said
                continue
            if not isinstance(said, str) or "://" not in said[:40] or clean(said) is None:
                if said:
                    context.note(f"{field} is not a URL: left out")
                continue
            url = scrub_url(said, self.personal_data, field, context.note)
            if url:
                body[field] = url
            if url == said:
                self._sound.remember(said)
        if origin == "website" and "event_source_url" not in body:
            context.note("Meta wants event_source_url of a website's event, and there is no page_location")

    def _user(self, context: Context, messaging: bool, templated: dict[str, Any]) -> dict[str, Any]:
        event, hit, note = context.event, context.hit, context.note
        given = overrides(self.user_data, context)
        saved = hit.cookies
        user = customer(
            event,
            given,
            templated=templated,
            enhanced=saved.get(ENHANCED),
            default_country=self.default_country,
            match=self.match,
            note=note,
        )
        if messaging:  # a conversation has no browser
            return user
        fbp, fbc = browser_ids(context, given, saves=self.set_cookies)
        address = browser.address(event, given.get("client_ip_address"), saved.get("_fbi"), note)
        if address is not None:
            user["client_ip_address"] = address
        agent = browser.agent(event, given.get("client_user_agent"), note)
        if agent is not None:
            user["client_user_agent"] = agent
        if fbp is not None:
            user["fbp"] = fbp
        if fbc is not None:
            user["fbc"] = fbc
        for key, value in given.items():
            if value is None:  # the configuration leaves it out, whoever else knows it
                user.pop(key, None)
        if address is None and "client_ip_address" not in given:
            local = browser.local_address(event, note, alone=rules.too_broad(user))
            if local is not None:
                user["client_ip_address"] = local
        return user
