"""Returns: prepared from documents, filed, settled in the ledger, paid. What comes later is a correction, never a change."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from enfilade.back.ledger.commands import Leg, difference_leg, post_legs, worth_on
from enfilade.back.ledger.queries import places_of
from enfilade.back.tax.forms import FORMS, Filled, counted, form_named, form_of
from enfilade.back.tax.models import TaxReturn, TaxReturnBox, TaxSetting
from enfilade.back.tax.parts import TaxedPart, by_account
from enfilade.back.tax.queries import (
    booked_parts,
    boxes_now,
    boxes_of,
    declared,
    last_return,
    parts_of,
    setting_on,
    told_on,
    worth_in_books,
)
from enfilade.back.tax.rules import period_of
from enfilade.base.books.queries import accounts_by_id
from enfilade.core.command import OWN_CURRENCY, Amount, Choice, Input, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_major
from enfilade.core.files import store_bytes
from enfilade.core.refs import ref
from enfilade.core.tabular import guard_formula

_FORMS = Choice(("", "That of the country"), *((code, form_named(code).name) for code in FORMS))
_COLUMNS = ("box", "on", "document", "party", "vat_id", "category", "rate_percent", "amount")
# Where a form converts, a line says its tax too, and what its document says.
_CONVERTED = ("tax", "currency", "amount_in_currency", "tax_in_currency")


@command(permission="tax.prepare_return", label="Prepare a return", tone="primary", target="")
def prepare_return(
    ctx: Context,
    *,
    on: Annotated[date, Input(prefill="ctx.month", label="A day of the period")],
    form: Annotated[str, _FORMS] = "",
    special: Annotated[Amount, Input(amount=True, label="Paid in advance, taken off")] = 0,
) -> TaxReturn:
    """Fill in the boxes of a return from all documents of its period; again, as long as it is not filed; a correction, where it was.

    on: any day of the period, which is a month or a quarter as the way of taxation says.
    special: of the German form, the special prepayment that is taken off in the last return of a year.
    Refuses: no_form, other_currency, no_published_rate, no_advance, nothing_changed; tax_return_one_a_day, tax_return_once (database).
    """
    code = form or form_of(ctx.company.country)
    if not code:
        raise Refusal("no_form", f"No form of a return is known for {ctx.company.country}; choose one.", field="form")
    wanted, setting = form_named(code), setting_on(ctx, on)
    if wanted.currency != ctx.company.currency and not wanted.converted:
        raise Refusal("other_currency", f"This form is in {wanted.currency}, the books are in {ctx.company.currency}.", field="form")
    if special and not wanted.advance:
        raise Refusal("no_advance", "On this form nothing that was paid in advance is taken off.", field="special")
    first, last = period_of(on, wanted.interval or setting.interval)
    made = last_return(ctx, code, first, lock=True) or TaxReturn(company=ctx.company, form=code, from_on=first, currency=wanted.currency)
    if made.pk and made.state != TaxReturn.State.PREPARED:
        made = TaxReturn(
            company=ctx.company, form=code, from_on=first, currency=wanted.currency, version=made.version + 1, corrects=made
        )  # fmt: skip
        # A correction has the period of what it corrects, whatever the way of taxation says now.
        last, special = made.corrects.to_on, special or made.corrects.special_minor  # type: ignore[union-attr]
    made.to_on, made.special_minor = last, special
    made.basis = TaxSetting.Basis.ACCRUAL if wanted.by else setting.basis
    boxes = boxes_now(ctx, made)
    if made.corrects is not None and figures(boxes) == figures(boxes_of(ctx, made.corrects)):
        raise Refusal("nothing_changed", "Every box is as it was filed; there is nothing to correct.")
    made.payable_minor = next((box.amount_minor for box in boxes if box.code == wanted.payable), 0)
    made.worth_minor = worth_in_books(ctx, made)
    made.prepared_at, made.prepared_by = ctx.now, ctx.user
    made.save()
    TaxReturnBox.objects.visible_to(ctx).filter(tax_return=made).delete()
    TaxReturnBox.objects.bulk_create(
        [
            TaxReturnBox(
                company=ctx.company,
                tax_return=made,
                code=b.code,
                label=b.label,
                amount_minor=b.amount_minor,
                tax_minor=b.tax_minor,
                currency=made.currency,
            )
            for b in boxes
        ]
    )
    return made


def figures(boxes: Sequence[Filled | TaxReturnBox]) -> list[tuple[str, int]]:
    """What of boxes may differ."""
    return [(box.code, box.amount_minor) for box in boxes]


@command(permission="tax.file_return", label="It was filed", tone="primary", door=True)
def file_return(
    ctx: Context, *, tax_return: TaxReturn, on: Today, reference: Annotated[str, Input(label="Reference of the authority")] = ""
) -> TaxReturn:
    """Say that a return was handed to the authority, and freeze it with every line behind it. Nothing is sent from here.

    reference: the number that the authority answered with, such as the transfer ticket of ELSTER.
    Refuses: period_runs, before_end, figures_changed; tax_return_filed_whole (database).
    """
    if tax_return.to_on >= ctx.today:
        raise Refusal("period_runs", f"The period runs until {tax_return.to_on:%Y-%m-%d}; until then figures come in.")
    if not tax_return.to_on < on <= ctx.today:
        raise Refusal("before_end", "A return is filed after its period, and not in the future.", field="on")
    parts = parts_of(ctx, tax_return)
    if figures(boxes_now(ctx, tax_return, parts)) != figures(boxes_of(ctx, tax_return)):
        raise Refusal("figures_changed", "Documents came in since this return was prepared; prepare it anew.")
    data = frozen(ctx, tax_return, parts)
    name = f"{tax_return.form}-{tax_return.from_on:%Y-%m-%d}-{tax_return.version}.csv"
    tax_return.file = store_bytes(ctx, name, data, "text/csv")
    tax_return.sha256 = hashlib.sha256(data).hexdigest()
    tax_return.filed_on, tax_return.filed_by, tax_return.reference = on, ctx.user, reference
    tax_return.state = TaxReturn.State.FILED
    tax_return.save(update_fields=["file", "sha256", "filed_on", "filed_by", "reference", "state"])
    return tax_return


def frozen(ctx: Context, tax_return: TaxReturn, parts: Sequence[TaxedPart]) -> bytes:
    """Every line behind every box as CSV, then each box as it is filed (document is empty there)."""
    out, form = io.StringIO(), form_named(tax_return.form)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *(_CONVERTED if form.converted else ())])
    for box in form.boxes_on(tax_return.to_on, parts, ctx.company.country):
        for part, amount in counted(box, parts, ctx.company.country):
            said = (box.code, part.on.isoformat(), part.number, part.party, part.vat_id, part.category)
            figures = [f"{part.rate_bp / 100:g}", str(to_major(amount, tax_return.currency))]
            writer.writerow([*map(guard_formula, said), *figures, *(_as_documents_say(part, tax_return) if form.converted else ())])
    for filed in boxes_of(ctx, tax_return):
        writer.writerow([filed.code, "", "", "", "", "", "", str(to_major(filed.amount_minor, tax_return.currency))])
    return out.getvalue().encode()


def _as_documents_say(part: TaxedPart, tax_return: TaxReturn) -> list[str]:
    amounts = [str(to_major(amount, part.currency)) for amount in (part.there_base_minor, part.there_owed_minor)]
    return [str(to_major(part.owed_minor, tax_return.currency)), part.currency, *amounts]


@command(permission="tax.settle_return", label="Settle in the ledger")
def settle_return(ctx: Context, *, tax_return: TaxReturn, on: Today) -> TaxReturn:
    """Post what a filed return says: from the accounts of tax to what is owed to the authority; of a correction only what it changes.

    on: accounting date; its month has to be open.
    Refuses: nothing_owed, earlier_open, changed_since, no_published_rate; no_ledger, unknown_account, entry_period_open (database).
    Why: cents that the form leaves off go to rounding differences, so that the accounts of tax are empty of what was declared; where the
    form converts, what its rates make of the tax differs from the books by an exchange gain or loss. A form in another currency leaves so
    much of that owed, at the worth that its rate makes of it.
    """
    form = form_named(tax_return.form)
    if not form.payable:
        raise Refusal("nothing_owed", "This list says what was sold; nothing is owed with it.")
    if tax_return.corrects is not None and tax_return.corrects.state in {TaxReturn.State.PREPARED, TaxReturn.State.FILED}:
        raise Refusal("earlier_open", "Settle first the return that this one corrects.")
    parts = booked_parts(ctx, tax_return)
    if figures(boxes_now(ctx, tax_return, declared(ctx, tax_return, parts))) != figures(boxes_of(ctx, tax_return)):
        raise Refusal("changed_since", "Documents of this period came in after it was filed: a correction is due, and is settled with it.")
    wanted = {purpose: -amount for purpose, amount in by_account(told_on(ctx, tax_return, parts)[0]).items()}
    wanted["tax_settlement"] = -counted_in_books(tax_return)
    wanted["tax_paid"] = -tax_return.special_minor
    rest = -sum(wanted.values())
    wanted["rounding" if not form.converted else difference_leg(-rest).account] = rest
    abroad = tax_return.worth_minor is not None
    places = places_of(ctx, [purpose for purpose, amount in wanted.items() if amount or (abroad and purpose == "tax_settlement")])
    left: dict[int, int] = defaultdict(int)
    for purpose, amount in wanted.items():
        if amount:
            left[places[purpose].account_id] += amount
    for one in earlier_than(tax_return):
        for line in one.settlement.lines.filter(unit=ctx.company.currency) if one.settlement is not None else ():
            left[line.account_id] -= line.quantity_minor
    owed, worth = changed_by(tax_return) if abroad else (0, 0)
    if abroad:
        left[places["tax_settlement"].account_id] += worth
    accounts = accounts_by_id(ctx, left)
    legs = [Leg(accounts[key].code, amount) for key, amount in left.items() if amount]
    if owed or worth:
        legs.append(Leg("tax_settlement", -worth, unit=tax_return.currency, unit_minor=-owed))
    if legs:
        tax_return.settlement = post_legs(ctx, on=on, text=f"Settlement of {tax_return}", origin=ref(tax_return), legs=legs)
    tax_return.settled_on, tax_return.state = on, TaxReturn.State.SETTLED
    tax_return.save(update_fields=["settlement", "settled_on", "state"])
    return tax_return


def counted_in_books(tax_return: TaxReturn) -> int:
    """What a return says is owed, in the company's currency."""
    return tax_return.payable_minor if tax_return.worth_minor is None else tax_return.worth_minor


def changed_by(tax_return: TaxReturn) -> tuple[int, int]:
    """What a return adds to the one that it corrects: to what is owed, and to what that counts in the company's currency."""
    before = tax_return.corrects
    earlier = (before.payable_minor, counted_in_books(before)) if before is not None else (0, 0)
    return tax_return.payable_minor - earlier[0], counted_in_books(tax_return) - earlier[1]


def earlier_than(tax_return: TaxReturn) -> list[TaxReturn]:
    """The returns that a return corrects, the latest first."""
    found, at = [], tax_return.corrects
    while at is not None:
        found.append(at)
        at = at.corrects
    return found


@command(permission="tax.pay_return", label="It was paid")
def pay_return(
    ctx: Context,
    *,
    tax_return: TaxReturn,
    on: Today,
    account: Annotated[str, Input(label="From account")] = "bank",
    own_amount: Annotated[
        int | None,
        Input(
            amount=True,
            currency_of=OWN_CURRENCY,
            label="In our currency",
            help="What left the account, where that was not the currency of the return.",
            seldom=True,
        ),
    ] = None,
) -> TaxReturn:
    """Post that what a return says was paid to the authority, or came from it.

    account: code of the account, or `bank`.
    own_amount: of a return in another currency than the books, what left the account in the company's; left out, it left an account in
        that of the return, which is named.
    Refuses: no_currency, which_account, nothing_paid, no_rate, unknown_account; entry_period_open (database).
    Why: what was owed leaves at what it came for; what the money makes another amount is an exchange gain or loss.
    """
    own = ctx.company.currency
    if tax_return.currency == own and own_amount is not None:
        raise Refusal("no_currency", f"This is in {own}; one amount says all.", field="own_amount")
    amount = changed_by(tax_return)[0]
    if amount:
        if tax_return.currency == own:
            legs = [Leg("tax_settlement", amount), Leg(account, -amount)]
        else:
            legs = _paid_abroad(ctx, tax_return, on, account, own_amount)
        post_legs(ctx, on=on, text=f"Payment of {tax_return}", origin=ref(tax_return), legs=legs)
    tax_return.paid_on, tax_return.state = on, TaxReturn.State.PAID
    tax_return.save(update_fields=["paid_on", "state"])
    return tax_return


def _paid_abroad(ctx: Context, tax_return: TaxReturn, on: date, account: str, own_amount: int | None) -> list[Leg]:
    """What is owed no longer, and the money that left: so much of the company's currency, or of the return's at the rate of the day."""
    (amount, worth), currency, own = changed_by(tax_return), tax_return.currency, ctx.company.currency
    if own_amount is None and account == "bank":
        said = f"Say how much left in {own}, or which account the {currency} left."
        raise Refusal("which_account", said, field="own_amount")
    if own_amount is not None and own_amount <= 0:
        raise Refusal("nothing_paid", "Give an amount above zero.", field="own_amount")
    if own_amount is not None:
        money = Leg(account, -own_amount if amount > 0 else own_amount)
    else:
        money = Leg(account, -worth_on(ctx, currency, amount, on), unit=currency, unit_minor=-amount)
    rest = worth + money.amount_minor
    legs = [Leg("tax_settlement", worth, unit=currency, unit_minor=amount), money]
    return [*legs, *([difference_leg(rest)] if rest else [])]
