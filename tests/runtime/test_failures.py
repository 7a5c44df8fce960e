"""What fails on the way costs nothing else and repeats nothing of the visitor."""

from __future__ import annotations

from container.config.document import Change
from tests.fakes import FailingTag, FailingTransformation, ShowTag, UnwritableTag, binding, container, named, spoken
from tests.runtime.routed import PURCHASE, explained, sent, tags


def test_a_failing_tag_costs_neither_the_others_nor_the_answer_nor_a_visitors_data() -> None:
    configuration = container(
        binding("before", ShowTag()), binding("failing", FailingTag()), binding("unwritable", UnwritableTag()),
        binding("after", ShowTag()),
    )  # fmt: skip
    routed = explained(configuration, spoken(PURCHASE | {"email": "jane@example.com"}))
    assert routed.answer.status == 204
    assert [tag for tag, _ in sent(routed)] == ["before", "after"]
    assert [(one.outcome, one.reason) for one in tags(routed)][1:3] == [
        ("failed", "the tag failed: ValueError"), ("failed", "the tag failed: UnicodeEncodeError"),
    ]  # fmt: skip
    assert routed.failures == ["tag failing failed: ValueError", "tag unwritable failed: UnicodeEncodeError"]
    assert "jane" not in str(routed.failures)


def test_a_failing_event_does_not_cost_the_next() -> None:
    configuration = container(binding("failing", FailingTag(), named("bad")), binding("show", ShowTag()))
    routed = explained(configuration, spoken({"event_name": "bad"}, {"event_name": "good"}))
    assert [body["event"]["event_name"] for _, body in sent(routed)] == ["bad", "good"]


def test_when_a_change_for_all_fails_no_tag_sees_what_it_should_have_changed() -> None:
    changes = (Change("broken", FailingTransformation(), None),)
    routed = explained(container(binding("a", ShowTag()), binding("b", ShowTag()), changes=changes))
    assert routed.outgoing == []
    assert [one.outcome for one in tags(routed)] == ["failed", "failed"]
    assert "jane" not in str(routed.failures)
    assert len(routed.failures) == 1


def test_when_a_change_for_one_tag_fails_the_others_go_on() -> None:
    broken = Change("broken", FailingTransformation(), frozenset({"a"}))
    routed = explained(container(binding("a", ShowTag(), changes=(broken,)), binding("b", ShowTag())))
    assert [tag for tag, _ in sent(routed)] == ["b"]
    assert [one.outcome for one in tags(routed)] == ["failed", "fired"]
