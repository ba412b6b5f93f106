"""Figures for Prometheus: requests, commands by name and outcome, jobs.

Every process counts for itself. Where PROMETHEUS_MULTIPROC_DIR names a folder, all processes of a machine count in files there and the
live process shows their sums at /metrics; without it, it shows its own and what the database knows. No figure names a company or a person.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.db import connection
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)

REQUESTS = Counter("enfilade_requests", "Requests that were answered.", ["kind", "method", "status"])
REQUEST_SECONDS = Histogram("enfilade_request_seconds", "Time until an answer was ready.", ["kind"], buckets=BUCKETS_S)
COMMANDS = Counter("enfilade_commands", "Commands, each counted once with what was called inside it.", ["command", "outcome"])
COMMAND_SECONDS = Histogram("enfilade_command_seconds", "Time of a command, its commit included.", ["command"], buckets=BUCKETS_S)

_JOBS = "SELECT queue_name, status, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2"
_OLDEST = """
SELECT coalesce(extract(epoch FROM now() - min(scheduled_at)), 0) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at <= now()
"""
_WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'"


class JobsCollector(Collector):
    """What the tables of the jobs say at the moment of the question."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Jobs by queue and state, seconds that the oldest due one waits, workers that live."""
        jobs = GaugeMetricFamily("enfilade_jobs", "Jobs that wait, run or failed.", labels=["queue", "state"])
        with connection.cursor() as cursor:
            cursor.execute(_JOBS)
            for queue, state, count in cursor.fetchall():
                jobs.add_metric([queue, state], count)
            yield jobs
            for name, text, query in (
                ("enfilade_job_wait_seconds", "How long the oldest job that is due waits.", _OLDEST),
                ("enfilade_workers", "Workers that told within a minute that they live.", _WORKERS),
            ):
                cursor.execute(query)
                yield GaugeMetricFamily(name, text, value=float(cursor.fetchone()[0]))


def count_request(kind: str, method: str, status: int, seconds: float) -> None:
    """One request. kind: page or api. method: any other than the usual ones counts as OTHER, so that nobody invents series."""
    usual = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "OTHER"
    REQUESTS.labels(kind, usual, str(status)).inc()
    REQUEST_SECONDS.labels(kind).observe(seconds)


def count_command(name: str, outcome: str, seconds: float) -> None:
    """One command of the outermost level."""
    COMMANDS.labels(name, outcome).inc()
    COMMAND_SECONDS.labels(name).observe(seconds)


def exposition() -> bytes:
    """All figures as text, in the form Prometheus reads."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)
    jobs = CollectorRegistry()
    jobs.register(JobsCollector())
    return generate_latest(registry if os.environ.get(FOLDER) else REGISTRY) + generate_latest(jobs)
