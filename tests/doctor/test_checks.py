"""What each check says of a container that is well, and of one that is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from container.doctor.checks.capacity import capacity
from container.doctor.checks.clock import clock
from container.doctor.checks.configuration import configuration
from container.doctor.checks.consent import consent
from container.doctor.checks.console import console
from container.doctor.checks.limited import limited
from container.doctor.checks.outbox import outbox
from container.doctor.checks.proxy import proxy
from container.doctor.checks.secret import secrets
from container.doctor.checks.site import site
from container.doctor.checks.tests import tests as its_tests
from container.doctor.checks.token import token
from container.doctor.checks.version import version
from container.doctor.finding import Finding
from container.doctor.patient import Patient
from container.starting.consent import NONE, cookie_source
from tests.doctor.containers import NOW, patient

Look = Callable[[Patient], Finding]
OURS = (configuration, its_tests, outbox, version, consent, limited, proxy, console, capacity)


@pytest.mark.parametrize("look", OURS)
def test_a_new_container_is_well(look: Look, tmp_path: Path) -> None:
    found = look(patient(tmp_path))
    assert found.status == "ok", found


SOURCE = "needs_consent: [ad_storage, ad_user_data]"
LDU = "      set_cookies: true"
CASES: list[tuple[Look, tuple[str, str], str, str]] = [
    (configuration, ("fires_on: [", "fires_on: [nothing, "), "fail", "there is no trigger 'nothing'"),
    (configuration, (f"\n    {SOURCE}", ""), "warn", "1 warnings, the first"),
    (configuration, ("{ event: page_view }", "{ event: page_view"), "fail", "config.yaml:"),
    (its_tests, ("greater_than: 0", "greater_than: 500"), "fail", "1 of 9 fail, the first: purchase reaches Meta"),
    (version, (LDU, "      version: v21.0"), "ok", "v21.0 works until 2027-01-21"),
    (version, (LDU, "      version: v13.0"), "warn", "v13.0 is not a version known here"),
    (consent, (f"\n    {SOURCE}", ""), "fail", "meta: it asks for no consent"),
    (consent, (SOURCE, "needs_consent: []"), "warn", "meta: it says that it needs no consent"),
    (consent, ("when_unset: denied", "when_unset: granted"), "warn", "fires for a visitor nobody asked"),
    (limited, (LDU, "      limited_data_use: []"), "warn", "nothing ever limits data use"),
    (limited, (LDU, "      limited_data_use: us_privacy"), "ok", "meta: by us_privacy"),
    (site, ("  origins:", "  # origins:"), "warn", "any page of the web may send hits"),
    (site, ("https://www.", "http://www."), "warn", "http://www.shop.example is not https"),
    (proxy, ("[127.0.0.1]", "[]"), "warn", "every visitor has its address"),
    (proxy, ("[127.0.0.1]", "[0.0.0.0/0]"), "fail", "believes whoever says so"),
    (console, ("  listen:", "  console: { public: true }\n  listen:"), "warn", "container.console.public shows it"),
]


@pytest.mark.parametrize(("look", "change", "status", "words"), CASES)
def test_what_is_not_well_is_told_with_what_to_do(
    look: Look, change: tuple[str, str], status: str, words: str, tmp_path: Path
) -> None:
    found = look(patient(tmp_path, change))
    assert found.status == status, found
    assert words in found.text
    assert found.next or status == "ok"


def test_a_version_that_stopped_working_fails_by_the_calendar(tmp_path: Path) -> None:
    # Meta's calendar: v21.0 ends on 2027-01-21, 1800489600 in unix seconds.
    old = (LDU, "      version: v21.0")
    assert version(patient(tmp_path, old, now=1_800_489_600.0 - 86_400)).status == "warn"
    found = version(patient(tmp_path, old, now=1_800_489_600.0))
    assert (found.status, found.text) == ("fail", "meta: Graph v21.0 stopped working on 2027-01-21; use v26.0")


def test_secrets_may_be_missing_until_the_container_is_live(tmp_path: Path) -> None:
    found = secrets(patient(tmp_path, backend=True))
    assert (found.status, found.text) == (
        "warn", "META_ACCESS_TOKEN, MP_API_SECRET are not set; the sandbox does without",
    )  # fmt: skip
    live = {"TAGDOCK_TARGET": "live", "META_ACCESS_TOKEN": "t", "MP_API_SECRET": ""}
    found = secrets(patient(tmp_path, backend=True, environ=live))
    assert (found.status, found.text) == ("fail", "MP_API_SECRET is not set")
    assert secrets(patient(tmp_path, backend=True, environ={**live, "MP_API_SECRET": "s"})).status == "ok"


def test_a_file_of_secrets_is_its_owners_alone(tmp_path: Path) -> None:
    kept = tmp_path / "secret.txt"
    kept.write_text("hunter2\n")
    kept.chmod(0o644)
    examined = patient(tmp_path, environ={"META_ACCESS_TOKEN_FILE": str(kept)})
    found = secrets(examined)
    assert (found.status, found.next) == ("warn", f"chmod 600 {kept}")
    assert "hunter2" not in found.text
    kept.chmod(0o600)
    assert secrets(examined).status == "ok"
    (tmp_path / ".env").touch(0o644)
    assert secrets(examined).next == f"chmod 600 {tmp_path / '.env'}"


def test_the_token_is_its_owners_alone(tmp_path: Path) -> None:
    examined = patient(tmp_path)
    assert token(examined).status == "skipped"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "token").touch(0o640)
    assert (token(examined).status, token(examined).next) == ("fail", f"chmod 600 {tmp_path}/data/token")
    (tmp_path / "data" / "token").chmod(0o600)
    assert token(examined).status == "ok"


def test_an_outbox_where_a_file_stands_in_the_way_fails(tmp_path: Path) -> None:
    examined = patient(tmp_path)
    (tmp_path / "data").write_text("not a folder")
    assert (outbox(examined).status, outbox(examined).text) == ("fail", f"{tmp_path}/data is no folder")


def test_a_disk_that_takes_nothing_fails(tmp_path: Path) -> None:
    found = outbox(patient(tmp_path, (f"sqlite:{tmp_path}/data/outbox.db", "sqlite:/proc/tagdock/outbox.db")))
    assert found.status == "fail"
    assert "/proc cannot be written: " in found.text


def test_a_disk_with_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 500 * 1024**2
    monkeypatch.setattr("container.doctor.checks.outbox.shutil.disk_usage", lambda _: Room(free))
    assert outbox(patient(tmp_path)).text.endswith("has 500 MiB free, and the outbox may grow to 8.0 GiB")
    monkeypatch.setattr("container.doctor.checks.outbox.shutil.disk_usage", lambda _: Room(10 * 1024**2))
    assert outbox(patient(tmp_path)).status == "fail"


class Room:
    """A disk's room, as ``shutil`` tells it."""

    def __init__(self, free: int) -> None:
        self.free = free


def test_a_clock_behind_what_the_outbox_saw_fails(tmp_path: Path) -> None:
    examined = patient(tmp_path)
    assert clock(examined).status == "ok"
    (tmp_path / "data").mkdir()
    kept = sqlite3.connect(tmp_path / "data" / "outbox.sandbox.db")
    kept.execute("CREATE TABLE pending (id INTEGER PRIMARY KEY, accepted REAL)")
    kept.execute("INSERT INTO pending VALUES (1, ?)", (NOW + 3600,))
    kept.commit()
    kept.close()
    found = clock(examined)
    assert found.status == "fail"
    assert found.text.startswith("it is 2026-03-01 12:00:00 UTC here, and the outbox was written at ")


def test_a_clock_before_the_program_was_written_fails(tmp_path: Path) -> None:
    assert clock(patient(tmp_path, now=0.0)).text.startswith("it is 1970-01-01 00:00:00 UTC here")


@pytest.mark.parametrize(
    ("host", "status", "words"),
    [
        ("data.shop.example", "ok", "data.shop.example is of the pages' domain; cookies are shared on shop.example"),
        ("data.other.example", "fail", "data.other.example is a third party for shop.example"),
        ("example", "fail", "example can keep no cookie for a domain"),
        ("198.51.100.7", "fail", "198.51.100.7 can keep no cookie for a domain"),
        ("", "skipped", "the container's own name is not known here"),
    ],
)
def test_the_container_is_of_its_pages_domain(host: str, status: str, words: str, tmp_path: Path) -> None:
    found = site(patient(tmp_path, host=host))
    assert (found.status, words in found.text) == (status, True), found
    assert ("--host data.shop.example" in found.next) == (not host)


def test_pages_of_another_domain_are_named(tmp_path: Path) -> None:
    origins = ('"https://www.shop.example"', '"https://brand.example", "http://localhost:3000"')
    found = site(patient(tmp_path, origins, host="data.shop.example"))
    assert (found.status, found.text) == (
        "warn",
        "data.shop.example is of shop.example, a third party for brand.example",
    )


def test_a_banners_cookie_is_taken_from_the_containers_own_tests(tmp_path: Path) -> None:
    only = ("page_view: { event: page_view }", 'page_view: { event: page_view, where: { banner: { equals: "yes" } } }')
    few = ("fires_on: [page_view, view_item, add_to_cart, begin_checkout, purchase]", "fires_on: page_view")
    assert consent(patient(tmp_path, only, few, consent=cookie_source("cmp=yes"))).status == "ok"


def test_consent_that_nobody_asks_for_is_to_be_decided_on(tmp_path: Path) -> None:
    found = consent(patient(tmp_path, consent=NONE))
    assert (found.status, found.text) == (
        "warn", "meta: it fires for a visitor nobody asked: consent.when_unset is granted",
    )  # fmt: skip


def test_a_trigger_that_grants_to_everybody_is_noticed(tmp_path: Path) -> None:
    change = ("when_unset: denied", "when_unset: denied\n  ad_storage: page_view\n  ad_user_data: page_view")
    found = consent(patient(tmp_path, change))
    assert (found.status, found.text) == ("warn", "meta: it fires for a visitor nobody asked")


def test_what_nobody_can_grant_fails(tmp_path: Path) -> None:
    hook = "json_webhook: { path: /hook, event: { event_name: page_view } }"
    examined = patient(tmp_path, ("  browser: ga4 ", f"  browser: {{ {hook} }} #"))
    found = consent(examined)
    assert (found.status, found.text) == ("fail", "meta: nothing can ever grant ad_storage, ad_user_data")


def test_a_tag_no_made_up_hit_fires_asks_for_a_test(tmp_path: Path) -> None:
    change = (
        "page_view: { event: page_view }",
        "page_view: { event: page_view, where: { event.plan: { equals: gold } } }",
    )
    gold = patient(
        tmp_path,
        change,
        ("fires_on: [page_view, view_item, add_to_cart, begin_checkout, purchase]", "fires_on: page_view"),
    )
    found = consent(gold)
    assert found.status == "warn"
    assert "no hit of a visitor who said yes fires it" in found.text
    assert "write a test" in found.next


def test_a_webhooks_hit_is_taken_from_a_test_under_an_id_of_the_doctors(tmp_path: Path) -> None:
    fields = "event_name: purchase, event_id: $.no, value: $.total, currency: EUR, user_data: { email_address: $.mail }"
    hook = f"json_webhook: {{ path: /hook, event: {{ {fields}, action_source: system_generated }} }}"
    body = "{ no: o-7, total: 12, mail: ana@example.com }"
    hit = f"{{ client: browser, method: POST, body: {body} }}"
    case = f"tests: {{ order: {{ given: {hit}, expect: {{ fired: [meta] }} }} }}"
    examined = patient(
        tmp_path, ("  browser: ga4 ", f"  browser: {{ {hook} }} #"), ("when_unset: denied", "when_unset: granted"),
    )  # fmt: skip
    (tmp_path / "tests" / "examples" / "site.yaml").write_text(case)
    shot = examined.probe.shot(examined.metas[0])
    assert shot is not None, examined.probe.why_not
    (entry,) = examined.probe.entries(shot.hit, "meta")
    assert entry.event_id == shot.event_id
    assert shot.event_id.startswith("tagdock-doctor-")
    assert consent(examined).status == "skipped"


def test_a_sample_of_visitors_is_found(tmp_path: Path) -> None:
    change = ("view_item: { event: view_item }", "view_item: { event: view_item, sample: 10% }")
    few = ("fires_on: [page_view, view_item, add_to_cart, begin_checkout, purchase]", "fires_on: view_item")
    assert consent(patient(tmp_path, change, few)).status == "ok"


def test_tags_of_which_the_same_is_to_be_said_share_a_line(tmp_path: Path) -> None:
    twin = (
        "  twin: { meta_capi: { pixel_id: '777', access_token: t }, fires_on: purchase, needs_consent: [ad_storage] }"
    )
    found = consent(patient(tmp_path, ("\ntags:", f"\ntags:\n{twin}\n#")))
    assert found.text == "twin, meta: sent when allowed, not when refused, not while nobody knows"


def test_few_open_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, status in ((128, "fail"), (1000, "warn"), (4096, "ok")):
        monkeypatch.setattr("container.doctor.checks.capacity.resource.getrlimit", lambda _, n=limit: (n, n))
        assert capacity(patient(tmp_path)).status == status
