"""A trace has the shape of the contract, with only what there is."""

from __future__ import annotations

from container.trace import EventTrace, TagTrace, Trace

CONSENT = {
    "ad_storage": "granted",
    "analytics_storage": "unset",
    "ad_user_data": "unset",
    "ad_personalization": "unset",
}


def test_a_trace_has_the_shape_of_the_contract() -> None:
    tags = [
        TagTrace("meta", "meta_capi", "fired", "purchase", {"event_name": "Purchase"}),
        TagTrace("ga4", "ga4", "blocked", "blocked by bot (user_agent is 'a bot': matching /bot/)"),
    ]
    event = EventTrace({"event_name": "purchase"}, CONSENT, tags)
    assert Trace("h-1", "browser", 204, [event], ["odd"]).to_json() == {
        "hit": "h-1",
        "client": "browser",
        "response": {"status": 204},
        "events": [
            {
                "event": {"event_name": "purchase"},
                "consent": CONSENT,
                "tags": [
                    {
                        "tag": "meta",
                        "type": "meta_capi",
                        "outcome": "fired",
                        "reason": "purchase",
                        "payload": {"event_name": "Purchase"},
                    },
                    {
                        "tag": "ga4",
                        "type": "ga4",
                        "outcome": "blocked",
                        "reason": "blocked by bot (user_agent is 'a bot': matching /bot/)",
                    },
                ],
            }
        ],
        "problems": ["odd"],
    }


def test_notes_and_assumed_consent_are_there_only_when_there_are_some() -> None:
    tag = TagTrace("meta", "meta_capi", "suppressed", "too old", notes=["a note"])
    event = EventTrace({}, CONSENT, [tag], {"ad_storage": "denied"}, ["another"])
    shape = event.to_json()
    assert (shape["implicit_consent"], shape["notes"]) == ({"ad_storage": "denied"}, ["another"])
    assert shape["tags"][0]["notes"] == ["a note"]
    assert "payload" not in shape["tags"][0]
