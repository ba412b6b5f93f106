"""The books as files for auditors: each holds every entry, sums to the trial balance, and is kept with its hash."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree

from enfilade.back.auditing.commands import hand_out_books
from enfilade.back.auditing.formats import gdpdu
from enfilade.back.auditing.formats.datev import COLUMNS, pairs
from enfilade.back.auditing.formats.saft import NAMESPACE
from enfilade.back.auditing.models import BooksFile
from enfilade.back.auditing.queries import OutLine
from enfilade.back.ledger.reports.sheets import trial_balance
from enfilade.base.books.models import Account
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.files import open_file
from enfilade.core.scope import scope

from .business import YEAR, Business

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
NEXT = (date(YEAR + 1, 1, 1), date(YEAR + 1, 5, 31))


def two_years() -> Business:
    """Sales, bills, payments and an entry by hand in two years, so that the second begins with balances."""
    business = Business()
    for year in (YEAR, YEAR + 1):
        invoice = business.sale(date(year, 2, 3), 100_050)
        business.receipt(invoice, date(year, 2, 20), 50_000)
        business.sale(date(year, 3, 3), 20_000, "reduced")
        business.bill(date(year, 3, 9), 7_777)
        lines = [
            {"account_code": "4970", "debit": "12.34"},
            {"account_code": "4210", "debit": "1.00"},
            {"account_code": "1200", "credit": "10.00"},
            {"account_code": "1000", "credit": "3.34"},
        ]
        run_raw(business.at(date(year, 4, 1)), "ledger.post_journal", {"on": f"{year}-04-01", "text": "=Fees; “bank”\tfee", "lines": lines})
    return business


def balances(business: Business, on: date) -> dict[str, int]:
    """Where each account stands by the trial balance, those at nothing left out."""
    with scope(business.company.pk, read_only=True):
        return {r["code"]: r["balance_minor"] for r in trial_balance(business.ctx, on=on)["rows"] if r["code"] and r["balance_minor"]}


def handed_out(business: Business, kind: str, span: tuple[date, date], **asked: Any) -> tuple[BooksFile, bytes]:
    """A file, and what is in it; its hash is that of its content."""
    made = hand_out_books(business.ctx, format=kind, from_on=span[0], to_on=span[1], **asked)
    with scope(business.company.pk), open_file(made.file) as content:
        data = content.read()
    assert hashlib.sha256(data).hexdigest() == made.sha256
    return made, data


def minor(text: str) -> int:
    """1234,56 or 1234.56 in cents."""
    return int(Decimal(text.replace(",", ".")) * 100)


def test_datev_sums_to_the_trial_balance() -> None:
    """A batch for each year; 31 fields in the head, 125 in each posting; personal accounts sum to those of the ledger."""
    business = two_years()
    made, data = handed_out(business, "datev", (FIRST, NEXT[1]), consultant=29_098, client=55_003)
    archive = ZipFile(io.BytesIO(data))
    assert sorted(archive.namelist()) == [
        f"EXTF_Buchungsstapel_{YEAR}_01.csv", f"EXTF_Buchungsstapel_{YEAR + 1}_01.csv", "EXTF_Kontenbeschriftungen.csv",
    ]  # fmt: skip
    moved: dict[str, int] = defaultdict(int)
    for year in (YEAR, YEAR + 1):
        lines = archive.read(f"EXTF_Buchungsstapel_{year}_01.csv").decode("cp1252").split("\r\n")
        head = next(csv.reader([lines[0]], delimiter=";"))
        assert (len(head), head[:5], head[10:16]) == (
            31, ["EXTF", "700", "21", "Buchungsstapel", "13"],
            ["29098", "55003", f"{year}0101", "4", f"{year}0101", f"{year}1231" if year == YEAR else f"{year}0531"],
        )  # fmt: skip
        rows = list(csv.DictReader(lines[1:], delimiter=";"))
        assert list(rows[0]) == COLUMNS
        assert len(COLUMNS) == 125
        for row in rows:
            assert None not in row.values()
            amount = minor(row["Umsatz (ohne Soll/Haben-Kz)"])
            moved[row["Konto"]] += amount
            moved[row["Gegenkonto (ohne BU-Schlüssel)"]] -= amount
        # Sales at 19 % reckon their tax by themselves there, unless the key says that it is booked already.
        assert {r["BU-Schlüssel"] for r in rows if r["Gegenkonto (ohne BU-Schlüssel)"] == "8400"} == {"40"}
        assert any(r["Buchungstext"] == "=Fees; “bank” fee" for r in rows)
    personal = {"1400": range(10_000, 70_000), "1600": range(70_000, 100_000)}
    for control, numbers in personal.items():
        moved[control] += sum(moved.pop(code) for code in list(moved) if int(code) in numbers)
    with scope(business.company.pk):
        kinds = dict(Account.objects.visible_to(business.ctx).values_list("code", "kind"))
    now, before = balances(business, NEXT[1]), balances(business, LAST)
    wanted = {code: now.get(code, 0) + (before.get(code, 0) if kinds[code] in {"income", "expense"} else 0) for code in {*now, *before}}
    assert {code.zfill(4): amount for code, amount in moved.items() if amount} == {c: a for c, a in wanted.items() if a}
    assert made.entry_count == 10


def test_fec_is_the_year_with_its_opening() -> None:
    """18 columns, numbers without gaps, debit and credit the same in each entry, and at the end the trial balance."""
    business = two_years()
    _, data = handed_out(business, "fec", (NEXT[0], date(YEAR + 1, 12, 31)), siren="732 829 320")
    rows = list(csv.DictReader(io.StringIO(data.decode()), delimiter="\t"))
    assert len(rows[0]) == 18
    entries: dict[int, int] = defaultdict(int)
    accounts: dict[str, int] = defaultdict(int)
    for row in rows:
        amount = minor(row["Debit"]) - minor(row["Credit"])
        entries[int(row["EcritureNum"])] += amount
        accounts[row["CompteNum"]] += amount
    assert sorted(entries) == list(range(1, len(entries) + 1))
    assert set(entries.values()) == {0}
    wanted = balances(business, date(YEAR + 1, 12, 31))
    # What the year before left is a line of its own in the trial balance, and stands with the profit brought forward in the file.
    before = accounts.pop("0860")
    assert {code: amount for code, amount in accounts.items() if amount} == wanted
    assert before == -sum(wanted.values())
    assert next(r["PieceRef"] for r in rows if r["JournalCode"] == "VE").startswith("INV-")
    assert {r["CompAuxNum"] != "" for r in rows if r["CompteNum"] == "1400" and r["JournalCode"] == "VE"} == {True}
    with pytest.raises(Refusal) as no:
        hand_out_books(business.ctx, format="fec", from_on=FIRST, to_on=LAST, siren="123456789")
    assert no.value.code == "no_siren"
    with pytest.raises(Refusal) as no:
        hand_out_books(business.ctx, format="fec", from_on=FIRST, to_on=NEXT[1], siren="732829320")
    assert no.value.code == "one_year"


def test_gdpdu_describes_its_tables() -> None:
    """The description names each table and column as it is, in the order of the DTD; the journal sums to the accounts."""
    business = two_years()
    _, data = handed_out(business, "gdpdu", (FIRST, LAST))
    archive = ZipFile(io.BytesIO(data))
    index = archive.read("index.xml")
    assert f'<!DOCTYPE DataSet SYSTEM "{gdpdu.DTD}">'.encode() in index
    root = etree.fromstring(index)
    assert [child.tag for child in root] == ["Version", "DataSupplier", "Media"]
    tables = {}
    for table in root.iterfind("Media/Table"):
        assert [child.tag for child in table] == [
            "URL", "Name", "Description", "Validity", "UTF8", "DecimalSymbol", "DigitGroupingSymbol", "VariableLength",
        ]  # fmt: skip
        inner = table.find("VariableLength")
        assert inner is not None
        assert [child.tag for child in inner][:4] == ["ColumnDelimiter", "RecordDelimiter", "TextEncapsulator", "VariablePrimaryKey"]
        names = [str(column.findtext("Name")) for column in inner if column.tag.startswith("Variable")]
        lines = archive.read(str(table.findtext("URL"))).decode().splitlines()
        tables[str(table.findtext("Name"))] = list(csv.DictReader(lines, names, delimiter=";"))
    moved: dict[str, int] = defaultdict(int)
    for row in tables["Journal"]:
        moved[row["Konto"]] += minor(row["Soll"]) - minor(row["Haben"])
    assert {a["Konto"]: minor(a["Endbestand"]) for a in tables["Konten"] if minor(a["Endbestand"])} == balances(business, LAST) == {
        code: amount for code, amount in moved.items() if amount
    }  # fmt: skip
    assert {p["Seite"] for p in tables["Geschaeftspartner"]} == {"Debitor", "Kreditor"}


def test_saft_opens_and_closes_as_the_trial_balance() -> None:
    """Opening, movements and closing tie; counts and sums in the file are those of its entries."""
    business = two_years()
    made, data = handed_out(business, "saft", NEXT)
    root = etree.fromstring(data)
    space = {"s": NAMESPACE}
    text = lambda node, path: str(node.findtext(path, namespaces=space))  # noqa: E731 - short, and only here
    lines = root.findall(".//s:Transaction/s:Line", space)
    debit = sum(minor(text(line, "s:DebitAmount/s:Amount")) for line in lines if line.find("s:DebitAmount", space) is not None)
    assert text(root, ".//s:TotalDebit") == text(root, ".//s:TotalCredit") == f"{debit / 100:.2f}"
    assert int(text(root, ".//s:NumberOfEntries")) == len(root.findall(".//s:Transaction", space)) == made.entry_count == 5
    closing = {}
    for account in root.findall(".//s:Account", space):
        sides = [(child.tag.rpartition("}")[2], minor(child.text or "0")) for child in account if child.tag.endswith("Balance")]
        (_, _), (name, amount) = sides
        closing[text(account, "s:AccountID")] = amount if "Debit" in name else -amount
    wanted = balances(business, NEXT[1])
    assert closing.pop("0860") == -sum(wanted.values())
    assert {code: amount for code, amount in closing.items() if amount} == wanted


# Order of the elements by the schema of the OECD, as Skatteetaten's published schema 1.10, which extends it, gives it.
ORDER = {
    "AuditFile": "Header MasterFiles GeneralLedgerEntries",
    "Header": "AuditFileVersion AuditFileCountry AuditFileDateCreated SoftwareCompanyName SoftwareID SoftwareVersion Company "
    "DefaultCurrencyCode SelectionCriteria TaxAccountingBasis",
    "Company": "RegistrationNumber Name Address TaxRegistration",
    "Address": "StreetName Number AdditionalAddressDetail Building City PostalCode Region Country AddressType",
    "MasterFiles": "GeneralLedgerAccounts Customers Suppliers",
    "Account": "AccountID AccountDescription AccountType OpeningDebitBalance OpeningCreditBalance ClosingDebitBalance ClosingCreditBalance",
    "Customer": "RegistrationNumber Name Address CustomerID AccountID",
    "Supplier": "RegistrationNumber Name Address SupplierID AccountID",
    "GeneralLedgerEntries": "NumberOfEntries TotalDebit TotalCredit Journal",
    "Journal": "JournalID Description Type Transaction",
    "Transaction": "TransactionID Period PeriodYear TransactionDate SourceID Description SystemEntryDate GLPostingDate Line",
    "Line": "RecordID AccountID SourceDocumentID CustomerID SupplierID Description DebitAmount CreditAmount",
}


def test_saft_is_in_the_order_of_its_schema_and_names_everybody() -> None:
    """Elements stand in the order of the schema and say something; every customer and supplier of a line is in the master files."""
    business = two_years()
    customer = business.customer
    run_raw(business.ctx, "party.add_address", {"party": customer.pk, "street": "Am Markt 1", "postal_code": "20095", "city": "Hamburg"})
    business.bill(date(YEAR + 1, 4, 4), 500, supplier=customer)
    _, data = handed_out(business, "saft", NEXT)
    root = etree.fromstring(data)
    local = lambda element: element.tag.rpartition("}")[2]  # noqa: E731 - short, and only here
    for element in root.iter():
        assert element.tag.startswith("{" + NAMESPACE + "}")
        if wanted := ORDER.get(local(element)):
            places = [wanted.split().index(local(child)) for child in element]
            assert places == sorted(places)
        assert len(element) or element.text or local(element) == "Address"
    for kind in ("Customer", "Supplier"):
        masters = {e.text for e in root.iterfind(f".//{{*}}{kind}s/{{*}}{kind}/{{*}}{kind}ID")}
        assert {e.text for e in root.iterfind(f".//{{*}}Line/{{*}}{kind}ID")} == masters
        assert customer.number in masters
    assert "Hamburg" in {e.text for e in root.iterfind(".//{*}Customer/{*}Address/{*}City")}


def test_pairs_keep_every_line() -> None:
    """Many against many: at most one pair fewer than lines, and each line is used up exactly."""
    account = Account(code="1")
    lines = tuple(OutLine(account, amount, str(n)) for n, amount in enumerate((5, 7, -4, 3, -10, -1)))
    found = list(pairs(lines))
    assert len(found) <= len(lines) - 1
    used: dict[str, int] = defaultdict(int)
    for debit, credit, amount in found:
        used[debit.text] += amount
        used[credit.text] -= amount
    assert used == {line.text: line.amount_minor for line in lines}
