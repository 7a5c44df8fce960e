"""The tests of a new container: one for each event, and what must not leave."""

from __future__ import annotations

from typing import Any

from container.cases.written import Literal, block
from container.starting.answers import Answers
from container.starting.standard import Standard

_AT = Literal("2026-03-01T12:00:00Z")
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
_AMOUNT = 120
_YES = {"gcs": "G111", "gcd": "13r3r3r3r5"}  # as gtag sends it after an update of all four purposes to granted
_NO = {"gcs": "G100", "gcd": "13q3q3q3q5"}


def examples_text(answers: Answers) -> str:
    """A file for tests/examples."""
    cases = {name: {"at": _AT, **case} for name, case in _cases(answers).items()}
    parts = [block({name: case}, 2) for name, case in cases.items()]
    head = "# What the container must do: hits, and what comes of them. Run them with: tagdock test\n"
    return f"{head}tests:\n" + "\n".join(parts)


def _cases(answers: Answers) -> dict[str, Any]:
    both = ["analytics", "meta"] if answers.stream else ["meta"]
    first = answers.events[0]
    cases: dict[str, Any] = {}
    for one in answers.events:
        cases[f"{one.word} reaches Meta as {one.meta}"] = {
            "given": _hit(one, answers, yes=True),
            "expect": {"fired": both, "sends": {"meta": _payload(one, answers)}},
        }
    order = next((one for one in answers.events if one.order), None)
    if order is not None:
        cases["an order of nothing is no conversion"] = {
            "given": _hit(order, answers, yes=True, amount=0),
            "expect": {"fired": both[:-1], "skipped": {"meta": "no trigger matched"}},
        }
    cases["what the visitor refused does not leave"] = {
        "given": _hit(first, answers, no=True),
        "expect": {"fired": [], "skipped": {"meta": "ad_storage is denied"}},
    }
    if answers.consent.asks:
        cases["while nobody knows what the visitor wants nothing leaves"] = {
            "given": _hit(first, answers),
            "expect": {"fired": [], "skipped": {"meta": "ad_storage is unset"}},
        }
    else:
        cases["nobody is asked, so nobody has to say yes"] = {
            "given": _hit(first, answers),
            "expect": {"fired": both},
        }
    crawler = _hit(first, answers, yes=True)
    crawler["headers"] = {"User-Agent": "Googlebot/2.1"}
    cases["a crawler is no visitor"] = {"given": crawler, "expect": {"fired": [], "skipped": {"meta": "blocked"}}}
    return cases


def _hit(
    one: Standard, answers: Answers, *, yes: bool = False, no: bool = False, amount: int = _AMOUNT
) -> dict[str, Any]:
    """A hit of the event by a visitor who said yes, no, or nothing yet."""
    said = yes and answers.consent.cookie is None
    query = _gtag(one, answers, amount) if answers.stream else _loader(one, answers, amount)
    if answers.stream:
        query |= _YES if said else _NO if no else {}
    else:
        query["tdc"] = "gggg" if said else "dddd" if no else "----"
    given: dict[str, Any] = {
        "client": "browser",
        "headers": {"User-Agent": _AGENT},
        "query": {name: Literal(value) for name, value in query.items()},
    }
    cookie = answers.consent.cookie
    if yes and cookie is not None:
        given["cookies"] = {cookie.name: Literal(cookie.example)}
    return given


def _gtag(one: Standard, answers: Answers, amount: int) -> dict[str, str]:
    query = {"v": "2", "tid": answers.stream, "cid": "1677925765.1764678332", "dl": _page(answers), "en": one.word}
    if one.valued:
        query |= {"epn.value": str(amount)} | ({} if answers.currency else {"cu": "EUR"})
    return query | {("ep.transaction_id" if one.order else "ep.event_id"): _identity(one)}


def _loader(one: Standard, answers: Answers, amount: int) -> dict[str, str]:
    query = {"id": answers.pixel, "ev": one.meta, "eid": _identity(one), "dl": _page(answers), "td": "sent"}
    if one.valued:
        query |= {"cd[value]": str(amount)} | ({} if answers.currency else {"cd[currency]": "EUR"})
    return query


def _payload(one: Standard, answers: Answers) -> dict[str, Any]:
    body: dict[str, Any] = {"event_name": one.meta, "event_id": _identity(one), "event_source_url": _page(answers)}
    if one.valued:
        body["custom_data"] = {"value": _AMOUNT, "currency": answers.currency or "EUR"}
    return body


def _identity(one: Standard) -> str:
    return "o-1" if one.order else f"{one.word}-1"


def _page(answers: Answers) -> str:
    return f"https://www.{answers.domain}/"
