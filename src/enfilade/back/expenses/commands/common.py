"""What several commands of expenses share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from enfilade.back.expenses.models import ExpenseClaim, ExpenseLine
from enfilade.back.expenses.queries import EDITABLE, draft_of, lock_person
from enfilade.base.books.inputs import dimension_codes
from enfilade.base.party.models import Party
from enfilade.base.party.queries import party_of_user
from enfilade.core.command import Input
from enfilade.core.context import Context, Refusal
from enfilade.core.notify import tell
from enfilade.core.refs import ref

Row = TypeVar("Row")
Spent = Annotated[date, Input(label="Date", prefill="ctx.today")]
# The claim that is being written; left out by nearly everybody.
Into = Annotated[Row, Input(label="Into claim", query="state=draft", help="The one you are writing, or a new one, when left out.")]
Dimensions = Annotated[str, dimension_codes(label="Department or project")]
EARLIEST_YEAR = 2000


def claim_to_write(ctx: Context, claim: ExpenseClaim | None) -> ExpenseClaim:
    """The claim that takes a new line: the named one, else the one that the caller is writing, else a new one.

    Refuses: no_person, claim_not_open.
    """
    if claim is not None:
        require_open(claim)
        return claim
    person = require_person(ctx)
    lock_person(ctx, person)
    found = draft_of(ctx, person)
    if found is not None:
        return ExpenseClaim.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    return new_claim(ctx, person)


def new_claim(ctx: Context, person: Party, title: str = "") -> ExpenseClaim:
    """An empty claim of a person."""
    return ExpenseClaim.objects.create(
        company=ctx.company,
        person=person,
        claimant_id=person.user_id,
        title=title,
        currency=ctx.company.currency,
        opened_by=ctx.user,
        opened_at=ctx.now,
    )


def tell_claimant(ctx: Context, claim: ExpenseClaim, text: str) -> None:
    """Tell whoever wants her money what has become of her claim."""
    tell(ctx, [claim.claimant] if claim.claimant is not None else [], text, ref(claim))


def require_person(ctx: Context) -> Party:
    """The employee behind the caller.

    Refuses: no_person.
    """
    person = party_of_user(ctx, ctx.user)
    if person is None:
        raise Refusal("no_person", "Your account belongs to no employee yet; ask whoever keeps the contacts to link it.")
    return person


def require_open(claim: ExpenseClaim) -> None:
    """Refuse to change what was submitted."""
    if claim.state not in EDITABLE:
        raise Refusal("claim_not_open", "This claim was submitted; withdraw it first, then its expenses can be changed.")


def require_day(ctx: Context, on: date, field: str = "on") -> None:
    """Refuse a day that has not come, or that nobody can mean."""
    if on > ctx.today:
        raise Refusal("in_future", "An expense is claimed when it was paid, not before.", field=field)
    if on.year < EARLIEST_YEAR:
        raise Refusal("date_out_of_range", "Give a date after 2000.", field=field)


def summed(ctx: Context, line: ExpenseLine) -> ExpenseLine:
    """A line that was written, with the sums of its claim as the database has them."""
    del ctx
    line.claim.refresh_from_db(fields=["total_minor", "own_minor", "last_on"])
    return line
