"""Giving up what is owed: small differences and bad debt, with the tax on it; and back, when it is paid after all."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import WrittenOff
from enfilade.back.billing.models import Invoice, WriteOff
from enfilade.back.billing.queries import left_by_rate
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal
from enfilade.base.books.queries import entries_of
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.refs import ref

from .common import Today, money, require_date
from .invoices import OUTPUT_TAX
from .settling import refresh

WHERE = {WriteOff.Kind.SMALL: "rounding", WriteOff.Kind.BAD_DEBT: "write_off", WriteOff.Kind.DISCOUNT: "cash_discount_given"}
Kind = Annotated[str, Choice(("small", "Small difference"), ("bad_debt", "Bad debt"), widget="radio")]


class WriteOffFacts(TypedDict):
    """What a door is told about a write-off. amount: in major units; percent: of the invoice; kind: small or bad_debt."""

    amount: Decimal
    percent: Decimal
    kind: str


def _facts(*, invoice: Invoice, amount: int | None, kind: str, **_: object) -> WriteOffFacts:
    given_up = invoice.open_minor if amount is None else amount
    return {
        "amount": to_major(given_up, invoice.currency),
        "percent": rules.percent(given_up, invoice.total_minor),
        "kind": kind,
    }


def _discount_facts(*, invoice: Invoice, amount: int, **_: object) -> WriteOffFacts:
    return _facts(invoice=invoice, amount=amount, kind=WriteOff.Kind.DISCOUNT.value)


@command(permission="billing.write_off", door=_facts, label="Write off", tone="danger")
def write_off(
    ctx: Context,
    *,
    invoice: Invoice,
    kind: Kind,
    reason: LongText,
    on: Today,
    amount: Annotated[int | None, Input(amount=True, help="All that is open when left out.")] = None,
) -> WriteOff:
    """Give up what is open of an invoice, or a part of it; the tax on it is no longer owed.

    kind: a small difference counts as paid, bad debt as lost.
    reason: why it is not collected, for the auditor.
    on: accounting date.
    Refuses: already_paid, not_issued_or_part_paid, too_much, nothing_given, before_invoice; invoice_never_overpaid,
    entry_period_open (database).
    Source: UStG § 17(1) and (2) no. 1.
    """
    return give_up(ctx, invoice, WriteOff.Kind(kind), invoice.open_minor if amount is None else amount, on, reason)


@command(permission="billing.allow_discount", door=_discount_facts, label="Allow a discount for early payment")
def allow_discount(
    ctx: Context, *, invoice: Invoice, amount: Annotated[int, Input(amount=True)], on: Today, reason: str = "Discount for early payment"
) -> WriteOff:
    """Let a customer keep a part of what is open because of early payment; the tax on it is no longer owed.

    amount: with tax.
    on: accounting date.
    Refuses: already_paid, not_issued_or_part_paid, too_much, nothing_given, before_invoice; invoice_never_overpaid,
    entry_period_open (database).
    Source: UStG § 17(1): the tax follows what was really paid.
    """
    return give_up(ctx, invoice, WriteOff.Kind.DISCOUNT, amount, on, reason)


def give_up(ctx: Context, invoice: Invoice, kind: WriteOff.Kind, amount: int, on: Today, reason: str) -> WriteOff:
    """Write a part of an invoice off, divided over its rates by what each has left, and post it."""
    require_date(on)
    if amount <= 0:
        raise Refusal("nothing_given", "Give an amount above zero.", field="amount")
    if amount > invoice.open_minor:
        raise Refusal("too_much", f"Only {money(ctx, invoice.open_minor)} is open.", field="amount")
    if invoice.issued_on and on < invoice.issued_on:
        raise Refusal("before_invoice", "Nothing is written off before it was billed.", field="on")
    left = left_by_rate(ctx, invoice)
    shares = rules.share_of_credit(amount, [(net, tax, rate) for (_, rate), (net, tax) in left.items()])
    divided = [(tax_class, rate, net, tax) for (tax_class, rate), (net, tax) in zip(left, shares, strict=True) if net or tax]
    made = WriteOff.objects.create(
        company=ctx.company,
        invoice=invoice,
        kind=kind,
        amount_minor=amount,
        net_minor=sum(net for *_, net, _ in divided),
        tax_minor=sum(tax for *_, tax in divided),
        shares=[{"tax_class": c, "rate_bp": rate, "net_minor": net, "tax_minor": tax} for c, rate, net, tax in divided],
        on=on,
        reason=reason,
        written_at=ctx.now,
        written_by=ctx.user,
    )
    refresh(invoice)
    legs = [Leg("receivable", -amount, Party(pk=invoice.party_id)), Leg(WHERE[kind], made.net_minor)]
    legs += [Leg(OUTPUT_TAX[tax_class], tax) for tax_class, _, _, tax in divided if tax]
    post_legs(ctx, on=on, text=f"{kind.label} of {invoice.number}: {reason}"[:200], origin=ref(made), legs=legs)
    publish(ctx, WrittenOff(write_off=made.pk, invoice=invoice.pk, party=invoice.party_id, kind=kind.value, amount_minor=amount))
    return made


@command(permission="billing.write_off", label="Reverse the write-off", tone="danger")
def reverse_write_off(ctx: Context, *, write_off: WriteOff, reason: LongText, on: Today) -> WriteOff:
    """Claim again what was written off, for example because it is paid after all: the invoice is open again, and its tax is owed.

    on: accounting date, not before the write-off.
    Refuses: already_undone, before_write_off; entry_reversed_once, entry_period_open (database).
    Source: UStG § 17(2) no. 1 sentence 2.
    """
    require_date(on)
    if on < write_off.on:
        raise Refusal("before_write_off", f"It was written off on {write_off.on:%Y-%m-%d}; it is reversed later.", field="on")
    write_off.state, write_off.undone_on, write_off.undone_by = WriteOff.State.UNDONE, on, ctx.user
    write_off.save(update_fields=["state", "undone_on", "undone_by"])
    for entry in entries_of(ctx, ref(write_off)):
        reverse_journal(ctx, entry=entry, on=on, reason=reason)
    return write_off
