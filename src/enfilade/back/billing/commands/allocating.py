"""Payments on account: taken without an invoice, allocated to invoices later, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from django.db.models import Model

from enfilade.back.billing import rules
from enfilade.back.billing.events import PaymentAllocated
from enfilade.back.billing.models import Allocation, DrawerSession, Invoice, Payment
from enfilade.back.billing.queries import due_parts, open_invoices
from enfilade.back.ledger.commands import Currency, currency_in, worth_on
from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.command import Amount, Choice, Input, LongText, Ref, Today, command, primary_key, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major

from .common import Method, WithoutDiscount, money
from .payments import BankAccount, OwnAmount, PaymentFacts, drawer_of, how_it_came, post_payment, tell_taken, write_receipt
from .settling import allocate, claim_discounts, hold_invoices, refresh, take_back
from .writing_off import give_agreed

OnAccount = Annotated[int, Input(amount=True)]
Row = TypeVar("Row", bound=Model)
# Only named here: the command itself holds them, after the payment, in the order of their keys.
OpenInvoice = Annotated[Row, Input(shared=True, query="kind=invoice")]


@dataclass(frozen=True)
class InvoicePart:
    """An invoice, and how much of the payment is for it; left out, as much as is open and is left."""

    invoice: OpenInvoice[Invoice]
    amount: Amount | None = None


def _received_facts(
    *,
    ctx: Context,
    amount: int,
    method: str = Payment.Method.TRANSFER.value,
    currency: str = "",
    own_amount: int | None = None,
    **_: object,
) -> PaymentFacts:
    worth = worth_on(ctx, currency_in(ctx, currency), amount, ctx.today) if own_amount is None else own_amount
    return {"amount": to_major(worth, ctx.company.currency), "method": method}


@command(permission="billing.receive_payment", door=_received_facts, label="Take a payment on account", target="party")
def receive_payment(
    ctx: Context,
    *,
    party: Ref[Party],
    method: Method,
    amount: OnAccount,
    on: Today | None = None,
    drawer: Ref[DrawerSession] | None = None,
    reason: str = "",
    currency: Currency = "",
    account: BankAccount = None,
    own_amount: OwnAmount = None,
) -> Payment:
    """Take money of a party without an invoice; it stays on account until it is allocated or given back.

    on: day on which the money came; today when left out.
    drawer: the session that cash goes into; one's own, or the only one that is open, when left out.
    reason: what it is for.
    currency: of the amount; it settles invoices in that currency.
    account: of the ledger, where a transfer arrived that did not come to the usual bank account.
    own_amount: of an amount in a foreign currency, what came in the company's; left out, it came in its own, on an account that is named.
    Refuses: nothing_paid, drawer_closed, which_drawer, not_cash, not_a_transfer, which_account, unknown_currency,
    no_currency, no_rate; entry_period_open (database).
    """
    abroad = currency_in(ctx, currency)
    how = how_it_came(ctx, abroad, method, account, own_amount)
    return _receive(ctx, party, amount, on or ctx.today, currency=abroad, drawer=drawer_of(ctx, method, drawer), reason=reason, **how)


@command(permission="billing.take_transfer", door=_received_facts, hidden=True, target="party")
def receive_transfer(
    ctx: Context,
    *,
    party: Ref[Party],
    amount: OnAccount,
    on: Today,
    account: Ref[Account],
    currency: Currency = "",
    method: Annotated[str, Choice(("transfer", "Bank transfer"), ("cheque", "Cheque"), ("set_off", "Set off"))] = "transfer",
) -> Payment:
    """Take a transfer that was seen on a bank account as a payment on account; or a cheque, or what is set off against bills of the party.

    account: the bank account in the ledger; of a cheque where it is kept, of a set-off where it stands against the bills.
    currency: in which it arrived there.
    Refuses: nothing_paid, unknown_currency, no_rate; entry_period_open (database).
    """
    abroad = currency_in(ctx, currency)
    how = {**how_it_came(ctx, abroad, Payment.Method.TRANSFER, account, None), "method": method}
    return _receive(ctx, party, amount, on, currency=abroad, **how)


def _receive(ctx: Context, party: Party, amount: int, day: date, *, currency: str, **how: Any) -> Payment:
    require_date(day)
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    payment = write_receipt(ctx, party, None, amount_minor=amount, on=day, kind=Payment.Kind.PAYMENT, currency=currency, **how)
    post_payment(ctx, payment, f"Payment on account from {party}", amount)
    payment.refresh_from_db(fields=["rest_minor"])
    tell_taken(ctx, payment, None)
    return payment


@command(permission="billing.allocate_payment", label="Allocate", tone="primary", offered=lambda payment: payment.rest_minor > 0)
def allocate_payment(
    ctx: Context,
    *,
    payment: Payment,
    invoices: list[InvoicePart] | None = None,
    on: Today | None = None,
    without_discount: WithoutDiscount = False,
) -> Payment:
    """Let what is on account of a payment settle invoices: one, or several, also of another party for whom it was paid.

    invoices: the open ones of the party, the longest due first and of each its instalments, when left out.
    on: from this day on they count as paid; today when left out, never before the payment came or the invoice was issued.
    without_discount: what is left open stays owed; else an agreed discount is given where exactly that is left, and the money came in time.
    Refuses: nothing_on_account, no_open_invoices, too_much, already_paid, not_issued, other_currency; payment_never_overallocated,
    invoice_never_overpaid, entry_period_open (database).
    """
    if not payment.rest_minor:
        raise Refusal("nothing_on_account", "Nothing of this payment is on account.")
    wanted = [(primary_key(part.invoice), part.amount) for part in invoices] if invoices else _longest_due(ctx, payment)
    held = hold_invoices(ctx, {key for key, _ in wanted})
    parts = [(held[key], amount) for key, amount in wanted]
    if not parts:
        raise Refusal("no_open_invoices", f"{payment.party} has no open invoice.", field="invoices")
    day = on or ctx.today
    require_date(day)
    for number, (invoice, amount) in enumerate(parts):
        counted = _allocate(ctx, payment, invoice, amount, day, f"invoices[{number}].amount")
        if not without_discount:
            give_agreed(ctx, invoice, payment.on, counted)
    return payment


def _longest_due(ctx: Context, payment: Payment) -> list[tuple[int, int | None]]:
    invoices = [i for i in open_invoices(ctx, payment.party) if i.kind == Invoice.Kind.INVOICE and i.currency == payment.currency]
    parts = due_parts(ctx, invoices)
    debts = sorted((part.due_on, i.pk, part.open_minor) for i in invoices for part in parts[i.pk])
    found: dict[int, int] = {}
    for key, amount in rules.spread(payment.rest_minor, [(key, open_minor) for _, key, open_minor in debts]):
        found[key] = found.get(key, 0) + amount
    return list(found.items())


def _allocate(ctx: Context, payment: Payment, invoice: Invoice, wanted: int | None, day: date, field: str) -> date:
    if invoice.number is None or invoice.issued_on is None:
        raise Refusal("not_issued", "This invoice is a draft; issue it first.", field=field)
    if not invoice.open_minor:
        raise Refusal("already_paid", f"Nothing of {invoice} is open.", field=field)
    amount = min(payment.rest_minor, invoice.open_minor) if wanted is None else wanted
    if amount <= 0:
        raise Refusal("too_much" if wanted is None else "nothing_paid", "Nothing of the payment is left for this.", field=field)
    if amount > invoice.open_minor:
        raise Refusal("too_much", f"Only {money(ctx, invoice.open_minor, invoice.currency)} is open.", field=field)
    if amount > payment.rest_minor:
        raise Refusal("too_much", f"Only {money(ctx, payment.rest_minor, payment.currency)} of the payment is left.", field=field)
    counted = max(day, payment.on, invoice.issued_on)
    allocate(ctx, payment, invoice, amount, counted)
    payment.refresh_from_db(fields=["allocated_minor", "rest_minor"])
    refresh(invoice)
    told: dict[str, Any] = {
        "party": invoice.party_id,
        "amount_minor": amount,
        "open_minor": invoice.open_minor,
        "currency": invoice.currency,
    }
    publish(ctx, PaymentAllocated(payment=payment.pk, invoice=invoice.pk, **told))
    return counted


@command(permission="billing.allocate_payment", label="Take the allocation back", tone="danger")
def release_allocation(ctx: Context, *, allocation: Allocation, reason: LongText, on: Today | None = None) -> Allocation:
    """Take back what a payment settled: it is on account again, and the invoice is open by as much, and by a discount kept by its terms.

    on: from this day on; today when left out.
    Refuses: already_undone, is_set_off; entry_period_open (database).
    """
    if allocation.payment.method == Payment.Method.SET_OFF:
        raise Refusal("is_set_off", "This was set off against bills of the party: undo the set-off instead.")
    day = on or ctx.today
    require_date(day)
    if day < allocation.on:
        raise Refusal("before_allocation", f"It was allocated on {allocation.on:%Y-%m-%d}; it is taken back later.", field="on")
    take_back(ctx, allocation, day, reason)
    claim_discounts(ctx, [allocation.invoice_id], day, reason)
    return allocation
