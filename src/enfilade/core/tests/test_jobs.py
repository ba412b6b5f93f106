"""Jobs whose worker was killed: begun anew, once, and not for ever."""

from __future__ import annotations

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from enfilade.core.jobs import ATTEMPTS_MAX, forget_jobs, job, resume_jobs
from enfilade.core.schedules import resume_what_was_cut_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_at_work(db: None) -> None:
    """What other tests left in the hands of workers is none of ours; the queue is not emptied after each of them."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'doing'")


@job("core.tests.nothing")
def nothing() -> None:
    """A job that does nothing."""


def cut_off(task: str, *, attempts: int = 0, silent_s: int = 60, lock: str | None = None) -> int:
    """A job in the hands of a worker that said for the last time some seconds ago that it lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id", [silent_s]
        )
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, worker_id, queueing_lock) "
            "VALUES ('default', %s, 'doing', %s, %s, %s) RETURNING id",
            [task, attempts, cursor.fetchone()[0], lock],
        )
        return int(cursor.fetchone()[0])


def status(key: int) -> str:
    """How a job stands."""
    return str(ProcrastinateJob.objects.get(pk=key).status)


def test_what_a_killed_worker_had_begins_anew_and_what_a_living_one_has_does_not() -> None:
    dead, alive = cut_off("core.tests.nothing"), cut_off("core.tests.nothing", silent_s=5)
    assert resume_jobs() == 1
    assert (status(dead), status(alive)) == ("todo", "doing")
    assert ProcrastinateJob.objects.get(pk=dead).attempts == 1
    assert resume_jobs() == 0


def test_a_worker_that_is_forgotten_already_counts_as_killed() -> None:
    dead = cut_off("core.tests.nothing")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert resume_jobs() == 1
    assert status(dead) == "todo"


def test_a_job_that_ends_its_worker_each_time_fails_in_the_end() -> None:
    dead = cut_off("core.tests.nothing", attempts=ATTEMPTS_MAX - 1)
    assert resume_jobs() == 0
    assert status(dead) == "failed"


def test_scheduled_work_that_waits_anew_is_not_queued_twice() -> None:
    dead = cut_off("core.resume_jobs", lock="core.resume_jobs")
    waiting = resume_what_was_cut_off.defer(timestamp=1)
    assert resume_jobs() == 0
    assert (status(dead), status(waiting)) == ("failed", "todo")


def test_jobs_that_ended_well_are_forgotten_after_two_weeks() -> None:
    old, new, failed = (nothing.defer() for _ in range(3))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ANY(%s)", [[old, new, failed]])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)", [[old, new]])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [failed])
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '15 days' WHERE job_id = ANY(%s)", [[old, failed]])
    forget_jobs()
    assert set(ProcrastinateJob.objects.filter(pk__in=[old, new, failed]).values_list("pk", flat=True)) == {new, failed}
