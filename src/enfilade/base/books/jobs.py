"""By the clock: entries are sealed, transfers whose time is over are marked."""

from __future__ import annotations

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import expire_transfer, seal_book
from .models import Book
from .queries import transfers_over, unsealed_count


@schedule("books.seal", "*/10 * * * *")
def seal_books(timestamp: int) -> None:
    """Every ten minutes: whatever was entered since the last seal is hashed into the chain."""
    del timestamp
    for_each_company(seal_books_of)


def seal_books_of(ctx: Context) -> int:
    """Seal every book of one company to its end; how many seals that took."""
    with scope(ctx.company_id, read_only=True):
        waiting = [(book, unsealed_count(ctx, book)) for book in Book.objects.visible_to(ctx).order_by("pk")]
    made = 0
    for book, left in waiting:
        while left > 0:
            try:
                left -= seal_book(ctx, book=book).entry_count
            except Refusal as no:
                if no.code != "nothing_to_seal":
                    raise
                break  # Somebody closed a month meanwhile, which seals too.
            made += 1
    return made


@schedule("books.expire", "* * * * *")
def expire_transfers(timestamp: int) -> None:
    """Every minute: transfers whose time is over are marked. They counted no more since then."""
    del timestamp
    for_each_company(expire_transfers_of)


def expire_transfers_of(ctx: Context) -> int:
    """Mark the transfers of one company whose time is over; how many."""
    with scope(ctx.company_id, read_only=True):
        over = transfers_over(ctx)
    made = 0
    for transfer in over:
        try:
            expire_transfer(ctx, transfer=transfer)
        except Refusal as no:
            if no.code != "not_pending":
                raise
            continue  # Another worker was faster.
        made += 1
    return made
