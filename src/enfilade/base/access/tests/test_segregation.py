"""What does not go together: found, refused or held when it would come about, accepted for a time, reviewed by another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from enfilade.base.access.commands import accept_conflict, confirm_access, withdraw_access
from enfilade.base.access.models import AccessDecision, ConflictRule
from enfilade.base.access.reports import compare_roles, conflicts, simulate_role, who_holds_what, why
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Held, Invalid, Refusal
from enfilade.core.members import add_member, add_role, change_membership, change_role
from enfilade.core.models import HeldCommand, Membership, Role
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> Context:
    """Somebody who may do everything, in the role owner."""
    return make_ctx(make_company(), "*", role="owner", name="Olga Owner")


def rule(owner: Context, verdict: str) -> ConflictRule:
    """Opening a case and answering it, held for the owner or refused."""
    inputs = {
        "code": verdict,
        "first": "work.open_case",
        "second": "work.answer_case",
        "sentence": "Two people see each case.",
        "verdict": verdict,
    }
    made: ConflictRule = run_raw(owner, "access.add_conflictrule", inputs | ({"release_role": "owner"} if verdict == "hold" else {}))
    return made


def two_roles(owner: Context) -> tuple[Role, Role]:
    """One half each."""
    return add_role(owner, code="a", name="Asker", permissions="work.open_case"), add_role(
        owner, code="b", name="Answerer", permissions="work.answer_case"
    )


def report(ctx: Context, build: Any, **inputs: Any) -> list[dict[str, Any]]:
    """Rows of a report."""
    with scope(ctx.company_id, read_only=True):
        rows: list[dict[str, Any]] = build(ctx, **inputs)["rows"]
        return rows


def test_a_conflict_is_refused_in_every_way_to_it(owner: Context) -> None:
    """Two roles for one person, a wider role, a new member; and nothing has changed after."""
    rule(owner, "refuse")
    asker, answerer = two_roles(owner)
    member = add_member(owner, email="mira@example.test", name="Mira", roles=[asker])
    for attempt in (
        lambda: change_membership(owner, membership=member, roles=[asker, answerer]),
        lambda: change_role(owner, role=asker, permissions="work.*"),
        lambda: add_role(owner, code="c", name="Both", permissions="work.*"),
        lambda: add_member(owner, email="nora@example.test", name="Nora", roles=[asker, answerer]),
    ):
        with pytest.raises(Refusal, match="Two people see each case") as no:
            attempt()
        assert no.value.code == "door_refused"
    assert [r.code for r in member.roles.all()] == ["a"]
    assert Membership.objects.filter(company=owner.company).count() == 2
    change_membership(owner, membership=member, roles=[answerer])


def test_a_held_conflict_waits_for_another_and_is_then_listed_and_accepted(owner: Context) -> None:
    """The maker can't release it; whoever does stands in the audit, and somebody answers for it until a day."""
    found = rule(owner, "hold")
    asker, answerer = two_roles(owner)
    second = make_ctx(owner.company, "*", role="owner", name="Otto Owner")
    member = add_member(owner, email="mira@example.test", name="Mira", roles=[asker])
    with pytest.raises(Held) as held:
        change_membership(owner, membership=member, roles=[asker, answerer])
    assert held.value.held.release_role == "owner"
    assert "Mira (as Asker, Answerer) may both work.open_case and work.answer_case." in str(held.value)
    with pytest.raises(Refusal, match="yourself"):
        run_raw(owner, "doors.release_held", {"held": held.value.held.pk})
    run_raw(second, "doors.release_held", {"held": held.value.held.pk, "note": "For the summer."})
    with scope(owner.company_id):
        assert HeldCommand.objects.get(pk=held.value.held.pk).state == "released"
    listed = [r for r in report(owner, conflicts) if r["ref"] == f"core.user:{member.user_id}"]
    assert [(r["code"], r["accepted"]) for r in listed] == [("hold", "")]
    until = owner.today + timedelta(days=30)
    accept_conflict(owner, rule=found, person=member.user, reason="Otto looks at them weekly.", until_on=until)
    assert [r["accepted"] for r in report(owner, conflicts) if r["ref"] == f"core.user:{member.user_id}"] == [f"until {until}"]
    with pytest.raises(Refusal, match="conflict of her own"):
        accept_conflict(owner, rule=found, person=owner.user, reason="I am careful.", until_on=until)
    with pytest.raises(Refusal, match="does not hold both"):
        accept_conflict(owner, rule=found, person=make_ctx(owner.company, "work.open_case").user, reason="x", until_on=until)


def test_a_rule_names_what_exists(owner: Context) -> None:
    """Permissions, a release role, and a reason."""
    for inputs, sentence in (
        ({"first": "work.nothing", "second": "work.open_case", "verdict": "list"}, "no such permission"),
        ({"first": "work.open_case", "second": "work.open_case", "verdict": "list"}, "two different permissions"),
        ({"first": "work.open_case", "second": "work.answer_case", "verdict": "hold"}, "names the role"),
        ({"first": "work.open_case", "second": "work.answer_case", "verdict": "hold", "release_role": "nobody"}, "no role nobody"),
    ):
        with pytest.raises(Refusal, match=sentence):
            run_raw(owner, "access.add_conflictrule", {"code": "x", "sentence": "S.", **inputs})


def test_a_review_confirms_and_withdraws_but_never_ones_own(owner: Context) -> None:
    """And the database would not keep it either."""
    asker, _ = two_roles(owner)
    member = add_member(owner, email="mira@example.test", name="Mira", roles=[asker])
    confirm_access(owner, membership=member, role=asker)
    assert [r["decided"][:9] for r in report(owner, who_holds_what, person=member.user)] == ["confirmed"]
    withdraw_access(owner, membership=member, role=asker, reason="Moved to the lab.")
    assert report(owner, who_holds_what, person=member.user) == []
    with pytest.raises(Refusal, match="does not hold"):
        confirm_access(owner, membership=member, role=asker)
    mine = Membership.objects.get(user=owner.user)
    with pytest.raises(Refusal, match="Nobody reviews her own access"):
        confirm_access(owner, membership=mine, role=mine.roles.get())
    with scope(owner.company_id), pytest.raises(IntegrityError), transaction.atomic():
        AccessDecision.objects.create(
            company=owner.company, membership=mine, person=owner.user, role=asker, verdict="confirmed", at=owner.now, by=owner.user
        )


def test_last_use_comes_from_the_audit(owner: Context) -> None:
    """What was used is not among what nobody used for a day; what only reads is not told as unused."""
    ctx = make_ctx(owner.company, "work.open_case", "work.answer_case", "work.view_case", name="Mira")
    run_raw(ctx, "work.open_case", {"kind": "question", "title": "One"})
    rows = {r["permission"]: r["used_at"] for r in report(owner, who_holds_what, person=ctx.user)}
    assert {n for n, at in rows.items() if at} == {"work.open_case"}
    assert [r["permission"] for r in report(owner, who_holds_what, person=ctx.user, unused_days=1)] == ["work.answer_case"]


def test_two_roles_side_by_side_and_a_change_before_it_is_made(owner: Context) -> None:
    """Who gains what for which rows, and which conflict would come; the role is as it was."""
    rule(owner, "list")
    asker, answerer = two_roles(owner)
    add_member(owner, email="mira@example.test", name="Mira", roles=[asker])
    assert [(r["permission"], r["one"], r["other"]) for r in report(owner, compare_roles, one=asker, other=answerer)] == [
        ("work.answer_case", "", "the whole company"),
        ("work.open_case", "the whole company", ""),
    ]
    rows = report(owner, simulate_role, role=asker, add="work.answer_case@own", remove="")
    assert [(r["who"], r["what"]) for r in rows] == [("Mira", "work.answer_case"), ("Asker", "Conflict: list"), ("Mira", "Conflict: list")]
    assert rows[0]["change"] == "gains it for her own rows"
    assert Role.objects.get(pk=asker.pk).permissions == ["work.open_case"]
    with pytest.raises(Invalid, match="has no line"):
        report(owner, simulate_role, role=asker, remove="work.view_case")


def test_the_pages_show_it(owner: Context, django_assert_max_num_queries: Any) -> None:
    """The review, the explanation, the tabs; a page of twenty people costs what a page of one costs."""
    asker, _ = two_roles(owner)
    people = [add_member(owner, email=f"p{n}@example.test", name=f"Person {n:02}", roles=[asker]) for n in range(22)]
    client = Client()
    client.force_login(owner.user, backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_max_num_queries(30):
        page = client.get("/access/review/").content.decode()
    assert page.count("Confirm Asker for") == 19
    assert "Next people" in page
    assert "This is you" in page
    found = client.get("/access/review/?q=person+21").content.decode()
    assert found.count("Confirm Asker for") == 1
    text = client.get(f"/access/reports/why/?person={people[0].user_id}&permission=work.open_case").content.decode()
    assert "Person 00 can: New case (work.open_case)." in text
    assert "Person 00" in client.get(f"/core/roles/{asker.pk}/").content.decode()
    assert "work.open_case" in client.get(f"/core/memberships/{people[0].pk}/").content.decode()
    csv = client.get("/access/reports/who_holds_what/?lines=100000&format=csv").content.decode()
    assert csv.splitlines()[0] == "Person,Role,Permission,For,Last used,Last review"
    assert csv.count("Asker") == 22
    assert report(owner, why, person=people[0].user, permission="work.open_case")[0]["emphasis"]
