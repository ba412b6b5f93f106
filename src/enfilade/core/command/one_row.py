"""One row by its key, by a statement that is built once for each model.

A command names at least one, and building the query costs more than reading the row.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models

from enfilade.core.models import Record, RecordQuerySet

if TYPE_CHECKING:
    from enfilade.core.context import Context

_OF_COMPANY = RecordQuerySet.visible_to


class _Statement(NamedTuple):
    """sql: with the company and the key to fill in. read: by place of a column, what makes Python's value of it."""

    sql: str
    names: list[str]
    read: list[tuple[int, list[Any], Any]]


def reads_as_company(model: Any) -> bool:
    """Whether inside a command all rows of the company are visible, and nothing else is asked of them."""
    rows = getattr(model.objects, "_queryset_class", None)
    return issubclass(model, Record) and len(model._meta.pk_fields) == 1 and getattr(rows, "visible_to", None) is _OF_COMPANY


def row_of_company(ctx: Context, model: type[models.Model], key: int, *, lock: bool) -> dict[int, models.Model]:
    """The row of this key in the caller's company, by its key; nothing where there is none.

    lock: so that nobody else changes it until the commit.
    """
    statement = _statement(model, lock)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, [ctx.company_id, key])
        found = cursor.fetchone()
    if found is None:
        return {}
    values = list(found)
    for place, converters, expression in statement.read:
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    row = model.from_db(connection.alias, statement.names, values)
    return {row.pk: row}


@cache
def _statement(model: Any, lock: bool) -> _Statement:
    rows = model.objects.filter(company_id=0, pk=0)
    compiler = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).query.get_compiler(connection.alias)
    sql, given = compiler.as_sql()
    if given != (0, 0):
        raise RuntimeError(f"{model.__name__} is read with more than its company and key")
    read = compiler.get_converters([expression for expression, _, _ in compiler.select])
    names = [expression.target.attname for expression, _, _ in compiler.select]
    return _Statement(sql, names, [(place, converters, expression) for place, (converters, expression) in read.items()])
