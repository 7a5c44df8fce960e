"""The page Container: the map with its counts, the file with its faults, versions, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.web.console.by_pixel import by_pixel
from tests.console.desk import CONFIG, HIT, READING, Room, room
from tests.processes.server import TOKEN

SAME = {"origin": "http://localhost:8080", "sec-fetch-site": "same-origin"}


def told(desk: Room) -> Any:
    return desk.get("/container.json").json()


def config(desk: Room) -> Path:
    return Path(desk.app.configuration.file)


def reload(desk: Room) -> None:
    assert desk.client.portal is not None
    desk.client.portal.call(desk.app.reload)


def test_the_map_counts_on_every_edge_what_went_that_way(desk: Room) -> None:
    desk.hit(HIT)
    desk.hit(HIT.replace("gcs=G111", "gcs=G100"))
    shown = told(desk)["map"]
    assert {one["name"]: one["events"] for one in shown["clients"]} == {"browser": 2, "pixel": 0, "backend": 0}
    assert shown["from_clients"] == [{"client": "browser", "trigger": "purchase", "kind": "fires", "count": 1}]
    assert shown["to_tags"] == [
        {"trigger": "purchase", "tag": "meta", "kind": "fires", "count": 1},
        {"trigger": "bot", "tag": "meta", "kind": "blocks", "count": 0},
    ]
    (tag,) = shown["tags"]
    assert (tag["outcomes"]["fired"], tag["outcomes"]["no_consent"]) == (1, 1)
    assert tag["reasons"] == {"no_consent: ad_storage is denied": 1}
    assert shown["stopped"] == [{"client": "browser", "tag": "meta", "kind": "consent", "count": 1}]


def test_the_drawing_says_what_consent_stopped_and_what_did_not_trigger(desk: Room) -> None:
    desk.hit(HIT)
    for number in range(3):
        desk.hit(HIT.replace("gcs=G111", "gcs=G100").replace("o-1", f"n-{number}"))
        desk.hit(HIT.replace("epn.value=120", "epn.value=0").replace("o-1", f"t-{number}"))
    page = desk.get("/container", accept="text/html").text
    assert page.count("edge-consent") == 1
    assert ">3 stopped by consent</text>" in page
    assert ">1 fired · 3 not triggered</text>" in page
    assert ">3 no consent</text>" in page
    assert "stopped by consent: 3 from browser" in page


def test_since_when_is_counted_is_said_and_nothing_is_called_today(desk: Room) -> None:
    desk.hit(HIT)
    page = desk.get("/container", accept="text/html").text
    assert "when this server started" in page
    assert "1 time<" in page
    assert "today" not in page
    desk.clock[0] += 86400
    assert told(desk)["began"] == "day"
    page = desk.get("/container", accept="text/html").text
    assert "when the day began" in page
    assert "Nothing fired since then" in page
    assert "today" not in page


def test_a_hit_that_is_blocked_counts_on_the_edge_that_blocked_it(tmp_path: Path) -> None:
    blocking = CONFIG.replace('event.user_agent: { matches: "(?i)crawler" }', "event.page_location: { exists: false }")
    with room(tmp_path, blocking) as desk:
        desk.hit(HIT)
        assert {"client": "browser", "trigger": "bot", "kind": "blocks", "count": 1} in told(desk)["map"][
            "from_clients"
        ]


def test_the_counts_begin_anew_with_the_day(desk: Room) -> None:
    desk.hit(HIT)
    before = told(desk)["since"]
    desk.clock[0] += 86400
    shown = told(desk)
    assert shown["since"] == before + 86400
    assert shown["map"]["from_clients"] == []
    desk.hit(HIT.replace("o-1", "o-2"))
    assert told(desk)["map"]["from_clients"][0]["count"] == 1


def test_the_map_says_what_is_written_and_hides_secrets(desk: Room) -> None:
    shown = told(desk)["map"]
    words = {one["name"]: one["written"] for one in [*shown["clients"], *shown["triggers"]]}
    assert words["purchase"] == "{ event: purchase, where: { order_value: { greater_than: 0 } } }"
    assert words["backend"] == "{ measurement_protocol: { api_secret: *** } }"
    assert "the-secret" not in desk.get("/container", accept="text/html").text


def test_the_drawing_has_a_text_beside_it_and_an_edge_for_every_line(desk: Room) -> None:
    desk.hit(HIT)
    page = desk.get("/container", accept="text/html").text
    assert 'role="img" aria-label="Map of 3 clients, 2 triggers and 1 tags' in page
    assert "As a list" in page
    assert page.count('class="edge') == 3 * 2 + 2


def test_a_fault_stands_at_its_line_and_the_old_version_goes_on(desk: Room) -> None:
    running = told(desk)["running"]
    text = config(desk).read_text()
    config(desk).write_text(text.replace("fires_on: purchase", "fires_on: purchse"))
    shown = told(desk)
    assert (shown["running"], shown["changed"]) == (running, True)
    (fault,) = [one for one in shown["problems"] if one["severity"] == "error"]
    assert (fault["file"], "did you mean 'purchase'" in fault["hint"]) == ("config.yaml", True)
    (listed,) = desk.get("/container/file.json").json()["files"]
    (line,) = [one for one in listed["lines"] if any(each["severity"] == "error" for each in one["problems"])]
    assert (line["number"], line["text"].strip()) == (fault["line"], "fires_on: purchse")
    page = desk.get("/container/file", accept="text/html").text
    assert f'id="config.yaml-{fault["line"]}"' in page
    assert f'#config.yaml-{fault["line"]}"' in desk.get("/container", accept="text/html").text


@pytest.mark.parametrize("broken", ["", "tags: [", "\x00", "a: &a [*a]", "- 1\n- 2\n", "{{"])
def test_whatever_stands_in_the_file_is_shown_with_what_is_wrong(desk: Room, broken: str) -> None:
    config(desk).write_text(broken)
    assert told(desk)["problems"]
    assert desk.get("/container/file", accept="text/html").status_code == 200
    config(desk).unlink()
    assert told(desk)["problems"]
    assert desk.get("/container/file", accept="text/html").status_code == 200


def test_a_version_shows_its_difference_and_is_gone_back_to(desk: Room) -> None:
    first = config(desk).read_text()
    config(desk).write_text(first.replace("greater_than: 0", "greater_than: 50"))
    desk.clock[0] += 60
    reload(desk)
    versions = told(desk)["versions"]
    assert [one["running"] for one in versions] == [True, False]
    old = versions[1]["short"]
    back = desk.get(f"/container/version/{old}.json").json()
    assert back["back"] == [
        {"action": "changed", "sort": "trigger", "place": "purchase.where.order_value.greater_than", "old": "50",
         "new": "0"}
    ]  # fmt: skip
    new = desk.get(f"/container/version/{versions[0]['short']}.json").json()
    assert (new["same"], new["before"], len(new["changed"])) == (True, old, 1)
    desk.clock[0] += 60
    done = desk.post(f"/container/version/{old}/rollback", {"now": back["now"]}).json()
    assert (done["done"], done["version"]) == (True, old)
    assert config(desk).read_text() == first
    assert told(desk)["running"] == old
    assert told(desk)["versions"][0]["how"] == "rollback"


def test_who_may_only_look_and_who_comes_from_elsewhere_cannot_go_back(desk: Room) -> None:
    text = config(desk).read_text()
    version = told(desk)["versions"][0]["short"]
    config(desk).write_text(text + "# changed\n")
    path = f"/console/container/version/{version}"
    looking = {"authorization": f"Bearer {READING}"}
    assert desk.client.post(f"{path}/rollback", headers=looking).status_code == 403
    assert "You may look only" in desk.client.get(path, headers={**looking, "accept": "text/html"}).text
    csrf = desk.login()
    for headers in ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, {}):
        assert desk.client.post(f"{path}/rollback", data={"csrf": csrf}, headers=headers).status_code == 403
    assert desk.client.post(f"{path}/rollback", data={"csrf": "x"}, headers=SAME).status_code == 403
    assert config(desk).read_text().endswith("# changed\n")
    page = desk.client.post(f"{path}/rollback", data={"csrf": csrf}, headers=SAME)
    assert f"Version {version} runs." in page.text
    assert config(desk).read_text() == text


def test_going_back_is_refused_when_the_files_changed_since_it_was_shown(desk: Room) -> None:
    version = told(desk)["versions"][0]["short"]
    config(desk).write_text(config(desk).read_text() + "# one\n")
    shown = desk.get(f"/container/version/{version}.json").json()
    config(desk).write_text(config(desk).read_text() + "# two\n")
    answer = desk.post(f"/container/version/{version}/rollback", {"now": shown["now"]})
    assert (answer.status_code, "changed since" in answer.text) == (400, True)
    assert config(desk).read_text().endswith("# two\n")


def test_a_version_that_is_not_there_is_missing(desk: Room) -> None:
    for name in ("abcdef", "..%2F..%2Fetc", "%00", "x" * 300):
        assert desk.get(f"/container/version/{name}").status_code == 404


def test_the_ledger_is_summed_up(desk: Room) -> None:
    desk.hit(HIT)
    (one,) = told(desk)["ledger"]
    assert (one["tag"], one["outcomes"]) == ("meta", {"pending": 1})


def test_destinations_of_test_codes_stand_below_their_pixel(desk: Room) -> None:
    desk.hit(HIT)
    for number, code in enumerate(("TEST88", "TEST88", "TEST99")):
        headers = {"x-tagdock-preview": TOKEN, "x-tagdock-test-event-code": code}
        desk.hit(HIT.replace("o-1", f"p-{number}"), **headers)
    (one,) = told(desk)["ledger"]
    assert (one["destination"], one["outcomes"]) == ("1234567890", {"pending": 1})
    assert one["test_codes"] == [
        {"code": "TEST88", "outcomes": {"pending": 2}}, {"code": "TEST99", "outcomes": {"pending": 1}},
    ]  # fmt: skip
    page = desk.get("/container", accept="text/html").text
    assert "2 test codes" in page
    assert "1234567890:TEST88" not in page


def test_a_pixel_that_was_sent_test_events_alone_has_its_card_all_the_same() -> None:
    of_code = {"tag": "meta", "destination": "77:TEST1", "outcomes": {"delivered": 2}}
    elsewhere = {"tag": "hook", "destination": "https://a.example:8080/x", "outcomes": {}}
    hook, pixel = by_pixel([of_code, elsewhere])
    assert (hook["destination"], hook["test_codes"]) == ("https://a.example:8080/x", [])
    assert (pixel["destination"], pixel["outcomes"], pixel["sent"]["count"]) == ("77", {}, 0)
    assert pixel["test_codes"] == [{"code": "TEST1", "outcomes": {"delivered": 2}}]
