"""OFX, QIF, BAI2, CSV, workbooks and archives: what is in them, what they leave open, and that no bytes take the house down."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest

from enfilade.back.banking.formats.found import Found, FoundLine, Hints, Layout
from enfilade.back.banking.formats.reader import read, read_statements
from enfilade.core.textvalues import Amounts, Days

from .desk import Move, camt

SAMPLES = Path(__file__).resolve().parents[6] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the public samples are not here")

OFX_1 = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>37040044<ACCTID>0532013000<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261104
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261103120000.000[-5:EST]<TRNAMT>173.80<FITID>F1<NAME>Ada &amp; Co<MEMO>INV-2026-00001
</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20261104<DTAVAIL>20261105<TRNAMT>-4,90<FITID>F2<CHECKNUM>319<NAME>Bank</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>268.90<DTASOF>20261104</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX_2 = """<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR</CURDEF><CCACCTFROM><ACCTID>4111 1111</ACCTID></CCACCTFROM>
<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20261103</DTPOSTED><TRNAMT>-12.00</TRNAMT><FITID>1</FITID>
<NAME></NAME><MEMO>Fuel</MEMO></STMTTRN></BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""
QIF = """!Type:Bank
D13.11.2026
T1.173,80
PAda Lindqvist
MInvoice
^
D2/11'26
T-4,90
N319
SFees
$-4,90
^
"""
BAI = """01,BANK,ME,261104,0600,1,,,2/
02,ME,BANK,1,261103,2400,USD,2/
03,0532013000,,010,10000,,,015,9510,,/
16,195,500,Z,B1,C1,WIRE, IN/
88,FROM ADA/
16,475,990,V,261105,,B2,C2,CHEQUE 319/
49,19520,5/
98,19520,1,7/
99,19520,1,9/
"""
CSV = """Kontoinhaber;Muster GmbH
;
Buchungstag;Wertstellung;Auftraggeber / Begünstigter;Verwendungszweck;Betrag;Saldo nach Buchung
04.11.2026;05.11.2026;Bank;Entgelt;-4,90;1.268,90
03.11.2026;03.11.2026;Ada Lindqvist;INV-2026-00001;1.173,80;1.273,80
"""


def found(data: bytes | str, **hints: object) -> Found:
    """A file as read, in this process."""
    raw = data.encode() if isinstance(data, str) else data
    return Found.of(read(raw, Hints(**{"region": "DE", **hints}).as_text()))  # type: ignore[arg-type]


def amounts(made: Found) -> list[tuple[str, str, int]]:
    """Day, value date and amount of every line."""
    return [(row.booked_on, row.value_on, row.amount_minor) for s in made.statements for row in s.lines]


def test_ofx_says_what_the_account_holds_at_the_end() -> None:
    made = found(OFX_1)
    [statement] = made.statements
    assert (made.problems, made.format, statement.account, statement.currency) == ([], "OFX", "0532013000", "EUR")
    assert (statement.opening_minor, statement.closing_minor, statement.closing_on) == (None, 26_890, "2026-11-04")
    assert amounts(made) == [("2026-11-03", "2026-11-03", 17_380), ("2026-11-04", "2026-11-05", -490)]
    first, fee = statement.lines
    assert (first.line, first.name, first.purpose, first.bank_reference) == (9, "Ada & Co", "INV-2026-00001", "F1")
    assert (fee.reference, fee.purpose) == ("Cheque 319", "Bank")
    [card] = found(OFX_2).statements
    assert (card.account, card.closing_minor, card.lines[0].name, card.lines[0].purpose) == ("41111111", None, "", "Fuel")


def test_qif_names_neither_balance_nor_currency() -> None:
    made = found(QIF)
    [statement] = made.statements
    assert (made.problems, statement.account, statement.opening_minor, statement.closing_minor) == ([], "", None, None)
    assert amounts(made) == [("2026-11-02", "2026-11-02", -490), ("2026-11-13", "2026-11-13", 117_380)]
    assert [(row.line, row.name, row.purpose, row.reference) for row in statement.lines] == [
        (7, "", "", "319"),
        (2, "Ada Lindqvist", "Invoice", ""),
    ]


def test_bai2_with_continuation_and_value_date() -> None:
    made = found(BAI)
    [statement] = made.statements
    assert (made.problems, statement.account, statement.currency, statement.difference_minor) == ([], "0532013000", "USD", 0)
    assert amounts(made) == [("2026-11-03", "2026-11-03", 500), ("2026-11-03", "2026-11-05", -990)]
    wire, _ = statement.lines
    assert (wire.bank_reference, wire.reference, wire.purpose) == ("B1", "C1", "WIRE,IN FROM ADA")


def test_csv_by_usual_names_is_proved_by_its_balances() -> None:
    made = found(CSV)
    [statement] = made.statements
    assert not [p for p in made.problems if p["refused"]]
    assert (statement.opening_minor, statement.closing_minor, statement.difference_minor) == (10_000, 126_890, 0)
    assert amounts(made) == [("2026-11-03", "2026-11-03", 117_380), ("2026-11-04", "2026-11-05", -490)]
    assert statement.lines[0] == FoundLine(5, "2026-11-03", "2026-11-03", 117_380, name="Ada Lindqvist", purpose="INV-2026-00001")
    wrong = found(CSV.replace("1.268,90", "1.268,91"))
    assert wrong.statements[0].closing_minor is None
    assert "do not follow from the lines" in wrong.problems[-1]["sentence"]


def test_csv_by_a_layout_that_somebody_described() -> None:
    text = "when,what,out,in\n11/13/2026,Fuel,12.50,\n11/14/2026,Refund,,2.50\n"
    unknown = found(text).problems[0]
    assert "It is not known which of these columns is what: when, what, out, in." in unknown["sentence"]
    assert unknown["refused"]
    layout = Layout(booked_on="when", debit="out", credit="in", purpose="what")
    assert [(row.booked_on, row.amount_minor) for row in found(text, layouts=(layout,)).statements[0].lines] == [
        ("2026-11-13", -1_250),
        ("2026-11-14", 250),
    ]
    card = Layout(booked_on="when", amount="out", flipped=True)
    assert found("when,out\n2026-11-13,12.50\n", layouts=(layout, card)).statements[0].lines[0].amount_minor == -1_250


@pytest.mark.parametrize(
    ("texts", "region", "month_first", "guessed"),
    [
        (["13.11.2026", "2.3.2026"], "US", False, False),
        (["11/13/2026", "2/3/2026"], "DE", True, False),
        (["2/3/2026"], "US", True, True),
        (["2/3/2026"], "GB", False, True),
        (["2/2/2026"], "GB", False, False),
        (["2026-03-02"], "US", True, False),
    ],
)
def test_the_order_of_a_date_is_told_by_all_of_them(texts: list[str], region: str, month_first: bool, guessed: bool) -> None:
    days = Days(texts, region)
    assert (days.month_first, bool(days.guess)) == (month_first, guessed)


@pytest.mark.parametrize(
    ("texts", "currency", "read_as"),
    [
        (["1.234,50", "7"], "EUR", ["1234.50", "7"]),
        (["1,234.50", "(7.00)"], "EUR", ["1234.50", "-7.00"]),
        (["1'234.50 CHF", "7.00-"], "CHF", ["1234.50", "-7.00"]),
        (["50,000", "-1,000"], "USD", ["50000", "-1000"]),
        (["1,250"], "KWD", ["1.250"]),
        (["€ 12,5", "−3,00"], "EUR", ["12.5", "-3.00"]),
        ([".50"], "USD", ["0.50"]),
    ],
)
def test_the_mark_of_decimals_is_told_by_all_amounts(texts: list[str], currency: str, read_as: list[str]) -> None:
    known = Amounts(texts, currency)
    assert [known.read(text, 1, "amount") for text in texts] == read_as


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (OFX_1.replace("173.80", "x"), 9, "“x” is no amount."),
        (OFX_1.replace("<ACCTID>0532013000", ""), 6, "does not say which account"),
        (OFX_1.replace("<CURDEF>EUR", ""), 6, "is no currency"),
        (OFX_1.replace("20261103120000", "2026AB"), 9, "is no date"),
        ("<OFX><INVSTMTMSGSRSV1></INVSTMTMSGSRSV1></OFX>", 1, "This file is of securities, and no statement of an account."),
        (QIF.replace("D13.11.2026", "D31.02.2026"), 2, "is no date"),
        (QIF.replace("T1.173,80\n", ""), 2, "There is no amount."),
        (QIF.replace("T1.173,80\n", "T\n"), 2, "There is no amount."),
        (QIF.rstrip("^\n"), 7, "has no end (^): the file is cut off"),
        ("!Type:Invst\nD1/1/2026\n^\n", 2, "A list of “invst” is no movement"),
        ("!Type:Cat\nNFuel\n^\n", 1, "There is no movement of an account in this file."),
        (BAI.replace("99,19520,1,9/\n", ""), 9, "it is cut off"),
        (BAI.replace("16,195", "16,999"), 4, "is no code of a credit"),
        (BAI.replace("16,195", "16,1³5"), 4, "is no code of a credit"),
        (BAI.replace("015,9510", "015,95.10"), 3, "is no amount"),
        (CSV.replace("1.173,80;", "1.173,805;"), 5, "at most 2 decimals"),
        (CSV.replace("04.11.2026", "04.13.2026").replace("03.11.2026", "13.11.2026"), 5, "is no date"),
        ("Date,Amount,Currency\n2026-11-03,1,EUR\n2026-11-03,1,USD\n", 1, "several currencies"),
        ("Date,Amount\n,5\n", 2, "is no date"),
    ],
)
def test_a_faulty_place_is_named(data: str, line: int, said: str) -> None:
    faults = [p for p in found(data).problems if said in p["sentence"]]
    assert faults, found(data).problems
    assert faults[0]["line"] == line


def packed(**files: bytes) -> bytes:
    """A zip archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_an_archive_is_all_of_its_files() -> None:
    day = date(2026, 11, 3)
    made = read_statements(packed(b=camt("1.00", "2.00", [Move(day, "1.00")], day), a=OFX_1.encode()), Hints("DE"))
    assert [s.account for s in made.statements] == ["0532013000", "DE89370400440532013000"]
    assert (made.format, made.problems) == ("several formats", [])
    assert "c: This is a picture" in read_statements(packed(c=b"\x89PNG")).problems[0]["sentence"]
    assert "There is no file in this archive." in read_statements(packed(**{"a/": b""})).problems[0]["sentence"]
    assert "broken or locked" in read_statements(packed(a=OFX_1.encode())[:-40]).problems[0]["sentence"]
    assert "unpacks to more" in read_statements(packed(a=b"0" * (101 * 1024 * 1024))).problems[0]["sentence"]


@needs_samples
@pytest.mark.parametrize(
    ("name", "statements", "lines", "closing"),
    [
        ("03_bank_ofx/OCA__test_ofx_iban.ofx", 2, 4, [215_656, -56_200]),
        ("03_bank_ofx/jseutter__bank_medium.ofx", 1, 3, [38_234]),
        ("03_bank_ofx/jseutter__checking.ofx", 1, 3, [10_099]),
        ("03_bank_ofx/jseutter__empty_balance.ofx", 1, 1, [None]),
        ("03_bank_ofx/jseutter__multiple_accounts.ofx", 2, 0, [11_100, 22_200]),
        ("03_bank_ofx/jseutter__suncorp.ofx", 1, 1, [123_412]),
        ("04_bank_qif/Gnucash__ymd-apostrophe.qif", 1, 1, [None]),
        ("04_bank_qif/reubano__ubs-ch-fr.qif", 1, 3, [None]),
        ("06_bank_csv/reubano__capitalone.csv", 1, 2, [None]),
        ("06_bank_csv/reubano__creditunion.csv", 1, 8, [None]),
        ("06_bank_csv/reubano__n26-fr.csv", 1, 2, [None]),
        ("06_bank_csv/reubano__payoneer.csv", 1, 2, [20_000]),
        ("06_bank_csv/simonmichael__paypal-custom.csv", 1, 7, [941]),
    ],
)
def test_public_files(name: str, statements: int, lines: int, closing: list[int | None]) -> None:
    made = read_statements((SAMPLES / name).read_bytes(), Hints("US", "USD"))
    assert not [p for p in made.problems if p["refused"]]
    assert (len(made.statements), sum(len(s.lines) for s in made.statements)) == (statements, lines)
    assert [s.closing_minor for s in made.statements] == closing


@needs_samples
def test_public_files_that_are_none() -> None:
    for name, said in (
        ("03_bank_ofx/csingley__profrs.ofx", "about what a bank offers"),
        ("03_bank_ofx/jseutter__fidelity-savings.ofx", "of securities"),
        ("03_bank_ofx/OCA__test_ofx_wrong.ofx", "is no currency"),
        ("06_bank_csv/OCA__sample_statement_en.xlsx", "several currencies"),
        ("06_bank_csv/reubano__amazon.csv", "It is not known which of these columns is what"),
    ):
        [problem, *_] = read_statements((SAMPLES / name).read_bytes(), Hints("US", "USD")).problems
        assert said in problem["sentence"]


@needs_samples
def test_public_bai2_adds_up() -> None:
    made = read_statements((SAMPLES / "05_bank_bai2/moov-io__sample3.txt").read_bytes(), Hints("US", "USD"))
    assert made.statements
    assert not made.problems
    assert {s.difference_minor for s in made.statements} == {0}


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_are_read_or_refused_with_a_place(seed: int) -> None:
    luck = random.Random(seed)
    whole = [text.encode() for text in (OFX_1, OFX_2, QIF, BAI, CSV)] + [packed(a=OFX_1.encode(), b=CSV.encode())]
    for number in range(150):
        data = bytearray(whole[number % len(whole)])
        for _ in range(luck.randint(1, 6)):
            at = luck.randrange(max(1, len(data)))
            kind = luck.randrange(4)
            if kind == 0:
                data[at : at + 1] = bytes([luck.randrange(256)])
            elif kind == 1:
                del data[at : at + luck.randint(1, 40)]
            elif kind == 2:
                data[at:at] = luck.choice(
                    [b"\x00", b"<OFX>", b"\n^\n", b"999999999999999", b"\xff\xfe", b'"', b"\n88,", b"</STMTRS>", b";;"]
                )
            else:
                data[at:at] = data[at : at + luck.randint(1, 200)]
        made = found(bytes(data or b"x"))
        assert made.statements or made.problems
        for problem in made.problems:
            assert problem["line"] >= 1
            assert problem["sentence"].endswith((".", "?"))
