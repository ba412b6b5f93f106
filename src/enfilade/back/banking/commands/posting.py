"""Post what is no invoice; take a match back; say who clears a line."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.back.banking.events import LineUnmatched
from enfilade.back.banking.models import BankAccount, LineMatch, MatchRule, StatementLine
from enfilade.back.banking.settlers import settler_of
from enfilade.back.billing.commands import receive_transfer, reverse_write_off, void_transfer
from enfilade.back.billing.models import Payment, WriteOff
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal
from enfilade.base.books.models import Account, Entry
from enfilade.base.books.queries import entries_of
from enfilade.base.money.queries import rate_on
from enfilade.base.party.models import Party
from enfilade.core.command import OWN_CURRENCY, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.refs import ref

from .common import require_open, write_match
from .depositing import undo_deposit

Worth = Annotated[
    int | None,
    Input(label="Worth in our currency", amount=True, currency_of=OWN_CURRENCY, signed=True, help="By the rate of the day when left out."),
]


@command(permission="banking.post_line", label="Post to an account")
def post_line(
    ctx: Context,
    *,
    line: StatementLine,
    account: Ref[Account],
    amount: Annotated[int | None, Input(amount=True, signed=True, help="All that is left of the line when left out.")] = None,
    text: Annotated[str, Input(help="What the bank says when left out.")] = "",
    worth: Worth = None,
    remember: Annotated[bool, Input(label="Propose this for lines like it", help="From the same account, or with the same name.")] = False,
) -> StatementLine:
    """Post a line, or a part of it, against an account of the ledger without tax: fees, interest, a transfer between our own accounts.

    amount: signed as the line is.
    worth: of a line in a foreign currency, what the bank says it is in the company's own, signed as the line is.
    Refuses: already_matched, nothing_given, more_than_line, same_account, other_currency, no_currency, no_rate, nothing_to_remember;
    line_never_overmatched, entry_period_open, line_account_open (database).
    """
    require_open(line)
    posted, bank = line.open_minor if amount is None else amount, line.bank_account.account
    if not posted:
        raise Refusal("nothing_given", "Give an amount other than zero.", field="amount")
    if posted * line.open_minor < 0 or abs(posted) > abs(line.open_minor):
        raise Refusal("more_than_line", "This is more than is left of the line, or the other way.", field="amount")
    if account.pk == bank.pk:
        raise Refusal("same_account", "This is the account of the bank itself.", field="account")
    legs = _legs(ctx, line, account, posted, worth)
    entry = post_legs(ctx, on=line.booked_on, text=text or line.purpose[:200] or str(line), origin=ref(line), legs=legs)
    write_match(ctx, line, LineMatch.Kind.ACCOUNT, posted, entry)
    if remember:
        _learn(ctx, line, account)
    return line


def _legs(ctx: Context, line: StatementLine, account: Account, posted_minor: int, worth_minor: int | None) -> list[Leg]:
    """What a line moves on the account of the bank, and against it; an account of another bank account holds its currency too."""
    own, bank = ctx.company.currency, line.bank_account.account
    other = BankAccount.objects.visible_to(ctx).filter(account=account).values_list("currency", flat=True).first() or own
    if other not in (own, line.currency):
        said = f"{account} is kept in {other}: post this to money in transit, and the line of its own statement against it."
        raise Refusal("other_currency", said, field="account")
    if line.currency == own:
        if worth_minor is not None:
            raise Refusal("no_currency", "Only a line in a foreign currency has a worth of its own.", field="worth")
        return [Leg(bank.code, posted_minor), Leg(account.code, -posted_minor)]
    worth = rate_on(ctx, line.currency, own, line.booked_on).worth_of(posted_minor) if worth_minor is None else worth_minor
    held = (other, -posted_minor) if other == line.currency else ("", 0)
    return [Leg(bank.code, worth, unit=line.currency, unit_minor=posted_minor), Leg(account.code, -worth, unit=held[0], unit_minor=held[1])]


def _learn(ctx: Context, line: StatementLine, account: Account) -> None:
    if not line.iban and not line.name:
        raise Refusal("nothing_to_remember", "This line names nobody, so there is nothing to know the next one by.", field="remember")
    looks: dict[str, Any] = {"iban": line.iban, "words": ""} if line.iban else {"iban": "", "words": line.name[:200]}
    MatchRule.objects.visible_to(ctx).get_or_create(
        company=ctx.company, bank_account_id=line.bank_account_id, party=None, account=account, **looks
    )


@command(permission="banking.match_line", label="Keep on account", offered=lambda line: line.open_minor > 0)
def keep_line(
    ctx: Context,
    *,
    line: StatementLine,
    party: Ref[Party],
    amount: Annotated[int | None, Input(amount=True, help="All that is left of the line when left out.")] = None,
    remember: Annotated[bool, Input(label="This account pays for this party")] = True,
) -> StatementLine:
    """Take a line, or what is left of it, as a payment of a party without an invoice; it is allocated later.

    Refuses: already_matched, went_out, nothing_given, more_than_line, no_rate; line_never_overmatched, entry_period_open (database).
    """
    require_open(line)
    if line.amount_minor < 0:
        raise Refusal("went_out", "This money went out; nobody has it on account with us.")
    keep(ctx, line, party, line.open_minor if amount is None else amount)
    if remember and line.iban:
        learn_party(ctx, line, party.pk)
    return line


def keep(ctx: Context, line: StatementLine, party: Party, amount: int, percent: int | None = None, reason: str = "") -> None:
    """Write a part of a line down as a payment on account."""
    if amount <= 0:
        raise Refusal("nothing_given", "Give an amount above zero.", field="amount")
    if amount > line.open_minor:
        raise Refusal("more_than_line", "This is more than is left of the line.", field="amount")
    account, currency = line.bank_account.account, line.currency
    payment = receive_transfer(ctx, party=party, amount=amount, on=line.booked_on, account=account, currency=currency)
    [entry] = entries_of(ctx, ref(payment))
    write_match(ctx, line, LineMatch.Kind.PARTY, amount, entry, payment=payment, percent=percent, reason=reason)


def learn_party(ctx: Context, line: StatementLine, party: int) -> None:
    """Remember that an account pays for a party."""
    rules_of = MatchRule.objects.visible_to(ctx)
    rules_of.get_or_create(company=ctx.company, bank_account=None, iban=line.iban, words="", party_id=party, account=None)


@command(permission="banking.unmatch_line", label="Take the match back", tone="danger")
def unmatch_line(
    ctx: Context,
    *,
    line: StatementLine,
    reason: LongText,
    on: Annotated[date | None, Input(help="The day on which the bank booked it when left out.")] = None,
) -> StatementLine:
    """Take back everything that a line was matched with: payments are void and invoices open again, what was posted is reversed.

    on: accounting date of what is reversed; its month has to be open.
    Refuses: not_matched, already_refunded, already_void; entry_period_open, entry_reversed_once (database).
    """
    standing = list(
        LineMatch.objects.visible_to(ctx).filter(line=line, undone_at=None).select_related("payment", "entry", "write_off").order_by("pk")
    )
    if not standing:
        raise Refusal("not_matched", "Nothing of this line is matched.")
    for match in standing:
        match.undo_entry = _undo(ctx, match, on or line.booked_on, reason)
        match.undone_at, match.undone_by = ctx.now, ctx.user
        match.save(update_fields=["undo_entry", "undone_at", "undone_by"])
        told: dict[str, Any] = {"origin": match.entry.origin, "on": f"{on or line.booked_on}", "reason": reason}
        publish(ctx, LineUnmatched(line=line.pk, amount_minor=match.amount_minor, **told))
    line.refresh_from_db(fields=["matched_minor", "open_minor", "state"])
    return line


def _undo(ctx: Context, match: LineMatch, on: date, reason: str) -> Entry | None:
    """The entry that cancels what a match posted; None where the entry was there before."""
    if match.payment is not None and match.payment.kind in {Payment.Kind.DEPOSIT, Payment.Kind.DEPOSIT_RETURN}:
        return undo_deposit(ctx, match.payment, on, reason)
    if match.payment is not None:
        if match.write_off is not None and match.write_off.state == WriteOff.State.STANDING:
            reverse_write_off(ctx, write_off=match.write_off, reason=reason, on=max(on, match.write_off.on))
        return void_transfer(ctx, payment=match.payment, reason=reason, on=on)
    if (settler := settler_of(match.entry)) is not None and match.kind == LineMatch.Kind.ACCOUNT:
        return settler.undo(ctx, match.entry, on, reason)
    if match.kind == LineMatch.Kind.ACCOUNT:
        return reverse_journal(ctx, entry=match.entry, on=on, reason=reason)
    return None


@command(permission="banking.give_line", label="Give it to somebody")
def give_line(ctx: Context, *, line: StatementLine, owner: Ref[User]) -> StatementLine:
    """Say who finds out what a line is.

    Refuses: already_matched.
    """
    require_open(line)
    line.owner = owner
    line.save(update_fields=["owner"])
    return line
