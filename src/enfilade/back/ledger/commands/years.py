"""Open years of accounts, close and reopen their months: softly, and for good."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from enfilade.back.ledger.events import MonthClosed
from enfilade.back.ledger.models import FiscalYear
from enfilade.back.ledger.queries import BOOK_CODE, ledger_book, next_year_month
from enfilade.base.books import commands as books
from enfilade.base.books.commands.close import Hours
from enfilade.base.books.models import LateAdmission, Period
from enfilade.base.books.queries import unsealed_count
from enfilade.base.books.rules import months
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User

YEAR_MAX = timedelta(days=366)


@command(permission="ledger.soft_close_period", label="Close the month softly", door=True)
def soft_close_period(ctx: Context, *, period: Period) -> Period:
    """Let only those post to a month who are admitted, each with a reason, while its figures are looked at.

    Refuses: not_the_ledger, not_open; period_in_order (database) while an earlier month is open.
    """
    require_general(period.book.code)
    return books.soft_close_period(ctx, period=period)


@command(permission="ledger.admit_late", label="Admit somebody", door=True)
def admit_late(ctx: Context, *, period: Period, who: Ref[User], reason: LongText, hours: Hours = 8) -> LateAdmission:
    """Let somebody post to a month that is softly closed, for some hours: by hand, or by whatever posts.

    who: may be oneself. reason: kept with the admission and in the audit.
    Refuses: not_the_ledger, not_soft; late_admission_says_why, late_admission_short (database).
    """
    require_general(period.book.code)
    return books.admit_late(ctx, period=period, who=who, reason=reason, hours=hours)


@command(permission="ledger.close_period", label="Close the month", door=True)
def close_period(ctx: Context, *, period: Period) -> Period:
    """Take no more entries in a month from anybody, carry its balances forward and seal what was entered.

    Refuses: not_the_ledger, not_open; period_in_order (database) while an earlier month is open.
    """
    require_general(period.book.code)
    books.close_period(ctx, period=period)
    if unsealed_count(ctx, period.book):
        books.seal_book(ctx, book=period.book)
    publish(ctx, MonthClosed(period=period.pk, ends_on=period.ends_on))
    return period


@command(permission="ledger.reopen_period", label="Reopen the month", door=True, tone="danger")
def reopen_period(ctx: Context, *, period: Period, reason: LongText) -> Period:
    """Let a closed month take entries again.

    reason: kept in the audit.
    Refuses: not_the_ledger, not_closed; period_in_order while a later month is closed, year_is_closed (database).
    """
    require_general(period.book.code)
    return books.reopen_period(ctx, period=period, reason=reason)


@command(permission="ledger.open_year", target="")
def open_year(
    ctx: Context,
    *,
    year: Annotated[int, Input(min_value=1900, max_value=2199)],
    first_month: Annotated[int, Input(min_value=1, max_value=12)] | None = None,
    starts_on: Annotated[date | None, Input(label="First day of a short year")] = None,
    ends_on: Annotated[date | None, Input(label="Last day of a short year")] = None,
) -> Period:
    """Open the months of a year for entries: twelve, or fewer where it is a short one.

    year: calendar year in which the year of accounts begins.
    first_month: month in which years of accounts begin; said with the first year, January when left out.
    starts_on, ends_on: where the company begins within a year, or moves its year; what is left out is as in a whole year.
    Refuses: no_ledger, year_shifted, year_too_long; year_no_overlap, period_no_overlap, period_in_order (database).
    Source: HGB § 240(2): a year of accounts has no more than twelve months.
    """
    book = ledger_book(ctx)
    usual = next_year_month(ctx, book, year)
    if usual and first_month not in (None, usual):
        raise Refusal("year_shifted", f"The years of this ledger begin in month {usual}.", field="first_month")
    spans = months(year, usual or first_month or 1)
    first, last = starts_on or spans[0][0], ends_on or spans[-1][1]
    if last - first >= YEAR_MAX:
        raise Refusal("year_too_long", "A year of accounts has at most twelve months.", field="ends_on")
    opened = books.open_span(ctx, book=book, starts_on=first, ends_on=last)
    FiscalYear.objects.create(company=ctx.company, starts_on=first, ends_on=last)
    return opened


def require_general(code: str) -> None:
    """Refuse what is not of the ledger."""
    if code != BOOK_CODE:
        raise Refusal("not_the_ledger", "This belongs to another book than the ledger.")
