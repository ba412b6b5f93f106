"""Journals of other programs: what is read, what is refused and where; hledger and beancount accept ours with the same balances."""

from __future__ import annotations

import csv
import io
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from enfilade.back.ledger.commands import JournalLine, import_journal, post_journal, revalue_currencies, take_back_journal
from enfilade.back.ledger.journals.found import FoundJournal, failed_checks
from enfilade.back.ledger.journals.reader import read, read_journal
from enfilade.back.ledger.models import AccountName, JournalFile
from enfilade.back.ledger.queries import holdings_on
from enfilade.base.books.models import Account
from enfilade.base.books.queries import totals_on
from enfilade.base.money.models import Rate
from enfilade.core.context import Invalid, Refusal
from enfilade.core.files import store
from enfilade.core.resource import resource_named
from enfilade.core.resource.transfer import EXPORTERS, exported_rows
from enfilade.core.scope import scope

from .support import Practice

SAMPLES = Path(__file__).resolve().parents[6] / "shared" / "samples" / "21_journals"
PLAIN = """; two entries and what says nothing about amounts
account Vault  ; type:A
decimal-mark .
2026-01-02 ! (B7) Acme | opening  ; a note
    Assets:Checking          1,000.00 EUR  = 1000 EUR
    Equity:Opening
P 2026-01-03 $ 0.90 EUR
comment
2026-01-02 not an entry
end comment
~ monthly
    Expenses:Rent  10
    Assets:Checking

2026/01/05=2026/01/07 Rent
    Expenses:Rent              €300.50  ; dimensions: K1 P2
    Vault                      10       ; petty
    Assets:Checking           -310.50   =* 689.50
"""
BEAN = """option "operating_currency" "EUR"
* Heading of an outline
1792-01-01 open Assets:Checking EUR
2026-01-02 * "Acme" "opening \\"of all\\"" #tag ^link
  key: "value"
  Assets:Bank:Checking   1,000.00 EUR
    dimensions: "K1"
  Equity:Opening
2026-01-03 balance Assets:Bank  1000 EUR
2026-01-04 note Assets:Checking "said"
2026-01-05 txn "Rent"
  Expenses:Rent  300.5 EUR ; a note
  Assets:Bank:Checking  -300.50 EUR
"""
TABLE = """Entry;Date;Account;Debit;Credit;Text
1;13.01.2026;1200 Bank;1.000,00;;Opening
1;13.01.2026;Equity:Opening;;1.000,00;Opening
2;14.01.2026;Expenses:Rent;300,50;;Rent
2;14.01.2026;1200 Bank;;300,50;Rent
"""


def found(text: str, currency: str = "EUR") -> FoundJournal:
    """A journal as read, in this process."""
    return FoundJournal.of(read(text.encode(), "DE", currency))


def amounts(journal: FoundJournal) -> list[list[tuple[str, int | None]]]:
    """Account and amount of every posting, entry by entry."""
    return [[(p.account, p.amount_minor) for p in entry.postings] for entry in journal.entries]


def test_a_journal_of_hledger() -> None:
    made = found(PLAIN)
    assert [p for p in made.problems if p["refused"]] == []
    assert made.problems[0]["sentence"] == "1 entries that are only planned (~) were left out."
    assert [(e.line, e.on, e.text) for e in made.entries] == [(4, "2026-01-02", "(B7) Acme | opening"), (15, "2026-01-05", "Rent")]
    assert amounts(made) == [
        [("Assets:Checking", 100_000), ("Equity:Opening", -100_000)],
        [("Expenses:Rent", 30_050), ("Vault", 1_000), ("Assets:Checking", -31_050)],
    ]
    rent = made.entries[1].postings[0]
    assert (rent.dimensions, made.entries[1].postings[1].text, made.kinds) == ("K1 P2", "petty", {"Vault": "asset"})
    assert failed_checks(made) == []
    [(check, held)] = failed_checks(found(PLAIN.replace("=* 689.50", "== 700")))
    assert (check.line, check.amount_minor, held) == (18, 70_000, 68_950)


def test_a_journal_of_beancount() -> None:
    made = found(BEAN)
    assert made.problems == []
    assert [(e.line, e.on, e.text) for e in made.entries] == [(4, "2026-01-02", 'Acme | opening "of all"'), (11, "2026-01-05", "Rent")]
    assert amounts(made)[1] == [("Expenses:Rent", 30_050), ("Assets:Bank:Checking", -30_050)]
    assert made.entries[0].postings[0].dimensions == "K1"
    assert failed_checks(made) == []
    assert [held for _, held in failed_checks(found(BEAN.replace("Bank  1000", "Bank  999")))] == [100_000]


def test_a_table_with_and_without_numbers() -> None:
    expected = [[("1200 Bank", 100_000), ("Equity:Opening", -100_000)], [("Expenses:Rent", 30_050), ("1200 Bank", -30_050)]]
    assert amounts(found(TABLE)) == expected
    bare = "\n".join(line.partition(";")[2] for line in TABLE.splitlines())
    assert amounts(found(bare)) == expected


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (PLAIN.replace("€300.50", "€300.51"), 15, "does not sum to zero: it is out by 1"),
        (PLAIN.replace("€300.50", "$300.50"), 16, "This amount is in $, which several currencies share"),
        (PLAIN.replace("€300.50", "3 A @ 100.17 EUR"), 16, "A, which is no currency of today"),
        (PLAIN.replace("€300.50", "€300.505"), 16, "at most 2 decimals"),
        (PLAIN.replace("€300.50", "  ").replace("10       ;", "  ;"), 17, "Two amounts"),
        (PLAIN.replace("    Vault ", "    (Vault) "), 17, "Postings in brackets"),
        (PLAIN.replace("2026/01/05=2026/01/07", "01/05"), 15, "This date has no year."),
        (PLAIN.replace("2026/01/05=2026/01/07", "2026/02/30"), 15, "is no date"),
        (PLAIN.replace("2026/01/05=2026/01/07 Rent", "include more.journal"), 15, "Another file is named here"),
        (PLAIN.replace("2026/01/05=2026/01/07 Rent", "= Expenses"), 15, "What is added automatically is not read"),
        (PLAIN.replace("-310.50   =* 689.50", "=* 689.50"), 18, "follows from a balance is not read"),
        (PLAIN.replace("end comment", ""), 19, "“end comment” is missing."),
        (PLAIN.replace("P 2026-01-03 $ 0.90 EUR", "nonsense here"), 7, "“nonsense here” is not understood."),
        (BEAN.replace("300.5 EUR", "300.5 USD"), 11, "does not sum to zero in USD"),
        (BEAN.replace("300.5 EUR", "300.5 EUR {}"), 12, "A lot whose cost is to be found"),
        (
            BEAN.replace('2026-01-04 note Assets:Checking "said"', "2026-01-04 pad Assets:Checking Equity:Opening"),
            10,
            "write the entry out",
        ),
        (BEAN.replace('2026-01-04 note Assets:Checking "said"', 'include "other.beancount"'), 10, "Another file is named here"),
        (TABLE.replace("300,50;;Rent", "300,51;;Rent"), 4, "does not sum to zero"),
        (TABLE.replace("2;14.01.2026;1200", "2;15.01.2026;1200"), 4, "are not of one day"),
        (TABLE.replace("Expenses:Rent", ""), 4, "There is no account."),
        (TABLE.replace(";Debit;", ";Left;"), 1, "this file lacks one of them"),
        ("%PDF-1.7", 1, "This is a PDF"),
        ("hello", 1, ""),
    ],
)
def test_a_faulty_place_is_named(text: str, line: int, said: str) -> None:
    faults = [p for p in read_journal(text.encode(), "DE", "EUR").problems if p["refused"] and said in p["sentence"]]
    assert faults, found(text).problems
    assert faults[0]["line"] == line


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the public samples are not here")
def test_public_journals() -> None:
    """Shares and goods are refused; what is in currencies is read whole."""
    seen = {path.name: read_journal(path.read_bytes(), "US", "USD") for path in sorted(SAMPLES.iterdir())}
    assert len(seen["simonmichael__accrual.journal"].entries) == 2
    assert not seen["simonmichael__accrual.journal"].problems
    assert len(seen["ledger__drewr3.dat"].entries) == 11
    for name, journal in seen.items():
        assert journal.entries or any(p["refused"] for p in journal.problems), name
        assert all(sum(p.amount_minor or 0 for p in e.postings) == 0 for e in journal.entries), name


@pytest.mark.parametrize("seed", range(3))
def test_mutated_journals_are_read_or_refused_with_a_place(seed: int) -> None:
    luck = random.Random(seed)
    for number in range(150):
        data = bytearray([PLAIN, BEAN, TABLE][number % 3].encode())
        for _ in range(luck.randint(1, 6)):
            at = luck.randrange(max(1, len(data)))
            kind = luck.randrange(3)
            if kind == 0:
                data[at : at + 1] = bytes([luck.randrange(256)])
            elif kind == 1:
                del data[at : at + luck.randint(1, 40)]
            else:
                data[at:at] = luck.choice(
                    [b"\x00", b"\n", b" = ", b"99999999999999999999", b"\xff\xfe", b'"', b"\n2026-01-01 * ", b"  ", b"{"]
                )
        made = FoundJournal.of(read(bytes(data or b"x"), "DE", "EUR"))
        assert made.entries or made.problems
        assert all(sum(p.amount_minor or 0 for p in e.postings) == 0 and len(e.postings) > 1 for e in made.entries)
        assert all(p["line"] >= 1 and p["sentence"].endswith((".", "?")) for p in made.problems)


@pytest.fixture
def practice(db: None) -> Practice:
    """A founded ledger in euros."""
    return Practice()


def take(practice: Practice, text: str, **more: bool) -> JournalFile:
    """A file of somebody, taken."""
    with scope(practice.company.pk):
        file = store(practice.ctx, "books.journal", io.BytesIO(text.encode()))
    return import_journal(practice.ctx, file=file, **more)


def held(practice: Practice) -> dict[str, int]:
    """What every account holds at the end, by its code."""
    from enfilade.back.ledger.queries import ledger_book

    with scope(practice.company.pk):
        codes = dict(Account.objects.visible_to(practice.ctx).values_list("pk", "code"))
        return {
            codes[t.account_id]: t.balance_minor
            for t in totals_on(practice.ctx, ledger_book(practice.ctx), date(2026, 12, 31))
            if t.balance_minor and t.unit == "EUR"
        }


@pytest.mark.django_db(transaction=True)
def test_a_journal_is_taken_as_a_whole_and_taken_back(practice: Practice) -> None:
    with pytest.raises(Invalid) as no:
        take(practice, PLAIN)
    assert no.value.errors["file"][0].startswith("Line 5: Assets:Checking is no account here")
    with pytest.raises(Invalid) as no:
        take(practice, PLAIN.replace("=* 689.50", "== 700"), add_accounts=True)
    assert "holds €700.00, by its entries it holds €689.50" in no.value.errors["file"][0]
    with pytest.raises(Invalid) as no:
        take(practice, PLAIN.replace("2026-01-02 !", "1999-01-02 !"), add_accounts=True)
    assert no.value.errors["file"][0].startswith("Line 4: No month of the ledger is open on")
    assert (practice.counts(), held(practice)) == ((0, 0), {})
    with pytest.raises(Refusal):
        take(practice, PLAIN, add_accounts=True)  # The dimensions K1 and P2 are not known here.
    plain = PLAIN.replace("dimensions: K1 P2", "")
    taken = take(practice, plain, add_accounts=True)
    assert (taken.entry_count, taken.format, taken.from_on, taken.to_on) == (2, "hledger", date(2026, 1, 2), date(2026, 1, 5))
    with scope(practice.company.pk):
        codes = dict(AccountName.objects.visible_to(practice.ctx).values_list("name", "account__code"))
        kinds = dict(Account.objects.visible_to(practice.ctx).filter(code__in=codes.values()).values_list("name", "kind"))
    assert kinds == {"Checking": "asset", "Opening": "equity", "Rent": "expense", "Vault": "asset"}
    assert {name: held(practice)[code] for name, code in codes.items()} == {
        "Assets:Checking": 68_950, "Equity:Opening": -100_000, "Expenses:Rent": 30_050, "Vault": 1_000,
    }  # fmt: skip
    with pytest.raises(Refusal) as refused:
        take(practice, plain)
    assert refused.value.code == "journal_file_known"
    take_back_journal(practice.ctx, file=taken, on=date(2026, 2, 1), reason="wrong year")
    assert held(practice) == {}
    # Its accounts are known by now.
    assert take(practice, plain).pk != taken.pk


def exported(practice: Practice, ending: str) -> str:
    """The list of entries in a format."""
    [exporter] = [one for one in EXPORTERS["books.entry"] if one.ending == ending]
    with scope(practice.company.pk):
        return "".join(exporter.write(practice.ctx, exported_rows(resource_named("books.entry"), practice.ctx, {})))


@pytest.fixture
def year(practice: Practice) -> Practice:
    """Entries with everything that could upset another program."""
    dice = random.Random(7)
    with scope(practice.company.pk):
        codes = list(Account.objects.visible_to(practice.ctx).filter(heading=False).order_by("code").values_list("code", flat=True))
        name = 'Stra"ße; Müller:  *Söhne* \\ (x)'
        Account.objects.visible_to(practice.ctx).filter(code=codes[0]).update(name=name)
    for number in range(40):
        one, two = dice.sample(codes[:8], 2)
        amount = dice.randint(1, 10**7)
        lines = [JournalLine(one, debit=amount, text="a, b; c"), JournalLine(two, credit=amount)]
        text = ["*! (7) ; starred", 'said "yes" \\ no', "Zeile\nzwei: drei, vier", "=1+1"][number % 4]
        post_journal(practice.ctx, on=date(2026, 1 + number % 12, 1 + number % 28), text=text, lines=lines)
    return practice


def by_code(rows: Iterator[tuple[str, str]]) -> dict[str, int]:
    """Balances of another program by the code in the last part of the name of an account."""
    found = {}
    for name, amount in rows:
        code = name.rsplit(":", 1)[-1].replace("-", " ").split()[0]
        value = round(float(amount.replace("EUR", "").replace(",", "").strip() or 0) * 100)
        if value:
            found[code] = value
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not here")
def test_hledger_accepts_our_journal_with_the_same_balances(year: Practice, tmp_path: Path) -> None:
    file = tmp_path / "out.journal"
    file.write_text(exported(year, "journal"))
    subprocess.run(["hledger", "-f", file, "check", "--strict"], check=True, capture_output=True)
    asked = ["hledger", "-f", file, "balance", "--flat", "--no-total", "-O", "csv"]
    rows = list(csv.reader(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()))
    assert by_code((row[0], row[1]) for row in rows[1:]) == held(year)


@pytest.mark.django_db(transaction=True)
def test_beancount_accepts_our_journal_with_the_same_balances(year: Practice, tmp_path: Path) -> None:
    file = tmp_path / "out.beancount"
    file.write_text(exported(year, "beancount"))
    asked = """
import sys
from beancount import loader
from beancount.core import realization
entries, errors, _ = loader.load_file(sys.argv[1])
assert not errors, errors
for account in realization.iter_children(realization.realize(entries)):
    for position in account.balance:
        print(account.account, position.units.number, sep="\\t")
"""
    done = subprocess.run([sys.executable, "-c", asked, file], check=True, capture_output=True, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert by_code((name, number) for name, number in rows) == held(year)


@pytest.fixture
def abroad(practice: Practice) -> Practice:
    """Dollars and yen that came, went in part, and were revalued."""
    for number, (currency, rate) in enumerate((("USD", "1.25"), ("JPY", "160"), ("USD", "1.1")), 1):
        more = {"currency": currency, "rate": Decimal(rate)}
        lines = [JournalLine("1200", debit=10_000 * number, text="said", **more), JournalLine("4000", credit=10_000 * number, **more)]
        post_journal(practice.ctx, on=date(2026, 1, number), text="Sold", lines=lines)
    paid = [JournalLine("1200", credit=20_000, currency="USD", rate=Decimal(1)), JournalLine("1100", debit=20_000)]
    post_journal(practice.ctx, on=date(2026, 2, 1), text="Paid", lines=paid)
    with scope(practice.company.pk):
        for currency, rate in (("USD", 2), ("JPY", 100)):
            Rate.objects.create(company=practice.company, base="EUR", quote=currency, on=date(2026, 2, 28), rate=rate)
    revalue_currencies(practice.ctx, on=date(2026, 2, 28))
    post_journal(practice.ctx, on=date(2026, 3, 1), text="Own", lines=[JournalLine("1100", debit=5), JournalLine("4000", credit=5)])
    return practice


def in_units(practice: Practice) -> dict[tuple[str, str], int]:
    """What accounts hold of each foreign currency, by code."""
    with scope(practice.company.pk):
        return {(h.code, h.unit): h.quantity_minor for h in holdings_on(practice.ctx, date(2026, 12, 31)) if h.quantity_minor}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not here")
def test_hledger_has_the_same_balances_in_every_currency(abroad: Practice, tmp_path: Path) -> None:
    file = tmp_path / "out.journal"
    file.write_text(exported(abroad, "journal"))
    subprocess.run(["hledger", "-f", file, "check", "--strict"], check=True, capture_output=True)
    asked = ["hledger", "-f", file, "balance", "--flat", "--no-total", "-O", "csv"]
    at_cost = list(csv.reader(subprocess.run([*asked, "--cost"], check=True, capture_output=True, text=True).stdout.splitlines()))
    assert by_code((row[0], row[1]) for row in at_cost[1:]) == held(abroad)
    for unit, digits in (("USD", 100), ("JPY", 1)):
        rows = list(csv.reader(subprocess.run([*asked, f"cur:{unit}"], check=True, capture_output=True, text=True).stdout.splitlines()))
        found = {row[0].rsplit(":", 1)[-1].split()[0]: round(float(row[1].replace(unit, "").replace(",", "")) * digits) for row in rows[1:]}
        assert found == {code: quantity for (code, of), quantity in in_units(abroad).items() if of == unit}


@pytest.mark.django_db(transaction=True)
def test_beancount_has_the_same_balances_in_every_currency(abroad: Practice, tmp_path: Path) -> None:
    file = tmp_path / "out.beancount"
    file.write_text(exported(abroad, "beancount"))
    asked = """
import sys
from collections import defaultdict
from beancount import loader
from beancount.core import convert, data
entries, errors, _ = loader.load_file(sys.argv[1])
assert not errors, errors
sums = defaultdict(int)
for entry in data.filter_txns(entries):
    for posting in entry.postings:
        sums[posting.account, "cost"] += convert.get_weight(posting).number
        if posting.units.currency != "EUR":
            sums[posting.account, posting.units.currency] += posting.units.number
for (account, unit), number in sums.items():
    print(account, unit, number, sep="\\t")
"""
    done = subprocess.run([sys.executable, "-c", asked, file], check=True, capture_output=True, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert by_code((name, number) for name, unit, number in rows if unit == "cost") == held(abroad)
    digits = {"USD": 100, "JPY": 1}
    found = {(n.rsplit(":", 1)[-1].split("-")[0], u): round(float(v) * digits[u]) for n, u, v in rows if u != "cost" and float(v)}
    assert found == in_units(abroad)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["journal", "beancount"])
def test_our_journal_comes_in_again(year: Practice, ending: str) -> None:
    text, before = exported(year, ending), held(year)
    other = Practice()
    taken = take(other, text)
    assert taken.entry_count == 40
    assert held(other) == before
