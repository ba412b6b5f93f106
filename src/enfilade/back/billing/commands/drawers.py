"""Cash drawers: opened with a float, closed with a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import DrawerClosed
from enfilade.back.billing.models import DrawerSession
from enfilade.back.billing.queries import expected_cash
from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.core.command import Amount, Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.refs import ref

from .common import money

SumAlone = Annotated[int | None, Input(amount=True, label="Or the sum alone")]


@dataclass(frozen=True)
class CashCount:
    """How many coins or notes of one value. value: in major units, for example 0.50."""

    value: Amount
    count: Annotated[int, Input(min_value=0, max_value=100_000)] = 0


@command(permission="billing.open_drawer", label="Open a drawer")
def open_drawer(ctx: Context, *, drawer: Annotated[str, Input(max_length=60)] = "Front desk", float_amount: Amount) -> DrawerSession:
    """Begin to take cash.

    drawer: its name.
    float_amount: the change money in it, counted.
    Refuses: drawer_open_once (database).
    """
    return DrawerSession.objects.create(company=ctx.company, drawer=drawer, float_minor=float_amount, opened_by=ctx.user, opened_at=ctx.now)


class CountFacts(TypedDict):
    """What a door is told about a count, in major units. difference: whichever way it goes, without a sign."""

    difference: Decimal
    counted: Decimal


def _count_facts(*, drawer: DrawerSession, counts: list[CashCount] | None, counted: int | None, **_: object) -> CountFacts:
    total = rules.count_cash((c.value, c.count) for c in counts or []) or counted or 0
    currency = drawer.company.currency
    return {"difference": to_major(abs(total - expected_cash(drawer)), currency), "counted": to_major(total, currency)}


@command(permission="billing.close_drawer", door=_count_facts, label="Count and close", tone="primary")
def close_drawer(
    ctx: Context, *, drawer: DrawerSession, counts: list[CashCount] | None = None, counted: SumAlone = None, reason: LongText = ""
) -> DrawerSession:
    """Count a drawer against what it should hold, explain a difference, post it, and close.

    counts: coins and notes; counted: or the sum alone. Given both, they have to agree.
    reason: why more or less was counted than expected; needed where it differs.
    Refuses: drawer_closed, nothing_counted, counts_differ, difference_unexplained; entry_period_open (database).
    Why: the drawer's row is locked, and every payment in cash takes a share of that lock, so nothing comes in between the
    sum and the end of the session.
    """
    pieces = [c for c in counts or [] if c.count]
    total = _counted(ctx, pieces, counted)
    expected = expected_cash(drawer)
    difference = total - expected
    if difference and not reason.strip():
        words = f"{money(ctx, abs(difference))} {'more' if difference > 0 else 'less'} than expected was counted. Count again, or say why."
        raise Refusal("difference_unexplained", words, field="reason")
    drawer.counted_minor, drawer.expected_minor, drawer.difference_minor = total, expected, difference
    drawer.difference_reason = reason.strip() if difference else ""
    drawer.counts = [{"value_minor": c.value, "count": c.count} for c in pieces]
    drawer.state, drawer.closed_by, drawer.closed_at = DrawerSession.State.CLOSED, ctx.user, ctx.now
    drawer.save()
    if difference:
        text = f"Cash difference of {drawer.drawer}: {drawer.difference_reason}"
        post_legs(ctx, on=ctx.today, text=text, origin=ref(drawer), legs=[Leg("cash", difference), Leg("cash_difference", -difference)])
    publish(ctx, DrawerClosed(session=drawer.pk, drawer=drawer.drawer, counted_minor=total, difference_minor=difference))
    return drawer


def _counted(ctx: Context, counts: Sequence[CashCount], counted: int | None) -> int:
    if not counts and counted is None:
        raise Refusal("nothing_counted", "Count the coins and notes, or give the sum.", field="counted")
    if not counts:
        return counted or 0
    total = rules.count_cash((c.value, c.count) for c in counts)
    if counted is not None and counted != total:
        raise Refusal("counts_differ", f"Coins and notes make {money(ctx, total)}, not {money(ctx, counted)}.", field="counted")
    return total
