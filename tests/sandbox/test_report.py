"""The tables a terminal shows, from nothing but the JSON of the pages."""

from __future__ import annotations

from container.sandbox.report import Table, tables

from .conftest import Local


def made(local: Local) -> dict[str, Table]:
    return {table.title: table for table in tables(local.get("quality"), local.get("diagnostics"))}


def test_an_empty_sandbox_has_no_tables(local: Local) -> None:
    assert made(local) == {}


def test_the_tables_say_what_the_pages_say(local: Local) -> None:
    local.browse(eid="e-1")
    local.browse(eid="alone")
    local.send(local.event())
    local.error(local.purchase(currency="EURO"))
    found = made(local)
    (row,) = found["Quality"].rows
    assert row == ("100000000000001", "PageView", "3.5", "ph, fbc, external_id", "50 %", "real_time")
    assert found["Quality"].note.startswith("An estimate")
    event, came, never = found["Match keys"].rows[0]
    assert (event, came.split(", ")[0], never.split(", ")[0]) == ("PageView", "em 100 %", "ph")
    assert ("PageView", "event_id", "100 %", "100 %", "50 %") in found["Deduplication"].rows
    assert found["Without a copy on the other channel"].rows == [
        ("PageView", "browser", "alone", "2026-09-21 14:13:20Z")
    ]
    severity, what, count, names, first, last, mend = found["Diagnostics"].rows[0]
    assert (severity, what, count, names) == ("error", "Invalid Currency Code", "1 of 1 (100 %)", "Purchase")
    assert first == last == "2026-09-21 14:13:20Z"
    assert "ISO 4217" not in what
    assert "EUR" in mend


def test_every_row_of_a_table_is_as_long_as_its_head(local: Local) -> None:
    local.browse(eid="e-1")
    local.browse(eid="alone")
    local.send(local.event(), local.event(action_source="phone_call"))
    local.error(local.purchase(currency="EURO"))
    found = made(local)
    assert found.keys() == {
        "Quality", "Match keys", "Deduplication", "Without a copy on the other channel", "Diagnostics",
    }  # fmt: skip
    for table in found.values():
        assert {len(row) for row in table.rows} == {len(table.columns)}
