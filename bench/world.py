"""Companies to measure on, and the operations that are measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connection

from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.models import Company, User
from enfilade.core.recording import EVENTS, recorded_models
from enfilade.core.testing import make_company, make_ctx

DAY = date(2026, 11, 2)


def context(company: int, user: int) -> Context:
    """The caller, in another process."""
    return context_for(User.objects.get(pk=user), Company.objects.get(pk=company))


def make_books() -> tuple[int, int]:
    """A company with a ledger; its key and its owner's."""
    ctx = make_ctx(make_company("Bench"), "*")
    run_raw(ctx, "ledger.found_ledger", {"chart": "generic"})
    run_raw(ctx, "ledger.open_year", {"year": DAY.year})
    return ctx.company_id, ctx.user.pk


def post_once(ctx: Context, on: date) -> Any:
    """One posting of two lines on accounts that everybody posts to."""
    from enfilade.back.ledger.commands import Leg, post_legs

    return post_legs(ctx, on=on, text="Bench", origin="", legs=[Leg("cash", 1190), Leg("revenue", -1190)])


def make_billing() -> Context:
    """A company that can bill: ledger, a tax code, two items, a customer."""
    company, user = make_books()
    ctx = context(company, user)
    run_raw(
        ctx,
        "tax.add_taxcode",
        {
            "country": ctx.company.country,
            "tax_class": "standard",
            "code": "S",
            "name": "VAT",
            "category": "S",
            "rate_bp": 1900,
            "valid_from": "2020-01-01",
        },
    )
    for code in ("A", "B"):
        run_raw(ctx, "item.add_item", {"code": code, "name": f"Item {code}", "kind": "service", "price": "50.00", "tax_class": "standard"})
    run_raw(ctx, "party.add_party", {"kind": "person", "name": "Customer"})
    return ctx


def draft_many(ctx: Context, number: int) -> list[Any]:
    """Drafts of two lines with tax."""
    from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice
    from enfilade.base.item.models import Item
    from enfilade.base.party.models import Party
    from enfilade.core.scope import scope

    with scope(ctx.company_id):
        items = list(Item.objects.visible_to(ctx).order_by("pk")[:2])
        party = Party.objects.visible_to(ctx).order_by("-pk").first()
    lines = [InvoiceLineIn(item=item.pk, quantity=Decimal(2)) for item in items]
    return [draft_invoice(ctx, party=party, lines=lines, on=DAY) for _ in range(number)]


def issue(ctx: Context, invoice: Any) -> Any:
    """Number it, post it, audit it."""
    from enfilade.back.billing.commands import issue_invoice

    return issue_invoice(ctx, invoice=invoice, on=DAY)


def adding(ctx: Context) -> Callable[[], Any]:
    """A party more with each call."""
    return lambda: run_raw(ctx, "party.add_party", {"kind": "person", "name": "Customer"})


def drafting(ctx: Context) -> Callable[[], Any]:
    """A draft of two lines more with each call."""
    return lambda: draft_many(ctx, 1)


def issuing(ctx: Context) -> Callable[[], Any]:
    """An invoice issued with each call; its draft is made before."""
    drafts = iter(draft_many(ctx, 40))
    return lambda: issue(ctx, next(drafts))


@contextmanager
def without_record() -> Iterator[None]:
    """Commands as they were without a record: no row changes, no audit entry, no subjects. Only for measuring what these cost."""
    tables = [recorded.table for recorded in recorded_models()]

    def switch(word: str) -> None:
        with connection.cursor() as cursor:
            for table, event in product(tables, EVENTS):
                cursor.execute(f"ALTER TABLE {table} {word} TRIGGER record_{event.lower()}")

    switch("DISABLE")
    try:
        with patch("enfilade.core.audit.reserve", return_value=None), patch("enfilade.core.audit.write"):
            yield
    finally:
        switch("ENABLE")


def session_cpu_s() -> float:
    """CPU seconds that the database session of this process has used; 0 where it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
