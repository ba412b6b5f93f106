"""The lines of a year are a table of their own: made with the first period of the year, behind the same wall, entered as one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from enfilade.base.books.commands import open_periods, post_entry
from enfilade.base.books.models import Line
from enfilade.base.books.verify import verify_books
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import DAY, YEAR, Shop, as_app, as_owner

pytestmark = pytest.mark.django_db(transaction=True)
FAR = 2066
DIRECT = (
    'INSERT INTO books_line_2026 (id, company_id, entry_id, account_id, unit, quantity_minor, "on", text) '
    "SELECT l.id + 1000, l.company_id, l.entry_id, l.account_id, l.unit, l.quantity_minor, l.on, l.text FROM books_line l"
)
# Hand-written SQL, by whom, and what the refusal says.
PAST_THE_WHOLE = [
    (as_app, "SELECT * FROM books_line_2026", "permission denied"),
    (as_app, DIRECT, "permission denied"),
    (as_app, "SELECT books_keep_year('2066-01-01')", "permission denied"),
    (as_app, "ALTER TABLE books_line DETACH PARTITION books_line_2026", "must be owner"),
    (as_owner, DIRECT, "not into one of its years"),
    (as_owner, "UPDATE books_line_2026 SET text = 'y'", "never changed or deleted"),
    (as_owner, "DELETE FROM books_line_2026", "never changed or deleted"),
]


def years() -> set[int]:
    """The years that have a table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT right(inhrelid::regclass::text, 4)::integer FROM pg_inherits WHERE inhparent = 'books_line'::regclass")
        return {year for (year,) in cursor.fetchall()}


@pytest.mark.parametrize(("role", "statement", "says"), PAST_THE_WHOLE)
def test_nobody_goes_past_the_whole(role: object, statement: str, says: str) -> None:
    """What is refused on all lines is refused on those of a year, and whoever sees one company sees its lines only."""
    shop = Shop()
    shop.sale()
    with pytest.raises(DatabaseError, match=says), transaction.atomic(), role(shop.company) as cursor:  # type: ignore[operator]
        cursor.execute(statement)
    with as_owner(Shop().company) as cursor:
        cursor.execute("SELECT count(*) FROM books_line_2026")
        assert cursor.fetchone() == (0,)


def test_a_year_has_its_table_before_anything_is_posted_to_it() -> None:
    """Lines lie in the year of their day; a span over two years has both, and everything still adds up."""
    shop = Shop()
    assert FAR not in years()
    open_periods(shop.ctx, book=shop.book, year=FAR)
    assert FAR in years()
    for on in (DAY, date(FAR, 1, 1), date(FAR, 12, 31)):
        post_entry(shop.ctx, book=shop.book, on=on, text="Test", lines=shop.lines(("10", 5), ("40", -5)))
    with as_owner(shop.company) as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM books_line GROUP BY 1 ORDER BY 1")
        assert cursor.fetchall() == [(f"books_line_{YEAR}", 2), (f"books_line_{FAR}", 4)]
    with scope(shop.company.pk, read_only=True):
        assert verify_books(shop.ctx) == []


def test_an_account_in_a_month_reads_one_year() -> None:
    """Whoever names days looks into their years only."""
    shop = Shop()
    with scope(shop.company.pk, read_only=True):
        plan = Line.objects.filter(account=shop.accounts["10"], on__range=(DAY, date(YEAR, 3, 31))).explain()
    assert [year for year in sorted(years()) if f"books_line_{year}" in plan] == [YEAR]


@pytest.mark.races
def test_two_companies_open_one_year_at_once() -> None:
    """Six want the table of one year: it is made once, and all have it."""
    year = FAR + 1
    shops = [Shop() for _ in range(6)]
    made = race(6, lambda number: open_periods(shops[number].ctx, book=shops[number].book, year=year))
    assert [getattr(one, "starts_on", one) for one in made] == [date(year, 1, 1)] * 6
    assert year in years()
    for shop in shops:
        post_entry(shop.ctx, book=shop.book, on=date(year, 5, 5), text="Test", lines=shop.lines(("10", 5), ("40", -5)))
