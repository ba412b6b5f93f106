"""How a bill is entered by people, and what its page, a supplier's and a run's say beside their facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from enfilade.back.billing.queries import settled_by
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import dialog, flow, panel
from enfilade.core.resource.hooks import Step

from .commands import enter_bill
from .models import Bill, PaymentRun, SetOff, SupplierPayment
from .queries import bills_of, order_of, owed_both_ways, settlements_of, standing_of
from .withheld import ENDS_SOON_DAYS, kept_back, labour_only, of_year, under_withholding, withheld_of, withholding_of

_FIRST = ("supplier", "number", "billed_on", "total", "file")
_COLUMNS = ("account", "gross", "net", "tax_class", "description")


@dialog(enter_bill, template="payables/enter_bill_body.html")
def enter_bill_form(ctx: Context, _values: dict[str, Any]) -> dict[str, Any]:
    """Who wants how much, and what for; the rest is folded. What is material is asked where something is withheld of labour only."""
    return {"first": _FIRST, "columns": (*_COLUMNS, "material") if labour_only(ctx) else _COLUMNS}


@panel(on=Bill, title="Paid and credited", permission="payables.view_bill", template="payables/panel_settlements.html", icon="banknote")
def what_settled(ctx: Context, bill: Bill) -> dict[str, Any] | None:
    """What settled a bill, or what a credit note was used for."""
    found = settlements_of(ctx, bill)
    return {"settlements": found, "own": bill.pk} if found else None


@panel(on=Party, title="Bills", permission="payables.view_bill", template="payables/panel_bills.html", icon="file-input")
def bills_of_supplier(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last bills of a supplier, and what is open of all."""
    bills, open_minor = bills_of(ctx, party)
    return {"bills": bills, "open_minor": open_minor, "currency": ctx.company.currency, "party": party} if bills else None


@panel(on=Party, title="Owed both ways", permission="payables.view_bill", template="payables/panel_both_ways.html", icon="scale")
def owed_on_both_sides(ctx: Context, party: Party) -> dict[str, Any] | None:
    """What a party that is a customer and a supplier owes us, and what we owe her."""
    found = owed_both_ways(ctx, party) if ctx.may("billing.view_invoice") else []
    return {"rows": found, "party": party, "may_set_off": ctx.may("payables.set_off")} if found else None


@panel(on=SetOff, title="What was set off", permission="payables.view_setoff", template="payables/panel_set_off.html", icon="scale")
def what_was_set_off(ctx: Context, set_off: SetOff) -> dict[str, Any]:
    """The invoices and the bills, as long as it stands."""
    return {"invoices": settled_by(ctx, set_off.received), "bills": standing_of(ctx, set_off.paid), "currency": set_off.currency}


@panel(on=Bill, title="For the tax office", permission="payables.view_bill", template="payables/panel_withholding.html", icon="hand-coins")
def withheld_of_bill(ctx: Context, bill: Bill) -> dict[str, Any] | None:
    """What of a bill goes to the tax office, and why."""
    said = withholding_of(ctx, bill)
    if said is None or bill.state == Bill.State.VOID:
        return None
    now = withheld_of(ctx, [bill.pk]).get(bill.pk)
    return {
        "said": said,
        "rate": said.rate_percent.normalize(),
        "kept_minor": now.withheld_minor if now is not None else 0,
        "pays_minor": bill.open_minor - now.of(bill.open_minor) if now is not None else bill.open_minor,
        "bill": bill,
        "year": of_year(ctx, said),
        "own": ctx.company.currency,
    }


@panel(on=Party, title="Withholding", permission="payables.view_bill", template="payables/panel_under_withholding.html", icon="hand-coins")
def withheld_from_supplier(ctx: Context, party: Party) -> dict[str, Any] | None:
    """Under which withholding a supplier is, and what exempts her; a certificate that is over, or soon will be, is spoken of."""
    rules, certificates = under_withholding(ctx, party)
    if not rules and not certificates:
        return None
    last = max((one.valid_until for one in certificates), default=None)
    ends = None if last is None or last > ctx.today + timedelta(days=ENDS_SOON_DAYS) else last
    year = ctx.today.replace(month=1, day=1)
    return {
        "rules": rules, "certificates": certificates, "today": ctx.today, "ends": ends, "over": ends is not None and ends < ctx.today,
        "party": party, "year": year, "may_add": ctx.may("payables.add_withholdingcertificate"),
        "kept": bool(kept_back(ctx, from_on=year, to_on=ctx.today, supplier=party)),
    }  # fmt: skip


@panel(on=SupplierPayment, title="Print", permission="payables.view_bill", template="billing/panel_papers.html", icon="printer")
def papers_of_payment(ctx: Context, payment: SupplierPayment) -> dict[str, Any] | None:
    """What a supplier is told of the tax that was withheld from her."""
    if payment.state != SupplierPayment.State.PAID or not kept_back(ctx, payment=payment):
        return None
    url = f"/payables/payments-to-suppliers/{payment.pk}/withheld/"
    return {"papers": [{"url": url, "label": "Certificate of tax withheld (PDF)", "note": ""}]}


@flow(on=Bill)
def way_of_a_bill(ctx: Context, bill: Bill) -> list[Step]:
    """Entered, approved, in a run, paid."""
    if bill.state == Bill.State.VOID:
        return []
    order = order_of(ctx, bill)
    paid = bill.state == Bill.State.PAID
    return [
        Step("Entered", "back", "done", who=str(bill.entered_by), since=bill.entered_at),
        Step("Approved", "back", "done" if bill.number else "now", who=str(bill.approved_by or ""), since=bill.approved_at),
        Step(
            "In a payment run",
            "back",
            "done" if paid else "now" if order is not None else "todo",
            note=str(order.run) if order is not None else "",
            url=f"/payables/payment-runs/{order.run_id}/" if order is not None else "",
        ),
        Step("Paid", "back", "done" if paid else "todo"),
    ]


@flow(on=PaymentRun)
def way_of_a_run(_ctx: Context, run: PaymentRun) -> list[Step]:
    """Made by one, released by another, sent, paid."""
    if run.state == PaymentRun.State.CANCELLED:
        return []
    sent, done = run.sent_at is not None, run.state == PaymentRun.State.DONE
    return [
        Step("Made", "back", "done", who=str(run.made_by), since=run.made_at),
        Step("Released", "back", "done" if run.released_at else "now", who=str(run.released_by or ""), since=run.released_at),
        Step(
            "At the bank", "back", "done" if sent else "now" if run.released_at else "todo", who=str(run.sent_by or ""), since=run.sent_at
        ),
        Step("Paid", "back", "done" if done else "now" if sent else "todo"),
    ]
