"""What happened to price lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PricesRaised:
    """The prices of a list are others from a day on. percent: as text, below zero where they were lowered; from_on: ISO date."""

    price_list: int
    percent: str
    from_on: str
    prices: int
