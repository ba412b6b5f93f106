"""Jobs and schedules in PostgreSQL: enqueued by the transaction that wants them, run at least once.

procrastinate sits behind this module; nothing else imports it. A job acts for a company as a user: it builds its own
context and, where it runs commands, gives them a key made of its own identity, so that a second run changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from .access import HOUSE_EMAIL, context_for, house_context
from .context import Context
from .events import EVENTS, REACTIONS
from .models import Company, EventEntry, User
from .scope import scope
from .traces import traced

ATTEMPTS_MAX = 6
# A worker says every ten seconds that it lives; one that said nothing for so long has ended in the middle of its jobs.
SILENT_S = 30
KEPT_DAYS = 14
_RETRY = RetryStrategy(max_attempts=ATTEMPTS_MAX, exponential_wait=4)
_LOG = logging.getLogger("enfilade.jobs")


def job(name: str, *, queue: str = "default") -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a function that a command may enqueue with `.defer(..., **carried())`; retried with growing pauses."""

    def wrap(run: Callable[..., Any]) -> Any:
        @wraps(run)
        def traced_run(*given: Any, trace: str = "", **named: Any) -> Any:
            with traced(name, kind="consumer", parent=trace):
                return run(*given, **named)

        return app.task(name=name, queue=queue, retry=_RETRY)(traced_run)

    return wrap


def schedule(name: str, cron: str) -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a function(timestamp) that runs by the clock (cron expression, UTC), once however many workers there are."""

    def wrap(run: Callable[..., Any]) -> Any:
        @wraps(run)
        def traced_run(timestamp: int) -> Any:
            with traced(name, kind="consumer"):
                return run(timestamp)

        return app.periodic(cron=cron, periodic_id=name)(app.task(name=name, queueing_lock=name)(traced_run))

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


def resume_jobs() -> int:
    """Let jobs whose worker was killed begin anew; how many.

    One that ended so too often has failed: it may be what ends the workers. Of scheduled work that waits anew already nothing is lost.
    """
    manager, resumed = app.job_manager, 0
    for found in async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=SILENT_S):
        often = found.attempts + 1 >= ATTEMPTS_MAX
        if often:
            _LOG.error("job %s (%s) ended with its worker %s times", found.id, found.task_name, found.attempts + 1)
        if not often and _queued_again(found):
            resumed += 1
        else:
            async_to_sync(manager.finish_job)(found, status=Status.FAILED, delete_job=False)
    return resumed


def _queued_again(found: Job) -> bool:
    """Queue a job again; False where its next run is queued already (scheduled work waits once)."""
    try:
        with transaction.atomic():
            async_to_sync(app.job_manager.retry_job)(found, retry_at=timezone.now())
    except UniqueViolation:
        return False
    return True


def forget_jobs() -> None:
    """Delete jobs that ended well more than two weeks ago; failed ones stay until somebody looked."""
    async_to_sync(app.job_manager.delete_old_jobs)(nb_hours=KEPT_DAYS * 24)


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
