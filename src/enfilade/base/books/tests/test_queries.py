"""Balances on any day are the sums of the lines, whatever is closed."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest

from enfilade.base.books.commands import close_period, open_periods
from enfilade.base.books.models import Line, Period
from enfilade.base.books.queries import entries_of, first_period, last_period, totals_between, totals_on, unsealed_count
from enfilade.core.scope import scope

from .support import YEAR, Shop

pytestmark = pytest.mark.django_db(transaction=True)
CODES = ("10", "11", "12", "20", "40", "50")


def by_hand(shop: Shop, from_on: date, to_on: date) -> dict[tuple[int, str], tuple[int, int]]:
    """The slow way: every line."""
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in Line.objects.visible_to(shop.ctx).filter(on__gte=from_on, on__lte=to_on):
        sums[(line.account_id, line.unit)][line.quantity_minor < 0] += abs(line.quantity_minor)
    return {k: (v[0], v[1]) for k, v in sums.items()}


def test_any_day_any_state_of_the_periods() -> None:
    shop, dice = Shop(), random.Random(3)
    open_periods(shop.ctx, book=shop.book, year=YEAR + 1)
    for _ in range(60):
        debit, credit = dice.sample(CODES, 2)
        amount = dice.randint(1, 10_000)
        shop.post(
            (debit, amount),
            (credit, -amount),
            on=date(YEAR, 1, 1) + timedelta(days=dice.randint(0, 500)),
            unit=dice.choice(["EUR", "EUR", "USD"]),
        )
    days = [date(YEAR, 1, 1) + timedelta(days=n) for n in [-1, 0, 30, 31, 364, 365, 700, *(dice.randint(0, 500) for _ in range(25))]]
    for closed_count in (0, 5, 7):
        with scope(shop.company.pk):
            periods = list(Period.objects.filter(book=shop.book).order_by("starts_on"))
        for period in [p for p in periods[:closed_count] if p.state == "open"]:
            close_period(shop.ctx, period=period)
        with scope(shop.company.pk, read_only=True):
            for day in days:
                got = {
                    (t.account_id, t.unit): (t.debit_minor, t.credit_minor)
                    for t in totals_on(shop.ctx, shop.book, day)
                    if t.debit_minor or t.credit_minor
                }
                assert got == by_hand(shop, date(1900, 1, 1), day), (closed_count, day)
            for start, end in zip(sorted(days), sorted(days)[3:], strict=False):
                got = {(t.account_id, t.unit): (t.debit_minor, t.credit_minor) for t in totals_between(shop.ctx, shop.book, start, end)}
                assert got == by_hand(shop, start, end), (closed_count, start, end)
            one = shop.accounts["12"].pk
            assert {t.account_id for t in totals_on(shop.ctx, shop.book, days[-1], [one])} <= {one}


def test_the_cost_of_a_day_does_not_grow_with_entries(django_assert_num_queries: object) -> None:
    shop = Shop()
    for _ in range(3):
        shop.sale()
    with scope(shop.company.pk, read_only=True), django_assert_num_queries(2):  # type: ignore[operator]
        assert len(totals_on(shop.ctx, shop.book, date(YEAR, 12, 31))) == 2


def test_small_questions() -> None:
    shop = Shop()
    entry = shop.post(("10", 5), ("40", -5), origin="billing.invoice:7")
    with scope(shop.company.pk, read_only=True):
        assert [e.pk for e in entries_of(shop.ctx, "billing.invoice:7")] == [entry.pk]
        assert entries_of(shop.ctx, "billing.invoice:8") == []
        assert unsealed_count(shop.ctx, shop.book) == 1
        first, last = first_period(shop.ctx, shop.book), last_period(shop.ctx, shop.book)
    assert first is not None
    assert last is not None
    assert (first.starts_on, last.ends_on) == (date(YEAR, 1, 1), date(YEAR, 12, 31))
