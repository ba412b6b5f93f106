"""By the clock: the next year is open before anybody needs it; what recurs and what waited for its day is posted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from enfilade.base.books.queries import book_named, last_period
from enfilade.core.context import Context, Held, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import open_year, post_occurrence, post_planned
from .queries import BOOK_CODE, occurrences_due, planned_due

AHEAD = timedelta(days=60)
_LOG = logging.getLogger("enfilade.ledger")


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


@schedule("ledger.post_due", "20 4 * * *")
def post_due(timestamp: int) -> None:
    """Every night: recurring entries and planned ones whose day has come. After a standstill all that was missed is caught up."""
    del timestamp
    for_each_company(post_due_of)


def post_due_of(ctx: Context) -> int:
    """Post what is due in one company; how many entries. What is refused stays due, and the closing checklist shows it."""
    with scope(ctx.company_id, read_only=True):
        recurring, planned = occurrences_due(ctx, ctx.today), planned_due(ctx, ctx.today)
    made = sum(_posted(partial(post_occurrence, ctx, recurring=one, on=on)) for one, on in recurring)
    return made + sum(_posted(partial(post_planned, ctx, planned=row)) for row in planned)


def _posted(run: Callable[[], object]) -> bool:
    """Whether it was posted: a month may be closed, a door may hold it, somebody may have been faster."""
    try:
        run()
    except (Refusal, Held) as no:
        _LOG.info("%s", no)
        return False
    return True
