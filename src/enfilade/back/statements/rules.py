"""Pure rules of statements: categories of cash flows by the place of an account, and ratios.

Source: IAS 7 (10) to (17): operating, investing and financing activities; (18): direct and indirect method.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from enfilade.back.ledger.rules import RESULT_KINDS, Place

from .headings import KEPT_ASSETS

CASH, OPERATING, INVESTING, FINANCING, OPENING = "cash", "operating", "investing", "financing", "opening"
CASH_PURPOSES = ("cash", "bank", "card", "transit")
BY_PURPOSE = {
    "opening": OPENING, "loan": FINANCING, "capital": FINANCING, "drawings": FINANCING, "affiliate_payable": FINANCING,
    "affiliate_receivable": INVESTING, "disposal_gain": INVESTING, "disposal_loss": INVESTING,
}  # fmt: skip


def categories(places: Mapping[int, Place], purposes: Mapping[str, int], said: Mapping[int, str]) -> dict[int, str]:
    """The category of every account that takes entries. Shape: key -> cash, operating, investing, financing or opening.

    purposes: purpose -> key of its account. said: what somebody decided for an account.
    Cash is what stands below the heading of the cash and bank accounts, and what serves card payments and money in transit.
    """
    by_key = {purposes[name]: category for name, category in BY_PURPOSE.items() if name in purposes}
    cash = {purposes[name] for name in CASH_PURPOSES if name in purposes}
    held = {places[purposes[name]].parent for name in ("cash", "bank") if name in purposes} - {None}
    return {
        key: said.get(key) or (CASH if key in cash or place.parent in held else by_key.get(key) or _by_place(place, places))
        for key, place in places.items()
        if not place.heading
    }


def _by_place(place: Place, places: Mapping[int, Place]) -> str:
    if place.kind == "equity":
        return FINANCING
    if place.kind == "asset":
        at = place.parent
        while at is not None:
            if places[at].name in KEPT_ASSETS:
                return INVESTING
            at = places[at].parent
    return OPERATING


@dataclass(frozen=True, slots=True)
class Indirect:
    """The way from the profit to the change of cash. amounts: account -> what it adds, by category; depreciation goes back and forth."""

    profit_minor: int
    depreciation_minor: int
    amounts: dict[str, dict[int, int]]

    def total(self, category: str) -> int:
        """What a category adds in all."""
        own = sum(self.amounts[category].values())
        extra = {OPERATING: self.profit_minor + self.depreciation_minor, INVESTING: -self.depreciation_minor}
        return own + extra.get(category, 0)


def indirect(moved: Mapping[int, int], places: Mapping[int, Place], of: Mapping[int, str], depreciation: int | None) -> Indirect:
    """From the profit by changes of what is no cash.

    moved: what was posted to each account, debit positive; it sums to zero. depreciation: key of its account.
    """
    amounts: dict[str, dict[int, int]] = {OPERATING: {}, INVESTING: {}, FINANCING: {}, OPENING: {}}
    profit = 0
    for key, amount in moved.items():
        if of[key] == CASH:
            continue
        if places[key].kind in RESULT_KINDS:
            profit -= amount
        elif places[key].kind != "statistical" and amount:
            amounts[of[key]][key] = -amount
    return Indirect(profit, moved.get(depreciation, 0) if depreciation is not None else 0, amounts)


def divided(one: int, other: int, places: int = 1) -> Decimal | None:
    """One by the other, rounded half up; None where there is nothing to divide by."""
    return (Decimal(one) / other).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if other else None
