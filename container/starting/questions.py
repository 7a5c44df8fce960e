"""The questions of init: in which order, with which words and defaults; whoever asks them reads the answers here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from container.starting import answers as read
from container.starting.answers import AnswerError, Answers
from container.starting.consent import CONSENT_MODE, SOURCES, WORDS, Source, cookie_source, source
from container.starting.standard import SHOP

Given = dict[str, Any]
"""Answers that were read so far, by the questions' names."""


@dataclass(frozen=True, slots=True)
class Question:
    """``name`` is the flag's and the answer's; ``read`` makes the answer of a text and of those before it.

    ``default`` is the text that stands for nothing written, None when something must be. ``asked`` says whether the
    question has a sense after those answers.
    """

    name: str
    text: str
    help: str
    read: Callable[[str, Given], Any]
    default: Callable[[Given], str | None] = lambda _: None
    asked: Callable[[Given], bool] = lambda _: True


def _consent(text: str, _: Given) -> Source | str:
    word = text.strip().lower()
    if word not in WORDS:
        raise AnswerError(f"'{word[:40]}' is not a source of consent; write one of {', '.join(WORDS)}")
    return source(word) or word


def _cookie(text: str, given: Given) -> Source:
    try:
        return cookie_source(text)
    except ValueError as error:
        raise AnswerError(f"this is no cookie that could be looked for: {error}") from None


def _yes(text: str, _: Given) -> bool:
    word = text.strip().lower()
    if word not in ("y", "yes", "true", "1", "n", "no", "false", "0"):
        raise AnswerError("write yes or no")
    return word in ("y", "yes", "true", "1")


_TOLD = {
    **{one.word: one.told for one in SOURCES[:-1]},
    "cookie": "another cookie of your banner",
    SOURCES[-1].word: SOURCES[-1].told,
}

QUESTIONS = (
    Question(
        "domain", "The site's domain", "as in shop.example", lambda text, _: read.site_domain(text)
    ),
    Question(
        "host", "The container's own name", "a sub-domain of the site, which will point at your proxy",
        lambda text, given: read.public_host(text, given["domain"]),
        lambda given: read.container_host(given["domain"]),
    ),
    Question(
        "pixel-id", "Meta's pixel or dataset", "its digits, from the Events Manager",
        lambda text, _: read.pixel_id(text),
    ),
    Question(
        "ga4", "The site's GA4 measurement id",
        "as in G-AB12CD34EF: gtag then sends the hits; without one tagdock's loader does, beside Meta's pixel",
        lambda text, _: read.measurement_id(text), lambda _: "",
    ),
    Question(
        "events", "Which standard events go to Meta", "by Google's or Meta's names, a comma between them",
        lambda text, _: read.events(text), lambda _: ",".join(SHOP),
    ),
    Question(
        "consent", "Who knows what the visitor allowed",
        "".join(f"\n  {word:<14}{told}" for word, told in _TOLD.items()),
        _consent, lambda _: CONSENT_MODE.word,
    ),
    Question(
        "consent-cookie", "The cookie and its value for yes", "NAME=VALUE, as in cmp_marketing=yes",
        _cookie, asked=lambda given: given["consent"] == "cookie",
    ),
    Question(
        "currency", "The currency of events that name none", "as in EUR; nothing when they all do",
        lambda text, _: read.currency(text), lambda _: "",
    ),
    Question(
        "backend", "Do servers of yours send events too", "orders, say, by the Measurement Protocol",
        _yes, lambda _: "no",
    ),
)  # fmt: skip
"""In the order they are asked."""


def answers_of(given: Given) -> Answers:
    """The answers to all questions, put together."""
    return Answers(
        domain=given["domain"],
        pixel=given["pixel-id"],
        host=given["host"],
        events=given["events"],
        consent=given.get("consent-cookie") or given["consent"],
        stream=given["ga4"],
        currency=given["currency"],
        backend=given["backend"],
    )
