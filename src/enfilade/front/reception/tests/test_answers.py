"""The answer book: versions that never change, live values, and questions that become answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race
from enfilade.front.reception import commands
from enfilade.front.reception.models import Answer, AnswerVersion, UnansweredQuestion
from enfilade.front.reception.queries import answer_by_key, book, find_answers, render, version_in_force

from .conftest import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 2)


def said(ctx: Context, text: str) -> str:
    """A text with its live values, as it is read out."""
    with scope(ctx.company_id, read_only=True):
        return "".join(piece.text for piece in render(ctx, text))


def test_the_version_of_a_day(desk: Context, hours: Answer) -> None:
    """Each day has the wording that began last; a later one the same day takes the place of an earlier one."""
    commands.publish_answer_version(desk, answer=hours, text="From nine to five.", valid_from=date(2026, 11, 10))
    commands.publish_answer_version(desk, answer=hours, text="From nine to six.", valid_from=date(2026, 11, 10))
    commands.publish_answer_version(desk, answer=hours, text="From seven to six.", valid_from=date(2026, 11, 5))
    with scope(desk.company_id):
        found = [version_in_force(desk, hours, date(2026, 11, d)) for d in (1, 2, 5, 9, 10, 30)]
        assert [v.version if v else None for v in found] == [None, 1, 4, 4, 3, 3]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "backdated"),
        ({"text": "  From eight to six. "}, "same_wording"),
        ({"text": "Open {opening_hours}."}, "unknown_value"),
        ({"text": "A fee is {fee}."}, "unknown_value"),
        ({"text": "Today {today:X}."}, "unknown_value"),
        ({"text": "Curly } brace."}, "unknown_value"),
    ],
)
def test_what_can_not_be_published(desk: Context, hours: Answer, inputs: dict[str, Any], code: str) -> None:
    """And after the refusal the book is as it was."""
    with pytest.raises(Refusal) as refused:
        commands.publish_answer_version(desk, **{"answer": hours, "text": "From ten.", "valid_from": TODAY, **inputs})
    assert refused.value.code == code
    with scope(desk.company_id):
        assert AnswerVersion.objects.visible_to(desk).count() == 1


def test_a_version_never_changes(desk: Context, hours: Answer) -> None:
    """Not by the application, not by the owner of the table."""
    for sql in ("UPDATE reception_answerversion SET text = 'x'", "DELETE FROM reception_answerversion"):
        for role in ("SET ROLE enfilade_app", "RESET ROLE"):
            with scope(desk.company_id), connection.cursor() as cursor:
                cursor.execute(role)
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(sql)


def test_twenty_people_publish_at_once(desk: Context, hours: Answer) -> None:
    """Each gets a version of its own, without a gap."""
    found = race(20, lambda i: commands.publish_answer_version(desk, answer=hours.pk, text=f"Wording {i}.", valid_from=TODAY).version)
    assert sorted(found) == list(range(2, 22)), found[:5]


def test_live_fees_follow_the_price(desk: Context, fees: Answer) -> None:
    """With tax; the answer itself was not touched."""
    assert said(desk, "A cleaning is {fee:CLEAN}.") == "A cleaning is €98.00."
    vat = {"tax_class": "standard", "code": "DE19", "name": "VAT", "category": "S", "rate_bp": "1900", "country": "DE"}
    run_raw(desk, "tax.add_taxcode", {**vat, "valid_from": "2007-01-01"})
    run_raw(desk, "item.add_item", {"code": "BRUSH", "name": "Brush", "price": "79.90", "tax_class": "standard"})
    assert said(desk, "{fee:BRUSH}") == "€95.08"
    assert "not recorded" in said(desk, "{fee:NOSUCH}")


def test_live_values_stay_within_rights(desk: Context, fees: Answer) -> None:
    """Who may not see prices does not hear them through the book."""
    clerk = make_ctx(desk.company, "reception.view_answer", now=MONDAY)
    assert said(clerk, "It is {fee:CLEAN}, {company}.") == f"It is not visible to you, {desk.company.name}."


def test_pay_day_and_holidays(desk: Context) -> None:
    """The next date counts; without one, the words."""

    def add(**more: str) -> None:
        run_raw(desk, "reception.add_companyfact", {"valid_from": "2026-01-01", **more})

    add(code="pay_day", label="Pay day", value="the 27th")
    assert said(desk, "{pay_day}") == "the 27th"
    for day in ("2026-10-27", "2026-11-27", "2026-12-23"):
        add(code="pay_day", label="Pay day", on=day)
    add(code="holiday", label="Christmas Day", on="2026-12-25")
    assert said(desk, "Pay day is {pay_day}.") == "Pay day is Friday, 27 November 2026."
    assert said(desk, "{next_holiday}") == "Christmas Day, Friday, 25 December 2026"
    assert "not recorded" in said(desk, "{fact:wifi}")


def test_opening_hours_today_and_next(desk: Context) -> None:
    """Open days tell the hours, closed days when it opens again."""
    for weekday, opens, closes in (("0", "08:00", "12:30"), ("0", "14:00", "18:00"), ("1", "08:00", "14:00")):
        run_raw(desk, "calendar.add_openinghours", {"weekday": weekday, "opens_at": opens, "closes_at": closes})
    assert said(desk, "{opening_hours_today}") == "08:00–12:30 and 14:00–18:00"
    run_raw(desk, "calendar.add_closure", {"starts_on": "2026-11-02", "ends_on": "2026-11-02", "reason": "Training"})
    assert said(desk, "{opening_hours_today}") == "closed today, open again on Tuesday, 3 November 2026, 08:00–14:00"


def test_searching_and_digits(desk: Context, hours: Answer, fees: Answer) -> None:
    """A digit that was given stays; a free one goes to what is left."""
    with scope(desk.company_id):
        assert [e.digit for e in book(desk, "caller", TODAY)] == [1, 2]
        assert answer_by_key(desk, 2, "caller", TODAY).answer == fees  # type: ignore[union-attr]
        assert [e.answer for e in find_answers(desk, "price of a CLEANING", "caller", TODAY)] == []
        assert [e.answer for e in find_answers(desk, "cost clean", "caller", TODAY)] == [fees]
        assert book(desk, "employee", TODAY) == []


def test_digits_do_not_move_during_a_day(desk: Context, hours: Answer, fees: Answer) -> None:
    """Use is counted until yesterday, so that a hand finds the key it knows."""
    other = commands.add_answer(desk, question="Where can I park?", text="In the yard.", topic="access")
    for _ in range(3):
        commands.log_call(desk, answer=other)
    with scope(desk.company_id):
        assert [e.answer.pk for e in book(desk, "caller", TODAY)] == [hours.pk, fees.pk, other.pk]
        tomorrow = replace(desk, now=MONDAY + timedelta(days=1))
        assert [e.answer.pk for e in book(tomorrow, "caller", tomorrow.today)] == [hours.pk, other.pk, fees.pk]


def test_a_retired_answer_is_gone_from_the_desk(desk: Context, hours: Answer) -> None:
    """Its question may be asked anew; what was explained stays."""
    call = commands.log_call(desk, answer=hours)
    commands.retire_answer(desk, answer=hours)
    with scope(desk.company_id):
        assert book(desk, "caller", TODAY) == []
    with pytest.raises(Refusal) as refused:
        commands.log_call(desk, answer=hours)
    assert refused.value.code == "no_wording"
    assert call.answer_version.version == 1
    assert commands.add_answer(desk, question="When are you open?", text="Always.", topic="hours").pk != hours.pk


def test_a_question_becomes_an_answer(desk: Context) -> None:
    """With one command, in force at once."""
    call = commands.open_call(desk)
    question = commands.note_question(desk, call=call, question="Do you take instalments?", topic="fees")
    answer = commands.answer_question(desk, unanswered=question, text="Yes, from 300 euros.")
    assert (answer.question, answer.topic, answer.owner) == ("Do you take instalments?", "fees", desk.user)
    with scope(desk.company_id):
        row = UnansweredQuestion.objects.visible_to(desk).get()
        assert (row.state, row.answer) == ("answered", answer)
        assert [e.answer for e in find_answers(desk, "instalments", "caller", TODAY)] == [answer]
    with pytest.raises(Refusal) as refused:
        commands.answer_question(desk, unanswered=question, text="Again.")
    assert refused.value.code == "not_open"


def test_a_question_is_counted_not_repeated(desk: Context, desk2: Context) -> None:
    """However it is written, and however many ask at once."""
    calls = [commands.open_call(desk) for _ in range(20)]
    spellings = ("Do you take cards?", "do you TAKE cards", "  Do you take cards!! ")
    race(20, lambda i: commands.note_question(desk, call=calls[i].pk, question=spellings[i % 3]))
    with scope(desk.company_id):
        assert UnansweredQuestion.objects.visible_to(desk).get().asked_count == 20


def test_a_dropped_question_says_why(desk: Context) -> None:
    """And may be asked anew."""
    question = commands.note_question(desk, call=commands.open_call(desk), question="Who won?")
    commands.drop_question(desk, unanswered=question, reason="Nobody needs that.")
    again = commands.note_question(desk, call=commands.open_call(desk), question="Who won?")
    assert again.pk != question.pk
    with pytest.raises(Refusal) as refused:
        commands.note_question(desk, call=commands.open_call(desk), question="?!")
    assert refused.value.code == "no_words"


def test_another_company_has_another_book(desk: Context, hours: Answer) -> None:
    """Not to be seen, quoted or changed."""
    stranger = make_ctx(make_company("Other"), "*", now=MONDAY)
    with scope(stranger.company_id):
        assert book(stranger, "caller", TODAY) == []
    wording = {"answer": hours.pk, "text": "x", "valid_from": "2026-11-02"}
    for verb, inputs in (("publish_answer_version", wording), ("log_call", {"answer": hours.pk})):
        with pytest.raises(Refusal) as refused:
            run_raw(stranger, f"reception.{verb}", inputs)
        assert refused.value.code == "not_found"
