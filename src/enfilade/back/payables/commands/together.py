"""Bills of one supplier that another module pays together."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.payables.models import SupplierPayment
from enfilade.base.books.models import Account
from enfilade.core.command import Input, Ref, Today, command, primary_key
from enfilade.core.context import Context, Refusal

from .common import lock_bills, one_supplier
from .matching import BillPart
from .paying import Part, pay


@command(permission="payables.pay_bill", label="Pay together", hidden=True, target="")
def pay_together(
    ctx: Context,
    *,
    bills: list[BillPart],
    on: Today,
    account: Ref[Account],
    cheque: Annotated[str, Input(label="Number of the cheque", max_length=30)],
) -> SupplierPayment:
    """Note that bills of one supplier were paid together by a cheque; the account of the bank is posted on the day of the cheque.

    account: of the ledger, on which the cheque is drawn.
    Refuses: nothing_given, several_suppliers, several_currencies, not_approved, too_much, before_bill, no_rate; settlement_not_in_run,
    bill_never_overpaid, entry_period_open (database).
    """
    if not bills:
        raise Refusal("nothing_given", "Name at least one bill.", field="bills")
    locked = lock_bills(ctx, {primary_key(part.bill) for part in bills}, "bills")
    supplier = one_supplier(locked.values(), "bills")
    parts = []
    for number, part in enumerate(bills):
        bill = locked[primary_key(part.bill)]
        amount = bill.open_minor if part.amount is None else part.amount
        if not part.discount < amount <= bill.open_minor:
            raise Refusal("too_much", f"This is more than is open of {bill}, or less than the discount.", field=f"bills[{number}].amount")
        parts.append(Part(bill, amount, part.discount))
    numbers = ", ".join(part.bill.supplier_number for part in parts)
    text = f"Cheque {cheque} to {supplier} for {numbers}"
    return pay(ctx, parts, on=on, method=SupplierPayment.Method.CHEQUE, place=account.code, text=text)
