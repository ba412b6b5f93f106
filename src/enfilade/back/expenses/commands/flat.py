"""Drives with one's own vehicle and days away: paid by rates, without receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from enfilade.back.expenses import rules
from enfilade.back.expenses.models import ExpenseCategory, ExpenseClaim, ExpenseLine, MileageRate, PerDiemRate
from enfilade.back.expenses.queries import away_already, category_of, driven, lock_person, mileage_rate_on, per_diem_on
from enfilade.core.command import Choice, Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_minor

from .common import Dimensions, Into, Spent, claim_to_write, require_day, summed

DAYS_MAX = 92


@dataclass(frozen=True)
class MealsIn:
    """Meals of one day that somebody else paid: the hotel with the night, a host, the employer.

    on: the day.
    """

    on: date
    breakfast: bool = False
    lunch: bool = False
    dinner: bool = False

    @property
    def letters(self) -> str:
        """B, L and D."""
        return "".join(letter for letter, name in rules.MEALS.items() if getattr(self, name))


@command(permission="expenses.add_mileage", label="Add a drive", target="claim")
def add_mileage(
    ctx: Context,
    *,
    distance: Annotated[
        Decimal, Input(min_value=0, max_value=100_000, decimals=1, help="Kilometres or miles, as the rate of the vehicle says.")
    ],
    route: Annotated[str, Input(max_length=120, label="From where to where")],
    on: Spent,
    vehicle: Annotated[str, Choice(*MileageRate.Vehicle.choices)] = MileageRate.Vehicle.CAR,
    note: Annotated[str, Input(max_length=300, label="What for")] = "",
    dimensions: Dimensions = "",
    claim: Into[ExpenseClaim | None] = None,
) -> ExpenseLine:
    """Claim a drive with your own vehicle; what it is paid follows from the rate of the day and from what you drove in the tax year.

    Refuses: no_person, claim_not_open, in_future, no_category, no_rate; expense_line_drive (database).
    """
    require_day(ctx, on)
    target = claim_to_write(ctx, claim)
    rate = mileage_rate_on(ctx, vehicle, on)
    line = _flat(ctx, target, category_of(ctx, ExpenseCategory.Kind.MILEAGE), on, route, note, dimensions)
    line.mileage_rate, line.distance = rate, distance
    price_drive(ctx, line)
    line.save()
    return summed(ctx, line)


@command(permission="expenses.add_days_away", label="Add days away", target="claim")
def add_days_away(
    ctx: Context,
    *,
    left_at: Annotated[datetime, Input(label="Left home or office")],
    back_at: Annotated[datetime, Input(label="Came back")],
    place: Annotated[str, Input(max_length=80, label="Where to")],
    country: Annotated[str, Input(max_length=2, help="Two letters, for example AT; the company's own when left out.")] = "",
    overnight: Annotated[bool, Input(label="With a night away")] = True,
    meals: list[MealsIn] = [],  # noqa: B006 - never changed
    note: Annotated[str, Input(max_length=300, label="What for")] = "",
    dimensions: Dimensions = "",
    claim: Into[ExpenseClaim | None] = None,
) -> ExpenseLine:
    """Claim what is paid for meals while you were away, without receipts: by the day, less the meals that others paid.

    overnight: whether you slept elsewhere; a day without a night counts when it is longer than eight hours.
    Refuses: no_person, claim_not_open, in_future, back_before, too_long, away_already, no_category, no_rate, meal_elsewhere, nothing_paid.
    """
    left, back = left_at.astimezone(ctx.zone), back_at.astimezone(ctx.zone)
    require_day(ctx, back.date(), "back_at")
    if back <= left:
        raise Refusal("back_before", "Who was away came back after she left.", field="back_at")
    if (back.date() - left.date()).days > DAYS_MAX:
        raise Refusal("too_long", "Three months at one place are the most that is paid at a time.", field="back_at")
    target = claim_to_write(ctx, claim)
    lock_person(ctx, target.person)
    if (other := away_already(ctx, target.person_id, left_at, back_at)) is not None:
        raise Refusal("away_already", f"{other.claim} has days away at this time already.", field="left_at")
    rate = per_diem_on(ctx, country.strip().upper() or ctx.company.country, place, left.date())
    given = {meal.on.isoformat(): meal.letters for meal in meals if meal.letters}
    for number, meal in enumerate(meals):
        if not left.date() <= meal.on <= back.date():
            raise Refusal("meal_elsewhere", "This meal is of none of these days.", field=f"meals[{number}].on")
    paid = sum(day.paid_minor for day in rules.days_away(left, back, away_of(rate), given, overnight=overnight))
    if not paid:
        raise Refusal(
            "nothing_paid", "Nothing is paid for this: it is not longer than eight hours, or the meals use it up.", field="back_at"
        )
    line = _flat(ctx, target, category_of(ctx, ExpenseCategory.Kind.PER_DIEM), left.date(), place, note, dimensions)
    line.per_diem_rate, line.left_at, line.back_at, line.overnight, line.meals = rate, left_at, back_at, overnight, given
    line.amount_minor = line.spent_minor = paid
    line.save()
    return summed(ctx, line)


def price_drive(ctx: Context, line: ExpenseLine) -> None:
    """What a drive is paid, after all that was driven before in its tax year."""
    rate = line.mileage_rate
    assert rate is not None  # noqa: S101 - called for drives only
    assert line.distance is not None  # noqa: S101 - a drive has one
    cents = to_minor(1, ctx.company.currency)
    after = rate.rate_after * cents if rate.rate_after is not None else None
    step = None if rate.step is None else Decimal(rate.step)
    before = driven(ctx, line) if step is not None else Decimal(0)
    line.amount_minor = line.spent_minor = rules.mileage_minor(line.distance, before, rules.Mileage(rate.rate * cents, step, after))


def away_of(rate: PerDiemRate) -> rules.Away:
    """The rates of a row as the rules take them."""
    shares = (int(percent * 100) for percent in (rate.breakfast_percent, rate.lunch_percent, rate.dinner_percent))
    return rules.Away(rate.full_minor, rate.part_minor, *shares)


def _flat(ctx: Context, target: ExpenseClaim, category: ExpenseCategory, on: date, where: str, note: str, dimensions: str) -> ExpenseLine:
    return ExpenseLine(
        company=ctx.company,
        claim=target,
        category=category,
        on=on,
        merchant=where,
        note=note,
        dimensions=dimensions,
        currency=ctx.company.currency,
        spent_currency=ctx.company.currency,
        entered_by=ctx.user,
        entered_at=ctx.now,
    )
