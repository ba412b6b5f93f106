"""Who is to be told, and what is due."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet

from .models import Delivery, Subscription

# Asked by every command that publishes, so it is spared the cost of building a query.
_CALLED = "SELECT id, events FROM webhook_subscription WHERE company_id = %s AND active ORDER BY id"


def active_subscriptions(ctx: Context) -> list[tuple[int, list[str]]]:
    """Subscriptions that are called, and of which events each wants to hear; whoever caused an event, all of them."""
    with connection.cursor() as cursor:
        cursor.execute(_CALLED, [ctx.company_id])
        return [(key, events) for key, events in cursor.fetchall()]


def due_deliveries(ctx: Context, limit: int = 200) -> list[int]:
    """Deliveries whose next attempt is due, the longest waiting first; those of paused subscriptions wait."""
    rows = Delivery.objects.visible_to(ctx).filter(state=Delivery.State.PENDING, next_try_at__lte=ctx.now, subscription__active=True)
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])


def deliveries_between(ctx: Context, subscription: Subscription, from_at: datetime, until_at: datetime) -> RecordQuerySet:
    """Deliveries of events of a time span."""
    rows = Delivery.objects.visible_to(ctx).filter(subscription=subscription, event__at__gte=from_at, event__at__lt=until_at)
    return rows.order_by("pk")
