"""Amounts in foreign currencies, entered beside those in the company's own.

Whatever an account holds of a currency, and what that is worth, stands against one statistical account, so that an entry balances in every
unit and statements, which read the company's currency only, are complete without any conversion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Protocol

from enfilade.back.ledger.rules import balanced, value_unit
from enfilade.base.books import commands as books
from enfilade.base.money.currencies import currency_named
from enfilade.base.money.queries import rate_on, rates_on
from enfilade.base.money.rules import worth_at
from enfilade.core.command import Input
from enfilade.core.context import Context, Refusal

Currency = Annotated[str, Input(max_length=3, help="ISO 4217, for example USD; the company's own when left out.", seldom=True)]
Rate = Annotated[Decimal, Input(min_value=0, max_value=1_000_000_000, decimals=10, help="The rate of the day when left out.", seldom=True)]


class Amounts(Protocol):
    """A line with an amount in a currency, as `JournalLine` is."""

    @property
    def currency(self) -> str: ...
    @property
    def rate(self) -> Decimal | None: ...
    @property
    def signed_minor(self) -> int: ...


def worths(ctx: Context, on: date, lines: Sequence[Amounts]) -> list[int]:
    """What each line is worth in the company's currency, at its rate or the one of the day; what rounding leaves over is given to one.

    Refuses: unknown_currency, no_currency (a rate without one), no_rate.
    """
    own = ctx.company.currency
    for number, line in enumerate(lines):
        _check(line, own, number)
    abroad = [number for number, line in enumerate(lines) if line.currency not in ("", own)]
    known = rates_on(ctx, {lines[n].currency for n in abroad if lines[n].rate is None}, own, on) if abroad else {}
    amounts = [line.signed_minor for line in lines]
    for number in abroad:
        line = lines[number]
        if line.rate is not None:
            amounts[number] = worth_at(line.signed_minor, line.rate, line.currency, own)
        elif (rate := known.get(line.currency)) is not None:
            amounts[number] = rate.worth_of(line.signed_minor)
        else:
            said = f"There is no rate between {line.currency} and {own} on {on:%Y-%m-%d} or before."
            raise Refusal("no_rate", said, field=f"lines[{number}].rate")
    return balanced(amounts, abroad)


def _check(line: Amounts, own: str, number: int) -> None:
    if line.currency and currency_named(line.currency) is None:
        raise Refusal("unknown_currency", f"{line.currency} is no currency of today (ISO 4217).", field=f"lines[{number}].currency")
    if line.rate is not None and line.currency in ("", own):
        raise Refusal("no_currency", "Only an amount in a foreign currency has a rate.", field=f"lines[{number}].rate")
    if line.rate == 0:
        raise Refusal("no_rate", "A rate is greater than zero.", field=f"lines[{number}].rate")


@dataclass(frozen=True, slots=True)
class Held:
    """How much of a foreign currency moves on an account, and for how much of the company's own; debit positive. party: row or key."""

    account: int
    unit: str
    quantity_minor: int
    worth_minor: int
    party: Any = None
    text: str = ""


def beside(own: str, held: Iterable[Held], position: int) -> list[books.LineIn]:
    """The lines of an entry that say what accounts hold of foreign currencies and for how much, with what balances them.

    own: the company's currency. position: key of the account against which all of it stands.
    """
    lines, sums = [], dict[str, int]()
    for move in held:
        for unit, quantity in ((move.unit, move.quantity_minor), (value_unit(own, move.unit), move.worth_minor)):
            if quantity:
                lines.append(books.LineIn(move.account, unit, quantity, move.party, move.text))
                sums[unit] = sums.get(unit, 0) + quantity
    return [*lines, *(books.LineIn(position, unit, -total) for unit, total in sums.items() if total)]


def currency_in(ctx: Context, code: str, rate: Decimal | None = None) -> str:
    """The currency that a document shall be in; the company's own where none is named.

    Refuses: unknown_currency, no_currency (a rate without one), no_rate (one that is zero).
    """
    own, wanted = ctx.company.currency, code.strip().upper()
    wanted = wanted or own
    if wanted != own and currency_named(wanted) is None:
        raise Refusal("unknown_currency", f"{wanted} is no currency of today (ISO 4217).", field="currency")
    if rate is not None and wanted == own:
        raise Refusal("no_currency", "Only an amount in a foreign currency has a rate.", field="rate")
    if rate is not None and rate <= 0:
        raise Refusal("no_rate", "A rate is greater than zero.", field="rate")
    return wanted


def worth_on(ctx: Context, currency: str, amount_minor: int, on: date) -> int:
    """An amount in the company's currency at the rate of a day.

    Refuses: no_rate.
    """
    own = ctx.company.currency
    return amount_minor if currency in ("", own) else rate_on(ctx, currency, own, on).worth_of(amount_minor)
