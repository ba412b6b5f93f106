"""Out again: a list as a file that comes in as the same rows.

An export has the filters and the order of its list. It is made row by row, so that its memory does not grow with the list.
A module may know further formats (cards): it registers an exporter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, cast

from django import forms
from django.db import models

from enfilade.core.context import Context
from enfilade.core.language.words import ORIGIN
from enfilade.core.tabular import guard_formula

from .columns import field_at, plain_value
from .declare import Resource
from .filtering import column_named
from .headings import exported_names, headings
from .intake import key_of_link
from .listing import filtered, is_sortable

EXPORT_CHUNK = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More digits than this a spreadsheet would round.
_EXACT_DIGITS = 15


@dataclass(frozen=True)
class Exporter:
    """A further format of a resource: the ending of its files, its media type, words for people, and the rows as text."""

    ending: str
    media_type: str
    words: str
    write: Callable[[Context, Any], Iterator[str]]


EXPORTERS: dict[str, list[Exporter]] = {}


def register_exporter(label: str, exporter: Exporter) -> None:
    """Offer a further format for the lists of a resource."""
    EXPORTERS.setdefault(label, []).append(exporter)


def exported_rows(resource: Resource, ctx: Context, params: Mapping[str, Any]) -> Any:
    """The rows of a list as it is filtered and sorted, all of them. Refuses as the list does."""
    rows = filtered(resource, ctx, params)
    sort = str(params.get("sort") or "")
    name = column_named(sort.removeprefix("-"), resource.columns)
    if not sort or not is_sortable(resource, name):
        return rows.order_by("pk")
    return rows.order_by(f"-{name}" if sort.startswith("-") else name, "pk")


def export_csv(resource: Resource, ctx: Context, params: Mapping[str, Any], language: str = ORIGIN) -> Iterator[str]:
    """Lines of CSV: id, the columns and the fields. Foreign keys by the target's import key; what looks like a formula is text.

    language: in which a person reads the headings; programs take the names of the columns.
    """
    rows = exported_rows(resource, ctx, params)
    names = exported_names(resource)
    yield _line([*headings(resource, language).values()])
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        yield _line([str(row.pk), *(_out(row, name, ctx) for name in names[1:])])


def export_workbook(resource: Resource, ctx: Context, params: Mapping[str, Any], out: IO[bytes], language: str = ORIGIN) -> None:
    """The same as a workbook, row by row into a file: numbers and days are such, every text is text and never a formula."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(resource.plural[:31].translate({ord(c): " " for c in "[]:*?/\\\\"}))
    names, bold = exported_names(resource), book.add_format({"bold": True})
    for at, text in enumerate(headings(resource, language).values()):
        sheet.write_string(0, at, text, bold)
    sheet.freeze_panes(1, 0)
    rows = exported_rows(resource, ctx, params)
    for line, row in enumerate(rows.iterator(chunk_size=EXPORT_CHUNK), 1):
        sheet.write_number(line, 0, row.pk)
        for at, name in enumerate(names[1:], 1):
            text = _out(row, name, ctx)
            number = _number(type(row), name, text)
            if number is None:
                sheet.write_string(line, at, text[:32_767])
            else:
                sheet.write_number(line, at, number)
    book.close()


def _number(model: type[models.Model], path: str, text: str) -> float | None:
    """A cell that a spreadsheet may add up; None for text, for links, and for what it would round."""
    target = field_at(model, path)
    if not isinstance(target, models.IntegerField | models.DecimalField) or sum(c.isdigit() for c in text) > _EXACT_DIGITS:
        return None
    with suppress(ValueError, ArithmeticError):
        number = Decimal(text)
        return float(number) if number.is_finite() else None
    return None


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guard_formula(c) for c in cells])
    return out.getvalue()


def _out(row: models.Model, path: str, ctx: Context) -> str:
    target = field_at(type(row), path)
    if isinstance(target, models.ForeignKey) and "__" not in path:
        related = getattr(row, path)
        key = key_of_link(target)
        return "" if related is None else str(getattr(related, key))
    value = plain_value(row, path, ctx.company.currency)
    if isinstance(target, models.JSONField):
        # As the form shows it, which is what the form reads.
        return str(cast("forms.Field", target.formfield()).prepare_value(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(str(v) for v in value)
    return "" if value is None else str(value)
