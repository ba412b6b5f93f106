"""Close a year: its result goes to the equity; and take that back. Mark what people do by hand before a month is closed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.ledger.closing import steps_of
from enfilade.back.ledger.events import YearClosed, YearReopened
from enfilade.back.ledger.models import ClosingMark, ClosingTask, FiscalYear
from enfilade.back.ledger.queries import ledger_book, places_of, year_around
from enfilade.back.ledger.rules import RESULT_KINDS
from enfilade.base.books import commands as books
from enfilade.base.books.models import Book, Entry, Period
from enfilade.base.books.queries import accounts_by_code, entries_of, periods_between, totals_on
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_day

from .years import close_period

RETAINED = "retained"
# An entry takes a thousand lines, one of which is the equity.
_LINES_MAX = 999


@command(permission="ledger.close_year", label="Close the year", tone="danger", target="", door=True)
def close_year(
    ctx: Context, *, ends_on: Annotated[date, Input(label="Last day of the year")], reason_not_done: LongText = ""
) -> FiscalYear:
    """Carry the result of a year to the profit brought forward, and close its months for good.

    ends_on: last day of a year of accounts.
    reason_not_done: why it is closed although steps of the closing checklist are not done; kept in the audit.
    Refuses: no_ledger, not_a_year_end, year_not_over, year_before_open, year_not_opened, steps_not_done, year_is_closed; period_in_order
    (database) while a later month is closed.
    """
    book = ledger_book(ctx)
    year = _year_ending(ctx, book, ends_on)
    periods = periods_between(ctx, book, year.starts_on, year.ends_on)
    if not periods or periods[-1].ends_on != year.ends_on:
        raise Refusal("year_not_opened", "The months of this year are not opened.", field="ends_on")
    _check_steps(ctx, periods[-1], reason_not_done)
    last = periods[-1]
    if last.state != Period.State.OPEN:
        books.reopen_period(ctx, period=last, reason=f"The result of the year until {format_day(ends_on)} is carried to the equity.")
    result_minor = _carry(ctx, book, year)
    for period in periods[:-1]:
        if period.state != Period.State.CLOSED:
            close_period(ctx, period=period)
    close_period(ctx, period=last)
    year.state, year.result_minor, year.closed_by, year.closed_at = FiscalYear.State.CLOSED, result_minor, ctx.user, ctx.now
    year.save(update_fields=["state", "result_minor", "closed_by", "closed_at"])
    publish(ctx, YearClosed(year=year.pk, ends_on=ends_on, result_minor=result_minor))
    return year


@command(permission="ledger.reopen_year", label="Reopen the year", tone="danger", door=True)
def reopen_year(ctx: Context, *, year: FiscalYear, reason: LongText) -> FiscalYear:
    """Take the result of a year back out of the equity, and open its last month.

    reason: kept in the audit and in the entry that takes it back.
    Refuses: not_closed, year_after_closed; period_in_order (database) while a later month is closed.
    """
    later = FiscalYear.objects.visible_to(ctx).filter(starts_on__gt=year.ends_on, state=FiscalYear.State.CLOSED).first()
    if later is not None:
        raise Refusal("year_after_closed", f"The year {later} is closed; reopen that first.")
    year.state, year.result_minor, year.closed_by, year.closed_at = FiscalYear.State.OPEN, None, None, None
    year.save(update_fields=["state", "result_minor", "closed_by", "closed_at"])
    last = periods_between(ctx, ledger_book(ctx), year.ends_on, year.ends_on)[0]
    books.reopen_period(ctx, period=last, reason=reason)
    for entry in _standing_entries(ctx, year):
        books.reverse_entry(ctx, entry=entry, on=year.ends_on, text=f"Reversal of entry {entry.pk}: {reason}")
    publish(ctx, YearReopened(year=year.pk, ends_on=year.ends_on))
    return year


@command(permission="ledger.mark_task", label="Mark as done", target="task")
def mark_task(ctx: Context, *, task: Ref[ClosingTask], period: Ref[Period], note: str = "") -> ClosingMark:
    """Say that a task of closing is done for a month.

    Refuses: closing_mark_once (database).
    """
    return ClosingMark.objects.create(company=ctx.company, task=task, period=period, note=note, done_by=ctx.user, done_at=ctx.now)


@command(permission="ledger.mark_task", label="Not done yet", tone="danger")
def unmark_task(ctx: Context, *, mark: ClosingMark) -> ClosingTask:
    """Say that a task of closing is not done for a month after all.

    Refuses: month_closed.
    """
    if mark.period.state == Period.State.CLOSED:
        raise Refusal("month_closed", "This month is closed; what was done for it stays.")
    task = mark.task
    mark.delete()
    return task


def _year_ending(ctx: Context, book: Book, ends_on: date) -> FiscalYear:
    """The year that ends on a day and can be closed."""
    year = year_around(ctx, book, ends_on, lock=True)
    if year.ends_on != ends_on:
        raise Refusal("not_a_year_end", f"The year of this day ends on {format_day(year.ends_on)}.", field="ends_on")
    if year.state == FiscalYear.State.CLOSED:
        raise Refusal("year_is_closed", "This year is closed already.", field="ends_on")
    if ends_on >= ctx.today:
        raise Refusal("year_not_over", "This year is not over yet.", field="ends_on")
    if year.pk is None:
        year.save()
    if before := FiscalYear.objects.visible_to(ctx).filter(ends_on__lt=year.starts_on, state=FiscalYear.State.OPEN).first():
        raise Refusal("year_before_open", f"The year {before} is not closed; close that first.", field="ends_on")
    return year


def _check_steps(ctx: Context, last: Period, reason: str) -> None:
    missing = [done for done in steps_of(ctx, last) if done.step.required and done.standing.open_count]
    if missing and not reason:
        said = " ".join(done.standing.sentence for done in missing)
        raise Refusal(
            "steps_not_done",
            f"Not everything is done: {said}",
            hints=tuple({"label": done.step.title, "url": done.standing.url} for done in missing if done.standing.url),
        )


def _carry(ctx: Context, book: Book, year: FiscalYear) -> int:
    """Empty every account of income and cost into the equity; the result, profit positive."""
    currency, retained = ctx.company.currency, places_of(ctx, [RETAINED])[RETAINED].account_id
    kinds = {account.pk for account in accounts_by_code(ctx, book) if account.kind in RESULT_KINDS}
    totals = [t for t in totals_on(ctx, book, year.ends_on) if t.account_id in kinds and t.unit == currency and t.balance_minor]
    entries = []
    for start in range(0, len(totals), _LINES_MAX):
        part = totals[start : start + _LINES_MAX]
        lines = [books.LineIn(t.account_id, currency, -t.balance_minor) for t in part]
        rest = sum(t.balance_minor for t in part)
        lines += [books.LineIn(retained, currency, rest)] if rest else []
        entries.append(books.EntryIn(year.ends_on, f"Result of the year until {format_day(year.ends_on)}", lines, ref(year)))
    books.write_entries(ctx, book=book, entries=entries)
    return -sum(t.balance_minor for t in totals)


def _standing_entries(ctx: Context, year: FiscalYear) -> list[Entry]:
    """Closing entries of a year that nobody took back."""
    entries = entries_of(ctx, ref(year))
    gone = {entry.reverses_id for entry in entries}
    return [entry for entry in entries if entry.reverses_id is None and entry.pk not in gone]
