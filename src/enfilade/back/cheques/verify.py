"""Proof for `enfilade verify`: every number of a cheque book is accounted for, and each cheque is what its payment is."""

from __future__ import annotations

from django.db.models import Count, F, Q

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.verify import Finding, declare_series, verifier

from .models import ChequeBook, DepositSlip, ReceivedCheque, WrittenCheque

declare_series("cheques.slip", DepositSlip, "number", starts="CD-")


@verifier("cheques")
def verify_cheques(ctx: Context) -> list[Finding]:
    """Numbers that are missing, and cheques whose payment says something else."""
    return [*_missing(ctx), *_written(ctx), *_received(ctx)]


def _missing(ctx: Context) -> list[Finding]:
    books = ChequeBook.objects.visible_to(ctx).annotate(used=Count("cheques"), given=F("next_number") - F("first_number"))
    return [
        Finding("cheque_missing", ref(book), f"{book} has given out {book.given} numbers, {book.used} cheques have one.")
        for book in books.exclude(used=F("given")).select_related("bank_account")
    ]


def _written(ctx: Context) -> list[Finding]:
    void = Q(state=WrittenCheque.State.VOID)
    rows = WrittenCheque.objects.visible_to(ctx).filter(payment__isnull=False)
    rows = rows.filter(void & Q(payment__reversed_on=None) | ~void & Q(payment__reversed_on__isnull=False))
    return [Finding("cheque_differs", ref(c), f"The cheque {c} is {c.state}, its payment says something else.") for c in rows]


def _received(ctx: Context) -> list[Finding]:
    back = Q(state__in=[ReceivedCheque.State.BOUNCED, ReceivedCheque.State.GIVEN_BACK])
    rows = ReceivedCheque.objects.visible_to(ctx).filter(payment__isnull=False)
    rows = rows.filter(back & Q(payment__voided_on=None) | ~back & Q(payment__voided_on__isnull=False))
    return [Finding("cheque_differs", ref(c), f"The cheque {c} is {c.state}, its payment says something else.") for c in rows]
