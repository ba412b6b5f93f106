"""`python -m bench`: one line per figure: name value unit bar ok|short. ONLY=name runs one. Exit code 1 where one falls short.

A PostgreSQL of its own (embedded, durable commits) is started in a temporary folder and removed afterwards;
BENCH_DATABASE_URL names another server.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench.figures import FIGURES, Figure


def main() -> int:
    """Measure and print."""
    only = os.environ.get("ONLY", "")
    wanted = [f for f in FIGURES if not only or f.name == only]
    if not wanted:
        sys.stderr.write(f"There is no figure called {only}. There are: {', '.join(f.name for f in FIGURES)}.\n")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="enfilade-bench-"))
    server = None
    try:
        url = os.environ.get("BENCH_DATABASE_URL", "")
        if not url:
            from enfilade.site.embedded import EmbeddedPostgres

            server = EmbeddedPostgres(folder)
            server.start()
            server.make_roles()
            server.make_database("bench")
            url = server.url("bench")
        prepare(url, folder)
        short = [f.name for f in wanted if not report(f)]
        return 1 if short else 0
    finally:
        from django.db import connections

        connections.close_all()
        for one in connections.all():
            one.close_pool() if hasattr(one, "close_pool") else None
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def prepare(url: str, folder: Path) -> None:
    """Settings, tables and a company to measure on."""
    os.environ |= {
        "DATABASE_URL": url,
        "ENFILADE_HOME": str(folder),
        "SECRET_KEY": "bench" * 12,
        "DJANGO_SETTINGS_MODULE": "enfilade.site.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def report(figure: Figure) -> bool:
    """Measure one figure, print its line, say whether it reaches its bar."""
    value = figure.measure()
    good = value <= figure.bar if figure.lower_is_better else value >= figure.bar
    sys.stdout.write(f"{figure.name} {value:.2f} {figure.unit} {figure.bar:g} {'ok' if good else 'short'}\n")
    sys.stdout.flush()
    return good


if __name__ == "__main__":
    raise SystemExit(main())
