"""What routing writes down about events: which tags were asked, what they decided, under which consent."""

from __future__ import annotations

from container.config.load import load_text
from container.hit import Hit
from container.record import ConsentState, Decision, EventRecord
from container.runtime import Routed, route

NOW = 1_772_366_400.0
AGENT = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
CONFIG = """
clients: { browser: ga4 }
variables: { banner: { cookie: banner }, value: { jsonpath: $.value } }
triggers:
  purchase: { event: purchase, where: { value: { greater_than: 0 } } }
  bot: { where: { event.page_title: { equals: bot } } }
  accepted: { where: { banner: { equals: "yes" } } }
consent: { ad_user_data: accepted }
tags:
  meta:
    meta_capi: { pixel_id: ["1234567890", "2345678901"], access_token: secret }
    fires_on: purchase
    blocked_by: bot
    needs_consent: [ad_storage, ad_user_data]
  other:
    meta_capi: { pixel_id: "3456789012", access_token: secret }
    fires_on: purchase
    needs_consent: []
"""


def routed(query: str, cookie: str = "banner=yes", *, explain: bool = False) -> Routed:
    hit = Hit(
        "GET", "/g/collect", f"v=2&tid=G-1&cid=7.8&cu=EUR&{query}", {**AGENT, "cookie": cookie}, b"", "203.0.113.7"
    )
    return route(hit, load_text(CONFIG).whole(), NOW, explain=explain)


def record(query: str, cookie: str = "banner=yes") -> EventRecord:
    silent, told = routed(query, cookie), routed(query, cookie, explain=True)
    assert silent.records == told.records  # whoever looks on changes nothing of what is written down
    assert len(silent.records) == 1
    return silent.records[0]


def test_the_payloads_of_an_event_share_its_record() -> None:
    found = routed("gcs=G111&en=purchase&epn.value=5&ep.event_id=o-1&ep.transaction_id=T9")
    assert [entry.destination for entry in found.outgoing] == ["1234567890", "2345678901", "3456789012"]
    assert all(entry.record is found.records[0] for entry in found.outgoing)
    one = found.records[0]
    assert (one.time, one.client, one.event_name, one.event_id, one.order_id) == (
        NOW,
        "browser",
        "purchase",
        "o-1",
        "T9",
    )
    assert one.decisions == (Decision("meta", "fired", "purchase"), Decision("other", "fired", "purchase"))


def test_consent_says_who_gave_it() -> None:
    found = record("gcs=G111&en=purchase&epn.value=5&ep.event_id=o-1")
    assert found.consent == ConsentState(
        ("granted", "granted", "granted", "unset"), ("hit", "hit", "trigger accepted", "")
    )


def test_every_way_not_to_fire_is_written_down_in_a_few_words() -> None:
    free = record("gcs=G111&en=purchase&epn.value=0")
    said = "no trigger matched; purchase: value is not greater than 0"
    assert [one.reason for one in free.decisions] == [said, said]
    bot = record("gcs=G111&en=purchase&epn.value=5&dt=bot")
    assert bot.decisions[0] == Decision("meta", "blocked", "blocked by bot")
    silent = record("gcs=G101&en=purchase&epn.value=5", cookie="")
    assert silent.decisions[0] == Decision("meta", "no_consent", "ad_storage is denied")
    assert silent.decisions[1].outcome == "fired"


def test_an_event_no_tag_listens_for_is_not_written_down() -> None:
    assert routed("gcs=G111&en=scroll").records == []
    assert routed("gcs=G111&en=scroll", explain=True).records == []


def test_a_payload_names_its_identifiers_and_which_are_hashed() -> None:
    found = routed("gcs=G111&en=purchase&epn.value=5&ep.user_data.email_address=ana%40example.com")
    assert found.outgoing[0].identifiers == ("client_ip_address", "client_user_agent", "#em")
    assert found.outgoing[0].limited is False
    limited = routed("gcs=G111&en=purchase&epn.value=5&us_privacy=1YYN&ep.event_id=2")
    assert limited.outgoing[0].limited is True


def test_ids_are_written_down_cut_to_size() -> None:
    assert len(record("en=purchase&epn.value=5&ep.event_id=" + "x" * 5000).event_id) == 200
