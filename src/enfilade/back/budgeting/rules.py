"""The arithmetic of plans: spreading over months, growth, shares of months, variances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from enfilade.base.books.rules import months_within
from enfilade.base.money.rules import allocate, round_half_up

_HUNDRED = Decimal(100)


def months_of(starts_on: date, ends_on: date) -> list[date]:
    """First days of the months of a year of accounts; the first month may be cut short."""
    return [start for start, _ in months_within(starts_on, ends_on)]


def grown(amount_minor: int, percent: Decimal) -> int:
    """An amount and so many percent of it more, or less; rounded half up."""
    return round_half_up(amount_minor * (_HUNDRED + percent) / _HUNDRED)


def spread_over(total_minor: int, weights: Sequence[int]) -> list[int]:
    """A total over months by weights, to the last minor unit; evenly where the weights are no pattern.

    weights: what the months of another year moved. No pattern are months of which some are below zero, and months that are all zero.
    """
    return allocate(total_minor, weights if any(weights) and min(weights) >= 0 else [1] * len(weights))


def planned_between(months: Mapping[date, int], from_on: date, to_on: date, ends_on: date) -> int:
    """What is planned for the days of a span: whole months, and of a month that is cut its share by days, rounded half up.

    months: first day -> amount. ends_on: last day of the year.
    """
    total = Decimal(0)
    for start, amount_minor in months.items():
        _, end = months_within(start, ends_on)[0]
        days = (min(end, to_on) - max(start, from_on)).days + 1
        if days > 0:
            total += Decimal(amount_minor) * days / ((end - start).days + 1)
    return round_half_up(total)


def change_percent(now_minor: int, before_minor: int) -> Decimal | None:
    """By how many percent of what it was something changed, to one decimal; None where it was nothing."""
    if not before_minor:
        return None
    return ((now_minor - before_minor) * _HUNDRED / abs(before_minor)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
