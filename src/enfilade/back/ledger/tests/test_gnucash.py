"""Files of GnuCash: what is read, packed or not, and what is refused where."""

from __future__ import annotations

import gzip
import random

import pytest

from enfilade.back.ledger.journals.found import FoundJournal
from enfilade.back.ledger.journals.reader import read, read_journal

ACCOUNT = (
    "<gnc:account version='2.0.0'><act:name>{name}</act:name><act:id type='guid'>{key}</act:id><act:type>{type}</act:type>"
    "{code}{parent}</gnc:account>"
)
SPLIT = (
    "<trn:split>\n<split:id type='guid'>s</split:id><split:memo>{memo}</split:memo><split:value>{value}</split:value>"
    "<split:quantity>{quantity}</split:quantity><split:account type='guid'>{account}</split:account></trn:split>"
)
ACCOUNTS = [
    ("r", "Root Account", "ROOT", "", ""),
    ("a", "Assets", "ASSET", "", "r"),
    ("b", "Giro: main", "BANK", "1200", "a"),
    ("e", "Rent", "EXPENSE", "", "r"),
    ("q", "Opening", "EQUITY", "", "r"),
]


def split(account: str, value: str, memo: str = "", quantity: str = "") -> str:
    """One line of a transaction."""
    return SPLIT.format(account=account, value=value, memo=memo, quantity=quantity or value)


def transaction(on: str, text: str, *splits: str, number: str = "", currency: str = "EUR") -> str:
    """One transaction, each on lines of its own."""
    num = f"<trn:num>{number}</trn:num>" if number else ""
    return (
        f"\n<gnc:transaction version='2.0.0'><trn:currency><cmdty:id>{currency}</cmdty:id></trn:currency>{num}"
        f"<trn:date-posted><ts:date>{on} 10:59:00 +0000</ts:date></trn:date-posted><trn:description>{text}</trn:description>"
        f"<trn:splits>{''.join(splits)}</trn:splits></gnc:transaction>"
    )


def book(*transactions: str) -> bytes:
    """A whole file."""
    spaces = " ".join(f"xmlns:{n}='http://www.gnucash.org/XML/{n}'" for n in ("gnc", "act", "trn", "split", "ts", "cmdty", "book"))
    accounts = "".join(
        ACCOUNT.format(
            key=key,
            name=name,
            type=kind,
            code=f"<act:code>{code}</act:code>" if code else "",
            parent=f"<act:parent type='guid'>{above}</act:parent>" if above else "",
        )
        for key, name, kind, code, above in ACCOUNTS
    )
    planned = "<gnc:template-transactions>" + transaction("2026-01-09", "planned") + "</gnc:template-transactions>"
    inside = f"<gnc:book version='2.0.0'>{accounts}{''.join(transactions)}{planned}</gnc:book>"
    return f"<?xml version='1.0'?>\n<gnc-v2 {spaces}>\n{inside}</gnc-v2>".encode()


OPENING = transaction("2026-01-02", "Start", split("b", "100000/100"), split("q", "-100000/100"), number="7")
RENT = transaction("2026-01-05", "Rent", split("e", "30050/100", "January"), split("b", "-601/2"))
VOID = transaction("2026-01-06", "Void", split("e", "0/100"), split("b", "0/100"))


@pytest.mark.parametrize("data", [book(OPENING, RENT, VOID), gzip.compress(book(OPENING, RENT, VOID))])
def test_a_file_of_gnucash(data: bytes) -> None:
    """Names are paths with the code before the last part; what is planned and what is void moves nothing."""
    made = read_journal(data, "DE", "EUR")
    assert made.problems == []
    assert [(e.on, e.text) for e in made.entries] == [("2026-01-02", "7 | Start"), ("2026-01-05", "Rent")]
    assert [[(p.account, p.amount_minor, p.text) for p in e.postings] for e in made.entries] == [
        [("Assets:1200 Giro- main", 100_000, ""), ("Opening", -100_000, "")],
        [("Rent", 30_050, "January"), ("Assets:1200 Giro- main", -30_050, "")],
    ]
    assert made.kinds["Assets:1200 Giro- main"] == "asset"
    assert (made.kinds["Rent"], made.kinds["Opening"]) == ("expense", "equity")


def test_accounts_in_other_currencies() -> None:
    """A transaction in euro moves dollars at a value in euro; one in dollars among two of its accounts waits for the rate of the day."""
    euros, dollars = (
        f"<act:commodity><cmdty:space>CURRENCY</cmdty:space><cmdty:id>{unit}</cmdty:id></act:commodity>" for unit in ("EUR", "USD")
    )
    data = book(
        transaction("2026-01-05", "Changed", split("e", "80/1", quantity="100/1"), split("b", "-80/1")),
        transaction("2026-01-06", "In dollars", split("e", "50/1"), split("b", "-50/1", quantity="-40/1"), currency="USD"),
        transaction("2026-01-07", "Among dollars", split("e", "10/1"), split("e", "-10/1"), currency="USD"),
    )
    data = data.replace(b"<act:type>BANK</act:type>", b"<act:type>BANK</act:type>" + euros.encode())
    data = data.replace(b"<act:type>EXPENSE</act:type>", b"<act:type>BANK</act:type>" + dollars.encode())
    made = read_journal(data, "DE", "EUR")
    assert made.problems == []
    assert [[(p.amount_minor, p.currency, p.quantity_minor) for p in e.postings] for e in made.entries] == [
        [(8_000, "USD", 10_000), (-8_000, "", 0)],
        [(4_000, "USD", 5_000), (-4_000, "", 0)],
        [(None, "USD", 1_000), (None, "USD", -1_000)],
    ]


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (book(transaction("2026-01-05", "x", split("e", "1/1"), split("b", "-2/1"))), 4, "does not sum to zero"),
        (book(transaction("2026-01-05", "x", currency="AAPL")), 4, "AAPL, which is no currency of today"),
        (book(transaction("2026-02-30", "x")), 4, "is no date"),
        (
            book(OPENING, transaction("2026-01-05", "x", split("e", "1/1", quantity="2/1"), split("b", "-1/1"))),
            7,
            "This line moves shares",
        ),
        (book(transaction("2026-01-05", "x", split("e", "1/3"), split("b", "-1/3"))), 4, "at most 2 decimals"),
        (book(transaction("2026-01-05", "x", split("e", "1/0"))), 4, "is no amount"),
        (book(transaction("2026-01-05", "x", split("e", f"{10**19}/1"))), 4, "out of range"),
        (book(transaction("2026-01-05", "x", split("z", "1/1"))), 4, "an account that the file does not have"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + book(OPENING)[21:], 1, "A document type is not allowed"),
        (book(OPENING)[:-9], 7, "The XML is broken here"),
        (gzip.compress(book(OPENING))[:-40], 1, "packed"),
        (book(), 1, "There is no entry in this file."),
    ],
)
def test_a_faulty_place_is_named(data: bytes, line: int, said: str) -> None:
    problems = read_journal(data, "DE", "EUR").problems
    faults = [p for p in problems if p["refused"] and said in p["sentence"]]
    assert faults, problems
    assert faults[0]["line"] == line


def test_a_ring_of_accounts_and_a_bomb_end() -> None:
    """Parents that are each other's, and a small file that unpacks to a gigabyte."""
    above = b"<act:type>ASSET</act:type><act:parent type='guid'>%b<"
    ring = book(OPENING).replace(above % b"r", above % b"b")
    assert len(FoundJournal.of(read(ring, "DE", "EUR")).entries) == 1
    bomb = gzip.compress(b"<gnc-v2>" + b" " * 300_000_000, 9)
    assert "unpacks to more than 200 MB" in read_journal(bomb, "DE", "EUR").problems[0]["sentence"]


@pytest.mark.parametrize("seed", range(3))
def test_mutated_files_are_read_or_refused_with_a_place(seed: int) -> None:
    luck, whole = random.Random(seed), book(OPENING, RENT, VOID)
    for _ in range(150):
        data = bytearray(gzip.compress(whole) if luck.random() < 0.2 else whole)
        for _ in range(luck.randint(1, 5)):
            at = luck.randrange(len(data))
            if luck.random() < 0.5:
                data[at : at + 1] = bytes([luck.randrange(256)])
            else:
                del data[at : at + luck.randint(1, 40)]
        made = FoundJournal.of(read(bytes(data), "DE", "EUR"))
        assert made.entries or made.problems
        assert all(sum(p.amount_minor or 0 for p in e.postings) == 0 and len(e.postings) > 1 for e in made.entries)
        assert all(p["line"] >= 1 and p["sentence"].endswith((".", "?")) for p in made.problems)
