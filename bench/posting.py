"""Posting many entries at once, against what PostgreSQL can take in at all."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from bench.world import DAY, context, make_books

if TYPE_CHECKING:
    from enfilade.base.books.commands import EntryIn
    from enfilade.core.context import Context

ENTRIES, LINES, ROUNDS = 2_500, 8, 7
# As `books_line`, with its indexes and nothing else: no rules, no policies, no triggers, nothing that refers to anything.
_BARE = "CREATE TABLE IF NOT EXISTS bench_bare (LIKE books_line INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)"
_COPY = 'COPY bench_bare (company_id, entry_id, account_id, unit, quantity_minor, "on", party_id, text) FROM STDIN'


def batch_share_percent() -> float:
    """20,000 lines in 2,500 entries: posted as a batch and copied as bare rows, both durable, in turn; the median of the rounds."""
    from enfilade.base.books.models import Account, Book
    from enfilade.core.scope import scope

    company, user = make_books()
    ctx = context(company, user)
    with scope(company):
        book = Book.objects.get()
        accounts = list(Account.objects.filter(heading=False).values_list("pk", flat=True)[:40])
    with connection.cursor() as cursor:
        cursor.execute(_BARE)
    shares = []
    for number in range(ROUNDS + 1):
        entries = _entries(accounts, random.Random(number))
        bare, posted = _copied_s(company, entries, number * ENTRIES), posted_s(ctx, book, entries)
        shares.append(bare / posted * 100)
    return statistics.median(shares[1:])


def _entries(accounts: Sequence[int], dice: random.Random) -> list[EntryIn]:
    from enfilade.base.books.commands import EntryIn, LineIn

    made = []
    for number in range(ENTRIES):
        *some, last = dice.sample(accounts, LINES)
        amounts = [dice.randint(1, 99_999) for _ in some]
        lines = [LineIn(account, "EUR", amount) for account, amount in zip(some, amounts, strict=True)]
        day = date(DAY.year, 1 + number % 12, 1 + number % 28)
        made.append(EntryIn(day, f"Entry {number}", [*lines, LineIn(last, "EUR", -sum(amounts))], f"bench.entry:{number}"))
    return made


def _copied_s(company: int, entries: Sequence[EntryIn], before: int) -> float:
    """before: how many entries were copied already, since entries get keys that rise, as they do where they are posted."""
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number, entry in enumerate(entries, before):
            for line in entry.lines:
                copy.write_row((company, number, line.account, line.unit, line.quantity_minor, entry.on, line.party, line.text))
    return time.perf_counter() - begun


def posted_s(ctx: Context, book: Any, entries: Sequence[EntryIn]) -> float:
    """As a command of a module posts them: the same transaction, the same row changes; what the command itself costs is another figure."""
    from enfilade.base.books.commands import write_entries
    from enfilade.core.command.work import Work
    from enfilade.core.scope import scope

    begun = time.perf_counter()
    with scope(ctx.company_id):
        write_entries(replace(ctx, work=Work()), book=book, entries=entries)
    return time.perf_counter() - begun
