"""Arithmetic of drives and days away, what of an expense is posted where, and what the policy says of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from enfilade.base.money.rules import percent_of, round_half_up, split_tax

# Longer away than this makes a part of a day. Source: § 9 (4a) sentence 3 no. 2 and 3 EStG.
PART_OF_DAY = timedelta(hours=8)
WHOLE_BP = 10_000
MEALS = {"B": "breakfast", "L": "lunch", "D": "dinner"}


@dataclass(frozen=True, slots=True)
class Part:
    """What of an expense goes to one account. gross_minor: with its tax; rest: whether it is the share that profit may not deduct."""

    gross_minor: int
    net_minor: int
    tax_minor: int
    rest: bool = False


def parts(gross_minor: int, rate_bp: int, deductible_bp: int = WHOLE_BP) -> list[Part]:
    """An expense split into what may be deducted from profit and what may not; each with its tax, together exactly the expense.

    Source: § 4 (5) sentence 1 no. 2 EStG, 70 %; the tax on both is deducted, § 15 (1a) sentence 2 UStG.
    """
    first = percent_of(gross_minor, deductible_bp)
    amounts = [(first, False), (gross_minor - first, True)]
    return [Part(amount, *split_tax(amount, rate_bp), rest) for amount, rest in amounts if amount]


@dataclass(frozen=True, slots=True)
class Mileage:
    """Rates of a vehicle, in minor units for each unit of distance. step: distance in a tax year after which rate_after holds."""

    rate: Decimal
    step: Decimal | None = None
    rate_after: Decimal | None = None


def mileage_minor(distance: Decimal, before: Decimal, rate: Mileage) -> int:
    """What a drive is paid, rounded half up. before: driven earlier in the same tax year.

    Source: § 5 BRKG; HMRC: 45p for the first 10,000 business miles in the tax year and 25p for each mile over it (ITEPA 2003 s. 230).
    """
    if rate.step is None or rate.rate_after is None:
        return round_half_up(distance * rate.rate)
    low = max(min(rate.step - before, distance), Decimal(0))
    return round_half_up(low * rate.rate + (distance - low) * rate.rate_after)


def tax_year(on: date, month: int, day: int) -> tuple[date, date]:
    """The first and the last day of the tax year around a day, which begins on a day of a month."""
    begins = date(on.year, month, day)
    if on < begins:
        begins = begins.replace(year=on.year - 1)
    return begins, begins.replace(year=begins.year + 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Away:
    """What days away are paid. Percents are of the whole day, for a meal that somebody else paid."""

    full_minor: int
    part_minor: int
    breakfast_bp: int = 2_000
    lunch_bp: int = 4_000
    dinner_bp: int = 4_000

    def cut_minor(self, meals: str) -> int:
        """What is taken off for meals, by their letters."""
        shares = {"B": self.breakfast_bp, "L": self.lunch_bp, "D": self.dinner_bp}
        return sum(percent_of(self.full_minor, shares[meal]) for meal in sorted(set(meals)))


@dataclass(frozen=True, slots=True)
class Day:
    """A day away: what it is paid before and after meals are taken off, which never makes it less than nothing."""

    on: date
    allowed_minor: int
    cut_minor: int

    @property
    def paid_minor(self) -> int:
        """What is left of it."""
        return max(self.allowed_minor - self.cut_minor, 0)


def days_away(left: datetime, back: datetime, away: Away, meals: Mapping[str, str], *, overnight: bool = True) -> list[Day]:
    """What each day of an absence is paid; local times.

    overnight: whether a night was spent elsewhere. Then the days of leaving and coming back are parts, and those between are whole. Without
    one, more than eight hours are one part, also over midnight: it counts for the day with the more of it.
    meals: ISO day -> letters of meals that somebody else paid.
    Source: § 9 (4a) sentences 3, 8 and 9 EStG; R 9.6 LStR.
    """
    first, last = left.date(), back.date()
    if first == last or not overnight:
        if back - left <= PART_OF_DAY:
            return []
        midnight = datetime.combine(first + timedelta(days=1), time(), tzinfo=left.tzinfo)
        on = first if first == last or midnight - left >= back - midnight else last
        allowed = {on: away.part_minor}
    else:
        between = {first + timedelta(days=n): away.full_minor for n in range(1, (last - first).days)}
        allowed = {first: away.part_minor, **between, last: away.part_minor}
    return [Day(on, amount, away.cut_minor(meals.get(on.isoformat(), ""))) for on, amount in allowed.items()]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the company allows in a category. Amounts are minor units; limit None is no limit."""

    name: str
    receipt_above_minor: int
    limit_minor: int | None
    days_max: int
    entertainment: bool = False
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """An expense as the policy looks at it. claimed_on: when it is submitted, or today.

    alike: numbers of claims with a line that looks the same; twins: of those that have the same receipt.
    """

    on: date
    amount_minor: int
    has_receipt: bool
    claimed_on: date
    no_receipt_reason: str = ""
    attendees: Sequence[str] = ()
    occasion: str = ""
    tax_minor: int = 0
    alike: Sequence[str] = ()
    twins: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """What the policy says of an expense, in a sentence. blocks: it can't be submitted so; code: stable, for programs."""

    code: str
    sentence: str
    blocks: bool = False


def breaches(spent: Spent, policy: Policy, money: Mapping[str, str]) -> list[Breach]:
    """What an expense breaks, the worst first.

    money: limit and receipt_above as people read them.
    Source: § 4 (5) sentence 1 no. 2 EStG: place, day, guests and occasion of an entertainment are written down; § 15 (1) no. 1 UStG: tax is
    deducted with the invoice in hand only.
    """
    return sorted(_breaches(spent, policy, money), key=lambda breach: not breach.blocks)


def _breaches(spent: Spent, policy: Policy, money: Mapping[str, str]) -> Iterable[Breach]:
    if not policy.flat and not spent.has_receipt:
        if spent.amount_minor > policy.receipt_above_minor and not spent.no_receipt_reason:
            needed = "A receipt is needed, or the reason why there is none."
            above = f"Above {money['receipt_above']} a receipt is needed, or the reason why there is none."
            yield Breach("receipt_missing", above if policy.receipt_above_minor else needed, blocks=True)
        elif spent.no_receipt_reason:
            yield Breach("without_receipt", f"There is no receipt: {spent.no_receipt_reason}")
        if spent.tax_minor:
            yield Breach("tax_lost", "Without a receipt its tax is not deducted.")
    if policy.entertainment and not spent.attendees:
        yield Breach("attendees_missing", "Name everybody who was there, yourself too.", blocks=True)
    if policy.entertainment and not spent.occasion:
        yield Breach("occasion_missing", "Say what the occasion was.", blocks=True)
    if policy.limit_minor is not None and spent.amount_minor > policy.limit_minor:
        yield Breach("over_limit", f"This is more than the {money['limit']} that {policy.name} allows.")
    if (late := (spent.claimed_on - spent.on).days) > policy.days_max:
        yield Breach("too_late", f"It is {late} days old; {policy.name} is claimed within {policy.days_max}.")
    for number in spent.twins:
        yield Breach("same_receipt", f"The same receipt is in {number} already.")
    for number in spent.alike:
        yield Breach("same_expense", f"The same day, amount and place are in {number} already.")
