"""Checklists, merging and splitting: given, when, then; and what is settled while a step is added."""

from datetime import timedelta
from typing import Any

import pytest

from enfilade.base.party.commands import add_person
from enfilade.base.work import commands
from enfilade.base.work.flow import case_steps
from enfilade.base.work.models import Case, CaseNote, CaseStep
from enfilade.base.work.queries import notes_of
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import House
from .test_commands import refused, told
from .test_pages import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> House:
    """A desk, a clinic, an owner, a patient."""
    return House()


def template(house: House) -> Any:
    """A new employee: a contract that is required, cake that is not."""
    made = run_raw(house.paul, "work.add_casetemplate", {"code": "new", "title": "New employee", "due_min": 600})
    lines = (("Contract signed", True, house.ruth.user.pk), ("Cake", False, None))
    for place, (text, required, owner) in enumerate(lines):
        step = {"template": made.pk, "text": text, "required": required, "owner": owner, "place": place, "due_min": 60}
        run_raw(house.paul, "work.add_templatestep", step)
    return made


def steps_of(house: House, case: Case) -> list[CaseStep]:
    """In their order."""
    with scope(house.company.pk):
        return list(CaseStep.objects.filter(case=case).select_related("owner").order_by("place", "pk"))


def test_a_case_from_a_template(house: House) -> None:
    """It has the steps with owner and time; what is required is done, or left out with a reason, before it is settled."""
    case = commands.open_from_template(house.anna, template=template(house), party=house.jonas)
    row = house.fresh(case)
    assert (row.title, row.kind, row.due_at) == ("New employee", "task", row.opened_at + timedelta(minutes=600))
    contract, cake = steps_of(house, case)
    assert (contract.owner, contract.due_at, cake.required) == (house.ruth.user, row.opened_at + timedelta(minutes=60), False)
    no = refused("case_steps_done", commands.close_case, house.anna, case=case)
    assert str(no) == "This is still to be done: Contract signed."
    commands.close_case(house.anna, case=case, outcome="withdrawn")
    refused("case_step_of_open_case", commands.add_step, house.anna, case=case, text="Badge")
    commands.reopen_case(house.anna, case=case, reason="he comes after all")
    commands.finish_step(house.ruth, step=contract)
    refused("not_open", commands.drop_step, house.ruth, step=contract, reason="x")
    badge = commands.add_step(house.anna, case=case, text="Badge", owner=house.ruth.user)
    assert told(house)[-1] == ("Ruth", "Your step in “New employee”: Badge")
    refused("case_step_dropped_with_reason", commands.drop_step, house.anna, step=badge, reason="")
    commands.drop_step(house.anna, step=badge, reason="He has one")
    refused("not_yours", commands.finish_step, house.ruth, step=cake)
    commands.assign_step(house.anna, step=cake, owner=house.ruth.user)
    commands.finish_step(house.ruth, step=cake)
    commands.close_case(house.anna, case=case)
    refused("case_step_of_open_case", commands.undo_step, house.ruth, step=cake)
    page = client_of(house.paul.user).get(f"/work/cases/{case.pk}/").content.decode()
    for text in ("Contract signed", "Left out", "He has one", "Steps"):
        assert text in page, text


@pytest.mark.races
def test_nothing_is_added_to_a_case_that_is_being_settled(house: House) -> None:
    """Whichever comes first: a settled case never has a required step that is open."""
    for n in range(6):
        case = commands.open_case(house.anna, kind="task", title=f"Paper {n}")
        both = (lambda c: commands.close_case(house.anna, case=c), lambda c: commands.add_step(house.anna, case=c, text="Ink"))
        out = race(2, lambda i, c=case.pk, both=both: both[i](c))
        assert sum(isinstance(r, Refusal) for r in out) == 1
    with scope(house.company.pk):
        assert not Case.objects.filter(outcome="settled", steps__state="open").exists()


def test_merged_with_nothing_lost(house: House) -> None:
    """Steps, notes, timeline and who asked are with the one that goes on, and the other points there; also over two merges."""
    first = house.complaint(title="First")
    second = house.complaint(title="Second", party=add_person(house.paul, name="Eva Kern"), description="It hurt.")
    third = house.complaint(title="Third")
    commands.add_note(house.anna, case=second, text="She is angry.")
    commands.add_step(house.anna, case=second, text="Call Eva")
    child = commands.split_case(house.anna, case=second, title="And the bill is wrong", kind="question")
    refused("itself", commands.merge_cases, house.anna, case=first, into=first)
    refused("not_yours", commands.merge_cases, house.ruth, case=second, into=first)
    commands.merge_cases(house.anna, case=second, into=first)
    commands.merge_cases(house.anna, case=first, into=third)
    row = house.fresh(second)
    assert (row.state, row.outcome, row.merged_into_id) == ("closed", "duplicate", third.pk)
    assert [s.text for s in steps_of(house, third)] == ["Call Eva"]
    with scope(house.company.pk):
        notes = [n.text for n in notes_of(house.paul, third)]
        strip = [s.label for s in case_steps(house.paul, Case.objects.get(pk=third.pk))]
        assert Case.objects.get(pk=child.pk).origin == f"work.case:{third.pk}"
        assert CaseNote.objects.filter(case=first).count() == 1
    assert "She is angry." in notes
    assert "C-00002 Second is the same. It was asked by Eva Kern.\nIt hurt." in notes
    assert "Question: And the bill is wrong" in strip
    assert house.steps(second)[-1] == ("front", "Merged into C-00003", "done")
    refused("not_going_on", commands.merge_cases, house.anna, case=third, into=second)
    refused("case_merged_is_closed", commands.reopen_case, house.anna, case=second, reason="x")
    browser = client_of(house.paul.user)
    assert f"/work/cases/{third.pk}/" in browser.get(f"/work/cases/{second.pk}/").content.decode()
    timeline = browser.get(f"/work/cases/{third.pk}/timeline/").content.decode()
    assert timeline.count("Add note") == 1
    assert timeline.count("Merge into another") == 2


@pytest.mark.races
def test_merged_into_each_other_at_once(house: House) -> None:
    """One goes on; the other one is the duplicate; never both."""
    one, two = house.complaint(), house.complaint()
    pairs = ((one.pk, two.pk), (two.pk, one.pk))
    out = race(2, lambda i: commands.merge_cases(house.anna, case=pairs[i][0], into=pairs[i][1]))
    assert sorted(type(r).__name__ for r in out) == ["Case", "Refusal"]
    with scope(house.company.pk):
        assert sorted(Case.objects.values_list("state", flat=True)) == ["accepted", "closed"]
