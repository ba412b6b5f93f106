"""Patients of the demo company who pay otherwise: one is owed something herself, one left a cheque at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from enfilade.core.fields import to_major

from .demo_bills import approve

if TYPE_CHECKING:
    from .demo import Cast

# As the chart of the practice has it.
CLEANING = "4250"


def settle_otherwise(cast: Cast) -> None:
    """Two patients with open invoices and no mandate: the one cleans the windows of the practice, the other paid by a cheque."""
    taken = {hold.invoice_id for hold in cast.rows("dunning.hold")} | {
        part.invoice_id for part in cast.rows("direct_debits.collectionpart")
    }
    still = [row for row in cast.rows("billing.invoice") if row.kind == "invoice" and row.state == "issued" and row.pk not in taken]
    payers = {mandate.party_id for mandate in cast.rows("direct_debits.mandate")}
    owed = {row.party_id: row for row in still if row.party_id not in payers and row.due_on <= cast.owner.today}
    for (party, invoice), tell in zip(owed.items(), (_clean_windows, _leave_cheque), strict=False):
        tell(cast, party, invoice)


def _clean_windows(cast: Cast, party: int, _invoice: Any) -> None:
    """Her bill is due today, as is her own treatment: both can be set off on her page."""
    day = cast.owner.today - timedelta(days=8)
    account = next(row.pk for row in cast.rows("books.account") if row.code == CLEANING)
    line = {"account": account, "gross": "85.00", "tax_category": "E", "description": "Windows cleaned"}
    at = cast.at(day, 9, 30)
    days = {"billed_on": day, "due_on": cast.owner.today}
    approve(cast, cast.do("books", at, "payables.enter_bill", supplier=party, number="GR-2026-4", lines=[line], **days), at)


def _leave_cheque(cast: Cast, party: int, invoice: Any) -> None:
    """It waits to be taken to the bank."""
    at = cast.owner.now - timedelta(hours=2)
    amount = str(to_major(invoice.open_minor, invoice.currency))
    told = {"party": party, "invoice": invoice.pk, "amount": amount, "bank": "Sparkasse", "number": "0004711"}
    cast.do("books", at, "cheques.receive_cheque", on=at.date(), **told)
