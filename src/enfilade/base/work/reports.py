"""How long things take, how often they change hands, and the time that was spent on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from statistics import median
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum, TextField, Value
from django.db.models.functions import Coalesce, TruncWeek

from enfilade.base.calendar.rules import day_span
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input
from enfilade.core.context import Context
from enfilade.core.models import User
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day, format_duration, format_instant

from .models import Case, CaseClock, Target, Topic
from .queries import time_rows, where_to
from .rules import KINDS, due_for

KIND = Choice(*KINDS.items(), label="Kind of case")
_COLUMNS = (
    ("kind", "Kind", "text"),
    ("opened", "Opened", "number"),
    ("closed", "Closed", "number"),
    ("late", "Late now", "number"),
    ("answer_min", "Minutes to the answer (median)", "number"),
    ("passed", "Hand-overs", "number"),
    ("returned", "Returned", "number"),
)


@report(title="Cases and hand-overs", permission="work.view_case", icon="chart-line", order=70)
def case_times(
    ctx: Context,
    *,
    from_on: Annotated[date, Input(label="From", prefill="ctx.month")],
    to_on: Annotated[date, Input(label="To", prefill="ctx.today")],
) -> dict[str, Any]:
    """What was opened in a period, how much of it is closed or late, how long an answer took, and how often it changed hands or came back.

    from_on: first day. to_on: last day.
    """
    begin, end = day_span(from_on, ctx.zone)[0], day_span(to_on, ctx.zone)[1]
    passed = Count("hand_overs", filter=~Q(hand_overs__state="recalled"))
    returned = Count("hand_overs", filter=Q(hand_overs__state="returned"))
    opened = Case.objects.visible_to(ctx).filter(opened_at__gte=begin, opened_at__lt=end).select_related("party")
    by_kind: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for case in opened.annotate(passed=passed, returned=returned):
        by_kind[case.kind].append(case)
    rows = [_row(ctx, KINDS[kind], found) for kind, found in by_kind.items() if found]
    totals = {name: sum(row[name] for row in rows) for name, _, kind in _COLUMNS if kind == "number" and name != "answer_min"}
    columns = [{"name": name, "label": label, "kind": kind} for name, label, kind in _COLUMNS]
    return {"columns": columns, "rows": rows, "totals": {"kind": "Together", **totals} if rows else {}}


def _row(ctx: Context, kind: str, found: list[Any]) -> dict[str, Any]:
    waits = [(c.answered_at - c.opened_at).total_seconds() / 60 for c in found if c.answered_at is not None]
    return {
        "kind": kind,
        "opened": len(found),
        "closed": sum(c.state == Case.State.CLOSED for c in found),
        "late": sum(c.is_overdue(ctx.now) for c in found),
        "answer_min": round(median(waits)) if waits else None,
        "passed": sum(c.passed for c in found),
        "returned": sum(c.returned for c in found),
    }


@report(title="Where would this go", permission="work.view_routingrule", icon="split", order=75)
def where_would_it_go(
    ctx: Context,
    *,
    kind: Annotated[str, KIND],
    topic: str = "",
    party: Annotated[Party | None, Input(shared=True, label="Customer")] = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """The queue and the person that a new case would go to, and why each rule before it does not count. Nothing is made.

    topic: the word that the rules know.
    party: who asks.
    at: left empty, now; who is away and what waits is as it is then, or now.
    """
    when = at or ctx.now
    found = where_to(ctx, kind=kind, topic=topic, party=party.pk if party else None, at=when)
    due = due_for(kind, when, None, found.route.due_min if found.route else None)
    tiles = [
        {"label": "It goes to", "value": found.place.name if found.place else "whoever takes it", "hint": found.why},
        {"label": "Offered to", "value": found.person.name if found.person else "nobody yet"},
        {"label": "Priority", "value": (found.route.priority if found.route else "normal").capitalize()},
        {"label": "Due", "value": format_instant(due) if due else "no time"},
    ]
    rows = [
        {"step": n, "rule": r.route.words, "counts": "Yes" if r.fits else "No", "why": r.why, "url": f"/work/routing-rules/{r.route.key}/"}
        for n, r in enumerate(found.readings, 1)
    ]
    columns = [
        {"name": "step", "label": "Read", "kind": "number"},
        *({"name": n, "label": n.capitalize()} for n in ("rule", "counts", "why")),
    ]
    return {"columns": columns, "rows": rows, "tiles": tiles, "notes": [] if rows else ["There are no rules yet."]}


@report(title="Promises kept", permission="work.view_caseclock", icon="timer", order=72)
def promises_kept(
    ctx: Context,
    *,
    from_on: Annotated[date, Input(label="From", prefill="ctx.month")],
    to_on: Annotated[date, Input(label="To", prefill="ctx.today")],
) -> dict[str, Any]:
    """Of the cases opened in a period, what was promised by which service level, and how much of it was kept.

    from_on: first day. to_on: last day.
    """
    begin, end = day_span(from_on, ctx.zone)[0], day_span(to_on, ctx.zone)[1]
    late = Q(missed_at__isnull=False) | Q(state=CaseClock.State.RUNNING, due_at__lt=ctx.now)
    rows = CaseClock.objects.visible_to(ctx).filter(case__opened_at__gte=begin, case__opened_at__lt=end)
    counted = rows.values("level__name", "level__order", "target").annotate(
        promised=Count("pk"),
        missed=Count("pk", filter=late),
        kept=Count("pk", filter=Q(state=CaseClock.State.DONE) & ~late),
        still=Count("pk", filter=Q(state=CaseClock.State.PAUSED)),
    )
    found = [_promise_row(row) for row in counted.order_by("level__order", "level__name", "target")]
    sums = {name: sum(row[name] for row in found) for name in ("promised", "kept", "missed", "still")}
    names = (
        ("level", "Service level", "text"),
        ("target", "Promise", "text"),
        ("promised", "Promised", "number"),
        ("kept", "Kept", "number"),
    )
    more = (("missed", "Not kept", "number"), ("still", "Waits for the customer", "number"), ("kept_percent", "Kept (%)", "number"))
    columns = [{"name": name, "label": label, "kind": kind} for name, label, kind in (*names, *more)]
    return {"columns": columns, "rows": found, "totals": {"level": "Together", **sums} if found else {}}


def _promise_row(row: Mapping[str, Any]) -> dict[str, Any]:
    decided = row["kept"] + row["missed"]
    counts = {name: row[name] for name in ("promised", "kept", "missed", "still")}
    percent = round(row["kept"] * 100 / decided) if decided else None
    return {"level": row["level__name"], "target": str(Target(row["target"]).label), **counts, "kept_percent": percent}


SPENT_BY = Choice(("case", "Case"), ("user", "Person"), ("topic", "Topic"), ("week", "Week"), label="By")
_SPENT_MAX = 500


@report(title="Time spent", permission="work.view_timeentry", icon="clock", order=73)
def time_spent(
    ctx: Context,
    *,
    from_on: Annotated[date, Input(label="From", prefill="ctx.month")],
    to_on: Annotated[date, Input(label="To", prefill="ctx.today")],
    by: Annotated[str, SPENT_BY] = "case",
    user: Annotated[User | None, Input(shared=True, label="Who")] = None,
) -> dict[str, Any]:
    """The minutes of a period by case, person, topic or week; each line leads to its entries.

    from_on: first day. to_on: last day.
    user: left empty, everybody whose time you may see.
    """
    rows = time_rows(ctx).filter(on__gte=from_on, on__lte=to_on)
    rows = rows.filter(user=user) if user is not None else rows
    keys = {"case": F("case"), "user": F("user"), "topic": Coalesce("case__topic", Value("", TextField())), "week": TruncWeek("on")}
    counted = (
        rows.order_by()
        .annotate(spent_on=keys[by])
        .values("spent_on")
        .annotate(billable_min=Sum("spent_min", filter=Q(billable=True)), spent_min=Sum("spent_min"), people=Count("user", distinct=True))
    )
    found = list(counted.order_by("spent_on" if by == "week" else "-spent_min", "spent_on")[: _SPENT_MAX + 1])
    words = _spent_words(ctx, by, [line["spent_on"] for line in found])
    query = {"on_from": from_on.isoformat(), "on_to": to_on.isoformat(), **({"user": user.pk} if user is not None else {})}
    made = [
        {
            "what": words.get(line["spent_on"], "No case" if by == "case" else "No topic"),
            "time": format_duration(line["spent_min"]),
            "spent_min": line["spent_min"],
            "billable_min": line["billable_min"] or 0,
            "people": line["people"],
            "url": f"/work/time-entries/?{urlencode(query | _entries_of(by, line['spent_on'], from_on, to_on))}",
        }
        for line in found[:_SPENT_MAX]
    ]
    names = (("what", dict(SPENT_BY.choices)[by], "text"), ("time", "Time", "text"), ("spent_min", "Minutes", "number"))
    columns = [
        {"name": name, "label": label, "kind": kind}
        for name, label, kind in (*names, ("billable_min", "Billable (min)", "number"), ("people", "People", "number"))
    ]
    together = rows.aggregate(billable_min=Sum("spent_min", filter=Q(billable=True)), spent_min=Sum("spent_min"))
    totals = {"spent_min": together["spent_min"] or 0, "billable_min": together["billable_min"] or 0}
    notes = [f"Only the first {_SPENT_MAX} lines are shown; the sum below is of all."] if len(found) > _SPENT_MAX else []
    return {
        "columns": columns,
        "rows": made,
        "totals": {"time": format_duration(totals["spent_min"]), **totals} if made else {},
        "notes": notes,
    }


def _spent_words(ctx: Context, by: str, keys: list[Any]) -> dict[Any, str]:
    """What the lines of the report are called: one query."""
    known = [key for key in keys if key not in (None, "")]
    if by == "case":
        return {c.pk: str(c) for c in Case.objects.visible_to(ctx).filter(pk__in=known)}
    if by == "user":
        return {u.pk: str(u) for u in User.objects.visible_to(ctx).filter(pk__in=known)}
    if by == "topic":
        names = dict(Topic.objects.visible_to(ctx).filter(code__in=known).values_list("code", "name"))
        return {key: names.get(key) or key.replace("_", " ").capitalize() for key in known}
    return {monday: f"{format_day(monday)} to {format_day(monday + timedelta(days=6))}" for monday in known}


def _entries_of(by: str, key: Any, from_on: date, to_on: date) -> dict[str, Any]:
    """Which entries a line adds up, as filters of their list."""
    if by == "week":
        last = min(key + timedelta(days=6), to_on)
        return {"on_from": max(key, from_on).isoformat(), "on_to": last.isoformat()}
    if by == "topic":
        return {"case__topic": key} if key else {"case__topic_empty": "true"}
    return {by: key} if key is not None else {f"{by}_empty": "true"}
