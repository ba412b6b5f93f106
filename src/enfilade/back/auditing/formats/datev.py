"""DATEV: batches of postings (EXTF 700, Buchungsstapel version 13), names of accounts (version 3), a file for each year of accounts.

An entry with many lines is split into pairs of account and counter account whose sums are those of the entry. Tax stands in lines of its
own, so an account that would reckon tax by itself carries the key 40, which keeps it from that.
Source: DATEV developer portal, DATEV-Format: header, Buchungsstapel (125 fields), Kontenbeschriftungen.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any

from enfilade.back.auditing.queries import Books, OutEntry, OutLine, chunks

from .numbers import account_length, account_number, party_number
from .text import put, quoted, with_cents

RECORDS_MAX = 99_999
NO_AUTOMATIC = "40"
# Accounts that reckon tax by themselves, by the chart. Source: DATEV SKR03 and SKR04, functions AV and AM.
AUTOMATIC = {
    "03": ((3300, 3309), (3400, 3409), (3420, 3429), (8300, 8319), (8400, 8409)),
    "04": ((4300, 4319), (4400, 4409), (5300, 5309), (5400, 5409), (5420, 5429)),
}
_PAIRS = [f"Beleginfo - {what} {n}" for n in range(1, 9) for what in ("Art", "Inhalt")]
_MORE = [f"Zusatzinformation - {what} {n}" for n in range(1, 21) for what in ("Art", "Inhalt")]
COLUMNS = [
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
    "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext",
    "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink", *_PAIRS,
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID", "EU-Steuersatz", "Abw. Versteuerungsart",
    "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *_MORE,
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer",
    "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
    "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)",
    "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
]  # fmt: skip


def file_name(books: Books, _asked: Mapping[str, Any]) -> str:
    """The archive of all batches."""
    return f"DATEV-{books.from_on:%Y%m%d}-{books.to_on:%Y%m%d}.zip"


def write(books: Books, asked: Mapping[str, Any], out: IO[bytes]) -> None:
    """Batches of at most 99,999 postings, one or more for each year of accounts, and the names of the accounts.

    Refuses: datev_account, datev_party, with the account or party that has no number there.
    """
    length = account_length(books)
    with zipfile.ZipFile(out, "w") as archive:
        for start, first, last in books.years():
            records = (record for entry in books.entries(first, last) for record in _records(books, entry, length))
            for number, many in enumerate(chunks(records, RECORDS_MAX), 1):
                head = _head(books, asked, (21, "Buchungsstapel", 13), length, start, first, last)
                name = f"EXTF_Buchungsstapel_{start:%Y}_{number:02d}.csv"
                put(archive, name, [head, ";".join(map(_label, COLUMNS)), *many], "cp1252")
        start, first, last = next(books.years())
        names = [f"{account_number(a.code, length)};{quoted(a.name, 40)};{quoted('de-DE', 5)};{quoted(a.name, 300)}" for a in _used(books)]
        head = _head(books, asked, (20, "Kontenbeschriftungen", 3), length, start, first, last)
        titles = ";".join(map(_label, ("Konto", "Kontobeschriftung", "SprachId", "Kontenbeschriftung lang")))
        put(archive, "EXTF_Kontenbeschriftungen.csv", [head, titles, *names], "cp1252")


def _name(name: str, number: int) -> str:
    return ";".join((str(number), quoted(name, 40), quoted("de-DE", 5), quoted(name, 300)))


def _label(text: str) -> str:
    return quoted(text, 60)


def _used(books: Books) -> list[Any]:
    return [account for key, account in books.accounts.items() if key in books.moved and key not in books.sides]


def pairs(lines: tuple[OutLine, ...]) -> Iterator[tuple[OutLine, OutLine, int]]:
    """Debits against credits: (debit, credit, amount), at most one pair fewer than there are lines; the sums by line are kept."""
    debits, others = ([line for line in lines if (line.amount_minor > 0) is side] for side in (True, False))
    left = {id(line): abs(line.amount_minor) for line in lines}
    at, beside = 0, 0
    while at < len(debits) and beside < len(others):
        debit, credit = debits[at], others[beside]
        amount = min(left[id(debit)], left[id(credit)])
        yield debit, credit, amount
        left[id(debit)] -= amount
        left[id(credit)] -= amount
        at, beside = at + (not left[id(debit)]), beside + (not left[id(credit)])


def _records(books: Books, entry: OutEntry, length: int) -> Iterator[str]:
    closed = "1" if books.is_closed else "0"
    for debit, credit, amount in pairs(entry.lines):
        cells = dict.fromkeys(COLUMNS, "")
        cells |= {
            "Umsatz (ohne Soll/Haben-Kz)": with_cents(amount, books.ctx.company.currency),
            "Soll/Haben-Kennzeichen": '"S"',
            "WKZ Umsatz": quoted(books.ctx.company.currency, 3),
            "Konto": str(_number(debit, length)),
            "Gegenkonto (ohne BU-Schlüssel)": str(_number(credit, length)),
            "BU-Schlüssel": f'"{NO_AUTOMATIC}"' if any(_automatic(books, line.account.code) for line in (debit, credit)) else "",
            "Belegdatum": f"{entry.on:%d%m}",
            "Belegfeld 1": quoted(re.sub(r"[^A-Za-z0-9$&%*+\-/]", "", entry.document), 36),
            "Buchungstext": quoted(entry.text, 60),
            "Festschreibung": closed,
        }
        if dimensions := (debit.dimensions or credit.dimensions).split():
            cells["KOST1 - Kostenstelle"] = quoted(dimensions[0], 36)
        yield ";".join(cells[column] for column in COLUMNS)


def _number(line: OutLine, length: int) -> int:
    return party_number(line, length) if line.side else account_number(line.account.code, length)


def chart_of(books: Books) -> str:
    """03 or 04, by where the account of sales at the standard rate stands; "" for another chart."""
    codes = {account.code for account in books.accounts.values()}
    return "03" if {"8400", "1200"} <= codes else "04" if {"4400", "1800"} <= codes else ""


def _automatic(books: Books, code: str) -> bool:
    return code.isdecimal() and any(first <= int(code) <= last for first, last in AUTOMATIC.get(chart_of(books), ()))


def _head(
    books: Books, asked: Mapping[str, Any], what: tuple[int, str, int], length: int, start: date, first: date, last: date
) -> str:  # fmt: skip
    """The first line: 31 fields."""
    category, name, version = what
    made: datetime = books.ctx.now.astimezone(books.ctx.zone)
    fields: list[Any] = [
        '"EXTF"', 700, category, f'"{name}"', version, f"{made:%Y%m%d%H%M%S}000", "", '"EN"', quoted(str(books.ctx.user), 25), '""',
        asked["consultant"], asked["client"], f"{start:%Y%m%d}", length, f"{first:%Y%m%d}", f"{last:%Y%m%d}",
        quoted(f"Buchungen {first:%Y-%m-%d}", 30), '""', 1, 0, int(books.is_closed), quoted(books.ctx.company.currency, 3),
        "", '""', "", "", quoted(chart_of(books), 2), "", "", '""', '"Enfilade"',
    ]  # fmt: skip
    return ";".join(map(str, fields))
