"""Whether this process, and the house, can work: for load balancers and monitors, who have no session and any Host header.

/health/live    this process answers; restart it when it does not
/health/ready   it can do its work: the database answers, its tables are those of this version, the disk has room; else send it nobody
/health/house   ready, and everything that runs beside it as well: jobs are worked off; else call somebody

200 or 503, and one word per check; nothing here names a company, a person or an address.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from psycopg_pool import PoolTimeout

OK = "ok"
DISK_FREE_MIN_BYTES = 512 * 1024 * 1024
# Workers tell every ten seconds that they live; a job that waits longer than this has nobody.
WORKER_SILENT_MAX = timedelta(minutes=2)
JOB_WAITS_MAX = timedelta(minutes=15)
_SILENT = "SELECT max(last_heartbeat) FROM procrastinate_workers"
_WAITING = """
SELECT min(coalesce(j.scheduled_at, (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)))
  FROM procrastinate_jobs j WHERE j.status = 'todo'
"""

Handler = Callable[[HttpRequest], HttpResponse]
# The tables fit this version: once true it stays true as long as the process lives, because tables only go forward.
_migrated = False


def health_middleware(get_response: Handler) -> Handler:
    """Answer /health/... before anything looks at the host, the session or the company."""

    def handle(request: HttpRequest) -> HttpResponse:
        checks = ADDRESSES.get(request.path)
        if checks is None or request.method not in {"GET", "HEAD"}:
            return get_response(request)
        found = {name: check() for name, check in checks.items()}
        ok = all(word == OK for word in found.values())
        answer = JsonResponse({"ok": ok, "checks": found}, status=200 if ok else 503)
        answer["Cache-Control"] = "no-store"
        return answer

    return handle


def database() -> str:
    """The database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, PoolTimeout):
        return "unreachable"
    return OK


def migrations() -> str:
    """Every migration of this version has run."""
    global _migrated  # noqa: PLW0603 - remembered for the life of the process
    if _migrated:
        return OK
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, PoolTimeout):
        return "unknown"
    _migrated = not behind
    return f"{len(behind)} to run" if behind else OK


def disk() -> str:
    """Files can be stored."""
    try:
        free = shutil.disk_usage(settings.FILES_DIR if settings.FILES_DIR.exists() else settings.FILES_DIR.parent).free
    except OSError:
        return "unreachable"
    return OK if free >= DISK_FREE_MIN_BYTES else f"{free // 1024 // 1024} MB left"


def jobs() -> str:
    """A worker lives, and no job has waited too long for one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_SILENT)
            seen = cursor.fetchone()[0]
            cursor.execute(_WAITING)
            since = cursor.fetchone()[0]
    except (DatabaseError, PoolTimeout):
        return "unknown"
    now = timezone.now()
    if seen is None or now - seen > WORKER_SILENT_MAX:
        return "no worker"
    return OK if since is None or now - since <= JOB_WAITS_MAX else "late"


READY = {"database": database, "migrations": migrations, "disk": disk}
ADDRESSES: dict[str, dict[str, Callable[[], str]]] = {
    "/health/live": {},
    "/health/ready": READY,
    "/health/house": {**READY, "jobs": jobs},
}
