"""Proof that nothing was altered or lost: every module registers what can be recomputed, `enfilade verify` runs all of it.

A verifier reads; it changes nothing. A finding names the first row that is wrong and says what is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Max

from .context import Context
from .models import Counter


@dataclass(frozen=True)
class Finding:
    """code: stable; ref: `app.model:pk` of the row, or the name of a series; sentence: what is wrong."""

    code: str
    ref: str
    sentence: str


Verifier = Callable[[Context], list[Finding]]
VERIFIERS: dict[str, Verifier] = {}
SERIES: list[tuple[str, type[models.Model], str]] = []


def verifier(name: str) -> Callable[[Verifier], Verifier]:
    """Register `def verify(ctx) -> list[Finding]`."""

    def wrap(run: Verifier) -> Verifier:
        VERIFIERS[name] = run
        return run

    return wrap


def declare_series(prefix: str, model: type[models.Model], field: str) -> None:
    """Say that counters whose series begin with `prefix` number the rows of a model, one number a row, without gaps."""
    SERIES.append((prefix, model, field))


def verify_all(ctx: Context) -> list[Finding]:
    """Every finding of every module, [] when all is as it was written."""
    return [finding for run in VERIFIERS.values() for finding in run(ctx)]


@verifier("numbers")
def verify_numbers(ctx: Context) -> list[Finding]:
    """Numbers drawn = rows that carry one; a difference is a gap or a row that vanished."""
    found = []
    for prefix, model, field in SERIES:
        drawn = sum(Counter.objects.visible_to(ctx).filter(series__startswith=prefix).values_list("value", flat=True))
        rows = model.objects.visible_to(ctx).exclude(**{field: None}).exclude(**{f"{field}__exact": ""})  # type: ignore[attr-defined]
        counted = rows.aggregate(n=Count(field, distinct=True), last=Max("pk"))
        if counted["n"] != drawn:
            sentence = f"{drawn} numbers were drawn in the series {prefix}, but {counted['n']} rows carry one."
            found.append(Finding("number_gap", f"{model._meta.label_lower}:{counted['last'] or 0}", sentence))
    return found
