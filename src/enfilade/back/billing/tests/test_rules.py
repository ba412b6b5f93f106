"""The arithmetic of a bill."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.billing.rules import (
    Price,
    add_up,
    age_names,
    age_of,
    count_cash,
    percent,
    price_problem,
    share_of_credit,
    spread,
    state_of,
)
from enfilade.base.money.rules import percent_of
from enfilade.core.command.given import is_business_date
from enfilade.core.numbers import document_number

RATES = (("S", 1900), ("S", 700), ("E", 0), ("Z", 0), ("S", 2550))


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """A line that can be charged."""
    quantity = draw(st.decimals(min_value="0.001", max_value="500", places=3))
    unit = draw(st.integers(0, 10_000_000))
    category, rate = draw(st.sampled_from(RATES))
    gross = Price(quantity, unit, 0, rate, category).gross_minor
    return Price(quantity, unit, draw(st.integers(0, gross)), rate, category)


@given(st.lists(prices(), min_size=1, max_size=30))
def test_a_document_agrees_with_its_lines_to_the_cent(lines: list[Price]) -> None:
    """Net and tax are the sums of the lines; the tax of a rate is that rate of the sum, rounded once; nothing is negative."""
    totals = add_up(lines)
    assert totals.net_minor == sum(p.net_minor for p in lines)
    assert totals.tax_minor == sum(totals.taxes)
    assert totals.total_minor == totals.net_minor + totals.tax_minor
    for category, rate in {(p.category, p.rate_bp) for p in lines}:
        chosen = [i for i, p in enumerate(lines) if (p.category, p.rate_bp) == (category, rate)]
        net = sum(lines[i].net_minor for i in chosen)
        assert sum(totals.taxes[i] for i in chosen) == percent_of(net, rate)
    for price, tax in zip(lines, totals.taxes, strict=True):
        assert tax >= 0
        assert abs(tax - Decimal(price.net_minor * price.rate_bp) / 10_000) < 2


@given(st.lists(prices(), min_size=1, max_size=12))
def test_order_does_not_change_a_total(lines: list[Price]) -> None:
    """The same lines in another order cost the same."""
    assert add_up(lines).total_minor == add_up(lines[::-1]).total_minor


@given(st.lists(prices(), min_size=1, max_size=8), st.lists(st.integers(1, 10**9), max_size=6))
def test_credits_never_exceed_and_the_last_takes_the_rest(lines: list[Price], wishes: list[int]) -> None:
    """Any number of partial credits, then the rest: together exactly net and tax of the invoice, per rate, and nothing negative."""
    totals = add_up(lines)
    groups: dict[tuple[str, int], list[int]] = {}
    for price, tax in zip(lines, totals.taxes, strict=True):
        left = groups.setdefault((price.category, price.rate_bp), [0, 0])
        left[0] += price.net_minor
        left[1] += tax
    open_minor = totals.total_minor
    for wish in [*wishes, 10**18]:
        amount = min(wish, open_minor)
        if not amount:
            continue
        shares = share_of_credit(amount, [(net, tax, rate) for (_, rate), (net, tax) in groups.items()])
        assert sum(net + tax for net, tax in shares) == amount
        for left, (net, tax) in zip(groups.values(), shares, strict=True):
            assert 0 <= net <= left[0]
            assert 0 <= tax <= left[1]
            left[0] -= net
            left[1] -= tax
        open_minor -= amount
    assert open_minor == 0
    assert all(left == [0, 0] for left in groups.values())


@pytest.mark.parametrize(
    ("price", "problem"),
    [
        (Price(Decimal(1), 1000, 1000, 0, "E"), ""),
        (Price(Decimal(1), 0, 0, 0, "E"), ""),
        (Price(Decimal(0), 1000, 0, 0, "E"), "A quantity is more than zero."),
        (Price(Decimal(-1), 1000, 0, 0, "E"), "A quantity is more than zero."),
        (Price(Decimal(1), -1, 0, 0, "E"), "Prices and discounts are zero or more."),
        (Price(Decimal(1), 1000, 1001, 0, "E"), "A discount can't be more than the line costs."),
        (Price(Decimal(1), 1000, -1, 0, "E"), "Prices and discounts are zero or more."),
        (Price(Decimal(1_000_000), 10**12, 0, 0, "E"), "This amount is out of range."),
    ],
)
def test_what_cannot_be_charged(price: Price, problem: str) -> None:
    """Each with its sentence."""
    assert price_problem(price) == problem


@pytest.mark.parametrize(
    ("total", "paid", "credited", "state"),
    [
        (100, 0, 0, "issued"),
        (100, 40, 0, "part_paid"),
        (100, 100, 0, "paid"),
        (100, 0, 100, "void"),
        (100, 60, 40, "paid"),
        (100, 0, 40, "issued"),
        (0, 0, 0, "paid"),
    ],
)
def test_the_amounts_decide_the_state(total: int, paid: int, credited: int, state: str) -> None:
    """Nobody sets it by hand."""
    assert state_of(total, paid, credited) == state


def test_what_was_given_up_decides_too() -> None:
    """A small difference counts as paid, bad debt as lost; an amount settles the longest due first."""
    assert [state_of(100, 95, 0, 5), state_of(100, 40, 0, 0, 60), state_of(100, 0, 0, 0, 60)] == ["paid", "written_off", "issued"]
    assert (spread(50, [(1, 30), (2, 0), (3, 30), (4, 9)]), spread(0, [(1, 5)])) == ([(1, 30), (3, 20)], [])


def test_ages() -> None:
    """The last day of a bucket belongs to it."""
    due = date(2026, 11, 2)
    found = [age_of(due, due + timedelta(days=d)) for d in (-5, 0, 1, 30, 31, 60, 61, 90, 91, 4000)]
    assert found == [age_names()[i] for i in (0, 0, 1, 1, 2, 2, 3, 3, 4, 4)]


def test_small_things() -> None:
    """Numbers, percentages, cash and dates."""
    assert document_number("INV", 2026, 7) == "INV-2026-00007"
    assert document_number("INV", 2026, 123456) == "INV-2026-123456"
    assert (percent(4000, 12000), percent(1, 0)) == (Decimal("33.33"), Decimal(0))
    assert count_cash([(5000, 3), (50, 7), (1, 0)]) == 15350
    assert [is_business_date(d) for d in (date(1, 1, 1), date(2026, 11, 2), date(9999, 12, 31))] == [False, True, False]
