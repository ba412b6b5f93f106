"""Cheques of customers: received, given back, bounced."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.back.billing.commands import InvoicePart, allocate_payment, receive_transfer, void_transfer
from enfilade.back.billing.models import Invoice, Payment
from enfilade.back.cheques.events import ChequeBounced, ChequeReceived
from enfilade.back.cheques.models import ReceivedCheque
from enfilade.back.ledger.commands import Currency, currency_in
from enfilade.back.ledger.queries import places_of
from enfilade.base.books.models import Account
from enfilade.base.books.queries import accounts_by_id
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

from .common import Row

# Undeposited funds: a cheque in the drawer is no money at the bank, but the customer has paid.
PURPOSE = "cheques_received"
From = Annotated[Party, Input(shared=True, label="From")]
ForInvoice = Annotated[Row | None, Input(shared=True, label="For invoice", query="kind=invoice", help="On account when left out.")]
Dated = Annotated[date | None, Input(label="Date on the cheque", help="Where it is later than today, the cheque is kept until then.")]


@command(permission="cheques.receive_cheque", label="Receive a cheque", tone="primary", target="")
def receive_cheque(
    ctx: Context,
    *,
    party: From,
    amount: Annotated[int, Input(amount=True)],
    number: Annotated[str, Input(label="Number of the cheque", max_length=30)],
    bank: Annotated[str, Input(label="Drawn on", max_length=100, help="The bank that stands on it.")],
    invoice: ForInvoice[Invoice] = None,
    dated_on: Dated = None,
    on: Today,
    currency: Currency = "",
) -> ReceivedCheque:
    """Take a cheque of a customer. It pays from the day that stands on it; before, it is kept and nothing is posted.

    on: day on which it came.
    dated_on: as it stands on it; the day on which it came when left out.
    invoice: is paid by it, as far as it is open; what is more, or all without an invoice, is on account.
    currency: of the amount; the company's own when left out.
    Refuses: nothing_paid, not_open, not_theirs, other_currency, unknown_currency, no_rate, unknown_account (the chart lacks an account);
    received_cheque_once, entry_period_open (database).
    Source: Abschnitt 13.6 UStAE: a cheque is received when it is taken, where it could be presented at once.
    """
    require_date(on)
    code = currency_in(ctx, currency)
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if invoice is not None and (invoice.party_id != party.pk or invoice.currency != code):
        raise Refusal("not_theirs", "This invoice is of somebody else, or in another currency.", field="invoice")
    if invoice is not None and not invoice.open_minor:
        raise Refusal("not_open", f"Nothing of {invoice} is open.", field="invoice")
    made = ReceivedCheque.objects.create(
        company=ctx.company,
        party=party,
        invoice=invoice,
        number=number,
        bank=bank,
        currency=code,
        amount_minor=amount,
        received_on=on,
        dated_on=dated_on or on,
        received_by=ctx.user,
        received_at=ctx.now,
    )
    if made.dated_on <= on:
        take(ctx, made, on)
    told: dict[str, Any] = {"party": party.pk, "amount_minor": amount, "currency": code}
    publish(ctx, ChequeReceived(cheque=made.pk, dated_on=f"{made.dated_on}", **told))
    return made


def take(ctx: Context, cheque: ReceivedCheque, on: date) -> Payment:
    """Let a cheque count as a payment from a day on, inside a command; of its invoice as much as is open."""
    told: dict[str, Any] = {"party": cheque.party, "amount": cheque.amount_minor, "currency": cheque.currency}
    payment = receive_transfer(ctx, on=on, account=account_of_cheques(ctx), method="cheque", **told)
    if cheque.invoice is not None:
        cheque.invoice.refresh_from_db(fields=["open_minor"])
        if cheque.invoice.open_minor:
            allocate_payment(ctx, payment=payment, invoices=[InvoicePart(cheque.invoice)], on=on)
    cheque.payment, cheque.state = payment, ReceivedCheque.State.RECEIVED
    cheque.save(update_fields=["payment", "state"])
    return payment


def account_of_cheques(ctx: Context) -> Account:
    """The account of the ledger on which cheques stand until the bank credits them.

    Refuses: unknown_account.
    """
    key = places_of(ctx, [PURPOSE])[PURPOSE].account_id
    return accounts_by_id(ctx, [key])[key]


@command(permission="cheques.bounce_cheque", label="It bounced", tone="danger")
def bounce_cheque(ctx: Context, *, cheque: ReceivedCheque, reason: LongText, on: Today) -> ReceivedCheque:
    """Say that a cheque was not paid: what it settled is open again. The line with which the bank takes it back is proposed as that.

    reason: as the bank says it.
    on: accounting date of the reversal.
    Refuses: not_deposited, already_bounced, before_cheque, already_refunded; entry_period_open (database).
    """
    _end(ctx, cheque, reason, on, ReceivedCheque.State.BOUNCED)
    told: dict[str, Any] = {"party": cheque.party_id, "amount_minor": cheque.amount_minor, "currency": cheque.currency}
    publish(ctx, ChequeBounced(cheque=cheque.pk, reason=reason, **told))
    return cheque


@command(permission="cheques.give_cheque_back", label="Give back", tone="danger")
def give_cheque_back(ctx: Context, *, cheque: ReceivedCheque, reason: LongText, on: Today) -> ReceivedCheque:
    """Give a cheque back that was not deposited: what it settled is open again.

    on: accounting date of the reversal.
    Refuses: not_held_or_received, before_cheque, already_refunded; entry_period_open (database).
    """
    _end(ctx, cheque, reason, on, ReceivedCheque.State.GIVEN_BACK)
    return cheque


def _end(ctx: Context, cheque: ReceivedCheque, reason: str, on: date, state: ReceivedCheque.State) -> None:
    require_date(on)
    if on < cheque.received_on:
        raise Refusal("before_cheque", "A cheque does not come back before it was received.", field="on")
    cheque.state, cheque.ended_on, cheque.reason = state, on, reason
    cheque.save(update_fields=["state", "ended_on", "reason"])
    if cheque.payment is not None:
        void_transfer(ctx, payment=cheque.payment, reason=reason, on=on)
