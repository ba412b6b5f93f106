"""Confirmations and reminders."""

from datetime import timedelta

import pytest
from django.core import mail

from enfilade.base.message.commands import block_address
from enfilade.base.message.jobs import empty_outbox_of_company
from enfilade.base.party.commands import add_contact_point
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.front.appointments import commands
from enfilade.front.appointments.jobs import remind_of_company

from .practice import Practice, at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def practice() -> Practice:
    """The practice, with a mailbox and a patient who can be written to."""
    made = Practice()
    run_raw(made.desk, "message.add_mailbox", {"address": "office@linden.example", "name": "Linden"})
    add_contact_point(made.desk, party=made.patient, kind="email", value="wei@post.example")
    return made


def clock(practice: Practice, text: str) -> Context:
    """The house at an instant."""
    return house_context(practice.company, now=at(text))


def remind(practice: Practice, text: str) -> list[tuple[str, list[str]]]:
    """The hourly job and the outbox; what was sent."""
    mail.outbox.clear()
    remind_of_company(clock(practice, text))
    empty_outbox_of_company(clock(practice, text))
    return [(m.subject, m.to) for m in mail.outbox]


def test_a_reminder_goes_out_once_on_the_day_before_and_not_at_night(practice: Practice) -> None:
    """Whoever has no address, or is expected on another day, gets none."""
    practice.book("3 09:00")
    practice.book("3 11:00", patient=practice.other)
    assert remind(practice, "1 10:10") == []
    assert remind(practice, "2 07:10") == []
    assert remind(practice, "2 09:10") == [("Tomorrow at 09:00: your appointment", ["wei@post.example"])]
    assert "Wednesday, 3 June 2026 at 09:00: Check-up" in mail.outbox[0].body
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
    assert remind(practice, "2 10:10") == []


def test_a_moved_visit_is_reminded_of_again(practice: Practice) -> None:
    """A new day is a new reminder; a cancelled visit has none."""
    visit = practice.book("3 09:00")
    assert len(remind(practice, "2 09:10")) == 1
    commands.move_visit(practice.when("2 12:00"), visit=visit, starts_at=at("4 10:00"))
    assert remind(practice, "3 09:10") == [("Tomorrow at 10:00: your appointment", ["wei@post.example"])]
    later = practice.book("8 10:00")
    commands.cancel_visit(practice.when("5 12:00"), visit=later, reason="ill")
    assert remind(practice, "7 09:10") == []


def test_who_wants_none_gets_none_but_can_have_a_confirmation(practice: Practice) -> None:
    """Opt-out stops what the house sends by itself; a person may still write."""
    block_address(practice.desk, address="wei@post.example")
    visit = practice.book("3 09:00")
    assert remind(practice, "2 09:10") == []
    commands.confirm_visit(practice.desk, visit=visit)
    empty_outbox_of_company(house_context(practice.company, now=practice.desk.now + timedelta(minutes=1)))
    assert [m.subject for m in mail.outbox] == ["Your appointment on Wednesday, 3 June 2026"]
