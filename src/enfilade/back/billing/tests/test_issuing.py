"""Many drafts issued at once: the same as one by one, without a gap, and each that may not be is told why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import issue_invoice, issue_invoices
from enfilade.back.billing.models import Invoice
from enfilade.base.books.models import Entry
from enfilade.core.command import Command, Facts, Verdict
from enfilade.core.command.door import CHECKS
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.many import run_many, work_on
from enfilade.core.models import AuditEntry, BulkRun, EventEntry, HeldCommand
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
OVER = 500_00


@pytest.fixture
def door() -> Iterator[None]:
    """Invoices over 500.00 wait for the boss."""

    def check(ctx: Context, command: Command, facts: Facts) -> list[Verdict]:
        if command.name != "billing.issue_invoice" or facts["total"] * 100 <= OVER:
            return []
        return [Verdict("hold", "rule", f"Over 500.00: {facts['total']}.", "boss")]

    CHECKS.append(check)
    yield
    CHECKS.remove(check)


def told(outcomes: Any) -> list[tuple[str, str]]:
    """Kind and code of each."""
    return [(o.kind, o.code) for o in outcomes]


def said(entry: Entry | None) -> tuple[str, date, int] | None:
    """What an entry says; None where nothing was posted."""
    return None if entry is None else (entry.text, entry.on, entry.line_count)


def numbers(shop: Shop) -> list[str]:
    """Numbers of all invoices that have one, in their order."""
    with scope(shop.company.pk):
        return list(Invoice.objects.visible_to(shop.ctx).exclude(number=None).order_by("number").values_list("number", flat=True))


def test_many_at_once_are_what_they_would_be_one_by_one(shop: Shop) -> None:
    """Numbers, dates, states, entries and events of three and of three others are the same but for the numbers."""
    kinds = ([Line(shop.check)], [Line(shop.brush, discount=100), Line(shop.check)], [Line(shop.brush, unit_price=0)])
    alone = [shop.invoice(*lines) for lines in kinds]
    balances = shop.balances("receivable", "revenue", "revenue_exempt", "discount", "tax_output")
    drafts = [shop.draft(*lines) for lines in kinds]
    outcomes = issue_invoices(shop.ctx, invoices=drafts, on=shop.ctx.today)
    assert [(o.key, o.kind, o.result) for o in outcomes] == [(d.pk, "done", ref(d)) for d in drafts]
    year = shop.ctx.today.year
    assert numbers(shop) == [f"INV-{year}-{n:05d}" for n in range(1, 7)]
    same = ("issued_on", "due_on", "state", "total_minor", "open_minor")
    for one, other in zip(alone, drafts, strict=True):
        assert [getattr(shop.fresh(one), name) for name in same] == [getattr(shop.fresh(other), name) for name in same]
    assert shop.balances("receivable", "revenue", "revenue_exempt", "discount", "tax_output") == [2 * amount for amount in balances]
    with scope(shop.company.pk):
        posted = {e.origin: e for e in Entry.objects.all()}
        for one, other in zip(alone, drafts, strict=True):
            assert said(posted.get(ref(one))) == said(posted.get(ref(other)))
        told_of = list(EventEntry.objects.filter(name="billing.InvoiceIssued").order_by("pk").values_list("payload", flat=True))
        assert [t["number"] for t in told_of] == numbers(shop)
        entry = AuditEntry.objects.get(command="billing.issue_invoices")
        assert set(entry.subjects.values_list("ref", flat=True)) >= {ref(d) for d in drafts}


def test_each_that_may_not_be_issued_is_told_why_and_the_others_are(shop: Shop, door: None) -> None:
    """Issued before, due before, empty behind our back, held at the door: numbers have no gap."""
    good, late, last = shop.draft(), shop.draft(due_on=shop.ctx.today - timedelta(days=1)), shop.draft()
    dear = shop.draft(Line(shop.check, quantity=Decimal(9)))
    had = shop.invoice()
    outcomes = issue_invoices(shop.ctx, invoices=[good, late, had, dear, last], on=shop.ctx.today)
    assert told(outcomes) == [("done", ""), ("refused", "due_before_issue"), ("refused", "not_draft"), ("held", "held"), ("done", "")]
    assert "before it would be issued" in outcomes[1].sentence
    assert outcomes[3].sentence == "Over 500.00: 1350.00. Waits for boss."
    with scope(shop.company.pk):
        held = HeldCommand.objects.get()
        assert (held.command, held.inputs["invoice"], outcomes[3].result) == ("billing.issue_invoice", dear.pk, ref(held))
    assert numbers(shop) == [f"INV-{shop.ctx.today.year}-{n:05d}" for n in (1, 2, 3)]


def test_what_the_database_refuses_is_told_of_the_row_it_is_about(shop: Shop) -> None:
    """Lines that don't sum up to their invoice stop that one only; a month that is closed stops all, each with its sentence."""
    good, bad, other = shop.draft(), shop.draft(), shop.draft()
    with connection.cursor() as cursor, scope(shop.company.pk):
        cursor.execute("UPDATE billing_invoice SET net_minor = net_minor + 100, total_minor = total_minor + 100 WHERE id = %s", [bad.pk])
    assert told(issue_invoices(shop.ctx, invoices=[good, bad, other], on=shop.ctx.today))[1][0] == "refused"
    assert numbers(shop) == [f"INV-{shop.ctx.today.year}-{n:05d}" for n in (1, 2)]
    before = shop.rows()
    found = issue_invoices(shop.ctx, invoices=[shop.draft()], on=date(shop.ctx.today.year + 1, 1, 5))
    assert [(o.kind, o.code) for o in found] == [("refused", "entry_period_open")]
    assert shop.rows()[5] == before[5]


def test_a_draft_that_is_not_there_refuses_the_whole_and_so_do_too_many(shop: Shop) -> None:
    draft = shop.draft()
    with pytest.raises(NotFound, match="There is no invoice 999999"):
        issue_invoices(shop.ctx, invoices=[draft.pk, 999_999], on=shop.ctx.today)
    assert numbers(shop) == []


def test_a_bulk_run_issues_them_at_once(shop: Shop) -> None:
    """As many statements for twelve as for three; what can't be found is told as if each were taken alone."""

    def statements(many: int) -> int:
        keys = [str(shop.draft().pk) for _ in range(many)]
        run = run_many(shop.ctx, command="billing.issue_invoice", rows=keys, inputs={"on": shop.ctx.today.isoformat()})
        with CaptureQueriesContext(connection) as asked:
            done = work_on(shop.ctx, run.pk)
        assert (done.state, done.done_count) == (BulkRun.State.FINISHED, many)
        return len(asked)

    statements(2)
    assert statements(12) == statements(3)
    gone = run_many(shop.ctx, command="billing.issue_invoice", rows=[str(shop.draft().pk), "999999"], inputs={"on": str(shop.ctx.today)})
    assert [line[1:3] for line in work_on(shop.ctx, gone.pk).report] == [["done", ""], ["refused", "not_found"]]


@pytest.mark.races
def test_nobody_gets_a_number_twice_or_leaves_a_gap(shop: Shop) -> None:
    """Two batches that overlap and two who issue one by one, at once: each draft has one number, and no number is missing."""
    drafts = [shop.draft() for _ in range(12)]

    def go(who: int) -> None:
        ctx = replace(shop.ctx, key="")
        if who < 2:
            issue_invoices(ctx, invoices=[d.pk for d in (drafts if who else drafts[::-1])], on=ctx.today)
            return
        for draft in drafts[who::2]:
            try:
                issue_invoice(ctx, invoice=draft.pk, on=ctx.today)
            except Refusal as no:
                if no.code != "not_draft":
                    raise

    assert [error for error in race(4, go) if error] == []
    assert numbers(shop) == [f"INV-{shop.ctx.today.year}-{n:05d}" for n in range(1, 13)]
