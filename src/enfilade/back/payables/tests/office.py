"""A company with suppliers: the desk of banking, two people who may pay, a laboratory with a confirmed account, and its bills."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from enfilade.back.banking.tests.desk import Desk, Move
from enfilade.back.payables.commands import BillLineIn as Line
from enfilade.back.payables.commands import approve_bill, confirm_account, enter_account, enter_bill, make_run, mark_sent, release_run
from enfilade.back.payables.models import Bill, PaymentOrder, PaymentRun, SupplierAccount
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

LAB_IBAN, LANDLORD_IBAN = "DE02120300000000202051", "DE02500105170137075030"


class Office(Desk):
    """`ctx` enters and makes runs, `boss` confirms and releases. Everything happens today."""

    def __init__(self, **company: Any) -> None:
        super().__init__(**company)
        self.boss = make_ctx(self.company, "*", role="boss", name="Berta")
        self.lab = self.supplier("Dentallabor Süd")
        self.landlord = self.supplier("Hausverwaltung Nord")
        self.goods, self.rent = self.account("goods"), self.account("rent")

    def supplier(self, name: str) -> Party:
        """Somebody who sends us bills."""
        return run_raw(self.ctx, "party.add_party", {"kind": "organisation", "name": name, "role": "supplier"})

    def known(self, supplier: Party, iban: str) -> SupplierAccount:
        """An account of a supplier that a second person confirmed."""
        return confirm_account(self.boss, account=enter_account(self.ctx, supplier=supplier, iban=iban), evidence="Called them.")

    def bill(self, number: str = "R-1", gross: int = 11_900, *, supplier: Party | None = None, lines: Any = None, **more: Any) -> Bill:
        """A bill of the laboratory that waits for approval: 100.00 and 19 % for goods, if nothing else is said."""
        wanted = lines or [Line(account=self.goods, gross=gross)]
        inputs = {"billed_on": self.today, "although_similar": True, **more}
        return enter_bill(replace(self.ctx, key=""), supplier=supplier or self.lab, number=number, lines=wanted, **inputs)

    def approved(self, number: str = "R-1", gross: int = 11_900, **more: Any) -> Bill:
        """The same, approved and posted."""
        return approve_bill(self.ctx, bill=self.bill(number, gross, **more), on=self.today)

    def run(self, *bills: Bill, **more: Any) -> PaymentRun:
        """A run over these bills that waits for its release."""
        inputs = {"bank_account": self.bank, "pay_on": self.today, "bills": list(bills), **more}
        return make_run(self.ctx, **inputs)

    def sent(self, *bills: Bill) -> PaymentRun:
        """A run that was released and went to the bank."""
        return mark_sent(self.ctx, run=release_run(self.boss, run=self.run(*bills)))

    def orders(self, run: PaymentRun) -> list[PaymentOrder]:
        """The transfers of a run."""
        with scope(self.company.pk):
            return list(PaymentOrder.objects.visible_to(self.ctx).filter(run=run).select_related("supplier_account").order_by("pk"))

    def paid_at_bank(self, order: PaymentOrder, **more: Any) -> Any:
        """The line of a statement with which the bank says that it paid a transfer."""
        inputs = {"name": order.holder, "reference": order.end_to_end, "iban": LAB_IBAN, **more}
        return self.moved(Move(self.today, f"-{order.amount_minor / 100:.2f}", **inputs))[0]

    def days(self, number: int) -> Any:
        """So many days from today."""
        return self.today + timedelta(days=number)
