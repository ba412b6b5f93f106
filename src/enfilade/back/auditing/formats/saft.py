"""SAF-T: the generic Standard Audit File for Tax 2.0 of the OECD: accounts, customers, suppliers and every entry, as XML.

It follows the structure that the OECD published; national schemas (Norway, Poland, Portugal ...) ask for more and are not claimed.
Source: OECD, Guidance for the Standard Audit File – Tax, version 2.0 (2010), annex A.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, TypeAlias

from lxml import etree

from enfilade.back.auditing.queries import PAYABLE, RECEIVABLE, Books, OutEntry, OutLine, OutParty
from enfilade.back.einvoice.queries import seller_on
from enfilade.back.einvoice.rules import Seat
from enfilade.base.party.models import Address
from enfilade.base.party.queries import preferred_addresses
from enfilade.core.fields import to_major

NAMESPACE = "urn:OECD:StandardAuditFile-Taxation:2.00"
# (side of the books, element of one, element around all)
PARTIES = ((RECEIVABLE, "Customer", "Customers"), (PAYABLE, "Supplier", "Suppliers"))
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
                for group in (_parties(books, parties, *side) for side in PARTIES):
                    if len(group):
                        xml.write(group)
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
        _company(seller_on(books.ctx, books.to_on)),
        ("DefaultCurrencyCode", company.currency),
        _group("SelectionCriteria", ("SelectionStartDate", books.from_on.isoformat()), ("SelectionEndDate", books.to_on.isoformat())),
        ("TaxAccountingBasis", "Invoice Accounting"),
    )  # fmt: skip


def _company(seat: Seat) -> Element:
    """The company by its letterhead."""
    return _group(
        "Company",
        *_known(("RegistrationNumber", seat.registration), ("Name", seat.name)),
        _group("Address", *_known(*_street(seat.street), ("City", seat.city), ("PostalCode", seat.postal_code), ("Country", seat.country))),
        *(_group("TaxRegistration", ("TaxRegistrationNumber", number)) for number in (seat.vat_id, seat.tax_number) if number),
    )


def _street(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return ("StreetName", next(iter(lines), "")), ("AdditionalAddressDetail", ", ".join(lines[1:]))


def _known(*named: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Without those that say nothing: the schema wants no empty elements."""
    return ((tag, text) for tag, text in named if text)


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


def _parties(books: Books, parties: Mapping[str, OutParty], side: str, one: str, around: str) -> Element:
    """Those of a side, each with the account where it is consolidated; who is both a customer and a supplier stands in both."""
    account = next(books.accounts[key].code for key, of in books.sides.items() if of == side) if side in books.sides.values() else ""
    names = {number: party.name for number, party in sorted(parties.items()) if side in party.sides}
    places = preferred_addresses(books.ctx, names)
    made = etree.Element(around)
    for number, name in names.items():
        place = _place(places[number]) if number in places else _group("Address")
        made.append(_group(one, ("Name", name), place, (f"{one}ID", number), ("AccountID", account)))
    return made


def _place(address: Address) -> Element:
    lines = [*address.street.splitlines(), *address.extra.splitlines()]
    where = (("City", address.city), ("PostalCode", address.postal_code), ("Region", address.region), ("Country", address.country))
    return _group("Address", *_known(*_street(lines), *where))


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
