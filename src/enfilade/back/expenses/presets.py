"""Categories for each chart of accounts, and rates that law sets, as data.

Source: mileage in Germany § 9 (1) sentence 3 no. 4a sentence 2 EStG with § 5 (2) BRKG: 0.30 for a car and 0.20 for any other motor vehicle
for each kilometre; days away § 9 (4a) EStG: 28 and 14 since 2020-01-01, less 20, 40 and 40 % for meals. United Kingdom: HMRC approved
mileage allowance payments, ITEPA 2003 s. 230: 45p and 25p after 10,000 miles in a tax year since 2011-04-06, motorcycles 24p, bicycles 20p.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from .models import ExpenseCategory

_K = ExpenseCategory.Kind
_BRKG = "§ 9 (1) sentence 3 no. 4a EStG, § 5 (2) BRKG"
_HMRC = "HMRC approved mileage allowance payments, ITEPA 2003 s. 230"


class Category(NamedTuple):
    """A category and the account of it in each chart; where a chart has none, the category is left out. rest: of what is not deductible."""

    code: str
    name: str
    kind: str
    accounts: dict[str, str]
    tax_class: str = "standard"
    rest: dict[str, str] = {}


# fmt: off
_TRAVEL = {"skr03": "4660", "skr04": "6650", "dental_de": "4660", "generic": "6400", "uk": "7400", "us": "6330", "pcg_fr": "6251"}
_GUESTS = {"skr03": "4650", "skr04": "6640", "dental_de": "4650"}
_NOT_DEDUCTED = {"skr03": "4654", "skr04": "6644", "dental_de": "4654"}
_OFFICE = {"skr03": "4930", "skr04": "6815", "dental_de": "4930", "generic": "6510", "us": "6400"}
_POSTAGE = {"skr03": "4910", "skr04": "6800", "dental_de": "4910", "generic": "6500", "uk": "7501"}
CATEGORIES = (
    Category("TRAVEL", "Train, flight, taxi", _K.RECEIPT, _TRAVEL, "reduced"),
    Category("HOTEL", "Hotel", _K.RECEIPT, _TRAVEL, "reduced"),
    Category("MEAL", "Entertainment of guests", _K.ENTERTAINMENT, _GUESTS, "standard", _NOT_DEDUCTED),
    Category("OFFICE", "Office supplies", _K.RECEIPT, _OFFICE),
    Category("POST", "Postage", _K.RECEIPT, _POSTAGE, "none"),
    Category("KM", "Own vehicle", _K.MILEAGE, _TRAVEL, "none"),
    Category("AWAY", "Days away", _K.PER_DIEM, _TRAVEL, "none"),
)
# fmt: on


def _drive(vehicle: str, unit: str, valid_from: str, rate: str, source: str, **more: Any) -> dict[str, Any]:
    return {"vehicle": vehicle, "unit": unit, "valid_from": valid_from, "rate": Decimal(rate), "source": source, **more}


_UK_YEAR = {"year_month": 4, "year_day": 6}
# The country, and the currency in which its rates are; a company with another one enters its own.
CURRENCIES = {"DE": "EUR", "GB": "GBP"}
MILEAGE: dict[str, list[dict[str, Any]]] = {
    "DE": [_drive("car", "km", "2014-01-01", "0.30", _BRKG), _drive("motorcycle", "km", "2014-01-01", "0.20", _BRKG)],
    "GB": [
        _drive("car", "mi", "2011-04-06", "0.45", _HMRC, step=10_000, rate_after=Decimal("0.25"), **_UK_YEAR),
        _drive("motorcycle", "mi", "2011-04-06", "0.24", _HMRC, **_UK_YEAR),
        _drive("bicycle", "mi", "2011-04-06", "0.20", _HMRC, **_UK_YEAR),
    ],
}
PER_DIEM: dict[str, list[dict[str, Any]]] = {
    "DE": [{"country": "DE", "valid_from": "2020-01-01", "full_minor": 28_00, "part_minor": 14_00, "source": "§ 9 (4a) EStG"}],
}
