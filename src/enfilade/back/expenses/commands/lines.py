"""Expenses by receipt: entered, corrected, taken out; receipts that are attached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from enfilade.back.expenses.models import CompanyCard, ExpenseCategory, ExpenseClaim, ExpenseLine, Receipt
from enfilade.back.expenses.queries import looks_like, rate_bp
from enfilade.base.books.inputs import dimension_codes
from enfilade.base.money.queries import convert
from enfilade.base.money.rules import split_tax
from enfilade.core.command import Choice, Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.ui.format import format_amount, format_day

from .common import Dimensions, Into, Row, Spent, claim_to_write, require_day, require_open, summed

# Kilometres and days away have forms of their own, which compute what is paid.
_WITH_RECEIPT = "active=true&kind=receipt&kind=entertainment"
Category = Annotated[Row, Input(shared=True, query=_WITH_RECEIPT)]
Files = Annotated[Row, Input(shared=True, label="Receipt")]
Money = Annotated[int, Input(amount=True, label="Amount with tax")]
Merchant = Annotated[str, Input(max_length=120, label="Where")]
PaidBy = Annotated[str, Choice(*ExpenseLine.PaidBy.choices)]
Card = Annotated[Row, Input(shared=True, query="active=true", help="Where a card of the company paid.")]
Tax = Annotated[
    str,
    Choice(
        ("standard", "Standard"), ("reduced", "Reduced"), ("none", "None"), label="Tax", help="As usual for the category when left out."
    ),
]
Note = Annotated[str, Input(max_length=300)]
Reason = Annotated[str, Input(max_length=200, label="Why there is no receipt")]
Needed = Annotated[str, Input(max_length=200, label="Why it was needed", help="Where it is more than the policy allows.")]
Currency = Annotated[str, Input(max_length=3, help="In which the amount is; that of the company when left out.")]
Guests = Annotated[list[str], Input(label="Who was there", help="One name a line, with the company; yourself too.")]
Occasion = Annotated[str, Input(max_length=200)]
# What a correction starts from.
NowCategory = Annotated[Row, Input(shared=True, query=_WITH_RECEIPT, prefill="row.category")]
NowCard = Annotated[Row, Input(shared=True, query="active=true", prefill="row.card")]
BY_RECEIPT = (ExpenseCategory.Kind.RECEIPT, ExpenseCategory.Kind.ENTERTAINMENT)


@command(permission="expenses.add_expense", label="Add an expense", tone="primary", target="claim")
def add_expense(
    ctx: Context,
    *,
    receipts: list[Files[StoredFile]] = [],  # noqa: B006 - never changed
    amount: Money,
    category: Category[ExpenseCategory],
    on: Spent,
    merchant: Merchant = "",
    paid_by: PaidBy = ExpenseLine.PaidBy.PERSON,
    card: Card[CompanyCard | None] = None,
    tax_class: Tax = "",
    attendees: Guests = [],  # noqa: B006 - never changed
    occasion: Occasion = "",
    note: Note = "",
    currency: Currency = "",
    dimensions: Dimensions = "",
    no_receipt_reason: Reason = "",
    over_policy: Needed = "",
    claim: Into[ExpenseClaim | None] = None,
    although_similar: bool = False,
) -> ExpenseLine:
    """Enter what you paid for the company: photograph the receipt, say how much and what for.

    amount: with its tax, as it stands on the receipt, in its currency.
    currency: an amount in a foreign one counts by the rate that is recorded for the day; no tax of it is deducted.
    attendees, occasion: of an entertainment; the law wants them written down.
    dimensions: codes of values of dimensions, with blanks between, for example K100 P7.
    although_similar: enter it although another expense or receipt looks the same.
    Refuses: no_person, claim_not_open, in_future, by_its_own (kilometres and days away are entered by their own commands), no_rate,
    no_tax_code, not_your_card, maybe_known; expense_line_above_zero, expense_line_card (database).
    """
    target = claim_to_write(ctx, claim)
    line = ExpenseLine(company=ctx.company, claim=target, entered_by=ctx.user, entered_at=ctx.now)
    line.merchant, line.note, line.dimensions, line.occasion, line.attendees = merchant, note, dimensions, occasion, list(attendees)
    line.no_receipt_reason, line.over_policy, line.similar = no_receipt_reason, over_policy, although_similar
    _price(ctx, line, amount, category, on, tax_class, currency)
    _pay(ctx, line, paid_by, card)
    return _keep(ctx, line, receipts, although_similar)


@command(permission="expenses.change_expense", label="Correct", target="line")
def change_expense(
    ctx: Context,
    *,
    line: ExpenseLine,
    amount: Annotated[int, Input(amount=True, label="Amount with tax", prefill="row.spent_minor")],
    category: NowCategory[ExpenseCategory],
    on: Annotated[date, Input(label="Date", prefill="row.on")],
    merchant: Annotated[str, Input(max_length=120, label="Where", prefill="row.merchant")] = "",
    paid_by: Annotated[str, Choice(*ExpenseLine.PaidBy.choices, prefill="row.paid_by")] = ExpenseLine.PaidBy.PERSON,
    card: NowCard[CompanyCard | None] = None,
    tax_class: Annotated[
        str, Choice(("standard", "Standard"), ("reduced", "Reduced"), ("none", "None"), label="Tax", prefill="row.tax_class")
    ] = "",
    attendees: Annotated[list[str], Input(label="Who was there", prefill="row.attendees_text")] = [],  # noqa: B006 - never changed
    occasion: Annotated[str, Input(max_length=200, prefill="row.occasion")] = "",
    note: Annotated[str, Input(max_length=300, prefill="row.note")] = "",
    currency: Annotated[str, Input(max_length=3, prefill="row.spent_currency")] = "",
    dimensions: Annotated[str, dimension_codes(label="Department or project", prefill="row.dimensions")] = "",
    no_receipt_reason: Annotated[str, Input(max_length=200, label="Why there is no receipt", prefill="row.no_receipt_reason")] = "",
    over_policy: Annotated[str, Input(max_length=200, label="Why it was needed", prefill="row.over_policy")] = "",
    although_similar: Annotated[bool, Input(prefill="row.similar")] = False,
) -> ExpenseLine:
    """Write an expense anew while its claim is being written, or was rejected.

    Refuses: what add_expense refuses; flat_line (a drive or days away: take it out and enter it again).
    """
    target = _claim_of(ctx, line)
    if line.mileage_rate_id or line.per_diem_rate_id:
        raise Refusal("flat_line", "Take this out and enter it again: it is computed from what was driven, or from the days.")
    line.claim = target
    line.merchant, line.note, line.dimensions, line.occasion, line.attendees = merchant, note, dimensions, occasion, list(attendees)
    line.no_receipt_reason, line.over_policy, line.similar = no_receipt_reason, over_policy, although_similar
    _price(ctx, line, amount, category, on, tax_class, currency)
    _pay(ctx, line, paid_by, card)
    kept = [receipt.sha256 for receipt in line.receipts.visible_to(ctx)]
    if not although_similar:
        _require_unlike(ctx, line, kept)
    line.save()
    return summed(ctx, line)


@command(permission="expenses.remove_expense", label="Take out", tone="danger", target="line")
def remove_expense(ctx: Context, *, line: ExpenseLine) -> ExpenseClaim:
    """Take an expense out of a claim that is being written, or was rejected; its receipt with it.

    Refuses: claim_not_open.
    """
    target = _claim_of(ctx, line)
    line.delete()
    target.refresh_from_db(fields=["total_minor", "own_minor", "last_on"])
    return target


@command(permission="expenses.attach_receipt", label="Attach a receipt", target="line")
def attach_receipt(
    ctx: Context,
    *,
    line: ExpenseLine,
    receipts: list[Files[StoredFile]],
    although_similar: bool = False,
) -> ExpenseLine:
    """Keep photographs or files of a receipt with an expense.

    although_similar: attach it although another expense has the same one.
    Refuses: claim_not_open, maybe_known; receipt_once_a_line (database).
    """
    line.claim = _claim_of(ctx, line)
    if not although_similar:
        _require_unlike(ctx, line, [file.sha256 for file in receipts])
    _attach(ctx, line, receipts)
    return line


def _claim_of(ctx: Context, line: ExpenseLine) -> ExpenseClaim:
    """The claim of a line, locked."""
    target = ExpenseClaim.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=line.claim_id)
    require_open(target)
    return target


def _price(ctx: Context, line: ExpenseLine, amount: int, category: ExpenseCategory, on: date, tax_class: str, currency: str) -> None:
    """What it costs in the company's currency, and what of that is tax."""
    require_day(ctx, on)
    if category.kind not in BY_RECEIPT:
        raise Refusal("by_its_own", "Kilometres and days away have forms of their own, which compute what is paid.", field="category")
    own = ctx.company.currency
    line.category, line.on = category, on
    line.currency, line.spent_minor, line.spent_currency = own, amount, currency.strip().upper() or own
    foreign = line.spent_currency != own
    line.amount_minor = convert(ctx, amount, line.spent_currency, own, on) if foreign else amount
    line.tax_class = tax_class or ("none" if foreign else category.tax_class)
    line.tax_rate_bp = rate_bp(ctx, line.tax_class, on)
    line.tax_minor = split_tax(line.amount_minor, line.tax_rate_bp)[1]


def _pay(ctx: Context, line: ExpenseLine, paid_by: str, card: CompanyCard | None) -> None:
    if card is not None and line.claim.claimant_id not in {card.holder_id, None}:
        raise Refusal("not_your_card", "Somebody else holds this card.", field="card")
    del ctx
    line.paid_by, line.card = paid_by, card


def _keep(ctx: Context, line: ExpenseLine, receipts: Sequence[StoredFile], although_similar: bool) -> ExpenseLine:
    if not although_similar:
        _require_unlike(ctx, line, [file.sha256 for file in receipts])
    line.save()
    _attach(ctx, line, receipts)
    return summed(ctx, line)


def _attach(ctx: Context, line: ExpenseLine, receipts: Sequence[StoredFile]) -> None:
    for file in receipts:
        Receipt.objects.create(company=ctx.company, line=line, file=file, sha256=file.sha256)


def _require_unlike(ctx: Context, line: ExpenseLine, shas: Sequence[str]) -> None:
    """Refuse what was claimed before, perhaps; whoever says that it is another one goes on."""
    other = looks_like(ctx, line, shas)
    if other is not None:
        day, amount = format_day(other.on), format_amount(other.amount_minor, other.currency)
        said = f"{other.claim} has an expense of {day} over {amount} already that looks the same."
        hint = {"label": "It is another one", "fill": {"although_similar": True}}
        raise Refusal("maybe_known", said, field="although_similar", hints=(hint,))
