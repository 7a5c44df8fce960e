"""The pages Test events, one action, Diagnostics and Quality: of the sandbox, and in live mode of what was sent."""

from __future__ import annotations

from typing import Any

from tests.console.desk import CONFIG, HIT, NOW, Room, room

EVENT: dict[str, Any] = {
    "event_name": "Purchase",
    "event_time": int(NOW),
    "event_id": "o-1",
    "action_source": "website",
    "event_source_url": "https://shop.example/thanks",
    "user_data": {"em": ["a" * 64], "client_ip_address": "203.0.113.77", "client_user_agent": "Mozilla/5.0"},
    "custom_data": {"value": 120, "currency": "EUR"},
}


def send(desk: Room, *events: dict[str, Any], **envelope: Any) -> None:
    desk.client.post(
        "/sandbox/graph/v25.0/1234567890/events", json={"access_token": "secret-token", "data": events, **envelope}
    )


def browse(desk: Room, eid: str = "o-1", name: str = "Purchase", **more: str) -> None:
    query = {"id": "1234567890", "ev": name, "eid": eid, "ts": str(int(NOW * 1000)), **more}
    desk.client.get("/sandbox/tr", params=query)


def tell(desk: Room, *copies: str, name: str = "Purchase") -> None:
    """What pages say of the browser's copies of events x-0, x-1 ..."""
    assert desk.app.sandbox is not None
    for number, copy in enumerate(copies):
        desk.app.sandbox.told.take("1234567890", name, f"x-{number}", copy)


def test_an_empty_page_says_what_to_do_next(desk: Room) -> None:
    page = desk.get("/test-events", accept="text/html").text
    assert "No event has come yet" in page
    assert "curl -A" in page
    assert "http://localhost:8080/g/collect?" in page.replace("&#39;", "'").replace("&amp;", "&")
    for path in ("/diagnostics", "/quality"):
        assert "No event has come yet" in desk.get(path, accept="text/html").text


def test_pairs_stand_side_by_side_and_link_to_the_hit_they_came_of(desk: Room) -> None:
    desk.hit(HIT)
    desk.rows(1)
    browse(desk)
    send(desk, EVENT)
    (one,) = desk.get("/test-events.json").json()["actions"]
    assert (one["state"], one["deduplicated_by"], one["hit"]) == ("deduplicated", "event_id", 1)
    page = desk.get("/test-events", accept="text/html").text
    assert "counted once" in page
    assert '/console/hit/1"' in page


def test_filters_narrow_and_an_unmet_event_says_why(desk: Room) -> None:
    browse(desk, eid="a")
    send(desk, EVENT | {"event_id": "b"}, test_event_code="TEST9")
    told = desk.get("/test-events.json?state=browser_only").json()
    assert [(one["event_id"], one["why"]) for one in told["actions"]] == [
        ("a", "No server copy with this event_id has come. The container knows of no hit with it.")
    ]
    assert [one["event_id"] for one in desk.get("/test-events.json?test_event_code=TEST9").json()["actions"]] == ["b"]
    assert "No action passes the filters" in desk.get("/test-events?event_name=Lead", accept="text/html").text


def test_more_than_a_page_goes_on_at_the_oldest_shown(desk: Room) -> None:
    for number in range(30):
        browse(desk, eid=f"e-{number:02}")
    first = desk.get("/test-events.json").json()
    assert (len(first["actions"]), first["actions"][0]["event_id"]) == (25, "e-29")
    rest = desk.get(f"/test-events.json?before={first['older']}").json()
    assert [one["event_id"] for one in rest["actions"]] == ["e-04", "e-03", "e-02", "e-01", "e-00"]
    assert rest["older"] == 0


def test_one_action_is_compared_field_by_field_without_personal_data_or_tokens(desk: Room) -> None:
    browse(desk, **{"cd[value]": "119", "cd[currency]": "EUR", "ud[em]": "a" * 64})
    send(desk, EVENT)
    number = desk.get("/test-events.json").json()["actions"][0]["id"]
    told = desk.get(f"/test-events/{number}.json").json()
    how = {one["path"]: one["how"] for one in told["fields"]}
    assert how["custom_data.value"] == "differs"
    assert how["custom_data.currency"] == "same"
    assert how["user_data.em"] == "same", "a text and a list of one say the same"
    assert how["user_data.client_ip_address"] == "server"
    page = desk.get(f"/test-events/{number}", accept="text/html").text
    for hidden in ("203.0.113.77", "secret-token"):
        assert hidden not in page
        assert hidden not in str(told)
    assert "a" * 64 in page


def test_ids_that_differ_are_told_to_though_both_are_masked(desk: Room) -> None:
    browse(desk, fbp="fb.1.1772366300000.1111111111")
    send(desk, EVENT | {"user_data": {**EVENT["user_data"], "fbp": "fb.1.1772366300000.2222222222"}})
    number = desk.get("/test-events.json").json()["actions"][0]["id"]
    told = desk.get(f"/test-events/{number}.json").json()
    (field,) = [one for one in told["fields"] if one["path"] == "user_data.fbp"]
    assert field == {"path": "user_data.fbp", "browser": "f***", "server": "f***", "how": "differs"}


def test_an_action_that_is_not_there_is_missing(desk: Room) -> None:
    for number in ("7", "x", "9" * 40, "-1"):
        assert desk.get(f"/test-events/{number}").status_code == 404


def test_a_cut_request_is_not_shown_since_others_may_stand_in_it(desk: Room) -> None:
    many = [EVENT | {"event_id": f"o-{number}"} for number in range(60)]
    send(desk, *many)
    number = desk.get("/test-events.json").json()["actions"][0]["id"]
    (server,) = desk.get(f"/test-events/{number}.json").json()["server"]
    assert (server["request"]["body"], server["request"]["hidden"]) == (None, True)
    assert "longer than is kept whole" in desk.get(f"/test-events/{number}", accept="text/html").text


def test_diagnostics_tell_what_how_often_and_how_to_mend_it(desk: Room) -> None:
    send(desk, EVENT | {"custom_data": {"value": 1, "currency": "€"}})
    (message,) = desk.get("/diagnostics.json").json()["messages"]
    assert (message["title"], message["count"], message["of"]) == ("Invalid Currency Code", 1, 1)
    page = desk.get("/diagnostics", accept="text/html").text
    for words in ("Invalid Currency Code", "Send three letters such as EUR", "custom_data.currency", "event_id=o-1"):
        assert words in page


def test_diagnostics_without_a_message_say_that_all_is_well(desk: Room) -> None:
    send(desk, EVENT)
    assert "Nothing is wrong" in desk.get("/diagnostics", accept="text/html").text


def test_quality_tells_the_estimate_the_trend_and_what_only_the_server_saved(desk: Room) -> None:
    browse(desk)
    send(desk, EVENT)
    tell(desk, "sent", "blocked", "blocked", "offline")
    for saved in ("x-1", "x-2"):  # the server told of them; of x-3 it did not
        send(desk, EVENT | {"event_id": saved})
    told = desk.get("/quality.json").json()
    (event,) = told["events"]
    assert event["coverage"]["share"] == 1
    assert event["match_quality"]["score"] == 4.0  # em 3.0, address 0.5, user agent 0.5
    assert told["only_server"] == {"saved": 2, "known": 3, "share": 0.6667, "nobody": 1, "refused": 0}
    assert [one["deduplicated"] for one in told["trend"] if one["actions"]] == [1.0]
    assert told["whole"] == {"deduplicated": 1.0, "server": 1.0, "only_server": 0.6667}  # o-1 twice, two saved
    page = " ".join(desk.get("/quality", accept="text/html").text.split())
    assert "browser events with a server copy <b>100 %</b> over this time" in page
    assert "67 %</b><span>of the actions that reached Meta, 2 of 3, came from the server alone" in page
    assert "1 lost by the browser did not come from the server either" in page
    assert "Visitors who refused consent are told of by nobody" in page
    assert page.count("(estimate)") >= 2
    assert "An estimate: Meta does not publish" in page


def test_refusals_that_were_told_are_counted_and_no_part_of_the_share(desk: Room) -> None:
    browse(desk)
    tell(desk, "refused", "refused", "refused")
    told = desk.get("/quality.json").json()
    assert told["only_server"] == {"saved": 0, "known": 0, "share": None, "nobody": 0, "refused": 3}
    page = " ".join(desk.get("/quality", accept="text/html").text.split())
    assert '<th scope="col" class="num">Refused</th>' in page
    assert '<td class="num" data-name="Refused">3</td>' in page
    assert "3 refused consent: counted by name alone" in page
    assert "told of by nobody" not in page
    assert "No action that pages told of has reached Meta." in page


def test_a_name_of_hundreds_of_characters_is_cut_where_it_is_shown_and_whole_in_its_title(desk: Room) -> None:
    name = "Purchase" * 60
    browse(desk, eid="e" * 2000)
    send(desk, EVENT | {"event_name": name, "custom_data": {"value": 1, "currency": "€"}})
    tell(desk, "sent", name=name)
    for path in ("/quality", "/test-events", "/diagnostics", "/test-events/2"):
        page = desk.get(path, accept="text/html").text
        assert f'title="{name}">{name[:59]}…</span>' in page
        assert f">{name}<" not in page or path.endswith("2"), "a field says all of it"
    assert len(desk.get("/test-events.json?event_name=" + name).json()["actions"]) == 1


def test_quality_may_be_asked_for_one_event_and_another_time(desk: Room) -> None:
    browse(desk)
    send(desk, EVENT)
    told = desk.get("/quality.json?event_name=Lead&range=7d").json()
    assert (told["events"], told["filters"]["range"]) == ([], "7d")
    assert desk.get("/quality.json?range=nonsense").json()["filters"]["range"] == "1h"


def test_live_the_pages_show_what_was_sent_and_say_what_meta_alone_knows(tmp_path: Any) -> None:
    live = CONFIG.replace("outbox:", "to: live\n  outbox:").replace(
        "$META_ACCESS_TOKEN }", 'a-token, endpoint: "http://127.0.0.1:9" }'
    )
    with room(tmp_path, live) as desk:
        desk.hit(HIT)
        told = desk.get("/test-events.json").json()
        assert told["sandbox"] is False
        assert [(one["event_id"], one["outcome"]) for one in told["sent"]] == [("o-1", "pending")]
        assert {"name": "em", "hashed": True} in told["sent"][0]["identifiers"]
        assert "Meta alone sees together" in desk.get("/test-events", accept="text/html").text
        assert "Meta alone sees" in desk.get("/quality", accept="text/html").text
        assert "Nothing was delivered to Meta" in desk.get("/quality", accept="text/html").text
        assert desk.get("/diagnostics", accept="text/html").status_code == 200
        assert desk.get("/test-events/1").status_code == 404
