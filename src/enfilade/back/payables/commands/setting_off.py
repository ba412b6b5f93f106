"""What a party owes us and what we owe her, set off against each other; and that undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from enfilade.back.banking.commands import InvoicePart as LinePart
from enfilade.back.banking.commands import match_line, require_open, write_match
from enfilade.back.banking.models import LineMatch, StatementLine
from enfilade.back.billing.commands import InvoicePart, allocate_payment, receive_transfer, void_transfer
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import owed_by
from enfilade.back.ledger.commands import Currency, currency_in, worth_on
from enfilade.back.ledger.queries import places_of
from enfilade.back.payables import rules
from enfilade.back.payables.events import ClaimsSetOff, SetOffUndone
from enfilade.back.payables.models import Bill, SetOff, SupplierPayment
from enfilade.back.payables.printing import set_off_pdf
from enfilade.back.payables.queries import BothWays, both_ways, hers
from enfilade.back.payables.withheld import withheld_of
from enfilade.base.books.queries import accounts_by_id, entries_of
from enfilade.base.party.models import Party
from enfilade.core.command import Amount, Input, LongText, Today, command, primary_key, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.files import store_bytes
from enfilade.core.refs import ref

from .common import Row, lock_bills, money, number_of, one_supplier
from .paying import Part, pay, take_back

# Between the invoices and the bills it stands here for no moment. Not money in transit: a set-off is in no statement of cash flows.
CLEARING = "suspense"
Both = Annotated[Party, Input(shared=True, label="With whom")]
OurInvoice = Annotated[Row, Input(shared=True, label="Our invoices", query="kind=invoice", seldom=True)]
TheirBill = Annotated[Row, Input(shared=True, label="Their bills", query="kind=bill", seldom=True)]
NotDue = Annotated[bool, Input(label="Also what is not due yet", help="Only where they agree to pay our invoices early.", seldom=True)]
Upto = Annotated[int | None, Input(amount=True, help="As much as is due on both sides when left out.")]


class SetOffFacts(TypedDict):
    """What a door is told about a set-off. amount: in major units of our currency."""

    amount: Decimal
    party: str


def _facts(*, ctx: Context, party: Party, on: date, amount: int | None, early: bool, currency: str, **_: object) -> SetOffFacts:
    code = currency_in(ctx, currency)
    minor = both_ways(ctx, party, on, code, early=early).most_minor if amount is None else amount
    return {"amount": to_major(worth_on(ctx, code, minor, on), ctx.company.currency), "party": party.name}


@command(permission="payables.set_off", label="Set off bills against invoices", tone="primary", target="", door=_facts)
def set_off(
    ctx: Context,
    *,
    party: Both,
    on: Today,
    amount: Upto = None,
    invoices: list[OurInvoice[Invoice]] = [],  # noqa: B006 - never changed
    bills: list[TheirBill[Bill]] = [],  # noqa: B006 - never changed
    early: NotDue = False,
    currency: Currency = "",
) -> SetOff:
    """Settle what a party owes us by what we owe her, without any money: both count as paid, and a letter says so.

    on: from this day on both count as paid.
    invoices: those that are due when left out, the longest due first.
    bills: those that are due and in no payment run when left out; one that is named may be due later, since we may pay before.
    early: also invoices that are not due, and bills where none is named.
    currency: of both sides; the company's own when left out.
    Refuses: nothing_to_set_off, not_due, not_theirs, too_much, before_invoice, before_bill, several_suppliers, unknown_currency, no_rate;
    settlement_not_in_run, invoice_never_overpaid, bill_never_overpaid, entry_period_open (database).
    Source: § 387, 388, 389 and 271 (2) BGB: our own claim has to be due, theirs only payable, and it is declared to the other side. Where
    tax follows the money (§ 20 UStG), an invoice counts as paid by what is set off.
    """
    require_date(on, "on")
    found = _chosen(ctx, party, on, currency_in(ctx, currency), early, {primary_key(i) for i in invoices}, {primary_key(b) for b in bills})
    most = found.most_minor
    if not most:
        said = "Nothing is due on both sides. Name what is to be set off, or say that it may be early."
        raise Refusal("nothing_to_set_off", said, field="party")
    if amount is not None and not 0 < amount <= most:
        raise Refusal("too_much", f"Give an amount above zero; {money(ctx, most, found.currency)} can be set off.", field="amount")
    return write_set_off(ctx, party, found, most if amount is None else amount, on)


def _chosen(ctx: Context, party: Party, on: date, currency: str, early: bool, invoices: set[int], bills: set[int]) -> BothWays:
    """What is due both ways, or what was named of it; the bills are locked."""
    found = both_ways(ctx, party, on, currency, early=early, named=bills)
    ours, theirs = found.invoices, found.bills
    if invoices:
        every = {i.pk: i for i, _ in both_ways(ctx, party, on, currency, early=True).invoices}
        if invoices - every.keys():
            raise Refusal("not_theirs", f"Name invoices that {party} has not paid, in {currency}.", field="invoices")
        ours = tuple((i, due) for i, due in ours if i.pk in invoices)
        if late := next((every[key] for key in invoices - {i.pk for i, _ in ours}), None):
            said = f"{late} is not due on this day; with their consent it can be set off early."
            raise Refusal("not_due", said, field="invoices")
    if bills - {b.pk for b, _ in theirs}:
        raise Refusal("not_theirs", f"Name approved bills of {party} that are open and in no payment run, in {currency}.", field="bills")
    if early_one := next((i for i, _ in ours if i.issued_on and on < i.issued_on), None):
        raise Refusal("before_invoice", f"{early_one} was issued later than this day.", field="on")
    locked = lock_bills(ctx, {b.pk for b, _ in theirs}, "bills")
    return BothWays(currency, ours, *hers(ctx, [locked[b.pk] for b, _ in theirs]))


def write_set_off(ctx: Context, party: Party, found: BothWays, amount: int, on: date, line: StatementLine | None = None) -> SetOff:
    """Settle both sides by an amount, the longest due first, inside a command that holds the bills.

    line: of the bank that paid only the difference.
    """
    ours = _shares(amount, found.invoices)
    theirs = _shares(amount, found.bills)
    one_supplier([bill for bill, _ in theirs], "bills")
    key = places_of(ctx, [CLEARING])[CLEARING].account_id
    told: dict[str, Any] = {"party": party, "on": on, "currency": found.currency}
    received = receive_transfer(ctx, amount=amount, account=accounts_by_id(ctx, [key])[key], method="set_off", **told)
    parts = [InvoicePart(invoice, minor) for invoice, minor in ours]
    allocate_payment(ctx, payment=received, invoices=parts, on=on, without_discount=True)
    method = SupplierPayment.Method.SET_OFF
    kept = found.kept
    parts_of = [Part(bill, kept[bill.pk].settled_by(minor, bill.open_minor) if bill.pk in kept else minor) for bill, minor in theirs]
    paid = pay(ctx, parts_of, on=on, method=method, place=CLEARING)
    number = number_of(ctx, "set_off", "SO", on.year)
    for invoice, _ in ours:
        invoice.refresh_from_db(fields=["open_minor"])
    letter = set_off_pdf(ctx, number, amount_minor=amount, invoices=ours, bills=theirs, **told)
    made = SetOff.objects.create(
        company=ctx.company,
        number=number,
        amount_minor=amount,
        received=received,
        paid=paid,
        line=line,
        file=store_bytes(ctx, f"{number}.pdf", letter, "application/pdf"),
        made_by=ctx.user,
        made_at=ctx.now,
        **told,
    )
    publish(ctx, ClaimsSetOff(set_off=made.pk, party=party.pk, amount_minor=amount, currency=found.currency))
    return made


def _shares(amount: int, rows: Sequence[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """How much of an amount settles each document, in their order; those that get nothing are left out."""
    parts = rules.shares(amount, [minor for _, minor in rows])
    return [(row, part) for (row, _), part in zip(rows, parts, strict=True) if part]


@command(permission="payables.undo_set_off", label="Undo", tone="danger")
def undo_set_off(ctx: Context, *, set_off: SetOff, on: Today, reason: LongText) -> SetOff:
    """Say that a set-off does not hold: invoices and bills are open again, and both entries are reversed.

    on: accounting date of the reversal, not before the set-off.
    Refuses: already_undone, before_set_off, matched_at_bank, already_refunded; entry_period_open, entry_reversed_once (database).
    """
    require_date(on, "on")
    if on < set_off.on:
        raise Refusal("before_set_off", "A set-off is not undone before it was made.", field="on")
    if set_off.line is not None:
        raise Refusal("matched_at_bank", f"The difference was paid at the bank: take the match of {set_off.line} back there.")
    undo(ctx, set_off, on, reason)
    return set_off


def undo(ctx: Context, set_off: SetOff, on: date, reason: str) -> None:
    """Take both sides of a set-off back, inside a command or a reaction; the side of the invoices may be gone already."""
    day = max(on, set_off.on)
    set_off.state, set_off.undone_on, set_off.undone_by = SetOff.State.UNDONE, day, ctx.user
    set_off.reason = reason
    set_off.save(update_fields=["state", "undone_on", "undone_by", "reason"])
    if set_off.received.voided_on is None:
        void_transfer(ctx, payment=set_off.received, reason=reason, on=day)
    take_back(ctx, set_off.paid, day, reason)
    told: dict[str, Any] = {"amount_minor": set_off.amount_minor, "currency": set_off.currency, "reason": reason}
    publish(ctx, SetOffUndone(set_off=set_off.pk, party=set_off.party_id, **told))


@dataclass(frozen=True)
class InvoiceShare:
    """An invoice of ours, and how much of it is settled; left out, all that is open."""

    invoice: OurInvoice[Invoice]
    amount: Amount | None = None


@dataclass(frozen=True)
class BillShare:
    """A bill of theirs, and how much of it is settled; left out, all that is open."""

    bill: TheirBill[Bill]
    amount: Amount | None = None


@command(permission="payables.match_both", label="Match with invoices and bills", target="line", offered=lambda line: line.open_minor != 0)
def match_both(ctx: Context, *, line: StatementLine, invoices: list[InvoiceShare], bills: list[BillShare]) -> StatementLine:
    """Take a line as the difference between invoices of ours and bills of the same party: the difference was paid, the rest is set off.

    invoices: of one party, open and in the currency of the line.
    bills: of the same party, approved and open.
    Refuses: already_matched, nothing_given, not_theirs, too_much, tax_withheld, not_the_difference, before_bill, several_suppliers;
    settlement_not_in_run, line_never_overmatched, entry_period_open (database).
    """
    require_open(line)
    if not invoices or not bills:
        said = "Name at least one invoice and one bill; where there is only one side, match the line with that."
        raise Refusal("nothing_given", said, field="bills" if invoices else "invoices")
    ours = {primary_key(share.invoice): share.amount for share in invoices}
    match_difference(ctx, line, ours, {primary_key(share.bill): share.amount for share in bills})
    return line


def match_difference(ctx: Context, line: StatementLine, ours: Mapping[int, int | None], theirs: Mapping[int, int | None]) -> None:
    """Book a line as what invoices are more than bills, or less, inside a command. Shape: key -> how much of it, None for all.

    Refuses: what match_both refuses.
    """
    held = {row.pk: row for row in owed_by(ctx, keys=ours)}
    locked = lock_bills(ctx, theirs, "bills")
    party = one_supplier(locked.values(), "bills")
    invoices = tuple(_share(ctx, line, held.get(key), amount, "invoices", party) for key, amount in ours.items())
    bills = tuple(_share(ctx, line, locked[key], amount, "bills", party) for key, amount in theirs.items())
    if withheld := next(iter(withheld_of(ctx, locked)), None):
        said = f"Tax is withheld of {locked[withheld]}: set it off first, and match the line with what is left."
        raise Refusal("tax_withheld", said, field="bills")
    found = BothWays(line.currency, invoices, bills)
    if found.invoiced_minor - found.billed_minor != line.open_minor:
        amounts = [money(ctx, minor, line.currency) for minor in (found.invoiced_minor, found.billed_minor, line.open_minor)]
        said = f"The invoices are {amounts[0]}, the bills {amounts[1]}; the difference has to be what is left of the line, {amounts[2]}."
        raise Refusal("not_the_difference", said, field="invoices")
    write_set_off(ctx, party, found, found.most_minor, line.booked_on, line)
    rest = abs(line.open_minor)
    if line.open_minor > 0:
        match_line(ctx, line=line, invoices=[LinePart(row, part) for row, part in _last(rest, invoices)])
        return
    account = line.bank_account.account.code
    parts = [Part(row, part) for row, part in _last(rest, bills)]
    payment = pay(ctx, parts, on=line.booked_on, method=SupplierPayment.Method.TRANSFER, place=account)
    [entry] = entries_of(ctx, ref(payment))
    write_match(ctx, line, LineMatch.Kind.ACCOUNT, line.open_minor, entry)


def _share(ctx: Context, line: StatementLine, row: Any, amount: int | None, field: str, party: Party) -> tuple[Any, int]:
    """A document of a party and how much of it is settled."""
    if row is None or row.currency != line.currency or getattr(row, "party_id", party.pk) != party.pk:
        raise Refusal("not_theirs", f"Name invoices that {party} has not paid, in {line.currency}.", field=field)
    minor = row.open_minor if amount is None else amount
    if not 0 < minor <= row.open_minor:
        raise Refusal("too_much", f"Only {money(ctx, row.open_minor, row.currency)} of {row} is open.", field=field)
    return row, minor


def _last(rest: int, rows: Sequence[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """What of documents is left for the line, after the first of them were set off."""
    return list(reversed(_shares(rest, rows[::-1])))
