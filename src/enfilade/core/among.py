"""Rows by their keys, read first: where few of very many rows are wanted, in an order that an index would otherwise be walked for.

Why not the planner's choice: it guesses how many rows there are and how they lie in the order, and a wrong guess walks a million rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

# So many rows are read and put in order within the time of a page.
FEW_MAX = 10_000


class _Among(Func):
    """Whether a key is in an array, which the database makes first and then looks each key up."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("


def among(keys: QuerySet[Any] | Iterable[str], column: str = "pk") -> Q:
    """The rows whose primary key, or other column, is one of those that a query gives, or one of some texts.

    keys: a query of one column, `rows.values("party_id")`; or texts, however many: they are one parameter.
    """
    wanted = ArraySubquery(keys) if isinstance(keys, QuerySet) else Value(sorted(keys), ArrayField(TextField()))
    return Q(_Among(F(column), wanted, output_field=BooleanField()))


def are_few(rows: QuerySet[Any]) -> bool:
    """Whether a query gives so few rows that all are read and put in order. One query, which counts no further than that."""
    return bool(rows.order_by()[: FEW_MAX + 1].count() <= FEW_MAX)
