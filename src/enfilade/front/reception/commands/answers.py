"""Keeping the answer book."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.db.models import Max

from enfilade.core.command import Choice, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.front.reception.events import AnswerPublished
from enfilade.front.reception.models import Answer, AnswerVersion, Audience, UnansweredQuestion
from enfilade.front.reception.queries import LIVE_VALUES, unknown_value
from enfilade.front.reception.queries.answers import version_in_force

AudienceText = Annotated[str, Choice(*Audience.choices)]
Digit = Annotated[int, Input(min_value=1, max_value=9, label="Digit at the desk")]


@command(permission="reception.add_answer", label="New answer")
def add_answer(
    ctx: Context,
    *,
    question: Annotated[str, Input(max_length=300)],
    text: LongText,
    topic: Annotated[str, Input(max_length=60)],
    audience: AudienceText = Audience.CALLER.value,
    keywords: Annotated[str, Input(max_length=300)] = "",
    desk_key: Digit | None = None,
    owner: Ref[User] | None = None,
    valid_from: Annotated[date | None, Input(prefill="ctx.today")] = None,
) -> Answer:
    """Put a question with its answer into the book.

    text: what is said; may quote live values such as {opening_hours_today} or {fee:CLEAN}.
    topic: one word; cases about it are routed by the same word.
    keywords: other words people use for it.
    desk_key: the digit that opens it at the desk; empty: by use.
    owner: who keeps it true; you, when left empty.
    valid_from: in force from this day on; today, when left empty.
    Refuses: unknown_value; answer_question_once, answer_key_once (database).
    """
    answer = Answer.objects.create(
        company=ctx.company,
        question=question,
        topic=topic,
        audience=audience,
        keywords=keywords,
        desk_key=desk_key,
        owner=owner or ctx.user,
    )
    _publish(ctx, answer, text, valid_from or ctx.today, "")
    return answer


@command(permission="reception.publish_answer_version", label="Publish a new wording", tone="primary")
def publish_answer_version(
    ctx: Context,
    *,
    answer: Answer,
    text: Annotated[str, Input(widget="textarea", max_length=20_000, prefill="row.text_in_force")],
    valid_from: Annotated[date, Input(prefill="ctx.today")],
    note: Annotated[str, Input(max_length=300)] = "",
) -> AnswerVersion:
    """Say from which day on this answer is worded how. Earlier wordings stay as they were.

    valid_from: today or later; the past can't be reworded, because it was explained to people.
    note: why it changed.
    Refuses: retired, backdated, unknown_value, same_wording.
    """
    if answer.retired_at is not None:
        raise Refusal("retired", "This answer was taken out of the book.")
    if valid_from < ctx.today:
        raise Refusal("backdated", "A wording can't begin in the past: people were told the earlier one.", field="valid_from")
    before = version_in_force(ctx, answer, valid_from)
    if before is not None and before.text.strip() == text.strip():
        raise Refusal("same_wording", "This is the wording that is in force on that day anyway.", field="text")
    return _publish(ctx, answer, text, valid_from, note)


def _publish(ctx: Context, answer: Answer, text: str, valid_from: date, note: str) -> AnswerVersion:
    if wrong := unknown_value(text):
        hints = tuple({"label": v.written, "text": v.help} for v in LIVE_VALUES.values())
        raise Refusal("unknown_value", wrong, field="text", hints=hints)
    last = AnswerVersion.objects.visible_to(ctx).filter(answer=answer).aggregate(last=Max("version"))["last"] or 0
    version = AnswerVersion.objects.create(
        company=ctx.company,
        answer=answer,
        version=last + 1,
        text=text.strip(),
        valid_from=valid_from,
        note=note,
        published_at=ctx.now,
        published_by=ctx.user,
    )
    publish(ctx, AnswerPublished(answer.pk, version.version, valid_from))
    return version


@command(permission="reception.retire_answer", label="Take out of the book", tone="danger")
def retire_answer(ctx: Context, *, answer: Answer) -> Answer:
    """Take an answer out of the book. What was explained stays on record.

    Refuses: retired.
    """
    if answer.retired_at is not None:
        raise Refusal("retired", "This answer was already taken out of the book.")
    answer.retired_at = ctx.now
    answer.save(update_fields=["retired_at"])
    return answer


@command(permission="reception.answer_question", label="Write the answer", tone="primary")
def answer_question(
    ctx: Context,
    *,
    unanswered: UnansweredQuestion,
    text: LongText,
    question: Annotated[str, Input(max_length=300, prefill="row.question")] = "",
    topic: Annotated[str, Input(max_length=60, prefill="row.topic")] = "",
    keywords: Annotated[str, Input(max_length=300)] = "",
) -> Answer:
    """Make an answer of a question that the desk could not answer, in force from today on.

    question: how the book words it; as it was asked, when left empty.
    Refuses: not_open, topic_missing, unknown_value; answer_question_once (database).
    """
    if not (topic or unanswered.topic):
        raise Refusal("topic_missing", "Say in one word what it is about.", field="topic")
    answer = add_answer(
        ctx,
        question=question or unanswered.question,
        text=text,
        topic=topic or unanswered.topic,
        audience=unanswered.audience,
        keywords=keywords,
        owner=unanswered.owner or ctx.user,
    )
    unanswered.state, unanswered.answer = UnansweredQuestion.State.ANSWERED, answer
    unanswered.save(update_fields=["state", "answer"])
    return answer


@command(permission="reception.drop_question", label="Drop", tone="danger")
def drop_question(ctx: Context, *, unanswered: UnansweredQuestion, reason: Annotated[str, Input(max_length=300)]) -> UnansweredQuestion:
    """Decide that a question needs no answer in the book.

    Refuses: not_open.
    """
    unanswered.state, unanswered.reason = UnansweredQuestion.State.DROPPED, reason
    unanswered.save(update_fields=["state", "reason"])
    return unanswered


@command(permission="reception.assign_question", label="Give to")
def assign_question(ctx: Context, *, unanswered: UnansweredQuestion, owner: Ref[User]) -> UnansweredQuestion:
    """Say who is to write the answer, and tell that person."""
    unanswered.owner = owner
    unanswered.save(update_fields=["owner"])
    tell(ctx, [owner], f"Please write an answer: {unanswered.question}", ref(unanswered))
    return unanswered
