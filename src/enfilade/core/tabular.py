"""Rows from a CSV file or a workbook: separator, quotes, ragged rows and limits, for every importer. It knows nothing of what columns mean.

A row keeps the physical line on which it starts, also behind cells that contain line ends. A faulty row is reported and never takes the
following rows with it. Cells stay text, whatever they look like.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from .textfile import BYTES_MAX, Problem, Problems, code_page, decode, decode_as, encoding_of, refusal, repair
from .workbook import is_workbook, read_sheet

ROWS_MAX = 100_000
COLUMNS_MAX = 500
CELL_CHARS_MAX = 64 * 1024
SEPARATORS = (",", ";", "\t", "|")
_HEADER_WITHIN_ROWS = 10
_REPAIRS_MAX = 1_000


class Row(NamedTuple):
    """One record: the line where it starts and its cells, as many as the file has, which may be more or fewer than the header."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read. Shape: `rows` x `header`; header is empty where the file is refused as a whole.

    kind: csv or workbook. encoding, separator: of a CSV file; sheet, sheets: of a workbook.
    """

    header: tuple[str, ...] = ()
    header_line: int = 1
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    separator: str = ","
    encoding: str = ""
    kind: str = "csv"
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def text_of(self, cell: str) -> str:
        """What a cell says: in a CSV file without the apostrophe that keeps a spreadsheet from running it."""
        return unguard_formula(cell) if self.kind == "csv" else cell


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person says that a file is to be read; what is empty is found by looking at the file.

    encoding: one that Python knows. header_line: physical line or row of the header.
    """

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_line: int = 0


def read_table(
    data: bytes, *, region: str = "", recognise: Callable[[Sequence[str]], int] | None = None, how: Reading = Reading()
) -> Table:
    """Read a CSV file in any usual encoding and with any usual separator, or a sheet of a workbook.

    region: country whose code page is meant where the file is not Unicode (ISO 3166-1 alpha-2).
    recognise: how many names of a row are column names known to the caller; the best of the first ten rows is the header, else the first.
    """
    if is_workbook(data) and len(data) <= BYTES_MAX:
        return _read_workbook(data, recognise, how)
    if fault := refusal(data, "a CSV file"):
        return Table(problems=(fault,))
    page = code_page(region)
    encoding = how.encoding or encoding_of(data, page)
    text = decode_as(data, how.encoding) if how.encoding else decode(data)
    lines = [repair(line, page=page) for line in io.StringIO(text, newline="")]
    first, separator = 0, ""
    if declared := re.fullmatch(r"\ufeff?sep=(.)[\r\n]*", lines[0], re.IGNORECASE):
        first, separator = 1, declared[1]
    separator = how.separator or separator or detect_separator(lines)
    problems = Problems()
    rows = list(islice(_rows(lines, first, separator, problems), ROWS_MAX + _HEADER_WITHIN_ROWS + 1))
    return replace(_under_header(rows, problems, recognise, how), separator=separator, encoding=encoding)


def _read_workbook(data: bytes, recognise: Callable[[Sequence[str]], int] | None, how: Reading) -> Table:
    sheet = read_sheet(data, how.sheet)
    known = Table(kind="workbook", sheet=sheet.name, sheets=sheet.names)
    if sheet.fault:
        return replace(known, problems=(Problem(1, "", sheet.fault, refused=True),))
    rows = [Row(line, _without_tail(cells)) for line, cells in sheet.rows]
    table = _under_header(rows, Problems(), recognise, how, ragged=False)
    return replace(table, kind="workbook", sheet=sheet.name, sheets=sheet.names)


def _without_tail(cells: Sequence[str]) -> tuple[str, ...]:
    """A row of a sheet is as wide as the widest one; what is empty at its end is no cell."""
    width = next((at for at in range(len(cells), 0, -1) if cells[at - 1]), 0)
    return tuple(cells[:width])


def _under_header(
    rows: list[Row], problems: Problems, recognise: Callable[[Sequence[str]], int] | None, how: Reading, *, ragged: bool = True
) -> Table:
    """The rows below the header, and what is odd about them.

    ragged: whether a row shorter than the header is worth a word; in a sheet it is not.
    """
    if not rows:
        return Table(problems=(*problems.listed(), Problem(1, "", "The file has no rows.", refused=True)))
    header_at = _header_position(rows, recognise)
    if how.header_line:
        header_at = next((at for at, row in enumerate(rows) if row.line >= how.header_line), 0)
    header, body = rows[header_at], rows[header_at + 1 :]
    if fault := _fault_of_whole(header, body):
        return Table(header_line=header.line, problems=(fault,))
    if header_at:
        sentence = f"The header was found in line {header.line}; what stands above it was not read as rows."
        problems.add(rows[0].line, "", sentence)
    kept = tuple(row for row in body if _fits(row, header.cells, problems, ragged=ragged))
    return Table(tuple(name.strip().lstrip("\ufeff") for name in header.cells), header.line, kept, problems.listed())


def detect_separator(lines: Sequence[str]) -> str:
    """The separator that cuts the first lines into the most columns of equal number; a comma where none cuts anything."""
    sample = [line[:CELL_CHARS_MAX] for line in lines[:40]]
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        try:
            widths = [len(cells) for cells in csv.reader(sample, delimiter=separator) if cells]
        except csv.Error:
            continue
        widest = max(widths, default=0)
        if widest < 2:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width))
        score = (round(widths.count(usual) / len(widths), 1), usual)
        if usual > 1 and score > best_score:
            best, best_score = separator, score
    return best


class _Feed:
    """Physical lines for the csv module, counted, and cut off where one record swallows more than one cell may hold."""

    def __init__(self, lines: Sequence[str], position: int) -> None:
        self.lines, self.position, self.swallowed = lines, position, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            raise StopIteration
        line = self.lines[self.position]
        self.swallowed += len(line)
        if self.swallowed > 2 * CELL_CHARS_MAX and self.swallowed > len(line):
            raise csv.Error("record too long")
        self.position += 1
        return line


def _rows(lines: Sequence[str], position: int, separator: str, problems: Problems) -> Iterator[Row]:
    """The records that are not blank; a line whose quotes do not match is read by itself, so that the next line is a record again."""
    feed, repairs = _Feed(lines, position), 0
    reader = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        start, feed.swallowed = feed.position, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            repairs += 1
            if repairs > _REPAIRS_MAX:
                sentence = f"More than {_REPAIRS_MAX} rows have quotation marks that do not match. The rest of the file was not read."
                problems.add(start + 1, "", sentence, refused=True)
                return
            cells = _cells_of_one_line(lines[start], separator)
            problems.add(start + 1, "", "A quotation mark in this row is not closed or stands inside a cell. The line was read as it is.")
            feed = _Feed(lines, start + 1)
            reader = csv.reader(feed, delimiter=separator, strict=True)
        if any(cells):
            yield Row(start + 1, tuple(cells))


def _cells_of_one_line(line: str, separator: str) -> list[str]:
    """The cells of a line with unmatched quotes: leniently, or, where even that fails, cut at each separator."""
    try:
        return [cell.rstrip("\r\n") for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


def _header_position(rows: Sequence[Row], recognise: Callable[[Sequence[str]], int] | None) -> int:
    if recognise is None:
        return 0
    scores = [recognise(row.cells[:COLUMNS_MAX]) for row in rows[:_HEADER_WITHIN_ROWS]]
    return scores.index(max(scores))


def _fault_of_whole(header: Row, body: Sequence[Row]) -> Problem | None:
    if len(header.cells) > COLUMNS_MAX:
        sentence = f"The header has {len(header.cells)} columns; at most {COLUMNS_MAX} are read."
        return Problem(header.line, "", sentence, refused=True)
    if len(body) > ROWS_MAX:
        sentence = f"The file has more than {ROWS_MAX} rows. Split it into smaller ones; nothing of it was taken."
        return Problem(body[ROWS_MAX].line, "", sentence, refused=True)
    if not body:
        return Problem(header.line, "", "The file has a header but no rows under it.", refused=True)
    return None


def _fits(row: Row, header: Sequence[str], problems: Problems, *, ragged: bool) -> bool:
    """Whether a row can be read under its header; what is odd about it goes to the problems."""
    width = len(row.cells)
    if width > COLUMNS_MAX:
        problems.add(row.line, "", f"This row has {width} cells; at most {COLUMNS_MAX} are read.", refused=True)
        return False
    for index, cell in enumerate(row.cells):
        if len(cell) > CELL_CHARS_MAX:
            name = header[index] if index < len(header) else f"column {index + 1}"
            sentence = f"This cell is longer than {CELL_CHARS_MAX // 1024} kB. The row was not taken."
            problems.add(row.line, name, sentence, refused=True)
            return False
    if width < len(header) and ragged:
        problems.add(row.line, "", f"This row has {width} cells where the header has {len(header)}. The missing ones count as empty.")
    elif any(row.cells[len(header) :]):
        problems.add(row.line, "", f"This row has {width} cells where the header has {len(header)}. The surplus was kept.")
    return True


_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER_OR_PHONE = re.compile(r"[+-]?[\d .,()/-]*\d[\d .,()/-]*")


def guard_formula(cell: str) -> str:
    """A cell for export: what a spreadsheet would take for a formula gets an apostrophe in front; numbers and phone numbers do not."""
    if _FORMULA.match(cell) and not _NUMBER_OR_PHONE.fullmatch(cell):
        return "'" + cell
    return cell


def unguard_formula(cell: str) -> str:
    """A cell from an import without the apostrophe of `guard_formula`; for every text, unguard(guard(text)) is the text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
