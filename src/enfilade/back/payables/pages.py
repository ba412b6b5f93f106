"""The page from which suppliers are paid: what is due, what holds it, and what is ticked for the next run. All of it works by keyboard."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date
from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.back.banking.models import BankAccount
from enfilade.back.banking.queries import bank_accounts
from enfilade.base.party.queries import parties_by_id
from enfilade.core.context import Context, NotFound
from enfilade.core.resource import page

from . import rules
from .models import Bill, Scheme, SupplierPayment
from .printing import certificate_pdf
from .queries import Standing, originator_of, scheme_of, standing, to_pay_by
from .withheld import kept_back

SHOWN_MAX = 300
# How far ahead is looked, in days; the last one is everything.
AHEAD = {"0": "Due today", "7": "Within a week", "30": "Within a month", "all": "All that is open"}
_FAR = 36_500
_VERBS = ("enter_bill", "approve_bill", "make_run", "release_run", "mark_sent", "enter_account", "confirm_account")


@page("to-pay/", title="To pay", permission="payables.view_bill", icon="wallet", order=1)
def to_pay(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/payables/to-pay/: ?ahead= says how far, ?bank_account= from which of our accounts."""
    ahead = request.GET.get("ahead", "7")
    ahead = ahead if ahead in AHEAD else "7"
    due_by = rules.days_after(ctx.today, _FAR if ahead == "all" else int(ahead))
    accounts = bank_accounts(ctx)
    account = _chosen(accounts, request.GET.get("bank_account", ""), ctx.company.currency)
    scheme = scheme_of(account)
    found = to_pay_by(ctx, due_by, SHOWN_MAX + 1, scheme)
    context: dict[str, Any] = {
        "rows": [_row(one, ctx.today) for one in found[:SHOWN_MAX]],
        "more": len(found) > SHOWN_MAX,
        "ahead": ahead,
        "choices": [{"key": key, "label": label, "now": key == ahead} for key, label in AHEAD.items()],
        "standing": standing(ctx),
        "accounts": accounts,
        "account": account,
        "first_day": _first_day(ctx, account),
        "currency": ctx.company.currency,
        "may": {name: ctx.may(f"payables.{name}") for name in _VERBS},
        "key": token_hex(12),
        "crumbs": [{"label": "To pay", "url": ""}],
    }
    part = "#to-pay" if request.headers.get("HX-Request") and "to-pay" in request.headers.get("HX-Target", "") else ""
    return render(request, f"payables/to_pay.html{part}", context)


def _chosen(accounts: list[BankAccount], key: str, currency: str) -> BankAccount | None:
    """The account that somebody chose, else the first in the company's currency, rather one that a run can pay from, else the first."""
    named = next((a for a in accounts if str(a.pk) == key), None)
    return named or min(accounts, key=lambda a: (a.currency != currency, a.currency != "EUR" and scheme_of(a) == Scheme.SEPA), default=None)


def _first_day(ctx: Context, account: BankAccount | None) -> date:
    """When a run that is made now can be paid at the earliest."""
    if account is None or scheme_of(account) == Scheme.SEPA:
        return ctx.today
    set_up = originator_of(ctx, account)
    return rules.first_ach_day(ctx.today, set_up.lead_days if set_up is not None else 1)


def _row(one: Standing, today: date) -> dict[str, Any]:
    """A bill as the page shows it: what would be paid today, and how urgent it is."""
    bill = one.bill
    kept = bill.discount_minor if bill.discount_until and today <= bill.discount_until and not bill.settled_minor else 0
    late = bill.kind == Bill.Kind.BILL and bill.due_on < today
    return {
        "bill": bill,
        "why": one.why,
        "url": one.url,
        "kept_minor": kept,
        "withheld_minor": one.kept.of(bill.open_minor - kept),
        "pay_minor": bill.sign * bill.open_minor - kept - one.kept.of(bill.open_minor - kept),
        "tone": "bad" if late else "warn" if bill.due_on == today else "",
    }


@page("payments-to-suppliers/<int:pk>/withheld/", title="Certificate of tax withheld", permission="payables.view_bill", menu=False)
def certificate_of_payment(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """What a payment withheld, for its supplier, at /payables/payments-to-suppliers/<pk>/withheld/."""
    payment = SupplierPayment.objects.visible_to(ctx).select_related("supplier").filter(pk=pk).first()
    kept = kept_back(ctx, payment=payment) if payment is not None else []
    if payment is None or not kept:
        raise NotFound("payment", pk)
    return _paper(certificate_pdf(ctx, payment.supplier, kept), f"{payment.number}-{payment.supplier.number}")


@page("withheld/<int:pk>/<int:year>/", title="Certificate of tax withheld", permission="payables.view_bill", menu=False)
def certificate_of_year(request: HttpRequest, ctx: Context, pk: int, year: int) -> HttpResponse:
    """What was withheld from a supplier in a year, at /payables/withheld/<pk>/<year>/."""
    supplier = parties_by_id(ctx, [pk]).get(pk)
    if supplier is None or not MINYEAR <= year <= MAXYEAR:
        raise NotFound("supplier", pk)
    kept = kept_back(ctx, supplier=supplier, from_on=date(year, 1, 1), to_on=date(year, 12, 31))
    if not kept:
        raise NotFound("supplier", pk)
    return _paper(certificate_pdf(ctx, supplier, kept), f"{supplier.number}-{year}")


def _paper(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
