"""Two companies that differ by history alone: 10,000,000 lines and a million documents, and 10,000 lines and a thousand documents.

Loading takes minutes, so the database is kept in `.cache/bench` between runs, and a load that was ended goes on where it stood. Entries
are posted by the house in batches, and the months of the years before are closed; documents that are settled come by SQL, since their
age is all that is asked. What is open does not grow with history: as many invoices and bills in the one as in the other.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from enfilade.core.context import Context

LINES = int(os.environ.get("BENCH_LINES", "10000000"))
LINES_OF_SMALL = 10_000
LINES_OF_ENTRY, ENTRIES_OF_CHUNK = 8, 2_500
OPEN = 200
TODAY = datetime(2026, 11, 15, 9, tzinfo=UTC)
YEARS = range(2017, 2027)
_DOCUMENTS = """
INSERT INTO billing_invoice (company_id, number, kind, party_id, bill_to, term_days, issued_on, due_on, currency, net_minor, tax_minor,
                             total_minor, discount_minor, paid_minor, credited_minor, state, note, origin)
SELECT %(company)s, 'INV-' || n, 'invoice', %(party)s, 'Customer', 14, day, day + 14, 'EUR', 100, 19, 119, 0,
       CASE WHEN open THEN 0 ELSE 119 END, 0, CASE WHEN open THEN 'issued' ELSE 'paid' END, '', ''
  FROM {series};
INSERT INTO billing_payment (company_id, number, kind, party_id, invoice_id, method, currency, amount_minor, "on", received_at,
                             received_by_id, refunded_minor, allocated_minor, reason, state)
SELECT company_id, 'P-' || id, 'payment', party_id, id, 'transfer', 'EUR', total_minor, due_on, %(now)s, %(user)s, 0, total_minor, '',
       'taken'
  FROM billing_invoice WHERE company_id = %(company)s AND state = 'paid';
INSERT INTO billing_allocation (company_id, payment_id, invoice_id, amount_minor, "on", made_at, made_by_id, reason, state)
SELECT company_id, id, invoice_id, amount_minor, "on", %(now)s, %(user)s, '', 'standing'
  FROM billing_payment WHERE company_id = %(company)s;
INSERT INTO payables_bill (company_id, number, kind, supplier_id, supplier_number, billed_on, due_on, posted_on, currency, net_minor,
                           tax_minor, total_minor, discount_minor, settled_minor, iban, reference, note, origin, entered_by_id, entered_at,
                           approved_by_id, approved_at, state)
SELECT %(company)s, 'B-' || n, 'bill', %(party)s, 'S-' || n, day, day + 14, day, 'EUR', 100, 19, 119, 0,
       CASE WHEN open THEN 0 ELSE 119 END, '', '', '', '', %(user)s, %(now)s, %(user)s, %(now)s, CASE WHEN open THEN 'open' ELSE 'paid' END
  FROM {series};
INSERT INTO payables_supplierpayment (company_id, number, supplier_id, method, account_id, currency, amount_minor, "on", paid_by_id,
                                      reason, state)
SELECT company_id, 'SP-' || id, supplier_id, 'transfer', %(account)s, 'EUR', total_minor, due_on, %(user)s, '', 'paid'
  FROM payables_bill WHERE company_id = %(company)s AND state = 'paid';
ANALYZE payables_bill, payables_supplierpayment;
INSERT INTO payables_settlement (company_id, bill_id, payment_id, amount_minor, discount_minor, currency, "on", made_by_id)
SELECT b.company_id, b.id, p.id, b.total_minor, 0, 'EUR', b.due_on, %(user)s
  FROM payables_bill b JOIN payables_supplierpayment p ON p.company_id = b.company_id AND p.number = 'SP-' || b.id
 WHERE b.company_id = %(company)s
"""
# The last ones are open; the days before them are spread over the years.
_SERIES = """
(SELECT n, n > %(many)s - %(open)s AS open,
        CASE WHEN n > %(many)s - %(open)s THEN date '2026-08-01' + n::integer %% 100
             ELSE date '2017-01-01' + (n * 3500 / %(many)s)::integer END AS day FROM generate_series(1, %(many)s::bigint) n) made
"""
_TABLES = ("billing_invoice", "billing_payment", "billing_allocation", "payables_bill", "payables_supplierpayment", "payables_settlement")


def companies() -> tuple[Context, Context]:
    """The company with little history and the one with much, as their owners see them on the day of all figures."""
    from enfilade.core.models import Company

    # Both begin together: the people of another start would have the same names.
    if not Company.objects.filter(slug__in=["bench-small", "bench-large"]).exists():
        _begin("small")
        _begin("large")
    return _loaded("small", LINES_OF_SMALL), _loaded("large", LINES)


def _loaded(name: str, lines: int) -> Context:
    from enfilade.core.access import context_for
    from enfilade.core.models import Company, Membership

    company = Company.objects.get(slug=f"bench-{name}")
    user = Membership.objects.get(company=company).user
    ctx = replace(context_for(user, company), now=TODAY)
    _post(ctx, lines)
    _write_documents(ctx, lines // 10)
    return ctx


def _begin(name: str) -> None:
    """A company with a ledger, a customer and its years."""
    from bench.world import context, make_books
    from enfilade.core.command import run_raw
    from enfilade.core.models import Company

    key, user = make_books()
    ctx = context(key, user)
    for year in YEARS:
        if year != TODAY.year:
            run_raw(ctx, "ledger.open_year", {"year": year})
    run_raw(ctx, "party.add_party", {"kind": "organisation", "name": "Customer", "organisation_name": "Customer"})
    company = Company.objects.get(pk=key)
    company.slug = f"bench-{name}"
    company.save(update_fields=["slug"])


def _post(ctx: Context, lines: int) -> None:
    """Entries year by year, the years before this one closed behind them."""
    from bench.posting import posted_s
    from enfilade.base.books.models import Account, Book, Entry
    from enfilade.core.command import run_raw
    from enfilade.core.scope import scope

    with scope(ctx.company_id):
        book = Book.objects.get(code="general")
        accounts = list(Account.objects.filter(heading=False).order_by("code").values_list("pk", flat=True))
    for year in YEARS:
        with scope(ctx.company_id):
            had = Entry.objects.filter(book=book, on__year=year).count()
        wanted = lines // len(YEARS) // LINES_OF_ENTRY
        for chunk in _chunks(wanted, had):
            posted_s(ctx, book, _entries(accounts, year, *chunk))
        with scope(ctx.company_id):
            open_months = list(book.periods.filter(starts_on__year=year, state="open").order_by("starts_on")) if year < TODAY.year else []
        for month in open_months:
            run_raw(ctx, "books.close_period", {"period": month.pk})


def _chunks(wanted: int, had: int) -> Iterator[tuple[int, int]]:
    """From where to where to post; chunks are whole, so that one that was ended is posted anew."""
    for first in range(had, wanted, ENTRIES_OF_CHUNK):
        yield first, min(first + ENTRIES_OF_CHUNK, wanted)


def _entries(accounts: list[int], year: int, first: int, last: int) -> list[Any]:
    """Entries of a year, spread over its days until the day of all figures."""
    from enfilade.base.books.commands import EntryIn, LineIn

    dice, made = random.Random(first), []
    for number in range(first, last):
        *some, rest = dice.sample(accounts, LINES_OF_ENTRY)
        amounts = [dice.randint(1, 99_999) for _ in some]
        lines = [LineIn(account, "EUR", amount) for account, amount in zip(some, amounts, strict=True)]
        day = date(year, 1 + number % 11, 1 + number // 11 % 15)
        made.append(EntryIn(day, f"Entry {number}", [*lines, LineIn(rest, "EUR", -sum(amounts))], f"bench.entry:{number}"))
    return made


def _write_documents(ctx: Context, many: int) -> None:
    """Invoices, bills and what settled them, in one transaction, as they stand: what checks the way there is not asked here."""
    from django.db import transaction

    from enfilade.back.ledger.queries import places_of
    from enfilade.base.party.models import Party
    from enfilade.core.scope import scope

    with scope(ctx.company_id):
        party = Party.objects.get()
        account = places_of(ctx, ["bank"])["bank"].account_id
    values: dict[str, Any] = {
        "company": ctx.company_id,
        "party": party.pk,
        "account": account,
        "user": ctx.user.pk,
        "now": TODAY,
        "many": many,
        "open": OPEN,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{ctx.company_id}}}"])
        cursor.execute("SELECT EXISTS (SELECT 1 FROM billing_invoice WHERE company_id = %s)", [ctx.company_id])
        if cursor.fetchone()[0]:
            return
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in _DOCUMENTS.format(series=_SERIES).split(";"):
            cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
