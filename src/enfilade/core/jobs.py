"""Jobs and schedules in PostgreSQL: enqueued by the transaction that wants them, run at least once.

procrastinate sits behind this module; nothing else imports it. A job acts for a company as a user: it builds its own
context and, where it runs commands, gives them a key made of its own identity, so that a second run changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .access import HOUSE_EMAIL, context_for, house_context
from .context import Context
from .events import EVENTS, REACTIONS
from .models import Company, EventEntry, User
from .scope import scope

_RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)
_LOG = logging.getLogger("enfilade.jobs")


def job(name: str, *, queue: str = "default") -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a function that a command may enqueue with `.defer(...)`; retried with growing pauses."""
    return app.task(name=name, queue=queue, retry=_RETRY)


def schedule(name: str, cron: str) -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a function(timestamp) that runs by the clock (cron expression, UTC), once however many workers there are."""

    def wrap(run: Callable[..., Any]) -> Any:
        return app.periodic(cron=cron, periodic_id=name)(app.task(name=name, queueing_lock=name)(run))

    return wrap


def for_each_company(run: Callable[[Context], object]) -> None:
    """Scheduled work of every company, done by the house itself; where one company's fails, the others' is done all the same.

    Raises the last failure at the end, so that the run counts as failed.
    """
    failure: Exception | None = None
    for company in Company.objects.order_by("pk"):
        try:
            run(house_context(company))
        except Exception as error:  # noqa: BLE001 - whatever it was, the next company has its turn
            _LOG.exception("%s failed for company %s", run.__name__, company.slug)
            failure = error
    if failure is not None:
        raise failure


@job("core.react")
def react(company_id: int, user_id: int, event_id: int, reaction: str) -> None:
    """Run one later reaction to one event of the outbox."""
    company, user = Company.objects.get(pk=company_id), User.objects.get(pk=user_id)
    ctx = house_context(company) if user.email == HOUSE_EMAIL else context_for(user, company, channel="job")
    with scope(company_id, read_only=True):
        entry = EventEntry.objects.visible_to(ctx).get(pk=event_id)
    kind = EVENTS[entry.name]
    for found in REACTIONS[kind]:
        if found.later and found.name == reaction:
            found.run(ctx.with_key(f"event:{event_id}:{reaction}"), kind(**entry.payload))
