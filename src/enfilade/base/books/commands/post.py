"""Post entries: the hot path of the house, one statement for an entry of any length and for any number of entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Annotated, Any

from django.db import connection

from enfilade.base.books.models import Account, Book, Entry
from enfilade.base.books.rules import differences, dimension_codes
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, NotFound, Refusal

# The gate is passed before entries draw their keys, so that what is sealed never gets an older neighbour (see sql/books.sql).
# Lines follow their entry, and find what is said of them by their place in arrays: no plan, whatever it was made for, joins thousands by
# thousands, and what is said of no line (a party, a second unit, a text) costs nothing. Words come as JSON, since the place of a number
# in an array is reckoned, that of a word would be searched.
_WRITE = """
WITH gate AS MATERIALIZED (
    SELECT pg_advisory_xact_lock_shared(hashtext('books.book'), hashint8(%(book)s))::text AS passed
), given AS MATERIALIZED (
    SELECT nextval('books_entry_id_seq') AS id, e.*
      FROM gate CROSS JOIN unnest(%(days)s::date[], %(texts)s::text[], %(origins)s::text[], %(reversed)s::bigint[], %(counts)s::integer[],
                                  %(firsts)s::integer[])
        WITH ORDINALITY AS e ("on", text, origin, reverses, line_count, first, position)
     WHERE gate.passed IS NOT NULL
), entries AS (
    INSERT INTO books_entry (id, company_id, book_id, period_id, "on", recorded_at, text, origin, reverses_id, user_id, line_count)
    SELECT g.id, %(company)s, %(book)s, coalesce(p.id, 0), g."on", %(now)s, g.text, g.origin, g.reverses, %(user)s, g.line_count
      FROM given g LEFT JOIN books_period p
        ON p.book_id = %(book)s AND p.company_id = %(company)s AND p.starts_on <= g."on" AND p.ends_on >= g."on"
     ORDER BY g.position
    RETURNING id, period_id
), lines AS (
    INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", party_id, text, dimensions)
    SELECT %(company)s, g.id, (%(accounts)s::bigint[])[l.place], (%(units)s::text[])[coalesce((%(unit_places)s::integer[])[l.place], 1)],
           (%(quantities)s::bigint[])[l.place], g."on", nullif((%(parties)s::bigint[])[l.place], 0),
           coalesce(%(line_texts)s::jsonb ->> l.place - 1, ''), coalesce(string_to_array(%(dimensions)s::jsonb ->> l.place - 1, ' '), '{}')
      FROM given g CROSS JOIN LATERAL generate_series(g.first, g.first + g.line_count - 1) AS l (place)
     ORDER BY l.place
)
SELECT id, period_id FROM entries ORDER BY id
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


@dataclass(frozen=True)
class EntryIn:
    """One entry of several.

    on: the day it counts for; its period has to be open.
    origin: reference of what caused it, for example billing.invoice:42.
    lines: at least two, summing to zero in every unit.
    """

    on: date
    text: str
    lines: list[LineIn]
    origin: str = ""


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
    _check_accounts(ctx, book, [("lines", lines)])
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


@command(permission="books.post_entry", label="Post entries", hidden=True)
def post_entries(ctx: Context, *, book: Ref[Book], entries: list[EntryIn]) -> list[Entry]:
    """Enter many movements between accounts of a book at once: all of them or none.

    entries: each as `post_entry` takes it; they get their keys in this order.
    Refuses: what `post_entry` refuses, with the number of the entry.
    """
    _check_accounts(ctx, book, [(f"entries[{n}].lines", entry.lines) for n, entry in enumerate(entries)])
    _check_balances(entries)
    keys = _write(ctx, book, entries)
    return [_stored(ctx, book, entry, key) for entry, key in zip(entries, keys, strict=True)]


def write_entry(
    ctx: Context, *, book: Book | int, on: date, text: str, lines: Sequence[LineIn], origin: str = "", reverses: Entry | None = None
) -> Entry:
    """Write an entry inside a command of another module, which answers for it in the audit.

    lines: their accounts and parties are taken as they are; the database refuses what is not of this book or company.
    """
    _check_balance(lines, "lines")
    given = EntryIn(on, text, list(lines), origin)
    return _stored(ctx, book, given, _write(ctx, book, [given], reverses)[0], reverses)


def write_entries(ctx: Context, *, book: Book | int, entries: Sequence[EntryIn]) -> list[int]:
    """Write many entries inside a command of another module, in one statement: all of them or none. Gives their keys, in this order.

    entries: as `write_entry` takes each; the periods of their days, their accounts and their balances are looked at together.
    Why: what is written is checked and summed once for all of it, which makes a batch many times as fast as its entries one by one.
    """
    _check_balances(entries)
    return [key for key, _ in _write(ctx, book, entries)] if entries else []


def _check_balances(entries: Sequence[EntryIn]) -> None:
    for number, entry in enumerate(entries):
        _check_balance(entry.lines, f"entries[{number}].lines")


def _check_balance(lines: Sequence[LineIn], field: str) -> None:
    """Say kindly what the database would refuse."""
    if len(lines) < 2:
        raise Refusal("entry_two_lines", "An entry has at least two lines.", field=field)
    for unit, rest in differences((line.unit, line.quantity_minor) for line in lines).items():
        raise Refusal("entry_balances", f"Debit and credit differ by {abs(rest)} in the smallest part of {unit}.", field=field)


def _write(ctx: Context, book: Book | int, entries: Sequence[EntryIn], reverses: Entry | None = None) -> list[tuple[int, int]]:
    """One statement, whatever the number. reverses: what the only entry cancels. Shape: keys of entry and period, in the order given."""
    if ctx.work is None:
        raise RuntimeError("entries are written inside commands")
    lines = [line for entry in entries for line in entry.lines]
    counts = [len(entry.lines) for entry in entries]
    units = {unit: place for place, unit in enumerate(dict.fromkeys(line.unit for line in lines), 1)}
    values: dict[str, Any] = {
        "company": ctx.company_id,
        "book": _key(book),
        "now": ctx.now,
        "user": ctx.user.pk,
        "days": [entry.on for entry in entries],
        "texts": [entry.text for entry in entries],
        "origins": [entry.origin for entry in entries],
        "reversed": [reverses.pk] if reverses else [],
        "counts": _integers(counts),
        "firsts": _integers(accumulate(counts[:-1], initial=1)),
        "units": list(units),
        "accounts": _integers([_key(line.account) for line in lines]),
        "unit_places": _integers([units[line.unit] for line in lines] if len(units) > 1 else []),
        "quantities": _integers([line.quantity_minor for line in lines]),
        "parties": _integers(_if_any([_key(line.party) if line.party else 0 for line in lines])),
        "line_texts": json.dumps(_if_any([line.text for line in lines])),
        "dimensions": json.dumps(_if_any([" ".join(dimension_codes(line.dimensions)) if line.dimensions else "" for line in lines])),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        keys = [(int(key), int(period)) for key, period in cursor.fetchall()]
    if ctx.rehearse:
        ctx.work.written.setdefault(Entry._meta.label_lower, []).extend(key for key, _ in keys)
    return keys


def _integers(column: Iterable[int]) -> str:
    """A column of integers as PostgreSQL reads an array, made at once: item by item it would cost more than the entry."""
    return f"{{{','.join(map(str, column))}}}"


def _stored(ctx: Context, book: Book | int, given: EntryIn, keys: tuple[int, int], reverses: Entry | None = None) -> Entry:
    """The row that was written. keys: of it and of its period."""
    entry = Entry(
        pk=keys[0],
        company=ctx.company,
        book_id=book if isinstance(book, int) else book.pk,
        period_id=keys[1],
        on=given.on,
        recorded_at=ctx.now,
        text=given.text,
        origin=given.origin,
        reverses=reverses,
        user=ctx.user,
        line_count=len(given.lines),
    )
    # The row is in the database already: what Django calls not adding.
    entry._state.adding, entry._state.db = False, "default"  # noqa: SLF001 - Django offers no other way to say so
    return entry


def _if_any(column: list[Any]) -> list[Any]:
    """A column of lines; where it says nothing, nothing is sent."""
    return column if any(column) else []


def _key(row: Any) -> int:
    return row if isinstance(row, int) else int(row.pk)


def _check_accounts(ctx: Context, book: Book, given: Sequence[tuple[str, Sequence[LineIn]]]) -> None:
    """Say which line names an account that does not exist for the caller. given: lines, each list with the name of its input."""
    wanted = {line.account for _, lines in given for line in lines if isinstance(line.account, int)}
    known = set(Account.objects.visible_to(ctx).filter(book=book, pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for field, lines in given:
        for number, line in enumerate(lines):
            if isinstance(line.account, int) and line.account not in known:
                raise NotFound("account", line.account, field=f"{field}[{number}].account")
