"""Arithmetic of prices in integer minor units. Pure: no database, no clock, no float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from enfilade.base.money.rules import round_half_up

# In major units: the step to which a price is rounded, and what it ends in.
STEPS = {"none": Decimal(0), "step5": Decimal("0.05"), "step10": Decimal("0.10"), "step50": Decimal("0.50"), "whole": Decimal(1)}
ENDS = {"end90": Decimal("0.90"), "end95": Decimal("0.95"), "end99": Decimal("0.99")}


@dataclass(frozen=True, slots=True)
class Break:
    """A price of an item from a quantity on: an amount in minor units, or a percentage off."""

    from_quantity: Decimal
    price_minor: int | None
    percent_off: Decimal | None


def lessened(price_minor: int, percent_off: Decimal, rounding: str, digits: int) -> int:
    """A price less a percentage, rounded to the nearest price of the rule, a half upwards; what is free stays free.

    percent_off: below zero makes it dearer. digits: decimals of the currency. One that has none of the rule's coins is rounded to its own.
    """
    exact = Decimal(price_minor) * (100 - percent_off) / 100
    if exact <= 0:
        return 0
    whole = 10**digits
    if rounding in ENDS:
        end = int(ENDS[rounding] * whole)
        return max(0, round_half_up((exact - end) / whole)) * whole + end if end else round_half_up(exact)
    step = max(1, int(STEPS[rounding] * whole))
    return round_half_up(exact / step) * step


def break_for(breaks: Sequence[Break], quantity: Decimal) -> Break | None:
    """The break of a quantity: the largest that it reaches."""
    return max((b for b in breaks if b.from_quantity <= quantity), key=lambda b: b.from_quantity, default=None)
