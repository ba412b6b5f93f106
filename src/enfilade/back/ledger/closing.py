"""What has to be in order before a month or a year is closed: every module adds the steps that it can tell from its own tables.

The ledger asks them all and knows none of them. A step says how many things are missing, and where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from enfilade.base.books.models import Period
from enfilade.core.context import Context


@dataclass(frozen=True, slots=True)
class Standing:
    """How a step stands. open_count: what is missing, 0 when it is done. sentence: what is missing or that all is there; url: where."""

    open_count: int
    sentence: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ClosingStep:
    """look: how it stands for a month, from the books themselves; None where it does not concern this company.

    required: whether a year can't be closed while it is not done.
    """

    name: str
    title: str
    order: int
    required: bool
    look: Callable[[Context, Period], Standing | None]


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step and how it stands."""

    step: ClosingStep
    standing: Standing


STEPS: dict[str, ClosingStep] = {}
Look = Callable[[Context, Period], Standing | None]


def closing_step(name: str, *, title: str, order: int, required: bool = True) -> Callable[[Look], Look]:
    """Register `def look(ctx, period) -> Standing | None`. order: 100 for what comes in, 200 for what is settled, 300 for the books."""

    def wrap(look: Look) -> Look:
        STEPS[name] = ClosingStep(name, title, order, required, look)
        return look

    return wrap


def steps_of(ctx: Context, period: Period) -> list[StepDone]:
    """Every step that concerns the company, in order, and how it stands for a month."""
    found = []
    for step in sorted(STEPS.values(), key=lambda s: (s.order, s.name)):
        standing = step.look(ctx, period)
        if standing is not None:
            found.append(StepDone(step, standing))
    return found
