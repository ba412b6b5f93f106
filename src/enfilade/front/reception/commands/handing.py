"""What leaves the desk: call-backs promised and kept, cases for others, complaints, interruptions, answers brought back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from enfilade.base.party.queries import party_of_user
from enfilade.base.work.commands import add_note, close_case, hand_over_case, open_case, take_case, tell_party
from enfilade.base.work.models import Case, Queue
from enfilade.core.command import Choice, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.front.reception.events import CallEnded, CallRang
from enfilade.front.reception.models import Audience, Call, Interruption
from enfilade.front.reception.queries.day import priced_role
from enfilade.front.reception.rules import begun_minutes

from .calls import check_mine, count_question, end_call, number_key

INTERRUPTION_MAX_MIN = 600
PROMISED = ("call_back", "follow_up")
Title = Annotated[str, Input(max_length=200, label="In a few words")]
Topic = Annotated[str, Input(max_length=60)]
Person = Annotated[User, Input(shared=True, label="Whom")]
CallsBack = Annotated[User, Input(shared=True, label="Who calls back")]
Colleague = Annotated[User, Input(shared=True, label="Or a colleague")]
Team = Annotated[Queue, Input(shared=True, label="Hand over to")]
# How a person is told, in the words of cases, and the channel of the contact that this makes.
TOLD_BY = {"phone": "phone", "in_person": "walk_in", "email": "email", "letter": "letter", "message": "chat"}
Telling = Annotated[
    str,
    Choice(
        ("phone", "By telephone"), ("in_person", "In person"), ("email", "By e-mail"), ("letter", "By letter"), ("message", "By message")
    ),
]


def _asker(call: Call) -> dict[str, Any]:
    """Who asks, as a case wants to know it."""
    name = "" if call.party_id else str(call.asked_by or call.caller_name or call.number or "")
    return {"party": call.party, "contact_name": name, "contact_phone": call.number, "origin": ref(call)}


def _end_with_case(ctx: Context, call: Call, case: Case, outcome: Call.Outcome, topic: str) -> Case:
    call.case = case
    call.save(update_fields=["case"])
    end_call(ctx, call, outcome, topic=topic)
    return case


@command(permission="reception.promise_call_back", label="Promise a call-back")
def promise_call_back(
    ctx: Context,
    *,
    call: Call,
    title: Title,
    due_at: Annotated[datetime, Input(label="By when")] | None = None,
    owner: CallsBack | None = None,
    topic: Topic = "",
    note: LongText = "",
) -> Case:
    """Promise that somebody calls back by a time, and end the contact. The promise stays visible until it is kept.

    due_at: within two hours, when left empty, or as a routing rule says.
    owner: you, or a colleague, who is asked to accept it.
    Refuses: not_ringing_or_open, not_yours, in_the_past.
    """
    check_mine(ctx, call)
    case = open_case(
        ctx,
        kind="call_back",
        title=title,
        topic=topic or call.topic,
        description=note,
        owner=owner or ctx.user,
        due_at=due_at,
        **_asker(call),
    )
    return _end_with_case(ctx, call, case, Call.Outcome.CALL_BACK, case.topic)


def _is_promise(case: Case) -> bool:
    return case.kind in PROMISED and case.state != Case.State.CLOSED


@command(permission="reception.make_call_back", label="Called back", tone="primary", offered=_is_promise)
def make_call_back(ctx: Context, *, case: Case, reached: bool = True, note: LongText = "") -> Call:
    """Keep a promised call-back: the outgoing call is recorded, and the promise is closed when somebody was reached.

    reached: otherwise the promise stays, with a note of the attempt.
    Refuses: not_a_call_back; not_yours and what else cases refuse.
    """
    if case.kind not in PROMISED:
        raise Refusal("not_a_call_back", "This case is not a promised call.")
    if case.state == Case.State.OPEN:
        take_case(ctx, case=case)
    call = _outgoing(ctx, case, Call.Channel.PHONE.value, Call.Outcome.SETTLED if reached else Call.Outcome.ABANDONED, note)
    if reached:
        close_case(ctx, case=case, outcome="settled", note=note)
    else:
        add_note(ctx, case=case, text=f"Tried to call, nobody reached. {note}".strip())
    return call


def _outgoing(ctx: Context, case: Case, channel: str, outcome: Call.Outcome, note: str) -> Call:
    call = Call.objects.create(
        company=ctx.company,
        direction=Call.Direction.OUT,
        channel=channel,
        number=case.contact_phone,
        number_key=number_key(ctx, case.contact_phone),
        party=case.party,
        caller_name=case.contact_name,
        topic=case.topic[:60],
        state=Call.State.ENDED,
        outcome=outcome,
        started_at=ctx.now,
        taken_at=ctx.now,
        ended_at=ctx.now,
        handled_by=ctx.user,
        case=case,
        note=note,
    )
    publish(ctx, CallEnded(call.pk, call.outcome, call.topic))
    return call


@command(permission="reception.route_call", label="Route")
def route_call(
    ctx: Context,
    *,
    call: Call,
    title: Title,
    kind: Annotated[str, Choice(("inquiry", "Inquiry"), ("question", "Question"), ("request", "Request"), ("task", "Task"))] = "request",
    topic: Topic = "",
    description: LongText = "",
    queue: Ref[Queue] | None = None,
    person: Colleague | None = None,
) -> Case:
    """Hand a contact on as a case, without interrupting anybody: it is worked on when there is time, and the answer comes back here.

    topic: a word the routing rules know; they choose the queue where none is named.
    person: a colleague, who is asked to accept it.
    Refuses: not_ringing_or_open, not_yours.
    """
    check_mine(ctx, call)
    case = open_case(
        ctx, kind=kind, title=title, topic=topic or call.topic, description=description, queue=queue, owner=person, **_asker(call)
    )
    return _end_with_case(ctx, call, case, Call.Outcome.ROUTED, case.topic)


@command(permission="reception.take_complaint", label="Take a complaint")
def take_complaint(
    ctx: Context,
    *,
    call: Call,
    title: Title,
    description: LongText,
    topic: Topic = "complaint",
    queue: Team | None = None,
    due_at: datetime | None = None,
) -> Case:
    """Write a complaint down and hand it over to who can do something about it; that team has to accept it.

    topic: a word the routing rules know, such as complaint_treatment; they choose the team where none is named.
    due_at: by when it is answered; as the routing rule says, when left empty.
    Refuses: not_ringing_or_open, not_yours, in_the_past.
    """
    check_mine(ctx, call)
    case = open_case(ctx, kind="complaint", title=title, topic=topic, description=description, queue=queue, due_at=due_at, **_asker(call))
    # What goes to another team is handed over, not dropped: it stays with the desk until that team accepts.
    if case.queue is not None and case.queue.role_code not in ctx.roles:
        hand_over_case(ctx, case=case, to_queue=case.queue, note="")
    return _end_with_case(ctx, call, case, Call.Outcome.ROUTED, topic)


def _is_to_be_told(case: Case) -> bool:
    return case.state == Case.State.ANSWERED and case.told_party_at is None


@command(permission="reception.tell_answer", label="Tell the answer", tone="primary", offered=_is_to_be_told)
def tell_answer(ctx: Context, *, case: Case, channel: Telling = "phone", note: LongText = "", close: bool = True) -> Call:
    """Tell whoever asked what the answer is, and record the contact in which it was told.

    note: what was said to it.
    close: nothing more is to be done; the case is closed.
    Refuses: not_answered, told_already.
    """
    tell_party(ctx, case=case, channel=channel, note=note)
    call = _outgoing(ctx, case, TOLD_BY[channel], Call.Outcome.SETTLED, note)
    if close:
        close_case(ctx, case=case, outcome="settled")
    return call


@command(permission="reception.interrupt_person", label="Interrupt a person")
def interrupt_person(
    ctx: Context,
    *,
    call: Call,
    person: Person,
    topic: Topic = "",
    minutes: Annotated[int, Input(min_value=1, max_value=INTERRUPTION_MAX_MIN, label="Minutes, if it is over")] | None = None,
    note: Annotated[str, Input(max_length=300)] = "",
) -> Interruption:
    """Record that somebody behind the desk has to be asked right now. Her time is measured, so that it can be seen what it costs.

    minutes: how long it took; empty: it begins now and is ended with one key.
    Refuses: not_ringing_or_open, not_yours, yourself; interruption_runs_once (database).
    """
    check_mine(ctx, call)
    if person.pk == ctx.user.pk:
        raise Refusal("yourself", "Choose somebody else: this is about the time of others.", field="person")
    row = Interruption.objects.create(
        company=ctx.company,
        call=call,
        person=person,
        role=priced_role(ctx, person),
        topic=topic or call.topic,
        from_at=ctx.now - timedelta(minutes=minutes or 0),
        until_at=ctx.now if minutes else None,
        minutes=minutes,
        note=note,
    )
    if minutes:
        end_call(ctx, call, Call.Outcome.INTERRUPTED, topic=topic)
        return row
    if call.state == Call.State.RINGING:
        call.state, call.taken_at, call.handled_by = Call.State.OPEN, ctx.now, ctx.user
    call.topic = call.topic or topic
    call.save(update_fields=["state", "taken_at", "handled_by", "topic"])
    return row


@command(permission="reception.interrupt_person", label="The interruption is over", tone="primary", target="interruption")
def end_interruption(
    ctx: Context,
    *,
    interruption: Interruption,
    call: Call,
    settled: bool = True,
    minutes: Annotated[int, Input(min_value=0, max_value=INTERRUPTION_MAX_MIN)] | None = None,
) -> Interruption:
    """Say that the person asked can go back to work.

    call: the contact it belongs to.
    settled: the contact is over as well.
    minutes: a correction; left empty, every begun minute counts.
    Refuses: over_already, other_contact, not_yours.
    """
    if interruption.until_at is not None:
        raise Refusal("over_already", "This interruption is over already.")
    if interruption.call_id != call.pk:
        raise Refusal("other_contact", "This interruption belongs to another contact.", field="call")
    check_mine(ctx, call)
    interruption.until_at = max(ctx.now, interruption.from_at)
    interruption.minutes = begun_minutes(interruption.from_at, interruption.until_at) if minutes is None else minutes
    interruption.save(update_fields=["until_at", "minutes"])
    if settled and call.state != Call.State.ENDED:
        end_call(ctx, call, Call.Outcome.INTERRUPTED)
    return interruption


@command(permission="reception.ask_employee_question", label="Ask the desk")
def ask_employee_question(ctx: Context, *, question: Annotated[str, Input(max_length=300)], topic: Topic = "") -> Call:
    """Ask the desk something, without disturbing it: it appears there, is answered from the book or passed to who knows.

    Refuses: no_words.
    """
    if not question.strip():
        raise Refusal("no_words", "Write the question in words.", field="question")
    call = Call.objects.create(
        company=ctx.company,
        channel=Call.Channel.CHAT,
        audience=Audience.EMPLOYEE,
        party=party_of_user(ctx, ctx.user),
        asked_by=ctx.user,
        topic=topic,
        started_at=ctx.now,
        note=question,
    )
    publish(ctx, CallRang(call.pk, ""))
    return call


@command(permission="reception.answer_employee", label="Send the answer", tone="primary")
def answer_employee(ctx: Context, *, call: Call, text: LongText, keep: bool = True) -> Call:
    """Answer an employee's question in your own words; she gets the answer as a notification.

    keep: count the question as unanswered, so that it gets into the book.
    Refuses: not_ringing_or_open, not_yours, nobody_to_tell.
    """
    check_mine(ctx, call)
    if call.asked_by is None:
        raise Refusal("nobody_to_tell", "This contact is not a question of an employee with an account.")
    if keep:
        call.question = count_question(ctx, call.note.splitlines()[0][:300], call.topic, call.audience)
        call.save(update_fields=["question"])
    tell(ctx, [call.asked_by], f"The desk answers: {text[:300]}", ref(call))
    return end_call(ctx, call, Call.Outcome.SETTLED, note=text)
