"""What customers have on account, and deposits, go back by a payment run: each becomes a bill, as everything does that people are owed."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.billing.commands import receive_transfer, refund_payment, return_deposit, undo_deposit_use
from enfilade.back.billing.models import Deposit, Payment
from enfilade.back.billing.queries import given_back_by, last_return
from enfilade.back.ledger.queries import places_of
from enfilade.back.payables.models import Bill
from enfilade.base.books.models import Account
from enfilade.base.books.queries import accounts_by_id
from enfilade.core.command import OWN_CURRENCY, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref, split

from .approval import approve_bill
from .bills import enter_bill
from .common import money
from .lines import BillLineIn

# Between leaving the customer's account and being owed to her as a bill it stands here for no moment.
TRANSIT = "transit"
AllHeld = Annotated[
    int | None, Input(amount=True, currency_of=OWN_CURRENCY, prefill="row.held_minor", help="All that is held when left out.")
]
TheirAccount = Annotated[str, Input(label="IBAN", max_length=42, help="Left empty, the account that is known of the customer.")]


@command(
    permission="payables.pay_out_credit",
    label="Give back by a payment run",
    target="payment",
    offered=lambda payment: payment.rest_minor > 0,
)
def pay_out_credit(
    ctx: Context,
    *,
    payment: Ref[Payment],
    amount: Annotated[int | None, Input(amount=True, help="All that is on account when left out.")] = None,
    iban: TheirAccount = "",
    reason: LongText = "",
) -> Bill:
    """Owe a customer what she has on account, by a bill that the next payment run pays; money of a credit note is on account too.

    iban: when it is new, it waits for a second person before anything is paid to it.
    reason: what she reads on the transfer; the number of the refund when left out.
    Refuses: nothing_on_account, nothing_paid, too_much, not_sepa (a foreign currency), bad_iban; entry_period_open (database).
    Why a bill: it is due, needs a confirmed account, a run and two people like everything else that leaves the bank.
    """
    if payment.rest_minor <= 0:
        raise Refusal("nothing_on_account", "Nothing of this payment is on account; take an allocation back, or credit the invoice first.")
    if payment.currency != ctx.company.currency:
        said = f"This is in {payment.currency}, which a payment run does not know: give it back at the bank and note it as a refund."
        raise Refusal("not_sepa", said)
    wanted = payment.rest_minor if amount is None else amount
    if wanted > payment.rest_minor:
        raise Refusal("too_much", f"Only {money(ctx, payment.rest_minor)} of this payment is on account.", field="amount")
    transit = _transit(ctx)
    why = reason or f"On account of {payment.party}"
    refund = refund_payment(ctx, payment=payment, amount=wanted, reason=why, on=ctx.today, account=transit)
    return _owe(ctx, refund, why, iban, reason)


@command(
    permission="payables.pay_out_credit",
    label="Give back by a payment run",
    target="deposit",
    offered=lambda deposit: deposit.held_minor > 0 and deposit.state == Deposit.State.HELD,
)
def pay_out_deposit(
    ctx: Context,
    *,
    deposit: Ref[Deposit],
    amount: AllHeld = None,
    iban: TheirAccount = "",
    reason: LongText = "",
) -> Bill:
    """Owe a party the deposit that is held, as a whole or in part, by a bill that the next payment run pays.

    iban: when it is new, it waits for a second person before anything is paid to it.
    reason: what she reads on the transfer; what the deposit secured when left out.
    Refuses: nothing_held, nothing_paid, too_much, bad_iban; deposit_never_overdrawn, entry_period_open (database).
    Why a bill: it is due, needs a confirmed account, a run and two people like everything else that leaves the bank. While it stands, the
    deposit counts as given back; when it is made void, the deposit is held again.
    """
    wanted = deposit.held_minor if amount is None else amount
    why = reason or f"Deposit {deposit.number}: {deposit.reason}"
    return_deposit(ctx, deposit=deposit, amount=wanted, method="transfer", reason=why, on=ctx.today, account=_transit(ctx))
    return _owe(ctx, last_return(ctx, deposit), why, iban, reason)


def _owe(ctx: Context, refund: Payment, why: str, iban: str, reason: str) -> Bill:
    """A bill, due today, over what left the account of a party and is on its way to her."""
    transit = _transit(ctx)
    bill = enter_bill(
        ctx,
        supplier=refund.party,
        number=refund.number,
        billed_on=ctx.today,
        due_on=ctx.today,
        lines=[BillLineIn(account=transit, gross=refund.amount_minor, tax_category="O", description=why[:200])],
        iban=iban,
        reference=reason[:140],
        origin=ref(refund),
        although_similar=True,
    )
    return approve_bill(ctx, bill=bill, on=ctx.today)


def put_back(ctx: Context, bill: Bill) -> None:
    """A bill over what a customer had on account, or over a deposit, is void: it is on her account, or held, again. Inside a reaction."""
    if not bill.origin.startswith("billing.payment:") or bill.voided_on is None:
        return
    use = given_back_by(ctx, split(bill.origin)[1])
    if use is not None:
        undo_deposit_use(ctx, use=use, reason=f"The bill {bill} over it is void.", on=bill.voided_on)
    else:
        receive_transfer(ctx, party=bill.supplier, amount=bill.total_minor, on=bill.voided_on, account=_transit(ctx))


def _transit(ctx: Context) -> Account:
    key = places_of(ctx, [TRANSIT])[TRANSIT].account_id
    return accounts_by_id(ctx, [key])[key]
