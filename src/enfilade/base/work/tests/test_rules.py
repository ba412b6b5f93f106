"""Routing and due times."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.work import rules
from enfilade.base.work.rules import Route

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ROUTES = [
    Route("pain", "complaint", 1, "urgent", 30),
    Route("", "complaint", 2, "high", None),
    Route("Invoice", "", 3, "normal", 60),
    Route("", "", 4, "low", None),
]


def test_the_first_rule_that_fits() -> None:
    """Topic and kind, either of them open; without regard to case."""
    for kind, topic, queue in (("complaint", "Pain", 1), ("complaint", "noise", 2), ("question", "invoice", 3), ("question", "", 4)):
        found = rules.choose_route(ROUTES, kind, topic)
        assert found is not None
        assert found.queue_id == queue
    assert rules.choose_route(ROUTES[:1], "question", "") is None


def test_what_is_promised_has_a_time() -> None:
    """What was asked for, else the rule, else the kind; a question may wait."""
    asked = NOW + timedelta(days=9)
    assert rules.due_for("complaint", NOW, asked, 30) == asked
    assert rules.due_for("complaint", NOW, None, 30) == NOW + timedelta(minutes=30)
    assert rules.due_for("call_back", NOW, None, None) == NOW + timedelta(hours=2)
    assert rules.due_for("question", NOW, None, None) is None


@given(st.sampled_from(sorted(rules.KINDS)), st.one_of(st.none(), st.integers(1, 10_000)))
def test_no_promise_without_a_time(kind: str, due_min: int | None) -> None:
    """Whatever the rule says or leaves open."""
    due = rules.due_for(kind, NOW, None, due_min)
    assert due is not None or kind not in rules.PROMISED_MIN
    assert due is None or due > NOW


def test_when_a_case_is_late() -> None:
    """Unfinished after its time; answered but not told; never without a time."""
    past, future = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    assert rules.is_overdue("open", past, NOW)
    assert not rules.is_overdue("open", future, NOW)
    assert not rules.is_overdue("open", None, NOW)
    assert not rules.is_overdue("closed", past, NOW)
    assert not rules.is_overdue("answered", past, NOW)
    assert rules.is_overdue("answered", past, NOW, owes_answer=True)
