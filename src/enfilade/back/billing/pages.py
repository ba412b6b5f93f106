"""Pages that a resource can't express: PDFs, and the cash drawer of the day."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.party.queries import parties_by_id
from enfilade.core.context import Context, Invalid, NotFound
from enfilade.core.files import pdf_response
from enfilade.core.resource import page

from .models import DrawerSession, Invoice, Payment
from .printing import invoice_pdf, receipt_pdf
from .queries import open_drawers, takings
from .statements import statement_pdf

RECENT = 10


@page("invoices/<int:pk>/pdf/", title="Invoice as PDF", permission="billing.view_invoice", menu=False)
def invoice_as_pdf(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The document at /billing/invoices/<pk>/pdf/."""
    invoice = Invoice.objects.visible_to(ctx).select_related("party", "cancels").filter(pk=pk).first()
    if invoice is None:
        raise NotFound("invoice", pk)
    return pdf_response(invoice_pdf(ctx, invoice), str(invoice))


@page("payments/<int:pk>/receipt/", title="Receipt as PDF", permission="billing.view_payment", menu=False)
def payment_receipt(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The receipt at /billing/payments/<pk>/receipt/."""
    payment = Payment.objects.visible_to(ctx).select_related("party", "invoice", "received_by").filter(pk=pk).first()
    if payment is None:
        raise NotFound("payment", pk)
    return pdf_response(receipt_pdf(ctx, payment), str(payment))


@page("statements/<int:pk>/pdf/", title="Statement of account as PDF", permission="billing.view_invoice", menu=False)
def statement_as_pdf(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The statement of a party at /billing/statements/<party>/pdf/?from_on=2026-01-01&to_on=2026-01-31; of this year when left out."""
    party = parties_by_id(ctx, [pk]).get(pk)
    if party is None:
        raise NotFound("party", pk)
    from_on = _day(request, "from_on", ctx.today.replace(month=1, day=1))
    return pdf_response(statement_pdf(ctx, party, from_on, _day(request, "to_on", ctx.today)), f"{party.number} {from_on}")


def _day(request: HttpRequest, name: str, otherwise: date) -> date:
    given = request.GET.get(name, "")
    try:
        return date.fromisoformat(given) if given else otherwise
    except ValueError:
        raise Invalid({name: ["Give a date like 2026-01-31."]}) from None


@page("drawer/", title="Cash drawer", permission="billing.view_drawersession", icon="banknote", order=5)
def drawer(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/billing/drawer/: what is open now with its takings, and the last counts."""
    rows = DrawerSession.objects.visible_to(ctx).filter(state=DrawerSession.State.CLOSED).select_related("closed_by").order_by("-closed_at")
    context = {
        "open": [_session(ctx, session) for session in open_drawers(ctx)],
        "closed": list(rows[:RECENT]),
        "may_open": ctx.may("billing.open_drawer"),
        "may_close": ctx.may("billing.close_drawer"),
        "takings": takings(ctx, ctx.today),
        "currency": ctx.company.currency,
        "crumbs": [{"label": "Cash drawer", "url": ""}],
    }
    part = "#drawers" if request.headers.get("HX-Request") and "drawers" in request.headers.get("HX-Target", "") else ""
    return render(request, f"billing/drawer.html{part}", context)


def _session(ctx: Context, session: DrawerSession) -> dict[str, object]:
    """What may be known before the count: the float and the number of payments, not what is expected."""
    cash = next(t for t in takings(ctx, ctx.today, session) if t.method == Payment.Method.CASH)
    return {"row": session, "payments": cash.payments}
