"""Demo practices that many tests start from: founded once by their commands, put back afterwards as rows and files.

Founding one takes four hundred commands; putting it back takes as long as one page. What is under way in a practice lies around the
moment at which it was founded, so that one that has grown old is founded anew.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import sql

from enfilade.core.context import Context

from .emptying import superuser

Practice = tuple[Context, dict[str, Context], dict[str, Any]]
Found = TypeVar("Found")
PASSWORD = "practice-of-one-day-2026"
OLDEST = timedelta(minutes=15)
# What COPY writes of a table without rows: its header and its end.
EMPTY_BYTES = 21
_COLUMNS = """
SELECT t.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
 WHERE t.relnamespace = 'public'::regnamespace AND t.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 GROUP BY t.relname
"""


def practice(days: int = 1) -> Practice:
    """A practice with ten patients and `days` days of history, in a database that was empty: the owner, everybody by login, its data."""

    def found() -> Practice:
        from enfilade.site.demo import found_practice

        return found_practice("dental", patients=10, days=days, password=PASSWORD)

    return put_back(f"practice of {days}", found)


def two_practices() -> tuple[Practice, Practice]:
    """A practice with a day of history, and another company that begins today."""

    def found() -> tuple[Practice, Practice]:
        from enfilade.site.demo import found_practice

        return practice(), found_practice("dental", patients=1, days=0, password=PASSWORD, name="Other Practice", seed=2)

    return put_back("two practices", found)


@dataclass(frozen=True)
class Kept:
    """What was founded at an instant: its contexts, the rows by table and columns as COPY writes them, the files by their path."""

    at: datetime
    told: bytes
    rows: dict[tuple[str, tuple[str, ...]], bytes]
    files: dict[str, bytes]

    @property
    def is_fresh(self) -> bool:
        """Whether what is under way in it still is."""
        now = timezone.localtime()
        return now - self.at < OLDEST and now.date() == timezone.localtime(self.at).date()


_KEPT: dict[str, Kept] = {}


def put_back(name: str, found: Callable[[], Found]) -> Found:
    """What `found` makes, put back where it was made before; made every time where no superuser puts rows past the triggers."""
    with superuser() as server:
        if server is None:
            return found()
        kept = _KEPT.get(name)
        if kept is None or not kept.is_fresh:
            with TemporaryDirectory() as folder:
                kept = _KEPT[name] = keep(server, found, Path(folder))
        else:
            for (table, columns), rows in kept.rows.items():
                with server.cursor().copy(_copy("COPY {} ({}) FROM STDIN (FORMAT binary)", table, columns)) as into:
                    into.write(rows)
            count_on(server, [table for table, columns in kept.rows if "id" in columns])
    for path, content in kept.files.items():
        file = Path(settings.FILES_DIR, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    made: Found = pickle.loads(kept.told)  # noqa: S301 - our own, of a moment ago
    return made


def count_on(server: psycopg.Connection[Any], tables: list[str]) -> None:
    """Let new rows of these tables get keys behind those that are there: a test in between may have begun to count anew."""
    for table in tables:
        row = server.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table]).fetchone()
        if row and row[0]:
            last = sql.SQL("SELECT setval({}, greatest((SELECT max(id) FROM {}), (SELECT last_value FROM {})))")
            counter = sql.Identifier(*row[0].split("."))
            server.execute(last.format(sql.Literal(row[0]), sql.Identifier(table), counter))


def keep(server: psycopg.Connection[Any], found: Callable[[], Found], folder: Path) -> Kept:
    """Found something and read what it consists of. folder: where its files lie meanwhile."""
    at, usual = timezone.now(), settings.FILES_DIR
    settings.FILES_DIR = folder
    try:
        told = pickle.dumps(found())
    finally:
        settings.FILES_DIR = usual
    rows = {}
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    for table, names in server.execute(_COLUMNS, [tables]).fetchall():
        with server.cursor().copy(_copy("COPY (SELECT {1} FROM {0}) TO STDOUT (FORMAT binary)", table, names)) as out:
            content = b"".join(out)
        if len(content) > EMPTY_BYTES:
            rows[table, tuple(names)] = content
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return Kept(at, told, rows, files)


def _copy(text: str, table: str, columns: Any) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
