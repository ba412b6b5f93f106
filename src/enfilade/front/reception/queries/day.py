"""The shield measured: one day at the desk in figures, each of which leads to the contacts behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Count

from enfilade.core.context import Context
from enfilade.core.models import Membership, User
from enfilade.front.reception.models import Answer, Call, Interruption, PayRate
from enfilade.front.reception.rules import begun_minutes, interruption_cost_minor, kept_away_minor, share_bp

from .calls import calls_between, day_of

ASKED_DAYS = 30
QUESTIONS_SHOWN = 5
ALONE = (Call.Outcome.SETTLED, Call.Outcome.ANSWERED, Call.Outcome.BOOKED, Call.Outcome.SCREENED)
PASSED_ON = (Call.Outcome.MESSAGE, Call.Outcome.CALL_BACK, Call.Outcome.ROUTED)
REACHED_BACK = (Call.Outcome.ROUTED, Call.Outcome.INTERRUPTED)


@dataclass(frozen=True)
class OutcomeLine:
    """Contacts that ended in one way. group: alone, passed, interrupted or lost; minutes: worked on at the desk."""

    outcome: str
    label: str
    group: str
    contacts: int
    minutes: int
    url: str


@dataclass(frozen=True)
class InterruptionLine:
    """One interruption with its price. hourly_minor and cost_minor are None where no rate of the role is known."""

    interruption: Interruption
    minutes: int
    hourly_minor: int | None
    cost_minor: int | None

    @property
    def running(self) -> bool:
        """Whether it still lasts; its minutes then count up to now."""
        return self.interruption.until_at is None


@dataclass(frozen=True)
class NextQuestion:
    """What to put into the answer book next. kind: question (asked, no answer) or topic (handed on, not answered here)."""

    kind: str
    text: str
    contacts: int
    in_book: bool
    url: str
    question: int | None = None

    @property
    def words(self) -> str:
        """The question, or the topic as people read it."""
        return self.text if self.kind == "question" else self.text.replace("_", " ")


@dataclass(frozen=True)
class Day:
    """One day at the desk. alone of reckoned: what the desk settled alone, of the contacts that ended with somebody there."""

    on: date
    lines: list[OutcomeLine]
    contacts: int
    in_progress: int
    minutes: int
    alone: int
    reckoned: int
    interruptions: list[InterruptionLine]
    interrupted_min: int
    cost_minor: int
    unpriced: int
    recovery_min: int
    rates: list[tuple[str, int]]
    next_questions: list[NextQuestion]

    @property
    def alone_bp(self) -> int | None:
        """Share of what the desk settled alone, in basis points."""
        return share_bp(self.alone, self.reckoned)

    @property
    def kept_away_minor(self) -> int | None:
        """What the rest would have cost at the average of the day's interruptions: an assumption, not a measurement."""
        return kept_away_minor(self.alone, self.cost_minor, len(self.interruptions) - self.unpriced)


def day_at_the_desk(ctx: Context, on: date) -> Day:
    """Every figure of a day. The cost of an interruption: (its minutes + the company's recovery minutes) at the role's rate of the day."""
    calls = list(calls_between(ctx, *day_of(ctx, on)))
    lines = _outcome_lines(calls, on)
    interruptions = _interruption_lines(ctx, on)
    priced = [i for i in interruptions if i.cost_minor is not None]
    used = {i.interruption.role for i in priced}
    return Day(
        on=on,
        lines=lines,
        contacts=len(calls),
        in_progress=sum(c.state != Call.State.ENDED for c in calls),
        minutes=sum(line.minutes for line in lines),
        alone=sum(line.contacts for line in lines if line.group == "alone"),
        reckoned=sum(line.contacts for line in lines if line.group != "lost"),
        interruptions=interruptions,
        interrupted_min=sum(i.minutes for i in interruptions),
        cost_minor=sum(i.cost_minor or 0 for i in priced),
        unpriced=len(interruptions) - len(priced),
        recovery_min=ctx.company.recovery_min,
        rates=sorted((role, rate) for role, rate in rates_on(ctx, on).items() if role in used),
        next_questions=next_questions(ctx, on),
    )


def group_of(outcome: str) -> str:
    """alone, passed, interrupted or lost."""
    if outcome in ALONE:
        return "alone"
    if outcome in PASSED_ON:
        return "passed"
    return "interrupted" if outcome == Call.Outcome.INTERRUPTED else "lost"


def calls_url(on: date | None = None, until: date | None = None, **filters: str) -> str:
    """The list of contacts behind a figure."""
    days = {"started_at_from": on.isoformat(), "started_at_to": (until or on).isoformat()} if on else {}
    return f"/reception/calls/?{urlencode({**filters, **days})}"


def _outcome_lines(calls: Iterable[Call], on: date) -> list[OutcomeLine]:
    ended = [c for c in calls if c.state == Call.State.ENDED]
    return [
        OutcomeLine(
            outcome=outcome.value,
            label=str(outcome.label),
            group=group_of(outcome),
            contacts=sum(c.outcome == outcome for c in ended),
            minutes=sum(c.minutes for c in ended if c.outcome == outcome),
            url=calls_url(on, outcome=outcome.value),
        )
        for outcome in Call.Outcome
    ]


def _interruption_lines(ctx: Context, on: date) -> list[InterruptionLine]:
    start, end = day_of(ctx, on)
    rows = Interruption.objects.visible_to(ctx).filter(from_at__gte=start, from_at__lt=end)
    rates = rates_on(ctx, on)
    lines = []
    for row in rows.select_related("person", "call__party").order_by("from_at", "pk"):
        minutes = row.minutes if row.minutes is not None else begun_minutes(row.from_at, min(ctx.now, end))
        rate = rates.get(row.role)
        cost = None if rate is None else interruption_cost_minor(minutes, ctx.company.recovery_min, rate)
        lines.append(InterruptionLine(row, minutes, rate, cost))
    return lines


def rates_on(ctx: Context, on: date) -> dict[str, int]:
    """Hourly rate by role as in force on a day."""
    rows = PayRate.objects.visible_to(ctx).filter(valid_from__lte=on).order_by("role", "-valid_from").distinct("role")
    return dict(rows.values_list("role", "hourly_minor"))


def priced_role(ctx: Context, user: User) -> str:
    """The role by which somebody's time is priced: of her roles the one with the highest rate today, else the first by its code."""
    membership = Membership.objects.visible_to(ctx).filter(user=user).first()
    codes = sorted(membership.roles.values_list("code", flat=True)) if membership else []
    rates = rates_on(ctx, ctx.today)
    return min(codes, key=lambda code: (-rates.get(code, -1), code), default="")


def next_questions(ctx: Context, on: date) -> list[NextQuestion]:
    """What was asked or handed on most in the thirty days up to a day, and has no answer in the book yet."""
    since = on - timedelta(days=ASKED_DAYS - 1)
    calls = calls_between(ctx, day_of(ctx, since)[0], day_of(ctx, on)[1]).order_by()
    found = [
        NextQuestion("question", text, count, False, calls_url(since, on, question=str(pk)), pk)
        for pk, text, count in calls.filter(question__state="open").values_list("question", "question__question").annotate(n=Count("pk"))
    ]
    known = set(Answer.objects.visible_to(ctx).filter(retired_at=None).values_list("topic", flat=True))
    handed_on = calls.filter(outcome__in=REACHED_BACK, question=None).exclude(topic="")
    # A complaint is no question that the book could have answered.
    routed = handed_on.exclude(case__kind="complaint").values_list("topic", flat=True)
    found += [
        NextQuestion("topic", topic, count, topic in known, f"{calls_url(since, on, topic=topic)}&outcome=routed&outcome=interrupted")
        for topic, count in Counter(routed).items()
    ]
    return sorted(found, key=lambda q: (-q.contacts, q.kind, q.text))[:QUESTIONS_SHOWN]
