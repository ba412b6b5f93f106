"""Arithmetic of being late: levels and interest. Pure: no database, no clock, no float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """What is known of a level. days: after the day on which the invoice was due."""

    number: int
    days: int


def next_level(levels: Sequence[LevelFacts], reached: int, days_late: int) -> LevelFacts | None:
    """The level that follows the one that was reached, where the invoice is late enough for it; 0 is none yet."""
    following = min((level for level in levels if level.number > reached), key=lambda level: level.number, default=None)
    return following if following is not None and days_late >= following.days else None


def interest(amount_minor: int, from_on: date, to_on: date, rates: Sequence[tuple[date, int]], points_bp: int) -> int:
    """Interest from one day (not counted) to another (counted), by days of a year of 365 days, rounded half up once.

    rates: (from this day on, basis points) of the base rate, which changes meanwhile; before the first one it counts as zero.
    points_bp: what is added to it. A rate below zero counts as zero.
    Source: BGB § 247, § 288(1) and (2).
    """
    if to_on <= from_on:
        return 0
    eve = timedelta(days=1)
    starts = sorted({from_on, *(day - eve for day, _ in rates if from_on < day - eve < to_on)})
    total = Decimal(0)
    for start, end in zip(starts, [*starts[1:], to_on], strict=True):
        base = max(((day, rate) for day, rate in rates if day <= start + eve), default=(start, 0))[1]
        total += Decimal(amount_minor) * max(base + points_bp, 0) * (end - start).days
    return int((total / (10_000 * YEAR_DAYS)).quantize(Decimal(1), ROUND_HALF_UP))
