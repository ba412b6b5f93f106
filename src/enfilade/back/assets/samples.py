"""Classes of assets to begin with, as data: accounts by purpose, method and useful life. A company changes them as it likes."""

from __future__ import annotations

from dataclasses import dataclass

from .models import Method

AV = "AfA-Tabelle AV, BMF 2000-12-15, no. "


@dataclass(frozen=True, slots=True)
class Sample:
    """cost, accumulated, expense: purposes of accounts. from_minor, to_minor: limits of the law, in minor units of the euro."""

    code: str
    name: str
    method: str
    life_months: int
    cost: str
    accumulated: str
    expense: str = "depreciation"
    source: str = ""
    from_minor: int | None = None
    to_minor: int | None = None


def _land(source: str) -> Sample:
    return Sample("LAND", "Land", Method.NONE, 0, "asset_land", "asset_land", source=source)


def _construction(source: str) -> Sample:
    return Sample("BUILDING-SITE", "Assets under construction", Method.NONE, 0, "asset_construction", "asset_construction", source=source)


_B = ("asset_building", "accumulated_building", "depreciation_building")
_M = ("asset_machinery", "accumulated_machinery")
_V = ("asset_vehicle", "accumulated_vehicle", "depreciation_vehicle")
_E = ("asset_equipment", "accumulated_equipment")
_C = ("asset_computer", "accumulated_computer")
_I = ("asset_intangible", "accumulated_intangible", "depreciation_intangible")
_S = Method.STRAIGHT

# Limits and lives as the law had them on 2026-11-28. A pool takes what costs more than 250.00 and no more than 1,000.00.
GERMAN = (
    _land("§ 7 (1) EStG: no wear"),
    Sample("BUILDING", "Buildings of the business", _S, 400, *_B, "§ 7 (4) sentence 1 no. 1 EStG: 3 % a year"),
    Sample("MACHINE", "Machines, stationary drills", _S, 192, *_M, source=AV + "5.4.1"),
    Sample("CAR", "Cars", _S, 72, *_V, AV + "4.2.1"),
    Sample("TRUCK", "Lorries", _S, 108, *_V, AV + "4.2.3"),
    Sample("FURNITURE", "Office furniture", _S, 156, *_E, source=AV + "6.15"),
    Sample("COMPUTER", "Computers and peripherals", _S, 12, *_C, source="BMF 2022-02-22, IV C 3 - S 2190/21/10002 :025"),
    Sample("SOFTWARE", "Software", _S, 12, *_I, "BMF 2022-02-22, IV C 3 - S 2190/21/10002 :025"),
    Sample("XRAY", "X-ray devices", _S, 96, *_E, source="AfA-Tabelle Gesundheitswesen, BMF 1995-01-13"),
    Sample("EQUIPMENT", "Other equipment", _S, 120, *_E, source="An estimate of the company"),
    Sample(
        "LOWVALUE", "Low-value assets", Method.IMMEDIATE, 0, "asset_low_value", "asset_low_value", "depreciation_low_value",
        "§ 6 (2) EStG: up to 800.00", None, 80_000,
    ),
    Sample(
        "POOL", "Pool of low-value assets", Method.POOL, 60, "asset_pool", "asset_pool", "depreciation_pool",
        "§ 6 (2a) EStG: more than 250.00, up to 1,000.00", 25_001, 100_000,
    ),
    _construction("§ 266 (2) A. II. 4. HGB"),
)  # fmt: skip

_OWN = "An estimate of the company (IAS 16.51)"
GENERIC = (
    _land("IAS 16.58"),
    Sample("BUILDING", "Buildings", _S, 480, *_B, _OWN),
    Sample("MACHINE", "Machinery", _S, 120, *_M, source=_OWN),
    Sample("VEHICLE", "Vehicles", Method.DECLINING, 60, *_V, _OWN),
    Sample("EQUIPMENT", "Equipment and furniture", _S, 120, *_E, source=_OWN),
    Sample("COMPUTER", "Computers", _S, 36, *_C, source=_OWN),
    Sample("SOFTWARE", "Software", _S, 36, *_I, _OWN),
    _construction(_OWN),
)

_P = "IRS Publication 946, table B-1, "
AMERICAN = (
    _land("IRS Publication 946, chapter 1"),
    Sample("MACRS-5-CAR", "Cars (5 years)", Method.MACRS, 60, *_V, _P + "asset class 00.22"),
    Sample("MACRS-5-COMPUTER", "Computers (5 years)", Method.MACRS, 60, *_C, source=_P + "asset class 00.12"),
    Sample("MACRS-7-FURNITURE", "Office furniture (7 years)", Method.MACRS, 84, *_E, source=_P + "asset class 00.11"),
    Sample("MACRS-15-LAND", "Land improvements (15 years)", Method.MACRS, 180, *_B, _P + "asset class 00.3"),
    Sample("MACRS-27-RENTAL", "Residential rental property (27.5 years)", Method.MACRS, 330, *_B, "26 U.S.C. § 168 (c)"),
    Sample("MACRS-39-BUILDING", "Nonresidential real property (39 years)", Method.MACRS, 468, *_B, "26 U.S.C. § 168 (c)"),
    _construction("IRS Publication 946, chapter 1"),
)

SAMPLES = {
    "german": ("German tables (AfA)", GERMAN),
    "generic": ("Generic", GENERIC),
    "american": ("United States (MACRS)", AMERICAN),
}
