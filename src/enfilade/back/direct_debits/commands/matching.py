"""What the bank credits and takes back again, booked from the lines of its statements."""

from __future__ import annotations

from collections.abc import Collection as Many
from datetime import date

from enfilade.back.banking.commands import post_line, write_match
from enfilade.back.banking.models import LineMatch, StatementLine
from enfilade.back.banking.rules import Proposal
from enfilade.back.billing.commands import InvoicePart, allocate_payment, receive_transfer
from enfilade.back.direct_debits import rules
from enfilade.back.direct_debits.events import InvoicesCollected
from enfilade.back.direct_debits.models import Collection, CollectionRun, Mandate
from enfilade.back.direct_debits.queries import parts_of
from enfilade.back.ledger.commands import reverse_journal
from enfilade.back.ledger.queries import places_of
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import accounts_by_id, entries_of
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref, split

from .common import finish, hold_mandate, hold_run, set_live
from .mandates import end
from .returns import give_back


def settle_proposal(ctx: Context, line: StatementLine, chosen: Proposal) -> None:
    """Book what was proposed for a line and accepted: collections that were credited, or one that came back.

    Refuses: proposal_gone; what receive_transfer, allocate_payment and refund_payment refuse.
    """
    reason = " ".join(chosen.reasons)
    came_in = line.open_minor > 0
    held = _hold(
        ctx, [split(reference)[1] for reference, _ in chosen.items], Collection.State.PLANNED if came_in else Collection.State.CREDITED
    )
    if not came_in:
        _take_back(ctx, line, held[0], chosen.percent, reason)
        return
    for collection in held:
        _credit(ctx, line, collection, chosen.percent, reason)
    finish(ctx, hold_run(ctx, held[0].run_id))


def _hold(ctx: Context, keys: Many[int], state: str) -> list[Collection]:
    """Collections, fresh and locked, all of them in a state."""
    rows = Collection.objects.visible_to(ctx).filter(pk__in=keys).select_related("party", "mandate", "run").order_by("pk")
    found = list(rows.select_for_update(of=("self",), no_key=True))
    if len(found) != len(keys) or any(row.state != state for row in found):
        raise Refusal("proposal_gone", "This proposal does not hold any more; look at the line again.", field="proposal")
    return found


def _credit(ctx: Context, line: StatementLine, collection: Collection, percent: int, reason: str) -> None:
    """A payment of the payer over the collection settles its invoices; what was paid otherwise meanwhile stays on account."""
    run = hold_run(ctx, collection.run_id)
    if run.state == CollectionRun.State.RELEASED:
        # The bank has executed it, so it was sent, whether somebody said so or not.
        run.state, run.sent_by, run.sent_at = CollectionRun.State.SENT, ctx.user, ctx.now
        run.save(update_fields=["state", "sent_by", "sent_at"])
    payment = receive_transfer(
        ctx,
        party=collection.party,
        amount=collection.amount_minor,
        on=line.booked_on,
        account=line.bank_account.account,
        currency=collection.currency,
    )
    set_live(ctx, collection, live=False)
    open_parts = [(p.invoice, min(p.amount_minor, p.invoice.open_minor)) for p in parts_of(ctx, collection)]
    if wanted := [InvoicePart(invoice, amount) for invoice, amount in open_parts if amount]:
        allocate_payment(ctx, payment=payment, invoices=wanted, on=line.booked_on)
    collection.state, collection.payment = Collection.State.CREDITED, payment
    collection.save(update_fields=["state", "payment"])
    mandate = hold_mandate(ctx, collection.mandate_id)
    if mandate.kind == Mandate.Kind.ONE_OFF and mandate.state != Mandate.State.ENDED:
        end(ctx, mandate, "It was for one collection.")
    [entry] = entries_of(ctx, ref(payment))
    write_match(ctx, line, LineMatch.Kind.PARTY, payment.amount_minor, entry, payment=payment, percent=percent, reason=reason)
    told = {"party": collection.party_id, "payment": payment.pk, "amount_minor": payment.amount_minor}
    publish(ctx, InvoicesCollected(collection=collection.pk, **told))


def _take_back(ctx: Context, line: StatementLine, collection: Collection, percent: int, reason: str) -> None:
    """A collection came back: its payment is given back on the day of the line, and what the bank took above it is its fee."""
    code = line.return_code or collection.return_code or rules.NO_REASON
    entry = give_back(ctx, collection, code, line.booked_on)
    write_match(ctx, line, LineMatch.Kind.ENTRY, -collection.amount_minor, entry, percent=percent, reason=reason)
    if line.open_minor:
        place = places_of(ctx, ["bank_fee"])["bank_fee"]
        post_line(ctx, line=line, account=accounts_by_id(ctx, [place.account_id])[place.account_id])


def undo_entry(ctx: Context, entry: Entry, on: date, reason: str) -> Entry:
    """No entry is of this module: payments are of billing, and the fee of a bank is of banking."""
    return reverse_journal(ctx, entry=entry, on=on, reason=reason)


def wait_again(ctx: Context, payment: int) -> None:
    """A payment is void: the collection that it came from waits for the bank again."""
    collection = (
        Collection.objects.visible_to(ctx)
        .select_for_update(of=("self",), no_key=True)
        .filter(payment=payment, state=Collection.State.CREDITED)
        .first()
    )
    if collection is None:
        return
    collection.state, collection.payment = Collection.State.PLANNED, None
    collection.save(update_fields=["state", "payment"])
    set_live(ctx, collection, live=True)
    finish(ctx, hold_run(ctx, collection.run_id))
