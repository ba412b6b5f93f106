"""Check-out: fee, payment, receipt, next visit and prescription on one page that needs no mouse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.back.billing.models import Charge
from enfilade.back.billing.queries import open_drawers, open_invoices
from enfilade.core.context import Context, NotFound
from enfilade.core.pages.commands import start_values
from enfilade.core.pages.forms import CommandForm
from enfilade.core.resource import dialog, page
from enfilade.front.appointments import commands
from enfilade.front.appointments.models import Service, Visit
from enfilade.front.appointments.queries import Fee, fee_of, next_visit, visits, visits_of_day, waiting_discounts

COMMAND = commands.check_out.command


@page("check-out/", title="Check-out", permission="appointments.check_out", icon="log-out", order=30)
def check_out_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Who waits to leave; the one who waits longest is opened."""
    rows = _leaving(ctx)
    return _page(request, ctx, rows[0] if rows else None, rows)


@page("check-out/<int:pk>/", title="Check-out", permission="appointments.check_out", menu=False)
def check_out_one(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """One visit at check-out, or what it came to when the patient has left."""
    visit = visits(ctx).select_related("invoice").filter(pk=pk).first()
    if visit is None:
        raise NotFound("visit", pk)
    return _page(request, ctx, visit, _leaving(ctx))


def _leaving(ctx: Context) -> list[Visit]:
    rows = visits_of_day(ctx, ctx.today).filter(state=Visit.State.TREATED)
    return sorted(rows, key=lambda v: v.treated_at or v.starts_at)


def _page(request: HttpRequest, ctx: Context, visit: Visit | None, rows: list[Visit]) -> HttpResponse:
    context: dict[str, Any] = {"visit": visit, "leaving": rows, "crumbs": [{"label": "Check-out", "url": "/appointments/check-out/"}]}
    if visit is not None:
        context |= _bill(ctx, visit) | {"url": f"/appointments/check-out/{visit.pk}/"}
        context["crumbs"].append({"label": str(visit.party), "url": ""})
        context |= _left(ctx, visit) if visit.state == Visit.State.CHECKED_OUT else _form(ctx, visit)
    part = "#check-out" if request.headers.get("HX-Request") and "check-out" in request.headers.get("HX-Target", "") else ""
    return render(request, f"appointments/check_out.html{part}", context)


def _form(ctx: Context, visit: Visit) -> dict[str, Any]:
    """The form of the command, ready to be sent from this page."""
    if visit.state != Visit.State.TREATED:
        return {"not_yet": True}
    form = CommandForm(COMMAND, ctx, hidden=("visit",))
    form.values = start_values(ctx, COMMAND, {}, visit.pk)
    url = f"/appointments/do/check_out/{visit.pk}/"
    return {
        **form.context(),
        **check_out_dialog(ctx, form.values),
        "form_url": url,
        "can_rehearse": True,
        "body_template": "appointments/check_out_body.html",
    }


@dialog(commands.check_out, template="appointments/check_out_body.html")
def check_out_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Fee, ways to pay, and times for the next visit."""
    visit = visits(ctx).filter(pk=values.get("visit") or 0).first()
    if visit is None:
        return {"visit": None}
    fee = fee_of(ctx, visit)
    again = ctx.today + timedelta(weeks=visit.next_weeks) if visit.next_weeks else ctx.today + timedelta(days=1)
    return {
        "visit": visit,
        "fee": fee,
        "nothing": not any(c.state != Charge.State.WAIVED for c in fee.charges),
        "held": waiting_discounts(ctx, fee.charges),
        "services": list(Service.objects.visible_to(ctx).filter(active=True).order_by("name")),
        "next_service": str(values.get("next_service") or visit.service_id),
        "from_on": again.isoformat(),
        "currency": ctx.company.currency,
        "cash_closed": not open_drawers(ctx),
        "next_visit": next_visit(ctx, visit.party),
    }


def _bill(ctx: Context, visit: Visit) -> dict[str, Any]:
    """What was done, line by line, and what may be done about it."""
    fee: Fee = fee_of(ctx, visit)
    here = visit.state == Visit.State.TREATED
    return {
        "fee": fee,
        "held": waiting_discounts(ctx, fee.charges),
        "currency": ctx.company.currency,
        "may_discount": here and ctx.may("billing.give_discount"),
        "may_waive": here and ctx.may("billing.waive_charge"),
        "may_add": here and ctx.may("appointments.add_services"),
        "may_prescribe": ctx.may("appointments.send_prescription") and visit.state in {"in_treatment", "treated", "checked_out"},
        "prescriptions": list(visit.prescriptions.select_related("pharmacy").order_by("pk")),
        "owed": [i for i in open_invoices(ctx, visit.party) if i.pk != visit.invoice_id],
    }


def _left(ctx: Context, visit: Visit) -> dict[str, Any]:
    return {
        "payments": list(visit.invoice.payments.order_by("pk")) if visit.invoice is not None else [],
        "next_visit": next_visit(ctx, visit.party),
        "may_book": ctx.may("appointments.book_visit"),
        "may_pay": ctx.may("billing.take_payment"),
    }
