"""Named reads of purchasing: what is awaited, how bills compare with orders and receipts, what came and was not billed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum

from enfilade.back.einvoice.queries import said_of_costs
from enfilade.back.payables.models import Bill, BillLine
from enfilade.back.payables.queries import bills_waiting, lines_of_bill
from enfilade.base.item.models import Item
from enfilade.base.money.queries import rate_on, rates_on
from enfilade.base.money.rules import basis_points
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from . import rules
from .models import (
    Accrual,
    AccrualLine,
    GoodsReceipt,
    MatchDecision,
    OrderLine,
    OrderMatch,
    OrderVersion,
    PurchaseOrder,
    PurchasingSetting,
    ReceiptLine,
    Requisition,
)
from .rules import Billed, Difference, Ordered, Part, Proposal, Tolerance

AWAITED = (PurchaseOrder.State.APPROVED, PurchaseOrder.State.SENT, PurchaseOrder.State.PART_RECEIVED)
_UNDER_WAY = (*AWAITED, PurchaseOrder.State.RECEIVED)
ROWS_MAX = 2_000


def setting_of(ctx: Context) -> PurchasingSetting:
    """The tolerances of the company; where none are set, nothing may differ."""
    return PurchasingSetting.objects.visible_to(ctx).first() or PurchasingSetting(company=ctx.company)


def tolerance_for(ctx: Context, bill: Bill) -> Tolerance:
    """What the settings allow of a bill, in its currency by the rate of its day; where there is none, only percentages."""
    setting, own = setting_of(ctx), ctx.company.currency
    percent, amounts = basis_points(setting.price_percent), (setting.price_minor, setting.extra_minor)
    if bill.currency == own or not any(amounts):
        return Tolerance(percent, *amounts)
    rate = rates_on(ctx, [own], bill.currency, bill.billed_on).get(own)
    return Tolerance(percent, *map(rate.worth_of, amounts)) if rate is not None else Tolerance(percent)


def lines_of_order(ctx: Context, order: PurchaseOrder) -> list[OrderLine]:
    """The lines of an order in their order, with items and accounts."""
    return list(OrderLine.objects.visible_to(ctx).filter(order=order).select_related("item", "account", "order").order_by("position"))


def versions_of(ctx: Context, order: PurchaseOrder) -> list[OrderVersion]:
    """The versions of an order, newest first."""
    return list(OrderVersion.objects.visible_to(ctx).filter(order=order).select_related("made_by").order_by("-number"))


def receipts_of(ctx: Context, order: PurchaseOrder) -> list[GoodsReceipt]:
    """What came of an order and went back, oldest first, with its lines."""
    rows = GoodsReceipt.objects.visible_to(ctx).filter(order=order).select_related("received_by", "file", "reverses")
    return list(rows.prefetch_related("lines__order_line").order_by("pk"))


def receipt_lines(ctx: Context, receipt: GoodsReceipt) -> list[ReceiptLine]:
    """The lines of a receipt, by the lines of the order."""
    return list(ReceiptLine.objects.visible_to(ctx).filter(receipt=receipt).select_related("order_line").order_by("order_line_id"))


def asked_for(ctx: Context, order: PurchaseOrder) -> list[Requisition]:
    """The requisitions that an order serves, with who asked."""
    rows = Requisition.objects.visible_to(ctx).filter(order_line__order=order).select_related("asked_by", "order_line")
    return list(rows.order_by("pk"))


def awaited_lines(ctx: Context, until_on: date | None = None) -> list[OrderLine]:
    """Lines of orders of which something is still to come, the earliest wanted first. until_on: wanted until this day, or earlier."""
    rows = OrderLine.objects.visible_to(ctx).filter(order__state__in=AWAITED, received_quantity__lt=F("quantity"))
    if until_on is not None:
        rows = rows.filter(Q(wanted_on__lte=until_on) | Q(wanted_on=None, order__wanted_on__lte=until_on))
    return list(rows.select_related("order__supplier", "item").order_by(F("wanted_on").asc(nulls_last=True), "pk")[:ROWS_MAX])


def open_orders(ctx: Context) -> list[PurchaseOrder]:
    """Approved orders that are not closed, with their lines, oldest first."""
    rows = PurchaseOrder.objects.visible_to(ctx).filter(state__in=_UNDER_WAY).select_related("supplier", "drawn_up_by")
    return list(rows.prefetch_related("lines").order_by("ordered_on", "pk")[:ROWS_MAX])


def orders_of(ctx: Context, supplier: Party, limit: int = 8) -> list[PurchaseOrder]:
    """The last orders to a supplier, newest first."""
    rows = PurchaseOrder.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier)).exclude(state="cancelled")
    return list(rows.order_by("-pk")[:limit])


def prices_paid(ctx: Context, item: Item | None = None, supplier: Party | None = None) -> list[OrderLine]:
    """At which prices an item, or what a supplier sells, was ordered, newest first."""
    rows = OrderLine.objects.visible_to(ctx).filter(order__ordered_on__isnull=False, quantity__gt=0)
    if item is not None:
        rows = rows.filter(item=item)
    if supplier is not None:
        rows = rows.filter(order__supplier__in=merged_keys(ctx, supplier))
    return list(
        rows.exclude(order__state="cancelled").select_related("order__supplier", "item").order_by("-order__ordered_on", "-pk")[:ROWS_MAX]
    )


def last_price(ctx: Context, item: Item, supplier: Party, currency: str) -> OrderLine | None:
    """The line with which an item was ordered last from a supplier."""
    rows = OrderLine.objects.visible_to(ctx).filter(item=item, order__supplier=supplier, order__currency=currency)
    return rows.exclude(order__number=None).order_by("-order__ordered_on", "-pk").first()


@dataclass
class LineChecked:
    """A line of a bill, what it was matched with, how it differs, and what was decided about that."""

    line: BillLine
    matches: list[OrderMatch] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    decision: MatchDecision | None = None

    @property
    def open(self) -> list[Difference]:
        """What differs beyond tolerance, and nobody decided about yet."""
        beyond = [one for one in self.differences if not one.within]
        if self.decision is not None and rules.decided(beyond, self.decision.over_minor, self.decision.missing_quantity):
            return []
        return beyond


@dataclass
class Checked:
    """A bill against its orders and receipts. matched: whether any line of it is matched; order: the number of ours that it names."""

    bill: Bill
    lines: list[LineChecked]
    order: str = ""

    @property
    def matched(self) -> bool:
        """Whether any line is matched."""
        return any(line.matches for line in self.lines)

    @property
    def fits(self) -> bool:
        """Whether it is matched and nothing is left to decide."""
        return self.matched and not any(line.open for line in self.lines)

    @property
    def open(self) -> list[tuple[LineChecked, Difference]]:
        """What is left to decide."""
        return [(line, one) for line in self.lines for one in line.open]


def matches_of(ctx: Context, bill: Bill) -> list[OrderMatch]:
    """What the lines of a bill were matched with, with lines of orders and their orders."""
    rows = OrderMatch.objects.visible_to(ctx).filter(bill_line__bill=bill, uncounted_on=None)
    return list(rows.select_related("order_line__order", "order_line__item", "bill_line").order_by("order_line_id", "pk"))


def is_of_an_order(ctx: Context, bill: Bill) -> bool:
    """Whether a bill was matched, or names an order of ours."""
    if OrderMatch.objects.visible_to(ctx).filter(bill_line__bill=bill).exists():
        return True
    order, _ = said_of_costs(ctx, bill)
    return bool(order) and PurchaseOrder.objects.visible_to(ctx).filter(number=order).exists()


def check(ctx: Context, bill: Bill) -> Checked:
    """Compare a bill that waits with what it was matched with. A credit note differs from nothing: it takes back what was billed."""
    matches, tolerance = matches_of(ctx, bill), tolerance_for(ctx, bill)
    order, billed = billed_lines(ctx, bill)
    decisions = {
        row.bill_line_id: row for row in MatchDecision.objects.visible_to(ctx).filter(bill_line__bill=bill).exclude(state="dropped")
    }
    by_line: dict[int, list[OrderMatch]] = defaultdict(list)
    for match in matches:
        by_line[match.bill_line_id].append(match)
    found = []
    for line, said in billed:
        parts = [Part(ordered_of(match.order_line), match.quantity) for match in by_line[line.pk]]
        differs = rules.differences(said, parts, tolerance) if matches and bill.kind == Bill.Kind.BILL else []
        found.append(LineChecked(line, by_line[line.pk], differs, decisions.get(line.pk)))
    every = [one for checked in found for one in checked.differences]
    if rules.extras_within(every, tolerance):
        for checked in found:
            checked.differences = [replace(one, within=True) if one.kind == "not_ordered" else one for one in checked.differences]
    return Checked(bill, found, order)


def billed_lines(ctx: Context, bill: Bill) -> tuple[str, list[tuple[BillLine, Billed]]]:
    """The number of our order that a bill names, and its lines with what its e-invoice says of them."""
    lines = lines_of_bill(ctx, bill)
    order, costs = said_of_costs(ctx, bill)
    if len(costs) != len(lines):
        return order, [(line, Billed(line.pk, line.description, line.net_minor, order=order)) for line in lines]
    return order, [
        (line, Billed(line.pk, line.description, line.net_minor, said.quantity, order, said.position, said.codes))
        for line, said in zip(lines, costs, strict=True)
    ]


def ordered_of(line: OrderLine) -> Ordered:
    """A line of an order as the rules take it; its order and its item have been read."""
    return Ordered(
        key=line.pk,
        order=line.order.number or "",
        position=line.position,
        code=line.item.code if line.item is not None else "",
        text=f"{line.text} {line.item.name}" if line.item is not None else line.text,
        quantity=line.quantity,
        price_minor=line.price_minor,
        per=line.per,
        received=line.received_quantity,
        invoiced=line.invoiced_quantity,
    )


def matchable(ctx: Context, bill: Bill) -> list[OrderLine]:
    """Lines of orders to the supplier of a bill, in its currency, of which something is left to bill, or of a credit note, to credit."""
    rows = OrderLine.objects.visible_to(ctx).filter(
        order__supplier__in=merged_keys(ctx, bill.supplier), order__currency=bill.currency, order__number__isnull=False
    )
    if bill.kind == Bill.Kind.CREDIT_NOTE:
        rows = rows.filter(invoiced_quantity__gt=0)
    else:
        over = F("quantity") + F("quantity") * F("over_bp") / 10_000
        rows = rows.filter(Q(invoiced_quantity__lt=over) | Q(invoiced_quantity__lt=F("received_quantity")))
        rows = rows.exclude(order__state__in=["cancelled", "closed"])
    return list(rows.select_related("order", "item").order_by("order__ordered_on", "pk")[:500])


def proposals(ctx: Context, bill: Bill) -> list[tuple[BillLine, OrderLine, Proposal]]:
    """What the lines of a bill are most likely for."""
    lines = {line.pk: line for line in matchable(ctx, bill)}
    if not lines:
        return []
    _, billed = billed_lines(ctx, bill)
    found = rules.propose([said for _, said in billed], [_creditable(line, bill) for line in lines.values()])
    by_key = {line.pk: line for line, _ in billed}
    return [(by_key[one.billed], lines[one.ordered], one) for one in found]


def _creditable(line: OrderLine, bill: Bill) -> Ordered:
    """A line as it is proposed: for a credit note, what was billed and went back."""
    ordered = ordered_of(line)
    if bill.kind == Bill.Kind.BILL:
        return ordered
    back = max(line.invoiced_quantity - line.received_quantity, rules.NONE) or line.invoiced_quantity
    return Ordered(
        ordered.key,
        ordered.order,
        ordered.position,
        ordered.code,
        ordered.text,
        ordered.quantity,
        ordered.price_minor,
        ordered.per,
        back,
        rules.NONE,
    )


def alone(setting: PurchasingSetting, checked: Checked, own: str) -> bool:
    """Whether the settings let a bill through without a person."""
    bill = checked.bill
    return checked.fits and setting.alone_minor is not None and bill.currency == own and bill.total_minor <= setting.alone_minor


def fitting_bills(ctx: Context, order: int) -> list[Bill]:
    """Bills of an order that wait, fit, and may be approved without a person."""
    setting = setting_of(ctx)
    if setting.alone_minor is None:
        return []
    rows = OrderMatch.objects.visible_to(ctx).filter(order_line__order=order, counted_on=None).select_related("bill_line__bill__supplier")
    bills = {match.bill_line.bill_id: match.bill_line.bill for match in rows}
    return [bill for bill in bills.values() if alone(setting, check(ctx, bill), ctx.company.currency)]


def bills_to_match(ctx: Context) -> list[Bill]:
    """Bills that wait for approval and are of suppliers from whom something was ordered, oldest first."""
    ordered = PurchaseOrder.objects.visible_to(ctx).filter(number__isnull=False)
    return bills_waiting(ctx, list(ordered.values_list("supplier", flat=True).distinct()))


def claims(ctx: Context, supplier: Party | None = None) -> list[MatchDecision]:
    """Credit notes that suppliers owe, oldest first."""
    rows = MatchDecision.objects.visible_to(ctx).filter(state="claimed").select_related("bill_line__bill__supplier", "decided_by")
    if supplier is not None:
        rows = rows.filter(bill_line__bill__supplier__in=merged_keys(ctx, supplier))
    return list(rows.order_by("pk")[:ROWS_MAX])


def returned_and_billed(ctx: Context) -> list[OrderLine]:
    """Lines of orders of which more was billed than is here: what went back and was not credited yet."""
    rows = OrderLine.objects.visible_to(ctx).filter(invoiced_quantity__gt=F("received_quantity"))
    return list(rows.select_related("order__supplier").order_by("pk")[:ROWS_MAX])


@dataclass(frozen=True)
class NotBilled:
    """A line of an order of which so much came and was not billed on a day.

    cost_minor: in the order's currency, with the tax that is not deducted.
    """

    line: OrderLine
    quantity: Decimal
    cost_minor: int


def not_billed_on(ctx: Context, on: date) -> list[NotBilled]:
    """What had come until a day, its end included, and was billed by no bill that was posted until then. Closed orders are left out."""
    came = _sums(ReceiptLine.objects.visible_to(ctx).filter(receipt__on__lte=on).values_list("order_line").annotate(sum=Sum("quantity")))
    counted = OrderMatch.objects.visible_to(ctx).filter(counted_on__lte=on).exclude(uncounted_on__lte=on)
    billed = _sums(counted.values_list("order_line").annotate(sum=Sum("counted_quantity")))
    left = {key: quantity - billed.get(key, rules.NONE) for key, quantity in came.items()}
    wanted = [key for key, quantity in left.items() if quantity > 0]
    rows = OrderLine.objects.visible_to(ctx).filter(pk__in=wanted).exclude(order__closed_on__lte=on)
    found = []
    for line in rows.select_related("order__supplier", "account", "item").order_by("pk"):
        net = rules.net_of(left[line.pk], line.price_minor, line.per)
        found.append(NotBilled(line, left[line.pk], rules.cost_of(net, line.tax_rate_bp, line.deductible_bp)))
    return found


def _sums(rows: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    return dict(rows)


def accrued_on(ctx: Context, on: date) -> dict[int, tuple[Decimal, int]]:
    """What was accrued for the end of a day so far. Shape: key of the line of an order -> quantity and amount."""
    rows = AccrualLine.objects.visible_to(ctx).filter(accrual__through_on=on).values_list("order_line")
    return {key: (quantity, amount) for key, quantity, amount in rows.annotate(q=Sum("quantity"), a=Sum("amount_minor"))}


def to_accrue(ctx: Context, on: date) -> list[tuple[OrderLine, Decimal, int]]:
    """What is still to be posted for the end of a day: what was not billed on it, less what was accrued for it.

    Shape: line of the order, quantity, amount in the company's currency at the rate of that day; below zero where too much was accrued.
    """
    wanted = {one.line.pk: one for one in not_billed_on(ctx, on)}
    posted = accrued_on(ctx, on)
    rows = OrderLine.objects.visible_to(ctx).filter(pk__in=posted.keys() - wanted.keys()).select_related("order", "account")
    lines = {key: one.line for key, one in wanted.items()} | {row.pk: row for row in rows}
    found = []
    for key, line in sorted(lines.items()):
        quantity, amount = posted.get(key, (rules.NONE, 0))
        due = wanted.get(key)
        more = (due.quantity if due else rules.NONE) - quantity
        cost = worth(ctx, line.order.currency, due.cost_minor, on) if due else 0
        if cost != amount:
            found.append((line, more, cost - amount))
    return found


def worth(ctx: Context, currency: str, amount_minor: int, on: date) -> int:
    """An amount in the company's currency at the rate of a day."""
    own = ctx.company.currency
    return amount_minor if currency == own else rate_on(ctx, currency, own, on).worth_of(amount_minor)


def accruals(ctx: Context) -> Sequence[Accrual]:
    """Every accrual, oldest first."""
    return list(Accrual.objects.visible_to(ctx).order_by("pk"))
