"""Proof for `enfilade verify`: the price on an item is in its history."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.verify import Finding, verifier

from .models import Item, ItemPrice


@verifier("item")
def verify_prices(ctx: Context) -> list[Finding]:
    """Items without any price in their history."""
    first = ItemPrice.objects.filter(item=OuterRef("pk")).order_by("valid_from").values("valid_from")[:1]
    rows = Item.objects.visible_to(ctx).annotate(first_on=Subquery(first)).filter(first_on=None)
    return [Finding("price_history_missing", ref(item), f"{item.code} has no price in its history.") for item in rows]
