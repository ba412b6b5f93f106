"""What must never be false, tried on the tables themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.front.reception import commands
from enfilade.front.reception.models import Answer

pytestmark = pytest.mark.django_db(transaction=True)


def attack(ctx: Context, sql: str, *values: Any) -> None:
    """Run SQL with the rights of the application."""
    with scope(ctx.company_id), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE reception_call SET state = 'ended'", "call_ended_complete"),
        ("UPDATE reception_call SET outcome = 'settled'", "call_ended_complete"),
        ("UPDATE reception_call SET handled_by_id = NULL", "call_has_handler"),
        ("UPDATE reception_call SET state = 'ringing'", "call_has_handler"),
        (
            "UPDATE reception_call SET state = 'ended', outcome = 'settled', ended_at = started_at - interval '1 second'",
            "call_ends_after_start",
        ),
        ("UPDATE reception_call SET state = 'ended', outcome = 'answered', ended_at = started_at", "call_names_version"),
        ("UPDATE reception_call SET state = 'ended', outcome = 'booked', ended_at = started_at", "call_names_booking"),
        ("UPDATE reception_call SET state = 'ended', outcome = 'routed', ended_at = started_at", "call_names_case"),
        ("UPDATE reception_call SET state = 'ended', outcome = 'call_back', ended_at = started_at", "call_names_case"),
    ],
)
def test_contacts(desk: Context, sql: str, constraint: str) -> None:
    """A contact that goes on has a handler and no end; an ended one has everything its outcome promises."""
    commands.open_call(desk)
    with pytest.raises(DatabaseError, match=constraint):
        attack(desk, sql)


def test_answers(desk: Context, hours: Answer, fees: Answer) -> None:
    """A digit opens one answer; a question is in the book once; a version says something and is there once."""
    for sql, constraint in (
        ("UPDATE reception_answer SET desk_key = 1", "answer_key_once"),
        ("UPDATE reception_answer SET desk_key = 0", "answer_key_digit"),
        ("UPDATE reception_answer SET desk_key = 10 WHERE topic = 'fees'", "answer_key_digit"),
        ("UPDATE reception_answer SET question = 'Same?'", "answer_question_once"),
    ):
        with pytest.raises(DatabaseError, match=constraint):
            attack(desk, sql)
    copy = (
        "INSERT INTO reception_answerversion (company_id, answer_id, version, text, valid_from, note, published_at, published_by_id) "
        "SELECT company_id, answer_id, %s, %s, valid_from, '', published_at, published_by_id FROM reception_answerversion LIMIT 1"
    )
    with pytest.raises(DatabaseError, match="answer_version_once"):
        attack(desk, copy, 1, "again")
    with pytest.raises(DatabaseError, match="answer_version_says_something"):
        attack(desk, copy, 2, " \n ")


def test_questions(desk: Context) -> None:
    """Counted, answered by an answer, dropped with a reason, waiting once."""
    commands.note_question(desk, call=commands.open_call(desk), question="Why?")
    commands.note_question(desk, call=commands.open_call(desk), question="Who?")
    for sql, constraint in (
        ("UPDATE reception_unansweredquestion SET asked_count = 0", "unanswered_was_asked"),
        ("UPDATE reception_unansweredquestion SET state = 'answered'", "unanswered_has_answer"),
        ("UPDATE reception_unansweredquestion SET state = 'dropped'", "unanswered_dropped_why"),
        ("UPDATE reception_unansweredquestion SET folded = 'same'", "unanswered_once"),
    ):
        with pytest.raises(DatabaseError, match=constraint):
            attack(desk, sql)


def test_interruptions_and_messages(desk: Context, lead: Context) -> None:
    """An end comes with a length and after the begin; a receipt comes with its time."""
    call = commands.open_call(desk)
    commands.interrupt_person(desk, call=call, person=lead.user)
    commands.take_message(desk, call=commands.open_call(desk), to_user=lead.user, text="Hello.")
    for sql, constraint in (
        ("UPDATE reception_interruption SET minutes = 5", "interruption_has_length"),
        ("UPDATE reception_interruption SET minutes = 5, until_at = from_at - interval '1 minute'", "interruption_has_length"),
        ("UPDATE reception_message SET state = 'read'", "message_receipt"),
        ("UPDATE reception_message SET read_at = taken_at", "message_receipt"),
    ):
        with pytest.raises(DatabaseError, match=constraint):
            attack(desk, sql)


def test_what_was_explained_is_never_changed(desk: Context, hours: Answer) -> None:
    """The proof of what somebody was told."""
    commands.log_call(desk, answer=hours)
    for sql in ("UPDATE reception_explanation SET settled = false", "DELETE FROM reception_explanation"):
        with pytest.raises(DatabaseError):
            attack(desk, sql)


def test_facts_and_rates(desk: Context) -> None:
    """A fact says something, once; a rate is not negative, once a day."""
    from enfilade.core.command import run_raw

    run_raw(desk, "reception.add_companyfact", {"code": "parking", "label": "Parking", "value": "Yard", "valid_from": "2026-01-01"})
    run_raw(desk, "reception.add_payrate", {"role": "owner", "hourly": "95.00"})
    copy_fact = (
        'INSERT INTO reception_companyfact (company_id, code, label, value, "on", valid_from) '
        'SELECT company_id, code, label, value, "on", valid_from FROM reception_companyfact'
    )
    copy_rate = (
        "INSERT INTO reception_payrate (company_id, role, hourly_minor, valid_from) "
        "SELECT company_id, role, hourly_minor, valid_from FROM reception_payrate"
    )
    for sql, constraint in (
        ("UPDATE reception_companyfact SET value = ''", "fact_says_something"),
        ("UPDATE reception_payrate SET hourly_minor = -1", "pay_rate_positive"),
        (copy_fact, "fact_once"),
        (copy_rate, "pay_rate_once"),
    ):
        with pytest.raises(DatabaseError, match=constraint):
            attack(desk, sql)
