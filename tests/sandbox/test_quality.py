"""Match quality as an estimate, coverage, deduplication by key, freshness, and Meta's own shape of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.sandbox.quality import WEIGHTS
from container.sandbox.told import KEPT

from .conftest import AGENT, PIXEL, Local, hashed

FBP = "fb.1.1596403881668.1116446470"


def page(local: Local, name: str = "PageView") -> dict[str, Any]:
    found: dict[str, Any] = next(event for event in local.get("quality")["events"] if event["event_name"] == name)
    return found


def test_the_weights_add_up_to_ten_and_are_shown_with_the_word_estimate(local: Local) -> None:
    shown = local.get("quality")
    assert round(sum(shown["weights"].values()), 6) == 10
    assert shown["weights"] == WEIGHTS
    assert shown["estimate"].startswith("An estimate")


def test_the_score_is_the_weight_of_the_keys_by_their_coverage(local: Local) -> None:
    local.send(local.event(event_id="a", user_data={"em": hashed("a"), "client_user_agent": AGENT}))
    local.send(local.event(event_id="b", user_data={"ph": hashed("b"), "fbp": FBP, "client_user_agent": AGENT}))
    quality = page(local)["match_quality"]
    assert quality["score"] == 3.4  # (em 3.0 + ph 2.0 + fbp 0.7) / 2 + user agent 0.5 = 3.35
    assert quality["estimate"] is True
    email = next(key for key in quality["keys"] if key["key"] == "em")
    assert email == {"key": "em", "coverage": 0.5, "weight": 3.0, "would_add": 1.5}
    assert quality["next"] == ["em", "fbc", "ph"]


def test_a_key_that_cannot_match_does_not_count(local: Local) -> None:
    local.send(
        local.event(user_data={"em": hashed(""), "fbp": "broken", "ph": hashed("1"), "client_user_agent": AGENT})
    )
    covered = {key["key"] for key in page(local)["match_quality"]["keys"] if key["coverage"]}
    assert covered == {"ph", "client_user_agent"}


def test_only_website_events_have_a_match_quality(local: Local) -> None:
    local.send(local.event(action_source="phone_call"))
    assert page(local)["match_quality"] is None


def test_coverage_is_the_share_of_browser_events_with_a_server_copy(local: Local) -> None:
    for number in range(4):
        local.browse(eid=f"e-{number}")
    local.send(*(local.event(event_id=f"e-{number}") for number in range(3)))
    assert page(local)["coverage"] == {
        "browser_events": 4, "with_server_copy": 3, "share": 0.75, "goal": 0.75, "met": True,
    }  # fmt: skip


def test_redelivered_copies_do_not_change_coverage(local: Local) -> None:
    for _ in range(3):
        local.browse(eid="e-1")
        local.send(local.event())
    assert page(local)["coverage"]["browser_events"] == 1
    assert page(local)["coverage"]["share"] == 1.0


def test_deduplication_is_told_by_key_and_the_unmatched_are_listed(local: Local) -> None:
    local.browse(eid="a", fbp=FBP)
    local.browse(eid="alone", fbp=FBP)
    local.browse(fbp="fb.1.1596403881668.99")
    local.send(local.event(event_id="a"))
    local.send(local.event(event_id=None, user_data={"fbp": "fb.1.1596403881668.99", "client_user_agent": AGENT}))
    local.send(local.event(event_id="astray"))
    found = page(local)["deduplication"]
    assert found["share"] == round(2 / 3, 4)
    assert found["by_key"]["event_id"] == {"browser": 0.6667, "server": 0.6667, "deduplicated": 0.3333}
    assert found["by_key"]["fbp"] == {"browser": 1.0, "server": 0.3333, "deduplicated": 0.3333}
    assert found["by_key"]["external_id"]["deduplicated"] == 0.0
    assert [one["event_id"] for one in found["unmatched"]["browser"]] == ["alone"]
    assert [one["event_id"] for one in found["unmatched"]["server"]] == ["astray"]


@pytest.mark.parametrize(
    ("delay", "pace"), [(5, "real_time"), (3000, "real_time"), (7200, "hourly"), (200_000, "daily")]
)
def test_freshness_is_the_time_from_the_event_to_its_receipt(local: Local, delay: int, pace: str) -> None:
    local.send(local.event(event_time=int(local.now) - delay))
    fresh = page(local)["freshness"]
    assert (fresh["upload_frequency"], fresh["average_delay"], fresh["longest_delay"]) == (pace, delay, delay)


def dataset(local: Local, **query: str) -> Any:
    return local.client.get("/sandbox/graph/v26.0/dataset_quality", params={"access_token": "t"} | query)


def test_the_dataset_quality_edge_answers_in_metas_shape(local: Local) -> None:
    local.browse(ev="Purchase", eid="e-1", **{"cd[value]": "120.5", "cd[currency]": "EUR"})
    local.send(local.purchase() | {"event_source_url": ""})
    (event,) = dataset(local, dataset_id=PIXEL).json()["web"]
    assert event["event_name"] == "Purchase"
    match = event["event_match_quality"]
    assert match["composite_score"] == 3.5
    assert {"identifier": "email", "coverage": {"percentage": 100.0}} in match["match_key_feedback"]
    (diagnostic,) = match["diagnostics"]
    assert diagnostic["name"] == "Missing Event Source URL"
    assert (diagnostic["percentage"], diagnostic["affected_event_count"], diagnostic["total_event_count"]) == (
        100.0,
        1,
        1,
    )
    assert (event["event_coverage"]["percentage"], event["event_coverage"]["goal_percentage"]) == (100.0, 75.0)
    by_id = event["dedupe_key_feedback"][0]
    assert by_id["dedupe_key"] == "event_id"
    assert by_id["overall_browser_coverage_from_dedupe_key"] == {"percentage": 100.0}
    assert event["data_freshness"]["upload_frequency"] == "real_time"


def test_the_edge_gives_the_fields_that_are_asked_for(local: Local) -> None:
    local.send(local.event())
    fields = "web{event_name,event_match_quality{composite_score}}"
    answer = dataset(local, dataset_id=PIXEL, fields=fields).json()
    assert answer == {"web": [{"event_name": "PageView", "event_match_quality": {"composite_score": 3.5}}]}


@pytest.mark.parametrize("fields", ["{{{{", "}}}}", "web{", "web}", ",,,", "a" * 10_000, "web{" * 2000])
def test_fields_of_any_form_are_answered(local: Local, fields: str) -> None:
    local.send(local.event())
    assert dataset(local, dataset_id=PIXEL, fields=fields).status_code == 200


@pytest.mark.parametrize(
    ("query", "code"), [({}, 100), ({"dataset_id": "x"}, 100), ({"dataset_id": PIXEL, "access_token": ""}, 190)]
)
def test_the_edge_refuses_what_graph_refuses(local: Local, query: dict[str, str], code: int) -> None:
    assert dataset(local, **query).json()["error"]["code"] == code


def test_what_loaders_told_of_the_browsers_copies_is_counted_by_event_name(local: Local) -> None:
    assert local.get("quality")["browser_copies"] == []
    for number, copy in enumerate(("sent", "sent", "blocked", "offline", "refused", "none", "unknown")):
        local.sandbox.told.take(PIXEL, "Purchase", f"o-{number}", copy)
    for number in range(500):
        local.sandbox.told.take("1", "Lead", f"l-{number}", "none")
    assert local.get("quality")["browser_copies"] == [
        {"pixel_id": "1", "event_name": "Lead", "copies": {"none": 500}, "saved": 0, "only_server": None},
        {
            "pixel_id": PIXEL, "event_name": "Purchase", "saved": 0, "only_server": 0.0,
            "copies": {"blocked": 1, "none": 1, "offline": 1, "refused": 1, "sent": 2, "unknown": 1},
        },
    ]  # fmt: skip
    assert [one["event_name"] for one in local.get("quality", pixel_id="1")["browser_copies"]] == ["Lead"]


def test_saved_is_only_what_the_server_told_of_and_meta_took(local: Local) -> None:
    told = {"a": "blocked", "b": "blocked", "c": "offline", "d": "blocked", "e": "blocked", "f": "sent", "": "blocked"}
    for identity, copy in told.items():
        local.sandbox.told.take(PIXEL, "PageView", identity, copy)
    local.sandbox.told.take(PIXEL, "PageView", "a", "blocked")
    local.send(local.event(event_id="a"))
    local.send(local.event(event_id="b", event_time=None))  # refused
    local.send(local.event(event_id="c"))
    local.send(local.event(event_id="d"), pixel="77")
    local.send(local.event(event_id="e"))
    local.browse(eid="e")  # came by the browser after all
    (copies,) = local.get("quality")["browser_copies"]
    assert (copies["saved"], copies["only_server"]) == (2, 0.6667)
    assert local.get("quality", pixel_id=PIXEL)["browser_copies"] == [copies]


def test_only_the_newest_words_of_loaders_are_kept_and_a_reset_forgets_them(local: Local) -> None:
    for number in range(KEPT + 10):
        local.sandbox.told.take(PIXEL, "Purchase", f"o-{number}", "sent" if number >= 10 else "blocked")
    assert local.get("quality")["browser_copies"][0]["copies"] == {"sent": KEPT}
    local.client.post("/sandbox/reset")
    assert local.get("quality")["browser_copies"] == []


def test_the_words_of_loaders_survive_a_restart(tmp_path: Path) -> None:
    local = Local(tmp_path / "sandbox.db")
    local.sandbox.told.take(PIXEL, "Purchase", "o-1", "blocked")
    local.sandbox.close()
    local = Local(tmp_path / "sandbox.db")
    local.send(local.event(event_id="o-1", event_name="Purchase", custom_data={"value": 1, "currency": "EUR"}))
    assert local.get("quality")["browser_copies"][0]["only_server"] == 1.0
    local.sandbox.close()


def test_scores_are_spread_over_ten_classes(local: Local) -> None:
    local.send(local.event(event_id="a", user_data={"em": hashed("a"), "client_user_agent": AGENT}))  # 3.0 + 0.5
    local.send(local.event(event_id="b", user_data={"fbp": FBP, "client_user_agent": AGENT}))  # 0.7 + 0.5
    local.send(local.event(event_id="c", user_data={"fbp": FBP, "client_user_agent": AGENT}))
    assert page(local)["match_quality"]["distribution"] == [0, 2, 0, 1, 0, 0, 0, 0, 0, 0]
