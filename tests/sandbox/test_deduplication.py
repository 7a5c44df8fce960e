"""Which copies are one event: by event_id within 48 hours of receipt, else by fbp or external_id, browser first."""

from __future__ import annotations

from pathlib import Path

from .conftest import Local, hashed

HOUR = 3600
FBP = "fb.1.1596403881668.1116446470"


def marks(local: Local) -> list[tuple[str, str | None]]:
    return [(item["channel"], item["deduplicated_by"]) for item in local.get("good")]


def test_the_servers_copy_after_the_browsers_is_deduplicated(local: Local) -> None:
    local.browse(eid="e-1")
    local.send(local.event())
    assert marks(local) == [("browser", None), ("server", "event_id")]
    assert local.get("all")["deduplicated"] == 1


def test_the_browsers_copy_after_the_servers_is_deduplicated(local: Local) -> None:
    local.send(local.event())
    local.browse(eid="e-1")
    assert marks(local) == [("server", None), ("browser", "event_id")]


def test_a_redelivered_server_event_is_deduplicated(local: Local) -> None:
    local.send(local.event())
    local.send(local.event())
    assert marks(local) == [("server", None), ("server", "event_id")]


def test_copies_within_one_batch_are_deduplicated(local: Local) -> None:
    local.send(local.event(), local.event(event_id="e-2"), local.event())
    assert marks(local) == [("server", None), ("server", None), ("server", "event_id")]


def test_pixel_name_and_id_must_all_be_equal(local: Local) -> None:
    local.send(local.event())
    local.send(local.event(), pixel="100000000000002")
    local.send(local.event(event_name="ViewContent"))
    local.send(local.event(event_name="pageview"))
    local.send(local.event(event_id="E-1"))
    assert [by for _, by in marks(local)] == [None] * 5


def test_an_id_that_is_a_number_equals_its_text(local: Local) -> None:
    local.send(local.event(event_id=77))
    local.browse(eid="77")
    assert marks(local) == [("server", None), ("browser", "event_id")]


def test_the_window_is_48_hours_of_receipt_and_not_of_event_time(local: Local) -> None:
    time = int(local.now)
    local.send(local.event(event_time=time))
    local.now += 48 * HOUR
    local.send(local.event(event_time=time))
    local.now += 1
    local.send(local.event(event_time=time))
    assert [by for _, by in marks(local)] == [None, "event_id", None]


def test_after_the_window_the_next_copy_begins_a_new_one(local: Local) -> None:
    for _ in range(3):
        local.send(local.event(event_time=int(local.now)))
        local.now += 47 * HOUR
    assert [by for _, by in marks(local)] == [None, "event_id", None]


def test_a_refused_event_is_nobodys_first_copy(local: Local) -> None:
    local.error(local.event(user_data={}))
    local.send(local.event())
    assert marks(local) == [("server", None)]


def test_without_ids_the_server_copy_meets_the_browsers_by_fbp(local: Local) -> None:
    local.browse(fbp=FBP)
    local.send(local.event(event_id=None, user_data={"fbp": FBP, "client_user_agent": "x"}))
    assert marks(local) == [("browser", None), ("server", "fbp")]


def test_the_parameter_builders_appendix_does_not_part_two_fbp(local: Local) -> None:
    local.browse(fbp=FBP)
    local.send(local.event(event_id=None, user_data={"fbp": FBP + ".AQYCAQAA", "client_user_agent": "x"}))
    assert marks(local)[1] == ("server", "fbp")


def test_an_external_id_hashed_by_the_pixel_meets_the_servers_in_clear(local: Local) -> None:
    local.browse(**{"ud[external_id]": hashed("user-1")})
    local.send(local.event(event_id=None, user_data={"external_id": ["user-1"], "client_user_agent": "x"}))
    assert marks(local)[1] == ("server", "external_id")


def test_one_id_is_not_enough_to_part_two_copies(local: Local) -> None:
    user = {"fbp": FBP, "client_user_agent": "x"}
    local.browse(fbp=FBP)
    local.send(local.event(event_id="only-here", user_data=user))
    local.browse(ev="Lead", eid="only-there", fbp=FBP)
    local.send(local.event(event_name="Lead", event_id=None, user_data=user))
    assert marks(local) == [("browser", None), ("server", "fbp"), ("browser", None), ("server", "fbp")]


def test_ids_that_differ_part_two_copies_whatever_else_is_equal(local: Local) -> None:
    local.browse(fbp="fb.1.1596403881668.99")  # somebody else, whose copies could meet by fbp
    local.browse(eid="a", fbp=FBP)
    local.send(local.event(event_id="b", user_data={"fbp": FBP, "client_user_agent": "x"}))
    assert [by for _, by in marks(local)] == [None, None, None]


def test_the_fallback_works_from_browser_to_server_only(local: Local) -> None:
    server = local.event(event_id=None, user_data={"fbp": FBP, "client_user_agent": "x"})
    local.send(server)
    local.send(server)
    local.browse(fbp=FBP)
    local.browse(fbp=FBP)
    assert [by for _, by in marks(local)] == [None] * 4


def test_the_fallback_forgets_a_browser_after_48_hours(local: Local) -> None:
    local.browse(fbp=FBP)
    local.now += 48 * HOUR + 1
    local.send(local.event(event_id=None, user_data={"fbp": FBP, "client_user_agent": "x"}))
    assert [by for _, by in marks(local)] == [None, None]


def test_a_copy_is_known_again_after_a_restart(tmp_path: Path) -> None:
    first = Local(tmp_path / "meta.db")
    first.send(first.event())
    first.browse(ev="Lead", fbp=FBP)
    first.sandbox.close()
    again = Local(tmp_path / "meta.db")
    again.browse(eid="e-1")
    again.send(again.event(event_name="Lead", event_id="x", user_data={"fbp": FBP, "client_user_agent": "x"}))
    assert [by for _, by in marks(again)] == [None, None, "event_id", "fbp"]
    again.sandbox.close()
