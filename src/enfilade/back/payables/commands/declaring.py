"""What was withheld is declared, and owed to an authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from enfilade.back.ledger.queries import places_of
from enfilade.back.payables.models import Bill, WithholdingReturn, WithholdingReturnLine
from enfilade.back.payables.withheld import Kept, kept_back
from enfilade.back.tax.models import WithholdingKind
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_major

from .approval import approve_bill
from .bills import enter_bill
from .common import number_of
from .lines import BillLineIn
from .withholding import WITHHELD

Kind = Annotated[WithholdingKind, Input(shared=True, label="Kind")]


class DeclareFacts(TypedDict):
    """What a door is told about a declaration. total: what is owed by it, in major units of our currency."""

    total: Decimal
    authority: str


def _declare_facts(*, ctx: Context, kind: WithholdingKind, through_on: date, authority: Party | None = None, **_: object) -> DeclareFacts:
    office = authority or kind.paid_to
    total = sum(one.amount_minor for one in _undeclared(ctx, kind, through_on, office))
    return {"total": to_major(total, ctx.company.currency), "authority": office.name if office is not None else ""}


def _undeclared(ctx: Context, kind: WithholdingKind, through_on: date, office: Party | None) -> list[Kept]:
    return [one for one in kept_back(ctx, to_on=through_on, kind=kind, open_only=True) if one.authority in {None, office}]


@command(permission="payables.declare_withholding", label="Declare what was withheld", tone="primary", target="", door=_declare_facts)
def declare_withholding(
    ctx: Context,
    *,
    kind: Kind,
    through_on: Annotated[date, Input(label="Withheld until", help="Last day of the period.")],
    authority: Annotated[
        Party | None, Input(shared=True, label="Tax office", query="party_roles__role=supplier", help="That of the kind when left out.")
    ] = None,
    due_on: Annotated[date | None, Input(help="By the terms of the tax office when left out.")] = None,
    reference: Annotated[
        str, Input(label="Reference for the transfer", max_length=140, help="Such as the tax number and the period.")
    ] = "",
    on: Today | None = None,
) -> WithholdingReturn:
    """Declare what payments withheld until a day and no declaration has yet, and owe it to the authority by a bill that the next run pays.

    kind: all rates of its code.
    authority: what is owed to another one is left for its own declaration.
    on: accounting date; today when left out.
    Refuses: which_authority, nothing_withheld, not_yet, date_out_of_range; withheld_declared_once, entry_period_open (database).
    What is filed is the list of the declaration; nothing is sent from here.
    """
    day = on or ctx.today
    require_date(through_on, "through_on")
    if through_on > ctx.today:
        raise Refusal("not_yet", "Until then more may be withheld.", field="through_on")
    office = authority or kind.paid_to
    if office is None:
        raise Refusal("which_authority", "Say which tax office gets it.", field="authority")
    found = _undeclared(ctx, kind, through_on, office)
    if sum(one.amount_minor for one in found) <= 0:
        raise Refusal("nothing_withheld", "Nothing was withheld for it until then that is not declared yet.", field="through_on")
    return _declare(ctx, found, kind, office, through_on, day, {"due_on": due_on, "reference": reference})


def _declare(
    ctx: Context, found: Sequence[Kept], kind: WithholdingKind, office: Party, through_on: date, day: date, terms: dict[str, Any]
) -> WithholdingReturn:
    """Write the declaration with its lines, and owe it. terms: of the bill: when it is due, and what is read on the transfer."""
    total = sum(one.amount_minor for one in found)
    number = number_of(ctx, "withholding_return", "WR", day.year)
    account = places_of(ctx, [WITHHELD])[WITHHELD].account_id
    bill = enter_bill(
        ctx,
        supplier=office,
        number=number,
        billed_on=day,
        lines=[BillLineIn(account=account, gross=total, tax_category="O", description=f"{kind.name}, {through_on:%Y-%m-%d}")],
        although_similar=True,
        **terms,
    )
    made = WithholdingReturn.objects.create(
        company=ctx.company,
        number=number,
        kind=kind,
        authority=office,
        through_on=through_on,
        total_minor=total,
        bill=approve_bill(ctx, bill=bill, on=day),
        made_by=ctx.user,
        made_at=ctx.now,
    )
    WithholdingReturnLine.objects.bulk_create(
        WithholdingReturnLine(
            company=ctx.company,
            declaration=made,
            settlement_id=one.settlement,
            supplier=one.supplier,
            bill=one.bill,
            on=one.on,
            base_minor=one.base_minor,
            rate_percent=one.rate_percent,
            amount_minor=one.amount_minor,
        )
        for one in found
    )
    return made


def free_declared(ctx: Context, bill: Bill) -> None:
    """The bill that owes a declaration is void: what was declared with it can be declared again. Inside a reaction."""
    rows = WithholdingReturn.objects.visible_to(ctx).filter(bill=bill)
    if rows.update(state=WithholdingReturn.State.VOID):
        WithholdingReturnLine.objects.visible_to(ctx).filter(declaration__bill=bill).update(live=False)
