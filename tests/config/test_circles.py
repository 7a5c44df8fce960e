"""The circles: what may lean on what, and how far."""

from __future__ import annotations

import pytest

from container.config.load import load_text
from container.context import Context


def told(text: str) -> list[str]:
    return [f"{one.line}:{one.column} {one.text}" for one in load_text(text).errors]


def chain(length: int, body: str = "[t{}]") -> str:
    lines = "".join(f"  t{at}: {{ any_of: {body.format(at + 1, at + 1)} }}\n" for at in range(length))
    return f"triggers:\n{lines}  t{length}: {{ event: x }}\n"


def test_triggers_may_ask_one_another_in_a_row_up_to_an_end() -> None:
    made = load_text(chain(50)).whole().triggers["t0"]
    assert made.event_names() == {"x"}
    assert made.holds(Context({"event_name": "x"}))
    assert made.why(Context({"event_name": "y"})).count("none of any_of holds") == 50
    assert told(chain(51)) == ["52:19 more than 50 triggers ask one another in a row"]
    assert len(told(chain(300))) == 1


def test_a_trigger_may_not_double_the_work_at_every_step() -> None:
    assert told(chain(8, "[t{}, t{}]")) == []
    assert told(chain(40, "[t{}, t{}]")) == ["33:19 the trigger asks 1022 triggers for every event"]


def test_a_trigger_that_grants_one_purpose_cannot_ask_for_another() -> None:
    text = "triggers: { t: { consent: ad_storage } }\nconsent: { ad_user_data: t }\n"
    assert told(text) == ["2:26 the trigger that grants consent asks for consent itself: t"]


@pytest.mark.parametrize(
    "text",
    [
        "triggers: { t: { consent: ad_storage }, u: { event: x } }\nconsent: { ad_storage: u, limited_data_use: t }",
        "variables: { a: { consent: ad_storage }, b: { lookup: { input: '{{ a }}', table: { granted: 1 } } } }\n"
        "triggers: { t: { where: { b: 1 } } }\n"
        "transformations: { c: { augment: { x: '{{ b }}' }, for: log } }\n"
        "tags: { log: { http_request: { url: 'https://log.example/' }, fires_on: t } }",
        "variables: { a: { cookie: x }, b: { template: '{{ a }}{{ a }}' } }\n"
        "triggers: { t: { where: { a: 1, b: 1 }, any_of: [u, u], none_of: u }, u: { where: { b: 2 } } }\n"
        "consent: { ad_storage: t }",
    ],
)
def test_what_is_no_circle_is_none(text: str) -> None:
    assert told(text) == []


def test_consent_is_asked_in_time_where_a_tag_alone_is_shown_the_change() -> None:
    text = """
transformations: { a: { augment: { x: "{{ consent.ad_storage }}" } } }
tags: { log: { http_request: { url: "https://log.example/" }, fires_on: t } }
triggers: { t: { event: x } }
"""
    assert told(text.replace('" } } }\n', '" }, for: log } }\n', 1)) == []
    assert told(text) == ["2:43 consent is not known yet when the event changes for all tags"]
