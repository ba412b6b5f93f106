"""Jobs and schedules in PostgreSQL: enqueued by the transaction that wants them, run at least once.

procrastinate sits behind this module; nothing else imports it. A job acts for a company as a user: it builds its own
context and, where it runs commands, gives them a key made of its own identity, so that a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .access import context_for
from .events import EVENTS, REACTIONS
from .models import Company, EventEntry, User
from .scope import scope

_RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)


def job(name: str, *, queue: str = "default") -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a function that a command may enqueue with `.defer(...)`; retried with growing pauses."""
    return app.task(name=name, queue=queue, retry=_RETRY)


def schedule(name: str, cron: str) -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a function(timestamp) that runs by the clock (cron expression, UTC), once however many workers there are."""

    def wrap(run: Callable[..., Any]) -> Any:
        return app.periodic(cron=cron, periodic_id=name)(app.task(name=name, queueing_lock=name)(run))

    return wrap


@job("core.react")
def react(company_id: int, user_id: int, event_id: int, reaction: str) -> None:
    """Run one later reaction to one event of the outbox."""
    company, user = Company.objects.get(pk=company_id), User.objects.get(pk=user_id)
    ctx = context_for(user, company, channel="job")
    with scope(company_id, read_only=True):
        entry = EventEntry.objects.visible_to(ctx).get(pk=event_id)
    kind = EVENTS[entry.name]
    for found in REACTIONS[kind]:
        if found.later and found.name == reaction:
            found.run(ctx.with_key(f"event:{event_id}:{reaction}"), kind(**entry.payload))
