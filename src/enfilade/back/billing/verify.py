"""Proof for `enfilade verify`: numbers without gaps, paid and credited as the rows say, every document posted once."""

from __future__ import annotations

from django.db import connection
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from enfilade.base.books.queries import entries_by_origin
from enfilade.core.context import Context
from enfilade.core.refs import ref, split
from enfilade.core.verify import Finding, declare_series, verifier

from .models import Allocation, Deposit, DrawerSession, Invoice, Payment, WriteOff
from .proof import deposit_differences, deposit_sentence, differences, sentence_of
from .queries import expected_cash

_WORTHS = """
SELECT 'billing.invoice:' || id, number, gone_worth_minor, billing_gone_worth(id) FROM billing_invoice
 WHERE company_id = %(company)s AND kind = 'invoice' AND worth_minor IS NOT NULL AND gone_worth_minor <> billing_gone_worth(id)
UNION ALL
SELECT 'billing.payment:' || id, number, gone_worth_minor, billing_used_worth(id) FROM billing_payment
 WHERE company_id = %(company)s AND kind = 'payment' AND worth_minor IS NOT NULL AND gone_worth_minor <> billing_used_worth(id)
"""
declare_series("billing.invoice", Invoice, "number", starts="INV-")
declare_series("billing.credit_note", Invoice, "number", starts="CN-")
declare_series("billing.payment", Payment, "number", starts="R-")
declare_series("billing.deposit", Deposit, "number", starts="DEP-")


@verifier("billing")
def verify_billing(ctx: Context) -> list[Finding]:
    """Every finding about bills, payments and drawers."""
    ledger = [Finding(d.code, d.ref, sentence_of(d)) for d in differences(ctx)]
    ledger += [Finding(d.code, d.ref, deposit_sentence(d)) for d in deposit_differences(ctx)]
    return [
        *_paid(ctx),
        *_allocated(ctx),
        *_given_up(ctx),
        *_credited(ctx),
        *_refunded(ctx),
        *_posted(ctx),
        *_worths(ctx),
        *ledger,
        *_counted(ctx),
    ]


def _paid(ctx: Context) -> list[Finding]:
    by_rows = Coalesce(Sum("allocations__amount_minor", filter=Q(allocations__state=Allocation.State.STANDING)), 0)
    rows = Invoice.objects.visible_to(ctx).filter(kind=Invoice.Kind.INVOICE).annotate(by_rows=by_rows).exclude(by_rows=F("paid_minor"))
    return [Finding("paid_differs", ref(r), f"{r} says {r.paid_minor} is paid, its payments say {r.by_rows}.") for r in rows]


def _allocated(ctx: Context) -> list[Finding]:
    by_rows = Coalesce(Sum("allocations__amount_minor", filter=Q(allocations__state=Allocation.State.STANDING)), 0)
    rows = Payment.objects.visible_to(ctx).annotate(by_rows=by_rows).exclude(by_rows=F("allocated_minor"))
    return [
        Finding("allocated_differs", ref(r), f"{r} says {r.allocated_minor} is allocated, its allocations say {r.by_rows}.") for r in rows
    ]


def _given_up(ctx: Context) -> list[Finding]:
    by_rows = Coalesce(Sum("write_offs__amount_minor", filter=Q(write_offs__state=WriteOff.State.STANDING)), 0)
    said = F("deducted_minor") + F("written_off_minor")
    rows = Invoice.objects.visible_to(ctx).annotate(by_rows=by_rows, said=said).exclude(by_rows=F("said"))
    return [Finding("written_off_differs", ref(r), f"{r} says {r.said} is given up, its write-offs say {r.by_rows}.") for r in rows]


def _credited(ctx: Context) -> list[Finding]:
    by_notes = Coalesce(Sum("credit_notes__total_minor", filter=Q(credit_notes__number__isnull=False)), 0)
    rows = Invoice.objects.visible_to(ctx).annotate(by_rows=by_notes).exclude(by_rows=F("credited_minor"))
    return [
        Finding("credited_differs", ref(r), f"{r} says {r.credited_minor} is credited, its credit notes say {r.by_rows}.") for r in rows
    ]


def _refunded(ctx: Context) -> list[Finding]:
    back = Coalesce(Sum("refund_rows__amount_minor", filter=Q(refund_rows__voided_on=None)), 0)
    rows = Payment.objects.visible_to(ctx).annotate(by_rows=back).exclude(by_rows=F("refunded_minor"))
    return [Finding("refunded_differs", ref(r), f"{r} says {r.refunded_minor} went back, its refunds say {r.by_rows}.") for r in rows]


def _posted(ctx: Context) -> list[Finding]:
    """One entry per document and payment; a document over nothing without any discount has none."""
    posted = entries_by_origin(ctx, "billing.")
    numbered = Invoice.objects.visible_to(ctx).exclude(number=None).exclude(total_minor=0, discount_minor=0)
    wanted = {ref(Invoice(pk=pk)) for pk in numbered.values_list("pk", flat=True)}
    for model in (Payment, WriteOff):
        wanted |= {ref(model(pk=pk)) for pk in model.objects.visible_to(ctx).values_list("pk", flat=True)}
    missing = sorted(wanted - posted.keys(), key=lambda r: (split(r)[0], split(r)[1]))
    twice = [origin for origin in sorted(wanted & posted.keys()) if posted[origin] != 1]
    found = [Finding("not_posted", r, "This document is in no entry of the ledger.") for r in missing]
    return [*found, *(Finding("posted_twice", r, f"This document is in {posted[r]} entries of the ledger.") for r in twice)]


def _worths(ctx: Context) -> list[Finding]:
    """What settled documents in foreign currencies took of their worth, against what the rows say."""
    with connection.cursor() as cursor:
        cursor.execute(_WORTHS, {"company": ctx.company_id})
        rows = cursor.fetchall()
    return [
        Finding("worth_differs", key, f"{number} says {said} of its worth is gone, its rows say {found}.")
        for key, number, said, found in rows
    ]


def _counted(ctx: Context) -> list[Finding]:
    closed = DrawerSession.objects.visible_to(ctx).filter(state=DrawerSession.State.CLOSED)
    found = []
    for session in closed.iterator(chunk_size=500):
        expected = expected_cash(session)
        if expected != session.expected_minor:
            found.append(
                Finding("expected_differs", ref(session), f"{session} expected {session.expected_minor}, its payments say {expected}.")
            )
    return found
