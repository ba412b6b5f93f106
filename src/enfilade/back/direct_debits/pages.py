"""The papers as PDF, and the page from which customers are collected from."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enfilade.back.banking.queries import bank_accounts
from enfilade.core.context import Context, NotFound
from enfilade.core.files import pdf_response
from enfilade.core.resource import page

from . import rules
from .models import Collection, Mandate
from .printing import mandate_pdf, notice_pdf
from .queries import creditor_of, to_collect

SHOWN_MAX = 300
AHEAD = {"0": "Due on that day", "30": "Within a month after", "all": "All that is open"}
_FAR = 36_500
_VERBS = ("set_creditor", "prepare_mandate", "make_run")


@page("to-collect/", title="To collect", permission="direct_debits.view_collectionrun", icon="banknote-arrow-down", order=1)
def to_collect_page(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/direct_debits/to-collect/: ?ahead= says how far."""
    ahead = request.GET.get("ahead", "0")
    ahead = ahead if ahead in AHEAD else "0"
    creditor = creditor_of(ctx)
    day = rules.earliest(ctx.today, creditor.lead_days, creditor.notice_days) if creditor is not None else ctx.today
    due_by = day + timedelta(days=_FAR if ahead == "all" else int(ahead))
    found = to_collect(ctx, due_by, day)
    context: dict[str, Any] = {
        "rows": found[:SHOWN_MAX],
        "more": len(found) > SHOWN_MAX,
        "ahead": ahead,
        "choices": [{"key": key, "label": label, "now": key == ahead} for key, label in AHEAD.items()],
        "creditor": creditor,
        "day": day,
        "due_by": due_by,
        "schemes": Mandate.Scheme.choices,
        "accounts": [a for a in bank_accounts(ctx) if a.currency == "EUR"],
        "may": {name: ctx.may(f"direct_debits.{name}") for name in _VERBS},
        "key": token_hex(12),
        "crumbs": [{"label": "To collect", "url": ""}],
    }
    part = "#to-collect" if request.headers.get("HX-Request") and "to-collect" in request.headers.get("HX-Target", "") else ""
    return render(request, f"direct_debits/to_collect.html{part}", context)


@page("mandates/<int:pk>/pdf/", title="Mandate as PDF", permission="direct_debits.view_mandate", menu=False)
def mandate_as_pdf(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The mandate at /direct_debits/mandates/<pk>/pdf/."""
    mandate = Mandate.objects.visible_to(ctx).select_related("party").filter(pk=pk).first()
    if mandate is None:
        raise NotFound("mandate", pk)
    return pdf_response(mandate_pdf(ctx, mandate), str(mandate.pk))


@page("collections/<int:pk>/pdf/", title="Notice as PDF", permission="direct_debits.view_collection", menu=False)
def notice_as_pdf(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The notice at /direct_debits/collections/<pk>/pdf/."""
    collection = Collection.objects.visible_to(ctx).select_related("party", "mandate", "run").filter(pk=pk).first()
    if collection is None:
        raise NotFound("collection", pk)
    return pdf_response(notice_pdf(ctx, collection), str(collection))
