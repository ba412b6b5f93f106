"""Which tax holds on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from enfilade.core.context import Context, Refusal

from .models import TaxCode


def tax_for(ctx: Context, tax_class: str, on: date, country: str = "") -> TaxCode:
    """The code of a tax class on a day, in the company's own country unless another is named.

    Refuses: no_tax_code.
    """
    return taxes_for(ctx, [tax_class], on, country)[tax_class]


def taxes_for(ctx: Context, tax_classes: Iterable[str], on: date, country: str = "") -> dict[str, TaxCode]:
    """The codes of several classes in one query.

    Refuses: no_tax_code.
    """
    wanted, where = set(tax_classes), country or ctx.company.country
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    found = {
        row.tax_class: row for row in TaxCode.objects.visible_to(ctx).filter(held, country=where, tax_class__in=wanted, valid_from__lte=on)
    }
    if missing := wanted - found.keys():
        raise Refusal("no_tax_code", f"No tax is set for {min(missing)} in {where} on {on:%Y-%m-%d}.", field="tax_class")
    return found


def rates_on(ctx: Context, on: date) -> dict[str, int]:
    """Rates above zero that hold in the company's own country on a day. Shape: tax class -> basis points."""
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    rows = TaxCode.objects.visible_to(ctx).filter(held, country=ctx.company.country, valid_from__lte=on, rate_bp__gt=0)
    return dict(rows.order_by("tax_class").values_list("tax_class", "rate_bp"))
