"""Patients of the demo company who let it collect: their mandates, and a run that waits for its payers to be told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .demo import Cast

# The identifier and the accounts are those that the German central bank and banks show as examples.
CREDITOR = "DE98ZZZ09999999999"
IBANS = ("DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402", "DE02300209000106531065")


def collect(cast: Cast) -> None:
    """Four patients with open invoices were asked for a mandate; the last one has not signed yet. What the others owe is in a run."""
    now = cast.owner.now
    asked = now - timedelta(days=20)
    cast.do("owner", asked, "direct_debits.set_creditor", identifier=CREDITOR, return_fee="4.00")
    disputed = {hold.invoice_id for hold in cast.rows("dunning.hold")}
    owed = [row for row in cast.rows("billing.invoice") if row.kind == "invoice" and row.state in {"issued", "part_paid"}]
    payers = list(dict.fromkeys(row.party_id for row in owed if row.pk not in disputed))[: len(IBANS)]
    made = [
        cast.do("books", asked, "direct_debits.prepare_mandate", party=party, iban=iban) for party, iban in zip(payers, IBANS, strict=False)
    ]
    for mandate in made[:-1]:
        cast.do("books", asked + timedelta(days=3), "direct_debits.sign_mandate", mandate=mandate.pk, on=(asked + timedelta(days=2)).date())
    bank = cast.rows("banking.bankaccount")[0]
    if len(made) > 1:
        at = now - timedelta(minutes=30)
        cast.do("books", at, "direct_debits.make_run", bank_account=bank.pk, due_by=(now + timedelta(days=60)).date())
