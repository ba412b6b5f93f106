"""Companies join the group and leave it; their accounts get a place in its chart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.group.models import AccountMapping, GroupCompany
from enfilade.back.group.queries import at, known_company
from enfilade.back.ledger.queries import ledger_book
from enfilade.base.books.models import Account
from enfilade.base.books.queries import accounts_by_code, first_period
from enfilade.core.command import Amount, Choice, Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.minor import minor_digits

Method = Annotated[str, Choice(*GroupCompany.Method.choices)]
Share = Annotated[Decimal, Input(label="Share (%)", min_value=0, max_value=100, decimals=4)]
Cost = Annotated[Amount, Input(label="Cost of the shares", amount=True)]
Shares = Annotated[Account, Input(shared=True, label="Shares stand on", query="kind=asset&heading=false&active=true")]
Placed = Annotated[Account, Input(shared=True, label="Account of the group", query="heading=false&active=true")]
Years = Annotated[int, Input(label="Years of goodwill", min_value=0, max_value=40)]
_ITSELF = "This company itself when left out."
HeldBy = Annotated[GroupCompany | None, Input(shared=True, label="Shares held by", query="method=full", help=_ITSELF)]
NowHeldBy = Annotated[
    GroupCompany | None, Input(shared=True, label="Shares held by", query="method=full", prefill="row.held_by", help=_ITSELF)
]
Slug = Annotated[str, Input(label="Company", max_length=50, help="Its name or its short name.")]


@command(permission="group.manage_group", label="Add a company", tone="primary", target="", door=True)
def add_groupcompany(
    ctx: Context,
    *,
    member: Slug,
    method: Method = GroupCompany.Method.FULL,
    share_percent: Share,
    acquired_on: Annotated[date, Input(label="Acquired")],
    cost: Cost,
    shares_account: Shares,
    goodwill_years: Years = 10,
    held_by: HeldBy = None,
) -> GroupCompany:
    """Let a company of this house belong to the group of which this one is the parent.

    member: name or short name of the company; you work there as well, and may read its statements.
    acquired_on: at the end of this day its equity is what was bought; its results count from the next day on.
    cost: of the shares, in the currency of the company that holds them, as it stands on the account of the shares.
    shares_account: of this company's chart; of shares that another one holds, where its account of them stands in the group.
    held_by: the company of the group that holds the shares, where that is not this one itself.
    goodwill_years: over which goodwill is written down by months; 0 for not at all.
    Refuses: unknown_company, not_in_company, no_ledger, books_begin_later, other_decimals; group_company_once, group_not_itself,
    group_share_of_hundred, group_account_fits, group_no_circle, group_holder_in_full, group_holder_ours (database).
    """
    _require_decimals(ctx, held_by)
    company = known_company(ctx, member)
    with at(ctx, company) as inner:
        first = first_period(inner, ledger_book(inner))
    if first is None or first.starts_on > acquired_on:
        raise Refusal(
            "books_begin_later",
            f"The books of {company} have to reach back to the day of the acquisition: its equity is read there.",
            field="acquired_on",
        )
    return GroupCompany.objects.create(
        company=ctx.company,
        member=company,
        method=method,
        share_percent=share_percent,
        acquired_on=acquired_on,
        cost_minor=cost,
        shares_account=shares_account,
        goodwill_years=goodwill_years,
        held_by=held_by,
    )


@command(permission="group.manage_group", label="Change", door=True)
def change_holding(
    ctx: Context,
    *,
    groupcompany: GroupCompany,
    method: Annotated[str, Choice(*GroupCompany.Method.choices)],
    share_percent: Annotated[Decimal, Input(label="Share (%)", min_value=0, max_value=100, decimals=4, prefill="row.share_percent")],
    cost: Annotated[int, Input(label="Cost of the shares", amount=True, prefill="row.cost_minor")],
    goodwill_years: Annotated[int, Input(label="Years of goodwill", min_value=0, max_value=40, prefill="row.goodwill_years")],
    held_by: NowHeldBy = None,
    reason: LongText,
) -> GroupCompany:
    """Correct what is said of a company of the group; statements of all days follow.

    reason: kept in the audit.
    held_by: the company of the group that holds the shares, where that is not this one itself.
    Refuses: other_decimals; group_share_of_hundred, group_company_sane, group_no_circle, group_holder_in_full (database).
    """
    del reason
    _require_decimals(ctx, held_by)
    groupcompany.method, groupcompany.share_percent = method, share_percent
    groupcompany.cost_minor, groupcompany.goodwill_years = cost, goodwill_years
    groupcompany.held_by = held_by
    groupcompany.save(update_fields=["method", "share_percent", "cost_minor", "goodwill_years", "held_by"])
    return groupcompany


def _require_decimals(ctx: Context, held_by: GroupCompany | None) -> None:
    """Refuse a holder whose cost could not be typed: an amount here has the decimals of the parent's currency."""
    if held_by is not None and minor_digits(held_by.member.currency) != minor_digits(ctx.company.currency):
        raise Refusal("other_decimals", "The books of the holder are in a currency with other decimals than these.", field="held_by")


@command(permission="group.manage_group", label="It leaves", tone="danger", door=True)
def leave_group(ctx: Context, *, groupcompany: GroupCompany, left_on: Annotated[date, Input(label="Left")]) -> GroupCompany:
    """Let a company belong to the group no more from a day on; what its sale brought is entered in the parent's books.

    Refuses: group_company_sane (database).
    """
    del ctx
    groupcompany.left_on = left_on
    groupcompany.save(update_fields=["left_on"])
    return groupcompany


@command(permission="group.manage_group", label="Place an account")
def map_account(
    ctx: Context,
    *,
    groupcompany: GroupCompany,
    code: Annotated[str, Input(label="Their account", max_length=20)],
    account: Placed,
) -> AccountMapping:
    """Say where an account of a company stands in the group's chart, which is that of the parent.

    Refuses: not_in_company, unknown_account; group_account_fits (database).
    """
    with at(ctx, groupcompany.member) as inner:
        known = accounts_by_code(inner, ledger_book(inner), [code.strip()])
    if not known or known[0].heading:
        raise Refusal("unknown_account", f"{groupcompany} has no account {code.strip()} that takes entries.", field="code")
    mapping, _ = AccountMapping.objects.visible_to(ctx).update_or_create(
        group_company=groupcompany,
        code=code.strip(),
        defaults={"account": account},
        create_defaults={"company": ctx.company, "account": account},
    )
    return mapping


@command(permission="group.manage_group", label="Take it back", tone="danger")
def unmap_account(ctx: Context, *, mapping: AccountMapping) -> GroupCompany:
    """Let an account stand where it stands by itself."""
    del ctx
    member = mapping.group_company
    mapping.delete()
    return member
