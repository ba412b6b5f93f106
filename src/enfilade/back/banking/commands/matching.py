"""Match lines of the bank with invoices that are open, or with entries that the ledger has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from enfilade.back.banking import rules
from enfilade.back.banking.models import BankAccount, LineMatch, MatchRule, StatementLine
from enfilade.back.banking.queries import open_lines, proposals_for
from enfilade.back.banking.settlers import SETTLERS
from enfilade.back.billing.commands import take_transfer
from enfilade.back.billing.models import Invoice
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of, moved_in
from enfilade.core.command import Amount, Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref, resolve

from .common import require_open, write_match
from .posting import post_line

AT_ONCE_MAX = 500


@dataclass(frozen=True)
class InvoicePart:
    """An invoice, and how much of a line is for it; left out, as much as is open of both."""

    invoice: Ref[Invoice]
    amount: Amount | None = None


@command(permission="banking.match_line", label="Match with invoices", tone="primary")
def match_line(ctx: Context, *, line: StatementLine, invoices: list[InvoicePart], remember: bool = True) -> StatementLine:
    """Take a line of the bank as payment of one invoice or of several; what is left of it stays open.

    invoices: each is paid by a transfer on the day on which the bank booked it.
    remember: that this account pays for this party.
    Refuses: already_matched, went_out, nothing_given, more_than_line, already_paid, too_much; line_never_overmatched,
    invoice_never_overpaid, entry_period_open (database).
    """
    require_open(line)
    if line.amount_minor < 0:
        raise Refusal("went_out", "This money went out; it pays no invoice of ours.")
    if not invoices:
        raise Refusal("nothing_given", "Name at least one invoice.", field="invoices")
    parties = _pay(ctx, line, [(part.invoice, part.amount) for part in invoices])
    if remember and line.iban and len(parties) == 1:
        _learn(ctx, line, parties.pop())
    return line


def _pay(
    ctx: Context, line: StatementLine, parts: Sequence[tuple[Invoice, int | None]], percent: int | None = None, reason: str = ""
) -> set[int]:
    """Take a transfer for each invoice; the parties that paid."""
    account = line.bank_account.account
    for number, (invoice, amount) in enumerate(parts):
        paid = min(line.open_minor, invoice.open_minor) if amount is None else amount
        if paid > line.open_minor:
            raise Refusal("more_than_line", "This is more than is left of the line.", field=f"invoices[{number}].amount")
        payment = take_transfer(ctx, invoice=invoice, amount=paid, on=line.booked_on, account=account)
        [entry] = entries_of(ctx, ref(payment))
        write_match(ctx, line, LineMatch.Kind.INVOICE, paid, entry, invoice=invoice, payment=payment, percent=percent, reason=reason)
    return {invoice.party_id for invoice, _ in parts}


def _learn(ctx: Context, line: StatementLine, party: int) -> None:
    rules_of = MatchRule.objects.visible_to(ctx)
    rules_of.get_or_create(company=ctx.company, bank_account=None, iban=line.iban, words="", party_id=party, account=None)


@command(permission="banking.match_entry", label="Match with an entry")
def match_entry(ctx: Context, *, line: StatementLine, entry: Ref[Entry]) -> StatementLine:
    """Say that a line of the bank is an entry that the ledger has already, for example a transfer that was entered by hand.

    entry: moved this account of the ledger by no more than is left of the line, the same way.
    Refuses: already_matched, other_account, more_than_line; entry_matched_once, line_never_overmatched (database).
    """
    _match_entry(ctx, line, entry)
    return line


def _match_entry(ctx: Context, line: StatementLine, entry: Entry, percent: int | None = None, reason: str = "") -> None:
    require_open(line)
    moved = moved_in(ctx, entry, line.bank_account.account_id)
    if not moved:
        raise Refusal("other_account", f"{entry} did not move {line.bank_account.account}.", field="entry")
    if moved * line.open_minor < 0 or abs(moved) > abs(line.open_minor):
        raise Refusal("more_than_line", "This entry moved more than is left of the line, or the other way.", field="entry")
    write_match(ctx, line, LineMatch.Kind.ENTRY, moved, entry, percent=percent, reason=reason)


@command(permission="banking.accept_proposal", label="Accept the proposal", hidden=True)
def accept_proposal(ctx: Context, *, line: StatementLine, proposal: Annotated[str, Input(max_length=2_000)]) -> StatementLine:
    """Match a line as it was proposed.

    proposal: the code of a proposal for this line.
    Refuses: already_matched, proposal_gone (it does not hold any more), what match_line, match_entry and post_line refuse.
    """
    require_open(line)
    chosen = next((p for p in proposals_for(ctx, [line])[line.pk] if p.code == proposal), None)
    if chosen is None:
        raise Refusal("proposal_gone", "This proposal does not hold any more; look at the line again.", field="proposal")
    _accept(ctx, line, chosen)
    return line


@command(permission="banking.accept_proposals", label="Accept what is sure", tone="primary")
def accept_proposals(
    ctx: Context, *, bank_account: BankAccount, at_least_percent: Annotated[int, Input(min_value=50, max_value=100)] = rules.SURE_PERCENT
) -> BankAccount:
    """Accept for every open line of an account its one surest proposal, where that is sure enough; at most 500 lines at a time.

    at_least_percent: how sure it has to be. Of two lines that want the same invoice, the earlier one gets it.
    Refuses: nothing_sure; what match_line, match_entry and post_line refuse: then no line is matched.
    """
    lines = open_lines(ctx, bank_account, AT_ONCE_MAX)
    found = proposals_for(ctx, lines)
    taken: set[str] = set()
    for line in lines:
        chosen = rules.surest(found[line.pk])
        if chosen is None or chosen.percent < at_least_percent or chosen.takes & taken:
            continue
        taken |= chosen.takes or {chosen.code}
        accept_proposal(ctx, line=line, proposal=chosen.code)
    if not taken:
        raise Refusal("nothing_sure", f"No proposal is sure by {at_least_percent} percent or more.", field="at_least_percent")
    return bank_account


def _accept(ctx: Context, line: StatementLine, chosen: rules.Proposal) -> None:
    reason = " ".join(chosen.reasons)
    if chosen.entry:
        _match_entry(ctx, line, _row(ctx, f"books.entry:{chosen.entry}"), chosen.percent, reason)
    elif chosen.settler:
        SETTLERS[chosen.settler].settle(ctx, line, chosen)
    elif chosen.account:
        post_line(ctx, line=line, account=_row(ctx, f"books.account:{chosen.account}"))
    else:
        parts = [(_row(ctx, f"billing.invoice:{key}"), amount) for key, amount in chosen.invoices]
        parties = _pay(ctx, line, parts, chosen.percent, reason)
        if line.iban and len(parties) == 1:
            _learn(ctx, line, parties.pop())


def _row(ctx: Context, reference: str) -> Any:
    row = resolve(ctx, reference)
    if row is None:
        raise Refusal("proposal_gone", "This proposal does not hold any more; look at the line again.", field="proposal")
    return row
