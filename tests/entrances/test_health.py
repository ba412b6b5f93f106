"""Health addresses: one word per check, 503 as soon as one is not ok, for callers without a session and with any Host header."""

from __future__ import annotations

import shutil
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from enfilade.core.http import health

pytestmark = pytest.mark.django_db


def ask(name: str) -> tuple[int, dict[str, str]]:
    """Status and checks; the caller names the machine by its number, as balancers do."""
    answer = Client().get(f"/health/{name}", headers={"Host": "10.1.2.3:8000"})
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["ok"] is (answer.status_code == 200)
    return answer.status_code, answer.json()["checks"]


@pytest.fixture
def worker() -> None:
    """A worker that has just said that it lives."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_all_is_well(worker: None) -> None:
    assert ask("live") == (200, {})
    assert ask("ready") == (200, {"database": "ok", "migrations": "ok", "disk": "ok"})
    assert ask("house") == (200, {"database": "ok", "migrations": "ok", "disk": "ok", "jobs": "ok"})


def test_without_a_worker_pages_are_served_and_somebody_is_called(worker: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '3 minutes'")
    assert ask("ready")[0] == 200
    assert ask("house") == (503, {"database": "ok", "migrations": "ok", "disk": "ok", "jobs": "no worker"})


def test_a_job_that_nobody_takes(worker: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, scheduled_at) VALUES ('test.waits', 'default', %s) RETURNING id",
            [timezone.now() - timedelta(minutes=20)],
        )
        job = cursor.fetchone()[0]
        assert ask("house")[1]["jobs"] == "late"
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = %s WHERE id = %s", [timezone.now() + timedelta(hours=1), job])
        assert ask("house")[1]["jobs"] == "ok"
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])


def test_tables_of_an_older_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="core").order_by("-pk")[:1].get()
    recorder.record_unapplied("core", last.name)
    try:
        status, checks = ask("ready")
    finally:
        recorder.record_applied("core", last.name)
    assert (status, checks["migrations"]) == (503, "1 to run")
    assert ask("live")[0] == 200


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=7 * 1024 * 1024))
    assert ask("ready") == (503, {"database": "ok", "migrations": "ok", "disk": "7 MB left"})


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("the server is gone: password for enfilade@10.0.0.7")

    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(connection, "cursor", gone)
    assert ask("house") == (503, {"database": "unreachable", "migrations": "unknown", "disk": "ok", "jobs": "unknown"})


def test_only_questions_are_answered() -> None:
    assert Client().post("/health/ready").status_code == 404
    assert Client().get("/health/other").status_code == 404
