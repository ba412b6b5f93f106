"""The tables themselves, attacked with raw SQL."""

import pytest
from django.db import DatabaseError, IntegrityError, connection

from enfilade.base.work import commands
from enfilade.base.work.models import Case
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

from .support import House

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKS = [
    "UPDATE work_case SET due_at = NULL WHERE id = {case}",
    "UPDATE work_case SET title = '' WHERE id = {case}",
    "UPDATE work_case SET kind = 'gossip' WHERE id = {case}",
    "UPDATE work_case SET state = 'lost' WHERE id = {case}",
    "UPDATE work_case SET priority = 'whatever' WHERE id = {case}",
    "UPDATE work_case SET owner_id = NULL, queue_id = NULL WHERE id = {case}",
    "UPDATE work_case SET state = 'accepted', owner_id = NULL WHERE id = {case}",
    "UPDATE work_case SET state = 'answered' WHERE id = {case}",
    "UPDATE work_case SET told_party_at = now() WHERE id = {case}",
    "UPDATE work_case SET state = 'closed' WHERE id = {case}",
    "UPDATE work_case SET outcome = 'settled' WHERE id = {case}",
    "UPDATE work_case SET state = 'closed', closed_at = now(), outcome = 'settled' WHERE id = {case}",
    "UPDATE work_case SET number = 'C-00002' WHERE id = {case}",
    "UPDATE work_handover SET to_user_id = from_user_id",
    "UPDATE work_handover SET to_queue_id = NULL",
    "UPDATE work_handover SET state = 'accepted'",
    "UPDATE work_handover SET state = 'returned', decided_at = now(), decided_by_id = from_user_id",
    "UPDATE work_handover SET decided_at = now()",
    (
        "INSERT INTO work_handover (company_id, case_id, from_user_id, to_queue_id, offered_at, state, note, reason)"
        " SELECT company_id, case_id, from_user_id, to_queue_id, offered_at, 'offered', '', '' FROM work_handover"
    ),
    "UPDATE work_handover SET to_user_id = {user}, to_queue_id = NULL, state = 'accepted', decided_at = now(), decided_by_id = {other}",
    "UPDATE work_queue SET office = 'attic'",
    "UPDATE work_queue SET role_code = ''",
    "UPDATE work_queue SET code = 'clinical'",
    "UPDATE work_queue SET active = false WHERE code = 'clinical'",
    "UPDATE work_queue SET last_resort = true",
    "UPDATE work_queue SET last_resort = true, active = false WHERE code = 'reception'",
    "UPDATE work_queue SET handing = 'throw'",
    "UPDATE work_queue SET each_max = 0",
    "UPDATE work_routingrule SET from_time = '08:00'",
    "UPDATE work_routingrule SET from_time = '08:00', until_time = '08:00'",
    "UPDATE work_routingrule SET queue_max = 0",
    "UPDATE work_routingrule SET hours = 'sometimes'",
    "UPDATE work_absence SET deputy_id = user_id",
    "UPDATE work_absence SET until_at = from_at",
    (
        "INSERT INTO work_absence (company_id, user_id, from_at, until_at, reason)"
        " SELECT company_id, user_id, from_at + interval '1 year', NULL, '' FROM work_absence"
    ),
    "UPDATE work_topic SET name = ''",
    "UPDATE work_servicelevel SET taken_min = NULL, settled_min = NULL",
    "UPDATE work_servicelevel SET taken_min = 0",
    "UPDATE work_servicelevel SET kind = 'gossip'",
    "UPDATE work_escalationstep SET at_percent = 0",
    "UPDATE work_escalationstep SET who = 'person'",
    "UPDATE work_escalationstep SET role_code = 'owner'",
    "UPDATE work_escalationstep SET target = 'forgotten'",
    "UPDATE work_caseclock SET due_at = NULL WHERE state = 'running'",
    "UPDATE work_caseclock SET state = 'paused'",
    "UPDATE work_caseclock SET state = 'done', next_at = NULL",
    "UPDATE work_caseclock SET target = 'settled'",
    "UPDATE work_caseclock SET allowed_s = 0",
    "UPDATE work_casetemplate SET title = ''",
    "UPDATE work_casetemplate SET kind = 'gossip'",
    "UPDATE work_templatestep SET text = ''",
    "UPDATE work_casestep SET text = ''",
    "UPDATE work_casestep SET state = 'done'",
    "UPDATE work_casestep SET state = 'dropped', decided_at = now(), decided_by_id = {user}",
    "UPDATE work_case SET merged_into_id = {case}",
    "UPDATE work_case SET state = 'closed', outcome = 'duplicate', closed_at = now(), merged_into_id = id WHERE id = {case}",
    (
        "UPDATE work_case SET state = 'closed', closed_at = now(), outcome = 'settled', told_party_at = now(), answered_at = now()"
        " WHERE id = {case}"
    ),
    "UPDATE work_skill SET name = ''",
    "UPDATE work_routingrule SET due_min = 0",
    "UPDATE work_routingrule SET kind = 'gossip'",
    (
        'INSERT INTO work_routingrule (company_id, "order", kind, topic, queue_id, priority, active)'
        " SELECT company_id, 5, kind, topic, queue_id, priority, true FROM work_routingrule"
    ),
    "INSERT INTO work_casenote (company_id, case_id, at, by_id, text) SELECT company_id, case_id, now(), by_id, '' FROM work_casenote",
]


@pytest.fixture
def house() -> House:
    """A desk, a clinic, an owner, a patient, a rule."""
    made = House()
    made.rule(kind="question", queue=made.desk.pk)
    level = run_raw(made.paul, "work.add_servicelevel", {"name": "All", "taken_min": 60, "settled_min": 600})
    run_raw(made.paul, "work.add_escalationstep", {"level": level.pk, "target": "settled", "at_percent": 50})
    return made


@pytest.fixture
def case(house: House) -> Case:
    """A complaint with a note, offered to the clinic; and a second case."""
    made = house.complaint()
    house.complaint(title="Another")
    commands.add_note(house.anna, case=made, text="He is angry.")
    commands.hand_over_case(house.anna, case=made, to_queue=house.clinic)
    commands.note_absence(house.ruth, user=house.ruth.user, deputy=house.anna.user)
    commands.add_step(house.anna, case=made, text="Call him")
    template = run_raw(house.paul, "work.add_casetemplate", {"code": "new", "title": "New employee"})
    run_raw(house.paul, "work.add_templatestep", {"template": template.pk, "text": "Contract"})
    for word in ("topic", "skill"):
        run_raw(house.paul, f"work.add_{word}", {"code": "x", "name": "X"})
    return made


def goes_through(house: House, sql: str) -> bool:
    """Whether the database takes it."""
    try:
        with scope(house.company.pk), connection.cursor() as cursor:
            cursor.execute(sql)
    except IntegrityError:
        return False
    return True


def test_the_table_itself_refuses(house: House, case: Case) -> None:
    """Each line would make something false; none goes through."""
    values = {"case": case.pk, "user": house.ruth.user.pk, "other": house.anna.user.pk}
    attacks = [attack.format(**values) for attack in ATTACKS]
    assert [attack for attack in attacks if goes_through(house, attack)] == []


@pytest.mark.parametrize("sql", ["UPDATE work_casenote SET text = 'He is happy.'", "DELETE FROM work_casenote"])
def test_what_was_noted_stays(house: House, case: Case, sql: str) -> None:
    """The application may neither change nor delete a note."""
    with pytest.raises(DatabaseError), scope(house.company.pk), connection.cursor() as cursor:
        cursor.execute(sql)
