"""Lines are matched, posted and taken back; the books, the invoices and the bank agree after each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from enfilade.back.banking.closing import breaks_cleared, statements_taken
from enfilade.back.banking.commands import (
    InvoicePart,
    accept_proposal,
    accept_proposals,
    import_statement,
    match_entry,
    match_line,
    post_line,
    unmatch_line,
)
from enfilade.back.banking.models import BankFile, LineMatch, MatchRule, Statement, StatementLine
from enfilade.back.banking.queries import matched_of, proposals_for
from enfilade.back.banking.reports import breaks, reconciliation
from enfilade.back.banking.rules import Proposal
from enfilade.back.banking.verify import verify_banking
from enfilade.back.billing.commands import take_payment
from enfilade.back.billing.models import Payment
from enfilade.back.ledger.commands import JournalLine, post_journal
from enfilade.base.books.models import Account, Entry, Period
from enfilade.base.books.queries import entries_of
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, NotAllowed, Refusal
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.core.verify import verify_all

from .desk import IBAN, Desk, Move, camt

pytestmark = pytest.mark.django_db(transaction=True)


def proposed(desk: Desk, line: StatementLine) -> list[Proposal]:
    """What a line may be."""
    with scope(desk.company.pk):
        return proposals_for(desk.ctx, [desk.fresh(line)])[line.pk]


def reconciled(desk: Desk) -> dict[str, object]:
    """The reconciliation statement of today."""
    with scope(desk.company.pk):
        return reconciliation(desk.ctx, bank_account=desk.bank, on=desk.today)


def said(code: str, run: object, *args: object, **inputs: object) -> Refusal:
    """The refusal of a call that is refused with this code."""
    with pytest.raises(Refusal) as no:
        run(*args, **inputs)  # type: ignore[operator]
    assert no.value.code == code
    return no.value


def test_a_transfer_that_names_its_invoice_pays_it(desk: Desk) -> None:
    invoice = desk.invoice()
    line = desk.line("173.80", purpose=f"Rechnung {str(invoice.number).replace('-', ' ')} danke")
    [best, *_] = proposed(desk, line)
    assert best.percent >= 97
    assert best.invoices == ((invoice.pk, 17_380),)
    assert best.reasons[:2] == (f"The text names {invoice.number}.", "The amount is what is open.")
    accept_proposal(desk.ctx, line=line, proposal=best.code)
    assert (desk.fresh(invoice).state, desk.fresh(line).state) == ("paid", "matched")
    with scope(desk.company.pk):
        match = LineMatch.objects.visible_to(desk.ctx).get()
        assert (match.percent, match.payment.account_id, match.entry.on) == (best.percent, desk.bank.account_id, line.booked_on)
        assert MatchRule.objects.visible_to(desk.ctx).get().party_id == invoice.party_id
    assert desk.balances("receivable", "bank", "1299") == [0, 0, 17_380]
    assert reconciled(desk)["difference_minor"] == 0
    # The next one from this account is known without a number.
    second = desk.invoice()
    later = desk.line("173.80", name="A. L.", purpose="danke")
    [best, *_] = proposed(desk, later)
    assert (best.percent, best.invoices) == (85, ((second.pk, 17_380),))


def test_part_and_overpayment_and_several(desk: Desk) -> None:
    first, second = desk.invoice(), desk.invoice()
    line = desk.line("400.00")
    match_line(desk.ctx, line=line, invoices=[InvoicePart(first, 10_000), InvoicePart(second)])
    assert [desk.fresh(i).open_minor for i in (first, second)] == [7_380, 0]
    assert (desk.fresh(line).state, desk.fresh(line).open_minor) == ("part", 12_620)
    match_line(desk.ctx, line=line, invoices=[InvoicePart(desk.fresh(first))])
    assert (desk.fresh(first).state, desk.fresh(line).open_minor) == ("paid", 5_240)
    assert reconciled(desk)["difference_minor"] == 0
    said("more_than_line", match_line, desk.ctx, line=line, invoices=[InvoicePart(desk.invoice(), 6_000)])
    post_line(desk.ctx, line=line, account=desk.account("payable"), text="Paid too much")
    assert desk.fresh(line).state == "matched"
    said("already_matched", post_line, desk.ctx, line=line, account=desk.account("payable"))
    assert desk.balances("receivable", "1299", "payable") == [17_380, 40_000, -5_240]


def test_fees_are_posted_without_tax_and_learnt(desk: Desk) -> None:
    cost = desk.account("cash_difference")
    fee = desk.line("-4.90", name="Bank", iban="", purpose="Entgelt Oktober")
    said("went_out", match_line, desk.ctx, line=fee, invoices=[InvoicePart(desk.invoice())])
    post_line(desk.ctx, line=fee, account=cost, remember=True)
    with scope(desk.company.pk):
        [entry] = entries_of(desk.ctx, ref(fee))
    assert (entry.text, desk.balances("1299", "cash_difference")) == ("Entgelt Oktober", [-490, 490])
    later = desk.line("-5.10", name="Bank", iban="", purpose="Entgelt November")
    [best] = proposed(desk, later)
    assert (best.percent, best.account) == (80, cost.pk)
    accept_proposals(desk.ctx, bank_account=desk.bank, at_least_percent=80)
    assert desk.fresh(later).state == "matched"
    assert desk.balance("cash_difference") == 1_000


def test_what_the_ledger_has_already_is_not_posted_twice(desk: Desk) -> None:
    with scope(desk.company.pk):
        invoice = desk.invoice()
        payment = desk.invoice()
    del payment
    from enfilade.back.billing.commands import take_transfer

    taken = take_transfer(desk.ctx, invoice=invoice, amount=17_380, on=desk.today, account=desk.bank.account)
    statement = reconciled
    line = desk.line("173.80", name="Somebody", iban="", purpose="x")
    assert statement(desk)["difference_minor"] == 0
    with scope(desk.company.pk):
        [entry] = entries_of(desk.ctx, ref(taken))
    best = proposed(desk, line)[0]
    assert (best.entry, best.percent) == (entry.pk, 90)
    match_entry(desk.ctx, line=line, entry=entry)
    assert desk.fresh(line).state == "matched"
    assert desk.balance("1299") == 17_380
    other = desk.line("173.80", name="Else", iban="", purpose="y")
    assert said("entry_matched", match_entry, desk.ctx, line=other, entry=entry).status == 409
    unmatch_line(desk.ctx, line=line, reason="The other one")
    match_entry(desk.ctx, line=other, entry=entry)
    assert desk.balance("1299") == 17_380
    assert reconciled(desk)["difference_minor"] == 0


def transfer(desk: Desk, amount: int, *, other: str = "cash") -> Entry:
    """An entry that the ledger has before the bank says anything: money that is moved onto the bank."""
    with scope(desk.company.pk):
        legs = [JournalLine(account_code="1299", debit=amount), JournalLine(account_code=desk.account(other).code, credit=amount)]
    return post_journal(desk.ctx, on=desk.today, text="Takings of a week", lines=legs)


def test_several_lines_are_one_entry(desk: Desk) -> None:
    entry = transfer(desk, 100_000)
    first, second, third = desk.moved(*(Move(desk.today, amount) for amount in ("600.00", "300.00", "150.00")))
    match_entry(desk.ctx, line=first, entry=entry)
    match_entry(desk.ctx, line=second, entry=entry)
    assert [(p.entry, p.percent) for p in proposed(desk, desk.line("100.00"))] == [(entry.pk, 90)]
    match_entry(desk.ctx, line=third, entry=entry)
    assert (desk.fresh(third).state, desk.fresh(third).open_minor) == ("part", 5_000)
    said("entry_matched", match_entry, desk.ctx, line=third, entry=entry)
    out = desk.line("-1.00")
    said("other_way", match_entry, desk.ctx, line=out, entry=entry)
    unmatch_line(desk.ctx, line=second, reason="Something else")
    match_entry(desk.ctx, line=third, entry=entry)
    assert desk.fresh(third).state == "matched"
    with scope(desk.company.pk):
        assert [f.code for f in verify_banking(desk.ctx)] == []


def test_many_lines_want_one_entry_at_once(desk: Desk) -> None:
    entry = transfer(desk, 10_000)
    lines = desk.moved(*(Move(desk.today, "40.00", purpose=str(n)) for n in range(6)))
    race(6, lambda i: match_entry(desk.ctx, line=lines[i], entry=entry))
    with scope(desk.company.pk):
        assert matched_of(desk.ctx, entry, desk.bank) <= 10_000
        assert [f.code for f in verify_banking(desk.ctx)] == []


def test_a_transfer_between_two_accounts_stands_in_both_statements(desk: Desk) -> None:
    desk.open_account("Savings", "DE02100100100006820101", "1298")
    with scope(desk.company.pk):
        legs = [JournalLine(account_code="1298", debit=5_000), JournalLine(account_code="1299", credit=5_000)]
    entry = post_journal(desk.ctx, on=desk.today, text="Put aside", lines=legs)
    out = desk.line("-50.00")
    data = camt("0.00", "50.00", [Move(desk.today, "50.00")], desk.today, account="DE02100100100006820101")
    taken = desk.take(data)
    with scope(desk.company.pk):
        came = StatementLine.objects.visible_to(desk.ctx).get(statement__bank_file=taken)
    for line in (out, came):
        match_entry(desk.ctx, line=line, entry=entry)
        assert desk.fresh(line).state == "matched"


def test_a_match_is_taken_back(desk: Desk) -> None:
    invoice = desk.invoice()
    line = desk.line("200.00")
    match_line(desk.ctx, line=line, invoices=[InvoicePart(invoice)])
    post_line(desk.ctx, line=line, account=desk.account("payable"))
    unmatch_line(desk.ctx, line=line, reason="Not hers")
    assert (desk.fresh(invoice).state, desk.fresh(line).state, desk.fresh(line).open_minor) == ("issued", "open", 20_000)
    assert desk.balances("receivable", "1299", "payable") == [17_380, 0, 0]
    assert reconciled(desk)["difference_minor"] == 0
    with scope(desk.company.pk):
        [payment] = Payment.objects.visible_to(desk.ctx)
    assert (payment.state, payment.refunded_minor) == ("void", 0)
    said("not_matched", unmatch_line, desk.ctx, line=line, reason="Again")
    match_line(desk.ctx, line=line, invoices=[InvoicePart(invoice)])
    assert desk.fresh(invoice).state == "paid"
    assert not verify_all(desk.ctx)


def test_a_statement_that_does_not_add_up_is_refused_with_the_difference(desk: Desk) -> None:
    with pytest.raises(Invalid) as no:
        desk.take(camt("10.00", "120.00", [Move(desk.today, "100.00")], desk.today))
    assert "10.00" in no.value.errors["file"][0]
    assert "is missing" in no.value.errors["file"][0]
    with pytest.raises(Invalid, match="There is no bank account"):
        desk.take(camt("0.00", "0.00", [], desk.today, account="DE02100100100006820101"))
    with pytest.raises(Invalid, match="Line 6, Amt: An amount in EUR has at most 2 decimals"):
        desk.take(camt("0.00", "1.00", [Move(desk.today, "1.005")], desk.today))
    with scope(desk.company.pk):
        assert [m.objects.visible_to(desk.ctx).count() for m in (BankFile, Statement, StatementLine)] == [0, 0, 0]
    taken = desk.take(camt("0.00", "0.00", [], desk.today))
    assert taken.remarks == "There was no movement."
    said("bank_file_known", desk.take, camt("0.00", "0.00", [], desk.today))


def test_overlapping_statements_bring_each_line_once_in_any_order(desk: Desk) -> None:
    days = [desk.today - timedelta(days=n) for n in (3, 2, 1, 0)]
    moves = [Move(days[0], "10.00"), Move(days[1], "5.00"), Move(days[1], "5.00"), Move(days[2], "-3.00"), Move(days[3], "7.00")]
    files = [
        camt("0.00", "20.00", moves[:3], days[1], number="1"),
        camt("10.00", "17.00", moves[1:4], days[2], number="2"),
        camt("17.00", "24.00", moves[4:], days[3], number="3"),
    ]
    orders = [(0, 1, 2), (2, 1, 0), (1, 0, 2)]
    seen = []
    for number, order in enumerate(orders):
        there = desk if not number else Desk()
        taken = [there.take(files[n]) for n in order]
        with scope(there.company.pk):
            rows = StatementLine.objects.visible_to(there.ctx).order_by("booked_on", "amount_minor", "fingerprint")
            seen.append(list(rows.values_list("booked_on", "amount_minor", "fingerprint")))
            result = reconciliation(there.ctx, bank_account=there.bank, on=there.today)
        assert sum(t.line_count for t in taken) == 5
        assert sum(t.known_count for t in taken) == 2
        assert (result["bank_minor"], result["difference_minor"], result["notes"]) == (2_400, 0, ["The difference is zero, as expected."])
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 5


def test_a_gap_is_reported_and_healed(desk: Desk) -> None:
    days = [desk.today - timedelta(days=n) for n in (3, 2, 1)]
    desk.take(camt("0.00", "10.00", [Move(days[0], "10.00")], days[0]))
    taken = desk.take(camt("15.00", "16.00", [Move(days[2], "1.00")], days[2]))
    assert "is missing: the balance moved by" in taken.remarks
    assert "5.00" in taken.remarks
    assert any("is missing" in note for note in reconciled(desk)["notes"])  # type: ignore[attr-defined]
    desk.take(camt("10.00", "15.00", [Move(days[1], "5.00")], days[1]))
    assert reconciled(desk)["notes"] == ["The difference is zero, as expected."]


def test_a_forgotten_opening_balance_is_the_difference(desk: Desk) -> None:
    desk.take(camt("50.00", "51.00", [Move(desk.today, "1.00")], desk.today))
    found = reconciled(desk)
    assert found["difference_minor"] == 5_000
    assert "Post the opening balance." in found["notes"][-1]  # type: ignore[index]


def test_two_people_match_the_same_line_or_invoice_at_once(desk: Desk) -> None:
    invoice = desk.invoice()
    lines = desk.moved(*(Move(desk.today, "173.80", purpose=str(n)) for n in range(4)))
    out = race(4, lambda i: match_line(desk.ctx, line=lines[i], invoices=[InvoicePart(invoice, 17_380)]))
    assert sorted(type(o).__name__ for o in out) == ["Refusal", "Refusal", "Refusal", "StatementLine"]
    assert {o.code for o in out if isinstance(o, Refusal)} == {"already_paid"}
    free = next(line for line in lines if desk.fresh(line).state == "open")
    out = race(4, lambda _: post_line(desk.ctx, line=free, account=desk.account("payable")))
    assert {o.code for o in out if isinstance(o, Refusal)} == {"already_matched"}
    assert sum(isinstance(o, StatementLine) for o in out) == 1
    assert desk.balances("1299", "payable") == [2 * 17_380, -17_380]
    data = camt("695.20", "696.20", [Move(desk.today, "1.00")], desk.today)
    files = [desk.keep(data) for _ in range(3)]
    out = race(3, lambda i: import_statement(desk.ctx, file=files[i]))
    assert sum(isinstance(o, BankFile) for o in out) == 1
    assert {o.code for o in out if isinstance(o, Refusal)} <= {"bank_file_known", "bank_file_once"}


def test_breaks_wait_with_somebody_and_get_older(desk: Desk) -> None:
    desk.line("12.00", on=desk.today - timedelta(days=9))
    with scope(desk.company.pk):
        found = breaks(desk.ctx, on=desk.today)
    assert [(r["owner"], r["lines"], r["age_0_minor"], r["age_1_minor"]) for r in found["rows"]] == [("Paul", 1, 0, 1_200)]


def test_the_wall_and_the_rights(desk: Desk) -> None:
    line = desk.line("12.00")
    with pytest.raises(NotAllowed):
        post_line(make_ctx(desk.company, "banking.view_statementline"), line=line, account=desk.account("payable"))
    stranger = Desk()
    with pytest.raises(Refusal):
        post_line(stranger.ctx, line=line.pk, account=stranger.account("payable"))
    assert stranger.take(camt("0.00", "1.00", [Move(desk.today, "1.00")], desk.today)).line_count == 1
    with scope(stranger.company.pk):
        assert [row.amount_minor for row in StatementLine.objects.visible_to(stranger.ctx)] == [100]


def test_an_account_at_a_bank_is_one_of_the_ledger_in_its_currency(desk: Desk) -> None:
    with scope(desk.company.pk):
        heading = Account.objects.visible_to(desk.ctx).filter(heading=True).first()
    given = {"name": "Dollars", "number": "US1", "currency": "EUR", "account": desk.bank.account_id, "owner": desk.ctx.user.pk}
    for code, wrong in (("bank_account_currency_iso", {"currency": "US1"}), ("bank_account_of_ledger", {"account": heading.pk})):
        with pytest.raises(Refusal) as no:
            run_raw(desk.ctx, "banking.add_bankaccount", given | wrong)
        assert no.value.code == code
    desk.line("12.00")
    with pytest.raises(Refusal) as no:
        run_raw(desk.ctx, "banking.change_bankaccount", {"bankaccount": desk.bank.pk, "number": "DE99"})
    assert no.value.code == "bank_account_fixed"
    assert run_raw(desk.ctx, "banking.change_bankaccount", {"bankaccount": desk.bank.pk, "name": "Old house bank"}).name == "Old house bank"


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        ("UPDATE banking_statementline SET amount_minor = 1", "bank_line_unchanged"),
        ("UPDATE banking_statementline SET purpose = 'x'", "bank_line_unchanged"),
        ("DELETE FROM banking_statementline", "bank_line_unchanged"),
        ("UPDATE banking_linematch SET amount_minor = amount_minor - 1", "match_unchanged"),
        ("DELETE FROM banking_linematch", "match_unchanged"),
        ("UPDATE banking_statement SET closing_minor = 5", ""),
        ("DELETE FROM banking_bankfile", ""),
    ],
)
def test_sql_changes_nothing_of_what_the_bank_said(desk: Desk, attack: str, constraint: str) -> None:
    line = desk.line("12.00")
    post_line(desk.ctx, line=line, account=desk.account("payable"))
    with scope(desk.company.pk), pytest.raises(DatabaseError) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert getattr(no.value.__cause__.diag, "constraint_name", "") in {constraint, None}  # type: ignore[union-attr]
    with scope(desk.company.pk), connection.cursor() as cursor:
        # What an UPDATE says of what is matched counts for nothing: the matches do.
        cursor.execute("UPDATE banking_statementline SET matched_minor = 0, state = 'open'")
    assert desk.fresh(line).state == "matched"
    with scope(desk.company.pk):
        assert Entry.objects.visible_to(desk.ctx).filter(origin=ref(line)).count() == 1


def test_the_page_shows_the_lines_and_accepts(desk: Desk, client: object) -> None:
    from enfilade.core.models import Membership

    assert Membership.objects.filter(user=desk.ctx.user).exists()
    client.force_login(desk.ctx.user)  # type: ignore[attr-defined]
    empty = client.get("/banking/reconcile/")  # type: ignore[attr-defined]
    assert "Every line of the bank is in the books" in empty.content.decode()
    invoice = desk.invoice()
    line = desk.line("173.80", purpose=f"{invoice.number} <script>alert(1)</script>".replace("<", "&lt;").replace(">", "&gt;"))
    page = client.get("/banking/reconcile/").content.decode()  # type: ignore[attr-defined]
    assert "The text names" in page
    assert "<script>alert(1)" not in page
    assert str(invoice.number) in page
    code = proposed(desk, line)[0].code
    answer = client.post(f"/banking/do/accept_proposal/{line.pk}/", {"proposal": code, "_key": "k-1"})  # type: ignore[attr-defined]
    assert answer.status_code in {200, 302, 303}
    assert desk.fresh(invoice).state == "paid"
    desk.line("5.00")
    for report in ("reconciliation", "breaks"):
        shown = client.get(f"/banking/reports/{report}/?bank_account={desk.bank.pk}")  # type: ignore[attr-defined]
        assert shown.status_code == 200
    assert client.get("/banking/reports/reconciliation/").status_code == 200  # type: ignore[attr-defined]


def test_the_page_asks_as_often_however_many_lines_are_left(desk: Desk, client: Any) -> None:
    """Lines of every kind: named invoices, words for a security, a deposit that may have gone back, and what nobody knows."""
    client.force_login(desk.ctx.user)

    def asked(many: int) -> int:
        moves = [Move(desk.today, f"{desk.invoice().open_minor / 100:.2f}", purpose="Thanks") for _ in range(many)]
        moves += [Move(desk.today, "750.00", name=str(desk.party), purpose=f"Kaution {n}") for n in range(many)]
        moves += [Move(desk.today, f"-{n + 1}.00", purpose=f"Returned {n}") for n in range(many)]
        moves += [Move(desk.today, f"{n + 1}.11", purpose="?") for n in range(many)]
        line = desk.moved(*moves)[0]
        address = f"/banking/reconcile/{line.pk}/"
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    assert asked(1) == asked(4)


def test_take_payment_still_goes_to_the_account_of_the_method(desk: Desk) -> None:
    take_payment(desk.ctx, invoice=desk.invoice(), method="transfer", amount=17_380)
    assert desk.balances("bank", "1299") == [17_380, 0]
    assert desk.bank.number == IBAN


def test_what_says_no_balance_goes_on_from_the_statement_before(desk: Desk) -> None:
    qif = b"!Type:Bank\nD2026-11-03\nT30.00\nPAda\n^\nD2026-11-04\nT-10.00\nPGrid\n^\n"
    with pytest.raises(Invalid) as no:
        desk.take(qif)
    assert no.value.errors["file"] == ["Line 1: This file does not name its account: say which one it is."]
    with pytest.raises(Invalid) as no:
        desk.take(qif, bank_account=desk.bank)
    assert "say what the account held after its last line" in no.value.errors["closing"][0]
    taken = desk.take(qif, bank_account=desk.bank, closing=12_000)
    assert "The opening balance was reckoned from the lines" in taken.remarks
    # The same two lines again and one more: only the new one moves the account.
    more = desk.take(qif + b"D2026-11-05\nT-5.00\nPFee\n^\n", bank_account=desk.bank)
    assert (more.line_count, more.known_count) == (1, 2)
    assert "nothing proves that no line is missing" in more.remarks
    with scope(desk.company.pk):
        rows = Statement.objects.visible_to(desk.ctx).order_by("pk").values_list("opening_minor", "moved_minor", "closing_minor", "proof")
        assert list(rows) == [(10_000, 2_000, 12_000, "closing"), (10_000, 1_500, 11_500, "lines")]


def test_a_layout_reads_what_usual_names_do_not(desk: Desk) -> None:
    data = b"when,out,in,held\n2026-11-03,,30.00,130.00\n2026-11-04,10.00,,120.00\n"
    with pytest.raises(Invalid) as no:
        desk.take(data, bank_account=desk.bank)
    assert "Describe them once under CSV layouts." in no.value.errors["file"][0]
    raw = {"name": "Card", "booked_on": "when", "debit": "out", "credit": "in", "balance": "held"}
    for wrong, sentence in (
        ({"debit": ""}, "A layout has a column of the day"),
        ({"amount": "in"}, "The amount stands in one column"),
        ({"credit": "out"}, "What went out and what came in stand in two columns."),
    ):
        with pytest.raises(Refusal) as refused:
            run_raw(desk.ctx, "banking.add_csvlayout", raw | wrong)
        assert sentence in str(refused.value)
    run_raw(desk.ctx, "banking.add_csvlayout", raw)
    desk.take(data, bank_account=desk.bank)
    with scope(desk.company.pk):
        statement = Statement.objects.visible_to(desk.ctx).get()
    assert (statement.opening_minor, statement.closing_minor, statement.proof) == (10_000, 12_000, "balances")


def test_a_month_is_closed_when_the_bank_has_told_all_of_it(desk: Desk) -> None:
    """An account on which nothing moved by the end of the month needs no statement; one that moved needs one that reaches its end."""
    with scope(desk.company.pk):
        period = Period.objects.visible_to(desk.ctx).get(starts_on__lte=desk.today, ends_on__gte=desk.today)

    def missing() -> list[int]:
        with scope(desk.company.pk):
            found = [statements_taken(desk.ctx, period), breaks_cleared(desk.ctx, period)]
        return [standing.open_count for standing in found if standing is not None]

    assert missing() == [0, 0]
    invoice = desk.invoice()
    line = desk.line("173.80", purpose=str(invoice.number))
    assert missing() == [0, 1]
    accept_proposal(desk.ctx, line=line, proposal=proposed(desk, line)[0].code)
    # Paid through the bank, which has told of the month up to today.
    assert missing() == [int(desk.today < period.ends_on), 0]
