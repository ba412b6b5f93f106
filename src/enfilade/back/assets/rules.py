"""How much of an asset is written off by the end of a day: pure functions of its terms, in whole minor units.

What is written off is always reckoned from the beginning of the terms and rounded there, so that the parts of any calendar sum to the
whole, to the cent. Sources: § 7, § 6 (2) and (2a) EStG; IAS 16.60-62; IRS Publication 946 (How To Depreciate Property).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .macrs import year_shares

STRAIGHT, DECLINING, UNITS, MACRS = "straight_line", "declining", "units", "macrs"
IMMEDIATE, POOL, NONE = "immediate", "pool", "none"
# Written off by a plan for their whole life, which nothing changes afterwards but a part that leaves.
WHOLE_LIFE = frozenset({MACRS, IMMEDIATE, POOL})
POOL_YEARS = 5
# Real property by MACRS: straight line from the middle of the month of service (27.5 and 39 years).
MID_MONTH = frozenset({330, 468})
_DOUBLE = 20_000
_LIFE_MAX = 1_200


@dataclass(frozen=True, slots=True)
class Terms:
    """How an amount is written off.

    base_minor: what there is to write off down to residual_minor. starts_on: first day of use under these terms.
    rate_bp: of a declining balance, basis points a year; 0 for twice the rate of the straight line. by_day: count days, not months.
    convention: half_year or mid_quarter, of MACRS. total_units: over which the base is spread evenly. year_month: in which years begin.
    """

    method: str
    base_minor: int
    residual_minor: int
    starts_on: date
    life_months: int = 0
    rate_bp: int = 0
    by_day: bool = False
    convention: str = "half_year"
    total_units: int = 0
    year_month: int = 1

    @property
    def depreciable_minor(self) -> int:
        """What is written off in the end."""
        return 0 if self.method == NONE else self.base_minor - self.residual_minor


@dataclass(frozen=True, slots=True)
class YearPart:
    """What a year of accounts gets. first: number of its first month of use; months: over how many it is spread."""

    first: int
    months: int
    amount_minor: int


def month_number(on: date) -> int:
    """Months since the year 0; the next month has the next number."""
    return on.year * 12 + on.month - 1


def month_start(number: int) -> date:
    """First day of a month by its number."""
    return date(number // 12, number % 12 + 1, 1)


def month_end(on: date) -> date:
    """Last day of the month of a day."""
    return month_start(month_number(on) + 1) - timedelta(days=1)


def rounded(amount: Fraction) -> int:
    """To the nearest minor unit; halves go up."""
    return int((2 * amount.numerator + amount.denominator) // (2 * amount.denominator))


def part_of(amount_minor: int, numerator: int, denominator: int) -> int:
    """A share of an amount, rounded."""
    return rounded(Fraction(amount_minor * numerator, denominator))


def months_used(starts_on: date, through_on: date) -> int:
    """Whole months of use at the end of a day: that of the first day counts as one, the one in which the day lies when it ends on it.

    Source: § 7 (1) sentence 4 EStG.
    """
    return max(month_number(through_on + timedelta(days=1)) - month_number(starts_on), 0)


def life_ends_on(terms: Terms) -> date:
    """The last day of the useful life."""
    after = month_start(month_number(terms.starts_on) + terms.life_months)
    if not terms.by_day:
        return after - timedelta(days=1)
    return after + timedelta(days=min(terms.starts_on.day, month_end(after).day) - 2)


def written_off(terms: Terms, through_on: date, units: int = 0) -> int:
    """What is written off at the end of a day. units: used since the terms began, for units of production."""
    whole = terms.depreciable_minor
    if through_on < terms.starts_on or not whole:
        return 0
    if terms.method == IMMEDIATE:
        return whole
    if terms.method == UNITS:
        return part_of(whole, min(units, terms.total_units), terms.total_units)
    used = months_used(terms.starts_on, through_on)
    if terms.method == STRAIGHT:
        return _by_day(terms, through_on) if terms.by_day else part_of(whole, min(used, terms.life_months), terms.life_months)
    if terms.method == MACRS and terms.life_months in MID_MONTH:
        return _half_months(terms, 2 * used - 1)
    return sum(_so_far(part, month_number(terms.starts_on) + used) for part in year_parts(terms))


def written_off_at_disposal(terms: Terms, on: date, units: int = 0) -> int:
    """What is written off when an asset leaves on a day.

    By the calendar, months count that ended. MACRS gives half of the year of disposal, or the part of it up to the middle of the
    quarter or the month, and nothing where it is the year of acquisition as well.
    Source: IRS Publication 946, chapter 4, "Figuring the deduction for property disposed of before the end of its recovery period".
    """
    if terms.method != MACRS:
        return written_off(terms, on, units)
    if terms.life_months in MID_MONTH:
        return _half_months(terms, 2 * (month_number(on) - month_number(terms.starts_on) + 1) - 2)
    parts = year_parts(terms)
    opens = year_opens(on, terms.year_month)
    if opens <= year_opens(terms.starts_on, terms.year_month):
        return 0
    before = sum(part.amount_minor for part in parts if part.first < opens)
    this = next((part.amount_minor for part in parts if part.first == opens), 0)
    eighths = 4 if terms.convention == "half_year" else 2 * ((month_number(on) - opens) // 3) + 1
    return before + part_of(this, eighths, 8)


def year_opens(on: date, year_month: int) -> int:
    """Number of the first month of the year of accounts in which a day lies."""
    return month_number(on) - (on.month - year_month) % 12


def year_parts(terms: Terms) -> list[YearPart]:
    """What each year of accounts gets, by a method that reckons by years; their sum is what is written off."""
    first = month_number(terms.starts_on)
    opens = year_opens(terms.starts_on, terms.year_month)
    if terms.method == DECLINING:
        return _declining(terms, first, opens)
    shares = [Fraction(1, POOL_YEARS)] * POOL_YEARS
    if terms.method == MACRS:
        shares = year_shares(terms.life_months // 12, terms.convention, (first - opens) // 3)
    parts, share, before = [], Fraction(0), 0
    for number, one in enumerate(shares):
        share += one
        after = rounded(terms.depreciable_minor * share)
        start = first if number == 0 else opens + 12 * number
        parts.append(YearPart(start, opens + 12 * (number + 1) - start, after - before))
        before = after
    return parts


def _declining(terms: Terms, first: int, opens: int) -> list[YearPart]:
    """A share of what is left each year, and the straight line over what is left of the life as soon as that is not less.

    Source: § 7 (2) and (3) EStG.
    """
    parts: list[YearPart] = []
    left, remaining, start = terms.depreciable_minor, terms.life_months, first
    rate = Fraction(terms.rate_bp, 10_000) if terms.rate_bp else Fraction(_DOUBLE, 10_000) * Fraction(12, terms.life_months)
    while left and remaining:
        months = min(opens + 12 - start, remaining)
        share = (left + terms.residual_minor) * rate * Fraction(months, 12)
        amount = left if months == remaining else min(left, rounded(max(share, Fraction(left * months, remaining))))
        parts.append(YearPart(start, months, amount))
        left, remaining, start, opens = left - amount, remaining - months, start + months, opens + 12
    return parts


def _so_far(part: YearPart, until: int) -> int:
    """What of a year is written off before the month of a number."""
    return part_of(part.amount_minor, min(max(until - part.first, 0), part.months), part.months)


def _by_day(terms: Terms, through_on: date) -> int:
    days = (life_ends_on(terms) - terms.starts_on).days + 1
    return part_of(terms.depreciable_minor, min((through_on - terms.starts_on).days + 1, days), days)


def _half_months(terms: Terms, half_months: int) -> int:
    return part_of(terms.depreciable_minor, min(max(half_months, 0), 2 * terms.life_months), 2 * terms.life_months)


def months_left(terms: Terms, from_on: date) -> int:
    """Months of the useful life that are left at the beginning of a day; at least one."""
    return max(terms.life_months - max(month_number(from_on) - month_number(terms.starts_on), 0), 1)


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """ends_on: last day of a year of accounts. charge_minor: what it is charged; after_minor: what is written off at its end."""

    ends_on: date
    charge_minor: int
    after_minor: int


def planned_years(terms: Terms, from_minor: int = 0, after_on: date | None = None) -> list[PlannedYear]:
    """What the years of accounts are charged from a day on, until all is written off; nothing is planned of what depends on use.

    from_minor: what is written off already. after_on: the day up to which it is; None for nothing yet.
    """
    if terms.method in (UNITS, NONE):
        return []
    found: list[PlannedYear] = []
    begin = max(terms.starts_on, after_on + timedelta(days=1)) if after_on is not None else terms.starts_on
    opens, before = year_opens(begin, terms.year_month), from_minor
    while before < terms.depreciable_minor and len(found) <= _LIFE_MAX // 12:
        opens += 12
        ends_on = month_start(opens) - timedelta(days=1)
        after = max(written_off(terms, ends_on), before)
        found.append(PlannedYear(ends_on, after - before, after))
        before = after
    return found


@dataclass(frozen=True, slots=True)
class Stage:
    """Terms, why they hold, and the book value before them. cause: start, estimate, addition, impairment, write_up, disposal."""

    cause: str
    before_minor: int
    terms: Terms


UNPLANNED = frozenset({"impairment", "write_up"})


def regular_book(stages: Sequence[Stage], through_on: date, units: Sequence[int]) -> int:
    """The book value at the end of a day had there been no impairment: what a write-up goes to at most.

    stages: in order. units: used since each of them began, up to the day.
    Source: § 253 (5) HGB; IAS 36.117.
    """
    kept = [(stage, used) for stage, used in zip(stages, units, strict=True) if stage.cause not in UNPLANNED]
    book = 0
    for number, (stage, used) in enumerate(kept):
        terms = stage.terms
        if number and terms.method not in WHOLE_LIFE:
            base = terms.base_minor
            if stage.cause == "addition":
                base = book + terms.base_minor - stage.before_minor
            elif stage.cause == "disposal":
                base = part_of(book, terms.base_minor, max(stage.before_minor, 1))
            elif stage.cause == "estimate":
                base = book
            terms = _with_base(terms, max(base, terms.residual_minor))
        last = number + 1 == len(kept)
        until = through_on if last else min(kept[number + 1][0].terms.starts_on - timedelta(days=1), through_on)
        seen = used if last else used - kept[number + 1][1]
        book = terms.base_minor - written_off(terms, until, seen)
    return book


def _with_base(terms: Terms, base_minor: int) -> Terms:
    return Terms(
        terms.method, base_minor, terms.residual_minor, terms.starts_on, terms.life_months, terms.rate_bp, terms.by_day, terms.convention,
        terms.total_units, terms.year_month,
    )  # fmt: skip


def day_before(on: date) -> date:
    """The last day before one."""
    return on - timedelta(days=1)
