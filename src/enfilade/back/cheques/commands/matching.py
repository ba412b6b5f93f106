"""What the bank says of cheques: ours that it paid, deposits that it credited, and those that it took back."""

from __future__ import annotations

from datetime import date

from enfilade.back.banking.commands import write_match
from enfilade.back.banking.models import LineMatch, StatementLine
from enfilade.back.banking.rules import Proposal
from enfilade.back.cheques.models import DepositSlip, ReceivedCheque, WrittenCheque
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal, worth_on
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref, split

from .receiving import account_of_cheques

_GONE = "This proposal does not hold any more; look at the line again."


def settle_proposal(ctx: Context, line: StatementLine, chosen: Proposal) -> None:
    """Book what was proposed for a line and accepted.

    Refuses: proposal_gone.
    """
    kind, key = split(chosen.items[0][0])
    reason = " ".join(chosen.reasons)
    if kind == "cheques.writtencheque":
        cheque = WrittenCheque.objects.visible_to(ctx).select_related("payment").get(pk=key)
        if cheque.state != WrittenCheque.State.ISSUED or cheque.payment is None or cheque.bank_account_id != line.bank_account_id:
            raise Refusal("proposal_gone", _GONE, field="proposal")
        [entry] = entries_of(ctx, ref(cheque.payment))
        write_match(ctx, line, LineMatch.Kind.ENTRY, -cheque.amount_minor, entry, percent=chosen.percent, reason=reason)
        return
    entry = _credit(ctx, line, key) if kind == "cheques.depositslip" else _charge(ctx, line, key)
    write_match(ctx, line, LineMatch.Kind.ACCOUNT, line.open_minor, entry, percent=chosen.percent, reason=reason)


def _credit(ctx: Context, line: StatementLine, key: int) -> Entry:
    """The bank credits a slip: what stood among the cheques is at the bank."""
    slip = DepositSlip.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=key)
    if slip.state != DepositSlip.State.DEPOSITED or slip.bank_account_id != line.bank_account_id:
        raise Refusal("proposal_gone", _GONE, field="proposal")
    _say(ctx, slip, ReceivedCheque.State.DEPOSITED, ReceivedCheque.State.CREDITED)
    slip.state, slip.credited_on = DepositSlip.State.CREDITED, line.booked_on
    slip.save(update_fields=["state", "credited_on"])
    return post_legs(ctx, on=line.booked_on, text=f"Cheques credited, {slip}", origin=ref(slip), legs=_legs(ctx, line, line.open_minor))


def _charge(ctx: Context, line: StatementLine, key: int) -> Entry:
    """The bank takes a cheque back that bounced; what it takes above it is its fee."""
    cheque = ReceivedCheque.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=key)
    if cheque.state != ReceivedCheque.State.BOUNCED or cheque.charged_on is not None:
        raise Refusal("proposal_gone", _GONE, field="proposal")
    cheque.charged_on = line.booked_on
    cheque.save(update_fields=["charged_on"])
    legs = _legs(ctx, line, -cheque.amount_minor)
    return post_legs(ctx, on=line.booked_on, text=f"Cheque {cheque} bounced", origin=ref(cheque), legs=legs)


def _legs(ctx: Context, line: StatementLine, amount_minor: int) -> list[Leg]:
    """The line on the account of the bank, so much of it against the cheques, the rest a fee."""
    bank, kept, fee = line.bank_account.account.code, account_of_cheques(ctx).code, line.open_minor - amount_minor
    if line.currency == ctx.company.currency:
        return [Leg(bank, line.open_minor), Leg(kept, -amount_minor), Leg("bank_fee", -fee)]
    whole, part = (worth_on(ctx, line.currency, minor, line.booked_on) for minor in (line.open_minor, amount_minor))
    return [
        Leg(bank, whole, unit=line.currency, unit_minor=line.open_minor),
        Leg(kept, -part, unit=line.currency, unit_minor=-amount_minor),
        Leg("bank_fee", part - whole),
    ]


def undo_entry(ctx: Context, entry: Entry, on: date, reason: str) -> Entry:
    """Take back what a match booked: the slip waits for the bank again, the cheque to be charged back."""
    kind, key = split(entry.origin)
    if kind == "cheques.depositslip":
        slip = DepositSlip.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=key)
        _say(ctx, slip, ReceivedCheque.State.CREDITED, ReceivedCheque.State.DEPOSITED)
        slip.state, slip.credited_on = DepositSlip.State.DEPOSITED, None
        slip.save(update_fields=["state", "credited_on"])
    else:
        cheque = ReceivedCheque.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=key)
        cheque.charged_on = None
        cheque.save(update_fields=["charged_on"])
    return reverse_journal(ctx, entry=entry, on=on, reason=reason)


def _say(ctx: Context, slip: DepositSlip, before: str, after: str) -> None:
    """Say of the cheques of a slip how far they came; those that bounced stay as they are."""
    ReceivedCheque.objects.visible_to(ctx).filter(slip=slip, state=before).update(state=after)
