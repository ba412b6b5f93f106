"""Recompute everything that is kept or sealed in the books, and name the first row that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from enfilade.core.chain import CHAIN_START, seal_hash, unpack_digests
from enfilade.core.context import Context
from enfilade.core.models import EventEntry
from enfilade.core.verify import Finding, verifier

from .models import Book, BookSeal

# Each gives the first row that breaks a rule: key of the row, and words about it.
_ENTRY_LINES = """
SELECT e.id, coalesce(t.lines, 0) || ' lines instead of ' || e.line_count
  FROM books_entry e
  LEFT JOIN (SELECT l.entry_id, count(*) AS lines FROM books_line l WHERE l.company_id = %(company)s GROUP BY 1) t ON t.entry_id = e.id
 WHERE e.company_id = %(company)s AND e.book_id = %(book)s AND coalesce(t.lines, 0) <> e.line_count ORDER BY e.id LIMIT 1
"""
_ENTRY_SUMS = """
SELECT l.entry_id, 'debit and credit differ by ' || abs(sum(l.quantity_minor)) || ' in ' || l.unit
  FROM books_line l JOIN books_entry e ON e.id = l.entry_id
 WHERE l.company_id = %(company)s AND e.book_id = %(book)s
 GROUP BY l.entry_id, l.unit HAVING sum(l.quantity_minor) <> 0 ORDER BY l.entry_id LIMIT 1
"""
_ENTRY_DAYS = """
SELECT e.id, 'the day ' || to_char(e."on", 'YYYY-MM-DD') || ' is not in its period'
  FROM books_entry e LEFT JOIN books_period p ON p.id = e.period_id AND p.book_id = e.book_id AND e."on" BETWEEN p.starts_on AND p.ends_on
 WHERE e.company_id = %(company)s AND e.book_id = %(book)s AND p.id IS NULL ORDER BY e.id LIMIT 1
"""
_LINES_FIT = """
SELECT l.entry_id, 'line ' || l.id || ' has another day, company or book than its entry'
  FROM books_line l JOIN books_entry e ON e.id = l.entry_id LEFT JOIN books_account a ON a.id = l.account_id AND a.book_id = e.book_id
 WHERE e.company_id = %(company)s AND e.book_id = %(book)s AND (a.id IS NULL OR l."on" <> e."on" OR l.company_id <> e.company_id)
 ORDER BY l.id LIMIT 1
"""
_NAMED = """
SELECT e.id, CASE WHEN e.reverses_id IS NOT NULL AND min(r.id) IS NULL THEN 'the entry that it cancels'
                  WHEN e.user_id IS NOT NULL AND min(u.id) IS NULL THEN 'who entered it' ELSE 'a party of a line' END || ' is not there'
  FROM books_entry e
  LEFT JOIN core_user u ON u.id = e.user_id
  LEFT JOIN books_entry r ON r.id = e.reverses_id AND r.book_id = e.book_id
  LEFT JOIN books_line l ON l.entry_id = e.id AND l.party_id IS NOT NULL
  LEFT JOIN party_party p ON p.id = l.party_id AND p.company_id = e.company_id
 WHERE e.company_id = %(company)s AND e.book_id = %(book)s
   AND (e.user_id IS NOT NULL AND u.id IS NULL OR e.reverses_id IS NOT NULL AND r.id IS NULL OR l.party_id IS NOT NULL AND p.id IS NULL)
 GROUP BY e.id ORDER BY e.id LIMIT 1
"""
_REVERSALS = """
SELECT e.id, 'it does not cancel entry ' || e.reverses_id
  FROM books_entry e JOIN books_line l ON l.entry_id IN (e.id, e.reverses_id)
 WHERE e.company_id = %(company)s AND e.book_id = %(book)s AND e.reverses_id IS NOT NULL
 GROUP BY e.id, e.reverses_id, l.account_id, l.unit, coalesce(l.party_id, 0), l.dimensions HAVING sum(l.quantity_minor) <> 0
 ORDER BY e.id LIMIT 1
"""
# What is kept for accounts stands in these under value 0, what is kept for values of dimensions under theirs.
_BALANCES = """
WITH lines AS (
    SELECT l.account_id, e.period_id, l.unit, l.dimensions,
           sum(greatest(l.quantity_minor, 0)) AS debit, sum(greatest(-l.quantity_minor, 0)) AS credit
      FROM books_line l JOIN books_entry e ON e.id = l.entry_id
     WHERE l.company_id = %(company)s AND e.book_id = %(book)s GROUP BY 1, 2, 3, 4
), due AS (
    SELECT 0 AS value_id, l.account_id, l.period_id, l.unit, sum(l.debit) AS debit, sum(l.credit) AS credit
      FROM lines l GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT coalesce(v.id, -1), l.account_id, l.period_id, l.unit, sum(l.debit), sum(l.credit)
      FROM lines l CROSS JOIN unnest(l.dimensions) AS d (code)
      LEFT JOIN books_dimensionvalue v ON v.company_id = %(company)s AND v.code = d.code
     GROUP BY 1, 2, 3, 4
), kept AS (
    SELECT b.value_id, b.account_id, b.period_id, b.unit, sum(b.debit_minor) AS debit, sum(b.credit_minor) AS credit
      FROM (
        SELECT 0 AS value_id, account_id, period_id, unit, debit_minor, credit_minor FROM books_balance WHERE company_id = %(company)s
        UNION ALL
        SELECT value_id, account_id, period_id, unit, debit_minor, credit_minor FROM books_dimensionbalance WHERE company_id = %(company)s
      ) b JOIN books_account a ON a.id = b.account_id WHERE a.book_id = %(book)s GROUP BY 1, 2, 3, 4
)
SELECT coalesce(k.account_id, d.account_id), format('in %%s debit %%s and credit %%s are kept%%s, the lines sum to %%s and %%s',
       coalesce(k.unit, d.unit), coalesce(k.debit, 0), coalesce(k.credit, 0),
       coalesce(' for ' || (SELECT v.code FROM books_dimensionvalue v WHERE v.id = coalesce(k.value_id, d.value_id)), ''),
       coalesce(d.debit, 0), coalesce(d.credit, 0))
  FROM due d FULL JOIN kept k ON (k.value_id, k.account_id, k.period_id, k.unit) = (d.value_id, d.account_id, d.period_id, d.unit)
 WHERE coalesce(k.debit, 0) <> coalesce(d.debit, 0) OR coalesce(k.credit, 0) <> coalesce(d.credit, 0) ORDER BY 1 LIMIT 1
"""
_CARRIED = """
WITH periods AS (
    SELECT p.id, p.starts_on, p.state FROM books_period p WHERE p.company_id = %(company)s AND p.book_id = %(book)s
), balances AS (
    SELECT 0 AS value_id, account_id, period_id, unit, debit_minor, credit_minor FROM books_balance WHERE company_id = %(company)s
    UNION ALL
    SELECT value_id, account_id, period_id, unit, debit_minor, credit_minor FROM books_dimensionbalance WHERE company_id = %(company)s
), due AS (
    SELECT b.value_id, b.account_id, c.id AS period_id, b.unit, sum(b.debit_minor) AS debit, sum(b.credit_minor) AS credit
      FROM periods c JOIN periods p ON p.starts_on <= c.starts_on JOIN balances b ON b.period_id = p.id
     WHERE c.state = 'closed' GROUP BY 1, 2, 3, 4
), kept AS (
    SELECT 0 AS value_id, account_id, period_id, unit, debit_minor AS debit, credit_minor AS credit
      FROM books_carried JOIN periods p ON p.id = period_id WHERE company_id = %(company)s
    UNION ALL
    SELECT value_id, account_id, period_id, unit, debit_minor, credit_minor
      FROM books_dimensioncarried JOIN periods p ON p.id = period_id WHERE company_id = %(company)s
)
SELECT coalesce(k.account_id, d.account_id), format('in %%s debit %%s and credit %%s are carried%%s, the balances sum to %%s and %%s',
       coalesce(k.unit, d.unit), coalesce(k.debit, 0), coalesce(k.credit, 0),
       coalesce(' for ' || (SELECT v.code FROM books_dimensionvalue v WHERE v.id = coalesce(k.value_id, d.value_id)), ''),
       coalesce(d.debit, 0), coalesce(d.credit, 0))
  FROM due d FULL JOIN kept k ON (k.value_id, k.account_id, k.period_id, k.unit) = (d.value_id, d.account_id, d.period_id, d.unit)
 WHERE coalesce(k.debit, 0) <> coalesce(d.debit, 0) OR coalesce(k.credit, 0) <> coalesce(d.credit, 0) ORDER BY 1 LIMIT 1
"""
_PENDING = """
WITH due AS (
    SELECT s.account_id, s.unit, sum(s.debit) AS debit, sum(s.credit) AS credit
      FROM (
        SELECT t.debit_id AS account_id, t.unit, t.quantity_minor AS debit, 0 AS credit FROM books_pendingtransfer t
         WHERE t.company_id = %(company)s AND t.book_id = %(book)s AND t.state = 'pending'
        UNION ALL
        SELECT t.credit_id, t.unit, 0, t.quantity_minor FROM books_pendingtransfer t
         WHERE t.company_id = %(company)s AND t.book_id = %(book)s AND t.state = 'pending'
      ) s GROUP BY 1, 2
), kept AS (
    SELECT b.account_id, b.unit, sum(b.debit_minor) AS debit, sum(b.credit_minor) AS credit
      FROM books_pendingbalance b JOIN books_account a ON a.id = b.account_id
     WHERE b.company_id = %(company)s AND a.book_id = %(book)s GROUP BY 1, 2
)
SELECT coalesce(k.account_id, d.account_id), format('in %%s debit %%s and credit %%s are kept as pending, the transfers sum to %%s and %%s',
       coalesce(k.unit, d.unit), coalesce(k.debit, 0), coalesce(k.credit, 0), coalesce(d.debit, 0), coalesce(d.credit, 0))
  FROM due d FULL JOIN kept k ON (k.account_id, k.unit) = (d.account_id, d.unit)
 WHERE coalesce(k.debit, 0) <> coalesce(d.debit, 0) OR coalesce(k.credit, 0) <> coalesce(d.credit, 0) ORDER BY 1 LIMIT 1
"""
_POSTED = """
SELECT t.id, 'it is posted, but not by an entry between its accounts of its quantity or less'
  FROM books_pendingtransfer t
 WHERE t.company_id = %(company)s AND t.book_id = %(book)s AND t.state = 'posted' AND NOT EXISTS (
    SELECT 1 FROM books_entry e
      JOIN books_line d ON d.entry_id = e.id AND d.account_id = t.debit_id AND d.unit = t.unit
       AND d.quantity_minor BETWEEN 1 AND t.quantity_minor
      JOIN books_line c ON c.entry_id = e.id AND c.account_id = t.credit_id AND c.unit = t.unit AND c.quantity_minor = -d.quantity_minor
     WHERE e.id = t.entry_id AND e.book_id = t.book_id AND e.line_count = 2
 ) ORDER BY t.id LIMIT 1
"""
_CHECKS = (
    ("entry_incomplete", "books.entry", _ENTRY_LINES),
    ("entry_unbalanced", "books.entry", _ENTRY_SUMS),
    ("entry_outside_period", "books.entry", _ENTRY_DAYS),
    ("line_misplaced", "books.entry", _LINES_FIT),
    ("entry_names_nobody", "books.entry", _NAMED),
    ("reversal_differs", "books.entry", _REVERSALS),
    ("balance_differs", "books.account", _BALANCES),
    ("carried_differs", "books.account", _CARRIED),
    ("pending_differs", "books.account", _PENDING),
    ("transfer_differs", "books.pendingtransfer", _POSTED),
)
_NOUNS = {"books.entry": "Entry", "books.account": "Account", "books.pendingtransfer": "Transfer"}


@verifier("books")
def verify_books(ctx: Context) -> list[Finding]:
    """Chain of seals, entries, balances and carried totals of every book; the first row of each kind that is wrong."""
    found: list[Finding] = []
    for book in Book.objects.visible_to(ctx).order_by("pk"):
        found += _verify_seals(ctx, book)
        with connection.cursor() as cursor:
            for code, label, query in _CHECKS:
                cursor.execute(query, {"company": ctx.company_id, "book": book.pk})
                for key, words in cursor.fetchall():
                    found.append(Finding(code, f"{label}:{key}", f"{_NOUNS[label]} {key} of {book}: {words}."))
    return found


def _verify_seals(ctx: Context, book: Book) -> list[Finding]:
    """The chain from its start, each seal against its head, its digests against the entries, and all against what was published."""
    found: list[Finding] = []
    previous, after = CHAIN_START, 0
    published = _published(ctx, book)
    seals = BookSeal.objects.visible_to(ctx).filter(book=book).order_by("number")
    for number, seal in enumerate(seals.iterator(chunk_size=20), 1):
        digests = bytes(seal.digests)
        sound = seal.number == number and seal.previous == previous and seal.hash == seal_hash(seal.head, digests)
        if not sound or published.pop(seal.number, seal.hash) != seal.hash:
            found.append(Finding("seal_broken", f"books.bookseal:{seal.pk}", f"Seal {seal.number} of {book} is not the one that was made."))
            return found
        if broken := next(_altered(book, after, seal.last_entry, dict(unpack_digests(digests))), None):
            found.append(broken)
            return found
        previous, after = seal.hash, seal.last_entry
    if published:
        gone = min(published)
        found.append(Finding("seal_missing", f"books.book:{book.pk}", f"Seal {gone} of {book} was made, but is gone."))
    return found


def _published(ctx: Context, book: Book) -> dict[int, str]:
    """Hash by number of every seal that the outbox says was made: whoever cuts off the end of the chain has to cut there too."""
    events: Any = EventEntry.objects.visible_to(ctx).filter(name="books.BookSealed").values_list("payload", flat=True)
    return {int(payload["number"]): str(payload["hash"]) for payload in events if payload["book"] == book.pk}


def _altered(book: Book, after: int, up_to: int, sealed: dict[int, bytes]) -> Iterator[Finding]:
    """Entries of a block that are not what was sealed, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, digest FROM books_digests(%s, %s, %s)", [book.pk, after, up_to])
        present = {int(entry): bytes(digest) for entry, digest in cursor.fetchall()}
    for entry in sorted(sealed.keys() | present.keys()):
        if entry not in present:
            yield Finding("entry_missing", f"books.entry:{entry}", f"Entry {entry} of {book} was sealed, but is gone.")
        elif entry not in sealed:
            yield Finding("entry_added", f"books.entry:{entry}", f"Entry {entry} of {book} was put in among sealed ones.")
        elif present[entry] != sealed[entry]:
            yield Finding("entry_altered", f"books.entry:{entry}", f"Entry {entry} of {book} is not what was sealed.")
