"""Why somebody can or can't: one test a reason."""

from __future__ import annotations

from typing import Any

import pytest

from enfilade.base.access.explain import explain
from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.members import add_department, add_member, add_role, change_membership, guard_role, suspend_member
from enfilade.core.models import Membership
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*", name="Olga Owner")


def told(owner: Context, person: Context, asked: str, row: Any = None) -> tuple[str, str]:
    """The answer, and all other reasons in one text."""
    with scope(owner.company_id, read_only=True):
        found = explain(owner, person.user, asked, ref(row) if row else "")
    return found[0].sentence, " ".join(r.sentence for r in found[1:])


def test_the_role_that_grants_and_the_one_that_would(owner: Context) -> None:
    """With the line of the role; where none grants it, those that do."""
    ctx = make_ctx(owner.company, "work.*", role="clerk", name="Mira")
    answer, why = told(owner, ctx, "work.view_case")
    assert answer == "Mira can: work.view_case."
    assert why.startswith("work.view_case lets one see cases; ")
    assert why.endswith("She is a member, in no department. The role Clerk grants it by the line work.*, for the whole company.")
    answer, why = told(owner, ctx, "billing.view_invoice")
    assert answer == "Mira can't: billing.view_invoice."
    assert "None of her roles (Clerk) grants it. These would: Role-" in why


def test_what_sleeps_until_she_elevates_herself(owner: Context) -> None:
    """The role that wakes is named; whoever holds none of that sort can't, `*` or not."""
    admin = add_role(owner, code="admin", name="Admin", permissions="core.manage_access")
    ada = add_member(owner, email="ada@example.test", name="Ada", roles=[admin])
    guard_role(owner, role=admin)
    answer, why = told(owner, context_for(ada.user, owner.company), "core.add_role")
    assert answer == "Ada can: New role (core.add_role)."
    assert "The role Admin grants it, for the whole company while she is elevated. It is administration: she has to elevate" in why
    answer, why = told(owner, owner, "core.add_role")
    assert answer == "Olga Owner can't: New role (core.add_role)."
    assert "only who holds a privileged role (Admin) does it" in why


def test_who_is_shut_out_or_a_stranger_can_nothing(owner: Context) -> None:
    """Whatever the roles say."""
    ctx, stranger = make_ctx(owner.company, "work.*"), make_ctx(make_company("Other"), "*", name="Stephen")
    suspend_member(owner, membership=Membership.objects.get(user=ctx.user), reason="Left.")
    assert "Her membership is not active" in told(owner, ctx, "work.view_case")[1]
    assert "Stephen is no member of this company" in told(owner, stranger, "work.view_case")[1]
    ctx.user.is_active = False
    ctx.user.save()
    assert "Her account is closed" in told(owner, ctx, "work.view_case")[1]


def test_the_scope_that_leaves_the_row_out(owner: Context) -> None:
    """Whose the row is, and in which department."""
    lab = add_department(
        owner, code="lab", name="Lab", roles=[add_role(owner, code="lab", name="Labber", permissions="work.take_case@department")]
    )
    queue = run_raw(owner, "work.add_queue", {"code": "q", "name": "Q", "role_code": "lab", "department": lab.pk})
    theirs = run_raw(owner, "work.open_case", {"kind": "question", "title": "Theirs"})
    waiting = run_raw(owner, "work.open_case", {"kind": "question", "title": "Waiting", "queue": queue.pk})
    ctx = make_ctx(owner.company, "work.view_case", name="Mira")
    change_membership(owner, membership=Membership.objects.get(user=ctx.user), departments=[lab])
    assert context_for(ctx.user, owner.company).departments == {lab.pk}
    answer, why = told(owner, ctx, "work.take_case", waiting)
    assert answer.startswith("Mira can: Take (work.take_case)")
    assert "The role Labber, which the department Lab gives her, grants it" in why
    answer, why = told(owner, ctx, "work.take_case", theirs)
    assert answer.startswith("Mira can't: Take (work.take_case)")
    assert "for her departments only. This case is none of them: it belongs to Olga Owner, in no department." in why


def test_the_state_the_door_and_what_does_not_exist(owner: Context) -> None:
    """The sentence of the state table, the rule at the door, an unknown permission and a row of another company."""
    mine = run_raw(owner, "work.open_case", {"kind": "question", "title": "Mine"})
    assert "A colleague was faster: this case is in work already." in told(owner, owner, "work.take_case", mine)[1]
    run_raw(
        owner,
        "access.add_conflictrule",
        {"code": "x", "first": "work.view_case", "second": "core.manage_access", "sentence": "No.", "verdict": "refuse"},
    )
    assert "Refused when somebody would come to hold work.view_case and core.manage_access." in told(owner, owner, "core.add_role")[1]
    assert "Nothing in the house asks for work.viewcase" in told(owner, owner, "work.viewcase")[1]
    other = make_ctx(make_company("Other"), "*")
    assert f"There is no case {mine.pk} in this company." in told(other, other, "work.take_case", mine)[1]
