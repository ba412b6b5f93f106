"""Returns: prepared from documents, filed, settled in the ledger, paid. What comes later is a correction, never a change."""

from __future__ import annotations

import calendar
import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.back.ledger.queries import places_of
from enfilade.back.tax.forms import FORMS, Filled, counted, form_named, form_of
from enfilade.back.tax.models import TaxReturn, TaxReturnBox, TaxSetting
from enfilade.back.tax.parts import TaxedPart, by_account
from enfilade.back.tax.queries import boxes_now, boxes_of, last_return, parts_of, setting_on
from enfilade.base.books.queries import accounts_by_id
from enfilade.core.command import Amount, Choice, Input, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_major
from enfilade.core.files import store_bytes
from enfilade.core.refs import ref
from enfilade.core.tabular import guard_formula

_FORMS = Choice(("", "That of the country"), *((code, form_named(code).name) for code in FORMS))
_COLUMNS = ("box", "on", "document", "party", "vat_id", "category", "rate_percent", "amount")


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
    Refuses: no_form, other_currency, no_advance, nothing_changed; tax_return_one_a_day, tax_return_once (database).
    """
    code = form or form_of(ctx.company.country)
    if not code:
        raise Refusal("no_form", f"No form of a return is known for {ctx.company.country}; choose one.", field="form")
    wanted, setting = form_named(code), setting_on(ctx, on)
    if wanted.currency != ctx.company.currency:
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
    made.prepared_at, made.prepared_by = ctx.now, ctx.user
    made.save()
    TaxReturnBox.objects.visible_to(ctx).filter(tax_return=made).delete()
    TaxReturnBox.objects.bulk_create(
        [
            TaxReturnBox(
                company=ctx.company, tax_return=made, code=b.code, label=b.label, amount_minor=b.amount_minor, tax_minor=b.tax_minor
            )
            for b in boxes
        ]
    )
    return made


def period_of(on: date, interval: str) -> tuple[date, date]:
    """The month or quarter of a day."""
    first = on.month if interval == TaxSetting.Interval.MONTH else (on.month - 1) // 3 * 3 + 1
    last = first if interval == TaxSetting.Interval.MONTH else first + 2
    return on.replace(month=first, day=1), on.replace(month=last, day=calendar.monthrange(on.year, last)[1])


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
    writer.writerow(_COLUMNS)
    for box in form.boxes_on(tax_return.to_on, parts, ctx.company.country):
        for part, amount in counted(box, parts, ctx.company.country):
            said = (box.code, part.on.isoformat(), part.number, part.party, part.vat_id, part.category)
            writer.writerow([*map(guard_formula, said), f"{part.rate_bp / 100:g}", str(to_major(amount, tax_return.currency))])
    for filed in boxes_of(ctx, tax_return):
        writer.writerow([filed.code, "", "", "", "", "", "", str(to_major(filed.amount_minor, tax_return.currency))])
    return out.getvalue().encode()


@command(permission="tax.settle_return", label="Settle in the ledger")
def settle_return(ctx: Context, *, tax_return: TaxReturn, on: Today) -> TaxReturn:
    """Post what a filed return says: from the accounts of tax to what is owed to the authority; of a correction only what it changes.

    on: accounting date; its month has to be open.
    Refuses: nothing_owed, earlier_open, changed_since; no_ledger, unknown_account, entry_period_open (database).
    Why: cents that the form leaves off go to rounding differences, so that the accounts of tax are empty of what was declared.
    """
    form = form_named(tax_return.form)
    if not form.payable:
        raise Refusal("nothing_owed", "This list says what was sold; nothing is owed with it.")
    if tax_return.corrects is not None and tax_return.corrects.state in {TaxReturn.State.PREPARED, TaxReturn.State.FILED}:
        raise Refusal("earlier_open", "Settle first the return that this one corrects.")
    parts = parts_of(ctx, tax_return)
    if figures(boxes_now(ctx, tax_return, parts)) != figures(boxes_of(ctx, tax_return)):
        raise Refusal("changed_since", "Documents of this period came in after it was filed: a correction is due, and is settled with it.")
    wanted = {purpose: -amount for purpose, amount in by_account(part for part in parts if form.covers(part, ctx.company.country)).items()}
    wanted["tax_settlement"] = -tax_return.payable_minor
    wanted["tax_paid"] = -tax_return.special_minor
    wanted["rounding"] = -sum(wanted.values())
    places = places_of(ctx, [purpose for purpose, amount in wanted.items() if amount])
    left: dict[int, int] = defaultdict(int)
    for purpose, amount in wanted.items():
        if amount:
            left[places[purpose].account_id] += amount
    for one in earlier_than(tax_return):
        for line in one.settlement.lines.all() if one.settlement is not None else ():
            left[line.account_id] -= line.quantity_minor
    accounts = accounts_by_id(ctx, left)
    legs = [Leg(accounts[key].code, amount) for key, amount in left.items() if amount]
    if legs:
        tax_return.settlement = post_legs(ctx, on=on, text=f"Settlement of {tax_return}", origin=ref(tax_return), legs=legs)
    tax_return.settled_on, tax_return.state = on, TaxReturn.State.SETTLED
    tax_return.save(update_fields=["settlement", "settled_on", "state"])
    return tax_return


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
) -> TaxReturn:
    """Post that what a return says was paid to the authority, or came from it.

    account: code of the account, or `bank`.
    Refuses: unknown_account; entry_period_open (database).
    """
    amount = tax_return.payable_minor - (tax_return.corrects.payable_minor if tax_return.corrects is not None else 0)
    if amount:
        legs = [Leg("tax_settlement", amount), Leg(account, -amount)]
        post_legs(ctx, on=on, text=f"Payment of {tax_return}", origin=ref(tax_return), legs=legs)
    tax_return.paid_on, tax_return.state = on, TaxReturn.State.PAID
    tax_return.save(update_fields=["paid_on", "state"])
    return tax_return
