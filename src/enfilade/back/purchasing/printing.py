"""An order as a letter with the company's head, in the language of the supplier."""

from __future__ import annotations

from enfilade.back.billing.printing import company_part
from enfilade.back.billing.queries import bill_to, letterhead
from enfilade.base.document.pdf import render_pdf
from enfilade.base.message.queries import as_read_by
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.ui.format import format_amount, format_day, format_number

from .models import OrderLine, PurchaseOrder
from .queries import lines_of_order


def order_pdf(ctx: Context, order: PurchaseOrder) -> bytes:
    """The order as it holds; one that nobody approved yet says so."""
    with as_read_by(ctx, order.supplier):
        return render_pdf("purchasing/order.typ", _letter(ctx, order))


def _letter(ctx: Context, order: PurchaseOrder) -> dict[str, object]:
    right = {"align": "right"}
    title = f"{say('Order')} {order.number}" if order.number else f"{say('Order')} – {say('draft, not sent')}"
    facts = [
        (say("Date"), format_day(order.ordered_on) if order.ordered_on else "–"),
        (say("Version"), str(order.version) if order.version > 1 else ""),
        (say("Your offer"), order.their_reference),
        (say("Wanted by"), format_day(order.wanted_on) if order.wanted_on else ""),
        (say("Payable within"), say("{number} days").format(number=order.term_days) if order.term_days else ""),
    ]
    lines = [line for line in lines_of_order(ctx, order) if line.quantity]
    return {
        "title": title,
        "language": (order.supplier.language or ctx.company.language)[:2],
        **company_part(ctx, letterhead(ctx, order.ordered_on or ctx.today)),
        "to": bill_to(ctx, order.supplier).splitlines(),
        "facts": [[label, value] for label, value in facts if value],
        "columns": [
            {"label": say("Line")},
            {"label": say("What"), "width": "1fr"},
            {"label": say("Quantity"), **right},
            {"label": say("Price"), **right},
            {"label": say("Net"), **right},
        ],
        "rows": [_row(line, order) for line in lines],
        "totals": [
            [say("Net"), format_amount(order.net_minor, order.currency)],
            [say("Tax"), format_amount(order.tax_minor, order.currency)],
            [say("Total"), format_amount(order.net_minor + order.tax_minor, order.currency)],
        ],
        "notes": [
            *([f"{say('Deliver to')}: {order.deliver_to}"] if order.deliver_to else []),
            *([order.note] if order.note else []),
            say("Please write our order number on the delivery note and on the invoice."),
        ],
    }


def _row(line: OrderLine, order: PurchaseOrder) -> list[str]:
    price = format_amount(line.price_minor, order.currency, symbol=False)
    code = f"{line.item.code} " if line.item is not None else ""
    day = f" ({format_day(line.wanted_on)})" if line.wanted_on and line.wanted_on != order.wanted_on else ""
    return [
        str(line.position),
        f"{code}{line.text}{day}",
        f"{format_number(line.quantity.normalize())} {say(line.get_unit_display())}",
        f"{price} / {line.per}" if line.per > 1 else price,
        format_amount(line.net_minor, order.currency, symbol=False),
    ]
