"""Contacts as CSV: Google, Outlook, Thunderbird, CRM systems, spreadsheets of people or organisations, and our own export.

Each row comes in by itself. Every cell ends up in the draft: columns that are not known are kept in `extra` under their own name, and so is
the second of two columns that mean one thing. Cells that look like formulas are text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from enfilade.core.tabular import Row, Table, read_table
from enfilade.core.textfile import Problem, Problems

from .builder import DraftBuilder
from .columns import Place, about_organisations, places_of, recognised
from .contacts import ContactDraft, Parsed
from .row_mapper import RowMapper

_HEADER_CHARS_MAX = 100
_FIELD_NAME = re.compile(r"\w{1,80}__c", re.IGNORECASE | re.ASCII)


def read_contacts_csv(data: bytes, *, region: str) -> Parsed:
    """Every row of a file.

    region: country whose rules apply to telephone numbers without country code, to written days and to files that are not Unicode.
    """
    table = read_table(data, region=region, recognise=recognised)
    if not table.header:
        return Parsed(problems=table.problems)
    parsed = read_contact_table(table, places_of(named(table.header)), region=region)
    return Parsed(parsed.drafts, tuple(sorted((*table.problems, *parsed.problems), key=lambda problem: problem.line)))


def named(header: Sequence[str]) -> list[str]:
    """The names of the columns; one without a name is called by its number."""
    return [" ".join(name.split())[:_HEADER_CHARS_MAX] or f"column {at}" for at, name in enumerate(header, 1)]


def read_contact_table(table: Table, places: Sequence[Place | None], *, region: str) -> Parsed:
    """Every row of a table whose columns are known; what is wrong with the table itself stands there already.

    places: one for each column; None for a column of unknown name.
    """
    header = named(table.header)
    if not any(place and place.field not in {"extra", "left_out"} for place in places):
        names = ", ".join(header[:6])
        sentence = f"No column of this file is known ({names} ...). It needs at least one of name, first name, company, phone or email."
        return Parsed(problems=(Problem(table.header_line, "", sentence, refused=True),))
    columns, problems = _Columns(header, places, table), Problems()
    drafts = tuple(draft for row in table.rows if (draft := _draft_of(row, columns, region, problems)))
    return Parsed(drafts, problems.listed())


class _Columns:
    """The header once read: name and place of each column."""

    def __init__(self, header: Sequence[str], places: Sequence[Place | None], table: Table) -> None:
        self.table = table
        known = [place or Place("unknown") for place in places]
        self.columns = [None if p.field == "left_out" else (n, p, RowMapper.taker(p)) for n, p in zip(header, known, strict=True)]
        personal = {place.field for place in known} & {"given_name", "family_name"}
        self.about_organisations = about_organisations(header) and not personal

    def read(self, row: Row, mapper: RowMapper) -> None:
        """Each cell that says something, to what takes its column; cells beyond the header are kept under their number."""
        text_of = self.table.text_of
        for cell, column in zip(row.cells, self.columns, strict=False):
            if cell and column and not cell.isspace():
                name, place, take = column
                take(mapper, name, place, text_of(cell) if cell[0] == "'" else cell)
        width = len(self.columns)
        for at, cell in enumerate(row.cells[width:], width + 1):
            if cell and not cell.isspace():
                mapper.take_surplus(f"column {at}", text_of(cell))


def _draft_of(row: Row, columns: _Columns, region: str, problems: Problems) -> ContactDraft | None:
    """The draft of one row. A fault of ours in one row is a problem of that row alone."""
    if all(_FIELD_NAME.fullmatch(cell) for cell in row.cells if cell):
        problems.add(row.line, "", "This row names the fields of Salesforce and is no contact.", refused=True)
        return None
    try:
        mapper = RowMapper(DraftBuilder(row.line, region, problems))
        columns.read(row, mapper)
        draft = mapper.finish(about_organisations=columns.about_organisations)
    except Exception as error:  # noqa: BLE001 - whatever a row does to us, the others still come in
        problems.add(row.line, "", f"This row could not be read ({type(error).__name__}).", refused=True)
        return None
    if draft is None:
        problems.add(row.line, "", "This row is empty.", refused=True)
    return draft
