"""Roles for own rows, for a department's and for the company's; departments as a tree; who manages access never shuts herself in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from enfilade.base.work.commands import open_case, take_case
from enfilade.base.work.models import Case, Queue
from enfilade.core.access import context_for, users_in_role
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, NotFound, OutOfReach, Refusal
from enfilade.core.grants import Grant, read_grant, split_grants
from enfilade.core.members import add_department, add_role, change_department, change_membership, change_role, suspend_member
from enfilade.core.models import Department, Membership, Role
from enfilade.core.resource import resource_named
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class House:
    """A company with two departments, one inside the other, and a case in each and in none."""

    owner: Context
    company: Any
    clinic: Department
    lab: Department
    in_clinic: Case
    in_lab: Case
    of_nobody: Case


@pytest.fixture
def house() -> House:
    """Owner, departments, queues and cases."""
    company = make_company()
    owner = make_ctx(company, "*", name="Olga Owner")
    clinic = add_department(owner, code="clinic", name="Clinic")
    lab = add_department(owner, code="lab", name="Lab", parent=clinic)
    cases = []
    for code, department in (("clinic", clinic), ("lab", lab), ("rest", None)):
        queue = run_raw(
            owner, "work.add_queue", {"code": code, "name": code, "role_code": "r", "department": department.pk if department else None}
        )
        cases.append(open_case(owner, kind="question", title=f"Case of {code}", queue=queue))
    return House(owner, company, clinic, lab, *cases)


def member(house: House, *lines: str, departments: tuple[Department, ...] = ()) -> Context:
    """A person with these permissions in these departments."""
    ctx = make_ctx(house.company, *lines)
    Membership.objects.get(user=ctx.user).departments.set(departments)
    return context_for(ctx.user, house.company)


def titles(ctx: Context) -> set[str]:
    """The cases a person's list shows."""
    with scope(ctx.company_id, read_only=True):
        return {c.title for c in resource_named("work.case").rows(ctx)}


def test_lines_are_read_or_grant_nothing() -> None:
    """Garbage in a role opens no door."""
    assert read_grant("work.view_case@own") == Grant("work.view_case", "own")
    assert read_grant("work.*@company") == Grant("work.*", "company")
    assert [read_grant(x) for x in ("", "work", "work.*.x", "*@everybody", "work.view_case@", "Work.view", "*.view")] == [None] * 7
    whole, limited = split_grants(["work.a@own", "work.a@department", "work.b@own", "work.b", "x y"])
    assert (whole, limited) == ({"work.b"}, {"work.a": {"own", "department"}})


def test_a_department_sees_its_rows_and_those_below(house: House) -> None:
    """The clinic sees the lab's cases, the lab does not see the clinic's, nobody sees what belongs to no department."""
    assert titles(member(house, "work.view_case@department", departments=(house.clinic,))) == {"Case of clinic", "Case of lab"}
    assert titles(member(house, "work.view_case@department", departments=(house.lab,))) == {"Case of lab"}
    assert titles(member(house, "work.view_case@department")) == set()
    assert len(titles(member(house, "work.view_case"))) == 3


def test_what_a_colleague_has_is_the_departments(house: House) -> None:
    """A case in no queue of the department is seen there once a colleague of it is its owner."""
    colleague = member(house, "work.take_case", departments=(house.lab,))
    boss = member(house, "work.view_case@department", departments=(house.clinic,))
    take_case(colleague, case=house.of_nobody)
    assert titles(boss) == {"Case of clinic", "Case of lab", "Case of rest"}


def test_own_rows_are_seen_and_worked_on_and_no_others(house: House) -> None:
    """Reading, the record page, the command's own permission and the shared reference all hold to it."""
    ctx = member(house, "work.view_case@own", "work.add_note@own", "work.take_case@department", "work.open_case", "work.view_casenote")
    mine = open_case(ctx, kind="question", title="Mine")
    assert titles(ctx) == {"Mine"}
    with scope(ctx.company_id, read_only=True), pytest.raises(NotFound):
        resource_named("work.case").get(ctx, house.in_lab.pk)
    run_raw(ctx, "work.add_note", {"case": mine.pk, "text": "Noted."})
    with pytest.raises(NotFound):
        run_raw(ctx, "work.add_note", {"case": house.in_lab.pk, "text": "Noted."})
    with scope(ctx.company_id):
        house.in_lab.notes.create(company=house.company, at=ctx.now, by=house.owner.user, text="Secret of the lab.")
    with scope(ctx.company_id, read_only=True):
        assert [n.text for n in resource_named("work.casenote").rows(ctx)] == ["Noted."], "parts of a case that is not seen"


def test_a_row_that_is_seen_but_not_within_reach_is_named(house: House) -> None:
    """She reads every case and takes those of her department: the refusal says so, and the button is not there."""
    ctx = member(house, "work.view_case", "work.take_case@department", departments=(house.lab,))
    with pytest.raises(OutOfReach) as no:
        take_case(ctx, case=house.in_clinic)
    assert str(no.value) == "Your roles allow this for rows of your departments only (work.take_case)."
    assert no.value.status == 403
    with scope(ctx.company_id, read_only=True):
        assert "take_case" not in {c.verb for c in resource_named("work.case").commands(ctx, house.in_clinic)}
        assert "take_case" in {c.verb for c in resource_named("work.case").commands(ctx, house.in_lab)}
    assert take_case(ctx, case=house.in_lab).owner_id == ctx.user.pk


def test_what_a_body_reads_is_the_companys(house: House) -> None:
    """The number of a new case comes after all that there are, although she sees none of them; a queue out of sight can't be named."""
    ctx = member(house, "work.view_case@own", "work.open_case", "work.view_queue@department")
    assert open_case(ctx, kind="question", title="Next").number == "C-00004"
    with pytest.raises(NotFound):
        open_case(ctx, kind="question", title="There", queue=Queue(pk=house.in_lab.queue_id))


def test_scopes_cost_no_query_where_there_are_none(house: House, django_assert_num_queries: Any) -> None:
    """One statement makes a context, whatever the roles; a command of an unlimited caller asks what it asked before."""
    with django_assert_num_queries(1):
        context_for(house.owner.user, house.company)
    ctx = member(house, "work.view_case@own", departments=(house.lab,))
    with django_assert_num_queries(1):
        context_for(ctx.user, house.company)


def test_a_department_gives_its_roles_to_whoever_works_below(house: House) -> None:
    """And takes them when it stops giving them."""
    clerk = add_role(house.owner, code="clerk", name="Clerk", permissions="work.view_case")
    ctx = member(house, departments=(house.lab,))
    assert not ctx.may("work.view_case")
    change_department(house.owner, department=house.clinic, name="Clinic", roles=[clerk])
    now = context_for(ctx.user, house.company)
    assert now.may("work.view_case")
    assert now.roles >= {"clerk"}
    assert users_in_role(house.company, "clerk") == [ctx.user]
    change_department(house.owner, department=house.clinic, name="Clinic", roles=[])
    assert not context_for(ctx.user, house.company).may("work.view_case")


def test_departments_are_a_tree(house: House) -> None:
    """Neither the program nor SQL closes a circle or crosses to another company."""
    with pytest.raises(Refusal, match="can't be part of itself"):
        change_department(house.owner, department=house.clinic, name="Clinic", parent=house.lab)
    other = make_company("Other")
    theirs = Department.objects.create(company=other, code="x", name="X")
    with pytest.raises(Refusal, match="no department"):
        change_department(house.owner, department=house.clinic, name="Clinic", parent=theirs)
    with connection.cursor() as cursor, pytest.raises(Exception, match="same company"):
        cursor.execute("UPDATE core_department SET parent_id = %s WHERE id = %s", [theirs.pk, house.lab.pk])


def test_two_moves_at_once_close_no_circle(house: House) -> None:
    """Each is harmless alone; together they would hang the two departments from each other."""
    top = add_department(house.owner, code="top", name="Top")
    other = add_department(house.owner, code="other", name="Other")

    def move(number: int) -> Any:
        one, under = ((top, other), (other, top))[number]
        return change_department(house.owner, department=one, name=one.name, parent=under)

    done = race(2, move)
    assert sum(isinstance(d, Department) for d in done) == 1, done
    assert Department.objects.filter(company=house.company, code__in=["top", "other"], parent=None).count() == 1


def test_roles_take_only_what_exists(house: House) -> None:
    """A wrong word is answered with the right one; a scope that would leave nothing is refused."""
    for lines, sentence in (
        ("work.view_cases", "Did you mean work.view_case?"),
        ("work.view_case@mine", "is no permission"),
        ("item.view_item@own", "belongs to nobody in particular"),
    ):
        with pytest.raises(Refusal, match=sentence.replace("?", r"\?")):
            add_role(house.owner, code="x", name="X", permissions=lines)
    role = add_role(house.owner, code="x", name="X", permissions="work.*@own\n\nwork.view_case\nwork.view_case@company\n")
    assert role.permissions == ["work.*@own", "work.view_case"]


def test_nobody_widens_her_own_access(house: House) -> None:
    """Who manages access changes it for others; only who may do everything already has nothing to gain."""
    manager = member(house, "core.manage_access")
    mine = Membership.objects.get(user=manager.user)
    everything = add_role(manager, code="all", name="All", permissions="*")
    for attempt in (
        lambda: change_membership(manager, membership=mine, roles=[everything]),
        lambda: change_role(manager, role=mine.roles.get(), name="Mine", permissions="*"),
        lambda: suspend_member(manager, membership=mine, reason="Holiday."),
    ):
        with pytest.raises(Refusal) as no:
            attempt()
        assert no.value.code == "own_access"
    with pytest.raises(NotAllowed):
        add_role(member(house, "work.*"), code="y", name="Y")


def test_somebody_always_manages_access(house: House) -> None:
    """Two owners who shut each other out at the same moment: one of them stays."""
    second = make_ctx(house.company, "*", name="Otto Owner")
    people = [Membership.objects.get(user=ctx.user) for ctx in (house.owner, second)]
    done = race(2, lambda i: suspend_member((house.owner, second)[i], membership=people[1 - i], reason="Quarrel."))
    refused = [d for d in done if isinstance(d, Refusal)]
    assert [no.code for no in refused] == ["last_manager"], done
    assert Membership.objects.filter(company=house.company, active=True).count() == 1


def test_a_person_of_two_companies_has_each_ones_limits(house: House) -> None:
    """Own rows only in one, everything in the other."""
    other = make_company("Other")
    ctx = member(house, "work.view_case@own")
    there = Membership.objects.create(company=other, user=ctx.user)
    there.roles.add(Role.objects.create(company=other, code="all", name="All", permissions=["*"]))
    assert context_for(ctx.user, other).limited == {}
    assert context_for(ctx.user, house.company).limited == {"work.view_case": {"own"}}
