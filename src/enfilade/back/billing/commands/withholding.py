"""Tax that customers withhold from what they pay us: noted, proved by their certificates, counted by the office, or taken back."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.billing.models import Invoice, Payment, WithheldProof
from enfilade.back.billing.withheld import own_amount
from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.base.books.models import Account
from enfilade.core.command import Input, LongText, Ref, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.refs import ref

from .common import money
from .payments import make_void, tell_taken, withhold

WITHHELD = Payment.Method.WITHHELD
CountedOn = Annotated[
    Account,
    Input(shared=True, label="Counted on", query="heading=false&active=true", help="Taxes on income, or the bank where it came back."),
]
CertificateFile = Annotated[StoredFile | None, Input(shared=True, label="The certificate")]


def _is_withheld(payment: Payment) -> bool:
    return payment.method == WITHHELD and payment.state == Payment.State.TAKEN


@command(
    permission="billing.take_payment",
    label="Tax was withheld",
    offered=lambda invoice: invoice.kind == Invoice.Kind.INVOICE and invoice.number is not None and invoice.open_minor > 0,
)
def take_withheld(
    ctx: Context,
    *,
    invoice: Invoice,
    amount: Annotated[int, Input(amount=True, label="Withheld for the tax office")],
    on: Today | None = None,
) -> Payment:
    """Note that a customer kept back tax from an invoice, where what she paid was entered before.

    amount: settles as much of the invoice; an office owes it to us.
    on: day on which she paid; today when left out.
    Refuses: not_issued, nothing_paid, too_much, no_rate; invoice_never_overpaid, entry_period_open (database).
    """
    day = on or ctx.today
    require_date(day)
    if invoice.number is None:
        raise Refusal("not_issued", "This invoice is a draft; issue it first.")
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > invoice.open_minor:
        raise Refusal("too_much", f"Only {money(ctx, invoice.open_minor, invoice.currency)} is open.", field="amount")
    payment = withhold(ctx, invoice, amount, day)
    tell_taken(ctx, payment, invoice)
    return payment


@command(permission="billing.void_withheld", label="Was not withheld", tone="danger", offered=_is_withheld)
def void_withheld(ctx: Context, *, payment: Payment, reason: LongText, on: Today) -> Payment:
    """Say that tax was not withheld: the invoice is open by it again, and its entry is reversed.

    on: accounting date of the reversal.
    Refuses: already_void, not_withheld, set_off; entry_reversed_once, entry_period_open (database).
    """
    require_date(on)
    if payment.method != WITHHELD:
        raise Refusal("not_withheld", "This is money that came; give it back instead.")
    make_void(ctx, payment, reason, on)
    return payment


@command(permission="billing.note_withheld_proof", label="Certificate came", tone="primary", target="payment", offered=_is_withheld)
def note_withheld_proof(
    ctx: Context,
    *,
    payment: Ref[Payment],
    reference: Annotated[str, Input(label="Number of the certificate", max_length=100)],
    on: Today,
    file: CertificateFile = None,
) -> WithheldProof:
    """Note the certificate with which a customer proves the tax that she withheld from us.

    on: day of the certificate.
    Refuses: not_withheld, not_yet, proved_already; withheld_proof_named (database).
    """
    require_date(on)
    if not _is_withheld(payment):
        raise Refusal("not_withheld", "No tax was withheld with this payment.", field="payment")
    if on > ctx.today:
        raise Refusal("not_yet", "A certificate is not of a day to come.", field="on")
    if WithheldProof.objects.visible_to(ctx).filter(payment=payment).exists():
        raise Refusal("proved_already", "A certificate of this tax was noted already.", field="payment")
    return WithheldProof.objects.create(
        company=ctx.company, payment=payment, on=on, reference=reference.strip(), file=file, noted_by=ctx.user, noted_at=ctx.now
    )


@command(
    permission="billing.set_off_withheld", label="The office counted it", tone="primary", offered=lambda proof: proof.set_off_on is None
)
def set_off_withheld(
    ctx: Context,
    *,
    proof: WithheldProof,
    on: Today,
    account: CountedOn,
) -> WithheldProof:
    """Say that an office counted tax that was withheld against a tax of ours, or paid it back; it is owed to us no longer.

    on: accounting date.
    account: what becomes less by it, or where it came.
    Refuses: set_off, before_certificate; entry_period_open (database).
    """
    require_date(on)
    if proof.set_off_on is not None:
        raise Refusal("set_off", "This was counted already.")
    if on < proof.on:
        raise Refusal("before_certificate", "It is not counted before its certificate.", field="on")
    amount = own_amount(proof.payment)
    legs = [Leg(account.code, amount), Leg("withholding_receivable", -amount)]
    post_legs(ctx, on=on, text=f"Tax withheld by {proof.payment.party}, certificate {proof}", origin=ref(proof), legs=legs)
    proof.set_off_on, proof.account = on, account
    proof.save(update_fields=["set_off_on", "account"])
    return proof
