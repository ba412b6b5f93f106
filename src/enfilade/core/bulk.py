"""Many rows of one table in one statement: for the few paths that write thousands at once, under the same constraints as every other write.

The rows go to the database as one JSON text. COPY would be as quick, but is not allowed on tables with row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from . import audit

# OFFSET keeps the name of the sequence from being looked up for each key.
_RESERVE = "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name OFFSET 0) s, generate_series(1, %s)"


def reserve(model: type[models.Model], many: int) -> list[int]:
    """So many new primary keys of a table."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [table, column, many])
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name their columns (`party_id`) with plain values; columns that no row names get the model's default.

    Every row names the same columns. What a constraint refuses is raised as for any insert.
    """
    if not rows:
        return
    fields = [f for f in model._meta.concrete_fields if f.column in rows[0] or not f.primary_key]
    named = [f for f in fields if f.column in rows[0]]
    others = [f for f in fields if f.column not in rows[0]]
    quote = _quoted
    into = ", ".join(quote(f.column) for f in (*named, *others))
    values = ", ".join([f"given.{quote(f.column)}" for f in named] + ["%s" for _ in others])
    shape = ", ".join(f"{quote(f.column)} {_type(f)}" for f in named)
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({into}) SELECT {values} FROM json_to_recordset(%s::json) AS given ({shape})"  # noqa: S608
    defaults = [f.get_db_prep_save(f.get_default(), connection) for f in others]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*defaults, audit.to_json(rows)])


def update(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their `id`: every other column that is named is set."""
    if not rows:
        return
    fields = {f.column: f for f in model._meta.concrete_fields}
    quote = _quoted
    put = ", ".join(f"{quote(c)} = given.{quote(c)}" for c in rows[0] if c != "id")
    shape = ", ".join(f"{quote(c)} {_type(fields[c])}" for c in rows[0])
    table = quote(model._meta.db_table)
    statement = f"UPDATE {table} SET {put} FROM json_to_recordset(%s::json) AS given ({shape}) WHERE {table}.id = given.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [audit.to_json(rows)])


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _type(field: models.Field[Any, Any]) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
