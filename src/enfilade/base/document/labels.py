"""Labels with bar codes for records of any module, on sheets that are sold everywhere or on a roll, as PDF.

A module says what stands on the label of its records: `@labels(Item)` before a function of context and row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from enfilade.core.context import Context, Refusal

from .barcodes import NotCoded, symbol_of
from .pdf import render_pdf

LABELS_MAX = 1_000
COPIES_MAX = 100
LABELS: dict[type[models.Model], Callable[[Context, Any], Label]] = {}


@dataclass(frozen=True, slots=True)
class Label:
    """code: what the bars say, and stands below them. title: the large line. lines: small ones below it."""

    code: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lengths in mm. across, down: labels on a page; left, top: of the first one; gap: between two in a row."""

    name: str
    page: tuple[float, float]
    across: int
    down: int
    label: tuple[float, float]
    left: float = 0
    top: float = 0
    gap: float = 0

    @property
    def count(self) -> int:
        """Labels on a page."""
        return self.across * self.down

    def place(self, number: int) -> tuple[float, float]:
        """Where a label of a page begins, counted from 0."""
        row, column = divmod(number, self.across)
        return self.left + column * (self.label[0] + self.gap), self.top + row * self.label[1]


_A4 = (210.0, 297.0)
SHEETS = {
    "a4_24": Sheet("A4, 3 × 8 labels of 63.5 × 33.9 mm", _A4, 3, 8, (63.5, 33.9), 7.25, 12.9, 2.5),
    "a4_14": Sheet("A4, 2 × 7 labels of 99.1 × 38.1 mm", _A4, 2, 7, (99.1, 38.1), 4.65, 15.15, 2.5),
    "a4_65": Sheet("A4, 5 × 13 labels of 38.1 × 21.2 mm", _A4, 5, 13, (38.1, 21.2), 4.75, 10.7, 2.5),
    "roll_62": Sheet("Roll, 62 × 29 mm", (62.0, 29.0), 1, 1, (62.0, 29.0)),
    "roll_89": Sheet("Roll, 89 × 36 mm", (89.0, 36.0), 1, 1, (89.0, 36.0)),
}


def labels(model: type[models.Model]) -> Callable[[Callable[[Context, Any], Label]], Callable[[Context, Any], Label]]:
    """Decorator: say what stands on the label of a record."""

    def wrap(make: Callable[[Context, Any], Label]) -> Callable[[Context, Any], Label]:
        LABELS[model] = make
        return make

    return wrap


def labels_pdf(ctx: Context, rows: Sequence[models.Model], *, sheet: str, symbol: str, first: int = 1, copies: int = 1) -> bytes:
    """The labels of some records of one model.

    first: the first free place of a sheet that is in use already, counted from 1. copies: of each.
    Refuses: nothing_to_print, too_many, no_such_place, not_coded, where a record's code can't be written in the chosen symbol.
    """
    form, make = SHEETS[sheet], LABELS[type(rows[0])] if rows else None
    if make is None:
        raise Refusal("nothing_to_print", "Choose at least one record to print a label for.")
    if not 1 <= copies <= COPIES_MAX or len(rows) * copies > LABELS_MAX:
        raise Refusal("too_many", f"At most {LABELS_MAX:,} labels are printed at once, {COPIES_MAX} of each record.", field="copies")
    if not 1 <= first <= form.count:
        raise Refusal("no_such_place", f"This sheet has the places 1 to {form.count}.", field="first")
    drawn = [one for row in rows for one in [_drawn(make(ctx, row), symbol)] * copies]
    pages: list[list[dict[str, Any]]] = []
    for number, one in enumerate(drawn, first - 1):
        if number % form.count == 0 or not pages:
            pages.append([])
        x, y = form.place(number % form.count)
        pages[-1].append({**one, "x": x, "y": y})
    size = {"width": form.page[0], "height": form.page[1]}
    box = {"width": form.label[0], "height": form.label[1]}
    return render_pdf("document/labels.typ", {"title": "Labels", "page": size, "label": box, "pages": pages, "square": symbol == "qr"})


def _drawn(label: Label, symbol: str) -> dict[str, Any]:
    try:
        made = symbol_of(symbol, label.code)
    except NotCoded as why:
        raise Refusal("not_coded", f"{label.title}, {label.code or 'without a code'}: {why}", field="symbol") from why
    return {
        "title": label.title,
        "lines": list(label.lines),
        "code": label.code,
        "width": made.width,
        "height": made.height,
        "pieces": made.pieces,
    }
