"""Tax codes of countries as data. Each says from when it holds and where that is written.

Source: UStG § 12 (1) and (2): 19 % and 7 % since 2007-01-01; § 28 (1) to (3): 16 % and 5 % from 2020-07-01 to 2020-12-31;
§ 4 no. 14 letter a: medical treatment by physicians and dentists is exempt. VATA 1994 s. 2 (1), Finance (No. 2) Act 2010 s. 3: 20 %
since 2011-01-04; s. 29A: 5 % (since when is from memory, to be checked). Other member states by the table of rates (known/eu_rates.toml).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .known import rates_of

MEDICAL = "Steuerfreie Heilbehandlung nach § 4 Nr. 14 Buchst. a UStG"


def _code(
    tax_class: str, code: str, name: str, rate_bp: int, valid_from: str, valid_until: str | None = None, **more: Any
) -> dict[str, Any]:
    base = {"tax_class": tax_class, "code": code, "name": name, "rate_bp": rate_bp, "valid_from": valid_from, "valid_until": valid_until}
    return {"category": "S", "exemption_reason": "", "exemption_code": "", **base, **more}


_DE = [
    _code("standard", "DE19", "VAT 19 %", 1900, "2007-01-01", "2020-06-30"),
    _code("standard", "DE16", "VAT 16 %", 1600, "2020-07-01", "2020-12-31"),
    _code("standard", "DE19", "VAT 19 %", 1900, "2021-01-01"),
    _code("reduced", "DE7", "VAT 7 %", 700, "2007-01-01", "2020-06-30"),
    _code("reduced", "DE5", "VAT 5 %", 500, "2020-07-01", "2020-12-31"),
    _code("reduced", "DE7", "VAT 7 %", 700, "2021-01-01"),
    _code(
        "exempt",
        "DE-MED",
        "Exempt: medical care",
        0,
        "2007-01-01",
        category="E",
        exemption_reason=MEDICAL,
        exemption_code="VATEX-EU-132-1C",
    ),
    _code("zero", "DE0", "VAT 0 %", 0, "2007-01-01", category="Z"),
]

_HEALTH = "Exempt: health and welfare (VATA 1994 Sch. 9 Group 7)"
_GB = [
    _code("standard", "GB20", "VAT 20 %", 2000, "2011-01-04"),
    _code("reduced", "GB5", "VAT 5 %", 500, "1997-09-01"),
    _code("zero", "GB0", "VAT 0 %", 0, "1973-04-01", category="Z"),
    _code("exempt", "GB-HEALTH", "Exempt: health", 0, "1994-09-01", category="E", exemption_reason=_HEALTH),
]


def preset(country: str) -> list[dict[str, Any]]:
    """The tax codes that are known for a country; those of other member states are the standard and the first reduced rate of the table."""
    if country in PRESETS:
        return PRESETS[country]
    found = []
    rows = rates_of(country)
    for number, row in enumerate(rows, 1):
        until = str(rows[number].valid_from - timedelta(days=1)) if number < len(rows) else None
        for tax_class, rate in (("standard", row.standard), ("reduced", row.reduced)):
            if rate:
                code = f"{country}{rate / 100:g}"
                found.append(_code(tax_class, code, f"VAT {rate / 100:g} %", rate, str(row.valid_from), until))
    return found


PRESETS: dict[str, list[dict[str, Any]]] = {"DE": _DE, "GB": _GB}
