"""What bills in foreign currencies, and what settles them, count in the company's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from enfilade.back.ledger.commands import worth_on
from enfilade.back.payables.models import Bill, BillLine, Settlement
from enfilade.base.money.queries import rates_on
from enfilade.base.money.rules import worth_at, worth_of_part
from enfilade.core import bulk
from enfilade.core.context import Context, Refusal

_PARTS = ("net", "tax", "deductible", "self_tax")


def value_bill(ctx: Context, bill: Bill, lines: Sequence[BillLine]) -> None:
    """Set what a bill in a foreign currency is worth, and write it down for its lines.

    The total and each part of each line are converted; what rounding leaves over is net of the largest line.
    Refuses: no_rate.
    Source: IAS 21.21: the rate of the day of the transaction, which is the date of the bill; Directive 2006/112/EC art. 91(2).
    """
    if bill.currency == ctx.company.currency:
        return
    worth = _worth(ctx, bill)
    bill.worth_minor = worth(bill.total_minor)
    for line in lines:
        for name in _PARTS:
            setattr(line, f"{name}_worth_minor", worth(getattr(line, f"{name}_minor")))
    largest = max(lines, key=lambda line: abs(line.net_minor))
    over = bill.worth_minor - sum((line.net_worth_minor or 0) + (line.tax_worth_minor or 0) for line in lines)
    largest.net_worth_minor = (largest.net_worth_minor or 0) + over
    names = [f"{name}_worth_minor" for name in _PARTS]
    bulk.update(BillLine, [{"id": line.pk, **{name: getattr(line, name) for name in names}} for line in lines])


def _worth(ctx: Context, bill: Bill) -> Callable[[int], int]:
    """How amounts of a bill are converted; its rate is set where it had none."""
    own, given = ctx.company.currency, bill.rate
    if given is not None:
        return lambda amount: worth_at(amount, given, bill.currency, own)
    rate = rates_on(ctx, [bill.currency], own, bill.billed_on).get(bill.currency)
    if rate is None:
        day = f"{bill.billed_on:%Y-%m-%d}"
        said = f"There is no rate between {bill.currency} and {own} on {day} or before: record one, or give the bill its own."
        raise Refusal("no_rate", said)
    bill.rate = (rate.denominator / rate.numerator).quantize(Decimal("1e-10"))
    return rate.worth_of


def own_worth(bill: Bill, amount_minor: int) -> int:
    """A part of a bill in the company's currency, as the books count it; of one that is in no book yet, as it stands on it."""
    return amount_minor if bill.worth_minor is None else worth_of_part(amount_minor, bill.total_minor, bill.worth_minor)


def worths_of(
    ctx: Context,
    bill: Bill,
    on: date,
    amount_minor: int,
    discount_minor: int,
    withheld_minor: int,
    credit: Bill | None,
    undoes: Settlement | None,
) -> dict[str, Any]:
    """What a settlement counts: what it takes of the worth of the bill, of the discount, and of the credit note. Nothing at home.

    What is withheld is owed to an authority in the company's currency, at the rate of the day of the payment.
    """
    if bill.worth_minor is None:
        return {}
    if undoes is not None:
        names = ("worth_minor", "discount_worth_minor", "credit_worth_minor", "withheld_worth_minor")
        return {name: -(getattr(undoes, name) or 0) for name in names}
    worth = worth_of_part(amount_minor, bill.open_minor, bill.open_worth_minor)
    noted = worth_of_part(amount_minor, credit.open_minor, credit.open_worth_minor) if credit is not None else 0
    kept = worth_of_part(discount_minor, amount_minor, worth)
    withheld = worth_on(ctx, bill.currency, withheld_minor, on) if withheld_minor else 0
    return {"worth_minor": worth, "discount_worth_minor": kept, "credit_worth_minor": noted, "withheld_worth_minor": withheld}
