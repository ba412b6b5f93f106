"""What several commands of cheques share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from django.db.models import Model

from enfilade.core.command import Input
from enfilade.core.context import Refusal

Row = TypeVar("Row", bound=Model)
Today = Annotated[date, Input(prefill="ctx.today")]
YEARS = range(1900, 2201)


def key_of(row: Model | int) -> int:
    """Rows come as they were given: a row of a program, or the key that was typed."""
    return int(row.pk) if isinstance(row, Model) else int(row)


def require_date(on: date, field: str = "on") -> None:
    """Refuse a date that no document of ours can carry."""
    if on.year not in YEARS:
        raise Refusal("date_out_of_range", "Give a date between 1900 and 2200.", field=field)
