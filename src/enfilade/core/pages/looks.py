"""Other ways to look at a list: as a board of states, a calendar, a chart, on paper. The filters are those of the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.crypto import get_random_string

from enfilade.core.command import Command
from enfilade.core.context import Context, Invalid
from enfilade.core.language.words import name_of
from enfilade.core.resource import Resource
from enfilade.core.resource.cells import tone_of
from enfilade.core.resource.columns import field_at
from enfilade.core.resource.filtering import period
from enfilade.core.resource.listing import filtered
from enfilade.core.resource.sums import added_up, groupable, groups
from enfilade.core.ui.charts import bars, columns

from .filters import query

CARDS_MAX = 30
LINES_ON_CARD = 3
DATES_MAX = 500
DATES_IN_DAY = 4
PRINT_MAX = 1_000
OWN = ("look", "look_at", "span", "by", "measure")
MARKS = ("after", "before", "limit", "group", "totals")
LABELS = {"list": "List", "board": "Board", "calendar": "Calendar", "chart": "Chart"}
ICONS = {"list": "rows-3", "board": "square-kanban", "calendar": "calendar-days", "chart": "chart-column"}


def kinds(resource: Resource) -> list[str]:
    """Looks that a list has."""
    found = ["list"]
    if resource.board and resource.states is not None and resource.states.field == resource.board:
        found.append("board")
    if resource.calendar:
        found.append("calendar")
    if charted(resource):
        found.append("chart")
    return found


def charted(resource: Resource) -> tuple[str, ...]:
    """Columns by which the rows of a list can be counted."""
    return groupable(resource) if resource.charts is None else resource.charts


def look_of(resource: Resource, params: QueryDict) -> str:
    """The look that an address asks for. Refuses one that the list does not have."""
    look = params.get("look") or "list"
    if look not in {*kinds(resource), "print"}:
        raise Invalid({"look": [f"This list can't be looked at as {look[:60]!r}."]})
    return look


def tabs(resource: Resource, params: QueryDict, look: str) -> list[dict[str, Any]]:
    """One tab a look, with the filters of now; none where there is only the list."""
    found = kinds(resource)
    rest = query(params, drop=(*OWN, *MARKS, "view"))
    return [
        {
            "kind": kind,
            "label": LABELS[kind],
            "icon": ICONS[kind],
            "url": f"{resource.list_url()}?{'&'.join(t for t in (rest, '' if kind == 'list' else f'look={kind}') if t) or 'view=all'}",
            "active": kind == look,
        }
        for kind in found
        if len(found) > 1
    ]


def board(resource: Resource, ctx: Context, params: QueryDict) -> dict[str, Any]:
    """A column for each state with its newest rows; one query a state, however many rows there are."""
    name = resource.board
    field = field_at(resource.model, name)
    wanted = params.getlist(name)
    rows = filtered(resource, ctx, params).order_by("-pk")
    commands = [c for c in resource.commands(ctx) if resource.states is not None and c.verb in resource.states.moves]
    shown = []
    for value, label in field.flatchoices if field is not None else ():
        if wanted and value not in wanted:
            continue
        found = list(rows.filter(**{name: value})[: CARDS_MAX + 1])
        more = f"{resource.list_url()}?{query(params, drop=(*OWN, *MARKS, name), **{name: value})}" if len(found) > CARDS_MAX else ""
        cards = [_card(resource, ctx, row, commands) for row in found[:CARDS_MAX]]
        shown.append({"value": value, "label": str(label), "tone": tone_of(value), "cards": cards, "more": more})
    return {"columns": shown, "movable": bool(commands)}


def _card(resource: Resource, ctx: Context, row: models.Model, commands: list[Command]) -> dict[str, Any]:
    title = name_of(row)
    cells = [c for c in resource.cells(ctx, row) if c.kind != "badge" and (c.text or c.value) and c.text not in title]
    return {
        "pk": row.pk,
        "url": resource.url(row),
        "title": title,
        "cells": [vars(c) for c in cells[:LINES_ON_CARD]],
        "tone": resource.tone(ctx, row),
        "moves": list(_moves(resource, row, commands)),
    }


def _moves(resource: Resource, row: models.Model, commands: list[Command]) -> Iterator[dict[str, Any]]:
    """Commands of the state table that lead this row to another state; one without inputs of its own runs at once.

    A command that may end in every state from which it starts leaves the row where it is: it moves nothing.
    """
    states = resource.states
    if states is None:
        return
    now = getattr(row, states.field)
    for command in commands:
        starts, end = states.moves[command.verb]
        ends = {end} if isinstance(end, str) else {*end}
        if now not in starts or ends == {*starts} or (command.offered is not None and not command.offered(row)):
            continue
        for to in sorted(ends - {now}):
            yield {
                "to": to,
                "label": command.label,
                "state": states.label(row, to),
                "url": f"/{command.module}/do/{command.verb}/{row.pk}/",
                "key": get_random_string(24) if len(command.parameters) == 1 else "",
            }


def calendar(resource: Resource, ctx: Context, params: QueryDict) -> dict[str, Any]:
    """A month or a week of rows by their date. Refuses a day that is none; said where there are too many to show."""
    span = "week" if params.get("span") == "week" else "month"
    try:
        anchor = period(params.get("look_at") or "today", ctx.today)[0]
        if not MINYEAR + 1 < anchor.year < MAXYEAR:
            raise ValueError("Give a day in a year that the calendar has.")
    except ValueError as no:
        raise Invalid({"look_at": [str(no)]}) from None
    first = anchor - timedelta(days=anchor.weekday()) if span == "week" else anchor.replace(day=1)
    last = first + timedelta(days=6) if span == "week" else (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start, end = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    found = _between(resource, ctx, params, start, end)
    days: dict[date, list[dict[str, Any]]] = {}
    for row in found[:DATES_MAX]:
        on, item = _item(resource, ctx, row)
        days.setdefault(on, []).append(item)
    before = first - timedelta(days=1)
    after = last + timedelta(days=1)
    many = DATES_MAX if span == "week" else DATES_IN_DAY
    return {
        "span": span,
        "title": f"{first:%-d %b} – {last:%-d %b %Y}" if span == "week" else f"{first:%B %Y}",
        "week_names": [f"{start + timedelta(days=n):%a}" for n in range(7)],
        "days": [_day(resource, ctx, params, start + timedelta(days=n), days, first, last, many) for n in range((end - start).days + 1)],
        "cut": len(found) > DATES_MAX,
        "prev_url": _at(resource, params, before, span),
        "next_url": _at(resource, params, after, span),
        "today_url": _at(resource, params, None, span),
        "month_url": _at(resource, params, anchor, "month"),
        "week_url": _at(resource, params, anchor, "week"),
    }


def _between(resource: Resource, ctx: Context, params: QueryDict, start: date, end: date) -> list[Any]:
    name = resource.calendar
    low: Any = start
    high: Any = end + timedelta(days=1)
    if isinstance(field_at(resource.model, name), models.DateTimeField):
        low, high = (datetime.combine(day, time(), tzinfo=ctx.zone) for day in (start, end + timedelta(days=1)))
    rows = filtered(resource, ctx, params).filter(**{f"{name}__gte": low, f"{name}__lt": high})
    return list(rows.order_by(name, "pk")[: DATES_MAX + 1])


def _item(resource: Resource, ctx: Context, row: models.Model) -> tuple[date, dict[str, Any]]:
    value = getattr(row, resource.calendar)
    at = value.astimezone(ctx.zone) if isinstance(value, datetime) else None
    state = getattr(row, resource.states.field) if resource.states is not None else ""
    item = {"time": f"{at:%H:%M}" if at else "", "label": name_of(row), "url": resource.url(row), "tone": tone_of(state)}
    return (at.date() if at else value), item


def _day(
    resource: Resource,
    ctx: Context,
    params: QueryDict,
    day: date,
    days: dict[date, list[dict[str, Any]]],
    first: date,
    last: date,
    many: int,
) -> dict[str, Any]:
    items = days.get(day, [])
    return {
        "date": day,
        "outside": not first <= day <= last,
        "today": day == ctx.today,
        "items": items[:many],
        "more": max(0, len(items) - many),
        "more_url": _at(resource, params, day, "week"),
    }


def _at(resource: Resource, params: QueryDict, day: date | None, span: str) -> str:
    at = {"look_at": day.isoformat()} if day is not None else {}
    return f"{resource.list_url()}?{query(params, drop=(*MARKS, 'view', 'look_at'), look='calendar', span=span, **at)}"


def chart(resource: Resource, ctx: Context, params: QueryDict) -> dict[str, Any]:
    """Rows counted, or one of their figures added up, by a column. Refuses a column that the list is not counted by."""
    names = charted(resource)
    by = params.get("by") or names[0]
    measures = added_up(resource)
    measure = params.get("measure") or ""
    if by not in names or (measure and measure not in measures):
        raise Invalid({"by" if by not in names else "measure": ["This list is not counted by that."]})
    found, complete = groups(resource, ctx, filtered(resource, ctx, params), by)
    points = [
        (g.label, g.raw[measure] if measure else float(g.count), g.sums.get(measure, "–") if measure else f"{g.count:,}") for g in found
    ]
    by_time = isinstance(field_at(resource.model, by), models.DateField)

    def link(**more: str) -> str:
        return f"{resource.list_url()}?{query(params, drop=(*MARKS, 'view', *more), look='chart', **{k: v for k, v in more.items() if v})}"

    return {
        "drawing": columns(points) if by_time else bars(points),
        "by": [{"label": resource.label_of(n), "url": link(by=n), "active": n == by} for n in names],
        "measures": [{"label": "Number", "url": link(measure=""), "active": not measure}]
        + [{"label": resource.label_of(n), "url": link(measure=n), "active": n == measure} for n in measures],
        "rows": [{"label": label, "words": words} for label, _, words in points],
        "head": (resource.label_of(by), resource.label_of(measure) if measure else "Number"),
        "complete": complete,
    }
