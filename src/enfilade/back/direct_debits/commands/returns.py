"""What the bank refused, or took back again: R-transactions, by hand, from its messages, and from lines of statements."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice, issue_invoice, refund_payment
from enfilade.back.direct_debits import rules
from enfilade.back.direct_debits.events import CollectionReturned
from enfilade.back.direct_debits.formats.returns import Returned, read_messages
from enfilade.back.direct_debits.models import Collection, CollectionRun, Mandate
from enfilade.back.direct_debits.queries import creditor_of, named
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of
from enfilade.core.command import Choice, Input, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.files import open_file, refuse_file
from enfilade.core.models import StoredFile
from enfilade.core.refs import ref

from .common import finish, forget_told, hold_mandate, hold_run, set_live
from .mandates import suspend

Code = Annotated[str, Choice(*((code, f"{code} {reason.sentence}") for code, reason in rules.REASONS.items()), label="Why")]
BankMessage = Annotated[StoredFile, Input(shared=True, label="File of the bank", help="camt.054, camt.053 or pain.002.")]


@command(permission="direct_debits.return_collection", label="The bank refused it", tone="danger")
def refuse_collection(ctx: Context, *, collection: Collection, code: Code, on: Today) -> Collection:
    """Say that the bank did not execute a collection: its invoices are open as before and can be collected again.

    code: the reason as the bank gives it.
    Refuses: not_planned, not_sent (take it out instead).
    """
    refuse(ctx, collection, code, on)
    return collection


def refuse(ctx: Context, collection: Collection, code: str, on: date) -> None:
    """The same inside a command that holds the collection.

    Refuses: not_sent.
    """
    run = hold_run(ctx, collection.run_id)
    if run.state not in {CollectionRun.State.RELEASED, CollectionRun.State.SENT}:
        raise Refusal("not_sent", "This run did not go to the bank yet; take the collection out instead.")
    set_live(ctx, collection, live=False)
    collection.state, collection.return_code, collection.returned_on = Collection.State.REFUSED, code, on
    collection.save(update_fields=["state", "return_code", "returned_on"])
    forget_told(ctx, [collection])
    finish(ctx, run)
    _follow(ctx, collection, code, on)


@command(permission="direct_debits.return_collection", label="It came back", tone="danger")
def return_collection(ctx: Context, *, collection: Collection, code: Code, on: Today) -> Collection:
    """Say that the bank took the money of a collection back: the invoices are open again. The line of its statement is matched with that.

    code: the reason as the bank gives it: it may suspend the mandate, and the payer is billed the fee that was set where it is her fault.
    on: day on which the bank booked it.
    Refuses: not_credited, already_returned, before_payment; already_refunded (billing), entry_period_open (database).
    Source: ISO 20022 external return reasons; EPC173-14.
    """
    give_back(ctx, collection, code, on)
    return collection


def give_back(ctx: Context, collection: Collection, code: str, on: date) -> Entry:
    """Give the payment of a collection back inside a command that holds it; the entry that does so."""
    payment = collection.payment
    if payment is None or payment.refundable_minor != collection.amount_minor:
        raise Refusal("already_refunded", "A part of this collection was given back by hand already; match the line with that entry.")
    if on < payment.on:
        raise Refusal("before_payment", "It can't come back before it was credited.", field="on")
    why = f"{code} {rules.reason_of(code).sentence}"
    refund = refund_payment(ctx, payment=payment, amount=collection.amount_minor, reason=why, on=on)
    collection.state, collection.return_code, collection.returned_on = Collection.State.RETURNED, code, on
    collection.save(update_fields=["state", "return_code", "returned_on"])
    _follow(ctx, collection, code, on, payment.pk)
    [entry] = entries_of(ctx, ref(refund))
    return entry


def _follow(ctx: Context, collection: Collection, code: str, on: date, payment: int = 0) -> None:
    """Suspend the mandate where the reason says that it would come back again, and bill the fee where it is the payer's fault."""
    reason = rules.reason_of(code)
    mandate = hold_mandate(ctx, collection.mandate_id)
    if reason.suspends and mandate.state == Mandate.State.ACTIVE:
        suspend(ctx, mandate, f"{collection}: {code} {reason.sentence}")
    creditor = creditor_of(ctx)
    if reason.charged and creditor is not None and creditor.return_fee_minor:
        line = InvoiceLineIn(description="Fee for a returned direct debit", unit_price=creditor.return_fee_minor, tax_class="exempt")
        draft = draft_invoice(ctx, party=collection.party, lines=[line], origin=ref(collection))
        issue_invoice(ctx, invoice=draft, on=max(on, ctx.today))
    told = {"party": collection.party_id, "payment": payment, "amount_minor": collection.amount_minor}
    publish(ctx, CollectionReturned(collection=collection.pk, code=code, **told))


@command(permission="direct_debits.return_collection", label="Read what came back", target="")
def read_returns(ctx: Context, *, file: BankMessage) -> list[Collection]:
    """Read why collections were refused or came back from a message of the bank.

    What was not credited yet is refused by it. What was credited waits for its line of the statement, which then knows why.
    Refuses: invalid (no such file), nothing_known (none of our collections is in it).
    """
    with open_file(file) as content:
        found, sentences = read_messages(content.read())
    refuse_file(sentences)
    ours = named(ctx, {one.end_to_end for one in found})
    done = []
    for one in found:
        collection = ours.get(one.end_to_end)
        if collection is not None and collection.amount_minor == one.amount_minor and _take(ctx, collection, one):
            done.append(collection)
    if not done:
        raise Refusal("nothing_known", "Nothing in this file is new about one of our collections.", field="file")
    return done


def _take(ctx: Context, collection: Collection, one: Returned) -> bool:
    """Whether a message says something new of a collection."""
    collection = (
        Collection.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).select_related("party").get(pk=collection.pk)
    )
    if collection.state == Collection.State.PLANNED:
        refuse(ctx, collection, one.code, ctx.today)
        return True
    if collection.state == Collection.State.CREDITED and collection.return_code != one.code:
        collection.return_code = one.code
        collection.save(update_fields=["return_code"])
        return True
    return False
