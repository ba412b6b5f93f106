"""Cheques to suppliers: written for bills, presented by the bank, given up; numbers that are used once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.banking.commands import accept_proposal, unmatch_line
from enfilade.back.banking.queries import proposals_for
from enfilade.back.cheques.commands import (
    ChequePart,
    end_chequebook,
    move_print,
    open_chequebook,
    spoil_cheque,
    void_cheque,
    write_cheques,
)
from enfilade.back.cheques.models import ChequeBook, WrittenCheque
from enfilade.back.cheques.printing import cheque_pdf
from enfilade.back.cheques.words import in_words
from enfilade.back.payables.commands import reverse_payment
from enfilade.back.payables.tests.office import LAB_IBAN, Office
from enfilade.back.payables.tests.test_bills import attacked, code_of
from enfilade.back.payables.tests.test_withholding import Site
from enfilade.back.payables.withheld import withheld_of
from enfilade.core.command import REGISTRY
from enfilade.core.context import Refusal
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def book(office: Office) -> ChequeBook:
    """Forms 1001 to 1010."""
    return open_chequebook(office.ctx, bank_account=office.bank, first_number=1_001, last_number=1_010)


def test_a_report_that_needs_an_account_asks_for_it(office: Office, client: Any) -> None:
    """Opened from the menu nothing is wrong yet, and nothing is shown: the page says what to choose."""
    client.force_login(office.ctx.user)
    page = client.get("/cheques/reports/positive_pay/")
    assert (page.status_code, "Choose what to show</h2><p><strong>Bank account</strong></p>" in page.content.decode()) == (200, True)
    assert "Choose what to show" not in client.get(f"/cheques/reports/positive_pay/?bank_account={office.bank.pk}").content.decode()
    assert "Choose what to show" not in client.get("/cheques/reports/outstanding_cheques/").content.decode()
    wrong = client.get("/cheques/reports/positive_pay/?bank_account=")
    assert (wrong.status_code, "Choose what to show" in wrong.content.decode()) == (422, False)


def written(office: Office, book: ChequeBook, *bills: Any, **more: Any) -> list[WrittenCheque]:
    """Cheques for bills, all of the book so far."""
    write_cheques(replace(office.ctx, key=""), book=book, bills=list(bills), on=office.today, **more)
    return cheques(office)


def cheques(office: Office) -> list[WrittenCheque]:
    """All that there are, by number."""
    with scope(office.company.pk):
        return list(WrittenCheque.objects.visible_to(office.ctx).select_related("payee", "book", "payment").order_by("number"))


@pytest.mark.parametrize(
    ("minor", "currency", "language", "words"),
    [
        (123_456, "USD", "en", "***One thousand, two hundred and thirty-four 56/100 US dollars***"),
        (100, "USD", "en", "***One 00/100 US dollar***"),
        (123_405, "EUR", "de", "***Eintausendzweihundertvierunddreißig 05/100 Euro***"),
        (8_000, "JPY", "en", "***Eight thousand Japanese yen***"),
        (1_234_567, "BHD", "en", "***One thousand, two hundred and thirty-four 567/1000 Bahraini dinars***"),
        (7_100, "EUR", "fr", "***Soixante et onze 00/100 euros***"),
        (500, "EUR", "xx", "***Five 00/100 euros***"),
    ],
)
def test_amounts_in_words(minor: int, currency: str, language: str, words: str) -> None:
    assert in_words(minor, currency, language) == words


def test_one_cheque_for_each_supplier_until_the_bank_has_paid_it(office: Office, book: ChequeBook) -> None:
    """Two bills of the laboratory less a discount of 2.38, one of the landlord; the first is presented."""
    early = {"discount_percent": 2, "discount_until": office.days(3)}
    one, two = office.approved("R-1", 11_900, **early), office.approved("R-2", 10_000)
    rent = office.approved("M-1", 50_000, supplier=office.landlord)
    first, second = written(office, book, one, two, rent)
    assert [(c.number, str(c.payee), c.amount_minor) for c in (first, second)] == [
        (1_001, "Dentallabor Süd", 21_662), (1_002, "Hausverwaltung Nord", 50_000),
    ]  # fmt: skip
    assert [office.fresh(b).state for b in (one, two, rent)] == ["paid", "paid", "paid"]
    assert office.balances("payable", "1299") == [0, -71_662]
    with scope(office.company.pk):
        assert cheque_pdf(office.ctx, first, office.lab)[:5] == b"%PDF-"
        away = report_named("cheques.outstanding_cheques").build(office.ctx, on=office.days(200))
        listed = report_named("cheques.positive_pay").build(office.ctx, bank_account=office.bank, from_on=office.today, to_on=office.today)
    assert [(r["number"], r["stale"], r["age"]) for r in away["rows"]] == [(1_001, "Stale", 200), (1_002, "Stale", 200)]
    assert [(r["number"], r["kind"], r["amount_minor"]) for r in listed["rows"]] == [(1_001, "I", 21_662), (1_002, "I", 50_000)]

    line = office.line("-216.62", name="", iban="", purpose="CHECK 0001001")
    with scope(office.company.pk):
        found = proposals_for(office.ctx, [line])[line.pk][0]
    assert found.percent == 98
    accept_proposal(office.ctx, line=line, proposal=found.code)
    paid = office.fresh(first)
    assert (paid.state, paid.presented_on, office.fresh(line).state) == ("presented", line.booked_on, "matched")
    stop = {"why": "stopped", "reason": "Lost in the post.", "on": office.today}
    assert code_of(lambda: void_cheque(office.ctx, cheque=paid, **stop)) == "presented"
    with scope(office.company.pk):
        settled = report_named("banking.reconciliation").build(office.ctx, bank_account=office.bank, on=office.today)
        assert verify_all(office.ctx) == []
    assert settled["difference_minor"] == 0
    assert [r["amount_minor"] for r in settled["rows"] if "Cheque 1002" in r["text"]] == [50_000]
    unmatch_line(office.ctx, line=office.fresh(line), reason="Another one.")
    assert office.fresh(first).state == "issued"


def test_a_cheque_that_is_given_up_opens_its_bills_and_its_number_stays_used(office: Office, book: ChequeBook) -> None:
    bill, other = office.approved("R-1", 11_900), office.approved("R-2", 5_000, supplier=office.landlord)
    [cheque] = written(office, book, bill)
    stop = {"why": "stopped", "reason": "Lost in the post."}
    assert code_of(lambda: void_cheque(office.ctx, cheque=cheque, on=office.days(-1), **stop)) == "before_cheque"
    void_cheque(office.ctx, cheque=cheque, on=office.today, **stop)
    assert (office.fresh(bill).state, office.balances("payable", "1299")) == ("open", [-16_900, 0])
    assert code_of(lambda: void_cheque(office.ctx, cheque=office.fresh(cheque), on=office.today, **stop)) == "already_void"
    spoiled = spoil_cheque(office.ctx, book=office.fresh(book), reason="The printer jammed.", on=office.today)
    assert (spoiled.number, spoiled.state, spoiled.why) == (1_002, "void", "spoiled")
    *_, again = written(office, book, bill, other)[:3]
    assert again.number == 1_003
    reverse_payment(office.ctx, payment=again.payment, on=office.today, reason="Given up there.")
    assert (office.fresh(again).state, office.fresh(again).why) == ("void", "void")
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_a_part_of_a_bill_is_paid_and_the_rest_stays_open(office: Office, book: ChequeBook) -> None:
    """No discount is kept of a part, nor of what is left of it; two parts of two bills of one supplier are one cheque."""
    early = {"discount_percent": 2, "discount_until": office.days(3)}
    one, two = office.approved("R-1", 11_900, **early), office.approved("R-2", 10_000)
    [first] = written(office, book, parts=[ChequePart(one, 5_000), ChequePart(two, 4_000)])
    assert (first.amount_minor, office.fresh(one).open_minor, office.fresh(two).open_minor) == (9_000, 6_900, 6_000)
    assert [office.fresh(b).state for b in (one, two)] == ["part_paid", "part_paid"]
    [_, second] = written(office, office.fresh(book), two, parts=[ChequePart(one, 900)])
    assert (second.amount_minor, office.fresh(one).open_minor, office.fresh(two).state) == (6_900, 6_000, "paid")
    void_cheque(office.ctx, cheque=first, why="lost", reason="In the post.", on=office.today)
    assert (office.fresh(one).open_minor, office.fresh(two).open_minor) == (11_000, 4_000)
    for parts, code in (([(one, 11_001)], "too_much"), ([(one, 0)], "too_much"), ([(one, 5), (one, 5)], "named_twice")):
        assert code_of(lambda parts=parts: written(office, book, parts=[ChequePart(*part) for part in parts])) == code
    assert code_of(lambda: written(office, book, one, parts=[ChequePart(one, 5)])) == "named_twice"
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []


def test_of_two_who_write_the_last_part_of_a_bill_one_does(office: Office, book: ChequeBook) -> None:
    bill = office.approved("R-1", 10_000)
    part = [ChequePart(bill, 6_000)]
    done = race(4, lambda n: write_cheques(replace(office.ctx, key=""), book=book, bills=[], parts=part, on=office.today))
    assert [isinstance(x, ChequeBook) for x in done].count(True) == 1
    assert {x.code for x in done if isinstance(x, Refusal)} <= {"too_much", "busy"}
    assert (office.fresh(bill).open_minor, len(cheques(office))) == (4_000, 1)


def test_a_door_is_told_what_leaves_the_account() -> None:
    """Less the tax that is withheld of a bill, as of a payment run."""
    office = Site()
    book = open_chequebook(office.ctx, bank_account=office.bank, first_number=1, last_number=10)
    bill = office.approved("B-1", 100_000)
    door = REGISTRY["cheques.write_cheques"].door
    assert door is not None
    with scope(office.company.pk):
        kept = withheld_of(office.ctx, [bill.pk])[bill.pk].of(100_000)
        facts = door(ctx=office.ctx, book=book, bills=[bill], on=office.today)
        half = door(ctx=office.ctx, book=book, bills=[], parts=[ChequePart(bill, 50_000)], on=office.today)
    assert kept > 0
    assert (facts["total"], facts["cheques"]) == (Decimal(100_000 - kept) / 100, 1)
    [cheque] = written(office, book, parts=[ChequePart(bill, 50_000)])
    assert half["largest"] == Decimal(cheque.amount_minor) / 100 < Decimal(500)


def test_what_no_cheque_is_written_for(office: Office, book: ChequeBook) -> None:
    bill = office.approved("R-1")
    assert code_of(lambda: written(office, book)) == "nothing_due"
    assert code_of(lambda: written(office, book, due_by=date(2001, 1, 1))) == "nothing_due"
    assert code_of(lambda: written(office, book, office.bill("R-9"))) == "not_open"
    office.known(office.lab, LAB_IBAN)
    office.run(bill)
    assert code_of(lambda: written(office, book, bill)) == "not_open"
    again = {"bank_account": office.bank, "first_number": 1_010, "last_number": 1_020}
    assert code_of(lambda: open_chequebook(replace(office.ctx, key=""), **again)) == "cheque_numbers_in_one_book"
    assert code_of(lambda: open_chequebook(replace(office.ctx, key=""), **{**again, "first_number": 1_021})) == "cheque_book_has_numbers"
    last = open_chequebook(replace(office.ctx, key=""), **{**again, "first_number": 1_020})
    free = office.approved("R-3", 700), office.approved("R-4", 800, supplier=office.landlord)
    assert code_of(lambda: written(office, last, *free)) == "book_used_up"
    moved = move_print(office.ctx, book=last, right_mm=3, down_mm=-2)
    assert (moved.right_mm, moved.down_mm) == (3, -2)
    end_chequebook(office.ctx, book=last)
    assert code_of(lambda: written(office, last, free[0])) == "book_ended"
    for attack, constraint in (
        ("UPDATE cheques_chequebook SET next_number = 1005", "cheque_book_next_in_bounds"),
        ("UPDATE cheques_chequebook SET first_number = 999", "cheque_book_unchanged"),
    ):
        assert attacked(office, attack) in {constraint, "cheque_book_unchanged"}


def test_nobody_changes_a_cheque(office: Office, book: ChequeBook) -> None:
    written(office, book, office.approved("R-1"))
    for attack, constraint in (
        ("UPDATE cheques_writtencheque SET amount_minor = 1", "cheque_unchanged"),
        ("UPDATE cheques_writtencheque SET number = 1002", "cheque_unchanged"),
        ("DELETE FROM cheques_writtencheque", "cheque_unchanged"),
        ("UPDATE cheques_chequebook SET next_number = 1001", "cheque_book_unchanged"),
    ):
        assert attacked(office, attack) == constraint


def test_of_eight_clerks_each_gets_a_number_of_its_own(office: Office, book: ChequeBook) -> None:
    """Real threads: eight bills want a cheque at once, two of them the same bill."""
    bills = [office.approved(f"R-{n}", 1_000 + n) for n in range(7)]
    done = race(8, lambda n: write_cheques(replace(office.ctx, key=""), book=book, bills=[bills[n % 7]], on=office.today))
    refused = [r for r in done if isinstance(r, Exception)]
    assert {r.code for r in refused if isinstance(r, Refusal)} <= {"not_open", "too_much", "busy"}
    found = cheques(office)
    assert [c.number for c in found] == list(range(1_001, 1_001 + len(found)))
    assert len(found) == 8 - len(refused)
    with scope(office.company.pk):
        assert verify_all(office.ctx) == []
