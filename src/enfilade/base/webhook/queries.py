"""Who is to be told, and what is due."""

from __future__ import annotations

from datetime import datetime

from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet

from .models import Delivery, Subscription


def active_subscriptions(ctx: Context) -> list[Subscription]:
    """Subscriptions that are called."""
    return list(Subscription.objects.visible_to(ctx).filter(active=True).order_by("pk"))


def due_deliveries(ctx: Context, limit: int = 200) -> list[int]:
    """Deliveries whose next attempt is due, the longest waiting first; those of paused subscriptions wait."""
    rows = Delivery.objects.visible_to(ctx).filter(state=Delivery.State.PENDING, next_try_at__lte=ctx.now, subscription__active=True)
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])


def deliveries_between(ctx: Context, subscription: Subscription, from_at: datetime, until_at: datetime) -> RecordQuerySet:
    """Deliveries of events of a time span."""
    rows = Delivery.objects.visible_to(ctx).filter(subscription=subscription, event__at__gte=from_at, event__at__lt=until_at)
    return rows.order_by("pk")
