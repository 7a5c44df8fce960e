"""The configuration of a new container: config.yaml as a person reads it, section by section."""

from __future__ import annotations

from collections.abc import Iterator

from container.cases.written import inline
from container.starting.answers import Answers
from container.starting.consent import Cookie
from container.starting.standard import Standard

SCHEMA = "tagdock.schema.json"
"""The schema beside it, by which an editor completes the file."""

_COLUMN = 43
_CONVERSIONS = "[ad_storage, ad_user_data]"


def configuration_text(answers: Answers) -> str:
    """The whole file."""
    sections = (_head, _container, _clients, _variables, _triggers, _consent, _tags, _delivery)
    return "\n\n".join("\n".join(line for line in section(answers) if line) for section in sections) + "\n"


def trigger_events(one: Standard, answers: Answers) -> list[str]:
    """The names an event arrives under: gtag and back ends use Google's, a pixel Meta's."""
    if answers.stream:
        return [one.word]
    return [one.meta, one.word] if answers.backend else [one.meta]


def _head(answers: Answers) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA}"
    what = "GA4 hits" if answers.stream else "Hits of tagdock's loader"
    yield f"# The container of {answers.domain}. {what} come in, server events for Meta's Conversions API go out."
    yield "# Nothing leaves this machine until delivery.to is live. Check this file with: tagdock lint"


def _container(answers: Answers) -> Iterator[str]:
    yield "container:"
    yield f"  name: {inline(answers.domain)}"
    yield "  listen: 127.0.0.1:8080"
    origins = f'["https://{answers.domain}", "https://www.{answers.domain}"]'
    yield f"  origins: {origins}  # the pages that may send hits"
    yield _noted("  trusted_proxies: [127.0.0.1]", "your TLS proxy on this machine, at " + answers.url)


def _clients(answers: Answers) -> Iterator[str]:
    yield _noted("clients:", "what arrives: a hit becomes events")
    if answers.stream:
        yield _noted("  browser: ga4", "/g/collect, from gtag with server_container_url")
    else:
        yield _noted("  browser: meta_pixel", "/tr, from loader.js and Meta's pixel")
    if answers.backend:
        yield _noted("  backend:", "/mp/collect, from your own servers")
        yield "    measurement_protocol: { api_secret: $MP_API_SECRET }"


def _variables(answers: Answers) -> Iterator[str]:
    yield _noted("variables:", "what can be asked of an event")
    yield "  order_value: { jsonpath: $.value }" if _order(answers) else ""
    yield "  user_agent: { header: User-Agent }"
    if answers.currency:
        unit = f"{{ event: currency, default: {answers.currency}, format: upper }}"
        yield _noted(f"  currency: {unit}", "of events that name none")
    cookie = answers.consent.cookie
    if cookie is not None:
        yield _noted(f"  banner: {{ cookie: {inline(cookie.name)} }}", "what the visitor told the consent banner")
    if answers.backend and answers.consent.asks:
        yield _noted("  told_backend: { event: marketing_consent }", "what your servers say the visitor chose")


def _triggers(answers: Answers) -> Iterator[str]:
    yield _noted("triggers:", "when: every line of a trigger must hold")
    for one in answers.events:
        where = ", where: { order_value: { greater_than: 0 } }" if one.order else ""
        yield f"  {one.word}: {{ event: {inline(_one(trigger_events(one, answers)))}{where} }}"
    if answers.stream:
        yield "  from_the_site: { client: browser }"
    yield '  bot: { where: { user_agent: { matches: "(?i)bot|crawler|spider" } } }'
    cookie = answers.consent.cookie
    told = "client: backend, where: { told_backend: { equals: granted } }"
    if cookie is not None:
        said = f"where: {_banner(cookie, cookie.advertising)}"
        if answers.backend:
            yield "  accepted:"
            yield "    any_of:"
            yield f"      - {{ {said} }}"
            yield f"      - {{ {told} }}"
        else:
            yield f"  accepted: {{ {said} }}"
        if answers.stream and cookie.analytics != cookie.advertising:
            yield f"  measured: {{ where: {_banner(cookie, cookie.analytics)} }}"
    elif answers.backend and answers.consent.asks:
        yield f"  accepted: {{ {told} }}"


def _consent(answers: Answers) -> Iterator[str]:
    yield _noted("consent:", "what may happen")
    cookie = answers.consent.cookie
    if not answers.consent.asks:
        yield _noted("  when_unset: granted", "nobody is asked; what a hit denies stays denied")
        return
    told = "what a visitor did not allow is not done"
    yield _noted("  when_unset: denied", told)
    if cookie is not None or answers.backend:
        yield _noted("  ad_storage: accepted", "beside what the hit itself says")
        yield "  ad_user_data: accepted"
    if cookie is not None and answers.stream:
        same = cookie.analytics == cookie.advertising
        yield f"  analytics_storage: {'accepted' if same else 'measured'}"


def _tags(answers: Answers) -> Iterator[str]:
    yield _noted("tags:", "what leaves: an event becomes a payload")
    yield "  meta:"
    yield "    meta_capi:"
    yield f'      pixel_id: "{answers.pixel}"'
    yield "      access_token: $META_ACCESS_TOKEN"
    yield "      test_event_code: $META_TEST_EVENT_CODE:-"
    yield _noted("      set_cookies: true", "_fbp and _fbc, where ad_storage is granted")
    if answers.currency:
        yield '      custom_data: { currency: "{{ currency if event.value }}" }'
    yield f"    fires_on: [{', '.join(one.word for one in answers.events)}]"
    yield "    blocked_by: bot"
    yield f"    needs_consent: {_CONVERSIONS}"
    if answers.stream:
        yield _noted("  analytics:", "gtag sends here alone: this hands its hits on to Google")
        yield f"    ga4: {{ via: collect, measurement_id: {answers.stream} }}"
        yield "    fires_on: from_the_site"
        yield "    blocked_by: bot"
        yield "    needs_consent: [analytics_storage]"


def _delivery(_: Answers) -> Iterator[str]:
    yield _noted("delivery:", "how it leaves, and what if it cannot")
    yield _noted("  to: $TAGDOCK_TARGET:-sandbox", "sandbox | live")
    yield "  outbox: sqlite:data/outbox.db"
    yield "  batch: { at_most: 500, wait: 1s }"
    yield "  retry: { first: 1s, longest: 15m, give_up_after: 24h }"


def _banner(cookie: Cookie, value: str) -> str:
    return f"{{ banner: {{ {cookie.operator}: {_quoted(value)} }} }}"


def _quoted(value: str) -> str:
    """In quotes, so that ``yes`` and ``1`` are plainly texts."""
    written = inline(value)
    return written if written[:1] in ('"', "'") else f'"{value}"'


def _order(answers: Answers) -> bool:
    return any(one.order for one in answers.events)


def _one(names: list[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else names


def _noted(line: str, note: str) -> str:
    """A line with a comment in the column where comments stand."""
    return f"{line:<{_COLUMN}}# {note}" if len(line) < _COLUMN else f"{line}  # {note}"
