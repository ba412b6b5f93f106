"""What many commands ask of what they are given."""

from __future__ import annotations

from datetime import date

from django.db.models import Model

from enfilade.core.context import Refusal

_YEARS = range(1900, 2201)


def is_business_date(on: date) -> bool:
    """Whether a document may carry this date at all; books decide about their own periods."""
    return on.year in _YEARS


def require_date(on: date | None, field: str = "on") -> None:
    """Refuse a date that no document of ours can carry."""
    if on is not None and not is_business_date(on):
        raise Refusal("date_out_of_range", "Give a date between 1900 and 2200.", field=field)


def primary_key(row: Model | int) -> int:
    """Rows in lines come as they were given: a row of a program, or the key that was typed."""
    return int(row.pk) if isinstance(row, Model) else int(row)
