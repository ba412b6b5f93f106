"""A broken constraint becomes the sentence that is written on it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import DatabaseError, IntegrityError, OperationalError

from enfilade.core.context import Refusal

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK = "40P01"
SERIALIZATION = "40001"
RETRYABLE = {DEADLOCK, SERIALIZATION}
OUT_OF_RANGE = {"22003", "22008"}


@lru_cache
def constraint_sentences() -> dict[str, str]:
    """The sentence of every constraint, by its name."""
    found = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            found[constraint.name] = str(constraint.violation_error_message)
    return found


def sqlstate(error: BaseException) -> str:
    """SQLSTATE of a Django database error, "" when there is none."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def refusal_for(error: DatabaseError) -> Refusal | None:
    """The refusal a database error stands for; None when it is a fault of ours or of the machine."""
    diag: Any = getattr(error.__cause__, "diag", None)
    if isinstance(error, OperationalError) and sqlstate(error) == LOCK_NOT_AVAILABLE:
        return Refusal("busy", "Somebody else is working on this right now. Try again in a moment.")
    name = getattr(diag, "constraint_name", None) or ""
    message = getattr(diag, "message_primary", None) or ""
    if sentence := constraint_sentences().get(name):
        return Refusal(name, sentence)
    if sqlstate(error) in OUT_OF_RANGE:
        return Refusal("out_of_range", "A number or a date here is larger than what can be kept.")
    if not isinstance(error, IntegrityError):
        return None
    if name and getattr(diag, "source_function", "") == "exec_stmt_raise":
        return Refusal(name, message)
    if sqlstate(error) == "23503":
        return Refusal(
            "in_use", "This is still used by something else." if "delete" in message else "Something this refers to does not exist."
        )
    if sqlstate(error) == "23502":
        column = getattr(diag, "column_name", "") or "value"
        return Refusal("required", f"{column.replace('_', ' ').capitalize()} is required.", field=column)
    return None
