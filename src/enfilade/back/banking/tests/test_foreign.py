"""Bank accounts in a foreign currency: their statements, what pays which invoice, what is posted, taken back and proved."""

from __future__ import annotations

from decimal import Decimal

import pytest

from enfilade.back.banking.commands import InvoicePart, accept_proposal, keep_line, match_entry, match_line, post_line, unmatch_line
from enfilade.back.banking.models import BankAccount, StatementLine
from enfilade.back.banking.queries import proposals_for
from enfilade.back.banking.reports import reconciliation
from enfilade.back.banking.verify import verify_banking
from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice, issue_invoice
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import on_account
from enfilade.back.ledger.commands import JournalLine, post_journal
from enfilade.back.ledger.queries import holdings_on, ledger_book
from enfilade.back.ledger.verify import verify_ledger
from enfilade.base.books.queries import totals_on
from enfilade.base.money.models import Rate
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .desk import OTHER, Desk, Move, camt

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "US00DOLLARS"


class DollarDesk(Desk):
    """A desk with an account in dollars beside the one in euros; one euro is 1.25 dollars."""

    def __init__(self) -> None:
        super().__init__()
        self.dollars: BankAccount = self.open_account("Dollars", NUMBER, "1298", "USD")
        self.quote("1.25")

    def quote(self, value: str) -> None:
        """What one euro is worth from today on."""
        with scope(self.company.pk):
            Rate.objects.all().delete()
            Rate.objects.create(company=self.company, base="EUR", quote="USD", on=self.today, rate=Decimal(value))

    def dollar_line(self, amount: str, purpose: str = "") -> StatementLine:
        """The line of a statement of the account in dollars."""
        data = camt("0.00", amount, [Move(self.today, amount, purpose=purpose)], self.today, account=NUMBER, currency="USD")
        taken = self.take(data)
        with scope(self.company.pk):
            return StatementLine.objects.visible_to(self.ctx).select_related("bank_account__account").get(statement__bank_file=taken)

    def held(self) -> dict[str, tuple[int, int]]:
        """What accounts hold in dollars, and what the books say it is worth."""
        with scope(self.company.pk):
            return {h.code: (h.quantity_minor, h.book_minor) for h in holdings_on(self.ctx, self.today)}

    def euros(self, code: str) -> int:
        """The balance of an account in euros."""
        with scope(self.company.pk):
            book = ledger_book(self.ctx)
            [account] = book.accounts.filter(code=code)
            return sum(t.balance_minor for t in totals_on(self.ctx, book, self.today, [account.pk]) if t.unit == "EUR")

    def prove(self) -> None:
        """Bank and books agree."""
        with scope(self.company.pk):
            assert [*verify_banking(self.ctx), *verify_ledger(self.ctx)] == []


@pytest.fixture
def desk() -> DollarDesk:
    """Two accounts at banks."""
    return DollarDesk()


def test_what_is_owed_in_dollars_is_paid_and_the_difference_is_realised(desk: DollarDesk) -> None:
    """Given 100 dollars owed for 80 euros, when they come at 1.00, entered by hand, then the line is that entry and 20 are gained."""
    owed = [JournalLine("1200", debit=10_000, currency="USD"), JournalLine("4000", credit=10_000, currency="USD")]
    post_journal(desk.ctx, on=desk.today, text="Sold", lines=owed)
    desk.quote("1.00")
    paid = [
        JournalLine("1298", debit=10_000, currency="USD"),
        JournalLine("1200", credit=10_000, currency="USD", rate=Decimal("1.25")),
        JournalLine("4700", credit=2_000),
    ]
    entry = post_journal(desk.ctx, on=desk.today, text="Paid", lines=paid)
    line = desk.dollar_line("100.00")
    with scope(desk.company.pk):
        [proposal] = [p for p in proposals_for(desk.ctx, [line])[line.pk] if p.entry == entry.pk]
    accept_proposal(desk.ctx, line=line, proposal=proposal.code)
    assert desk.held() == {"1298": (10_000, 10_000)}
    assert desk.euros("4700") == -2_000
    with scope(desk.company.pk):
        report = reconciliation(desk.ctx, bank_account=desk.dollars, on=desk.today)
    assert report["difference_minor"] == 0
    assert {row["unit"] for row in report["rows"]} == {"USD"}
    desk.prove()


def test_dollars_pay_no_invoice_that_is_kept_in_euros(desk: DollarDesk) -> None:
    """Neither proposed nor matched; kept on account as dollars they are."""
    invoice = desk.invoice()
    line = desk.dollar_line("173.80", str(invoice.number))
    with scope(desk.company.pk):
        assert not [p for p in proposals_for(desk.ctx, [line])[line.pk] if p.invoices]
    with pytest.raises(Refusal) as no:
        match_line(desk.ctx, line=line, invoices=[InvoicePart(invoice)])
    assert no.value.code == "other_currency"
    keep_line(desk.ctx, line=line, party=desk.party)
    with scope(desk.company.pk):
        [kept] = on_account(desk.ctx, desk.party)
    assert (kept.currency, kept.rest_minor) == ("USD", 17_380)
    desk.prove()


def dollar_invoice(desk: DollarDesk) -> Invoice:
    """100 dollars without tax, at 1.25: 80 euros."""
    line = InvoiceLineIn(description="Advice", unit_price=10_000, tax_class="exempt")
    return issue_invoice(desk.ctx, invoice=draft_invoice(desk.ctx, party=desk.party, lines=[line], currency="USD"), on=desk.today)


def test_dollars_pay_an_invoice_in_dollars_and_are_taken_back(desk: DollarDesk) -> None:
    """Proposed, accepted, the difference realised; taken back, all is as it was."""
    invoice = dollar_invoice(desk)
    desk.quote("1.00")
    line = desk.dollar_line("100.00", str(invoice.number))
    with scope(desk.company.pk):
        [proposal] = [p for p in proposals_for(desk.ctx, [line])[line.pk] if p.invoices]
    accept_proposal(desk.ctx, line=line, proposal=proposal.code)
    assert desk.held() == {"1298": (10_000, 10_000)}
    assert desk.euros("4700") == -2_000
    desk.prove()
    unmatch_line(desk.ctx, line=desk.fresh(line), reason="Wrong")
    assert desk.euros("4700") == 0
    assert desk.fresh(invoice).open_worth_minor == 8_000
    desk.prove()


def test_euros_pay_an_invoice_in_dollars(desk: DollarDesk) -> None:
    """60 euros for 70 dollars of it, then 21 for the rest: a gain of a euro."""
    invoice = dollar_invoice(desk)
    first, second = desk.line("60.00"), desk.line("21.00")
    match_line(desk.ctx, line=first, invoices=[InvoicePart(invoice, of_invoice=7_000)])
    match_line(desk.ctx, line=second, invoices=[InvoicePart(desk.fresh(invoice))])
    assert (desk.fresh(invoice).state, desk.euros("4700") + desk.euros("6950"), desk.held()) == ("paid", -100, {})
    with pytest.raises(Refusal) as no:
        match_line(desk.ctx, line=desk.line("5.00"), invoices=[InvoicePart(desk.invoice(), of_invoice=500)])
    assert no.value.code == "no_currency"
    desk.prove()


def test_what_is_no_invoice_is_posted_at_its_worth(desk: DollarDesk) -> None:
    fee, stranger = desk.dollar_line("-10.00"), desk.account("other_income")
    post_line(desk.ctx, line=fee, account=desk.account("bank_fee"), amount=-500)
    post_line(desk.ctx, line=desk.fresh(fee), account=desk.account("bank_fee"), worth=-450)
    assert desk.held() == {"1298": (-1_000, -850)}
    assert desk.euros("6900") == 850
    for line, account, worth, code in (
        (desk.line("5.00"), stranger, 500, "no_currency"),
        (desk.line("6.00"), desk.dollars.account, None, "other_currency"),
    ):
        with pytest.raises(Refusal) as no:
            post_line(desk.ctx, line=line, account=account, worth=worth)
        assert no.value.code == code
    unmatch_line(desk.ctx, line=desk.fresh(fee), reason="Wrong")
    assert desk.held() == {}
    desk.prove()


def test_an_entry_is_matched_in_the_currency_of_the_bank(desk: DollarDesk) -> None:
    """What was posted by hand in dollars is the line; its worth in euros is not."""
    journal = [JournalLine("1298", credit=4_000, currency="USD"), JournalLine("6900", debit=4_000, currency="USD")]
    entry = post_journal(desk.ctx, on=desk.today, text="Fee", lines=journal)
    line = desk.dollar_line("-40.00")
    with scope(desk.company.pk):
        assert [p.entry for p in proposals_for(desk.ctx, [line])[line.pk]] == [entry.pk]
    match_entry(desk.ctx, line=line, entry=entry)
    assert desk.fresh(line).state == "matched"
    desk.prove()
    own = desk.open_account("Dollars too", OTHER, "1297", "USD")
    post_line(desk.ctx, line=desk.dollar_line("-40.00", "again"), account=own.account)
    assert desk.held() == {"1297": (4_000, 3_200), "1298": (-8_000, -6_400)}
