"""An order as PDF, and the page on which bills are matched with orders, one after the other, by keyboard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.core.context import Context, NotFound
from enfilade.core.files import pdf_response
from enfilade.core.resource import page

from .models import PurchaseOrder
from .panels import compared
from .printing import order_pdf
from .queries import bills_to_match


@page("orders/<int:pk>/pdf/", title="Order as PDF", permission="purchasing.view_purchaseorder", menu=False)
def order_as_pdf(_request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The letter at /purchasing/orders/<pk>/pdf/."""
    order = PurchaseOrder.objects.visible_to(ctx).select_related("supplier").filter(pk=pk).first()
    if order is None:
        raise NotFound("order", pk)
    return pdf_response(order_pdf(ctx, order), str(order))


@page("match/", title="Bills to match", permission="purchasing.view_ordermatch", icon="scale", order=40)
def match(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/purchasing/match/: ?bill= says which one is looked at; the first one otherwise."""
    bills = bills_to_match(ctx)
    wanted = request.GET.get("bill", "")
    bill = next((one for one in bills if str(one.pk) == wanted), bills[0] if bills else None)
    context: dict[str, Any] = {
        "bills": bills,
        "bill": bill,
        "compared": compared(ctx, bill) if bill is not None else None,
        "may_approve": ctx.may("payables.approve_bill"),
        "crumbs": [{"label": "Bills to match", "url": ""}],
    }
    part = "#match" if request.headers.get("HX-Request") and "match" in request.headers.get("HX-Target", "") else ""
    return render(request, f"purchasing/match.html{part}", context)
