"""Cheques to suppliers: written for bills, given up, and forms that were spoiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from enfilade.back.cheques.events import ChequeVoided, ChequeWritten
from enfilade.back.cheques.models import ChequeBook, WrittenCheque
from enfilade.back.payables.commands import BillPart, pay_together, reverse_payment
from enfilade.back.payables.models import Bill
from enfilade.back.payables.queries import bills_payable, discount_on
from enfilade.back.payables.withheld import withheld_of
from enfilade.core.command import Choice, Input, LongText, Today, command, primary_key, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.ui.format import format_amount

from .common import Row

Payable = Annotated[Row, Input(shared=True, query="kind=bill&state=open")]
InUse = Annotated[Row, Input(label="Cheque book", query="state=open")]
DueBy = Annotated[date | None, Input(help="Instead of choosing: everything that is due until this day.")]
Why = Annotated[str, Choice(("void", "Given up"), ("stopped", "Stopped at the bank"), ("lost", "Lost"), ("stale", "Not presented in time"))]


@dataclass(frozen=True)
class ChequePart:
    """A bill of which a cheque settles a part; the rest of it stays open.

    amount: of the bill, what is withheld of it included; only who pays all of a bill keeps its discount.
    """

    bill: Payable[Bill]
    amount: Annotated[int, Input(amount=True, currency_of="bill")]


Parts = Annotated[list[ChequePart], Input(label="Bills to pay in part", seldom=True)]


class ChequeFacts(TypedDict):
    """What a door is told about cheques that are written. total, largest: what leaves the account, in major units of its currency."""

    total: Decimal
    cheques: int
    largest: Decimal


def _facts(
    *, ctx: Context, book: ChequeBook, bills: Sequence[Any], on: date, parts: Sequence[ChequePart] = (), due_by: date | None = None,
    **_: object,
) -> ChequeFacts:  # fmt: skip
    sums = [_leaves(ctx, group) for group in _by_payee(ctx, book, bills, parts, due_by, on)]
    currency = book.bank_account.currency
    return {"total": to_major(sum(sums), currency), "cheques": len(sums), "largest": to_major(max(sums, default=0), currency)}


def _leaves(ctx: Context, parts: Sequence[BillPart]) -> int:
    """What a cheque is over: less discounts, and less the tax that is withheld for an office."""
    paid = {primary_key(part.bill): (part.amount or 0) - part.discount for part in parts}
    standing = withheld_of(ctx, paid)
    return sum(amount - (standing[key].of(amount) if key in standing else 0) for key, amount in paid.items())


@command(permission="cheques.write_cheques", label="Write cheques", tone="primary", target="", door=_facts)
def write_cheques(
    ctx: Context,
    *,
    book: InUse[ChequeBook],
    bills: list[Payable[Bill]] = [],  # noqa: B006 - never changed
    parts: Parts = [],  # noqa: B006 - never changed
    due_by: DueBy = None,
    on: Today,
) -> ChequeBook:
    """Pay bills by cheques, one for each supplier, with the next numbers of a cheque book; the bills count as paid on the day.

    bills: those to pay, wholly; a discount that holds on the day is kept.
    parts: bills of which only a part is paid; the rest stays open, and no discount is kept.
    due_by: all that are due until then, in the currency of the account and in no payment run.
    on: stands on the cheques; the account of the bank is posted on it, and what the bank has not paid yet is outstanding.
    Refuses: book_ended, nothing_due, not_open, named_twice, too_much, other_currency, book_used_up, before_bill;
    cheque_number_once, settlement_not_in_run, entry_period_open (database).
    Why the account of the bank: a cheque that was written can't be spent again; the reconciliation lists what was not presented yet.
    """
    require_date(on)
    if book.state == ChequeBook.State.ENDED:
        raise Refusal("book_ended", "This cheque book is not used any more.", field="book")
    groups = _by_payee(ctx, book, bills, parts, due_by, on)
    if not groups:
        raise Refusal("nothing_due", "Choose the bills to pay, or a day until which some are due.", field="bills")
    if len(groups) > book.forms_left:
        raise Refusal("book_used_up", f"These are {len(groups)} cheques, but only {book.forms_left} forms are left.", field="book")
    for group in groups:
        _write(ctx, book, group, on)
    return book


def _by_payee(
    ctx: Context, book: ChequeBook, bills: Sequence[Any], parts: Sequence[ChequePart], due_by: date | None, on: date
) -> list[list[BillPart]]:
    """What is paid of open bills, by supplier, in the order of their oldest.

    Refuses: nothing_due, not_open, named_twice, too_much, other_currency.
    """
    chosen = _chosen(bills, parts)
    if not chosen and due_by is None:
        raise Refusal("nothing_due", "Choose the bills to pay, or a day until which some are due.", field="bills")
    found = bills_payable(ctx, due_by=due_by, keys=chosen.keys())
    if chosen.keys() - {bill.pk for bill in found}:
        raise Refusal("not_open", "Only approved bills that are open and in no payment run are paid by a cheque.", field="bills")
    currency = book.bank_account.currency
    other = [bill for bill in found if bill.currency != currency]
    if chosen and other:
        raise Refusal("other_currency", f"{other[0]} is in {other[0].currency}, the account in {currency}.", field="bills")
    groups: dict[int, list[BillPart]] = {}
    for bill in found:
        if bill.currency == currency:
            groups.setdefault(bill.supplier_id, []).append(_part(bill, chosen.get(bill.pk), on))
    return list(groups.values())


def _chosen(bills: Sequence[Any], parts: Sequence[ChequePart]) -> dict[int, int | None]:
    """How much is paid of which bill, None for all of it. Refuses: named_twice."""
    whole = {primary_key(bill): None for bill in bills}
    some = {primary_key(part.bill): part.amount for part in parts}
    if len(some) < len(parts) or whole.keys() & some.keys():
        raise Refusal("named_twice", "Name each bill once: to be paid wholly, or in part.", field="parts")
    return {**whole, **some}


def _part(bill: Bill, amount: int | None, on: date) -> BillPart:
    if amount is None or amount == bill.open_minor:
        return BillPart(bill, bill.open_minor, discount_on(bill, on))
    if not 0 < amount < bill.open_minor:
        said = f"Only {format_amount(bill.open_minor, bill.currency)} of {bill} is open; give an amount above zero and up to that."
        raise Refusal("too_much", said, field="parts")
    return BillPart(bill, amount)


def _write(ctx: Context, book: ChequeBook, parts: list[BillPart], on: date) -> WrittenCheque:
    number, account = _next(book), book.bank_account
    payment = pay_together(ctx, bills=parts, on=on, account=account.account, cheque=str(number))
    made = WrittenCheque.objects.create(
        company=ctx.company,
        book=book,
        bank_account=account,
        number=number,
        payee=payment.supplier,
        payment=payment,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        on=on,
        written_by=ctx.user,
        written_at=ctx.now,
    )
    told: dict[str, Any] = {"amount_minor": made.amount_minor, "currency": made.currency}
    publish(ctx, ChequeWritten(cheque=made.pk, number=number, payee=payment.supplier_id, **told))
    return made


def _next(book: ChequeBook) -> int:
    """The next number of a book, which is held; it is gone from now on."""
    number = book.next_number
    book.next_number += 1
    book.save(update_fields=["next_number"])
    return number


@command(permission="cheques.void_cheque", label="Make void", tone="danger")
def void_cheque(ctx: Context, *, cheque: WrittenCheque, why: Why, reason: LongText, on: Today) -> WrittenCheque:
    """Say that a cheque is not to be paid: its payment is taken back and its bills are open again. Its number stays used.

    why: stopped and lost ones have to be stopped at the bank as well, by the one who may there.
    on: accounting date of the reversal, not before the cheque.
    Refuses: already_void, presented, before_cheque; entry_period_open, entry_reversed_once (database).
    """
    require_date(on)
    if on < cheque.on:
        raise Refusal("before_cheque", "A cheque is not void before it was written.", field="on")
    make_void(ctx, cheque, why, reason, on)
    if cheque.payment is not None:
        reverse_payment(ctx, payment=cheque.payment, on=on, reason=reason)
    return cheque


def make_void(ctx: Context, cheque: WrittenCheque, why: str, reason: str, on: date) -> None:
    """Write down that a cheque is void, inside a command or a reaction."""
    cheque.state, cheque.why, cheque.reason, cheque.voided_on = WrittenCheque.State.VOID, why, reason, max(on, cheque.on)
    cheque.save(update_fields=["state", "why", "reason", "voided_on"])
    told: dict[str, Any] = {"amount_minor": cheque.amount_minor, "currency": cheque.currency}
    publish(ctx, ChequeVoided(cheque=cheque.pk, number=cheque.number, why=why, reason=reason, **told))


@command(permission="cheques.spoil_cheque", label="A form was spoiled")
def spoil_cheque(ctx: Context, *, book: ChequeBook, reason: LongText, on: Today) -> WrittenCheque:
    """Say that the next form of a cheque book can't be used, so that its number is missing nowhere.

    Refuses: book_ended, book_used_up; cheque_number_once (database).
    """
    if not book.forms_left:
        raise Refusal("book_used_up", "No form of this cheque book is left.", field="book")
    return WrittenCheque.objects.create(
        company=ctx.company,
        book=book,
        bank_account=book.bank_account,
        number=_next(book),
        currency=book.bank_account.currency,
        amount_minor=0,
        on=on,
        written_by=ctx.user,
        written_at=ctx.now,
        voided_on=on,
        why=WrittenCheque.Why.SPOILED,
        reason=reason,
        state=WrittenCheque.State.VOID,
    )
