"""A company that can bill: books founded, taxes known, two items, one customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import add_charge, draft_invoice, issue_invoice, open_drawer
from enfilade.back.billing.models import Charge, DrawerSession, Invoice, InvoiceLine, Payment
from enfilade.back.ledger.commands import found_ledger, open_year
from enfilade.back.ledger.queries import balance_of
from enfilade.back.tax.commands import load_tax_codes
from enfilade.base.books.models import Entry
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.models import AuditEntry, EventEntry
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

COUNTED = (Charge, Invoice, InvoiceLine, Payment, DrawerSession, Entry, AuditEntry, EventEntry)


class Shop:
    """Everything a bill needs. check: 150.00, exempt; brush: 10.00, standard rate (19 %). company: its fields, such as a currency."""

    def __init__(self, **company: Any) -> None:
        self.company = make_company(**company)
        self.ctx = make_ctx(self.company, "*", role="owner", name="Paul")
        found_ledger(self.ctx)
        open_year(self.ctx, year=self.ctx.today.year)
        load_tax_codes(self.ctx)
        self.party: Party = run_raw(self.ctx, "party.add_party", {"kind": "person", "given_name": "Ada", "family_name": "Lindqvist"})
        self.check: Item = self.item("CHECK", "Check-up", "150.00", "exempt")
        self.brush: Item = self.item("BRUSH", "Toothbrush", "10.00", "standard")

    def item(self, code: str, name: str, price: str, tax_class: str) -> Item:
        """Something to sell."""
        return run_raw(self.ctx, "item.add_item", {"code": code, "name": name, "price": price, "tax_class": tax_class})

    def charge(self, item: Item | None = None, **more: Any) -> Charge:
        """Something done for the customer."""
        return add_charge(self.ctx, party=self.party, item=item or self.check, **more)

    def draft(self, *lines: Line, **more: Any) -> Invoice:
        """A draft; by default a check-up and two brushes: 170.00 net, 3.80 tax."""
        chosen = list(lines) or [Line(self.check), Line(self.brush, quantity=Decimal(2))]
        return draft_invoice(self.ctx, party=self.party, lines=chosen, **more)

    def invoice(self, *lines: Line) -> Invoice:
        """An issued invoice; by default over 173.80."""
        return issue_invoice(self.ctx, invoice=self.draft(*lines), on=self.ctx.today)

    def drawer(self, float_minor: int = 20_000, name: str = "Front desk", ctx: Any = None) -> DrawerSession:
        """An open drawer."""
        return open_drawer(ctx or self.ctx, drawer=name, float_amount=float_minor)

    def balance(self, purpose: str) -> int:
        """Balance of an account today; debit positive."""
        with scope(self.company.pk):
            return balance_of(self.ctx, purpose, self.ctx.today)

    def balances(self, *purposes: str) -> list[int]:
        """Several."""
        return [self.balance(p) for p in purposes]

    def fresh(self, row: Any) -> Any:
        """A row as the database has it."""
        with scope(self.company.pk):
            return type(row).objects.visible_to(self.ctx).get(pk=row.pk)

    def rows(self) -> list[int]:
        """How many rows of everything there are: equal before and after a refusal."""
        with scope(self.company.pk):
            return [model.objects.visible_to(self.ctx).count() for model in COUNTED]
