"""Reports as CSV and as workbooks: typed cells, a frozen head, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from enfilade.core.fields import to_major
from enfilade.core.minor import minor_digits
from enfilade.core.tabular import guard_formula

from .cells import figure_currency, figure_text
from .hooks import Column
from .reporting import ReportFormat, Sheet, register_report_format
from .transfer import XLSX

# More digits than this a spreadsheet would round; such a number stays text.
_EXACT_DIGITS = 15
_TEXT_MAX = 32_767
_WIDTH_MIN, _WIDTH_MAX = 8, 60


def write_csv(sheet: Sheet) -> bytes:
    """Columns and rows only, amounts in major units: what other programs read."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column["label"] for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow(
            [guard_formula(figure_text(c["name"], row.get(c["name"]), figure_currency(c, row, sheet.currency))) for c in sheet.columns]
        )
    return out.getvalue().encode()


def write_workbook(sheet: Sheet) -> bytes:
    """Title, company, what was asked, then the table: numbers, amounts in major units and days are such, every text is text.

    Why: the head of the table stays while one scrolls and comes again on every printed page; sums are the report's own values, so that
    they can't change in the file without its rows showing it.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": sheet.title, "company": sheet.company, "created": sheet.printed_at.replace(tzinfo=None)})
    page = book.add_worksheet(sheet.title[:31].translate({ord(c): " " for c in "[]:*?/\\'"}))
    _Table(book, page, sheet).draw()
    book.close()
    return out.getvalue()


class _Table:
    """A sheet on its way into a page of a workbook, line by line from the top."""

    def __init__(self, book: Any, page: Any, sheet: Sheet) -> None:
        self.book, self.page, self.sheet, self.line = book, page, sheet, 0
        self._formats: dict[tuple[str, int, bool, int], Any] = {}

    def draw(self) -> None:
        sheet, page = self.sheet, self.page
        self._say(sheet.title, style=self.book.add_format({"bold": True, "font_size": 14}))
        self._say(sheet.company)
        for label, words in (*sheet.facts, *sheet.tiles):
            self._say(label, words)
        self.line += 1
        head, style = self.line, self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for at, column in enumerate(sheet.columns):
            page.write_string(head, at, column["label"], style)
            page.set_column(at, at, self._width(column))
        for row in sheet.rows:
            self._row(row, strong=bool(row.get("emphasis")), level=sheet.level(row))
        if sheet.totals:
            first = {} if sheet.columns[0]["name"] in sheet.totals else {sheet.columns[0]["name"]: "Total"}
            self._row({**first, **sheet.totals}, strong=True, level=0)
        self.line += 1
        for note in sheet.notes:
            self.line += 1
            page.write_string(self.line, 0, note[:_TEXT_MAX])
        page.freeze_panes(head + 1, 0)
        page.repeat_rows(head)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L{sheet.title.replace('&', '&&')[:80]}&R&P / &N")
        if len(sheet.columns) > 5:
            page.set_landscape()

    def _say(self, label: str, words: str = "", style: Any = None) -> None:
        self.page.write_string(self.line, 0, label[:_TEXT_MAX], style)
        if words:
            self.page.write_string(self.line, 1, words[:_TEXT_MAX])
        self.line += 1

    def _row(self, row: dict[str, Any], *, strong: bool, level: int) -> None:
        self.line += 1
        for at, column in enumerate(self.sheet.columns):
            value = row.get(column["name"])
            if value is None or value == "":
                continue
            self._cell(at, column, value, row, strong=strong, indent=level if at == 0 else 0)

    def _cell(self, at: int, column: Column, value: Any, row: dict[str, Any], *, strong: bool, indent: int) -> None:
        kind = self.sheet.kind(column)
        if isinstance(value, datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            self.page.write_datetime(self.line, at, local.replace(tzinfo=None), self._format("datetime", 0, strong, indent))
        elif isinstance(value, date):
            self.page.write_datetime(self.line, at, value, self._format("date", 0, strong, indent))
        elif (number := _number(value, kind, currency := figure_currency(column, row, self.sheet.currency))) is not None:
            shown, places = ("amount", minor_digits(currency)) if kind == "amount" else ("number", 0)
            self.page.write_number(self.line, at, number, self._format(shown, places, strong, indent))
        else:
            self.page.write_string(self.line, at, self.sheet.words(column, row)[:_TEXT_MAX], self._format("text", 0, strong, indent))

    def _format(self, kind: str, places: int, strong: bool, indent: int) -> Any:
        """places: decimals of an amount."""
        if (kind, places, strong, indent) not in self._formats:
            amount = f"#,##0{'.' + '0' * places if places else ''}"
            # 14 and 22 are a day, and a day with its time, as the reader's own spreadsheet writes them.
            shown: dict[str, str | int] = {"amount": amount, "date": 14, "datetime": 22}
            made = {"bold": strong, "indent": indent, **({"num_format": shown[kind]} if kind in shown else {})}
            self._formats[kind, places, strong, indent] = self.book.add_format(made)
        return self._formats[kind, places, strong, indent]

    def _width(self, column: Column) -> int:
        """Wide enough for what the first rows say; an amount with its separators."""
        shown = [len(self.sheet.words(column, row)) for row in self.sheet.rows[:200]]
        return max(_WIDTH_MIN, min(_WIDTH_MAX, max([*shown, len(column["label"])]) + 3))


def _number(value: Any, kind: str, currency: str) -> float | None:
    """A cell that a spreadsheet may add up; None for text, and for what it would round."""
    if isinstance(value, bool) or kind not in {"amount", "number", "duration"}:
        return None
    if kind == "amount" and isinstance(value, int):
        value = to_major(value, currency)
    with suppress(ValueError, ArithmeticError):
        number = Decimal(str(value))
        return float(number) if number.is_finite() and len(number.as_tuple().digits) <= _EXACT_DIGITS else None
    return None


register_report_format(ReportFormat("csv", "text/csv; charset=utf-8", "CSV", write_csv))
register_report_format(ReportFormat("xlsx", XLSX, "Excel", write_workbook))
