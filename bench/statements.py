"""How long reports of a ledger take after ten years and ten million lines, against ten thousand: `python -m bench.statements` prints JSON.

A process of its own, since its database is kept (see ten_million); the figures of one run come from one such process.
"""

from __future__ import annotations

import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enfilade.core.context import Context

ROUNDS = 21
HOME = Path(__file__).resolve().parent.parent / ".cache" / "bench"
REPORTS = ("trial_balance", "balance_sheet", "receivables", "payables")


@functools.cache
def measured() -> dict[str, tuple[float, float]]:
    """Milliseconds of each report. Shape: name -> (with little history, with much)."""
    run = [sys.executable, "-m", "bench.statements"]
    done = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True)
    return {name: (small, large) for name, (small, large) in json.loads(done.stdout).items()}


def large_ms(name: str) -> float:
    """A report's time with ten million lines."""
    return measured()[name][1]


def ratio(name: str) -> float:
    """How many times as long it takes as with ten thousand."""
    small, large = measured()[name]
    return large / small


def main() -> None:
    """Serve the kept database, load what is missing, measure in turn, print."""
    from bench.__main__ import prepare
    from enfilade.site.embedded import EmbeddedPostgres, place_cluster

    HOME.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(place_cluster(HOME, lambda text: sys.stderr.write(f"{text}\n")))
    server.start()
    try:
        server.make_roles()
        if not server.has_database("ten_million"):
            server.make_database("ten_million")
        prepare(server.url("ten_million"), HOME)
        sys.stdout.write(json.dumps(measure()))
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()


def measure() -> dict[str, tuple[float, float]]:
    """Medians of each report for both companies, in turn."""
    from bench.ten_million import TODAY, companies
    from enfilade.core.resource.hooks import report_named

    both = companies()
    labels = {"trial_balance": "ledger", "balance_sheet": "ledger", "receivables": "billing", "payables": "payables"}
    found = {}
    for name in REPORTS:
        build = report_named(f"{labels[name]}.{name}").build
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for ctx, list_ in zip(both, times, strict=True):
                list_.append(_ms(build, ctx, TODAY.date()))
        found[name] = (statistics.median(times[0]), statistics.median(times[1]))
    return found


def _ms(build: Callable[..., Any], ctx: Context, on: date) -> float:
    from enfilade.core.scope import scope

    begun = time.perf_counter()
    with scope(ctx.company_id, read_only=True):
        build(ctx, on=on)
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
    main()
