"""Every report of the house as a PDF: A4, on its side where the table is wide, with the sums carried from page to page."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from enfilade.core.context import Refusal
from enfilade.core.language.words import say
from enfilade.core.resource.reporting import ReportFormat, Sheet, register_report_format
from enfilade.core.ui.format import format_amount

from .pdf import render_pdf

# More lines than this nobody reads on paper, and setting them would keep a process busy for minutes.
ROWS_MAX = 5_000
# So many characters fit beside each other on an upright page.
_CHARACTERS_UPRIGHT = 96
_SAMPLE = 300


def write_pdf(sheet: Sheet) -> bytes:
    """A report on paper. Refuses: too_long."""
    if len(sheet.rows) > ROWS_MAX:
        raise Refusal("too_long", f"On paper a report has at most {ROWS_MAX:,} lines, and this has {len(sheet.rows):,}: take the workbook.")
    cells = [[sheet.words(column, row) for column in sheet.columns] for row in sheet.rows]
    widths = [max([len(c["label"]), *(len(row[at]) for row in cells[:_SAMPLE])]) for at, c in enumerate(sheet.columns)]
    data = {
        "title": sheet.title,
        "company": sheet.company,
        "language": sheet.language[:2],
        "wide": sum(widths) + 2 * len(widths) > _CHARACTERS_UPRIGHT,
        "facts": sheet.facts,
        "tiles": sheet.tiles,
        "columns": _columns(sheet, widths),
        "rows": _rows(sheet, cells),
        "totals": _totals(sheet),
        "carries": bool(_carried(sheet)),
        "printed": " ".join(sheet.facts[-1]),
        "words": {
            "carried": say("Carried forward"), "over": say("Brought forward"), "page": say("Page"), "of": say("of"),
            "empty": say("Nothing in this period."),
        },
        "notes": sheet.notes,
    }  # fmt: skip
    return render_pdf("document/report.typ", data, at=sheet.printed_at)


def _columns(sheet: Sheet, widths: list[int]) -> list[dict[str, Any]]:
    """The widest column of words takes what the others leave."""
    words = [at for at, column in enumerate(sheet.columns) if not sheet.is_numeric(column)]
    widest = max(words, key=lambda at: widths[at], default=0)
    return [{"label": c["label"], "right": sheet.is_numeric(c), "grow": at == widest} for at, c in enumerate(sheet.columns)]


def _carried(sheet: Sheet) -> list[str]:
    """The columns of amounts whose rows sum up to the total that the report itself says; of others no sum so far means anything."""
    amounts = [c["name"] for c in sheet.columns if sheet.kind(c) == "amount" and isinstance(sheet.totals.get(c["name"]), int)]
    return [name for name in amounts if sum(row.get(name) or 0 for row in sheet.rows) == sheet.totals[name]]


def _rows(sheet: Sheet, cells: list[list[str]]) -> list[dict[str, Any]]:
    names, so_far = _carried(sheet), defaultdict[str, int](int)
    found, last = [], len(sheet.rows) - 1
    for at, (row, texts) in enumerate(zip(sheet.rows, cells, strict=True)):
        for name in names:
            so_far[name] += row.get(name) or 0
        sums = [format_amount(so_far[c["name"]], sheet.currency, symbol=False) if c["name"] in names else "" for c in sheet.columns]
        found.append(
            {
                "cells": texts,
                "strong": bool(row.get("emphasis")),
                "level": sheet.level(row),
                "carried": sums if names else None,
                "last": at == last,
            }
        )
    return found


def _totals(sheet: Sheet) -> list[str] | None:
    if not sheet.totals:
        return None
    first = {} if sheet.columns[0]["name"] in sheet.totals else {sheet.columns[0]["name"]: say("Total")}
    return [sheet.words(column, {**sheet.totals, **first}) for column in sheet.columns]


register_report_format(ReportFormat("pdf", "application/pdf", "PDF", write_pdf))
