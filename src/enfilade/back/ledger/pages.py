"""Ways into the ledger that no list gives: how it begins, the chart as it stands, a journal entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from enfilade.base.books.models import Account, Book, Period
from enfilade.base.books.queries import accounts_by_code, book_named, first_open, period_of
from enfilade.core.context import Context
from enfilade.core.language.words import name_of
from enfilade.core.resource import page, resource_for

from .charts import CHARTS, Chart
from .charts.purposes import PURPOSES
from .closing import steps_of
from .models import AccountPurpose, ClosingMark, ClosingTask
from .queries import BOOK_CODE, year_around
from .rules import KIND_TITLES, Place, in_chart_order, outline


@page("post/", title="Post a journal entry", permission="ledger.post_journal", icon="pen-line", order=5)
def post(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The form of the command, with a place in the menu."""
    del request, ctx
    return HttpResponseRedirect("/ledger/do/post_journal/")


@page("chart/", title="Chart of accounts", permission="ledger.view_reports", icon="list-tree", order=7)
def chart(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/ledger/chart/: the accounts as statements list them; before the ledger is founded, the charts to choose from (?chart=skr04)."""
    book = book_named(ctx, BOOK_CODE)
    context = _standing(ctx, book) if book is not None else _choice(ctx, request.GET.get("chart", ""))
    part = "#chart" if request.headers.get("HX-Request") and "chart" in request.headers.get("HX-Target", "") else ""
    return render(request, f"ledger/chart.html{part}", context | {"crumbs": [{"label": "Chart of accounts", "url": ""}]})


def _standing(ctx: Context, book: Book) -> dict[str, Any]:
    accounts, serves = accounts_by_code(ctx, book), defaultdict(list)
    for purpose, account in AccountPurpose.objects.visible_to(ctx).order_by("purpose").values_list("purpose", "account_id"):
        serves[account].append(purpose)
    resource = resource_for(Account)
    urls = {a.pk: resource.url(a) for a in accounts} if resource is not None and ctx.may(resource.view_permission) else {}
    return {
        "founded": True,
        "parts": _parts([Place.of(a) for a in accounts], serves, urls, {a.pk for a in accounts if not a.active}),
        "account_count": sum(not a.heading for a in accounts),
        "may_add": ctx.may("books.add_account"),
        "may_import": ctx.may("books.add_account") and ctx.may("core.import_rows"),
        "may_complete": ctx.may("ledger.complete_chart"),
        "may_assign": ctx.may("ledger.view_accountpurpose"),
    }


def _choice(ctx: Context, chosen: str) -> dict[str, Any]:
    """The charts, those of the country first, and the accounts of the one that is looked at."""
    country = ctx.company.country
    charts = sorted(CHARTS.values(), key=lambda c: (c.country != country, bool(c.country), c.title))
    shown = CHARTS.get(chosen) or charts[0]
    keys = {a.code: n for n, a in enumerate(shown.accounts)}
    places = [Place(keys[a.code], a.code, a.name, a.kind, keys.get(a.parent), a.heading) for a in shown.accounts]
    return {
        "founded": False,
        "charts": [{"chart": c, "account_count": _postable(c), "chosen": c is shown} for c in charts],
        "shown": shown,
        "account_count": _postable(shown),
        "parts": _parts(places, _serving(shown, keys), {}, set()),
        "may_found": ctx.may("ledger.found_ledger"),
        "query": f"chart={shown.name}&year={ctx.today.year}&hide=chart",
        "currency": ctx.company.currency,
    }


def _postable(chart: Chart) -> int:
    return sum(not a.heading for a in chart.accounts)


def _serving(chart: Chart, keys: dict[str, int]) -> dict[int, list[str]]:
    serves: dict[int, list[str]] = defaultdict(list)
    for purpose, code in chart.purposes.items():
        serves[keys[code]].append(purpose)
    return serves


def _parts(places: Sequence[Place], serves: dict[int, list[str]], urls: dict[int, str], closed: set[int]) -> list[dict[str, Any]]:
    """The accounts kind by kind in the order of the statements, each with its level and what it serves."""
    made = []
    for kind in (*in_chart_order(places), "income", "expense", "statistical"):
        found = outline(places, {"there": {p.key: 1 for p in places}}, {kind})
        rows = [
            {
                "place": row.place,
                "level": row.level,
                "url": urls.get(row.place.key, ""),
                "serves": _labels(serves.get(row.place.key, ())),
                "closed": row.place.key in closed,
            }
            for row in found
        ]
        if rows:
            made.append({"kind": kind, "label": KIND_TITLES[kind], "rows": rows, "account_count": sum(not r.place.heading for r in found)})
    return made


def _labels(purposes: Iterable[str]) -> list[str]:
    """Purposes as people read them; those of a kind of company by their name."""
    return [PURPOSES[p].label if p in PURPOSES else p.replace("_", " ").capitalize() for p in purposes]


@page("closing/", title="Close the month", permission="ledger.view_closing", icon="list-checks", order=8)
def closing(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/ledger/closing/?month=2026-03: what is missing before a month is closed; the first month that is open where none is said."""
    book = book_named(ctx, BOOK_CODE)
    period = _month(ctx, book, request.GET.get("month", "")) if book is not None else None
    context = _checklist(ctx, period) if period is not None else {"period": None}
    part = "#checklist" if request.headers.get("HX-Request") and "checklist" in request.headers.get("HX-Target", "") else ""
    return render(request, f"ledger/closing.html{part}", context | {"crumbs": [{"label": "Close the month", "url": ""}]})


def _month(ctx: Context, book: Book, asked: str) -> Period | None:
    """The month that is asked for, else the first that takes entries."""
    try:
        on = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return first_open(ctx, book)
    return period_of(ctx, book, on)


def _checklist(ctx: Context, period: Period) -> dict[str, Any]:
    """Steps that the books tell, tasks that people mark, and what can be done at the end."""
    steps = [
        {
            "title": d.step.title,
            "required": d.step.required,
            "done": not d.standing.open_count,
            "sentence": d.standing.sentence,
            "url": d.standing.url,
        }
        for d in steps_of(ctx, period)
    ]
    marks = {mark.task_id: mark for mark in ClosingMark.objects.visible_to(ctx).filter(period=period).select_related("done_by")}
    tasks = [
        {"task": task, "due_on": period.ends_on + timedelta(days=task.due_day), "mark": marks.get(task.pk)}
        for task in ClosingTask.objects.visible_to(ctx).filter(active=True).select_related("owner").order_by("due_day", "title")
    ]
    ends_year = year_around(ctx, period.book, period.ends_on).ends_on == period.ends_on
    days = (period.starts_on - timedelta(days=1), period.ends_on + timedelta(days=1))
    before, after = (found.starts_on if (found := period_of(ctx, period.book, day)) else None for day in days)
    return {
        "period": period,
        "month": name_of(period),
        "before": before,
        "after": after,
        "steps": steps,
        "done_count": sum(step["done"] for step in steps),
        "tasks": tasks,
        "may_mark": ctx.may("ledger.mark_task"),
        "may_soft": period.state == Period.State.OPEN and ctx.may("ledger.soft_close_period"),
        "may_admit": period.state == Period.State.SOFT and ctx.may("ledger.admit_late"),
        "may_close": period.state != Period.State.CLOSED and ctx.may("ledger.close_period"),
        "may_reopen": period.state != Period.State.OPEN and ctx.may("ledger.reopen_period"),
        "may_close_year": ends_year and ctx.may("ledger.close_year"),
    }
