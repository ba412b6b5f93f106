"""GoBD / GDPdU: tables as CSV and index.xml that describes them, for the programs of German tax auditors.

The description follows the DTD gdpdu-01-09-2004 of the Federal Ministry of Finance; the DTD itself is not in the archive: those programs
have it.
Source: GoBD (BMF 2019-11-28) Rz. 165 ff.; description standard for the handing over of data media, 2004.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from lxml import etree

from enfilade.back.auditing.queries import PAYABLE, RECEIVABLE, Books
from enfilade.core.minor import minor_digits

from .text import comma, put

DTD = "gdpdu-01-09-2004.dtd"
# (file, name, what it holds, columns as (name, description, type)); the first column is the key.
TABLES = (
    ("accounts.csv", "Konten", "Sachkonten mit Anfangs- und Endbestand", (
        ("Konto", "Nummer des Kontos", "text"), ("Bezeichnung", "Name des Kontos", "text"), ("Art", "Art des Kontos", "text"),
        ("Anfangsbestand", "Soll positiv", "amount"), ("Bewegung", "Soll positiv", "amount"), ("Endbestand", "Soll positiv", "amount"),
    )),
    ("parties.csv", "Geschaeftspartner", "Kunden und Lieferanten, die gebucht wurden", (
        ("Nummer", "Nummer des Geschäftspartners", "text"), ("Name", "Name", "text"), ("Seite", "Debitor, Kreditor oder beides", "text"),
    )),
    ("journal.csv", "Journal", "Alle Buchungszeilen in der Reihenfolge ihrer Tage", (
        ("Zeile", "Laufende Nummer der Zeile", "number"), ("Buchung", "Nummer der Buchung", "number"),
        ("Buchungsdatum", "Tag, für den sie zählt", "date"), ("Erfasst", "Tag, an dem sie erfasst wurde", "date"),
        ("Beleg", "Nummer des Belegs", "text"), ("Konto", "Nummer des Kontos", "text"), ("Partner", "Nummer des Geschäftspartners", "text"),
        ("Soll", "Betrag im Soll", "amount"), ("Haben", "Betrag im Haben", "amount"), ("Text", "Buchungstext", "text"),
        ("Dimensionen", "Kostenstellen und andere", "text"), ("Benutzer", "Wer sie erfasst hat", "text"),
    )),
)  # fmt: skip


def file_name(books: Books, _asked: Mapping[str, Any]) -> str:
    """The archive."""
    return f"GDPdU-{books.from_on:%Y%m%d}-{books.to_on:%Y%m%d}.zip"


def write(books: Books, _asked: Mapping[str, Any], out: IO[bytes]) -> None:
    """The journal first, since the accounts say what it moved."""
    rows = {"journal.csv": _journal, "accounts.csv": _accounts, "parties.csv": _parties}
    with zipfile.ZipFile(out, "w") as archive:
        for name, make in rows.items():
            put(archive, name, map(_csv, make(books)))
        archive.writestr(zipfile.ZipInfo("index.xml"), _index(books))


def _csv(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="").writerow(" ".join(cell.split()) for cell in cells)
    return line.getvalue()


def _journal(books: Books) -> Iterator[tuple[str, ...]]:
    currency, number = books.ctx.company.currency, 0
    for entry in books.entries():
        for line in entry.lines:
            number += 1
            yield (
                str(number), str(entry.key), f"{entry.on:%d.%m.%Y}", f"{entry.recorded_on:%d.%m.%Y}", entry.document, line.account.code,
                line.party_number, comma(max(line.amount_minor, 0), currency), comma(max(-line.amount_minor, 0), currency),
                line.text or entry.text, line.dimensions, entry.user,
            )  # fmt: skip


def _accounts(books: Books) -> Iterator[tuple[str, ...]]:
    currency = books.ctx.company.currency
    for key, account in books.accounts.items():
        before, moved = books.opening.get(key, 0), books.moved.get(key, 0)
        if not account.heading:
            yield (account.code, account.name, account.kind, *(comma(n, currency) for n in (before, moved, before + moved)))


def _parties(books: Books) -> Iterator[tuple[str, ...]]:
    words = {RECEIVABLE: "Debitor", PAYABLE: "Kreditor"}
    for number, party in sorted(books.parties.items()):
        yield number, party.name, " und ".join(word for side, word in words.items() if side in party.sides)


def _index(books: Books) -> bytes:
    root = etree.Element("DataSet")
    _add(root, "Version", "1.0")
    supplier = etree.SubElement(root, "DataSupplier")
    _add(supplier, "Name", books.ctx.company.name)
    _add(supplier, "Location", books.ctx.company.country)
    _add(supplier, "Comment", f"Buchhaltung {books.from_on:%d.%m.%Y} bis {books.to_on:%d.%m.%Y}")
    media = etree.SubElement(root, "Media")
    _add(media, "Name", "Buchhaltung")
    for table in TABLES:
        media.append(_table(books, *table))
    kind = f'<!DOCTYPE DataSet SYSTEM "{DTD}">'
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype=kind, pretty_print=True)


def _table(books: Books, file: str, name: str, words: str, columns: tuple[tuple[str, str, str], ...]) -> etree._Element:
    table = etree.Element("Table")
    for tag, text in (("URL", file), ("Name", name), ("Description", words)):
        _add(table, tag, text)
    validity = etree.SubElement(etree.SubElement(table, "Validity"), "Range")
    _add(validity, "From", f"{books.from_on:%d.%m.%Y}")
    _add(validity, "To", f"{books.to_on:%d.%m.%Y}")
    etree.SubElement(table, "UTF8")
    _add(table, "DecimalSymbol", ",")
    _add(table, "DigitGroupingSymbol", ".")
    inner = etree.SubElement(table, "VariableLength")
    for tag, text in (("ColumnDelimiter", ";"), ("RecordDelimiter", "\r\n"), ("TextEncapsulator", '"')):
        _add(inner, tag, text)
    for at, (column, meaning, kind) in enumerate(columns):
        field = etree.SubElement(inner, "VariablePrimaryKey" if at == 0 else "VariableColumn")
        _add(field, "Name", column)
        _add(field, "Description", meaning)
        _type(field, kind, minor_digits(books.ctx.company.currency))
    return table


def _type(field: etree._Element, kind: str, digits: int) -> None:
    if kind == "date":
        _add(etree.SubElement(field, "Date"), "Format", "DD.MM.YYYY")
    elif kind == "text":
        etree.SubElement(field, "AlphaNumeric")
    else:
        number = etree.SubElement(field, "Numeric")
        if kind == "amount":
            _add(number, "Accuracy", str(digits))


def _add(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text
