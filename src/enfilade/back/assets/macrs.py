"""The shares of a cost that MACRS (general depreciation system) gives to each year.

Half-year convention by table A-1; mid-quarter convention by the formulae, which tables A-2 to A-5 round.
Source: IRS Publication 946, appendix A, and chapter 4, "Figuring the deduction without tables"; 26 U.S.C. § 168.
"""

from __future__ import annotations

from fractions import Fraction

# Table A-1, thousandths of a percent. Key: recovery period in years.
HALF_YEAR: dict[int, tuple[int, ...]] = {
    3: (33_330, 44_450, 14_810, 7_410),
    5: (20_000, 32_000, 19_200, 11_520, 11_520, 5_760),
    7: (14_290, 24_490, 17_490, 12_490, 8_930, 8_920, 8_930, 4_460),
    10: (10_000, 18_000, 14_400, 11_520, 9_220, 7_370, 6_550, 6_550, 6_560, 6_550, 3_280),
    15: (5_000, 9_500, 8_550, 7_700, 6_930, 6_230, 5_900, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910, 2_950),
    20: (
        3_750, 7_219, 6_677, 6_177, 5_713, 5_285, 4_888, 4_522, 4_462, 4_461, 4_462, 4_461, 4_462, 4_461, 4_462, 4_461, 4_462, 4_461, 4_462,
        4_461, 2_231,
    ),
}  # fmt: skip
# 200 percent of the straight line up to ten years, 150 percent for 15 and 20.
_FACTOR = {3: Fraction(2), 5: Fraction(2), 7: Fraction(2), 10: Fraction(2), 15: Fraction(3, 2), 20: Fraction(3, 2)}


def year_shares(years: int, convention: str, quarter: int) -> list[Fraction]:
    """Share of each year. quarter: in which the asset went into service, from 0; it counts for the mid-quarter convention only."""
    if convention == "half_year":
        return [Fraction(share, 100_000) for share in HALF_YEAR[years]]
    return shares_by_formula(years, Fraction(7 - 2 * quarter, 8))


def shares_by_formula(years: int, first: Fraction) -> list[Fraction]:
    """Declining balance with the straight line over what is left of the recovery period as soon as that is more.

    first: the part of the first year in service, such as one half.
    """
    rate, left, remaining, part = _FACTOR[years] / years, Fraction(1), Fraction(years), first
    shares = []
    while remaining > 0:
        part = min(part, remaining)
        share = left if part == remaining else left * part * max(rate, 1 / remaining)
        shares.append(share)
        left, remaining, part = left - share, remaining - part, Fraction(1)
    return shares
