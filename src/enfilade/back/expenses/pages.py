"""The page of one's own expenses, made for a phone: photograph the receipt, amount, category, done; and what becomes of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.base.money.queries import convert
from enfilade.base.party.queries import party_of_user
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_minor
from enfilade.core.resource import page

from . import rules
from .models import ExpenseCategory, ExpenseClaim, ExpenseLine
from .queries import EDITABLE, breaches_of, categories, claims_of, judged, lines_of

_VERBS = ("add_expense", "add_mileage", "add_days_away", "submit_claim", "withdraw_claim", "say_account", "add_expensecategory")


@page("mine/", title="My expenses", permission="expenses.view_expenseclaim", icon="wallet", order=1)
def my_expenses(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/expenses/mine/: the claims that are being written with their expenses, and how the others stand."""
    person = party_of_user(ctx, ctx.user)
    claims = claims_of(ctx, person) if person is not None else []
    writing = [claim for claim in claims if claim.state in EDITABLE]
    context: dict[str, Any] = {
        "person": person,
        "writing": _written(ctx, writing),
        "others": [claim for claim in claims if claim.state not in EDITABLE],
        "say_account": "say_us_account" if ctx.company.currency == "USD" else "say_account",
        "any_category": bool(categories(ctx)),
        "may": {name: ctx.may(f"expenses.{name}") for name in _VERBS},
        "crumbs": [{"label": "My expenses", "url": ""}],
    }
    part = "#my-expenses" if request.headers.get("HX-Request") and "my-expenses" in request.headers.get("HX-Target", "") else ""
    return render(request, f"expenses/mine.html{part}", context)


def _written(ctx: Context, claims: list[ExpenseClaim]) -> list[dict[str, Any]]:
    """Each claim with its expenses, and what the policy says of them."""
    lines = lines_of(ctx, claims)
    found = breaches_of(ctx, lines)
    shown = []
    for claim in claims:
        rows: list[dict[str, Any]] = [{"line": line, "breaches": found[line.pk]} for line in lines if line.claim_id == claim.pk]
        blocked = any(breach.blocks for row in rows for breach in row["breaches"])
        shown.append({"claim": claim, "rows": rows, "blocked": blocked})
    return shown


@page("check/", title="My expenses", permission="expenses.add_expense", menu=False)
def check(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/expenses/check/: what the policy says of an expense that is being typed; nothing where too little of it is known yet."""
    return render(request, "expenses/breaches.html", {"breaches": _typed(ctx, request.GET)})


def _typed(ctx: Context, typed: Any) -> list[rules.Breach]:
    """Breaches of what was typed so far."""
    with suppress(ValueError, ValidationError, Refusal, ExpenseCategory.DoesNotExist):
        category = ExpenseCategory.objects.visible_to(ctx).get(pk=int(typed.get("category", "")))
        line = ExpenseLine(company=ctx.company, category=category, on=date.fromisoformat(typed.get("on", "")))
        own = ctx.company.currency
        spent = typed.get("currency", "").strip().upper() or own
        amount = to_minor(typed.get("amount", ""), spent)
        line.amount_minor = amount if spent == own else convert(ctx, amount, spent, own, line.on)
        line.no_receipt_reason, line.occasion = typed.get("no_receipt_reason", ""), typed.get("occasion", "")
        line.attendees = typed.get("attendees", "").split()
        return judged(ctx, line, has_receipt=bool(typed.get("receipts")))
    return []
