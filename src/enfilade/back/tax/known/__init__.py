"""What the house knows of taxes abroad, as data: rates of member states, and what untaxed sales say on an invoice."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from stdnum.eu.vat import MEMBER_STATES

# A VAT id of Greece begins with EL, one of Northern Ireland with XI.
UNION = frozenset({code.upper() for code in MEMBER_STATES} - {"EL", "XI"} | {"GR"})


@dataclass(frozen=True, slots=True)
class Untaxed:
    """What is said where nothing is charged. category: of EN 16931; code: of the VATEX list; words: as an invoice has them."""

    category: str
    code: str
    words: str


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a member state from a day on, in basis points. reduced: the first of them, 0 where there is none."""

    valid_from: date
    standard: int
    reduced: int


def rates_of(country: str) -> list[Rates]:
    """The rates of a member state, oldest first; none for another country."""
    rows = _read("eu_rates.toml").get(country, {"rows": []})["rows"]
    return [Rates(row["from"], row["standard"], next(iter(row["reduced"]), 0)) for row in rows]


def rate_abroad(country: str, tax_class: str, on: date) -> int | None:
    """The rate of a member state for a class on a day, in basis points; the standard rate where there is no reduced one. None: unknown."""
    held = [row for row in rates_of(country) if row.valid_from <= on]
    if not held:
        return None
    return held[-1].reduced if tax_class == "reduced" and held[-1].reduced else held[-1].standard


def untaxed(treatment: str, seller: str) -> Untaxed:
    """What a sale says that is not taxed here. seller: country of the company."""
    data = _read("treatments.toml")[treatment]
    words = data["words"]
    return Untaxed(data["category"], data["code"], words.get(seller) or words["EU" if seller in UNION else "OTHER"])


def yearly_limits(country: str, code: str) -> list[int]:
    """What may go to one supplier in a calendar year without any of it being withheld, in units of the country's currency, lowest first."""
    return next((list(row.get("limits", ())) for row in _read("withholding.toml").get(country, []) if row["code"] == code), [])


@dataclass(frozen=True, slots=True)
class KnownWithholding:
    """A kind of withholding in a span of days. rate_percent, base, authority, source: as tax keeps them."""

    code: str
    name: str
    rate_percent: Decimal
    base: str
    valid_from: date
    valid_until: date | None
    authority: str
    source: str


def withholding_of(country: str) -> list[KnownWithholding]:
    """What is withheld from suppliers under the laws of a country; none where nothing is known."""
    return [
        KnownWithholding(
            row["code"], row["name"], Decimal(row["rate"]), row["base"], row["from"], row.get("until"), row["authority"], row["source"]
        )
        for row in _read("withholding.toml").get(country, [])
    ]
