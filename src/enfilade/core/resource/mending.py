"""The rows that an import left out, as a file in their own format: to be mended and imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from enfilade.core.context import Context, NotFound
from enfilade.core.files import open_file
from enfilade.core.models import ImportBatch, ImportRow
from enfilade.core.tabular import guard_formula
from enfilade.core.textfile import decode

from .declare import Resource
from .imports import refused_rows
from .intake import PROBLEM_COLUMN, Options, intake_of, read_file

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
}


def refused_file(ctx: Context, resource: Resource, batch: ImportBatch) -> tuple[str, str, bytes]:
    """Name, media type and content. A table keeps its columns and gets one more with the sentences; a card gets a line with them."""
    if batch.file is None:
        raise NotFound("file of import", batch.pk)
    with open_file(batch.file) as content:
        data = content.read()
    rows = list(refused_rows(ctx, batch))
    if not rows:
        raise NotFound("row that was left out of import", batch.pk)
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    options = Options.of(batch.options)
    look = read_file(resource, ctx, batch.file_name, data, options, whole=False)
    if look.table is None:
        text = decode(data)
        own = intake_of(resource).left_out(text, rows) or ("vcf", MEDIA_TYPES["vcf"], _cards(text, rows))
        return f"{stem} - left out.{own[0]}", own[1], own[2].encode("utf-8", "replace")
    header, kept = look.table.header, [(row.cells or [], sentences_of(row)) for row in rows]
    if look.table.kind == "workbook":
        return f"{stem} - left out.xlsx", MEDIA_TYPES["xlsx"], _workbook(header, kept)
    return f"{stem} - left out.csv", MEDIA_TYPES["csv"], _csv(header, kept, look.table.separator)


def sentences_of(row: ImportRow) -> str:
    """What was wrong with a row, in one line."""
    return " ".join(f"{path}: {sentence}" if path else sentence for path, sentence in row.said)


def _lines(header: Sequence[str], rows: Iterable[tuple[list[str], str]]) -> Iterable[list[str]]:
    """Header and rows, each as wide as the header, with the sentences at the end. Sentences of an earlier time are replaced."""
    keep = [at for at, name in enumerate(header) if name != PROBLEM_COLUMN]
    yield [*(header[at] for at in keep), PROBLEM_COLUMN]
    for cells, sentences in rows:
        yield [*(cells[at] if at < len(cells) else "" for at in keep), sentences]


def _csv(header: Sequence[str], rows: Iterable[tuple[list[str], str]], separator: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    for line in _lines(header, rows):
        writer.writerow([guard_formula(cell) if not cell.startswith("'") else cell for cell in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _workbook(header: Sequence[str], rows: Iterable[tuple[list[str], str]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for at, line in enumerate(_lines(header, rows)):
        for column, cell in enumerate(line):
            sheet.write_string(at, column, cell)
    book.close()
    return out.getvalue()


def _cards(text: str, rows: list[ImportRow]) -> str:
    """The cards that begin on the lines of the rows, as they stand in the file."""
    lines = text.splitlines()
    out: list[str] = []
    for row in rows:
        at = row.line - 1
        while at < len(lines):
            if lines[at].strip().upper().startswith("END:VCARD"):
                out.append(f"X-ENFILADE-PROBLEM:{sentences_of(row)}")
                out.append(lines[at])
                break
            if not lines[at].startswith("X-ENFILADE-PROBLEM:"):
                out.append(lines[at])
            at += 1
    return "\r\n".join(out) + "\r\n"
