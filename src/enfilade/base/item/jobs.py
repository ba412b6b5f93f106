"""Prices that were set for a day to come are taken up when it comes."""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import take_up_price
from .models import Item, ItemPrice


@schedule("item.take_up_prices", "10 * * * *")
def take_up_prices(timestamp: int) -> None:
    """Hourly, since midnight comes at another hour in every time zone."""
    del timestamp
    for_each_company(take_up_of_company)


def take_up_of_company(ctx: Context) -> int:
    """Bring the shown price of every item to today's; how many changed."""
    newest = ItemPrice.objects.filter(item=OuterRef("pk"), valid_from__lte=ctx.today).order_by("-valid_from").values("price_minor")[:1]
    with scope(ctx.company_id, read_only=True):
        stale = list(Item.objects.visible_to(ctx).annotate(now_minor=Subquery(newest)).exclude(now_minor=F("price_minor")).order_by("pk"))
    for item in stale:
        take_up_price(ctx, item=item)
    return len(stale)
