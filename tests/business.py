"""A small company in Germany with customers and suppliers whose documents lie in a year that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice, issue_invoice, take_payment
from enfilade.back.billing.models import Invoice, Payment
from enfilade.back.ledger.commands import found_ledger
from enfilade.back.ledger.queries import balance_of
from enfilade.back.payables.commands import BillLineIn, approve_bill, enter_bill
from enfilade.back.payables.models import Bill
from enfilade.back.tax.commands import load_tax_codes
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

YEAR = 2025
AFTER = datetime(YEAR + 1, 6, 15, 9, tzinfo=UTC)


class Business:
    """`ctx` acts in June of the year after; every command takes its own accounting date."""

    def __init__(self, chart: str = "skr03", currency: str = "EUR") -> None:
        self.company = make_company(currency=currency)
        self.ctx: Context = replace(make_ctx(self.company, "*", role="owner", name="Paul"), now=AFTER)
        found_ledger(self.ctx, chart=chart, year=YEAR)
        run_raw(self.ctx, "ledger.open_year", {"year": YEAR + 1})
        load_tax_codes(self.ctx)
        self.customer = self.party("Kunde Nord GmbH", "customer", "")
        self.supplier = self.party("Lieferant Süd AG", "supplier", "")
        self.abroad = self.party("Fournisseur SARL", "supplier", "FR40303265045")
        self.numbers = 0

    def party(self, name: str, role: str, tax_number: str) -> Party:
        """Somebody to deal with."""
        return run_raw(self.ctx, "party.add_party", {"kind": "organisation", "name": name, "role": role, "tax_number": tax_number})

    def at(self, on: date) -> Context:
        """The caller on a day."""
        return replace(self.ctx, now=datetime(on.year, on.month, on.day, 10, tzinfo=UTC), key="")

    def sale(self, on: date, net_minor: int, tax_class: str = "standard") -> Invoice:
        """An issued invoice over one line."""
        line = InvoiceLineIn(description="Work", unit_price=net_minor, quantity=Decimal(1), tax_class=tax_class)
        ctx = self.at(on)
        return issue_invoice(ctx, invoice=draft_invoice(ctx, party=self.customer, lines=[line], on=on), on=on)

    def receipt(self, invoice: Invoice, on: date, amount_minor: int) -> Payment:
        """A transfer of the customer."""
        return take_payment(self.at(on), invoice=invoice, amount=amount_minor, method="transfer", on=on)

    def bill(self, on: date, net_minor: int, *, purpose: str = "services", supplier: Party | None = None, **tax: Any) -> Bill:
        """An approved bill over one line; at the standard rate if nothing else is said."""
        self.numbers += 1
        with scope(self.company.pk):
            account = self.account(purpose)
        line = BillLineIn(account=account, net=net_minor, **(tax or {"tax_class": "standard"}))
        ctx = self.at(on)
        made = enter_bill(
            ctx, supplier=supplier or self.supplier, number=f"R-{self.numbers}", billed_on=on, lines=[line], although_similar=True
        )
        return approve_bill(ctx, bill=made, on=on)

    def account(self, purpose: str) -> Any:
        """An account by its purpose."""
        from enfilade.back.ledger.queries import places_of
        from enfilade.base.books.models import Account

        return Account.objects.visible_to(self.ctx).get(pk=places_of(self.ctx, [purpose])[purpose].account_id)

    def balance(self, purpose: str, on: date = date(YEAR + 1, 12, 31)) -> int:
        """Balance of an account; debit positive."""
        with scope(self.company.pk):
            return balance_of(self.ctx, purpose, on)
