"""Giving up what is owed: small differences and bad debt, with the tax on it; and back, when it is paid after all."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import WrittenOff
from enfilade.back.billing.models import Discount, Invoice, WriteOff
from enfilade.back.billing.queries import left_by_rate
from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.base.money.rules import divide_worth, worth_of_part
from enfilade.core.command import Choice, Input, LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.refs import ref

from .common import money
from .invoices import owed_leg
from .settling import refresh, undo_write_off
from .shares import Share, divide, tax_legs
from .valuing import own_worth

WHERE = {WriteOff.Kind.SMALL: "rounding", WriteOff.Kind.BAD_DEBT: "write_off", WriteOff.Kind.DISCOUNT: "cash_discount_given"}
Kind = Annotated[str, Choice(("small", "Small difference"), ("bad_debt", "Bad debt"), widget="radio")]


class WriteOffFacts(TypedDict):
    """What a door is told about a write-off. amount: in major units of our currency; percent: of the invoice; kind: small or bad_debt."""

    amount: Decimal
    percent: Decimal
    kind: str


def _facts(*, ctx: Context, invoice: Invoice, amount: int | None, kind: str, **_: object) -> WriteOffFacts:
    given_up = invoice.open_minor if amount is None else amount
    return {
        "amount": to_major(own_worth(ctx, invoice, given_up, ctx.today), ctx.company.currency),
        "percent": rules.percent(given_up, invoice.total_minor),
        "kind": kind,
    }


def _discount_facts(*, ctx: Context, invoice: Invoice, amount: int, **_: object) -> WriteOffFacts:
    return _facts(ctx=ctx, invoice=invoice, amount=amount, kind=WriteOff.Kind.DISCOUNT.value)


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
    Refuses: already_paid, not_issued_or_part_paid, is_advance, too_much, nothing_given, before_invoice; invoice_never_overpaid,
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
    Refuses: already_paid, not_issued_or_part_paid, is_advance, too_much, nothing_given, before_invoice; invoice_never_overpaid,
    entry_period_open (database).
    Source: UStG § 17(1): the tax follows what was really paid.
    """
    return give_up(ctx, invoice, WriteOff.Kind.DISCOUNT, amount, on, reason)


def give_up(ctx: Context, invoice: Invoice, kind: WriteOff.Kind, amount: int, on: Today, reason: str, *, agreed: bool = False) -> WriteOff:
    """Write a part of an invoice off, divided over its rates by what each has left, and post it. agreed: by its terms."""
    require_date(on)
    if invoice.advance:
        said = "Nothing was supplied for an advance, so nothing of it is lost: credit what is not wanted any more."
        raise Refusal("is_advance", said)
    if amount <= 0:
        raise Refusal("nothing_given", "Give an amount above zero.", field="amount")
    if amount > invoice.open_minor:
        raise Refusal("too_much", f"Only {money(ctx, invoice.open_minor, invoice.currency)} is open.", field="amount")
    if invoice.issued_on and on < invoice.issued_on:
        raise Refusal("before_invoice", "Nothing is written off before it was billed.", field="on")
    left = left_by_rate(ctx, invoice)
    divided = divide(amount, left)
    worth = None if invoice.worth_minor is None else worth_of_part(amount, invoice.open_minor, invoice.open_worth_minor)
    counted = divided if worth is None else _counted(ctx, invoice, divided, left, worth)
    made = WriteOff.objects.create(
        company=ctx.company,
        invoice=invoice,
        kind=kind,
        agreed=agreed,
        currency="" if worth is None else invoice.currency,
        amount_minor=amount,
        worth_minor=worth,
        net_minor=sum(share.net_minor for share in divided),
        tax_minor=sum(share.tax_minor for share in divided),
        shares=[_kept(share, None if worth is None else of) for share, of in zip(divided, counted, strict=True)],
        on=on,
        reason=reason,
        written_at=ctx.now,
        written_by=ctx.user,
    )
    refresh(invoice)
    legs = [owed_leg(invoice, -amount, -(worth or 0)), Leg(WHERE[kind], sum(share.net_minor for share in counted))]
    legs += tax_legs(counted, 1)
    post_legs(ctx, on=on, text=f"{kind.label} of {invoice.number}: {reason}"[:200], origin=ref(made), legs=legs)
    publish(
        ctx,
        WrittenOff(
            write_off=made.pk, invoice=invoice.pk, party=invoice.party_id, kind=kind.value, amount_minor=amount, currency=invoice.currency
        ),
    )
    return made


def give_agreed(ctx: Context, invoice: Invoice, paid_on: date, on: date) -> WriteOff | None:
    """Let a customer keep what was agreed for paying early, where exactly that is open after a payment within its days; else nothing.

    paid_on: day on which the money came. on: accounting date.
    """
    for discount in invoice.discounts:
        if discount.amount_minor == invoice.open_minor > 0 and paid_on <= discount.until:
            return give_up(ctx, invoice, WriteOff.Kind.DISCOUNT, discount.amount_minor, on, _why(discount), agreed=True)
    return None


def _why(discount: Discount) -> str:
    percent, days = f"{discount.percent.normalize():f}", discount.days
    return f"{percent} % for paying within {days} days, as agreed"


def _counted(ctx: Context, invoice: Invoice, divided: list[Share], left: dict[tuple[str, int], list[int]], worth: int) -> list[Share]:
    """What the shares of an invoice in a foreign currency count in the company's; together exactly the worth."""
    worths = left_by_rate(ctx, invoice, "_worth")
    parts = [
        (part, left[share.tax_class, share.rate_bp][at], worths[share.tax_class, share.rate_bp][at])
        for share in divided
        for at, part in enumerate((share.net_minor, share.tax_minor))
    ]
    found = divide_worth(worth, parts)
    return [replace(share, net_minor=net, tax_minor=tax) for share, net, tax in zip(divided, found[::2], found[1::2], strict=True)]


def _kept(share: Share, counted: Share | None) -> dict[str, object]:
    """A share as the row keeps it."""
    worths = {} if counted is None else {"net_worth_minor": counted.net_minor, "tax_worth_minor": counted.tax_minor}
    return {**asdict(share), **worths}


@command(permission="billing.write_off", label="Reverse the write-off", tone="danger")
def reverse_write_off(ctx: Context, *, write_off: WriteOff, reason: LongText, on: Today) -> WriteOff:
    """Claim again what was written off, for example because it is paid after all: the invoice is open again, and its tax is owed.

    on: accounting date, not before the write-off.
    Refuses: already_undone, of_final, before_write_off; entry_reversed_once, entry_period_open (database).
    Source: UStG § 17(2) no. 1 sentence 2.
    """
    require_date(on)
    if write_off.final_id:
        raise Refusal("of_final", f"This advance was taken over by {write_off.final}; credit that, and it is free again.")
    if on < write_off.on:
        raise Refusal("before_write_off", f"It was written off on {write_off.on:%Y-%m-%d}; it is reversed later.", field="on")
    undo_write_off(ctx, write_off, on, reason)
    return write_off
