"""Proof that nothing was altered or lost: every module registers what can be recomputed, `enfilade verify` runs all of it.

A verifier reads; it changes nothing. A finding names the first row that is wrong and says what is.
"""

from __future__ import annotations

from collections import Counter as Counting
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import models

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
SERIES: list[Series] = []


@dataclass(frozen=True)
class Series:
    """Numbers without gaps: counters whose series begins with `prefix` number the rows of a model in `field`."""

    prefix: str
    model: type[models.Model]
    field: str
    starts: str = ""


def verifier(name: str) -> Callable[[Verifier], Verifier]:
    """Register `def verify(ctx) -> list[Finding]`."""

    def wrap(run: Verifier) -> Verifier:
        VERIFIERS[name] = run
        return run

    return wrap


def declare_series(prefix: str, model: type[models.Model], field: str, *, starts: str = "") -> None:
    """Say that counters whose series begin with `prefix` number the rows of a model, one number a row, without gaps.

    A number is text that ends with the counter's value (`P-00017`). Where a series begins anew each year, the counter's series
    ends with the year (`billing.invoice:2026`) and the number carries it before the value (`INV-2026-00017`).
    starts: only numbers that begin so, where several series share a column (`INV-`, `CN-`).
    """
    SERIES.append(Series(prefix, model, field, starts))


def verify_all(ctx: Context) -> list[Finding]:
    """Every finding of every module, [] when all is as it was written."""
    return [finding for run in VERIFIERS.values() for finding in run(ctx)]


@verifier("numbers")
def verify_numbers(ctx: Context) -> list[Finding]:
    """Every number that was drawn is on exactly one row, from 1 to the counter's value."""
    return [finding for series in SERIES for finding in _verify_series(ctx, series)]


def _verify_series(ctx: Context, series: Series) -> list[Finding]:
    drawn: Counting[str] = Counting()
    for name, value in Counter.objects.visible_to(ctx).filter(series__startswith=series.prefix).values_list("series", "value"):
        drawn[_digits(name.removeprefix(series.prefix))] += value
    given: dict[str, Counting[int]] = defaultdict(Counting)
    noun = str(series.model._meta.verbose_name)
    numbers = series.model.objects.visible_to(ctx).filter(**{f"{series.field}__startswith": series.starts})  # type: ignore[attr-defined]
    for number in numbers.exclude(**{series.field: None}).exclude(**{series.field: ""}).values_list(series.field, flat=True).iterator():
        head, value = _split(str(number))
        given[head][value] += 1
    found = []
    for head in sorted(drawn.keys() | given.keys()):
        found += _verify_run(f"{series.prefix}:{head}" if head else series.prefix, noun, drawn[head], given[head])
    return found


def _verify_run(name: str, noun: str, drawn: int, given: Counting[int]) -> list[Finding]:
    found = []
    if missing := next((n for n in range(1, drawn + 1) if n not in given), 0):
        found.append(Finding("number_gap", name, f"Number {missing} of {name} was drawn, but no {noun} carries it."))
    if twice := next((n for n, times in given.items() if times > 1), 0):
        found.append(Finding("number_twice", name, f"Number {twice} of {name} is on more than one {noun}."))
    if (last := max(given, default=0)) > drawn:
        found.append(Finding("number_not_drawn", name, f"A {noun} carries number {last} of {name}, but only {drawn} were drawn."))
    return found


def _split(number: str) -> tuple[str, int]:
    """`INV-2026-00017` -> ("2026", 17)."""
    stem = number.rstrip("0123456789")
    return _digits(stem), int(number[len(stem) :] or 0)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
