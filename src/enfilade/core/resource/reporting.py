"""A report as a file: what stands on it, in the reader's language, and the formats in which it may be taken along.

Every report is a table in every format; a module may know further ones (paper): it registers a ReportFormat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import models
from django.utils import timezone, translation

from enfilade.core.command.inputs import Parameter
from enfilade.core.context import Context, Refusal
from enfilade.core.language.words import STATE, name_of, say
from enfilade.core.ui.cells import NUMERIC_KINDS, plain_text
from enfilade.core.ui.format import format_amount, format_instant

from .cells import figure_currency
from .hooks import Column, Report


@dataclass(frozen=True)
class Sheet:
    """A report as it is printed: words for people are said already, values are what they are.

    facts: what it was asked for and who took it when, as (label, words). tiles: figures above the table, as (label, value).
    rows: as the report made them, with `emphasis` and `level`. totals: by name of a column, {} where nothing is summed up.
    """

    title: str
    company: str
    language: str
    currency: str
    printed_at: datetime
    facts: list[tuple[str, str]]
    tiles: list[tuple[str, str]]
    columns: list[Column]
    rows: list[dict[str, Any]]
    totals: dict[str, Any]
    notes: list[str]

    def kind(self, column: Column) -> str:
        """How the values of a column are drawn; a name in `_minor` is an amount."""
        return column.get("kind") or ("amount" if column["name"].endswith("_minor") else "text")

    def is_numeric(self, column: Column) -> bool:
        """Whether a column holds figures."""
        return self.kind(column) in NUMERIC_KINDS

    def level(self, row: Mapping[str, Any]) -> int:
        """How far a row stands in below its heading; a column may be called so, too, and hold words."""
        level = row.get("level")
        return level if isinstance(level, int) else 0

    def words(self, column: Column, row: Mapping[str, Any]) -> str:
        """A value as people read it; an amount without its currency, which stands above."""
        value = row.get(column["name"])
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return say("Yes" if value else "No")
        if isinstance(value, list | tuple):
            return ", ".join(say(str(one)) for one in value)
        if isinstance(value, str):
            # What leads to a record is its name; other words are the report's own.
            return value if column is self.columns[0] and row.get("url") else say(value)
        if self.kind(column) == "amount" and isinstance(value, int):
            unit = figure_currency(column, row, self.currency)
            return format_amount(value, unit, symbol=unit != self.currency)
        return plain_text({"kind": self.kind(column), "value": value})


@dataclass(frozen=True)
class ReportFormat:
    """A format of reports: the ending of its files, its media type, words for the button, and how a sheet becomes one."""

    ending: str
    media_type: str
    words: str
    write: Callable[[Sheet], bytes]


REPORT_FORMATS: dict[str, ReportFormat] = {}


def register_report_format(made: ReportFormat) -> ReportFormat:
    """Offer a format for every report of the house."""
    REPORT_FORMATS[made.ending] = made
    return made


def report_format(ending: str) -> ReportFormat:
    """The format of an ending. Refuses: unknown_format."""
    found = REPORT_FORMATS.get(ending)
    if found is None:
        raise Refusal("unknown_format", f"There is no format {ending[:20]!r}; there are {', '.join(REPORT_FORMATS)}.", field="format")
    return found


def report_file(ctx: Context, report: Report, inputs: Mapping[str, Any], ending: str) -> tuple[ReportFormat, bytes]:
    """A report as a file in the caller's language and the company's time, with the format it is in.

    Refuses: unknown_format, no_table; and as the report does.
    """
    made = report_format(ending)
    with timezone.override(ctx.zone), translation.override(ctx.language):
        return made, made.write(sheet_of(ctx, report, inputs, report.figures(ctx, dict(inputs))))


def sheet_of(ctx: Context, report: Report, inputs: Mapping[str, Any], figures: Any) -> Sheet:
    """What stands on the file of a report that was built for some inputs. Refuses: no_table."""
    if not isinstance(figures, dict) or not figures.get("columns"):
        raise Refusal("no_table", f"{report.title} is no table that could be taken along as a file.")
    asked = [(say(p.label), _said(p, inputs.get(n))) for n, p in report.parameters.items() if inputs.get(n) not in (None, "", [], False)]
    currency = str(figures.get("currency") or ctx.company.currency)
    printed = [(say("Currency"), currency), (say("Printed"), f"{format_instant(ctx.now)}, {ctx.user}")]
    return Sheet(
        title=say(report.title),
        company=ctx.company.name,
        language=ctx.language,
        currency=currency,
        printed_at=ctx.now,
        facts=asked + printed,
        tiles=[(say(t["label"]), say(t["value"])) for t in figures.get("tiles") or ()],
        columns=[cast("Column", {**c, "label": say(c["label"], STATE)}) for c in figures["columns"]],
        rows=list(figures.get("rows") or ()),
        totals=figures.get("totals") or {},
        notes=[say(note) for note in figures.get("notes") or ()],
    )


def _said(parameter: Parameter, value: Any) -> str:
    """An input as people read it."""
    if isinstance(value, list | tuple):
        return ", ".join(_said(parameter, one) for one in value)
    if isinstance(value, models.Model):
        return name_of(value)
    if isinstance(value, bool):
        return say("Yes" if value else "No")
    words = dict(parameter.meta.choices).get(value, value) if isinstance(value, str) else value
    return say(words) if isinstance(words, str) else plain_text({"value": words, "kind": "number"})
