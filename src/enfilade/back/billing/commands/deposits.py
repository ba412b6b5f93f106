"""Deposits: take money as security, give it back, or keep it for what a party owes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.back.billing.events import DepositKept, DepositReturned, DepositTaken, DepositUseUndone, DepositVoided
from enfilade.back.billing.models import Deposit, DepositUse, DrawerSession, Invoice, Payment
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal
from enfilade.back.ledger.queries import places_of
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import entries_of
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.command import OWN_CURRENCY, Input, LongText, Ref, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw_number
from enfilade.core.refs import ref

from .common import Method, money
from .payments import BankAccount, PaymentFacts, drawer_of, how_it_came, make_void, place_of, write_receipt
from .settling import allocate, hold_invoices, refresh

_Amount = Annotated[int, Input(amount=True)]
_Held = Annotated[int, Input(amount=True, currency_of=OWN_CURRENCY, prefill="row.held_minor")]
_Back = Annotated[Method, Input(prefill="row.method")]
_For = Annotated[Invoice | None, Input(shared=True, query="kind=invoice", help="Left out, it is kept for damage.")]


def _facts(*, ctx: Context, amount: int, method: str = Payment.Method.TRANSFER.value, **_: object) -> PaymentFacts:
    return {"amount": to_major(amount, ctx.company.currency), "method": method}


@command(permission="billing.take_deposit", door=_facts, label="Take a deposit", tone="primary", target="party")
def take_deposit(
    ctx: Context,
    *,
    party: Ref[Party],
    method: Method,
    amount: _Amount,
    reason: LongText,
    on: Today | None = None,
    until: date | None = None,
    drawer: Ref[DrawerSession] | None = None,
    account: BankAccount = None,
) -> Deposit:
    """Take money as security, with a receipt; it is owed to the party, and is neither earned nor taxed.

    reason: what it secures, printed on the receipt.
    on: day on which the money came; today when left out.
    until: day on which it is to be given back, where one was agreed.
    drawer: the session that cash goes into; one's own, or the only one that is open, when left out.
    account: of the ledger, where a transfer arrived that did not come to the usual bank account.
    Refuses: nothing_paid, drawer_closed, which_drawer, not_cash, not_a_transfer, unknown_account; entry_period_open (database).
    """
    day = on or ctx.today
    _require(ctx, day, amount)
    payment = _move(ctx, party, amount, day, Payment.Kind.DEPOSIT, reason, method, drawer, account)
    made = Deposit.objects.create(
        company=ctx.company,
        number=draw_number(ctx, "billing.deposit", "DEP", day.year),
        party=party,
        reason=reason,
        on=day,
        until=until,
        amount_minor=amount,
        payment=payment,
    )
    publish(ctx, DepositTaken(deposit=made.pk, number=made.number, **_told(made, amount)))
    return made


@command(permission="billing.return_deposit", door=_facts, label="Give back", tone="primary")
def return_deposit(
    ctx: Context,
    *,
    deposit: Deposit,
    amount: _Held,
    method: _Back,
    on: Today | None = None,
    reason: str = "",
    drawer: Ref[DrawerSession] | None = None,
    account: Annotated[BankAccount, Input(help="Which a transfer leaves, if not the usual account.")] = None,
) -> Deposit:
    """Give a deposit back, as a whole or in part.

    amount: at most what is held.
    drawer: the session that cash comes out of; one's own, or the only one that is open, when left out.
    Refuses: nothing_held, nothing_paid, too_much, before_deposit, drawer_closed, which_drawer, not_cash, not_a_transfer;
    deposit_never_overdrawn, entry_period_open (database).
    """
    day = on or ctx.today
    _require(ctx, day, amount, deposit)
    taken = deposit.payment
    taken.refunded_minor += amount
    taken.state = Payment.State.REFUNDED if taken.refunded_minor == taken.amount_minor else Payment.State.TAKEN
    taken.save(update_fields=["refunded_minor", "state"])
    payment = _move(
        ctx, deposit.party, amount, day, Payment.Kind.DEPOSIT_RETURN, reason or deposit.reason, method, drawer, account, refunds=taken
    )
    _use(ctx, deposit, DepositUse.Kind.RETURNED, amount, day, reason, payment)
    publish(ctx, DepositReturned(deposit=deposit.pk, held_minor=deposit.held_minor, **_told(deposit, amount)))
    return deposit


@command(permission="billing.keep_deposit", door=_facts, label="Keep", tone="danger")
def keep_deposit(
    ctx: Context, *, deposit: Deposit, amount: _Held, invoice: _For = None, reason: str = "", on: Today | None = None
) -> Deposit:
    """Keep a deposit, as a whole or in part: it pays an invoice of the party, or makes up for damage.

    amount: at most what is held, and what is open of the invoice.
    reason: what was damaged, or is missing; real damages are not taxed.
    Refuses: nothing_held, nothing_paid, too_much, before_deposit, other_party, not_issued, no_reason; deposit_never_overdrawn,
    invoice_never_overpaid, entry_period_open (database).
    Source: UStAE 1.3: damages are no payment for a supply. What is owed for a supply, as rent is, is billed, and the invoice named here.
    """
    day = on or ctx.today
    _require(ctx, day, amount, deposit)
    if invoice is None:
        if not reason.strip():
            raise Refusal("no_reason", "Say what it is kept for, or name the invoice that it pays.", field="reason")
        made = _use(ctx, deposit, DepositUse.Kind.DAMAGES, amount, day, reason)
        legs = [_held(deposit.party, amount), Leg("other_income", -amount)]
        post_legs(ctx, on=day, text=f"Kept of deposit {deposit.number}: {reason}"[:200], origin=ref(made), legs=legs)
    else:
        _use(ctx, deposit, DepositUse.Kind.INVOICE, amount, day, reason, _pay(ctx, deposit, invoice, amount, day))
    told = {"held_minor": deposit.held_minor, "invoice": invoice.pk if invoice else None}
    publish(ctx, DepositKept(deposit=deposit.pk, **told, **_told(deposit, amount)))
    return deposit


@command(permission="billing.keep_deposit", label="Take it back", tone="danger")
def undo_deposit_use(ctx: Context, *, use: DepositUse, reason: LongText, on: Today) -> Entry:
    """Say that a deposit was kept, or given back, by mistake: it is held again, and what it paid is open again.

    on: accounting date of the reversal; the day of what is taken back where that is later.
    Refuses: already_undone, never_came, not_a_transfer (cash went out of a drawer, a card was credited), already_refunded;
    entry_reversed_once, entry_period_open (database).
    """
    require_date(on)
    if use.kind == DepositUse.Kind.VOID:
        raise Refusal("never_came", "This deposit never came; take it as a new one.")
    deposit = Deposit.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=use.deposit_id)
    day = max(on, use.on)
    use.state, use.undone_on, use.undone_by, use.why_undone = DepositUse.State.UNDONE, day, ctx.user, reason
    use.save(update_fields=["state", "undone_on", "undone_by", "why_undone"])
    undo = _take_back(ctx, use, day, reason)
    deposit.refresh_from_db(fields=["returned_minor", "kept_minor", "held_minor", "state"])
    told: dict[str, Any] = {"party": deposit.party_id, "amount_minor": use.amount_minor, "held_minor": deposit.held_minor}
    publish(ctx, DepositUseUndone(deposit=deposit.pk, use=use.pk, payment=use.payment_id, reason=reason, **told))
    return undo


def _take_back(ctx: Context, use: DepositUse, day: date, reason: str) -> Entry:
    """Reverse what a use posted. Its payment never went, or never paid."""
    if use.payment is None:
        [entry] = entries_of(ctx, ref(use))
        return reverse_journal(ctx, entry=entry, on=day, reason=reason)
    payment = _hold(ctx, use.payment.pk)
    if use.kind == DepositUse.Kind.INVOICE:
        if payment.refunded_minor:
            raise Refusal("already_refunded", "A part of what was kept was given back already.")
        return make_void(ctx, payment, reason, day)
    undo = _void(ctx, payment, reason, day)
    taken = _hold(ctx, use.deposit.payment_id)
    taken.refunded_minor -= payment.amount_minor
    taken.state = Payment.State.TAKEN
    taken.save(update_fields=["refunded_minor", "state"])
    return undo


def _hold(ctx: Context, payment: int) -> Payment:
    return Payment.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=payment)


def _void(ctx: Context, payment: Payment, reason: str, day: date) -> Entry:
    """Money of a deposit did not move. Refuses: not_a_transfer."""
    if payment.method != Payment.Method.TRANSFER:
        raise Refusal("not_a_transfer", "Only a transfer is taken back; cash and cards moved: take or return it once more.")
    payment.voided_on, payment.state = day, Payment.State.VOID
    payment.save(update_fields=["voided_on", "state"])
    [entry] = entries_of(ctx, ref(payment))
    return reverse_journal(ctx, entry=entry, on=day, reason=reason)


@command(permission="billing.void_transfer", label="Make void", tone="danger", offered=lambda deposit: deposit.method == "transfer")
def void_deposit(ctx: Context, *, deposit: Deposit, reason: LongText, on: Today) -> Entry:
    """Say that a deposit never came: the transfer was none of this party, or no deposit. No money moves.

    on: accounting date of the reversal; the day of the deposit where that is later.
    Refuses: already_void, is_used, not_a_transfer; entry_reversed_once, entry_period_open (database).
    """
    require_date(on)
    if deposit.held_minor != deposit.amount_minor:
        raise Refusal("is_used", "This deposit was given back or kept; take that back first.")
    day = max(on, deposit.on)
    payment = _hold(ctx, deposit.payment_id)
    undo = _void(ctx, payment, reason, day)
    _use(ctx, deposit, DepositUse.Kind.VOID, deposit.amount_minor, day, reason)
    publish(ctx, DepositVoided(deposit=deposit.pk, party=deposit.party_id, amount_minor=deposit.amount_minor, reason=reason))
    return undo


def _pay(ctx: Context, deposit: Deposit, wanted: Invoice, amount: int, day: date) -> Payment:
    """A payment out of what is held, which settles an invoice."""
    invoice = hold_invoices(ctx, [wanted.pk], "invoice")[wanted.pk]
    if invoice.party_id not in merged_keys(ctx, deposit.party):
        raise Refusal("other_party", f"{invoice} is not owed by {deposit.party}.", field="invoice")
    if invoice.number is None or invoice.issued_on is None:
        raise Refusal("not_issued", "This invoice is a draft; issue it first.", field="invoice")
    if amount > invoice.open_minor or invoice.currency != ctx.company.currency:
        said = f"Only {money(ctx, invoice.open_minor, invoice.currency)} of {invoice} is open."
        raise Refusal("too_much", said, field="amount")
    how: dict[str, Any] = {"method": Payment.Method.TRANSFER, "account_id": places_of(ctx, ["deposit_held"])["deposit_held"].account_id}
    payment = write_receipt(
        ctx,
        deposit.party,
        invoice,
        on=day,
        currency=invoice.currency,
        amount_minor=amount,
        kind=Payment.Kind.PAYMENT,
        reason=f"{deposit}",
        **how,
    )
    allocate(ctx, payment, invoice, amount, max(day, invoice.issued_on))
    refresh(invoice)
    legs = [_held(deposit.party, amount), Leg("receivable", -amount, Party(pk=deposit.party_id))]
    post_legs(ctx, on=day, text=f"Deposit {deposit.number} pays {invoice}", origin=ref(payment), legs=legs)
    return payment


def _require(ctx: Context, day: date, amount: int, deposit: Deposit | None = None) -> None:
    require_date(day)
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if deposit is not None and amount > deposit.held_minor:
        raise Refusal("too_much", f"Only {money(ctx, deposit.held_minor)} of this deposit is held.", field="amount")
    if deposit is not None and day < deposit.on:
        raise Refusal("before_deposit", f"It came on {deposit.on:%Y-%m-%d}; it is used later.", field="on")


def _move(
    ctx: Context, party: Party, amount: int, day: date, kind: Payment.Kind, reason: str, method: str,
    drawer: DrawerSession | None, account: Any, refunds: Payment | None = None,
) -> Payment:  # fmt: skip
    """Money of a deposit that comes or goes, with its receipt and its posting."""
    own = ctx.company.currency
    how = how_it_came(ctx, own, method, account, None)
    session = drawer_of(ctx, method, drawer)
    payment = write_receipt(
        ctx, party, None, on=day, currency=own, amount_minor=amount, kind=kind, drawer=session, reason=reason, refunds=refunds, **how
    )
    sign = 1 if kind == Payment.Kind.DEPOSIT else -1
    text = f"Deposit of {party}" if sign > 0 else f"Deposit given back to {party}"
    legs = [Leg(place_of(payment), sign * amount), _held(party, -sign * amount)]
    post_legs(ctx, on=day, text=text, origin=ref(payment), legs=legs)
    return payment


def _held(party: Party, amount_minor: int) -> Leg:
    return Leg("deposit_held", amount_minor, Party(pk=party.pk))


def _use(
    ctx: Context, deposit: Deposit, kind: DepositUse.Kind, amount: int, day: date, reason: str, payment: Payment | None = None
) -> DepositUse:
    made = DepositUse.objects.create(
        company=ctx.company,
        deposit=deposit,
        kind=kind,
        amount_minor=amount,
        on=day,
        reason=reason,
        payment=payment,
        made_at=ctx.now,
        made_by=ctx.user,
    )
    deposit.refresh_from_db(fields=["returned_minor", "kept_minor", "held_minor", "state"])
    return made


def _told(deposit: Deposit, amount_minor: int) -> dict[str, Any]:
    return {"party": deposit.party_id, "amount_minor": amount_minor, "reason": deposit.reason}
