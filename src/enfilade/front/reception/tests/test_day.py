"""The shield measured: every figure of one day, against a calculation by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.models import Company
from enfilade.core.resource import resource_named
from enfilade.core.resource.listing import listing
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx
from enfilade.front.reception import commands
from enfilade.front.reception.models import Answer
from enfilade.front.reception.queries.day import day_at_the_desk
from enfilade.front.reception.reports import day_report

from .conftest import at

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 2)


def contact(desk: Context, hour: int, minute: int, length_min: int, **inputs: Any) -> tuple[Any, Context]:
    """A contact that begins at a time, and the desk when it ends."""
    return commands.open_call(at(desk, hour, minute), **inputs), at(desk, hour, minute + length_min)


@pytest.fixture
def lived(desk: Context, lead: Context, hours: Answer, fees: Answer) -> Context:
    """Eleven contacts of one Monday.

    Settled alone: 2 answered (3 + 1 min), 1 settled (4 min), 1 screened (1 min) = 4. Passed on: 1 message (2 min), 1 routed (5 min).
    Interruptions: the lead for 6 and for 7 minutes, the owner for 4; contacts of 8, 9 and 5 minutes. One hung up. One is still open.
    """
    owner = make_ctx(desk.company, "*", role="owner", name="Helene Aumann")
    run_raw(desk, "reception.add_payrate", {"role": "clinical_lead", "hourly": "60.00", "valid_from": "2026-01-01"})
    run_raw(desk, "reception.add_payrate", {"role": "clinical_lead", "hourly": "74.00", "valid_from": "2026-11-01"})
    run_raw(desk, "reception.add_payrate", {"role": "clinical_lead", "hourly": "99.00", "valid_from": "2026-11-03"})
    run_raw(desk, "reception.add_payrate", {"role": "owner", "hourly": "95.00", "valid_from": "2026-01-01"})
    for answer, length in ((hours, 3), (fees, 1)):
        call, end = contact(desk, 9, 0, length)
        commands.answer_from_book(end, call=call, answer=answer)
    call, end = contact(desk, 9, 10, 4)
    commands.settle_call(end, call=call, topic="directions")
    call, end = contact(desk, 9, 20, 1)
    commands.screen_call(end, call=call)
    call, end = contact(desk, 9, 30, 2)
    commands.take_message(end, call=call, to_user=lead.user, text="Call me.")
    call, end = contact(desk, 9, 40, 5, topic="lab")
    commands.route_call(end, call=call, title="Where is my crown?", person=lead.user)
    for minute, length, person, minutes, topic in ((0, 8, lead, 6, "lab"), (10, 9, lead, 7, "lab"), (20, 5, owner, 4, "invoice")):
        call, end = contact(desk, 11, minute, length, topic=topic)
        commands.interrupt_person(end, call=call, person=person.user, minutes=minutes)
    commands.miss_call(at(desk, 12, 1), call=commands.ring_desk(at(desk, 12), number="1"))
    call, _ = contact(desk, 12, 30, 0, topic="fees")
    commands.note_question(at(desk, 12, 31), call=call, question="Do you take instalments?", topic="fees")
    return at(desk, 18)


def figures(ctx: Context, on: date = TODAY) -> dict[str, Any]:
    """The report of a day."""
    with scope(ctx.company_id, read_only=True):
        return day_report(ctx, on=on)


def test_every_figure_by_hand(lived: Context) -> None:
    """Contacts and minutes by outcome, the share, the cost, what to answer next."""
    found = figures(lived)
    assert {r["outcome"]: (r["contacts"], r["minutes"]) for r in found["rows"]} == {
        "settled": (1, 4),
        "answered": (2, 4),
        "booked": (0, 0),
        "screened": (1, 1),
        "message": (1, 2),
        "call_back": (0, 0),
        "routed": (1, 5),
        "interrupted": (3, 22),
        "abandoned": (1, 0),
    }
    assert found["totals"] == {"label": "All that ended", "contacts": 10, "minutes": 38}
    assert found["in_progress"] == 1
    # 4 of 9: the one who hung up and the one still there are not reckoned.
    assert found["settled_alone"] == {"numerator": 4, "denominator": 9, "share_bp": 4444}
    # 6 min and 7 min at 74.00 are 7.40 and 8.63; 4 min at 95.00 are 6.33.
    assert [(i["person"], i["role"], i["topic"], i["minutes"], i["hourly_minor"], i["cost_minor"]) for i in found["interruptions"]] == [
        ("Jonas Brandl", "clinical_lead", "lab", 6, 7400, 740),
        ("Jonas Brandl", "clinical_lead", "lab", 7, 7400, 863),
        ("Helene Aumann", "owner", "invoice", 4, 9500, 633),
    ]
    assert (found["interrupted_min"], found["cost_minor"], found["unpriced"]) == (17, 2236, 0)
    # 4 contacts at the average of 22.36 / 3.
    assert found["kept_away_minor"] == 2981
    assert found["assumptions"] == {
        "recovery_min": 0,
        "rates": [{"role": "clinical_lead", "hourly_minor": 7400}, {"role": "owner", "hourly_minor": 9500}],
    }
    assert [(q["kind"], q["text"], q["contacts"], q["in_book"]) for q in found["next_questions"]] == [
        ("topic", "lab", 3, False),
        ("question", "Do you take instalments?", 1, False),
        ("topic", "invoice", 1, False),
    ]


def test_each_figure_leads_to_its_contacts(lived: Context) -> None:
    """The list behind every number holds exactly that many."""
    from urllib.parse import parse_qs, urlsplit

    from django.utils import timezone

    found = figures(lived)
    with scope(lived.company_id, read_only=True), timezone.override(lived.zone):
        for row in [*found["rows"], *found["next_questions"]]:
            listed = listing(resource_named("reception.call"), lived, parse_qs(urlsplit(row["url"]).query))
            assert len(listed.rows) == row["contacts"], row
        assert [resource_named("reception.call").get(lived, i["call"]).outcome for i in found["interruptions"]] == ["interrupted"] * 3


def test_recovery_minutes_are_an_assumption_of_the_company(lived: Context) -> None:
    """Nothing is added unless somebody says so; then it is added to each interruption."""
    Company.objects.filter(pk=lived.company_id).update(recovery_min=10)
    lived.company.refresh_from_db()
    found = figures(lived)
    # 16 and 17 min at 74.00 are 19.73 and 20.97; 14 min at 95.00 are 22.17.
    assert [i["cost_minor"] for i in found["interruptions"]] == [1973, 2097, 2217]
    assert found["cost_minor"] == 6287
    assert found["assumptions"]["recovery_min"] == 10
    assert "10 recovery minutes (assumed)" in found["notes"][1]


def test_without_a_rate_there_is_no_price(desk: Context, lead: Context) -> None:
    """It is said, and not counted as nothing."""
    commands.interrupt_person(desk, call=commands.open_call(desk), person=lead.user, minutes=5)
    found = figures(desk)
    assert (found["cost_minor"], found["unpriced"], found["interruptions"][0]["cost_minor"]) == (0, 1, None)
    assert found["kept_away_minor"] is None
    assert found["notes"][-1] == "1 of 1 interruptions have no price, because the role has no pay rate."


def test_an_interruption_that_lasts_counts_up_to_now(desk: Context, lead: Context) -> None:
    """And is marked as running."""
    run_raw(desk, "reception.add_payrate", {"role": "clinical_lead", "hourly": "60.00", "valid_from": "2026-01-01"})
    commands.interrupt_person(at(desk, 10), call=commands.open_call(desk), person=lead.user)
    now = at(desk, 10, 3, 30)
    with scope(desk.company_id, read_only=True):
        line = day_at_the_desk(now, TODAY).interruptions[0]
    assert (line.running, line.minutes, line.cost_minor) == (True, 4, 400)


def test_an_empty_day(desk: Context) -> None:
    """Nothing is divided by nothing."""
    found = figures(desk, date(2026, 11, 8))
    assert found["settled_alone"] == {"numerator": 0, "denominator": 0, "share_bp": None}
    assert (found["interruptions"], found["next_questions"], found["cost_minor"]) == ([], [], 0)


def test_a_day_ends_at_midnight_where_the_company_is(desk: Context) -> None:
    """Half past eleven at night in Berlin is still that day, although it is another in Tokyo and almost another in UTC."""
    commands.settle_call(at(desk, 23, 40), call=commands.open_call(at(desk, 23, 30)))
    assert figures(desk)["totals"]["contacts"] == 1
    assert figures(desk, date(2026, 11, 3))["totals"]["contacts"] == 0


def test_the_highest_rate_prices_somebody_with_two_roles(desk: Context, lead: Context) -> None:
    """Of the roles with a rate."""
    from enfilade.core.models import Membership, Role

    membership = Membership.objects.get(user=lead.user)
    membership.roles.add(Role.objects.create(company=desk.company, code="adviser", name="Adviser", permissions=[]))
    run_raw(desk, "reception.add_payrate", {"role": "adviser", "hourly": "120.00", "valid_from": "2026-01-01"})
    run_raw(desk, "reception.add_payrate", {"role": "clinical_lead", "hourly": "60.00", "valid_from": "2026-01-01"})
    row = commands.interrupt_person(desk, call=commands.open_call(desk), person=lead.user, minutes=1)
    assert row.role == "adviser"
