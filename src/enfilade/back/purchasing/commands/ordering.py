"""The way of an order: drawn up, approved at the door, amended by versions, closed or cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from django.db.models import QuerySet

from enfilade.back.budgeting.queries import over_budget
from enfilade.back.ledger.commands import Currency, currency_in, worth_on
from enfilade.back.payables.queries import terms_of, usual_account
from enfilade.back.purchasing import rules
from enfilade.back.purchasing.events import OrderAmended, OrderApproved, OrderClosed
from enfilade.back.purchasing.models import OrderLine, OrderVersion, PurchaseOrder, Requisition
from enfilade.back.purchasing.queries import asked_for, last_price, lines_of_order, setting_of
from enfilade.back.tax.queries import taxes_for
from enfilade.base.books.models import Account
from enfilade.base.books.queries import accounts_by_id
from enfilade.base.item.models import Item
from enfilade.base.item.queries import items_by_id
from enfilade.base.money.rules import basis_points
from enfilade.core.command import Choice, Input, LongText, command, primary_key, require_date
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .common import Dimensions, OfOrder, Quantity, Supplier, content_of, follow_receipts, number_of, set_totals

What = Annotated[Account, Input(shared=True, label="What for", query="heading=false&active=true")]
Wanted = Annotated[date | None, Input(label="Wanted by")]
TheirOffer = Annotated[str, Input(label="Their offer", max_length=100, seldom=True)]
Price = Annotated[int | None, Input(amount=True, label="Price")]


@dataclass(frozen=True)
class OrderLineIn:
    """One line of an order.

    item: what it is, where it is in the list of items.
    text: in words; the name of the item when left out.
    quantity: in the unit.
    price: without tax, for one unit; what it cost last from this supplier when left out.
    unit: that of the item, else pieces, when left out.
    per: the price is for so many units.
    account: what it is for; what this supplier's bills are usually for when left out.
    tax_class: that of the item, else what this supplier usually charges, when left out.
    wanted_on: when it should be here.
    dimensions: codes of values of dimensions, at most one of each, for example K100 P7.
    """

    text: Annotated[str, Input(label="What", max_length=300)] = ""
    item: Annotated[Item | int | None, Input(shared=True, query="active=true")] = None
    quantity: Quantity = Decimal(1)
    price: Price = None
    unit: Annotated[str, Choice(*Item.Unit.choices, seldom=True)] = ""
    per: Annotated[int, Input(label="Price for", min_value=1, max_value=1_000_000, seldom=True)] = 1
    account: Annotated[Account | int | None, Input(shared=True, label="What for", query="heading=false&active=true")] = None
    tax_class: Annotated[str, Choice(*Item.TaxClass.choices, label="Tax", seldom=True)] = ""
    wanted_on: Annotated[date | None, Input(label="Wanted by", seldom=True)] = None
    dimensions: Dimensions = ""


@dataclass(frozen=True)
class AmendedLine:
    """A line of an order as it shall be.

    line: of the order; a new line when left out.
    quantity: all that is ordered, what came of it included; zero gives the line up.
    price: for what `price for` says; as it was when left out.
    wanted_on: as it was when left out.
    text: of a new line.
    account: of a new line; what this supplier's bills are usually for when left out.
    """

    line: OfOrder | None = None
    quantity: Quantity = Decimal(1)
    price: Price = None
    wanted_on: Annotated[date | None, Input(label="Wanted by")] = None
    text: Annotated[str, Input(label="What", max_length=300)] = ""
    account: Annotated[Account | int | None, Input(shared=True, label="What for", query="heading=false&active=true", seldom=True)] = None


class OrderFacts(TypedDict):
    """What a door is told about an order. total: with tax, in major units of our currency; own: whether who drew it up asks.

    first: whether nothing was ordered from this supplier before. over_budget: by how much it would carry an account over what the approved
    budget plans for the year, in major units; 0 where nothing is planned.
    """

    total: Decimal
    supplier: str
    own: bool
    first: bool
    over_budget: Decimal


def _facts(*, ctx: Context, order: PurchaseOrder, **_: object) -> OrderFacts:
    lines = list(OrderLine.objects.visible_to(ctx).filter(order=order).select_related("order"))
    return _facts_of(ctx, order, lines)


def _facts_of(ctx: Context, order: PurchaseOrder, lines: Sequence[OrderLine]) -> OrderFacts:
    own = ctx.company.currency
    costs: dict[int, int] = defaultdict(int)
    for line in lines:
        if line.account_id is not None:
            cost = rules.cost_of(line.net_minor, line.tax_rate_bp, line.deductible_bp)
            costs[line.account_id] += worth_on(ctx, order.currency, cost, ctx.today)
    set_totals(order, lines)
    earlier = PurchaseOrder.objects.visible_to(ctx).filter(supplier=order.supplier, number__isnull=False).exclude(pk=order.pk).exists()
    return {
        "total": to_major(worth_on(ctx, order.currency, order.net_minor + order.tax_minor, ctx.today), own),
        "supplier": order.supplier.name,
        "own": order.drawn_up_by_id == ctx.user.pk,
        "first": not earlier,
        "over_budget": to_major(over_budget(ctx, ctx.today, costs), own),
    }


@command(permission="purchasing.draft_order", label="Draw up an order", tone="primary", target="")
def draft_order(
    ctx: Context,
    *,
    supplier: Supplier,
    lines: list[OrderLineIn],
    wanted_on: Wanted = None,
    note: Annotated[str, Input(widget="textarea", label="Note for the supplier", max_length=20_000, seldom=True)] = "",
    deliver_to: Annotated[str, Input(widget="textarea", max_length=2_000, seldom=True)] = "",
    their_reference: TheirOffer = "",
    currency: Currency = "",
) -> PurchaseOrder:
    """Write down what shall be ordered; it is ordered as soon as somebody approved it.

    supplier: from whom.
    wanted_on: when all of it should be here; a line may say otherwise.
    note: stands on the order.
    deliver_to: where to, if it is not where the company is.
    their_reference: number of the offer that is taken.
    currency: in which the prices are.
    Refuses: no_lines, what, no_price, unknown_currency, no_tax_code, not_found, date_out_of_range.
    """
    require_date(wanted_on, "wanted_on")
    order = PurchaseOrder(
        company=ctx.company,
        supplier=supplier,
        currency=currency_in(ctx, currency),
        term_days=terms_of(ctx, supplier).term_days,
        wanted_on=wanted_on,
        note=note,
        deliver_to=deliver_to,
        their_reference=their_reference,
        drawn_up_by=ctx.user,
        drawn_up_at=ctx.now,
    )
    rows = priced(ctx, order, lines)
    set_totals(order, rows)
    order.save()
    OrderLine.objects.bulk_create(rows)
    return order


@command(permission="purchasing.draft_order", label="Correct", target="order")
def change_order(
    ctx: Context,
    *,
    order: PurchaseOrder,
    lines: list[OrderLineIn],
    wanted_on: Annotated[date | None, Input(label="Wanted by", prefill="row.wanted_on")] = None,
    note: Annotated[str, Input(widget="textarea", label="Note for the supplier", max_length=20_000, prefill="row.note")] = "",
) -> PurchaseOrder:
    """Write an order anew that nobody approved yet.

    Refuses: not_draft, amend_it; what draft_order refuses.
    """
    require_date(wanted_on, "wanted_on")
    order.wanted_on, order.note = wanted_on, note
    rows = priced(ctx, order, lines)
    set_totals(order, rows)
    known = {row.position: row.pk for row in lines_of_order(ctx, order)}
    given_up = [key for position, key in known.items() if position > len(rows)]
    _ask_again(Requisition.objects.visible_to(ctx).filter(order_line__in=given_up))
    OrderLine.objects.visible_to(ctx).filter(pk__in=given_up).delete()
    order.save()
    for row in rows:
        row.pk = known.get(row.position)
        row.save()
    return order


def _ask_again(requisitions: QuerySet[Requisition]) -> None:
    """What was asked for and is not ordered after all waits for a buyer again."""
    requisitions.update(state=Requisition.State.OPEN, order_line=None, decided_by=None)


@command(permission="purchasing.approve_order", label="Approve", tone="primary", door=_facts)
def approve_order(ctx: Context, *, order: PurchaseOrder) -> PurchaseOrder:
    """Say that an order may go out. It gets its number; from now on it changes by versions only.

    Refuses: not_draft, already_approved, what_for (nobody said what a line is for).
    Why: a rule at the door holds what is above a limit until somebody else releases it; nobody releases what she asked for herself.
    """
    rows = lines_of_order(ctx, order)
    if (unknown := next((row for row in rows if row.account_id is None), None)) is not None:
        raise Refusal("what_for", f"Say first what line {unknown.position} is for.")
    over_bp = basis_points(setting_of(ctx).over_percent)
    OrderLine.objects.visible_to(ctx).filter(order=order).update(over_bp=over_bp)
    _keep_version(ctx, order, rows, "")
    order.approved_by, order.approved_at, order.ordered_on = ctx.user, ctx.now, ctx.today
    order.number, order.state = number_of(ctx, "order", "PO", ctx.today.year), PurchaseOrder.State.APPROVED
    order.save()
    total = order.net_minor + order.tax_minor
    publish(ctx, OrderApproved(order.pk, order.number, order.supplier_id, total_minor=total, currency=order.currency))
    return order


def _amended_facts(*, ctx: Context, order: PurchaseOrder, lines: Sequence[AmendedLine], **_: object) -> OrderFacts:
    return _facts_of(ctx, order, _amended(ctx, order, lines))


@command(permission="purchasing.amend_order", label="Amend", door=_amended_facts)
def amend_order(
    ctx: Context,
    *,
    order: PurchaseOrder,
    lines: Annotated[list[AmendedLine], Input(prefill="row.amendable_lines")],
    reason: LongText,
) -> PurchaseOrder:
    """Change an order that was approved, as a new version: other quantities, prices or days, lines given up, and new ones.

    lines: those that change, and new ones; a line that is not named stays as it is.
    reason: stays with the version.
    Refuses: not_approved_or_sent_or_part_received_or_received, nothing_changes, no_line, what, no_price, under_received (less than came);
    order_line_received_ordered (database).
    """
    before = {row.pk: content_of([row]) for row in lines_of_order(ctx, order)}
    rows = _amended(ctx, order, lines)
    changed = [row for row in rows if row.pk is None or content_of([row]) != before[row.pk]]
    if not changed:
        raise Refusal("nothing_changes", "Nothing of this order would change.", field="lines")
    for row in changed:
        if row.quantity < row.received_quantity:
            came = rules.plain(row.received_quantity)
            raise Refusal("under_received", f"Of line {row.position}, {came} came already; less can't be ordered.", field="lines")
        row.save()
    _keep_version(ctx, order, rows, reason)
    follow_receipts(order, rows)
    order.save()
    publish(ctx, OrderAmended(order=order.pk, version=order.version, total_minor=order.net_minor + order.tax_minor, reason=reason))
    return order


@command(permission="purchasing.close_order", label="Close")
def close_order(ctx: Context, *, order: PurchaseOrder, reason: LongText) -> PurchaseOrder:
    """Say that nothing more will come of an order, nor be billed of it.

    reason: stays with the order.
    Refuses: not_approved_or_sent_or_part_received_or_received.
    """
    return end_order(ctx, order, PurchaseOrder.State.CLOSED, reason)


@command(permission="purchasing.close_order", label="Cancel", tone="danger")
def cancel_order(ctx: Context, *, order: PurchaseOrder, reason: LongText) -> PurchaseOrder:
    """Give up an order of which nothing came. What somebody asked for waits to be ordered again, and she is told.

    reason: stays with the order. A supplier who has the order is not told by this: write to her.
    Refuses: came_in_part, not_draft_or_approved_or_sent.
    """
    return end_order(ctx, order, PurchaseOrder.State.CANCELLED, reason)


def end_order(ctx: Context, order: PurchaseOrder, state: PurchaseOrder.State, reason: str) -> PurchaseOrder:
    """Close or cancel an order."""
    order.state, order.closed_on, order.reason = state, ctx.today, reason
    order.save(update_fields=["state", "closed_on", "reason"])
    cancelled = state == PurchaseOrder.State.CANCELLED
    if cancelled:
        tell(ctx, [one.asked_by for one in asked_for(ctx, order)], f"{order} of {order.supplier} was cancelled. {reason}", ref(order))
        _ask_again(Requisition.objects.visible_to(ctx).filter(order_line__order=order))
    publish(ctx, OrderClosed(order=order.pk, cancelled=cancelled, reason=reason))
    return order


def priced(ctx: Context, order: PurchaseOrder, lines: Sequence[OrderLineIn], first: int = 1) -> list[OrderLine]:
    """Lines of an order with everything that is stored of them.

    first: position of the first of them.
    Refuses: no_lines, what, no_quantity, no_price, no_tax_code, not_found; each with the path of the line.
    """
    if not lines:
        raise Refusal("no_lines", "An order has at least one line.", field="lines")
    items = items_by_id(ctx, {primary_key(line.item) for line in lines if line.item is not None})
    accounts = accounts_by_id(ctx, {primary_key(line.account) for line in lines if line.account is not None})
    terms = terms_of(ctx, order.supplier)
    usual, deductible = terms.account_id or usual_account(ctx, order.supplier), basis_points(terms.deductible_percent)
    found = []
    for n, line in enumerate(lines):
        path = f"lines[{n}]"
        item = items.get(primary_key(line.item)) if line.item is not None else None
        if line.item is not None and item is None:
            raise NotFound("item", primary_key(line.item), field=f"{path}.item")
        if line.account is not None and primary_key(line.account) not in accounts:
            raise NotFound("account", primary_key(line.account), field=f"{path}.account")
        if not (line.text.strip() or item):
            raise Refusal("what", "Say what is ordered: an item, or a text.", field=f"{path}.text")
        if line.quantity <= 0:
            raise Refusal("no_quantity", "Order more than zero.", field=f"{path}.quantity")
        price, per = _price(ctx, order, line, item, path)
        row = OrderLine(
            company=ctx.company,
            order=order,
            position=first + n,
            item=item,
            text=line.text.strip() or (item.name if item else ""),
            quantity=line.quantity,
            unit=line.unit or (item.unit if item else Item.Unit.PIECE),
            price_minor=price,
            per=per,
            tax_class=line.tax_class or (item.tax_class if item else "") or terms.tax_class or Item.TaxClass.STANDARD,
            deductible_bp=deductible,
            account_id=usual if line.account is None else primary_key(line.account),
            dimensions=line.dimensions,
            wanted_on=line.wanted_on,
        )
        row.net_minor = rules.net_of(row.quantity, row.price_minor, row.per)
        found.append(row)
    taxes = taxes_for(ctx, {row.tax_class for row in found}, ctx.today)
    for row in found:
        code = taxes[row.tax_class]
        row.tax_rate_bp = code.rate_bp if code.category == "S" else 0
    return found


def _price(ctx: Context, order: PurchaseOrder, line: OrderLineIn, item: Item | None, path: str) -> tuple[int, int]:
    if line.price is not None:
        return line.price, line.per
    last = last_price(ctx, item, order.supplier, order.currency) if item is not None else None
    if last is None:
        raise Refusal("no_price", "Give the price: it was not ordered from this supplier before.", field=f"{path}.price")
    return last.price_minor, last.per


def _amended(ctx: Context, order: PurchaseOrder, lines: Sequence[AmendedLine]) -> list[OrderLine]:
    """The lines of an order as they would be, not saved."""
    rows = lines_of_order(ctx, order)
    known = {row.pk: row for row in rows}
    new = []
    for n, line in enumerate(lines):
        require_date(line.wanted_on, f"lines[{n}].wanted_on")
        if line.line is None:
            new.append(
                OrderLineIn(text=line.text, quantity=line.quantity, price=line.price, wanted_on=line.wanted_on, account=line.account)
            )
            continue
        row = known.get(primary_key(line.line))
        if row is None:
            raise Refusal("no_line", "This line is of another order.", field=f"lines[{n}].line")
        row.quantity = line.quantity.quantize(rules.QUANTUM)
        row.price_minor = row.price_minor if line.price is None else line.price
        row.wanted_on = line.wanted_on or row.wanted_on
        row.net_minor = rules.net_of(row.quantity, row.price_minor, row.per)
    added = priced(ctx, order, new, max((row.position for row in rows), default=0) + 1) if new else []
    for row in added:
        row.over_bp = rows[0].over_bp if rows else 0
    return [*rows, *added]


def _keep_version(ctx: Context, order: PurchaseOrder, lines: Sequence[OrderLine], reason: str) -> None:
    """Keep what holds from now on."""
    set_totals(order, lines)
    order.version += 1
    OrderVersion.objects.create(
        company=ctx.company, order=order, number=order.version, reason=reason, content=content_of(lines),
        total_minor=order.net_minor + order.tax_minor, made_by=ctx.user, made_at=ctx.now,
    )  # fmt: skip
