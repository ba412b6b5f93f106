"""What a test committed is removed: the rows of the tables that hold any, by a superuser for whom no trigger and no policy counts.

Truncating instead makes and removes a thousand files for a dozen rows: half a second after each of seven hundred tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql

from .server import with_database

SUPERUSER_URL = "ENFILADE_TEST_SUPERUSER"
# Whoever leaves a transaction open in a test is not waited for without end.
MANNERS = "-c session_replication_role=replica -c lock_timeout=20s"


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any] | None]:
    """The database of this worker for somebody whom no trigger and no policy stops; None where there is no such role."""
    url = os.environ.get(SUPERUSER_URL, "")
    if not url:
        yield None
        return
    with psycopg.connect(with_database(url, connections["default"].settings_dict["NAME"]), autocommit=True, options=MANNERS) as server:
        yield server


@contextmanager
def emptied_by_a_superuser() -> Iterator[None]:
    """Meanwhile `flush` does so, where there is one; what follows a migration (policies, rights of roles) is not said again."""
    flush.emit_post_migrate_signal = lambda *_args, **_kwargs: None  # type: ignore[attr-defined]
    truncate = DatabaseOperations.sql_flush
    with superuser() as server:
        if server is None:
            yield
            return

        def empty(ops: Any, style: Any, tables: Any, **how: Any) -> list[str]:
            if how.get("reset_sequences"):
                return truncate(ops, style, tables, **how)
            delete_rows(server, tables)
            return []

        DatabaseOperations.sql_flush = empty  # type: ignore[assignment, method-assign]
        yield
        DatabaseOperations.sql_flush = truncate  # type: ignore[method-assign]


def delete_rows(server: psycopg.Connection[Any], tables: Any) -> None:
    """Empty these tables, in two statements."""
    held = sql.SQL(", ").join(
        sql.SQL("CASE WHEN EXISTS (SELECT FROM {}) THEN {} END").format(sql.Identifier(name), sql.Literal(name)) for name in tables
    )
    row = server.execute(sql.SQL("SELECT array_remove(ARRAY[{}], NULL)").format(held)).fetchone()
    if row and row[0]:
        server.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in row[0]))
