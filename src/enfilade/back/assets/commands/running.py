"""Depreciation is posted for everything that is due, once; a run is taken back only as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TypedDict

from enfilade.back.assets import rules
from enfilade.back.assets.events import DepreciationPosted, DepreciationReversed
from enfilade.back.assets.models import DepreciationRun, Movement
from enfilade.back.assets.queries import Due, chargeable, classes, dimensions_on, due_through, later_than
from enfilade.back.ledger.commands import Leg, Posting, reverse_journal, write_postings
from enfilade.base.books.queries import entries_of
from enfilade.core.command import LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_day

# An entry takes a thousand lines, two for each department of a class.
_PARTS_MAX = 400


class RunFacts(TypedDict):
    """What rules may look at before depreciation is posted: sum in minor units, and how many assets."""

    amount_minor: int
    asset_count: int


def _run_facts(*, ctx: Context, through_on: date, **_: object) -> RunFacts:
    dues = due_through(ctx, list(chargeable(ctx)), rules.month_end(through_on))
    return {"amount_minor": sum(due.amount_minor for due in dues), "asset_count": len(dues)}


@command(permission="assets.post_depreciation", label="Post depreciation", tone="primary", target="", door=_run_facts)
def post_depreciation(ctx: Context, *, through_on: Today) -> DepreciationRun:
    """Charge every asset what is due up to the end of a month, and post it: a month, a year, or what was left out so far.

    through_on: a day of the month; posted on the last day of it. What was charged already is not charged again.
    Refuses: not_yet, nothing_due, date_out_of_range; asset_day_charged_once, entry_period_open (database).
    """
    require_date(through_on, "through_on")
    until = rules.month_end(through_on)
    if until > rules.month_end(ctx.today):
        raise Refusal("not_yet", "Depreciation is posted for this month at the latest.", field="through_on")
    # Whoever comes at the same time waits here, and finds nothing due any more.
    assets = list(chargeable(ctx).select_for_update(of=("self",), no_key=True).order_by("pk"))
    dues = due_through(ctx, assets, until)
    if not dues:
        raise Refusal("nothing_due", f"Nothing is due up to {format_day(until)} that was not charged already.", field="through_on")
    total = sum(due.amount_minor for due in dues)
    run = DepreciationRun.objects.create(
        company=ctx.company, through_on=until, on=until, asset_count=len(dues), total_minor=total, made_by=ctx.user, made_at=ctx.now
    )
    Movement.objects.bulk_create(_movement(ctx, run, due) for due in dues)
    write_postings(ctx, on=until, postings=_postings(ctx, run, dues))
    publish(ctx, DepreciationPosted(run=run.pk, through_on=until.isoformat(), asset_count=len(dues), total_minor=total))
    return run


def _movement(ctx: Context, run: DepreciationRun, due: Due) -> Movement:
    return Movement(
        company=ctx.company, asset=due.asset, asset_class_id=due.asset.asset_class_id, kind=Movement.Kind.DEPRECIATION, on=run.on,
        depreciation_minor=due.amount_minor, from_on=due.from_on, through_on=due.through_on, run=run, made_by=ctx.user, made_at=ctx.now,
    )  # fmt: skip


def _postings(ctx: Context, run: DepreciationRun, dues: Sequence[Due]) -> list[Posting]:
    """One entry for each class, with one pair of lines for each department."""
    whom = dimensions_on(ctx, [due.asset.pk for due in dues], run.through_on)
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    kinds = classes(ctx)
    for due in dues:
        sums[due.asset.asset_class_id][whom.get(due.asset.pk, "")] += due.amount_minor
    found = []
    for key, parts in sorted(sums.items()):
        kind, rows = kinds[key], sorted(parts.items())
        for start in range(0, len(rows), _PARTS_MAX):
            legs: list[Leg] = []
            for codes, amount in rows[start : start + _PARTS_MAX]:
                legs.append(Leg(kind.expense_account.code, amount, dimensions=codes))
                legs.append(Leg(kind.depreciation_account.code, -amount, dimensions=codes))
            found.append(Posting(f"{run}: {kind}", ref(run), legs))
    return found


@command(permission="assets.post_depreciation", label="Take back", tone="danger", door=True)
def reverse_run(ctx: Context, *, run: DepreciationRun, on: Today, reason: LongText) -> DepreciationRun:
    """Take back a run as a whole: its entries are reversed, its assets are charged anew by the next run.

    on: accounting date of the reversal. reason: stays with the run and in the entries.
    Refuses: already_reversed, before_run, moved_since (something happened to one of its assets afterwards: take that back first);
    entry_period_open (database).
    """
    if on < run.on:
        raise Refusal("before_run", "A run is not taken back before it was posted.", field="on")
    rows = Movement.objects.visible_to(ctx).filter(run=run, reverses=None).order_by("asset_id")
    movements = list(rows.select_for_update(of=("self", "asset"), no_key=True).select_related("asset"))
    if (later := later_than(ctx, movements)) is not None:
        raise Refusal("moved_since", f"{later.asset} moved afterwards ({later}): take that back first.")
    take_back(ctx, movements, on, reason)
    for entry in entries_of(ctx, ref(run)):
        if entry.reverses_id is None:
            reverse_journal(ctx, entry=entry, on=on, reason=reason)
    run.state, run.reversed_on, run.reason = DepreciationRun.State.REVERSED, on, reason
    run.save(update_fields=["state", "reversed_on", "reason"])
    publish(ctx, DepreciationReversed(run=run.pk, reason=reason))
    return run


def take_back(ctx: Context, movements: Sequence[Movement], on: date, reason: str) -> None:
    """Enter movements that take others back whole."""
    Movement.objects.bulk_create(
        Movement(
            company=ctx.company, asset_id=one.asset_id, asset_class_id=one.asset_class_id, kind=one.kind, on=on, cost_minor=-one.cost_minor,
            depreciation_minor=-one.depreciation_minor, proceeds_minor=-one.proceeds_minor, run=one.run, bill_line=one.bill_line,
            reverses=one, text=reason, made_by=ctx.user, made_at=ctx.now,
        )
        for one in movements
    )  # fmt: skip
    Movement.objects.visible_to(ctx).filter(pk__in=[one.pk for one in movements]).update(standing=False)
