"""FEC: the entries of a year of accounts for the French administration, 18 columns separated by tabs.

Source: Livre des procédures fiscales, art. A47 A-1, VII.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any

from enfilade.back.auditing.queries import Books, OutEntry

from .text import comma

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef",
    "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
# By what an entry came from: code and name of its journal.
JOURNALS = {
    "billing.invoice": ("VE", "Ventes"), "billing.payment": ("BQ", "Banque et caisse"), "payables.bill": ("AC", "Achats"),
    "payables.supplierpayment": ("BQ", "Banque et caisse"), "banking.statementline": ("BQ", "Banque et caisse"),
}  # fmt: skip
OTHER, OPENING = ("OD", "Opérations diverses"), ("AN", "A nouveaux")


def file_name(books: Books, asked: Mapping[str, Any]) -> str:
    """SIREN, FEC and the day on which the year ends."""
    return f"{asked['siren']}FEC{books.to_on:%Y%m%d}.txt"


def write(books: Books, _asked: Mapping[str, Any], out: IO[bytes]) -> None:
    """The opening balances and all entries of the year, numbered without gaps in the order of their days."""
    out.write(("\t".join(COLUMNS) + "\r\n").encode())
    for line in _lines(books):
        out.write(("\t".join(" ".join(cell.split()) for cell in line) + "\r\n").encode())


def _lines(books: Books) -> Iterator[tuple[str, ...]]:
    number = 0
    if books.opening:
        number = 1
        for key, amount in sorted(books.opening.items(), key=lambda item: books.accounts[item[0]].code):
            account, day = books.accounts[key], _day(books.from_on)
            yield (
                *OPENING, "1", day, account.code, account.name, "", "", "AN", day, "A nouveaux", *_sides(books, amount),
                "", "", day, "", "",
            )  # fmt: skip
    for entry in books.entries():
        number += 1
        yield from _of_entry(books, entry, number)


def _of_entry(books: Books, entry: OutEntry, number: int) -> Iterator[tuple[str, ...]]:
    journal = JOURNALS.get(entry.origin.partition(":")[0], OTHER)
    for line in entry.lines:
        party = (line.party_number, line.party_name) if line.side else ("", "")
        yield (
            *journal, str(number), _day(entry.on), line.account.code, line.account.name, *party, entry.document, _day(entry.on),
            line.text or entry.text, *_sides(books, line.amount_minor), "", "", _day(entry.recorded_on), "", "",
        )  # fmt: skip


def _sides(books: Books, amount_minor: int) -> tuple[str, str]:
    currency = books.ctx.company.currency
    return comma(max(amount_minor, 0), currency), comma(max(-amount_minor, 0), currency)


def _day(on: date) -> str:
    return f"{on:%Y%m%d}"
