"""The answer book as it is in force on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from enfilade.core.context import Context
from enfilade.front.reception.models import Answer, AnswerVersion
from enfilade.front.reception.rules import digits_for, relevance

USE_DAYS = 30


@dataclass(frozen=True)
class Use:
    """How often one version was explained, and how often that settled the matter."""

    version: AnswerVersion
    explained: int
    settled: int


@dataclass(frozen=True)
class Entry:
    """An answer with the version in force and the digit that opens it at the desk (0: none)."""

    answer: Answer
    version: AnswerVersion
    digit: int = 0


def version_in_force(ctx: Context, answer: Answer, on: date) -> AnswerVersion | None:
    """The wording of a day: the last one published of those with the latest begin. None before the first."""
    rows = AnswerVersion.objects.visible_to(ctx).filter(answer=answer, valid_from__lte=on)
    return rows.order_by("-valid_from", "-version").first()


def book(ctx: Context, audience: str, on: date) -> list[Entry]:
    """Every answer in force for an audience: those with a digit first, then by use."""
    rows = AnswerVersion.objects.visible_to(ctx).filter(answer__audience=audience, answer__retired_at=None, valid_from__lte=on)
    newest = rows.order_by("answer", "-valid_from", "-version").distinct("answer").select_related("answer", "answer__owner")
    versions = {v.answer_id: v for v in newest}
    used = _uses(ctx, list(versions))
    by_use = sorted(versions, key=lambda pk: (-used.get(pk, 0), pk))
    pinned = {v.answer.desk_key: pk for pk, v in versions.items() if v.answer.desk_key}
    digit_of = {pk: digit for digit, pk in digits_for(pinned, by_use).items()}
    order = sorted(versions, key=lambda pk: (digit_of.get(pk, 10), by_use.index(pk)))
    return [Entry(versions[pk].answer, versions[pk], digit_of.get(pk, 0)) for pk in order]


def _uses(ctx: Context, answers: list[int]) -> dict[int, int]:
    """How often each answer was explained in the thirty days before today: a digit does not change its meaning during a day."""
    today = datetime.combine(ctx.today, time.min, ctx.zone)
    lately = Q(explanations__explained_at__gte=today - timedelta(days=USE_DAYS), explanations__explained_at__lt=today)
    rows = AnswerVersion.objects.visible_to(ctx).filter(answer__in=answers)
    return dict(rows.values("answer").annotate(times=Count("explanations", filter=lately)).values_list("answer", "times"))


def find_answers(ctx: Context, text: str, audience: str, on: date) -> list[Entry]:
    """Answers that fit what was typed, the best first; the whole book when nothing was typed."""
    entries = book(ctx, audience, on)
    if not text.strip():
        return entries
    scored = [(relevance(text[:200], e.answer.question, f"{e.answer.keywords} {e.answer.topic}", e.version.text), e) for e in entries]
    return [e for score, e in sorted(scored, key=lambda pair: -pair[0]) if score]


def answer_by_key(ctx: Context, digit: int, audience: str, on: date) -> Entry | None:
    """The answer a digit opens at the desk."""
    return next((e for e in book(ctx, audience, on) if e.digit == digit), None)


def uses_of(ctx: Context, answer: Answer) -> list[Use]:
    """What became of each version of an answer, the newest first."""
    rows = AnswerVersion.objects.visible_to(ctx).filter(answer=answer).select_related("published_by")
    counted = rows.annotate(told=Count("explanations"), done=Count("explanations", filter=Q(explanations__settled=True)))
    return [Use(v, v.told, v.done) for v in counted.order_by("-version")]
