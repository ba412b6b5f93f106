"""Post entries: the hot path of the house, two statements for an entry of any length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from django.db import connection

from enfilade.base.books.models import Account, Book, Entry
from enfilade.base.books.rules import differences, dimension_codes
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, NotFound, Refusal

# The gate is passed before the entry draws its key, so that what is sealed never gets an older neighbour (see sql/books.sql).
_WRITE = """
WITH gate AS MATERIALIZED (
    SELECT pg_advisory_xact_lock_shared(hashtext('books.book'), hashint8(%(book)s))::text AS passed
), entry AS (
    INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, reverses_id, user_id, line_count)
    SELECT %(company)s, %(book)s, 0, %(on)s, %(now)s, %(text)s, %(origin)s, %(reverses)s::bigint, %(user)s, %(line_count)s
      FROM gate WHERE passed IS NOT NULL
    RETURNING id, period_id
), lines AS (
    INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", party_id, text, dimensions)
    SELECT %(company)s, entry.id, l.account, l.unit, l.quantity_minor, %(on)s, l.party, l.text, string_to_array(l.dimensions, ' ')
      FROM entry, unnest(%(accounts)s::bigint[], %(units)s::text[], %(quantities)s::bigint[], %(parties)s::bigint[], %(texts)s::text[],
                         %(dimensions)s::text[])
        WITH ORDINALITY AS l (account, unit, quantity_minor, party, text, dimensions, position)
     ORDER BY l.position
)
SELECT id, period_id FROM entry
"""


@dataclass(frozen=True)
class LineIn:
    """One line of an entry.

    account: a row of the same book. unit: what is counted, for money the currency.
    quantity_minor: in the smallest part of the unit; debit positive, credit negative.
    party: who it concerns, on receivable and payable accounts.
    dimensions: codes of values it concerns, one of a dimension, with blanks or commas between: "K100 P7".
    """

    account: Ref[Account] | int
    unit: Annotated[str, Input(max_length=20)]
    quantity_minor: int
    party: Ref[Party] | int | None = None
    text: str = ""
    dimensions: str = ""


@command(permission="books.post_entry", label="Post an entry", hidden=True)
def post_entry(
    ctx: Context, *, book: Ref[Book], on: Annotated[date, Input(prefill="ctx.today")], text: str, origin: str = "", lines: list[LineIn]
) -> Entry:
    """Enter a movement between accounts of a book.

    on: the day it counts for; its period has to be open.
    origin: reference of what caused it, for example billing.invoice:42.
    lines: at least two, summing to zero in every unit.
    Refuses: entry_balances, entry_two_lines; entry_period_open, line_account_open, line_not_zero, line_dimension_known,
    line_dimension_open, line_dimension_once (database).
    """
    _check_accounts(ctx, book, lines)
    return write_entry(ctx, book=book, on=on, text=text, origin=origin, lines=lines)


@command(permission="books.reverse_entry", tone="danger", hidden=True, target="entry")
def reverse_entry(ctx: Context, *, entry: Ref[Entry], on: Annotated[date, Input(prefill="ctx.today")], text: str) -> Entry:
    """Cancel an entry by the same lines with opposite signs.

    on: the day the reversal counts for; its period has to be open.
    text: why it was wrong.
    Refuses: entry_reversed_once, entry_period_open (database).
    Source: AO § 146(4): what was entered is never changed in a way that hides the original.
    """
    lines = [
        LineIn(line.account_id, line.unit, -line.quantity_minor, line.party_id, line.text, " ".join(line.dimensions))
        for line in entry.lines.visible_to(ctx).order_by("pk")
    ]
    return write_entry(ctx, book=entry.book, on=on, text=text, origin=entry.origin, lines=lines, reverses=entry)


def write_entry(
    ctx: Context, *, book: Book | int, on: date, text: str, lines: Sequence[LineIn], origin: str = "", reverses: Entry | None = None
) -> Entry:
    """Write an entry inside a command of another module, which answers for it in the audit.

    lines: their accounts and parties are taken as they are; the database refuses what is not of this book or company.
    """
    if ctx.work is None:
        raise RuntimeError("entries are written inside commands")
    if len(lines) < 2:
        raise Refusal("entry_two_lines", "An entry has at least two lines.", field="lines")
    for unit, rest in differences((line.unit, line.quantity_minor) for line in lines).items():
        raise Refusal("entry_balances", f"Debit and credit differ by {abs(rest)} in the smallest part of {unit}.", field="lines")
    values: dict[str, Any] = {
        "company": ctx.company_id,
        "book": _key(book),
        "on": on,
        "now": ctx.now,
        "text": text,
        "origin": origin,
        "reverses": reverses.pk if reverses else None,
        "user": ctx.user.pk,
        "line_count": len(lines),
        "accounts": [_key(line.account) for line in lines],
        "units": [line.unit for line in lines],
        "quantities": [line.quantity_minor for line in lines],
        "parties": [_key(line.party) for line in lines],
        "texts": [line.text for line in lines],
        "dimensions": [" ".join(dimension_codes(line.dimensions)) for line in lines],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        key, period = cursor.fetchone()
    entry = Entry(
        pk=key,
        company=ctx.company,
        book_id=values["book"],
        period_id=period,
        on=on,
        recorded_at=ctx.now,
        text=text,
        origin=origin,
        reverses=reverses,
        user=ctx.user,
        line_count=len(lines),
    )
    # The row is in the database already: what Django calls not adding.
    entry._state.adding, entry._state.db = False, "default"  # noqa: SLF001 - Django offers no other way to say so
    return entry


def _key(row: Any) -> int | None:
    return row if row is None or isinstance(row, int) else row.pk


def _check_accounts(ctx: Context, book: Book, lines: Sequence[LineIn]) -> None:
    """Say which line names an account that does not exist for the caller."""
    wanted = {line.account for line in lines if isinstance(line.account, int)}
    known = set(Account.objects.visible_to(ctx).filter(book=book, pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for number, line in enumerate(lines):
        if isinstance(line.account, int) and line.account not in known:
            raise NotFound("account", line.account, field=f"lines[{number}].account")
