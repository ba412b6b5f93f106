"""Every report of the house as a file: figures are figures, words are words, and the paper says what it is."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone, translation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from enfilade.base.document.report_paper import write_pdf
from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.command.reading import read
from enfilade.core.context import Context, Refusal
from enfilade.core.resource.hooks import REPORTS, Report
from enfilade.core.resource.report_files import write_workbook
from enfilade.core.resource.reporting import Sheet, report_file, report_format, sheet_of
from enfilade.core.scope import scope
from enfilade.core.signin.elevation import prove

from .practices import practice

pytestmark = pytest.mark.django_db(transaction=True)
BREAKOUT = '=HYPERLINK("http://x","y")'


def inputs_of(ctx: Context, report: Report) -> dict[str, Any] | None:
    """What a report is asked for: today, and the first record of each kind that it is about; None where it needs more than that."""
    given: dict[str, Any] = {n: ctx.today.isoformat() for n, p in report.parameters.items() if p.kind is date and p.required}
    rows = {n: p.kind.objects.visible_to(ctx).order_by("pk").first() for n, p in report.parameters.items() if p.is_row}
    given |= {name: row.pk for name, row in rows.items() if row is not None}
    if any(p.required and n not in given for n, p in report.parameters.items()):
        return None
    return read(report.parameters, given, ctx.company.currency)


def figures_of(ctx: Context, report: Report, inputs: dict[str, Any]) -> Any:
    """What a report says; None of those about a group, since a practice alone is none."""
    try:
        return report.figures(ctx, inputs)
    except Refusal as no:
        if no.code != "no_group":
            raise
        return None


def test_every_report_is_a_workbook_and_a_paper() -> None:
    """In the reader's language: the same rows as on the page, amounts in major units that a spreadsheet adds up, no formula in any cell."""
    owner, _, _ = practice()
    held = run_raw(owner, "core.start_elevation", {"reason": "Files of every report", "minutes": 60, "proof": prove(owner)})
    ctx = context_for(owner.user, owner.company, elevation=held.pk)
    made = 0
    with scope(ctx.company_id, read_only=True), translation.override(ctx.language):
        for report in REPORTS.values():
            if (inputs := inputs_of(ctx, report)) is None:
                continue
            if (figures := figures_of(ctx, report, inputs)) is None:
                continue
            made += 1
            sheet = sheet_of(ctx, report, inputs, figures)
            matches(sheet, report_file(ctx, report, inputs, "xlsx")[1])
            pages = PdfReader(io.BytesIO(report_file(ctx, report, inputs, "pdf")[1])).pages
            words = " ".join(pages[0].extract_text().split())
            assert sheet.company in words, report.label
            assert " ".join(sheet.title.split()) in words, report.label
            assert f"1 of {len(pages)}" in words, report.label
    assert made > 20


def matches(sheet: Sheet, content: bytes) -> None:
    """The table of a workbook against the sheet it was made from."""
    names = ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in names
    assert b'state="frozen"' in names
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    head = rows.index([column["label"] for column in sheet.columns] + [""] * (len(rows[0]) - len(sheet.columns)))
    for row, cells in zip(sheet.rows, rows[head + 1 : head + 1 + len(sheet.rows)], strict=True):
        for column, cell in zip(sheet.columns, cells, strict=False):
            value = row.get(column["name"])
            if sheet.kind(column) == "amount" and isinstance(value, int):
                assert round(float(cell) * 100) == value, (sheet.title, column["name"])
            elif isinstance(value, date):
                assert isinstance(cell, date), (sheet.title, column["name"])
            elif value not in (None, ""):
                assert str(cell) == sheet.words(column, row) or float(cell) == float(value), (sheet.title, column["name"])


def made_sheet(rows: list[dict[str, Any]], total: int) -> Sheet:
    """A report of its own: a name, a day and an amount."""
    columns: Any = [{"name": "name", "label": "Name"}, {"name": "on", "label": "On", "kind": "date"}, {"name": "sum_minor", "label": "Sum"}]
    facts = [("Printed", "today")]
    return Sheet("Made", "Company", "en", "EUR", timezone.now(), facts, [], columns, rows, {"sum_minor": total}, [])


def test_text_that_looks_like_a_formula_stays_text() -> None:
    """In every cell that a person may have written, also the title and what was asked."""
    words = [BREAKOUT, "+1", "-1+2", "@x", "\tx", "{=1}"]
    content = write_workbook(made_sheet([{"name": word, "on": date(2026, 2, 3), "sum_minor": 1} for word in words], 6))
    assert b"<f>" not in ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    found = [row for row in rows if row[1] == date(2026, 2, 3)]
    assert [row[0].strip() for row in found] == [word.strip() for word in words]
    assert [row[2] for row in found] == [0.01] * 6


def test_sums_are_carried_from_page_to_page() -> None:
    """Each page ends with the sum of all rows so far and the next begins with it; the last has the total alone."""
    rows = [{"name": f"row {n}", "on": date(2026, 1, 1), "sum_minor": 100} for n in range(1, 121)]
    printed = PdfReader(io.BytesIO(write_pdf(made_sheet(rows, 12_000)))).pages
    pages = [" ".join(page.extract_text().split()) for page in printed]
    ends = [max(map(int, re.findall(r"row (\d+)", page))) for page in pages]
    assert (len(pages) > 1, ends[-1]) == (True, 120)
    for at, last in enumerate(ends[:-1]):
        assert f"Carried forward {last}.00" in pages[at]
        assert f"Brought forward {last}.00" in pages[at + 1]
    assert "Brought" not in pages[0]
    assert "Carried" not in pages[-1]
    assert "Total 120.00" in pages[-1]


def test_a_format_that_is_none_is_refused() -> None:
    """With the formats that there are."""
    with pytest.raises(Refusal) as no:
        report_format("doc")
    assert (no.value.code, str(no.value)) == ("unknown_format", "There is no format 'doc'; there are csv, xlsx, pdf.")
