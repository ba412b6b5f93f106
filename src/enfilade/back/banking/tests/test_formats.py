"""Statements as banks write them: what is in them, what is wrong with them and where; and that no bytes take the house down."""

from __future__ import annotations

import random
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from enfilade.back.banking.formats.found import Found, Hints
from enfilade.back.banking.formats.reader import read, read_statements

from .desk import Move, camt

SAMPLES = Path(__file__).resolve().parents[6] / "shared" / "samples"
CAMT = [*sorted(SAMPLES.glob("01_bank_camt/*camt053*.xml")), *SAMPLES.glob("01_bank_camt/OCA__test-camt053")]
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the public samples are not here")

MT940 = """:20:STARTUMS
:25:37040044/0532013000
:28C:7/1
:60F:C261102EUR100,00
:61:2611031103C173,80NTRFNONREF//B4711
:86:166?00GUTSCHRIFT?20EREF+KD-77?21SVWZ+Rechnung INV-2026-0000?221 danke?3012030000
?31DE02120300000000202051?32ADA LINDQVIST
:61:2611031103D4,90NCHGNONREF
:86:808?00ENTGELT?20SVWZ+Entgelt Oktober?32BANK
:61:2611041104RC10,00NTRFNONREF
:86:168?00RUECKBUCHUNG?20SVWZ+zurueck
:62F:C261104EUR258,90
-
"""


def found(data: bytes) -> Found:
    """A file as read, in this process."""
    return Found.of(read(data, Hints("DE").as_text()))


def test_mt940_with_subfields_and_a_reversal() -> None:
    made = found(MT940.encode())
    [statement] = made.statements
    assert (made.problems, statement.account, statement.number) == ([], "370400440532013000", "7/1")
    assert (statement.opening_minor, statement.closing_minor, statement.difference_minor) == (10_000, 25_890, 0)
    first, fee, back = statement.lines
    assert (first.line, first.booked_on, first.amount_minor) == (5, "2026-11-03", 17_380)
    assert (first.name, first.iban, first.reference) == ("ADA LINDQVIST", "DE02120300000000202051", "KD-77")
    assert (first.purpose, first.bank_reference) == ("Rechnung INV-2026-00001 danke", "B4711")
    assert (fee.amount_minor, back.amount_minor, back.line) == (-490, -1_000, 10)


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ((":60F:C261102EUR100,00\n", ""), 1, "no opening balance"),
        ((":25:37040044/0532013000\n", ""), 1, "does not say which account"),
        (("D4,90", "D4,905"), 8, "at most 2 decimals"),
        (("261104EUR258,90", "261104USD258,90"), 1, "The closing balance is in USD"),
        (("-\n", "-\n:61:2611041104C1,00NTRFNONREF\n"), 14, "behind the end"),
        (("C173,80", "173,80"), 5, "does not follow MT940"),
    ],
)
def test_a_faulty_place_is_named(change: tuple[str, str], line: int, said: str) -> None:
    problems = found(MT940.replace(*change, 1).encode()).problems
    assert problems
    assert problems[0]["line"] == line
    assert said in problems[0]["sentence"]


def test_camt_splits_a_batch_and_leaves_out_what_is_not_booked() -> None:
    from datetime import date

    data = camt("0.00", "30.00", [Move(date(2026, 11, 3), "30.00", purpose="x")], date(2026, 11, 3)).decode()
    part = '<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">{}</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls>'
    split = re.sub("<TxDtls>.*</TxDtls>", part.format("10.00", "one") + part.format("20.00", "two"), data)
    assert [(row.amount_minor, row.purpose) for row in found(split.encode()).statements[0].lines] == [(1_000, "one"), (2_000, "two")]
    # Details that are not the entry are not trusted.
    wrong = split.replace("20.00</Amt></TxAmt>", "21.00</Amt></TxAmt>")
    assert [row.amount_minor for row in found(wrong.encode()).statements[0].lines] == [3_000]
    pending = found(data.replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>").encode())
    assert (pending.left_out, pending.statements[0].lines) == (1, [])


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "10", "13"])
def test_every_version_of_camt(version: str) -> None:
    from datetime import date

    made = found(camt("1.00", "-2.00", [Move(date(2026, 11, 3), "-3.00", name="Grid")], date(2026, 11, 3), version=version))
    assert made.format == f"camt.053.001.{version}"
    [statement] = made.statements
    assert (statement.difference_minor, statement.lines[0].name, statement.lines[0].amount_minor) == (0, "Grid", -300)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7", "This is a PDF"),
        (b"hello", "This is no statement of a bank that is known here: camt.053, MT940, OFX, QIF, BAI2 and CSV are read."),
        (b"<a><b></a>", "The XML is broken here"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "A document type is not allowed"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "The encoding that this XML names is not known"),
        (b"<a>" * 40 + b"</a>" * 40, "nested deeper than 30"),
        (
            b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt/></Document>',
            "a report of the day (camt.052)",
        ),
    ],
)
def test_what_is_no_statement_is_said_to_be_none(data: bytes, said: str) -> None:
    made = read_statements(data)
    assert not made.statements
    assert said in made.problems[0]["sentence"]
    assert made.problems[0]["refused"]


def test_what_cannot_be_seen_is_not_kept() -> None:
    from datetime import date

    day = date(2026, 11, 3)
    hostile = camt("0.00", "1.00", [Move(day, "1.00", name="A\u202eB\u200bC &#9;D", purpose="=cmd|' /C calc'!A0")], day)
    [line] = found(hostile).statements[0].lines
    assert (line.name, line.purpose) == ("ABC D", "=cmd|' /C calc'!A0")
    long = camt("0.00", "1.00", [Move(day, "1.00", purpose="x" * 10_000)], day)
    assert len(found(long).statements[0].lines[0].purpose) == 2_000


@needs_samples
@pytest.mark.parametrize("path", CAMT)
def test_public_camt_as_an_independent_reading_says(path: Path) -> None:
    made = read_statements(path.read_bytes())
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - public files that we chose
    statements = [e for e in root.iter() if e.tag.endswith("}Stmt")]
    mixed = any(len({a.get("Ccy") for a in s.iter() if a.tag.endswith("}Amt")}) > 1 for s in statements)
    if made.problems:
        assert mixed, "only statements whose balances have several currencies are refused"
        assert all(p["line"] > 1 and p["sentence"] for p in made.problems)
        return
    assert len(made.statements) == len(statements)
    for mine, theirs in zip(made.statements, statements, strict=True):
        space = theirs.tag[: theirs.tag.index("}") + 1]
        booked = [e for e in theirs.findall(f"{space}Ntry") if "BOOK" in "".join(e.find(f"{space}Sts").itertext())]  # type: ignore[union-attr]
        signed = [
            int(Decimal(e.findtext(f"{space}Amt") or "") * 100) * (1 if e.findtext(f"{space}CdtDbtInd") == "CRDT" else -1) for e in booked
        ]
        assert mine.moved_minor == sum(signed)
        assert len(mine.lines) >= len(booked)


@needs_samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("02_bank_mt940/*")))
def test_public_mt940_as_an_independent_reading_says(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    made = read_statements(path.read_bytes())
    if path.name == "wolph__multiline.sta":
        assert made.problems[0]["sentence"] == "This line stands behind the end of the statement."
        return
    assert not made.problems
    opening = re.findall(r"^:60F:([CD])\d{6}[A-Z]{3}(\d+,\d*)", text, re.MULTILINE)
    closing = re.findall(r"^:62F:([CD])\d{6}[A-Z]{3}(\d+,\d*)", text, re.MULTILINE)
    lines = re.findall(r"^:61:\d{6}(?:\d{4})?([CD])(\d+,\d*)", text, re.MULTILINE)
    assert [s.opening_minor for s in made.statements] == [_minor(*o) for o in opening]
    assert [s.closing_minor for s in made.statements] == [_minor(*c) for c in closing]
    assert [row.amount_minor for s in made.statements for row in s.lines] == [_minor(*row) for row in lines]


def _minor(side: str, amount: str) -> int:
    return int(Decimal(amount.replace(",", ".")) * 100) * (1 if side == "C" else -1)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_are_read_or_refused_with_a_place(seed: int) -> None:
    from datetime import date

    luck = random.Random(seed)
    day = date(2026, 11, 3)
    whole = [MT940.encode(), camt("0.00", "3.00", [Move(day, "1.00"), Move(day, "2.00")], day)]
    for number in range(100):
        data = bytearray(whole[number % 2])
        for _ in range(luck.randint(1, 6)):
            at = luck.randrange(len(data))
            kind = luck.randrange(4)
            if kind == 0:
                data[at] = luck.randrange(256)
            elif kind == 1:
                del data[at : at + luck.randint(1, 40)]
            elif kind == 2:
                data[at:at] = luck.choice([b"\x00", b"<", b"\n:61:", b"999999999999999", b"\xff\xfe", b"}{", b"&#0;", b"-\n"])
            else:
                end = min(len(data), at + luck.randint(1, 200))
                data[at:at] = data[at:end]
            data = data or bytearray(b"x")
        made = found(bytes(data))
        assert made.statements or made.problems
        for problem in made.problems:
            assert problem["line"] >= 1
            assert problem["sentence"].endswith((".", "?"))
