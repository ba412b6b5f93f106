"""Match lines of the bank with deposits: taken as security, or given back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast

from enfilade.back.banking.models import LineMatch, StatementLine
from enfilade.back.banking.rules import Proposal
from enfilade.back.billing.commands import return_deposit, take_deposit, undo_deposit_use, void_deposit
from enfilade.back.billing.models import Deposit, Payment
from enfilade.back.billing.queries import deposit_that_came, given_back_by, last_return
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref, resolve

from .common import require_open, write_match

WhatFor = Annotated[LongText, Input(prefill="row.purpose")]
Held = Annotated[Ref[Deposit], Input(shared=True, query="state=held")]


@command(permission="banking.match_line", label="Keep as a deposit", offered=lambda line: line.open_minor > 0)
def match_deposit(
    ctx: Context,
    *,
    line: StatementLine,
    party: Ref[Party],
    reason: WhatFor,
    until: date | None = None,
) -> StatementLine:
    """Take what is left of a line as money that a party gives as security; it is held, and neither earned nor taxed.

    reason: what it secures, printed on the receipt.
    until: day on which it is to be given back, where one was agreed.
    Refuses: already_matched, went_out, other_currency; line_never_overmatched, entry_period_open (database).
    """
    _take(ctx, line, party, reason, until)
    return line


@command(permission="banking.match_line", label="A deposit went back", offered=lambda line: line.open_minor < 0)
def match_deposit_return(ctx: Context, *, line: StatementLine, deposit: Held) -> StatementLine:
    """Take what is left of a line as a deposit that went back, as a whole or in part.

    Refuses: already_matched, came_in, other_currency, too_much, before_deposit, nothing_held; line_never_overmatched,
    deposit_never_overdrawn, entry_period_open (database).
    """
    _give_back(ctx, line, deposit)
    return line


def settle_proposal(ctx: Context, line: StatementLine, chosen: Proposal) -> None:
    """Book the deposit that was proposed for a line and accepted.

    Refuses: proposal_gone; what match_deposit and match_deposit_return refuse.
    """
    [(reference, _)] = chosen.items
    row, why = resolve(ctx, reference), " ".join(chosen.reasons)
    if row is None:
        raise Refusal("proposal_gone", "This proposal does not hold any more; look at the line again.", field="proposal")
    if isinstance(row, Deposit):
        _give_back(ctx, line, row, chosen.percent, why)
    else:
        _take(ctx, line, cast("Party", row), line.purpose[:200] or str(line), None, chosen.percent, why)


def undo_deposit(ctx: Context, payment: Payment, on: date, reason: str) -> Entry | None:
    """Take back what a match with a deposit booked; None where somebody did so before."""
    if payment.voided_on is not None:
        return None
    if (use := given_back_by(ctx, payment.pk)) is not None:
        return undo_deposit_use(ctx, use=use, reason=reason, on=on)
    deposit = deposit_that_came(ctx, payment.pk)
    return None if deposit is None else void_deposit(ctx, deposit=deposit, reason=reason, on=on)


def _take(
    ctx: Context, line: StatementLine, party: Party, reason: str, until: date | None, percent: int | None = None, why: str = ""
) -> None:
    _require(ctx, line)
    if line.amount_minor < 0:
        raise Refusal("went_out", "This money went out; nobody gave it as security.")
    how = {"method": "transfer", "amount": line.open_minor, "on": line.booked_on, "account": line.bank_account.account}
    deposit = take_deposit(ctx, party=party, reason=reason, until=until, **how)
    _match(ctx, line, deposit.payment, line.open_minor, percent, why)


def _give_back(ctx: Context, line: StatementLine, deposit: Deposit, percent: int | None = None, why: str = "") -> None:
    _require(ctx, line)
    if line.amount_minor > 0:
        raise Refusal("came_in", "This money came in; no deposit went back with it.")
    amount = -line.open_minor
    how = {"method": "transfer", "amount": amount, "on": line.booked_on, "account": line.bank_account.account}
    return_deposit(ctx, deposit=deposit, **how)
    _match(ctx, line, last_return(ctx, deposit), -amount, percent, why)


def _require(ctx: Context, line: StatementLine) -> None:
    require_open(line)
    if line.currency != ctx.company.currency:
        said = f"Deposits are held in {ctx.company.currency}, and this line is in {line.currency}."
        raise Refusal("other_currency", said)


def _match(ctx: Context, line: StatementLine, payment: Payment, amount_minor: int, percent: int | None, why: str) -> None:
    [entry] = entries_of(ctx, ref(payment))
    write_match(ctx, line, LineMatch.Kind.PARTY, amount_minor, entry, payment=payment, percent=percent, reason=why)
