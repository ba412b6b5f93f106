"""Tax codes of countries as data. Each says from when it holds and where that is written.

Source: UStG § 12 (1) and (2): 19 % and 7 % since 2007-01-01; § 28 (1) to (3): 16 % and 5 % from 2020-07-01 to 2020-12-31;
§ 4 no. 14 letter a: medical treatment by physicians and dentists is exempt.
"""

from __future__ import annotations

from typing import Any

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
    _code("exempt", "DE-MED", "Exempt: medical care", 0, "2007-01-01", category="E", exemption_reason=MEDICAL, exemption_code="VATEX-EU-132-1C"),
    _code("zero", "DE0", "VAT 0 %", 0, "2007-01-01", category="Z"),
]

PRESETS: dict[str, list[dict[str, Any]]] = {"DE": _DE}
