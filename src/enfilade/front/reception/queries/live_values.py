"""Live values: the closed language of placeholders in answers, filled at the moment somebody asks, within the asker's rights.

A value is a function of (ctx, argument) that gives its words, or None where there is nothing to say. Nothing else in an
answer is ever interpreted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from enfilade.back.billing.rules import Price, add_up
from enfilade.back.tax.queries import tax_for
from enfilade.base.calendar.models import Bookable
from enfilade.base.calendar.queries import open_hours
from enfilade.base.item.queries import item_by_code, price_of
from enfilade.core.context import Context, Refusal
from enfilade.core.ui.format import format_amount, format_clock, format_long_day
from enfilade.front.reception.models import CompanyFact
from enfilade.front.reception.rules import pieces_of, stray_braces

Read = Callable[[Context, str], str | None]
WEEK = 7


@dataclass(frozen=True)
class LiveValue:
    """One word of the language. argument: what stands behind the colon, "" where nothing may; permission: who sees the value."""

    name: str
    argument: str
    permission: str
    help: str
    read: Read

    @property
    def written(self) -> str:
        """As it is typed into an answer."""
        return f"{{{self.name}:{self.argument}}}" if self.argument else f"{{{self.name}}}"


@dataclass(frozen=True)
class Shown:
    """A piece of an answer as it is read out. kind: text, value, hidden (no right to it) or missing (nothing there)."""

    text: str
    kind: str = "text"


LIVE_VALUES: dict[str, LiveValue] = {}


def live_value(name: str, *, permission: str, help: str, argument: str = "") -> Callable[[Read], Read]:  # noqa: A002 - the word of inputs
    """File a function as a value that answers may quote."""

    def wrap(read: Read) -> Read:
        LIVE_VALUES[name] = LiveValue(name, argument, permission, help, read)
        return read

    return wrap


def unknown_value(text: str) -> str:
    """What is wrong with the placeholders of a text, as a sentence; empty when nothing is."""
    if rest := stray_braces(text):
        return f"There is no live value written like this: {rest}"
    for piece in pieces_of(text):
        known = LIVE_VALUES.get(piece.name)
        if piece.name and known is None:
            return f"There is no live value called {piece.name}."
        if known is not None and bool(known.argument) != bool(piece.argument):
            return f"Write it as {known.written}." if known.argument else f"{known.written} takes nothing behind a colon."
    return ""


def render(ctx: Context, text: str) -> list[Shown]:
    """An answer with its live values filled in for this caller, now."""
    return [_shown(ctx, piece.name, piece.argument) if piece.name else Shown(piece.text) for piece in pieces_of(text)]


def _shown(ctx: Context, name: str, argument: str) -> Shown:
    known = LIVE_VALUES.get(name)
    if known is None:
        return Shown(name.replace("_", " "), "missing")
    if not ctx.may(known.permission):
        return Shown("not visible to you", "hidden")
    found = known.read(ctx, argument)
    return Shown(found, "value") if found else Shown(f"{(argument or name).replace('_', ' ')} is not recorded", "missing")


@live_value("company", permission="reception.view_answer", help="The name of the company.")
def read_company(ctx: Context, _: str) -> str:
    """The company's name."""
    return ctx.company.name


@live_value("today", permission="reception.view_answer", help="Today's date with its weekday.")
def read_today(ctx: Context, _: str) -> str:
    """Today, with its weekday."""
    return format_long_day(ctx.today)


@live_value("opening_hours_today", permission="reception.view_answer", help="Today's opening hours, or when the house opens next.")
def read_opening_hours_today(ctx: Context, _: str) -> str | None:
    """Today's hours; on a closed day the next ones of the week that follows."""
    if hours := _hours(ctx, 0):
        return hours
    for days in range(1, WEEK + 1):
        if hours := _hours(ctx, days):
            return f"closed today, open again on {format_long_day(ctx.today + timedelta(days=days))}, {hours}"
    return None


def _hours(ctx: Context, days: int) -> str:
    day = ctx.today + timedelta(days=days)
    start, end = (datetime.combine(d, time.min, ctx.zone) for d in (day, day + timedelta(days=1)))
    # Something that has no hours of its own keeps those of the house.
    spans = open_hours(ctx, [Bookable(pk=0)], start, end)[0]
    if spans == [(start, end)]:
        return ""
    return " and ".join(f"{format_clock(a.astimezone(ctx.zone).time())}–{format_clock(b.astimezone(ctx.zone).time())}" for a, b in spans)


@live_value("fee", permission="item.view_item", argument="CODE", help="What an item costs today, tax included, by its code.")
def read_fee(ctx: Context, code: str) -> str | None:
    """Today's price of one piece with tax, as an invoice would show it; nothing where no tax is set for it."""
    item = item_by_code(ctx, code)
    if item is None:
        return None
    try:
        tax = tax_for(ctx, item.tax_class, ctx.today)
    except Refusal:
        return None
    totals = add_up([Price(Decimal(1), price_of(ctx, item, ctx.today), 0, tax.rate_bp, tax.category)])
    return format_amount(totals.total_minor, ctx.company.currency)


@live_value(
    "pay_day", permission="reception.view_companyfact", help="The next pay day: the next date among the facts pay_day, else their words."
)
def read_pay_day(ctx: Context, _: str) -> str | None:
    """The next pay day."""
    return read_fact(ctx, "pay_day")


@live_value(
    "next_holiday", permission="reception.view_companyfact", help="The next holiday of the company: the next date among the facts holiday."
)
def read_next_holiday(ctx: Context, _: str) -> str | None:
    """The next holiday with its name."""
    found = next_date(ctx, "holiday")
    return f"{found.label}, {format_long_day(found.on)}" if found and found.on else None


@live_value(
    "fact",
    permission="reception.view_companyfact",
    argument="code",
    help="A fact of the company by its code: its next date, else its words.",
)
def read_fact(ctx: Context, code: str) -> str | None:
    """The next date under a code, with the words of that row, else the words in force."""
    dated = next_date(ctx, code)
    if dated is not None and dated.on is not None:
        return f"{format_long_day(dated.on)} ({dated.value})" if dated.value else format_long_day(dated.on)
    rows = CompanyFact.objects.visible_to(ctx).filter(code=code, valid_from__lte=ctx.today, on=None)
    found = rows.order_by("-valid_from", "-pk").first()
    return found.value if found else None


def next_date(ctx: Context, code: str) -> CompanyFact | None:
    """The row of a code with the nearest date from today on, as it is in force today."""
    rows = CompanyFact.objects.visible_to(ctx).filter(code=code, valid_from__lte=ctx.today, on__gte=ctx.today)
    return rows.order_by("on", "-valid_from", "-pk").first()
