"""What several commands of payables share."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db.models import Model

from enfilade.back.payables.models import Bill
from enfilade.base.party.models import Party
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.numbers import draw_number
from enfilade.core.ui.format import format_amount

Row = TypeVar("Row", bound=Model)


def money(ctx: Context, amount_minor: int, currency: str = "") -> str:
    """An amount in a sentence. currency: the company's own when left out."""
    return format_amount(amount_minor, currency or ctx.company.currency)


def lock_bills(ctx: Context, keys: Collection[int], field: str) -> dict[int, Bill]:
    """Bills, fresh, locked in the order of their keys, with their suppliers.

    Refuses: not_found.
    """
    rows = Bill.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk").select_related("supplier")
    found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    if missing := set(keys) - found.keys():
        raise NotFound("bill", min(missing), field=field)
    return found


def one_supplier(bills: Iterable[Bill], field: str) -> Party:
    """The supplier of all of these bills.

    Refuses: several_suppliers.
    """
    found = {bill.supplier_id: bill.supplier for bill in bills}
    if len(found) != 1:
        raise Refusal("several_suppliers", "These bills are of several suppliers; a payment goes to one.", field=field)
    return found.popitem()[1]


def number_of(ctx: Context, series: str, prefix: str, year: int) -> str:
    """The next number of a series of a year."""
    return draw_number(ctx, f"payables.{series}", prefix, year)
