"""Money in, and money back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from enfilade.back.billing.events import PaymentRefunded, PaymentTaken, PaymentVoided
from enfilade.back.billing.models import DepositUse, DrawerSession, Invoice, Payment, WithheldProof
from enfilade.back.ledger.commands import Leg, difference_leg, post_legs, reverse_journal, worth_on
from enfilade.base.books.models import Account, Entry
from enfilade.base.books.queries import entries_of
from enfilade.base.money.rules import worth_of_part
from enfilade.base.party.models import Party
from enfilade.core.command import OWN_CURRENCY, Amount, Input, LongText, Ref, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw_number
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount

from .common import Method, WithoutDiscount, money
from .settling import allocate, free, refresh
from .valuing import own_worth
from .writing_off import give_agreed

OpenAmount = Annotated[int, Input(amount=True, prefill="row.open_minor")]
RefundAmount = Annotated[int, Input(amount=True, prefill="row.refundable_minor")]
OwnAmount = Annotated[
    int | None,
    Input(
        amount=True,
        currency_of=OWN_CURRENCY,
        label="In our currency",
        help="What came, where it did not come in the currency of the invoice.",
    ),
]
BankAccount = Annotated[Account | None, Input(shared=True, label="Account", help="Where a transfer arrived, if not on the usual account.")]
LeavesFrom = Annotated[
    Account | None, Input(shared=True, label="By transfer from", seldom=True, help="Where it does not go back the way it came.")
]
_TAKEN = {Payment.Method.CASH, Payment.Method.CARD}
Withheld = Annotated[
    int, Input(amount=True, label="Withheld for the tax office", seldom=True, help="What the customer kept back and pays as tax for us.")
]
KeepRest = Annotated[bool, Input(label="Keep what is too much on account")]


class PaymentFacts(TypedDict):
    """What a door is told about a payment or a refund. amount: in major units of the company's currency."""

    amount: Decimal
    method: str


PLACES = {"cash": "cash", "card": "card", "transfer": "bank", "withheld": "withholding_receivable"}


def _pay_facts(*, ctx: Context, invoice: Invoice, amount: int, method: str, **_: object) -> PaymentFacts:
    return {"amount": to_major(own_worth(ctx, invoice, amount, ctx.today), ctx.company.currency), "method": method}


def _transfer_facts(*, ctx: Context, invoice: Invoice, amount: int, **_: object) -> PaymentFacts:
    return _pay_facts(ctx=ctx, invoice=invoice, amount=amount, method=Payment.Method.TRANSFER.value)


@command(permission="billing.take_payment", door=_pay_facts, label="Take a payment", tone="primary")
def take_payment(
    ctx: Context,
    *,
    invoice: Invoice,
    method: Method,
    amount: OpenAmount,
    on: Today | None = None,
    drawer: Ref[DrawerSession] | None = None,
    keep_rest: KeepRest = False,
    account: BankAccount = None,
    own_amount: OwnAmount = None,
    without_discount: WithoutDiscount = False,
    withheld: Withheld = 0,
) -> Payment:
    """Take money for an invoice and give a receipt; a discount that was agreed is given with it, where exactly that is left open in time.

    method: cash goes into an open drawer, card and transfer to their accounts.
    amount: at most what is open, unless the rest stays on account.
    on: day on which the money came; today when left out.
    drawer: the session that cash goes into; one's own, or the only one that is open, when left out.
    keep_rest: what is more than open stays on account of the party.
    account: of the ledger, where a transfer arrived that did not come to the usual bank account.
    own_amount: for an invoice in a foreign currency, what came in the company's, for example on its usual bank account; left out, the money
        came in the currency of the invoice, on an account that is named.
    without_discount: what is left open stays owed.
    withheld: tax that the customer kept back beside it; it settles as much of the invoice, and an office owes it to us.
    Refuses: already_paid, not_issued, nothing_paid, too_much, drawer_closed, which_drawer, not_cash, not_a_transfer, which_account,
    no_currency, no_rate; invoice_never_overpaid, entry_period_open (database).
    """
    how = how_it_came(ctx, invoice.currency, method, account, own_amount)
    payment = _take(ctx, invoice, amount, on or ctx.today, keep_rest, withheld=withheld, drawer=drawer_of(ctx, method, drawer), **how)
    if not without_discount:
        give_agreed(ctx, invoice, payment.on, payment.on)
    return payment


@command(permission="billing.take_transfer", door=_transfer_facts, hidden=True)
def take_transfer(
    ctx: Context,
    *,
    invoice: Invoice,
    amount: OpenAmount,
    on: Today,
    account: Ref[Account],
    keep_rest: KeepRest = False,
    fee: Amount = 0,
    own_amount: OwnAmount = None,
    withheld: Amount = 0,
) -> Payment:
    """Take a transfer that was seen on a bank account.

    amount: at most what is open, unless the rest stays on account.
    on: day on which the bank booked it.
    account: the bank account in the ledger, which a refund goes back to as well.
    keep_rest: what is more than open stays on account of the party.
    fee: what of the amount the bank kept on the way; so much less arrived on the account.
    own_amount: what arrived, where an invoice in a foreign currency was paid in the company's; otherwise it arrived in that of the invoice.
    withheld: tax that the customer kept back beside it.
    Refuses: already_paid, not_issued, nothing_paid, too_much, fee_too_large, fee_unclear, no_currency, no_rate;
    invoice_never_overpaid, entry_period_open (database).
    """
    if fee >= max(amount, 1):
        raise Refusal("fee_too_large", "The bank kept less than what was paid.", field="fee")
    if fee and own_amount is not None:
        raise Refusal("fee_unclear", "Give what arrived, or what the bank kept, not both.", field="fee")
    how = how_it_came(ctx, invoice.currency, Payment.Method.TRANSFER, account, own_amount)
    return _take(ctx, invoice, amount, on, keep_rest, fee, withheld=withheld, **how)


def how_it_came(ctx: Context, currency: str, method: str, account: Account | None, own_amount: int | None) -> dict[str, Any]:
    """The columns of a payment that say how money in a currency came. What came in a foreign one came on an account that is named."""
    if account is not None and method != Payment.Method.TRANSFER:
        raise Refusal("not_a_transfer", "Only a transfer arrives on an account of the bank.", field="account")
    own = ctx.company.currency
    if currency == own and own_amount is not None:
        raise Refusal("no_currency", f"This is in {own}; one amount says all.", field="own_amount")
    if currency != own and own_amount is None and account is None:
        said = f"Say how much came in {own}, or on which account the {currency} arrived."
        raise Refusal("which_account", said, field="own_amount")
    if own_amount is not None and own_amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="own_amount")
    return {"method": method, "account": account, "own_minor": own_amount}


def _take(
    ctx: Context, invoice: Invoice, amount: int, day: date, keep_rest: bool, fee: int = 0, *, withheld: int = 0, **how: Any
) -> Payment:
    require_date(day)
    open_minor = invoice.open_minor - withheld
    if open_minor < 0 or withheld < 0:
        raise Refusal("too_much", f"Only {money(ctx, invoice.open_minor, invoice.currency)} is open.", field="withheld")
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > open_minor and not keep_rest:
        raise Refusal("too_much", f"Only {money(ctx, open_minor, invoice.currency)} is open.", field="amount", hints=_fill(invoice))
    currency = invoice.currency
    payment = write_receipt(ctx, invoice.party, invoice, amount_minor=amount, on=day, kind=Payment.Kind.PAYMENT, currency=currency, **how)
    if open_minor:
        allocate(ctx, payment, invoice, min(amount, open_minor), max(day, invoice.issued_on or day))
        refresh(invoice)
    post_payment(ctx, payment, f"Payment from {invoice.party} for {invoice.number}", amount, fee)
    if withheld:
        withhold(ctx, invoice, withheld, day, payment)
    tell_taken(ctx, payment, invoice)
    return payment


def withhold(ctx: Context, invoice: Invoice, amount: int, day: date, beside: Payment | None = None) -> Payment:
    """Settle a part of an invoice by tax that its customer withheld: an office owes it to us, in the company's currency.

    beside: the payment that came short by it.
    Why a payment and no write-off: what is taxed stays what was billed, and where tax is owed when it is paid, this part is paid.
    """
    own = None if invoice.currency == ctx.company.currency else worth_on(ctx, invoice.currency, amount, day)
    made = write_receipt(
        ctx,
        invoice.party,
        invoice,
        on=day,
        currency=invoice.currency,
        amount_minor=amount,
        own_minor=own,
        kind=Payment.Kind.PAYMENT,
        method=Payment.Method.WITHHELD,
        beside=beside,
    )
    allocate(ctx, made, invoice, amount, max(day, invoice.issued_on or day))
    refresh(invoice)
    post_payment(ctx, made, f"Tax withheld by {invoice.party} from {invoice.number}", amount)
    return made


def tell_taken(ctx: Context, payment: Payment, invoice: Invoice | None) -> None:
    """Publish that money came in."""
    publish(
        ctx,
        PaymentTaken(
            payment=payment.pk,
            invoice=invoice.pk if invoice else None,
            party=payment.party_id,
            method=payment.method,
            amount_minor=payment.amount_minor,
            open_minor=invoice.open_minor if invoice else 0,
            origin=invoice.origin if invoice else "",
            currency=payment.currency,
        ),
    )


def _refund_facts(*, ctx: Context, payment: Payment, amount: int, **_: object) -> PaymentFacts:
    worth = amount if payment.worth_minor is None else worth_of_part(amount, payment.amount_minor, payment.worth_minor)
    return {"amount": to_major(worth, ctx.company.currency), "method": payment.method}


@command(permission="billing.refund_payment", door=_refund_facts, label="Refund", tone="danger")
def refund_payment(
    ctx: Context,
    *,
    payment: Payment,
    amount: RefundAmount,
    reason: LongText,
    on: Today | None = None,
    drawer: Ref[DrawerSession] | None = None,
    own_amount: Annotated[
        int | None, Input(amount=True, currency_of=OWN_CURRENCY, label="In our currency", help="Where it came in it.")
    ] = None,
    account: LeavesFrom = None,
) -> Payment:
    """Give a payment back, as a whole or in part, the way it came: first what is on account, then what it settled, which is open again.

    amount: at most what was not given back yet.
    drawer: the session that cash comes out of; one's own, or the only one that is open, when left out.
    own_amount: what goes out in the company's currency, where a payment for an invoice in a foreign one came in it.
    account: of the ledger, which a transfer leaves instead of the way in which it came.
    What the customer withheld beside it is void with the last of it.
    Refuses: already_refunded, already_void, is_refund, is_deposit, is_withheld, nothing_paid, too_much, drawer_closed, which_drawer,
    which_account, no_currency, no_rate, set_off; payment_refund_in_bounds, entry_period_open (database).
    """
    day = on or ctx.today
    require_date(day)
    if payment.method == Payment.Method.WITHHELD:
        raise Refusal("is_withheld", "This is tax that was withheld, no money; make it void if it was not withheld.")
    if payment.kind in {Payment.Kind.DEPOSIT, Payment.Kind.DEPOSIT_RETURN}:
        raise Refusal("is_deposit", "A deposit is given back, or kept, on its own page.")
    if account is None and of_deposit(ctx, payment):
        raise Refusal("which_account", "This was kept of a deposit: say from which account it goes back.", field="account")
    if payment.kind != Payment.Kind.PAYMENT:
        raise Refusal("is_refund", "A refund is not refunded; take a new payment instead.")
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > payment.refundable_minor:
        raise Refusal("too_much", f"Only {money(ctx, payment.refundable_minor, payment.currency)} of this payment is left.", field="amount")
    method = payment.method if account is None else Payment.Method.TRANSFER
    session = drawer_of(ctx, method, drawer)
    how = _back(ctx, payment, own_amount, account)
    free(ctx, amount - payment.rest_minor, day, reason, payment=payment)
    worth = _use(payment, amount)
    payment.refunded_minor += amount
    payment.state = Payment.State.REFUNDED if payment.refunded_minor == payment.amount_minor else Payment.State.TAKEN
    payment.save(update_fields=["refunded_minor", "gone_worth_minor", "state"])
    refund = write_receipt(
        ctx,
        payment.party,
        payment.invoice,
        currency=payment.currency,
        worth_minor=worth,
        amount_minor=amount,
        on=day,
        **how,
        drawer=session,
        kind=Payment.Kind.REFUND,
        refunds=payment,
        reason=reason,
    )
    post_payment(ctx, refund, f"Refund to {payment.party} of {payment.number}", -amount)
    if payment.state == Payment.State.REFUNDED:
        _void_beside(ctx, payment, reason, day)
    told: dict[str, Any] = {"invoice": payment.invoice_id, "party": payment.party_id, "amount_minor": amount, "currency": payment.currency}
    publish(ctx, PaymentRefunded(refund=refund.pk, payment=payment.pk, **told))
    return refund


def of_deposit(ctx: Context, payment: Payment) -> bool:
    """Whether a payment is what was kept of a deposit."""
    return DepositUse.objects.visible_to(ctx).filter(payment=payment, kind=DepositUse.Kind.INVOICE).exists()


def _back(ctx: Context, payment: Payment, own_amount: int | None, account: Account | None) -> dict[str, Any]:
    """How a payment goes back: as it came, or by a transfer from an account that is named."""
    if payment.own_minor is None and own_amount is not None:
        raise Refusal("no_currency", f"This came in {payment.currency}; one amount says all.", field="own_amount")
    if payment.own_minor is not None and own_amount is None:
        own = ctx.company.currency
        raise Refusal("which_account", f"This came in {own}: say how much goes back in {own}.", field="own_amount")
    if account is not None:
        return how_it_came(ctx, payment.currency, Payment.Method.TRANSFER, account, own_amount)
    if payment.method in {Payment.Method.CHEQUE, Payment.Method.SET_OFF}:
        raise Refusal("which_account", "No money goes back the way this came: say which account it leaves.", field="account")
    return how_it_came(ctx, payment.currency, payment.method, payment.account, own_amount)


def _use(payment: Payment, amount_minor: int) -> int | None:
    """What a part of what is on account is worth, which is used up now; None in the company's currency."""
    if payment.worth_minor is None:
        return None
    payment.refresh_from_db(fields=["rest_minor", "gone_worth_minor"])
    worth = worth_of_part(amount_minor, payment.rest_minor, payment.rest_worth_minor)
    payment.gone_worth_minor += worth
    return worth


@command(permission="billing.void_transfer", label="Make void", tone="danger", hidden=True)
def void_transfer(ctx: Context, *, payment: Payment, reason: LongText, on: Today) -> Entry:
    """Say that a transfer was none of this party, a cheque was not paid, or a set-off does not hold: what it settled is open again.

    Its entry is reversed. No money moves.

    on: accounting date of the reversal, not before the transfer.
    What the customer withheld beside it is void too.
    Refuses: already_void, not_a_transfer, already_refunded, set_off; entry_reversed_once, entry_period_open (database).
    """
    require_date(on)
    if payment.method in _TAKEN or payment.kind != Payment.Kind.PAYMENT:
        raise Refusal("not_a_transfer", "Only a transfer, a cheque or a set-off is made void; cash and cards are given back.")
    if of_deposit(ctx, payment):
        raise Refusal("not_a_transfer", "This was kept of a deposit and never came by itself; refund it instead.")
    if payment.refunded_minor:
        raise Refusal("already_refunded", "A part of this payment was given back already, so it did come.")
    _void_beside(ctx, payment, reason, on)
    return make_void(ctx, payment, reason, on)


def _void_beside(ctx: Context, payment: Payment, reason: str, on: date) -> None:
    rows = Payment.objects.visible_to(ctx).filter(beside=payment, state=Payment.State.TAKEN).order_by("pk")
    for row in rows.select_for_update(of=("self",), no_key=True):
        make_void(ctx, row, reason, on)


def make_void(ctx: Context, payment: Payment, reason: str, on: date) -> Entry:
    """Say that a payment that is held was none: what it settled is open again, and its entry is reversed.

    Refuses: set_off.
    """
    if WithheldProof.objects.visible_to(ctx).filter(payment=payment, set_off_on__isnull=False).exists():
        raise Refusal("set_off", "This tax was counted by the office already; reverse that entry first.")
    day = max(on, payment.on)
    free(ctx, payment.allocated_minor, day, reason, payment=payment)
    payment.allocated_minor, payment.voided_on, payment.state = 0, day, Payment.State.VOID
    payment.save(update_fields=["voided_on", "state"])
    [entry] = entries_of(ctx, ref(payment))
    undo = reverse_journal(ctx, entry=entry, on=day, reason=reason)
    publish(ctx, PaymentVoided(payment=payment.pk, party=payment.party_id, amount_minor=payment.amount_minor, currency=payment.currency))
    return undo


def _fill(invoice: Invoice) -> tuple[dict[str, object], ...]:
    amount, major = format_amount(invoice.open_minor, invoice.currency), str(to_major(invoice.open_minor, invoice.currency))
    return ({"label": f"Pay {amount}", "fill": {"amount": major}},) if invoice.open_minor else ()


def drawer_of(ctx: Context, method: str, chosen: DrawerSession | None) -> DrawerSession | None:
    """The open session that cash moves through, held so that nobody closes it meanwhile; None for other methods."""
    if method != Payment.Method.CASH:
        if chosen is not None:
            raise Refusal("not_cash", "Only cash goes through a drawer.", field="drawer")
        return None
    rows = DrawerSession.objects.visible_to(ctx).filter(state=DrawerSession.State.OPEN)
    if chosen is not None:
        rows = rows.filter(pk=chosen.pk)
    found = list(rows.order_by("-pk")[:20])
    mine = [s for s in found if s.opened_by_id == ctx.user.pk]
    if not found:
        what = f"The drawer {chosen.drawer} is closed." if chosen is not None else "No drawer is open; open one with its float first."
        raise Refusal("drawer_closed", what, field="method" if chosen is None else "drawer")
    if len(found) > 1 and len(mine) != 1:
        hints = tuple({"label": str(s), "fill": {"drawer": s.pk}} for s in found)
        raise Refusal("which_drawer", "Several drawers are open. Say which one.", field="drawer", hints=hints)
    # The trigger on payments takes a share lock on the session and looks at its state again.
    return mine[0] if len(mine) == 1 else found[0]


def write_receipt(
    ctx: Context,
    party: Party,
    invoice: Invoice | None,
    *,
    on: date,
    currency: str,
    amount_minor: int,
    own_minor: int | None = None,
    worth_minor: int | None = None,
    **values: object,
) -> Payment:
    """Write the receipt; its number is drawn as late as the posting, which names the row, allows.

    own_minor: what came in the company's currency for an amount in a foreign one. worth_minor: what that counts; by the day when left out.
    """
    if currency != ctx.company.currency and worth_minor is None:
        worth_minor = worth_on(ctx, currency, amount_minor, on) if own_minor is None else own_minor
    return Payment.objects.create(
        company=ctx.company,
        number=draw_number(ctx, "billing.payment", "R", on.year),
        party=party,
        invoice=invoice,
        currency=currency,
        amount_minor=amount_minor,
        own_minor=own_minor,
        worth_minor=worth_minor,
        received_at=ctx.now,
        received_by=ctx.user,
        on=on,
        **values,
    )


def post_payment(ctx: Context, payment: Payment, text: str, amount_minor: int, fee_minor: int = 0) -> None:
    """Post money in, or with a minus money out, against what the party owes. fee_minor: what of it the bank kept."""
    place = place_of(payment)
    if payment.worth_minor is None:
        legs = [Leg(place, amount_minor - fee_minor), Leg("bank_fee", fee_minor)]
        legs.append(Leg("receivable", -amount_minor, Party(pk=payment.party_id)))
    else:
        legs = _legs_abroad(ctx, payment, place, amount_minor, fee_minor)
    post_legs(ctx, on=payment.on, text=text, origin=ref(payment), legs=legs)


def place_of(payment: Payment) -> str:
    """The account, or the purpose of one, on which a payment moves."""
    return payment.account.code if payment.account else PLACES[payment.method]


def _legs_abroad(ctx: Context, payment: Payment, place: str, amount_minor: int, fee_minor: int) -> list[Leg]:
    """Money in a foreign currency moves at the rate of the day, or as so much of the company's; what goes back left at what it came for."""
    sign, currency, worth = (1 if amount_minor > 0 else -1), payment.currency, payment.worth_minor or 0
    if payment.own_minor is not None:
        moved = [Leg(place, sign * payment.own_minor)]
    elif amount_minor > 0:
        fee = worth_of_part(fee_minor, amount_minor, worth)
        moved = [Leg(place, worth - fee, unit=currency, unit_minor=amount_minor - fee_minor), Leg("bank_fee", fee)]
    else:
        moved = [Leg(place, -worth_on(ctx, currency, -amount_minor, payment.on), unit=currency, unit_minor=amount_minor)]
    owed = Leg("receivable", -sign * worth, Party(pk=payment.party_id), unit=currency, unit_minor=-amount_minor)
    rest = sum(leg.amount_minor for leg in (*moved, owed))
    return [*moved, owed, *([difference_leg(rest)] if rest else [])]
