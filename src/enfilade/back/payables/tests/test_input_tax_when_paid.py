"""Input tax of a company that deducts it when it pays: by the bank, by a set-off, by a credit note; and not before."""

from __future__ import annotations

import pytest

from enfilade.back.payables.commands import BillLineIn as Line
from enfilade.back.payables.commands import pay_bill, reverse_payment, set_off, undo_set_off
from enfilade.back.tax.parts import taxed_parts
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .office import Office
from .test_setting_off import Both

pytestmark = pytest.mark.django_db(transaction=True)


def taxed(office: Office, deduction: str = "paid", basis: str = "cash") -> None:
    """From this year on, taxed so."""
    said = {"valid_from": f"{office.today.year}-01-01", "basis": basis, "interval": "month", "deduction": deduction}
    run_raw(office.ctx, "tax.add_taxsetting", said)


def deducted(office: Office) -> list[tuple[int, int]]:
    """Base and deducted tax of today's purchases, as a return that goes by payments has them."""
    with scope(office.company.pk, read_only=True):
        parts = taxed_parts(office.ctx, office.today, office.today, cash=True)
    return [(part.base_minor, part.deducted_minor) for part in parts if not part.sale]


def test_a_bill_that_is_set_off_is_paid_on_that_day(office: Office) -> None:
    """119.00 of hers, 50.00 of it set off: 42.02 and 7.98; the set-off undone takes it back; what is paid then sums to 100.00 and 19.00."""
    taxed(office)
    both = Both(office)
    bill = office.approved("A-9", 11_900, supplier=office.party, due_on=office.today, lines=[Line(account=office.goods, gross=11_900)])
    assert deducted(office) == []
    made = set_off(both.ctx, party=both.party, on=office.today, amount=5_000, bills=[bill])
    assert deducted(office) == [(4_202, 798)]
    undo_set_off(both.ctx, set_off=made, on=office.today, reason="They do not agree.")
    assert sum(tax for _, tax in deducted(office)) == 0
    payment = pay_bill(office.ctx, bill=bill, amount=5_000, method="card", on=office.today)
    pay_bill(office.ctx, bill=bill, amount=6_900, method="card", on=office.today)
    assert tuple(map(sum, zip(*deducted(office), strict=True))) == (10_000, 1_900)
    reverse_payment(office.ctx, payment=payment, on=office.today, reason="Bounced.")
    assert tuple(map(sum, zip(*deducted(office), strict=True))) == (5_798, 1_102)


def test_where_it_is_deducted_when_billed_payments_add_nothing(office: Office) -> None:
    """The German way: 19.00 on the day of the posting, also where tax is owed when it is paid."""
    taxed(office, "billed")
    bill = office.approved()
    pay_bill(office.ctx, bill=bill, amount=11_900, method="card", on=office.today)
    assert deducted(office) == [(10_000, 1_900)]


def test_it_needs_that_tax_is_owed_when_it_is_paid(office: Office) -> None:
    with pytest.raises(Refusal) as no:
        taxed(office, basis="accrual")
    assert no.value.code == "tax_deduction_fits_basis"
