"""One row of a model by the values of its columns, by a statement that is built once.

Every request reads its session and its person, and every command a row at least: building the query costs more than reading the row.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class _Statement(NamedTuple):
    """sql: with the values to fill in. read: by place of a column, what makes Python's value of it."""

    sql: str
    names: list[str]
    read: list[tuple[int, list[Any], Any]]


def one_row(model: type[Row], *, lock: bool = False, **values: Any) -> Row | None:
    """The row with these values, as lookups name them (`pk`, `expire_date__gt`); None where there is none.

    lock: so that nobody else changes it until the commit.
    """
    names = tuple(sorted(values))
    statement = _statement(model, lock, names)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, [values[name] for name in names])
        found = cursor.fetchone()
    if found is None:
        return None
    columns = list(found)
    for place, converters, expression in statement.read:
        for convert in converters:
            columns[place] = convert(columns[place], expression, connection)
    return model.from_db(connection.alias, statement.names, columns)


@cache
def _statement(model: Any, lock: bool, names: tuple[str, ...]) -> _Statement:
    # In the place of each value stands its name.
    rows: Any = models.QuerySet(model).filter(**{name: models.Value(name) for name in names})
    compiler = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).query.get_compiler(connection.alias)
    sql, given = compiler.as_sql()
    if given != names:
        raise RuntimeError(f"{model.__name__} is read with more than {names}")
    read = compiler.get_converters([expression for expression, _, _ in compiler.select])
    columns = [expression.target.attname for expression, _, _ in compiler.select]
    return _Statement(sql, columns, [(place, converters, expression) for place, (converters, expression) in read.items()])
