"""A contact from the first ring to its end, as far as the desk settles it alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.db import connection

from enfilade.base.party.models import Party
from enfilade.base.party.queries import party_by_phone
from enfilade.base.party.rules import normalise
from enfilade.core.command import Choice, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.front.appointments.models import Visit
from enfilade.front.reception.events import CallEnded, CallRang, CallTaken, QuestionNoted
from enfilade.front.reception.models import Answer, AnswerVersion, Audience, Call, Explanation, UnansweredQuestion
from enfilade.front.reception.queries.answers import version_in_force
from enfilade.front.reception.queries.live_values import render
from enfilade.front.reception.rules import fold

LATE_LOG = timedelta(days=2)

ChannelText = Annotated[str, Choice(*Call.Channel.choices)]
DirectionText = Annotated[str, Choice(*Call.Direction.choices)]
AudienceText = Annotated[str, Choice(*Audience.choices, label="Asked by")]
Number = Annotated[str, Input(widget="phone", max_length=60)]
Topic = Annotated[str, Input(max_length=60)]
Name = Annotated[str, Input(max_length=200)]
Employee = Annotated[User, Input(shared=True, label="Employee who asks")]

_NOTE_QUESTION = """
INSERT INTO reception_unansweredquestion
    (company_id, question, folded, topic, audience, asked_count, first_asked_at, last_asked_at, state, reason)
VALUES (%s, %s, %s, %s, %s, 1, %s, %s, 'open', '')
ON CONFLICT (company_id, audience, folded) WHERE state = 'open' DO UPDATE
    SET asked_count = reception_unansweredquestion.asked_count + 1, last_asked_at = EXCLUDED.last_asked_at
RETURNING id, asked_count
"""


@command(permission="reception.ring_desk", hidden=True)
def ring_desk(
    ctx: Context,
    *,
    number: Number = "",
    channel: ChannelText = Call.Channel.PHONE.value,
    caller_name: Name = "",
    external_id: Annotated[str, Input(max_length=120)] = "",
) -> Call:
    """Announce a ringing call, or somebody who waits at the counter: it appears at every desk at once, with who it is.

    number: as the display shows it; empty when it is withheld.
    external_id: identity of the call in the telephone system; announced twice, it is still one call.
    Refuses: call_external_once (database), when two notices of one call race.
    """
    if external_id and (known := Call.objects.visible_to(ctx).filter(external_id=external_id).first()):
        return known
    call = Call.objects.create(
        company=ctx.company,
        number=number,
        number_key=number_key(ctx, number),
        channel=channel,
        caller_name=caller_name,
        external_id=external_id,
        party=only_party(ctx, number),
        started_at=ctx.now,
    )
    publish(ctx, CallRang(call.pk, number))
    return call


def number_key(ctx: Context, number: str) -> str:
    """What two spellings of one number have in common."""
    return normalise("phone", number, ctx.company.country)


def only_party(ctx: Context, number: str) -> Party | None:
    """Whose number it is, when exactly one party has it."""
    found = [p for p in party_by_phone(ctx, number) if p.archived_at is None] if number else []
    return found[0] if len(found) == 1 else None


@command(permission="reception.open_call", label="New contact")
def open_call(
    ctx: Context,
    *,
    channel: ChannelText = Call.Channel.PHONE.value,
    number: Number = "",
    party: Ref[Party] | None = None,
    caller_name: Name = "",
    audience: AudienceText = Audience.CALLER.value,
    asked_by: Employee | None = None,
    direction: DirectionText = Call.Direction.IN.value,
    topic: Topic = "",
) -> Call:
    """Begin a contact that you have in front of you or on the line.

    party: who it is; recognised by the number when left empty.
    audience: whether a caller or somebody who works here asks.
    asked_by: the employee, where it is one.
    """
    call = Call.objects.create(
        company=ctx.company,
        channel=channel,
        number=number,
        number_key=number_key(ctx, number),
        party=party or only_party(ctx, number),
        caller_name=caller_name,
        audience=Audience.EMPLOYEE if asked_by else audience,
        asked_by=asked_by,
        direction=direction,
        topic=topic,
        state=Call.State.OPEN,
        started_at=ctx.now,
        taken_at=ctx.now,
        handled_by=ctx.user,
    )
    publish(ctx, CallTaken(call.pk, ctx.user.pk))
    return call


@command(permission="reception.take_call", label="Take", tone="primary")
def take_call(ctx: Context, *, call: Call) -> Call:
    """Answer a ringing call. Of all who reach for it, one gets it.

    Refuses: not_ringing.
    """
    call.state, call.taken_at, call.handled_by = Call.State.OPEN, ctx.now, ctx.user
    call.save(update_fields=["state", "taken_at", "handled_by"])
    publish(ctx, CallTaken(call.pk, ctx.user.pk))
    return call


@command(permission="reception.take_over_call", label="Take over")
def take_over_call(ctx: Context, *, call: Call) -> Call:
    """Go on with a contact that a colleague began.

    Refuses: not_open, already_yours.
    """
    if call.handled_by_id == ctx.user.pk:
        raise Refusal("already_yours", "This contact is already yours.")
    call.handled_by = ctx.user
    call.save(update_fields=["handled_by"])
    publish(ctx, CallTaken(call.pk, ctx.user.pk))
    return call


@command(permission="reception.identify_caller", label="Say who it is")
def identify_caller(ctx: Context, *, call: Call, party: Ref[Party] | None = None, caller_name: Name = "") -> Call:
    """Note who is on the line or at the counter; possible afterwards too.

    Refuses: nobody_named.
    """
    if party is None and not caller_name:
        raise Refusal("nobody_named", "Choose who it is, or write a name.", field="party")
    call.party, call.caller_name = party, caller_name or call.caller_name
    call.save(update_fields=["party", "caller_name"])
    return call


@command(permission="reception.settle_call", label="Settled", tone="primary")
def settle_call(ctx: Context, *, call: Call, topic: Topic = "", note: LongText = "") -> Call:
    """End a contact that the desk settled by itself.

    Refuses: not_ringing_or_open, not_yours.
    """
    return end_call(ctx, call, Call.Outcome.SETTLED, topic=topic, note=note)


@command(permission="reception.screen_call", label="Screen a sales call")
def screen_call(ctx: Context, *, call: Call, note: LongText = "") -> Call:
    """End a contact that wants to sell something; the next one from this number is recognised as such.

    Refuses: not_ringing_or_open, not_yours.
    """
    return end_call(ctx, call, Call.Outcome.SCREENED, topic="sales", note=note)


@command(permission="reception.miss_call", label="Hung up")
def miss_call(ctx: Context, *, call: Call) -> Call:
    """Close a contact whose caller gave up before anything could be done.

    Refuses: not_ringing_or_open, not_yours.
    """
    return end_call(ctx, call, Call.Outcome.ABANDONED)


@command(permission="reception.answer_from_book", label="Answer from the book")
def answer_from_book(ctx: Context, *, call: Call, answer: Ref[Answer], settled: bool = True) -> Call:
    """Record which answer was explained, in the version in force now, and end the contact if that settled it.

    settled: the caller has what she wanted; otherwise the contact goes on.
    Refuses: not_ringing_or_open, not_yours, no_wording.
    """
    explain(ctx, call, answer, settled=settled)
    if settled:
        return end_call(ctx, call, Call.Outcome.ANSWERED, topic=answer.topic)
    check_mine(ctx, call)
    call.topic = call.topic or answer.topic
    if call.state == Call.State.RINGING:
        call.state, call.taken_at, call.handled_by = Call.State.OPEN, ctx.now, ctx.user
    call.save(update_fields=["state", "taken_at", "handled_by", "topic", "answer_version"])
    return call


def explain(ctx: Context, call: Call, answer: Answer, *, settled: bool) -> AnswerVersion:
    """Put on record that the version in force was explained in a contact."""
    version = version_in_force(ctx, answer, ctx.today)
    if version is None or answer.retired_at is not None:
        raise Refusal("no_wording", "No wording of this answer is in force today.", field="answer")
    Explanation.objects.create(
        company=ctx.company, call=call, answer_version=version, explained_at=ctx.now, explained_by=ctx.user, settled=settled
    )
    call.answer_version = version
    if call.asked_by is not None and call.channel == Call.Channel.CHAT:
        tell(ctx, [call.asked_by], "".join(piece.text for piece in render(ctx, version.text)), ref(call))
    return version


@command(permission="reception.note_question", label="No answer in the book")
def note_question(ctx: Context, *, call: Call, question: Annotated[str, Input(max_length=300)], topic: Topic = "") -> UnansweredQuestion:
    """Note a question that the book could not answer; asked again, it is counted. The contact goes on.

    question: in the caller's words.
    Refuses: not_ringing_or_open, not_yours, no_words.
    """
    check_mine(ctx, call)
    found = count_question(ctx, question, topic, call.audience)
    call.question, call.topic = found, call.topic or topic
    if call.state == Call.State.RINGING:
        call.state, call.taken_at, call.handled_by = Call.State.OPEN, ctx.now, ctx.user
    call.save(update_fields=["question", "topic", "state", "taken_at", "handled_by"])
    return found


def count_question(ctx: Context, question: str, topic: str, audience: str) -> UnansweredQuestion:
    """The open question of these words, asked once more; one statement, so that no count is lost."""
    folded = fold(question)[:300]
    if not folded:
        raise Refusal("no_words", "Write the question in words.", field="question")
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_QUESTION, [ctx.company_id, question, folded, topic, audience, ctx.now, ctx.now])
        pk, count = cursor.fetchone()
    publish(ctx, QuestionNoted(pk, count))
    return UnansweredQuestion.objects.visible_to(ctx).get(pk=pk)


@command(permission="reception.log_call", label="Log a contact", tone="primary")
def log_call(
    ctx: Context,
    *,
    channel: ChannelText = Call.Channel.PHONE.value,
    number: Number = "",
    party: Ref[Party] | None = None,
    caller_name: Name = "",
    audience: AudienceText = Audience.CALLER.value,
    asked_by: Employee | None = None,
    direction: DirectionText = Call.Direction.IN.value,
    answer: Ref[Answer] | None = None,
    outcome: Annotated[
        str,
        Choice(
            ("settled", "Settled at the desk"), ("answered", "Answered from the book"), ("screened", "Screened"), ("abandoned", "Hung up")
        ),
    ] = "settled",
    topic: Topic = "",
    note: LongText = "",
    started_at: datetime | None = None,
) -> Call:
    """Record a contact that is over, in one step.

    answer: what was explained, if it was from the book; the version in force today is recorded.
    started_at: when it began, at most two days ago; now, when left empty.
    Refuses: answer_missing, wrong_time, no_wording.
    """
    if outcome == Call.Outcome.ANSWERED and answer is None:
        raise Refusal("answer_missing", "Say which answer was explained.", field="answer")
    began_at = started_at or ctx.now
    if not ctx.now - LATE_LOG <= began_at <= ctx.now:
        raise Refusal("wrong_time", "A contact is logged within two days after it began, not before.", field="started_at")
    if answer is not None:
        outcome, topic = Call.Outcome.ANSWERED.value, topic or answer.topic
    version = version_in_force(ctx, answer, ctx.today) if answer is not None else None
    handled = outcome != Call.Outcome.ABANDONED
    call = Call.objects.create(
        company=ctx.company,
        channel=channel,
        number=number,
        number_key=number_key(ctx, number),
        party=party or only_party(ctx, number),
        caller_name=caller_name,
        audience=Audience.EMPLOYEE if asked_by else audience,
        asked_by=asked_by,
        direction=direction,
        topic=topic or ("sales" if outcome == Call.Outcome.SCREENED else ""),
        note=note,
        state=Call.State.ENDED,
        outcome=outcome,
        answer_version=version,
        started_at=began_at,
        taken_at=began_at if handled else None,
        ended_at=ctx.now,
        handled_by=ctx.user if handled else None,
    )
    if answer is not None:
        explain(ctx, call, answer, settled=True)
    publish(ctx, CallEnded(call.pk, call.outcome, call.topic))
    return call


def check_mine(ctx: Context, call: Call) -> None:
    """Refuse `not_yours` when a colleague has the contact."""
    if call.handled_by_id not in (None, ctx.user.pk):
        raise Refusal("not_yours", f"{call.handled_by} has this contact. Take it over first.")


def end_call(ctx: Context, call: Call, outcome: Call.Outcome, *, topic: str = "", note: str = "", origin: str = "") -> Call:
    """End a contact of the caller's, or a ringing one that is taken thereby, with an outcome. Part of other commands."""
    check_mine(ctx, call)
    if call.handled_by_id is None and outcome != Call.Outcome.ABANDONED:
        call.handled_by, call.taken_at = ctx.user, call.started_at
    # Desks and the telephone system have clocks of their own, which differ by moments.
    call.state, call.ended_at, call.outcome = Call.State.ENDED, max(ctx.now, call.started_at), outcome.value
    call.topic, call.origin = topic or call.topic, origin or call.origin
    call.note = "\n".join(part for part in (call.note, note) if part)
    call.save(update_fields=["handled_by", "taken_at", "state", "ended_at", "outcome", "topic", "origin", "note", "answer_version"])
    publish(ctx, CallEnded(call.pk, call.outcome, call.topic))
    return call


@command(permission="reception.settle_call", label="Booked in this contact", hidden=True)
def book_in_call(ctx: Context, *, call: Call, visit: Ref[Visit]) -> Call:
    """End a contact that was put into a slot.

    Refuses: not_ringing_or_open, not_yours.
    """
    return end_call(ctx, call, Call.Outcome.BOOKED, topic="appointment", origin=ref(visit))
