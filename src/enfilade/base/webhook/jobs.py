"""From the outbox of events to the subscribers: noted with the event, called by a job, tried again by the clock."""

from __future__ import annotations

from enfilade.core.access import house_context
from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, job, schedule
from enfilade.core.models import Company
from enfilade.core.outbox import spreads
from enfilade.core.scope import scope
from enfilade.core.traces import carried

from . import rules
from .calling import deliver
from .models import Delivery
from .queries import active_subscriptions, due_deliveries


@spreads
def note_deliveries(ctx: Context, entries: list[tuple[int, str]]) -> None:
    """In the transaction that publishes: one delivery for each subscriber that wants the event, and a job for it."""
    made = [
        Delivery(company=ctx.company, subscription_id=subscription, event_id=key, next_try_at=ctx.now)
        for subscription, events in active_subscriptions(ctx)
        for key, name in entries
        if rules.wants(events, name)
    ]
    if made:
        Delivery.objects.bulk_create(made)
        call_subscriber.batch_defer(*[{"company_id": ctx.company_id, "delivery_id": row.pk, **carried()} for row in made])


@job("webhook.call")
def call_subscriber(company_id: int, delivery_id: int) -> None:
    """The first attempt, right after the commit."""
    deliver(house_context(Company.objects.get(pk=company_id)), delivery_id)


@schedule("webhook.again", "* * * * *")
def call_again(timestamp: int) -> None:
    """Every minute: what is due."""
    del timestamp
    for_each_company(call_due_of_company)


def call_due_of_company(ctx: Context) -> int:
    """Try the due deliveries of one company; how many."""
    with scope(ctx.company_id, read_only=True):
        due = due_deliveries(ctx)
    return sum(deliver(ctx, pk) is not None for pk in due)
