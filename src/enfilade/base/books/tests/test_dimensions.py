"""What lines say by dimensions: who may say what, and what is kept of it, attacked by SQL and compared with the lines."""

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.base.books.commands import LineIn, close_period, open_periods, post_entry, reopen_period, reverse_entry, seal_book
from enfilade.base.books.models import DimensionBalance, DimensionValue, Entry, Line, Period
from enfilade.base.books.queries import moved_by_value, totals_between, totals_by_value, totals_on
from enfilade.base.books.verify import verify_books
from enfilade.core.chain import canonical
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, race

from .support import DAY, YEAR, Shop, as_app, as_owner, tampering
from .test_verify import plain

pytestmark = pytest.mark.django_db(transaction=True)


class Divided(Shop):
    """The shop with cost centres (one below another) and projects."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, DimensionValue] = {}
        for dimension, codes in (("centre", ("K1", "K2", "K2.1")), ("project", ("P7", "P8"))):
            key = run_raw(self.ctx, "books.add_dimension", {"code": dimension, "name": dimension.capitalize()}).pk
            for code in codes:
                above = self.values[code[:2]].pk if "." in code else None
                given = {"dimension": key, "code": code, "name": f"Value {code}", "parent": above}
                self.values[code] = run_raw(self.ctx, "books.add_dimensionvalue", given)

    def spend(self, dimensions: str, amount: int = 500, on: date = DAY, unit: str = "EUR") -> Any:
        """Rent in cash, divided."""
        lines = [LineIn(self.accounts["50"], unit, amount, dimensions=dimensions), LineIn(self.accounts["10"], unit, -amount)]
        return post_entry(self.ctx, book=self.book, on=on, text="Rent", lines=lines)


@pytest.fixture
def shop() -> Divided:
    """A divided shop with one rent in it."""
    made = Divided()
    made.spend("P7, K1")
    return made


def test_codes_are_kept_in_order_and_balances_follow(shop: Divided) -> None:
    with scope(shop.company.pk, read_only=True):
        line = Line.objects.get(account=shop.accounts["50"])
        assert (line.dimensions, line.dimension_codes) == (["K1", "P7"], "K1 P7")
        kept = {b.value.code: (b.debit_minor, b.credit_minor) for b in DimensionBalance.objects.select_related("value")}
    assert kept == {"K1": (500, 0), "P7": (500, 0)}


@pytest.mark.parametrize(
    ("dimensions", "code", "words"),
    [
        ("K9", "line_dimension_known", "No dimension has a value K9."),
        ("K1 K2", "line_dimension_once", "A line names one value of each dimension: K1 and K2 are of the same one."),
        ("K1 K1", "line_dimension_once", "A line names one value of each dimension: K1 and K1 are of the same one."),
        ("k1", "line_dimension_known", "No dimension has a value k1."),
        ("P8", "line_dimension_open", "Value P8 is not in use any more."),
    ],
)
def test_what_a_line_may_not_name(shop: Divided, dimensions: str, code: str, words: str) -> None:
    run_raw(shop.ctx, "books.change_dimensionvalue", {"dimensionvalue": shop.values["P8"].pk, "active": False})
    before = shop.counts()
    with pytest.raises(Refusal) as no:
        shop.spend(dimensions)
    assert (no.value.code, str(no.value)) == (code, words)
    assert shop.counts() == before


def test_a_value_of_another_company_is_not_known() -> None:
    ours, theirs = Divided(), Shop(make_company("Next door"))
    run_raw(theirs.ctx, "books.add_dimension", {"code": "centre", "name": "Centre"})
    lines = [LineIn(theirs.accounts["50"], "EUR", 1, dimensions="K1"), LineIn(theirs.accounts["10"], "EUR", -1)]
    with pytest.raises(Refusal) as no:
        post_entry(theirs.ctx, book=theirs.book, on=DAY, text="Rent", lines=lines)
    assert no.value.code == "line_dimension_known"
    assert ours.values


def test_a_reversal_takes_back_what_was_divided_even_where_the_value_is_over(shop: Divided) -> None:
    entry = shop.spend("P8", 70)
    run_raw(shop.ctx, "books.change_dimensionvalue", {"dimensionvalue": shop.values["P8"].pk, "active": False})
    reverse_entry(shop.ctx, entry=entry, on=DAY, text="Wrong")
    with scope(shop.company.pk, read_only=True):
        totals = totals_by_value(shop.ctx, shop.book, DAY, [shop.values["P8"].pk])[shop.values["P8"].pk]
    assert [t.balance_minor for t in totals] == [0]


NEW = (
    "INSERT INTO books_dimensionvalue (company_id, dimension_id, code, name, active) "
    "SELECT company_id, dimension_id, '{}', 'x', true FROM books_dimensionvalue WHERE code = 'K1'"
)
ATTACKS = [
    ("dimensionvalue_fixed", "UPDATE books_dimensionvalue SET code = 'X' WHERE code = 'K1'"),
    ("dimensionvalue_fixed", "UPDATE books_dimensionvalue SET dimension_id = (SELECT max(id) FROM books_dimension) WHERE code = 'K1'"),
    (
        "dimensionvalue_parent_fits",
        "UPDATE books_dimensionvalue SET parent_id = (SELECT id FROM books_dimensionvalue WHERE code = 'P7') WHERE code = 'K1'",
    ),
    (
        "dimensionvalue_not_own_parent",
        "UPDATE books_dimensionvalue SET parent_id = (SELECT id FROM books_dimensionvalue WHERE code = 'K2.1') WHERE code = 'K2'",
    ),
    ("dimensionvalue_code_plain", NEW.format("K 3")),
    ("dimensionvalue_code_once", NEW.format("P7")),
    ("balance_kept", "UPDATE books_dimensionbalance SET debit_minor = 0"),
    ("balance_kept", "DELETE FROM books_dimensioncarried"),
]


@pytest.mark.parametrize(("name", "attack"), ATTACKS)
@pytest.mark.parametrize("way", [as_app, as_owner], ids=["program", "owner"])
def test_sql_is_refused(way: Any, name: str, attack: str, shop: Divided) -> None:
    with pytest.raises(DatabaseError) as no, way(shop.company) as cursor:
        cursor.execute(attack)
    diag = no.value.__cause__.diag  # type: ignore[union-attr]
    # The program may not even write to what is kept.
    assert diag.constraint_name == name or (name == "balance_kept" and "permission denied" in (diag.message_primary or ""))


REVERSE_OTHERWISE = """
WITH entry AS (
    INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count, reverses_id)
    SELECT company_id, book_id, period_id, "on", now(), 'x', '', 2, id FROM books_entry WHERE id = %s RETURNING id, reverses_id
)
INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text, dimensions)
SELECT l.company_id, entry.id, l.account_id, l.unit, -l.quantity_minor, l."on", '', '{}'
  FROM entry JOIN books_line l ON l.entry_id = entry.reverses_id
"""


def test_a_reversal_that_divides_otherwise_is_refused(shop: Divided) -> None:
    entry = shop.spend("K1", 30)
    with pytest.raises(DatabaseError) as no, as_app(shop.company) as cursor:
        cursor.execute(REVERSE_OTHERWISE, [entry.pk])
    assert no.value.__cause__.diag.constraint_name == "entry_reversal_cancels"  # type: ignore[union-attr]


def by_hand(shop: Divided, codes: set[str], from_on: date, to_on: date) -> dict[tuple[int, str], tuple[int, int]]:
    """The slow way: every line."""
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in Line.objects.visible_to(shop.ctx).filter(on__gte=from_on, on__lte=to_on):
        if codes & set(line.dimensions):
            sums[(line.account_id, line.unit)][line.quantity_minor < 0] += abs(line.quantity_minor)
    return {k: (v[0], v[1]) for k, v in sums.items()}


def test_any_day_any_state_of_the_periods() -> None:
    shop, dice = Divided(), random.Random(5)
    open_periods(shop.ctx, book=shop.book, year=YEAR + 1)
    choices = ["", "K1", "K2 P7", "P7", "K2.1 P8", "P8 K1"]
    for _ in range(60):
        on = date(YEAR, 1, 1) + timedelta(days=dice.randint(0, 500))
        shop.spend(dice.choice(choices), dice.randint(1, 10_000), on, dice.choice(["EUR", "EUR", "USD"]))
    days = [date(YEAR, 1, 1) + timedelta(days=n) for n in [-1, 0, 30, 31, 364, 700, *(dice.randint(0, 500) for _ in range(10))]]
    keys = [shop.values[code].pk for code in ("K2", "K2.1")]
    for closed_count in (0, 5, 7):
        with scope(shop.company.pk):
            periods = list(Period.objects.filter(book=shop.book).order_by("starts_on"))
        for period in [p for p in periods[:closed_count] if p.state == "open"]:
            close_period(shop.ctx, period=period)
        with scope(shop.company.pk, read_only=True):
            for day in days:
                found = totals_on(shop.ctx, shop.book, day, values=keys)
                got = {(t.account_id, t.unit): (t.debit_minor, t.credit_minor) for t in found if t.debit_minor or t.credit_minor}
                assert got == by_hand(shop, {"K2", "K2.1"}, date(1900, 1, 1), day), (closed_count, day)
            for start, end in zip(sorted(days), sorted(days)[3:], strict=False):
                got = {
                    (t.account_id, t.unit): (t.debit_minor, t.credit_minor)
                    for t in totals_between(shop.ctx, shop.book, start, end, values=keys)
                }
                assert got == by_hand(shop, {"K2", "K2.1"}, start, end), (closed_count, start, end)
                for key, totals in moved_by_value(shop.ctx, shop.book, start, end, keys).items():
                    code = next(c for c, v in shop.values.items() if v.pk == key)
                    one = {(t.account_id, t.unit): (t.debit_minor, t.credit_minor) for t in totals}
                    assert one == by_hand(shop, {code}, start, end)
    seal_book(shop.ctx, book=shop.book)
    assert _found(shop) == []
    for number in (6, 5):
        reopen_period(shop.ctx, period=shop.period(number + 1), reason="Late bill")
    shop.spend("K1", 9, date(YEAR, 6, 1))
    assert _found(shop) == []


def _found(shop: Divided) -> list[str]:
    with scope(shop.company.pk, read_only=True):
        return [finding.code for finding in verify_books(shop.ctx)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "UPDATE books_dimensionbalance SET debit_minor = debit_minor + 1 WHERE id = (SELECT min(id) FROM books_dimensionbalance)",
            "balance_differs",
        ),
        ("UPDATE books_line SET dimensions = '{K2}' WHERE dimensions <> '{}'", "entry_altered"),
        ("DELETE FROM books_dimensioncarried", "carried_differs"),
    ],
)
def test_verify_finds_what_was_tampered_with(shop: Divided, statement: str, code: str) -> None:
    for month in (1, 2, 3):
        close_period(shop.ctx, period=shop.period(month))
    seal_book(shop.ctx, book=shop.book)
    assert _found(shop) == []
    with tampering(shop.company, "books_line", "books_dimensionbalance", "books_dimensioncarried") as cursor:
        cursor.execute(statement)
    assert code in _found(shop)


def test_what_is_sealed_names_the_codes(shop: Divided) -> None:
    with scope(shop.company.pk), connection.cursor() as cursor:
        cursor.execute("SELECT form FROM books_canonical(%s, 0, 9223372036854775807)", [shop.book.pk])
        ((form,),) = cursor.fetchall()
        assert form == canonical(plain(Entry.objects.get()))
    assert '"dimensions": ["K1", "P7"]' in form


def test_twenty_at_once_divide_the_same_accounts(shop: Divided) -> None:
    results = race(20, lambda number: shop.spend("K1 P7" if number % 2 else "K2", 3))
    assert [r for r in results if isinstance(r, Exception)] == []
    with scope(shop.company.pk, read_only=True):
        sums = {
            key: sum(t.balance_minor for t in totals)
            for key, totals in totals_by_value(shop.ctx, shop.book, DAY, [v.pk for v in shop.values.values()]).items()
        }
    assert {code: sums[value.pk] for code, value in shop.values.items()} == {"K1": 530, "K2": 30, "K2.1": 0, "P7": 530, "P8": 0}
    assert _found(shop) == []
