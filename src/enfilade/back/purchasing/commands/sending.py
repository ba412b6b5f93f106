"""An order goes to the supplier: as a PDF by e-mail, or otherwise."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.purchasing.events import OrderSent
from enfilade.back.purchasing.mails import ORDER
from enfilade.back.purchasing.models import PurchaseOrder
from enfilade.back.purchasing.printing import order_pdf
from enfilade.base.message.commands import write_from_template
from enfilade.base.message.queries import as_read_by
from enfilade.core import files
from enfilade.core.command import Input, command
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

Address = Annotated[str, Input(widget="email", help="Left empty, the e-mail address of the supplier.")]


@command(permission="purchasing.send_order", label="Send by e-mail", tone="primary")
def send_order(ctx: Context, *, order: PurchaseOrder, to: Address = "") -> PurchaseOrder:
    """Send an approved order with its PDF, in the language of the supplier; again, where it was amended since.

    to: another address than the one of the supplier.
    Refuses: not_approved; what write_from_template refuses, such as no_address, no_mailbox, address_blocked.
    """
    _mark(ctx, order)
    party = order.supplier
    with as_read_by(ctx, party):
        values = {
            "party": party.name,
            "number": str(order.number),
            "version": f" ({order.version})" if order.version > 1 else "",
            "total": format_amount(order.net_minor + order.tax_minor, order.currency),
            "wanted": format_day(order.wanted_on) if order.wanted_on else "–",
            "company": ctx.company.name,
        }
    paper = files.store_bytes(ctx, f"{order.number}.pdf", order_pdf(ctx, order), "application/pdf")
    write_from_template(
        ctx, purpose=ORDER.code, party=party, values=values, to=(to,) if to else (), attachments=(paper,), origin=ref(order)
    )
    return order


@command(permission="purchasing.send_order", label="Ordered otherwise")
def mark_order_sent(ctx: Context, *, order: PurchaseOrder) -> PurchaseOrder:
    """Say that the supplier has the order: by telephone, in her shop, by hand.

    Refuses: not_approved_or_sent_or_part_received.
    """
    _mark(ctx, order)
    return order


def _mark(ctx: Context, order: PurchaseOrder) -> None:
    if order.state == PurchaseOrder.State.APPROVED:
        order.state = PurchaseOrder.State.SENT
    order.sent_version, order.sent_at = order.version, ctx.now
    order.save(update_fields=["state", "sent_version", "sent_at"])
    publish(ctx, OrderSent(order=order.pk, version=order.version))
