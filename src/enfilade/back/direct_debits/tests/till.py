"""A company that collects: the desk of banking, two people, a creditor identifier, and customers with mandates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from enfilade.back.banking.models import StatementLine
from enfilade.back.banking.tests.desk import Desk, Move
from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import draft_invoice, issue_invoice
from enfilade.back.billing.models import Invoice
from enfilade.back.direct_debits.commands import (
    make_run,
    mark_sent,
    note_told,
    prepare_mandate,
    release_run,
    set_creditor,
    sign_mandate,
)
from enfilade.back.direct_debits.models import Collection, CollectionRun, Mandate
from enfilade.back.ledger.commands import open_year
from enfilade.back.ledger.queries import balance_of
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.files import open_file
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

CREDITOR = "DE98ZZZ09999999999"
ADA, BEN = "DE02120300000000202051", "DE02500105170137075030"


class Till(Desk):
    """`ctx` prepares and makes runs, `boss` releases. Days pass by `after`; next year is open too."""

    def __init__(self) -> None:
        super().__init__()
        open_year(self.ctx, year=self.today.year + 1)
        self.boss = make_ctx(self.company, "*", role="boss", name="Berta")
        self.creditor = set_creditor(self.ctx, identifier=CREDITOR)
        self.ben: Party = run_raw(self.ctx, "party.add_party", {"kind": "organisation", "name": "Ben Großhandel"})

    def after(self, days: int, who: Context | None = None) -> Context:
        """Somebody, some days later."""
        who = who or self.ctx
        return replace(who, now=who.now + timedelta(days=days), key="")

    def mandate(self, party: Party | None = None, iban: str = ADA, **more: Any) -> Mandate:
        """A mandate that was signed today."""
        made = prepare_mandate(replace(self.ctx, key=""), party=party or self.party, iban=iban, **more)
        return sign_mandate(self.ctx, mandate=made, on=self.today)

    def invoice_of(self, party: Party) -> Invoice:
        """An issued invoice of a customer over 173.80."""
        lines = [Line(self.check), Line(self.brush, quantity=Decimal(2))]
        return issue_invoice(self.ctx, invoice=draft_invoice(replace(self.ctx, key=""), party=party, lines=lines), on=self.today)

    def run(self, *invoices: Invoice, who: Context | None = None, **more: Any) -> CollectionRun:
        """A run over these invoices that waits for its release."""
        return make_run(who or self.ctx, **{"bank_account": self.bank, "invoices": list(invoices), **more})

    def told(self, run: CollectionRun) -> CollectionRun:
        """The same run, its payers told on paper today."""
        for one in self.collections(run):
            note_told(self.ctx, collection=one, how="letter", on=self.today)
        return self.fresh(run)

    def sent(self, *invoices: Invoice, **more: Any) -> CollectionRun:
        """A run that was released and went to the bank."""
        return mark_sent(self.ctx, run=release_run(self.boss, run=self.told(self.run(*invoices, **more))))

    def collections(self, run: CollectionRun) -> list[Collection]:
        """The collections of a run."""
        with scope(self.company.pk):
            rows = Collection.objects.visible_to(self.ctx).filter(run=run)
            return list(rows.select_related("mandate", "party", "payment").order_by("pk"))

    def file(self, run: CollectionRun) -> ET.Element:
        """What goes to the bank."""
        with scope(self.company.pk), open_file(run.file) as content:
            return ET.fromstring(content.read())  # noqa: S314 - written by us

    def booked(self, amount: str, on: date, **more: Any) -> StatementLine:
        """A line of the bank on a day."""
        self.today, today = on, self.today
        try:
            return self.moved(Move(on, amount, **more))[0]
        finally:
            self.today = today

    def owed(self, on: date) -> int:
        """What customers owe in the ledger at the end of a day."""
        with scope(self.company.pk):
            return balance_of(self.ctx, "receivable", on)
