"""How long things take, and how often they change hands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from statistics import median
from typing import Annotated, Any

from django.db.models import Count, Q

from enfilade.base.calendar.rules import day_span
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_instant

from .models import Case, CaseClock, Target
from .queries import where_to
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
