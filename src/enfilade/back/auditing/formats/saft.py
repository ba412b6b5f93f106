"""SAF-T: the generic Standard Audit File for Tax 2.0 of the OECD: accounts, customers, suppliers and every entry, as XML.

It follows the structure that the OECD published; national schemas (Norway, Poland, Portugal ...) ask for more and are not claimed.
Source: OECD, Guidance for the Standard Audit File – Tax, version 2.0 (2010), annex A.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, TypeAlias

from lxml import etree

from enfilade.back.auditing.queries import PAYABLE, Books, OutEntry, OutLine
from enfilade.core.fields import to_major

NAMESPACE = "urn:OECD:StandardAuditFile-Taxation:2.00"
Element: TypeAlias = etree._Element  # noqa: SLF001 - the only name that lxml has for its type


def file_name(books: Books, _asked: Mapping[str, Any]) -> str:
    """The file."""
    return f"SAF-T-{books.from_on:%Y%m%d}-{books.to_on:%Y%m%d}.xml"


def write(books: Books, _asked: Mapping[str, Any], out: IO[bytes]) -> None:
    """Twice through the entries: sums and parties come before them in the file. Each entry is written and forgotten."""
    for _ in books.entries():
        pass
    count, debit = books.entry_count, books.debit_minor
    moved, parties = dict(books.moved), dict(books.parties)
    books.entry_count, books.debit_minor = 0, 0
    books.moved.clear()
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("AuditFile", nsmap={None: NAMESPACE}):
            xml.write(_header(books))
            with xml.element("MasterFiles"):
                xml.write(_accounts(books, moved))
                for group, one, side in (("Customers", "Customer", "receivable"), ("Suppliers", "Supplier", PAYABLE)):
                    xml.write(_parties(group, one, {n: name for n, (name, of) in parties.items() if of == side}))
            with xml.element("GeneralLedgerEntries"):
                for tag, text in (
                    ("NumberOfEntries", str(count)),
                    ("TotalDebit", _major(books, debit)),
                    ("TotalCredit", _major(books, debit)),
                ):
                    xml.write(_leaf(tag, text))
                with xml.element("Journal"):
                    for tag, text in (("JournalID", "general"), ("Description", "General ledger"), ("Type", "GL")):
                        xml.write(_leaf(tag, text))
                    for entry in books.entries():
                        xml.write(_transaction(books, entry))


def _leaf(tag: str, text: str) -> Element:
    made = etree.Element(tag)
    made.text = text
    return made


def _group(tag: str, *inside: tuple[str, str] | Element) -> Element:
    made = etree.Element(tag)
    for one in inside:
        made.append(_leaf(*one) if isinstance(one, tuple) else one)
    return made


def _major(books: Books, amount_minor: int) -> str:
    return str(to_major(amount_minor, books.ctx.company.currency))


def _header(books: Books) -> Element:
    company = books.ctx.company
    return _group(
        "Header",
        ("AuditFileVersion", "2.00"), ("AuditFileCountry", company.country), ("AuditFileDateCreated", books.ctx.today.isoformat()),
        ("SoftwareCompanyName", "Enfilade"), ("SoftwareID", "Enfilade"), ("SoftwareVersion", "1"),
        _group("Company", ("RegistrationNumber", company.slug), ("Name", company.name), _group("Address", ("Country", company.country))),
        ("DefaultCurrencyCode", company.currency),
        _group("SelectionCriteria", ("SelectionStartDate", books.from_on.isoformat()), ("SelectionEndDate", books.to_on.isoformat())),
        ("TaxAccountingBasis", "Invoice Accounting"),
    )  # fmt: skip


def _accounts(books: Books, moved: Mapping[int, int]) -> Element:
    made = etree.Element("GeneralLedgerAccounts")
    for key, account in books.accounts.items():
        if account.heading:
            continue
        before = books.opening.get(key, 0)
        made.append(
            _group(
                "Account",
                ("AccountID", account.code),
                ("AccountDescription", account.name),
                ("AccountType", account.kind),
                _balance(books, "Opening", before),
                _balance(books, "Closing", before + moved.get(key, 0)),
            )
        )
    return made


def _balance(books: Books, when: str, amount_minor: int) -> tuple[str, str]:
    return f"{when}{'Debit' if amount_minor >= 0 else 'Credit'}Balance", _major(books, abs(amount_minor))


def _parties(group: str, one: str, names: Mapping[str, str]) -> Element:
    return _group(group, *(_group(one, (f"{one}ID", number), ("Name", name)) for number, name in sorted(names.items())))


def _transaction(books: Books, entry: OutEntry) -> Element:
    return _group(
        "Transaction",
        ("TransactionID", str(entry.key)), ("Period", str(entry.on.month)), ("PeriodYear", str(entry.on.year)),
        ("TransactionDate", entry.on.isoformat()), ("SourceID", entry.user), ("Description", entry.text),
        ("SystemEntryDate", entry.recorded_on.isoformat()), ("GLPostingDate", entry.on.isoformat()),
        *(_line(books, entry, at, line) for at, line in enumerate(entry.lines, 1)),
    )  # fmt: skip


def _line(books: Books, entry: OutEntry, at: int, line: OutLine) -> Element:
    party = [("SupplierID" if line.side == PAYABLE else "CustomerID", line.party_number)] if line.side else []
    side = "DebitAmount" if line.amount_minor > 0 else "CreditAmount"
    return _group(
        "Line",
        ("RecordID", f"{entry.key}-{at}"), ("AccountID", line.account.code), ("SourceDocumentID", entry.document), *party,
        ("Description", line.text or entry.text), _group(side, ("Amount", _major(books, abs(line.amount_minor)))),
    )  # fmt: skip
