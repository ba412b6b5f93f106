"""Named reads of dunning: which invoices are late, which level comes next, and what holds them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import overdue_invoices
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from . import rules
from .models import BaseRate, DunningLevel, Hold, Notice, Reminder


@dataclass(frozen=True, slots=True)
class Late:
    """An invoice that is late. why: what keeps it from being reminded of, in a sentence; "" where `level` comes next."""

    invoice: Invoice
    days_late: int
    reached: int
    level: DunningLevel | None
    why: str


def late_invoices(ctx: Context, on: date, party: Party | None = None) -> list[Late]:
    """Invoices that were due before a day and are open now, the longest due first, each with what comes next or what holds it."""
    rows = overdue_invoices(ctx, on)
    if party is not None:
        rows = rows.filter(party__in=merged_keys(ctx, party))
    invoices = list(rows.select_related("party").order_by("due_on", "pk"))
    keys = [row.pk for row in invoices]
    levels = {level.number: level for level in DunningLevel.objects.visible_to(ctx).filter(active=True).order_by("number")}
    facts = [rules.LevelFacts(level.number, level.days) for level in levels.values()]
    notices = Notice.objects.visible_to(ctx).filter(invoice__in=keys, standing=True)
    reached = dict(notices.values_list("invoice").annotate(Max("level_number")))
    waiting = set(notices.filter(reminder__state=Reminder.State.PROPOSED).values_list("invoice", flat=True))
    holds = {hold.invoice_id: hold for hold in _holds(ctx, on, keys)}
    found = []
    for invoice in invoices:
        days = (on - (invoice.due_on or on)).days
        follows = rules.next_level(facts, reached.get(invoice.pk, 0), days)
        why = _why(invoice.pk, holds, waiting, follows, max(levels, default=0) <= reached.get(invoice.pk, 0))
        if invoice.currency != ctx.company.currency:
            why = f"It is in {invoice.currency}: send the statement of account, since fees and interest are in {ctx.company.currency}."
        level = None if why or follows is None else levels[follows.number]
        found.append(Late(invoice, days, reached.get(invoice.pk, 0), level, why))
    return found


def _holds(ctx: Context, on: date, keys: list[int]) -> list[Hold]:
    standing = Hold.objects.visible_to(ctx).filter(invoice__in=keys, state=Hold.State.STANDING)
    return list(standing.filter(Q(until=None) | Q(until__gte=on)))


def _why(key: int, holds: dict[int, Hold], waiting: set[int], follows: rules.LevelFacts | None, last: bool) -> str:
    if key in holds:
        until = f" until {holds[key].until:%Y-%m-%d}" if holds[key].until else ""
        return f"{holds[key].get_kind_display()}{until}: {holds[key].reason}"
    if key in waiting:
        return "A reminder waits to be looked at."
    if follows is None:
        return "The last level was sent." if last else "Not late enough for the next level."
    return ""


def to_remind(ctx: Context, on: date) -> dict[int, list[Late]]:
    """Invoices whose next level has come, by party. What a party owes below the minimum of its level is left out. Shape: party -> late."""
    found: dict[int, list[Late]] = defaultdict(list)
    for late in late_invoices(ctx, on):
        if late.level is not None:
            found[late.invoice.party_id].append(late)
    return {party: rows for party, rows in found.items() if sum(r.invoice.open_minor for r in rows) >= highest(rows).minimum_minor}


def highest(rows: list[Late]) -> DunningLevel:
    """The highest level of some invoices of which each has one."""
    return max((row.level for row in rows if row.level is not None), key=lambda level: level.number)


def base_rates(ctx: Context) -> list[tuple[date, int]]:
    """The base rate as it changed. Shape: (from this day on, basis points)."""
    return list(BaseRate.objects.visible_to(ctx).order_by("valid_from").values_list("valid_from", "rate_bp"))


def charged_until(ctx: Context, invoices: list[int]) -> dict[int, date]:
    """Until when interest was billed already. Shape: invoice -> day."""
    rows = Notice.objects.visible_to(ctx).filter(invoice__in=invoices, standing=True, reminder__fee_invoice__isnull=False)
    return dict(rows.values_list("invoice").annotate(Max("reminder__on")))


def notices_of(ctx: Context, reminder: Reminder) -> list[Notice]:
    """The invoices of a reminder that stand in it, the longest due first."""
    rows = Notice.objects.visible_to(ctx).filter(reminder=reminder, standing=True)
    return list(rows.select_related("invoice").order_by("invoice__due_on", "pk"))
