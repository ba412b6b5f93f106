"""Money that went out to suppliers; credit notes that are used; and both taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from enfilade.back.banking.queries import line_of_entry
from enfilade.back.ledger.commands import Leg, difference_leg, post_legs, reverse_journal, worth_on
from enfilade.back.ledger.queries import places_of
from enfilade.back.payables import rules
from enfilade.back.payables.events import SupplierPaid, SupplierPaymentReversed
from enfilade.back.payables.models import Bill, BillLine, PaymentOrder, Settlement, SupplierPayment
from enfilade.back.payables.queries import standing_of
from enfilade.back.payables.withheld import withheld_of
from enfilade.base.books.models import Account, Entry
from enfilade.base.books.queries import entries_of
from enfilade.base.party.models import Party
from enfilade.core.command import OWN_CURRENCY, Choice, Input, LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.refs import ref

from .approval import INPUT_TAX
from .common import Row, lock_bills, money, number_of
from .valuing import own_worth, worths_of
from .withholding import WITHHELD

# A cheque is written by its own command, and a set-off has another side.
_BY_HAND = [pair for pair in SupplierPayment.Method.choices if pair[0] not in {"cheque", "set_off"}]
OpenAmount = Annotated[int, Input(amount=True, prefill="row.open_minor")]
CreditNote = Annotated[Row, Input(shared=True, label="Credit note", query="kind=credit_note&state=open")]
Method = Annotated[str, Choice(*_BY_HAND, widget="radio")]


@dataclass(frozen=True)
class Part:
    """A bill and how much of it is settled, discount and what is withheld included."""

    bill: Bill
    amount_minor: int
    discount_minor: int = 0


class PayFacts(TypedDict):
    """What a door is told about a payment to a supplier. amount: in major units of our currency."""

    amount: Decimal
    method: str
    supplier: str


def _pay_facts(*, ctx: Context, bill: Bill, amount: int, method: str, **_: object) -> PayFacts:
    return {"amount": to_major(own_worth(bill, amount), ctx.company.currency), "method": method, "supplier": bill.supplier.name}


@command(permission="payables.pay_bill", label="It was paid", door=_pay_facts)
def pay_bill(
    ctx: Context,
    *,
    bill: Bill,
    amount: OpenAmount,
    method: Method,
    on: Today,
    account: Annotated[Account | None, Input(shared=True, label="Paid from", query="kind=asset&heading=false&active=true")] = None,
    discount: Annotated[int, Input(amount=True, label="Discount kept")] = 0,
    own_amount: Annotated[
        int | None,
        Input(
            amount=True,
            currency_of=OWN_CURRENCY,
            label="In our currency",
            help="What left the account, where that was not the currency of the bill.",
        ),
    ] = None,
) -> SupplierPayment:
    """Note that a bill was paid outside of a payment run: by card, in cash, by direct debit or by a transfer of one's own.

    amount: what is settled of the bill, the discount and what is withheld for an authority included.
    account: of the ledger; the bank, or the cash in the drawer, when left out.
    discount: kept for early payment; what left the account is the amount less this, and less what is withheld.
    own_amount: of a bill in a foreign currency, what left the account in the company's; left out, it left an account in its own, which is
        named.
    Refuses: not_approved, already_paid, credit_note, nothing_paid, too_much, before_bill, which_account, no_currency, no_rate;
    settlement_not_in_run, bill_never_overpaid,
    entry_period_open (database).
    """
    if bill.kind == Bill.Kind.CREDIT_NOTE:
        raise Refusal("credit_note", "This is a credit note: use it for a bill, or match the money that came back with it.")
    if amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="amount")
    if amount > bill.open_minor:
        raise Refusal("too_much", f"Only {money(ctx, bill.open_minor, bill.currency)} is open.", field="amount")
    if discount >= amount:
        raise Refusal("discount_too_large", "The discount is less than what is settled.", field="discount")
    own = ctx.company.currency
    if bill.currency == own and own_amount is not None:
        raise Refusal("no_currency", f"This is in {own}; one amount says all.", field="own_amount")
    if bill.currency != own and own_amount is None and account is None:
        said = f"Say how much left in {own}, or which account the {bill.currency} left."
        raise Refusal("which_account", said, field="own_amount")
    if own_amount is not None and own_amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="own_amount")
    place = account.code if account is not None else "cash" if method == SupplierPayment.Method.CASH else "bank"
    return pay(ctx, [Part(bill, amount, discount)], on=on, method=method, place=place, own_amount=own_amount)


def pay(
    ctx: Context,
    parts: Sequence[Part],
    *,
    on: date,
    method: str,
    place: str,
    order: PaymentOrder | None = None,
    notes: Sequence[Bill] = (),
    own_amount: int | None = None,
    text: str = "",
) -> SupplierPayment:
    """Write a payment for bills of one supplier in one currency, post it and settle them, inside a command that holds the bills.

    What is withheld of the bills does not leave the account: it is owed to an authority.

    place: purpose or code of the account that the money left. notes: credit notes of the supplier that are used up before money is.
    own_amount: what left it in the company's currency, where the bills are in another one. text: of its entry, if it is another one.
    Refuses: before_bill, several_currencies, no_rate.
    """
    require_date(on, "on")
    if early := next((p.bill for p in parts if p.bill.posted_on and on < p.bill.posted_on), None):
        raise Refusal("before_bill", f"{early} was posted on {early.posted_on}; it can't be paid before.", field="on")
    supplier, currency = parts[0].bill.supplier, parts[0].bill.currency
    if any(p.bill.currency != currency for p in parts):
        raise Refusal("several_currencies", "These bills are in several currencies; pay them one by one.", field="bills")
    plan = rules.pieces(
        [(p.bill.pk, p.amount_minor, p.discount_minor) for p in parts], [(credit.pk, credit.open_minor) for credit in notes]
    )
    kept = keep_back(ctx, plan)
    discount, withheld = sum(p.discount_minor for p in parts), sum(kept.values())
    paid = sum(p.amount_minor for p in parts) - discount - withheld - sum(c.open_minor for c in notes)
    account_id = places_of(ctx, [place])[place].account_id
    payment = SupplierPayment.objects.create(
        company=ctx.company,
        number=number_of(ctx, "payment", "SP", on.year),
        supplier=supplier,
        method=method,
        account_id=account_id,
        currency=currency,
        amount_minor=paid,
        own_minor=own_amount,
        on=on,
        paid_by=ctx.user,
        order=order,
    )
    made = _settle(ctx, plan, payment, {row.pk: row for row in (*(p.bill for p in parts), *notes)}, kept)
    if currency == ctx.company.currency:
        legs = [Leg("payable", paid + discount + withheld, Party(pk=supplier.pk)), Leg(place, -paid), Leg(WITHHELD, -withheld)]
        legs += _discount_legs(ctx, [(p.bill, p.discount_minor) for p in parts])
    else:
        legs = _legs_abroad(ctx, payment, place, made)
    numbers = ", ".join(p.bill.supplier_number for p in parts)
    post_legs(ctx, on=on, text=(text or f"Payment to {supplier} for {numbers}")[:500], origin=ref(payment), legs=legs)
    told: dict[str, Any] = {"method": method, "amount_minor": paid, "order": order.pk if order else 0, "currency": currency}
    publish(ctx, SupplierPaid(payment=payment.pk, supplier=supplier.pk, **told))
    return payment


def _legs_abroad(ctx: Context, payment: SupplierPayment, place: str, made: Sequence[Settlement]) -> list[Leg]:
    """What is no longer owed leaves at what it came for, the money at the rate of the day or as so much of the company's own."""
    worth, gone = sum(row.worth_minor or 0 for row in made), sum(row.amount_minor for row in made)
    legs = [Leg("payable", worth, Party(pk=payment.supplier_id), unit=payment.currency, unit_minor=gone)]
    if payment.own_minor is not None:
        legs.append(Leg(place, -payment.own_minor))
    else:
        left = worth_on(ctx, payment.currency, payment.amount_minor, payment.on)
        legs.append(Leg(place, -left, unit=payment.currency, unit_minor=-payment.amount_minor))
    legs.append(Leg(WITHHELD, -sum(row.withheld_worth_minor or 0 for row in made)))
    legs += _discount_legs(ctx, [(row.bill, row.discount_worth_minor or 0) for row in made])
    rest = sum(leg.amount_minor for leg in legs)
    return [*legs, *([difference_leg(rest)] if rest else [])]


def keep_back(ctx: Context, plan: Sequence[rules.Piece]) -> dict[int, int]:
    """What is withheld of each bill that is paid as planned. Shape: key of the bill -> minor units, none for nothing."""
    standing = withheld_of(ctx, {piece.bill for piece in plan})
    found = {p.bill: standing[p.bill].of(p.amount_minor - p.discount_minor) for p in plan if p.credit is None and p.bill in standing}
    return {bill: kept for bill, kept in found.items() if kept}


def _settle(
    ctx: Context, plan: Sequence[rules.Piece], payment: SupplierPayment, rows: dict[int, Bill], kept: dict[int, int]
) -> list[Settlement]:
    """Settle each bill as planned; what the payment settled. rows: bills and credit notes by key; kept: what is withheld of bills."""
    made = []
    for piece in plan:
        if piece.credit is not None:
            use(ctx, rows[piece.bill], piece.amount_minor, payment.on, rows[piece.credit])
            continue
        amounts = (piece.amount_minor, piece.discount_minor, kept.get(piece.bill, 0))
        made.append(
            settle(ctx, rows[piece.bill], amounts[0], payment.on, payment=payment, discount_minor=amounts[1], withheld_minor=amounts[2])
        )
    return made


def settle(
    ctx: Context,
    bill: Bill,
    amount_minor: int,
    on: date,
    *,
    payment: SupplierPayment | None = None,
    credit: Bill | None = None,
    discount_minor: int = 0,
    withheld_minor: int = 0,
    undoes: Settlement | None = None,
) -> Settlement:
    """Write down that a part of a bill is settled; the database sums it up."""
    made = Settlement.objects.create(
        company=ctx.company,
        bill=bill,
        payment=payment,
        credit=credit,
        undoes=undoes,
        amount_minor=amount_minor,
        discount_minor=discount_minor,
        withheld_minor=withheld_minor,
        currency=bill.currency,
        on=on,
        made_by=ctx.user,
        **worths_of(ctx, bill, on, amount_minor, discount_minor, withheld_minor, credit, undoes),
    )
    for row in (made.bill, made.credit):
        if row is not None:
            row.refresh_from_db(fields=["settled_minor", "open_minor", "gone_worth_minor", "state"])
    return made


def use(ctx: Context, bill: Bill, amount_minor: int, on: date, note: Bill) -> None:
    """Settle a part of a bill by a credit note, inside a command that holds both; what came at other rates is a gain or a loss."""
    made = settle(ctx, bill, amount_minor, on, credit=note)
    if difference := (made.worth_minor or 0) - (made.credit_worth_minor or 0):
        legs = [Leg("payable", difference, Party(pk=bill.supplier_id), unit=bill.currency), difference_leg(difference)]
        post_legs(ctx, on=on, text=f"{note} settles {bill}", origin=ref(made), legs=legs)


def _discount_legs(ctx: Context, parts: Sequence[tuple[Bill, int]]) -> list[Leg]:
    """What discounts on bills take off the cost, and off the tax that was deducted with them; in the company's currency."""
    legs = []
    for bill, kept in parts:
        if not kept:
            continue
        taxes: dict[str, int] = {}
        for line in BillLine.objects.visible_to(ctx).filter(bill=bill, tax_category="S").order_by("pk"):
            if (deducted := line.counted[2]) > 0:
                taxes[INPUT_TAX[line.tax_class]] = taxes.get(INPUT_TAX[line.tax_class], 0) + deducted
        total = bill.total_minor if bill.worth_minor is None else bill.worth_minor
        sums = [("cash_discount_taken", total - sum(taxes.values())), *taxes.items()]
        legs += [Leg(purpose, -amount) for purpose, amount in rules.cut_discount(kept, sums)]
    return legs


@command(permission="payables.use_credit", label="Use a credit note")
def use_credit(
    ctx: Context,
    *,
    bill: Bill,
    credit: CreditNote[Bill],
    amount: Annotated[int | None, Input(amount=True, help="As much as is open of both when left out.")] = None,
    on: Today,
) -> Bill:
    """Settle a bill, or a part of it, by a credit note of the same supplier. Nothing moves in the ledger: both are owed by her and to her.

    In a foreign currency both may have come at other rates; that is an exchange gain or loss.
    Refuses: not_open_or_part_paid, not_a_credit_note, several_currencies, nothing_paid, too_much; settlement_of_one_supplier,
    settlement_not_in_run (database).
    """
    locked = lock_bills(ctx, [bill.pk, credit.pk], "credit")
    owed, note = locked[bill.pk], locked[credit.pk]
    if owed.kind == Bill.Kind.CREDIT_NOTE or note.kind == Bill.Kind.BILL:
        raise Refusal("not_a_credit_note", "Choose a bill, and a credit note for it.", field="credit")
    if owed.currency != note.currency:
        raise Refusal("several_currencies", "Bill and credit note are in several currencies.", field="credit")
    used = min(owed.open_minor, note.open_minor) if amount is None else amount
    if used <= 0:
        raise Refusal("nothing_paid", "Nothing of one of them is open.", field="amount")
    if used > min(owed.open_minor, note.open_minor):
        raise Refusal(
            "too_much", f"Only {money(ctx, min(owed.open_minor, note.open_minor), owed.currency)} is open of both.", field="amount"
        )
    use(ctx, owed, used, on, note)
    bill.refresh_from_db(fields=["settled_minor", "open_minor", "state"])
    return bill


@command(permission="payables.reverse_payment", label="Take back", tone="danger")
def reverse_payment(ctx: Context, *, payment: SupplierPayment, on: Today, reason: LongText) -> SupplierPayment:
    """Take a payment back that was not made, or that the bank gave back: its entry is reversed, its bills are open again.

    on: accounting date; its month has to be open.
    Refuses: already_reversed, is_set_off, matched_at_bank, before_payment; entry_period_open, entry_reversed_once (database).
    """
    if payment.method == SupplierPayment.Method.SET_OFF:
        raise Refusal("is_set_off", "This was set off against invoices of ours: undo the set-off instead.")
    line = line_of_entry(ctx, entries_of(ctx, ref(payment))[0])
    if line is not None:
        raise Refusal("matched_at_bank", f"The bank says that it was paid: take the match of {line} back there.")
    take_back(ctx, payment, on, reason)
    return payment


def take_back(ctx: Context, payment: SupplierPayment, on: date, reason: str) -> Entry:
    """Reverse a payment inside a command; the entry that does it. Its transfer can be matched again, unless its run is cancelled."""
    if on < payment.on:
        raise Refusal("before_payment", "A payment is not taken back before it was made.", field="on")
    rows = standing_of(ctx, payment)
    lock_bills(ctx, {row.bill_id for row in rows}, "payment")
    for row in rows:
        discount, withheld = -row.discount_minor, -row.withheld_minor
        settle(ctx, row.bill, -row.amount_minor, on, payment=payment, discount_minor=discount, withheld_minor=withheld, undoes=row)
    [entry] = [e for e in entries_of(ctx, ref(payment)) if e.reverses_id is None]
    undo = reverse_journal(ctx, entry=entry, on=on, reason=reason)
    payment.state, payment.reversed_on, payment.reason = SupplierPayment.State.REVERSED, on, reason
    payment.save(update_fields=["state", "reversed_on", "reason"])
    amount = payment.amount_minor
    told: dict[str, Any] = {"amount_minor": amount, "reason": reason, "currency": payment.currency}
    publish(ctx, SupplierPaymentReversed(payment=payment.pk, supplier=payment.supplier_id, **told))
    return undo
