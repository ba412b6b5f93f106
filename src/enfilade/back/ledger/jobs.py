"""The next year is open before anybody needs it."""

from __future__ import annotations

from datetime import timedelta

from enfilade.base.books.queries import book_named, last_period
from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import open_year
from .queries import BOOK_CODE

AHEAD = timedelta(days=60)


@schedule("ledger.open_next_year", "40 3 * * *")
def open_next_years(timestamp: int) -> None:
    """Every night: a ledger whose last year ends within two months gets the next one."""
    del timestamp
    for_each_company(open_next_year_of)


def open_next_year_of(ctx: Context) -> bool:
    """Open the next year of one company where it is due; whether it was."""
    with scope(ctx.company_id, read_only=True):
        book = book_named(ctx, BOOK_CODE)
        last = last_period(ctx, book) if book else None
    if last is None or last.ends_on > ctx.today + AHEAD:
        return False
    following = last.ends_on + timedelta(days=1)
    open_year(ctx, year=following.year)
    return True
