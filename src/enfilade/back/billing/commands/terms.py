"""Divide what terms ask for into instalments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from enfilade.back.billing.models import PaymentTerms
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal


@dataclass(frozen=True)
class TermsPart:
    """One instalment.

    percent: of the total with tax.
    days: after the date of the invoice.
    """

    percent: Annotated[Decimal, Input(min_value=0, max_value=100, decimals=2)]
    days: Annotated[int, Input(min_value=0, max_value=3_650)]


Parts = Annotated[list[TermsPart], Input(label="Instalments", prefill="row.parts")]


@command(permission="billing.change_paymentterms", label="Divide into instalments", tone="primary")
def divide_terms(ctx: Context, *, terms: PaymentTerms, parts: Parts) -> PaymentTerms:
    """Say in which parts invoices with these terms are paid; those that are drafted or issued already keep what they were given.

    parts: each later than the one before, together 100 percent; none, and all is due on one day again.
    Refuses: parts_not_whole, one_part, parts_out_of_order; payment_terms_discount_or_parts, payment_terms_parts_whole (database).
    """
    total = sum((part.percent for part in parts), Decimal(0))
    if parts and total != 100:
        raise Refusal("parts_not_whole", f"The instalments are {total:f} percent together; they have to be 100.", field="parts")
    if len(parts) == 1:
        raise Refusal("one_part", "One part is no instalment; leave it out, and set the days to pay.", field="parts")
    if any(later.days <= earlier.days for earlier, later in pairwise(parts)):
        raise Refusal("parts_out_of_order", "Each instalment is later than the one before.", field="parts")
    terms.parts = [{"percent": f"{part.percent:.2f}", "days": part.days} for part in parts]
    terms.save(update_fields=["parts"])
    return terms
