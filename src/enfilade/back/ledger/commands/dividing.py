"""Say which dimensions the lines of an account name; what was entered before stays as it is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.back.ledger.models import AccountPurpose, DimensionRule
from enfilade.base.books.models import Account, Dimension
from enfilade.core.command import Choice, Input, Ref, command
from enfilade.core.context import Context

Manner = Annotated[str, Choice(*DimensionRule.Manner.choices, label="Rule")]
From = Annotated[date, Input(label="From", prefill="ctx.today")]


@command(permission="ledger.rule_dimension", label="Demand a dimension", target="account", door=True)
def rule_dimension(ctx: Context, *, account: Ref[Account], dimension: Ref[Dimension], manner: Manner, from_on: From) -> DimensionRule:
    """Demand a value of a dimension on each line of an account, forbid it, or leave it free.

    account: a heading speaks for the accounts below it that have no rule of their own.
    from_on: first day whose entries it binds; earlier ones stay as they are.
    Refuses: dimension_rule_fits (database).
    """
    return _rule(ctx, {"account": account, "dimension": dimension}, manner, from_on)


@command(permission="ledger.rule_dimension", label="Demand a dimension", target="purpose", door=True)
def rule_purpose(ctx: Context, *, purpose: Ref[AccountPurpose], dimension: Ref[Dimension], manner: Manner, from_on: From) -> DimensionRule:
    """Demand a value of a dimension on each line of whichever account serves a purpose, forbid it, or leave it free.

    from_on: first day whose entries it binds; earlier ones stay as they are.
    Refuses: dimension_rule_fits (database).
    """
    return _rule(ctx, {"account": None, "purpose": purpose.purpose, "dimension": dimension}, manner, from_on)


@command(permission="ledger.rule_dimension", label="Lift", tone="danger", door=True)
def lift_rule(ctx: Context, *, rule: DimensionRule) -> Dimension:
    """Take a rule of dimensions away; what a heading above says counts then."""
    del ctx
    dimension = rule.dimension
    rule.delete()
    return dimension


def _rule(ctx: Context, of: dict[str, Any], manner: str, from_on: date) -> DimensionRule:
    """The rule of an account or a purpose: a new one, or the one that there is, changed."""
    said = {"manner": manner, "from_on": from_on}
    rule, _ = DimensionRule.objects.visible_to(ctx).update_or_create(
        defaults=said, create_defaults={"company": ctx.company, **of, **said}, **of
    )
    return rule
