"""Many rows of one table in one statement: for the few paths that write thousands at once, under the same constraints as every other write.

The rows go to the database as one JSON text, without the columns that have one value in all of them, which is said once. COPY would be as
quick, but is not allowed on tables with row-level security.
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
    same = _same(rows)
    named = [f for f in fields if f.column in rows[0]]
    given = [f for f in named if f.column not in same] or named[:1]
    said = [f for f in fields if f not in given]
    quote = _quoted
    into = ", ".join(quote(f.column) for f in (*given, *said))
    values = ", ".join([f"given.{quote(f.column)}" for f in given] + ["%s" for _ in said])
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({into}) SELECT {values} FROM {_recordset(given)}"  # noqa: S608
    once = [_prepared(f, same[c]) if (c := str(f.column)) in same else f.get_db_prep_save(f.get_default(), connection) for f in said]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*once, _json(rows, given)])


def update(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their `id`: every other column that is named is set."""
    if not rows:
        return
    same = _same(rows)
    fields = [f for f in model._meta.concrete_fields if f.column in rows[0]]
    given = [f for f in fields if f.column == "id" or f.column not in same]
    said = [f for f in fields if f not in given]
    quote = _quoted
    put = ", ".join([f"{quote(f.column)} = %s" for f in said] + [f"{quote(f.column)} = given.{quote(f.column)}" for f in given[1:]])
    table = quote(model._meta.db_table)
    statement = f"UPDATE {table} SET {put} FROM {_recordset(given)} WHERE {table}.id = given.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(_prepared(f, same[str(f.column)]) for f in said), _json(rows, given)])


def _same(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The columns that have one value in all rows, and that value. The key is never among them."""
    first, last = rows[0], rows[-1]
    return {c: v for c, v in first.items() if c != "id" and last[c] == v and all(row[c] == v for row in rows)}


def _prepared(field: models.Field[Any, Any], value: Any) -> Any:
    """A value as the database takes it; what JSON does not know becomes text here as in the rows."""
    return field.get_db_prep_save(audit.jsonable(value) if isinstance(field, models.JSONField) else value, connection)


def _recordset(fields: Sequence[models.Field[Any, Any]]) -> str:
    shape = ", ".join(f"{_quoted(f.column)} {_type(f)}" for f in fields)
    return f"json_to_recordset(%s::json) AS given ({shape})"


def _json(rows: Sequence[Mapping[str, Any]], fields: Sequence[models.Field[Any, Any]]) -> str:
    columns = [str(f.column) for f in fields]
    return audit.to_json(rows if len(columns) == len(rows[0]) else [{c: row[c] for c in columns} for row in rows])


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _type(field: models.Field[Any, Any]) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
