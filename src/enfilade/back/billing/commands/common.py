"""What several commands of billing share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from django.db.models import Model

from enfilade.back.billing import rules
from enfilade.core.command import Choice, Input
from enfilade.core.context import Context, Refusal
from enfilade.core.ui.format import format_amount

Quantity = Annotated[Decimal, Input(min_value=0, max_value=1_000_000, decimals=3)]
Method = Annotated[str, Choice(("cash", "Cash"), ("card", "Card"), ("transfer", "Bank transfer"), widget="radio")]

WithoutDiscount = Annotated[
    bool,
    Input(
        label="Without the agreed discount",
        help="What is left open stays owed, even where it is what was agreed for paying early.",
        seldom=True,
    ),
]


def remember(ctx: Context, row: Model) -> None:
    """Tell the runner that a row was made in this transaction, so that a command inside does not read it again."""
    if ctx.work is not None:
        ctx.work.remember(row)


def require_price(price: rules.Price, field: str) -> None:
    """Refuse a line that can't be charged."""
    if problem := rules.price_problem(price):
        raise Refusal("bad_line", problem, field=field)


def money(ctx: Context, amount_minor: int, currency: str = "") -> str:
    """An amount in a sentence. currency: the company's own when left out."""
    return format_amount(amount_minor, currency or ctx.company.currency)
