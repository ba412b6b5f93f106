"""Rates on a day, and amounts in another currency."""

from __future__ import annotations

from datetime import date
from decimal import Context as Arithmetic
from decimal import Decimal

from enfilade.core.context import Context, Refusal

from . import rules
from .models import Rate

_ARITHMETIC = Arithmetic(prec=28)


def rate_of(ctx: Context, base: str, quote: str, on: date) -> Decimal:
    """Units of `quote` for one `base` on a day: the last rate recorded until then, either way round.

    Refuses: no_rate.
    """
    if base == quote:
        return Decimal(1)
    known = Rate.objects.visible_to(ctx).filter(on__lte=on, base__in=(base, quote), quote__in=(base, quote))
    row = known.order_by("-on", "-pk").first()
    if row is None:
        raise Refusal("no_rate", f"There is no rate between {base} and {quote} on {on:%Y-%m-%d} or before.")
    return row.rate if row.base == base else _ARITHMETIC.divide(Decimal(1), row.rate)


def convert(ctx: Context, amount_minor: int, base: str, quote: str, on: date) -> int:
    """An amount in minor units of `base` as minor units of `quote`, at the rate of a day, rounded half up."""
    return rules.convert(amount_minor, rate_of(ctx, base, quote, on), base, quote)
