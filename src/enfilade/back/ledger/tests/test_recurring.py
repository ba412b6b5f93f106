"""What comes again and what waits for its day: posted once, caught up, paused, reversed, spread to the last cent."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.ledger.commands import (
    JournalLine,
    add_entrytemplate,
    change_lines,
    close_period,
    defer_line,
    drop_planned,
    pause_recurring,
    plan_reversal,
    post_accrual,
    post_occurrence,
    post_planned,
    post_template,
    repeat_template,
    resume_recurring,
    retire_template,
)
from enfilade.back.ledger.jobs import post_due_of
from enfilade.back.ledger.models import PlannedEntry, RecurringPosting
from enfilade.back.ledger.queries import balance_of
from enfilade.back.ledger.rules import spread
from enfilade.base.books.models import Entry
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
RENT = [JournalLine("6100", debit=90000), JournalLine("1100", credit=90000)]


def refused(code: str, run: Any) -> None:
    with pytest.raises(Refusal) as no:
        run()
    assert no.value.code == code


def on_day(practice: Practice, on: date) -> Context:
    """The same person, later."""
    return replace(practice.ctx, now=datetime(on.year, on.month, on.day, 12, tzinfo=UTC))


def stands(practice: Practice, account: str, on: date = date(2026, 12, 31)) -> int:
    with scope(practice.company.pk):
        return balance_of(practice.ctx, account, on)


@pytest.fixture
def practice() -> Practice:
    """A founded ledger."""
    return Practice()


def rent(practice: Practice) -> Any:
    return add_entrytemplate(practice.ctx, name="Rent", text="Rent of the rooms", lines=RENT)


def test_a_template_is_posted_by_a_button(practice: Practice) -> None:
    template = rent(practice)
    entry = post_template(practice.ctx, template=template, on=date(2026, 3, 1))
    assert (entry.text, stands(practice, "rent")) == ("Rent of the rooms", 90000)
    change_lines(practice.ctx, template=template, text="Rent", lines=[JournalLine("6100", debit=5), JournalLine("1000", credit=5)])
    assert post_template(practice.ctx, template=template, on=date(2026, 3, 1), text="By cash").text == "By cash"
    assert stands(practice, "cash") == -5
    before = practice.counts()
    odd = [JournalLine("6100", debit=5), JournalLine("1000", credit=4)]
    refused("entry_balances", lambda: change_lines(practice.ctx, template=template, text="Rent", lines=odd))
    refused("one_side", lambda: change_lines(practice.ctx, template=template, text="Rent", lines=[JournalLine("6100"), *RENT]))
    refused("template_name_once", lambda: rent(practice))
    retire_template(practice.ctx, template=template)
    refused("template_retired", lambda: post_template(practice.ctx, template=template, on=date(2026, 3, 1)))
    assert practice.counts() == before


def test_what_recurs_is_caught_up_and_posted_once(practice: Practice) -> None:
    ctx = on_day(practice, date(2026, 4, 15))
    recurring = repeat_template(ctx, template=rent(practice), starts_on=date(2026, 1, 31), rule="FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4")
    assert post_due_of(ctx) == 3
    assert post_due_of(ctx) == 0
    with scope(practice.company.pk):
        assert [p.on for p in RecurringPosting.objects.order_by("on")] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    refused("recurring_once", lambda: post_occurrence(ctx, recurring=recurring, on=date(2026, 2, 28)))
    refused("no_occurrence", lambda: post_occurrence(ctx, recurring=recurring, on=date(2026, 2, 27)))
    post_occurrence(ctx, recurring=recurring, on=date(2026, 4, 30))
    refused("no_occurrence", lambda: post_occurrence(ctx, recurring=recurring, on=date(2026, 5, 31)))
    assert (stands(practice, "rent"), post_due_of(on_day(practice, date(2026, 12, 31)))) == (360000, 0)
    with pytest.raises(Invalid):
        repeat_template(ctx, template=recurring.template, starts_on=date(2026, 1, 1), rule="FREQ=NEVER")


def test_a_pause_is_not_caught_up_and_a_closed_month_keeps_it_due(practice: Practice) -> None:
    recurring = repeat_template(practice.ctx, template=rent(practice), starts_on=date(2025, 1, 1), rule="FREQ=MONTHLY")
    for month in (1, 2):
        close_period(practice.ctx, period=practice.period(date(2025, month, 1)))
    assert post_due_of(on_day(practice, date(2025, 3, 20))) == 1
    recurring = pause_recurring(practice.ctx, recurring=recurring)
    assert post_due_of(on_day(practice, date(2025, 6, 20))) == 0
    resume_recurring(on_day(practice, date(2025, 6, 20)), recurring=recurring, counts_from_on=date(2025, 6, 1))
    assert post_due_of(on_day(practice, date(2025, 7, 20))) == 2


def test_accruals_are_reversed_on_their_day(practice: Practice) -> None:
    ctx = on_day(practice, date(2026, 3, 31))
    lines = [JournalLine("6110", debit=700), JournalLine("2030", credit=700)]
    entry = post_accrual(ctx, on=date(2026, 3, 31), text="Power", lines=lines, reverses_on=date(2026, 4, 1))
    assert (stands(practice, "6110"), post_due_of(ctx)) == (700, 0)
    assert post_due_of(on_day(practice, date(2026, 4, 2))) == 1
    assert (stands(practice, "6110"), stands(practice, "6110", date(2026, 3, 31))) == (0, 700)
    with scope(practice.company.pk):
        assert Entry.objects.get(reverses=entry).on == date(2026, 4, 1)
    post_accrual(on_day(practice, date(2026, 4, 2)), on=date(2026, 3, 31), text="Gas", lines=lines, reverses_on=date(2026, 4, 1))
    assert (stands(practice, "6110"), stands(practice, "6110", date(2026, 3, 31))) == (0, 1400)
    refused("invalid", lambda: post_accrual(ctx, on=date(2026, 3, 31), text="x", lines=lines, reverses_on=date(2026, 3, 31)))
    other = practice.journal(date(2026, 3, 31), *lines)
    planned = plan_reversal(ctx, entry=other, on=date(2026, 5, 1))
    refused("planned_reverses_once", lambda: plan_reversal(ctx, entry=other, on=date(2026, 6, 1)))
    drop_planned(ctx, planned=planned, reason="Billed meanwhile")
    refused("not_waiting", lambda: post_planned(ctx, planned=planned))
    assert plan_reversal(ctx, entry=other, on=date(2026, 6, 1)).state == PlannedEntry.State.WAITING


def test_each_occurrence_of_an_accrual_is_reversed_next_month(practice: Practice) -> None:
    ctx = on_day(practice, date(2026, 2, 10))
    repeat_template(ctx, template=rent(practice), starts_on=date(2026, 1, 31), rule="FREQ=MONTHLY", reverse_next=True)
    assert post_due_of(ctx) == 1
    assert (post_due_of(ctx), stands(practice, "rent"), stands(practice, "rent", date(2026, 1, 31))) == (1, 0, 90000)


def test_a_cost_is_spread_over_its_months(practice: Practice) -> None:
    bill = practice.journal(date(2026, 1, 15), JournalLine("6200", debit=100000), JournalLine("1100", credit=100000))
    ctx = on_day(practice, date(2026, 2, 1))
    deferral = defer_line(ctx, entry=bill, account_code="6200", from_on=date(2026, 1, 1), to_on=date(2026, 3, 31), on=bill.on)
    assert (stands(practice, "6200"), stands(practice, "prepaid_expense")) == (0, 100000)
    assert post_due_of(ctx) == 1
    assert (stands(practice, "6200", date(2026, 1, 31)), stands(practice, "prepaid_expense")) == (33333, 66667)
    assert post_due_of(on_day(practice, date(2026, 12, 1))) == 2
    assert (stands(practice, "6200"), stands(practice, "prepaid_expense")) == (100000, 0)
    again = {"entry": bill, "account_code": "6200", "from_on": date(2026, 1, 1), "to_on": date(2026, 3, 31), "on": bill.on}
    refused("deferral_once", lambda: defer_line(ctx, **again))
    refused("nothing_to_spread", lambda: defer_line(ctx, **again | {"account_code": "1100"}))
    assert deferral.amount_minor == 100000


def test_an_income_is_spread_by_days(practice: Practice) -> None:
    sold = practice.legs(date(2026, 1, 16), ("receivable", 6100), ("revenue", -6100))
    ctx = on_day(practice, date(2026, 4, 1))
    defer_line(ctx, entry=sold, account_code="4000", from_on=date(2026, 1, 16), to_on=date(2026, 3, 17), on=sold.on, by_day=True)
    assert (stands(practice, "revenue"), stands(practice, "deferred_income")) == (0, -6100)
    post_due_of(ctx)
    assert stands(practice, "revenue", date(2026, 1, 31)) == -1600
    assert stands(practice, "revenue", date(2026, 2, 28)) == -4400
    assert (stands(practice, "revenue"), stands(practice, "deferred_income")) == (-6100, 0)


@given(st.integers(-(10**9), 10**9).filter(bool), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1500), st.booleans())
def test_a_spread_gives_all_of_it_and_nothing_twice(amount: int, first: date, days: int, by_day: bool) -> None:
    last = date.fromordinal(first.toordinal() + days)
    parts = spread(amount, first, last, by_day=by_day)
    assert sum(part for _, part in parts) == amount
    assert all(part * amount > 0 for _, part in parts)
    assert [on for on, _ in parts] == sorted({on for on, _ in parts})
    assert all(first <= on <= last for on, _ in parts)


@pytest.mark.races
def test_many_workers_post_an_occurrence_once(practice: Practice) -> None:
    ctx = on_day(practice, date(2026, 3, 15))
    repeat_template(ctx, template=rent(practice), starts_on=date(2026, 1, 1), rule="FREQ=MONTHLY")
    bill = practice.journal(date(2026, 1, 15), JournalLine("6200", debit=9), JournalLine("1100", credit=9))
    defer_line(ctx, entry=bill, account_code="6200", from_on=date(2026, 1, 1), to_on=date(2026, 2, 28), on=bill.on)
    out = race(4, lambda _: post_due_of(ctx))
    assert sum(out) == 5, out
    assert (stands(practice, "rent"), stands(practice, "prepaid_expense")) == (270000, 0)
