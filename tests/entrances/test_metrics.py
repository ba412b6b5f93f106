"""Figures for Prometheus: what happened is counted once, by names from the code, and summed over processes."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from enfilade.core.context import Context
from enfilade.core.metrics import exposition

from .callers import Program
from .test_live import Ear

pytestmark = pytest.mark.django_db


def figure(name: str, **labels: str) -> float:
    """The value of one series now, 0 where it is not there yet."""
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    for line in exposition().decode().splitlines():
        found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
        if found and wanted <= set((found[1] or "").split(",")):
            return float(found[2])
    return 0.0


def test_commands_and_requests_are_counted_once(owner: Context) -> None:
    done, requests = {"command": "item.add_item", "outcome": "done"}, {"kind": "api", "method": "POST", "status": "201"}
    before = figure("enfilade_commands_total", **done), figure("enfilade_requests_total", **requests)
    timed = figure("enfilade_command_seconds_count", command="item.add_item")
    Program(owner).post("item/items/", {"code": "M", "name": "Measured", "price": "1.00"})
    assert (figure("enfilade_commands_total", **done), figure("enfilade_requests_total", **requests)) == (before[0] + 1, before[1] + 1)
    assert figure("enfilade_command_seconds_count", command="item.add_item") == timed + 1
    text = exposition().decode()
    assert "Measured" not in text
    assert owner.company.slug not in text


def test_nobody_invents_series() -> None:
    Client().generic("BREW", "/no-such-room/at/all/")
    text = exposition().decode()
    assert "BREW" not in text
    assert "no-such-room" not in text
    assert figure("enfilade_requests_total", kind="page", method="OTHER") >= 1


def test_jobs_and_workers() -> None:
    waiting = figure("enfilade_jobs", queue="measured", state="todo")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, scheduled_at) VALUES ('t', 'measured', now() - interval '90 seconds') "
            "RETURNING id"
        )
        job = cursor.fetchone()[0]
        assert figure("enfilade_jobs", queue="measured", state="todo") == waiting + 1
        assert figure("enfilade_job_wait_seconds") >= 90
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])


def test_processes_add_up(tmp_path: Path) -> None:
    """Two processes that count, and a third that shows."""
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from enfilade.core.metrics import count_command; count_command('item.add_item', 'done', 0.02)"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=env, check=True)
    show = (
        "import sys, enfilade.core.metrics as metrics; metrics.JobsCollector.collect = lambda self: iter(()); "
        "sys.stdout.write(metrics.exposition().decode())"
    )
    said = subprocess.run([sys.executable, "-c", show], env=env, check=True, capture_output=True, text=True).stdout
    assert 'enfilade_commands_total{command="item.add_item",outcome="done"} 2.0' in said
    assert 'enfilade_command_seconds_bucket{command="item.add_item",le="0.025"} 2.0' in said


def test_the_address_and_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asyncio.run(Ear("/metrics").listen(lambda: asyncio.sleep(0)))
    assert found.status == 200
    assert b"# TYPE enfilade_jobs gauge" in found.body
    monkeypatch.setenv("METRICS_TOKEN", "a-long-word")
    assert asyncio.run(Ear("/metrics").listen(lambda: asyncio.sleep(0))).status == 401
    assert asyncio.run(Ear("/metrics", authorization="Bearer a-long-wore").listen(lambda: asyncio.sleep(0))).status == 401
    assert asyncio.run(Ear("/metrics", authorization="Bearer a-long-word").listen(lambda: asyncio.sleep(0))).status == 200
