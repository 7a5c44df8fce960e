"""A context answers for one event: variables lazily and once, anew for another version of the event."""

from __future__ import annotations

from typing import Any

from container.component import Variable
from container.context import Context, LimitedDataUse, Shared
from container.hit import Hit
from tests.fakes import NOW, FieldVariable


class SumVariable(Variable):
    """Adds up other variables."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def read(self, context: Context) -> Any:
        return sum(context.variable(name) or 0 for name in self.names)


def test_a_variable_nobody_asks_for_is_not_read() -> None:
    value = FieldVariable("value")
    Context({"value": 1}, variables={"value": value})
    assert value.reads == 0


def test_a_variable_is_read_once_for_an_event() -> None:
    value = FieldVariable("value")
    context = Context({"value": 1}, variables={"value": value})
    assert [context.variable("value") for _ in range(3)] == [1, 1, 1]
    assert value.reads == 1


def test_that_a_variable_has_no_value_is_remembered_too() -> None:
    value = FieldVariable("value")
    context = Context({}, variables={"value": value})
    assert [context.variable("value") for _ in range(3)] == [None, None, None]
    assert value.reads == 1


def test_a_variable_that_does_not_exist_has_no_value() -> None:
    assert Context({}).variable("nobody") is None


def test_a_variable_that_asks_for_itself_gets_nothing_from_itself() -> None:
    context = Context({"value": 2}, variables={"value": FieldVariable("value"), "sum": SumVariable("value", "sum")})
    assert context.variable("sum") == 2


def test_two_variables_that_ask_for_each_other_end() -> None:
    context = Context({}, variables={"a": SumVariable("b"), "b": SumVariable("a")})
    assert context.variable("a") == 0


def test_a_variable_that_failed_may_be_asked_again() -> None:
    class Once(FieldVariable):
        def read(self, context: Context) -> Any:
            if super().read(context) is not None and self.reads == 1:
                raise ValueError
            return "second"

    context = Context({"value": 1}, variables={"value": Once("value")})
    try:
        context.variable("value")
    except ValueError:
        pass
    assert context.variable("value") == "second"


def test_another_version_of_the_event_is_asked_anew_and_the_first_stays() -> None:
    value = FieldVariable("value")
    context = Context({"value": 1}, now=NOW, client="browser", index=3, variables={"value": value}, notes=[])
    context.consent = {"ad_storage": "granted"}
    context.limited_data_use = LimitedDataUse(1, 1000)
    context.test_event_code = "TEST1"
    assert context.variable("value") == 1
    other = context.shown({"value": 2})
    assert other.variable("value") == 2
    assert context.variable("value") == 1
    assert value.reads == 2
    assert (other.now, other.client, other.index, other.shared) == (NOW, "browser", 3, context.shared)
    assert (other.consent, other.limited_data_use, other.test_event_code) == (
        context.consent, context.limited_data_use, "TEST1",
    )  # fmt: skip
    other.note("said of the new version")
    assert context.notes == ["said of the new version"]


def test_an_event_name_that_is_no_text_is_none() -> None:
    assert Context({"event_name": "purchase"}).event_name == "purchase"
    assert Context({"event_name": 7}).event_name == ""
    assert Context({}).event_name == ""


def test_notes_are_kept_once_and_only_while_somebody_reads() -> None:
    traced = Context({}, notes=[])
    traced.note("a field was left out")
    traced.note("a field was left out")
    assert traced.notes == ["a field was left out"]
    silent = Context({})
    silent.note("a field was left out")
    assert silent.notes is None


def ids(hit: Hit, now: float = NOW) -> list[str]:
    shared = Shared(hit)
    return [Context({}, shared=shared, index=index, now=now).stable_id for index in range(3)]


def test_a_stable_id_is_the_same_for_the_same_hit_at_any_time_and_differs_by_event() -> None:
    hit = Hit("POST", "/g/collect", "v=2", {"user-agent": "Firefox"}, b"en=a", "198.51.100.7")
    again = Hit("POST", "/g/collect", "v=2", {"user-agent": "Firefox"}, b"en=a", "198.51.100.7")
    assert ids(hit) == ids(again, NOW + 60)
    assert len(set(ids(hit))) == 3
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in ids(hit))


def test_a_stable_id_differs_with_whatever_tells_hits_apart() -> None:
    hits = [
        Hit("GET", "/g/collect", "v=2", {}, b"en=a", "198.51.100.7"),
        Hit("POST", "/g/collect", "v=2", {}, b"en=a", "198.51.100.7"),
        Hit("POST", "/g/collect", "v=3", {}, b"en=a", "198.51.100.7"),
        Hit("POST", "/g/collect", "v=2", {}, b"en=b", "198.51.100.7"),
        Hit("POST", "/g/collect", "v=2", {}, b"en=a", "198.51.100.8"),
        Hit("POST", "/g/collect", "v=2", {"user-agent": "x"}, b"en=a", "198.51.100.7"),
        Hit("POST", "/other", "v=2", {}, b"en=a", "198.51.100.7"),
    ]
    assert len({ids(hit)[0] for hit in hits}) == len(hits)


def test_a_stable_id_survives_text_that_utf_8_cannot_carry() -> None:
    assert len(ids(Hit("GET", "/\ud800", "a=\udfff"))[0]) == 32


def test_chance_follows_from_the_hit_the_moment_and_the_label() -> None:
    def drawn(query: str, now: float, label: str) -> int:
        return Context({}, hit=Hit("GET", "/", query), now=now).chance(label)

    assert drawn("a=1", NOW, "fbp") == drawn("a=1", NOW, "fbp")
    others = {drawn("a=2", NOW, "fbp"), drawn("a=1", NOW + 1, "fbp"), drawn("a=1", NOW, "sample")}
    assert len(others | {drawn("a=1", NOW, "fbp")}) == 4
    assert all(0 <= one < 2**64 for one in others)
