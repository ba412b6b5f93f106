"""Match lines of the bank with invoices that are open, or with entries that the ledger has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

from enfilade.back.banking import rules
from enfilade.back.banking.models import BankAccount, LineMatch, StatementLine
from enfilade.back.banking.queries import matched_of, open_lines, proposals_for
from enfilade.back.banking.settlers import SETTLERS
from enfilade.back.billing.commands import allow_discount, take_transfer
from enfilade.back.billing.models import Invoice
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of, moved_in
from enfilade.core.command import Amount, Input, Ref, command
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.refs import ref, resolve

from .common import require_open, write_match
from .posting import keep, learn_party, post_line

AT_ONCE_MAX = 500


@dataclass(frozen=True)
class InvoicePart:
    """An invoice, and how much of a line is for it; left out, as much as is open of both.

    amount: in the currency of the line.
    of_invoice: of an invoice in another one, how much of it that pays; all that is open when left out.
    fee: what a bank kept on the way; it is a cost of ours, and the invoice is paid by as much more.
    discount: what the customer kept for early payment; its tax is no longer owed.
    withheld: tax that the customer kept back for an office; the invoice is paid by as much more.
    """

    invoice: Ref[Invoice]
    amount: Amount | None = None
    fee: Amount = 0
    discount: Annotated[int, Input(amount=True, currency_of="invoice")] = 0
    withheld: Annotated[int, Input(amount=True, currency_of="invoice")] = 0
    of_invoice: Annotated[
        int | None,
        Input(amount=True, currency_of="invoice", label="Of the invoice", help="Where it is in another currency than the line."),
    ] = None


@command(permission="banking.match_line", label="Match with invoices", tone="primary")
def match_line(
    ctx: Context,
    *,
    line: StatementLine,
    invoices: list[InvoicePart],
    remember: bool = True,
    keep_rest: Annotated[bool, Input(label="Keep the rest on account")] = False,
) -> StatementLine:
    """Take a line of the bank as payment of one invoice or of several; what is left of it stays open, or on account.

    invoices: each is paid by a transfer on the day on which the bank booked it; a line in the company's currency also pays those in
        foreign ones, a line in a foreign currency those in its own.
    remember: that this account pays for this party.
    keep_rest: what is left of the line stays on account of the party, which has to be one.
    Refuses: not_found, already_matched, went_out, other_currency, no_currency, nothing_given, more_than_line, already_paid, too_much,
    several_parties, fee_too_large; line_never_overmatched, invoice_never_overpaid, entry_period_open (database).
    """
    require_open(line)
    if line.amount_minor < 0:
        raise Refusal("went_out", "This money went out; it pays no invoice of ours.")
    if not invoices:
        raise Refusal("nothing_given", "Name at least one invoice.", field="invoices")
    parts = [Part(_invoice(ctx, p.invoice, n), p.amount, p.fee, p.discount, p.of_invoice, p.withheld) for n, p in enumerate(invoices)]
    parties = _pay(ctx, line, parts)
    if keep_rest and line.open_minor:
        if len(parties) != 1:
            raise Refusal("several_parties", "These invoices are of several parties; say whose the rest is.", field="keep_rest")
        keep(ctx, line, parts[0].invoice.party, line.open_minor)
    if remember and line.iban and len(parties) == 1:
        learn_party(ctx, line, parties.pop())
    return line


def _invoice(ctx: Context, named: Invoice | int, number: int) -> Invoice:
    """An invoice that a line of the inputs names: as a row, or by its key as programs send it. Refuses: not_found."""
    found = named if isinstance(named, Invoice) else resolve(ctx, f"billing.invoice:{named}")
    if found is None:
        raise NotFound("invoice", named, field=f"invoices[{number}].invoice")
    return cast("Invoice", found)


class Part(NamedTuple):
    """An invoice, how much of a line is for it, what did not arrive, and how much of an invoice in another currency that pays."""

    invoice: Invoice
    amount: int | None
    fee: int = 0
    discount: int = 0
    of_invoice: int | None = None
    withheld: int = 0


def _pay(ctx: Context, line: StatementLine, parts: Sequence[Part], percent: int | None = None, reason: str = "") -> set[int]:
    """Take a transfer for each invoice; the parties that paid."""
    account, on = line.bank_account.account, line.booked_on
    for number, part in enumerate(parts):
        invoice, discount = part.invoice, part.discount
        came, pays, own_amount = _arrived(ctx, line, part, f"invoices[{number}]")
        if came > line.open_minor:
            raise Refusal("more_than_line", "This is more than is left of the line.", field=f"invoices[{number}].amount")
        how = {"fee": part.fee, "own_amount": own_amount, "withheld": part.withheld}
        payment = take_transfer(ctx, invoice=invoice, amount=pays, on=on, account=account, **how)
        kept = allow_discount(ctx, invoice=invoice, amount=discount, on=on) if discount else None
        [entry] = entries_of(ctx, ref(payment))
        more = {"invoice": invoice, "payment": payment, "write_off": kept, "percent": percent, "reason": reason}
        write_match(ctx, line, LineMatch.Kind.INVOICE, came, entry, **more)
    return {part.invoice.party_id for part in parts}


def _arrived(ctx: Context, line: StatementLine, part: Part, field: str) -> tuple[int, int, int | None]:
    """What of a line is for an invoice, how much of the invoice that pays, and what arrived where that is in another currency.

    Refuses: other_currency, no_currency.
    """
    invoice, own = part.invoice, ctx.company.currency
    if invoice.currency == line.currency:
        if part.of_invoice is not None:
            raise Refusal("no_currency", "Invoice and line are in one currency; one amount says all.", field=f"{field}.of_invoice")
        came = min(line.open_minor, invoice.open_minor - part.fee - part.discount - part.withheld) if part.amount is None else part.amount
        return came, came + part.fee, None
    if line.currency != own:
        said = f"This line is in {line.currency}, the invoice in {invoice.currency}: a line pays invoices in its own currency."
        raise Refusal("other_currency", said, field=f"{field}.invoice")
    came = line.open_minor if part.amount is None else part.amount
    return came, invoice.open_minor - part.discount - part.withheld if part.of_invoice is None else part.of_invoice, came


@command(permission="banking.match_entry", label="Match with an entry")
def match_entry(ctx: Context, *, line: StatementLine, entry: Ref[Entry]) -> StatementLine:
    """Say that a line of the bank is an entry that the ledger has already, for example a transfer that was entered by hand.

    One line may be several entries, one entry several lines: what is left of both is matched.
    entry: moved this account of the ledger the same way.
    Refuses: already_matched, other_account, other_way, entry_matched; entry_never_overmatched, line_never_overmatched (database).
    """
    _match_entry(ctx, line, entry)
    return line


def _match_entry(ctx: Context, line: StatementLine, entry: Entry, percent: int | None = None, reason: str = "") -> None:
    require_open(line)
    moved = moved_in(ctx, entry, line.bank_account.account_id, line.currency)
    if not moved:
        raise Refusal("other_account", f"{entry} did not move {line.bank_account.account}.", field="entry")
    if moved * line.open_minor < 0:
        raise Refusal("other_way", "This entry moved the account the other way.", field="entry")
    left = moved - matched_of(ctx, entry, line.bank_account)
    if not left:
        raise Refusal("entry_matched", "Lines of the bank stand for all of this entry already.", field="entry")
    amount = min(left, line.open_minor, key=abs)
    write_match(ctx, line, LineMatch.Kind.ENTRY, amount, entry, percent=percent, reason=reason)


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
    elif chosen.party:
        keep(ctx, line, _row(ctx, f"party.party:{chosen.party}"), line.open_minor, chosen.percent, reason)
    elif chosen.account:
        post_line(ctx, line=line, account=_row(ctx, f"books.account:{chosen.account}"))
    else:
        kept, tax = dict(chosen.discounts), dict(chosen.withheld)
        parts = [
            Part(_row(ctx, f"billing.invoice:{key}"), amount, discount=kept.get(key, 0), withheld=tax.get(key, 0))
            for key, amount in chosen.invoices
        ]
        parties = _pay(ctx, line, parts, chosen.percent, reason)
        if line.iban and len(parties) == 1:
            learn_party(ctx, line, parties.pop())


def _row(ctx: Context, reference: str) -> Any:
    row = resolve(ctx, reference)
    if row is None:
        raise Refusal("proposal_gone", "This proposal does not hold any more; look at the line again.", field="proposal")
    return row
