"""Named reads of payables: what is due, who is paid where, what a supplier's bills usually are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from django.db.models import F, Q

from enfilade.back.banking.rules import LineFacts, Proposal
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from . import rules
from .guesses import BillFacts, OrderFacts, guesses
from .models import Bill, BillLine, OrderPart, PaymentOrder, PaymentRun, Settlement, SupplierAccount, SupplierPayment, SupplierTerms

OWED = (Bill.State.OPEN, Bill.State.PART_PAID)
ORDERS_MAX = 2_000
_ON_THEIR_WAY = (PaymentRun.State.RELEASED, PaymentRun.State.SENT)


def terms_of(ctx: Context, supplier: Party) -> SupplierTerms:
    """What is agreed with a supplier; where nothing is, the usual, not kept."""
    found = SupplierTerms.objects.visible_to(ctx).filter(supplier=supplier).first()
    return found or SupplierTerms(company=ctx.company, supplier=supplier)


def usual_account(ctx: Context, supplier: Party) -> int | None:
    """What the last bill of a supplier was for, by the key of the account."""
    lines = BillLine.objects.visible_to(ctx).filter(bill__supplier=supplier, account__isnull=False, account__active=True)
    return lines.exclude(bill__state=Bill.State.VOID).order_by("-pk").values_list("account", flat=True).first()


def bill_known(ctx: Context, supplier: Party, kind: str, number: str) -> Bill | None:
    """The bill of a supplier that has this number already, whatever its spelling."""
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier), kind=kind, number_key=rules.plain_number(number))
    return rows.exclude(state=Bill.State.VOID).first()


def similar_bill(ctx: Context, supplier: Party, kind: str, total_minor: int, billed_on: date) -> Bill | None:
    """Another bill of the supplier over the same amount with a date that is near."""
    near = timedelta(days=rules.SIMILAR_DAYS)
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier), kind=kind, total_minor=total_minor)
    rows = rows.filter(billed_on__gte=billed_on - near, billed_on__lte=billed_on + near).exclude(state=Bill.State.VOID)
    return rows.order_by("-billed_on", "-pk").first()


def open_bills(ctx: Context, *, due_by: date | None = None, supplier: Party | None = None, limit: int = 1_000) -> list[Bill]:
    """Approved bills and credit notes that are not settled, longest due first; at most `limit`.

    due_by: due until this day, or with a discount that ends until then; credit notes count whatever their day.
    """
    rows = Bill.objects.visible_to(ctx).filter(state__in=OWED)
    if due_by is not None:
        rows = rows.filter(Q(due_on__lte=due_by) | Q(discount_until__lte=due_by) | Q(kind=Bill.Kind.CREDIT_NOTE))
    if supplier is not None:
        rows = rows.filter(supplier__in=merged_keys(ctx, supplier))
    return list(rows.select_related("supplier").order_by("due_on", "pk")[:limit])


def in_runs(ctx: Context, bills: Iterable[int]) -> dict[int, PaymentOrder]:
    """The transfer that each bill is in now. Shape: key of the bill -> order, with its run."""
    parts = OrderPart.objects.visible_to(ctx).filter(bill__in=list(bills), live=True).select_related("order__run")
    return {part.bill_id: part.order for part in parts}


def accounts_of(ctx: Context, suppliers: Collection[int]) -> dict[int, list[SupplierAccount]]:
    """Accounts of suppliers that did not end, the one confirmed last first. Shape: key of the supplier -> accounts."""
    rows = SupplierAccount.objects.visible_to(ctx).filter(supplier__in=suppliers).exclude(state=SupplierAccount.State.ENDED)
    found: dict[int, list[SupplierAccount]] = {supplier: [] for supplier in suppliers}
    for account in sorted(rows, key=lambda a: (a.confirmed_at is None, -(a.confirmed_at or a.entered_at).timestamp(), a.pk)):
        found[account.supplier_id].append(account)
    return found


def account_for(bill: Bill, accounts: list[SupplierAccount]) -> SupplierAccount | None:
    """The confirmed account that a bill is paid to: the one it names, else the one confirmed last. None where it names another one."""
    confirmed = [a for a in accounts if a.state == SupplierAccount.State.CONFIRMED]
    return next((a for a in confirmed if not bill.iban or a.iban == bill.iban), None)


def settlements_of(ctx: Context, bill: Bill) -> list[Settlement]:
    """What settled a bill, or what a credit note settled, oldest first."""
    rows = Settlement.objects.visible_to(ctx).filter(Q(bill=bill) | Q(credit=bill))
    return list(rows.select_related("bill", "payment", "credit", "made_by").order_by("pk"))


def standing_of(ctx: Context, payment: SupplierPayment) -> list[Settlement]:
    """What a payment settled and was not taken back."""
    rows = Settlement.objects.visible_to(ctx).filter(payment=payment, undoes=None, undone=None)
    return list(rows.select_related("bill").order_by("pk"))


def bills_taken(ctx: Context, order: PaymentOrder) -> list[OrderPart]:
    """What a transfer pays, in the order in which it was put together."""
    return list(OrderPart.objects.visible_to(ctx).filter(order=order).order_by("pk"))


def payment_of(ctx: Context, pk: int) -> SupplierPayment:
    """A payment by its key, locked."""
    return SupplierPayment.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=pk)


def outgoing(ctx: Context, lines: Sequence[LineFacts]) -> dict[int, list[Proposal]]:
    """What money that went out may be: transfers of runs, whole runs, bills. Shape: key of the line -> proposals."""
    out = [line for line in lines if line.open_minor < 0]
    if not out:
        return {}
    orders = _orders(ctx)
    bills = _bills_like(ctx, {-line.open_minor for line in out})
    return {line.key: guesses(line, orders, bills) for line in out}


def _orders(ctx: Context) -> list[OrderFacts]:
    """Transfers that the bank may have executed."""
    rows = PaymentOrder.objects.visible_to(ctx).filter(state=PaymentOrder.State.PLANNED, run__state__in=_ON_THEIR_WAY)
    orders = list(rows.select_related("run", "supplier_account").order_by("pk")[:ORDERS_MAX])
    sums: dict[int, int] = {}
    for order in orders:
        sums[order.run_id] = sums.get(order.run_id, 0) + order.amount_minor
    return [OrderFacts(o.pk, o.end_to_end, o.run.number, sums[o.run_id], o.holder, o.supplier_account.iban, o.amount_minor) for o in orders]


def _bills_like(ctx: Context, amounts: Collection[int]) -> list[BillFacts]:
    """Open bills over one of these amounts, with or without their discount, that no run has."""
    taken = OrderPart.objects.visible_to(ctx).filter(live=True).values("bill")
    rows = Bill.objects.visible_to(ctx).filter(state__in=OWED, kind=Bill.Kind.BILL).exclude(pk__in=taken)
    rows = rows.annotate(early=F("open_minor") - F("discount_minor")).filter(Q(open_minor__in=amounts) | Q(early__in=amounts))
    bills = list(rows.select_related("supplier").order_by("due_on", "pk")[:ORDERS_MAX])
    accounts = accounts_of(ctx, {bill.supplier_id for bill in bills})
    return [
        BillFacts(
            b.pk,
            b.supplier_number,
            b.supplier.name,
            frozenset(a.iban for a in accounts[b.supplier_id]),
            b.open_minor,
            0 if b.settled_minor else b.discount_minor,
            b.discount_until,
        )
        for b in bills
    ]
