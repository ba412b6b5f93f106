"""Named reads of dunning: which invoices are late, which level comes next, and what holds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Q

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import DuePart, due_parts, overdue_invoices
from enfilade.base.money.queries import rates_on
from enfilade.base.money.rules import RateOn, worth_of_part
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from . import rules
from .models import BaseRate, DunningLevel, Hold, Notice, Reminder


@dataclass(frozen=True, slots=True)
class Late:
    """An invoice that is late, or of which instalments are. why: what keeps it from being reminded of, in a sentence; "" where `level`
    comes next. parts: what of it is late, the longest first.
    """

    invoice: Invoice
    parts: tuple[DuePart, ...]
    days_late: int
    reached: int
    level: DunningLevel | None
    why: str

    @property
    def due_on(self) -> date:
        """Since when it is to be paid."""
        return self.parts[0].due_on

    @property
    def late_minor(self) -> int:
        """What is late of it."""
        return sum(part.open_minor for part in self.parts)

    @property
    def late_worth_minor(self) -> int:
        """The same in the company's currency, as the books count it."""
        return worth_of_part(self.late_minor, self.invoice.open_minor, self.invoice.open_worth_minor)


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
    reached = {(key, due): level for key, due, level in notices.values_list("invoice", "due_on").annotate(Max("level_number"))}
    parts = {key: tuple(part for part in rows if part.due_on < on) for key, rows in due_parts(ctx, invoices).items()}
    waiting = set(notices.filter(reminder__state=Reminder.State.PROPOSED).values_list("invoice", flat=True))
    holds = {hold.invoice_id: hold for hold in _holds(ctx, on, keys)}
    rates, found = fee_rates(ctx, on, {invoice.currency for invoice in invoices}), []
    for invoice in invoices:
        late = parts[invoice.pk]
        days, had = (on - late[0].due_on).days, reached.get((invoice.pk, late[0].due_on), 0)
        follows = rules.next_level(facts, had, days)
        why = _why(invoice.pk, holds, waiting, follows, max(levels, default=0) <= had)
        level = None if why or follows is None else levels[follows.number]
        if level is not None and level.fee_minor and invoice.currency not in rates:
            level, why = (
                None,
                f"It is in {invoice.currency}, and no rate of it is known: record one, so that the fee can be asked for in it.",
            )
        found.append(Late(invoice, late, days, had, level, why))
    return sorted(found, key=lambda one: (one.due_on, one.invoice.pk))


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


def fee_rates(ctx: Context, on: date, currencies: Collection[str]) -> dict[str, RateOn]:
    """What the company's currency, in which fees are set, is worth in each on a day; those without a rate are absent."""
    own = ctx.company.currency
    abroad = set(currencies) - {own}
    found = {one: rates_on(ctx, [own], one, on).get(own) for one in sorted(abroad)}
    same = RateOn(own, own, Decimal(1), Decimal(1), on, on)
    return {own: same} | {one: rate for one, rate in found.items() if rate is not None}


def to_remind(ctx: Context, on: date) -> dict[tuple[int, str], list[Late]]:
    """Invoices whose next level has come, by party and currency. What a party owes in a currency, by its worth, below the minimum of the
    level is left out. Shape: (party, currency) -> late.
    """
    found: dict[tuple[int, str], list[Late]] = defaultdict(list)
    for late in late_invoices(ctx, on):
        if late.level is not None:
            found[late.invoice.party_id, late.invoice.currency].append(late)
    return {key: rows for key, rows in found.items() if sum(r.late_worth_minor for r in rows) >= highest(rows).minimum_minor}


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
    return list(rows.select_related("invoice").order_by("due_on", "pk"))


def held_back(ctx: Context, on: date, invoices: list[int]) -> dict[int, str]:
    """Invoices that are disputed, held back or promised on a day, each with why. Shape: key of the invoice -> sentence."""
    holds = {hold.invoice_id: hold for hold in _holds(ctx, on, invoices)}
    return {key: _why(key, holds, set(), None, last=False) for key in holds}
