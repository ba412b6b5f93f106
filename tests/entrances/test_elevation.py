"""Power of an administrator: asleep until it is wanted, for a reason, for a while, named in the audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import time
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.members import add_role, change_membership, guard_role
from enfilade.core.models import AuditEntry, Elevation, Membership, Role
from enfilade.core.scope import scope
from enfilade.core.signin.elevation import prove
from enfilade.core.testing import make_company, make_ctx, race

from .callers import Program, browser_of
from .test_security import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
MANAGE = "core.manage_access"
ROLE = {"code": "clerk", "name": "Clerk", "permissions": "item.view_item"}


@pytest.fixture(autouse=True)
def quick_hash(settings: Any) -> None:
    """Passwords are hashed slowly on purpose; how slowly is not what is tried here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def boss() -> Context:
    """The owner of a company in which administration sleeps, who holds its administrator's role."""
    return administrator(make_company())


def administrator(company: Any) -> Context:
    """An owner with a password and a privileged role beside."""
    ctx = make_ctx(company, "*", name="Berta Boss")
    role, _ = Role.objects.get_or_create(
        company=company, code="administrator", defaults={"name": "Administrator", "permissions": [MANAGE, "ledger.*"], "privileged": True}
    )
    Membership.objects.get(user=ctx.user, company=company).roles.add(role)
    ctx.user.set_password(PASSWORD)
    ctx.user.save()
    return context_for(ctx.user, company)


def elevated(ctx: Context, **more: Any) -> Context:
    """The same caller, awake."""
    made = run_raw(ctx, "core.start_elevation", {"reason": "New clerk", "minutes": 30, "proof": prove(ctx), **more})
    return context_for(ctx.user, ctx.company, elevation=made.pk, channel="page")


def test_privileged_roles_sleep(boss: Context) -> None:
    """Their codes open no door, their permissions allow nothing, and administration is withheld although another role says `*`."""
    assert (boss.sleeping, "administrator" in boss.roles) == ({"administrator"}, False)
    assert boss.may("item.add_item")
    assert not boss.may(MANAGE)
    with pytest.raises(Refusal) as no:
        run_raw(boss, "core.add_role", ROLE)
    assert no.value.code == "needs_elevation"
    awake = elevated(boss)
    assert (awake.sleeping, "administrator" in awake.roles, awake.may(MANAGE)) == (frozenset(), True, True)
    run_raw(awake, "core.add_role", ROLE)


def test_what_only_a_privileged_role_gives_sleeps_with_it() -> None:
    company = make_company()
    ctx = make_ctx(company, "item.*")
    role = Role.objects.create(company=company, code="books", name="Books", permissions=["ledger.*"], privileged=True)
    Membership.objects.get(user=ctx.user).roles.add(role)
    asleep = context_for(ctx.user, company)
    assert (asleep.may("ledger.post_entry"), asleep.may("item.add_item")) == (False, True)
    assert elevated(asleep).may("ledger.post_entry")


def test_nobody_holds_administration_who_holds_no_privileged_role(boss: Context) -> None:
    """Not by `*` either; she is told plainly that she may not."""
    second = make_ctx(boss.company, "*")
    assert not second.may(MANAGE)
    for command, raw in (("core.add_role", ROLE), ("core.start_elevation", {"reason": "x", "minutes": 5, "proof": prove(second)})):
        with pytest.raises(Refusal) as no:
            run_raw(second, command, raw)
        assert no.value.code in {"not_allowed", "nothing_sleeps"}


def test_a_company_without_privileged_roles_works_as_before() -> None:
    ctx = make_ctx(make_company(), "*")
    assert ctx.may(MANAGE)
    assert ctx.withheld == frozenset()


def test_everything_done_meanwhile_names_the_elevation(boss: Context) -> None:
    """And the audit has its beginning with the reason, without the proof."""
    awake = elevated(boss)
    run_raw(awake, "core.add_role", ROLE)
    run_raw(awake, "core.end_elevation", {})
    with scope(boss.company_id):
        entries = list(AuditEntry.objects.visible_to(boss).order_by("pk"))
        row = Elevation.objects.visible_to(boss).get()
    assert [e.command for e in entries] == ["core.start_elevation", "core.add_role", "core.end_elevation"]
    assert [e.authority for e in entries] == ["", f"core.elevation:{row.pk}", f"core.elevation:{row.pk}"]
    assert (entries[0].inputs["reason"], entries[0].inputs["proof"]) == ("New clerk", None)


def test_it_ends_by_itself_when_ended_and_with_nobody_elses_key(boss: Context) -> None:
    """By the clock of the database, by its holder; and it is worth nothing to a colleague or in another company."""
    awake = elevated(boss)
    pk = int(awake.authority.partition(":")[2])
    assert not context_for(make_ctx(boss.company, "*").user, boss.company, elevation=pk).may(MANAGE)
    other = administrator(make_company())
    Membership.objects.create(company=other.company, user=boss.user).roles.set(Role.objects.filter(company=other.company))
    assert not context_for(boss.user, other.company, elevation=pk).may(MANAGE)
    run_raw(awake, "core.end_elevation", {})
    assert not context_for(boss.user, boss.company, elevation=pk).may(MANAGE)
    past = replace(boss, now=timezone.now() - timedelta(minutes=31))
    made = run_raw(past, "core.start_elevation", {"reason": "Long ago", "minutes": 30, "proof": prove(boss)})
    assert not context_for(boss.user, boss.company, elevation=made.pk).may(MANAGE)


@pytest.mark.parametrize("bad", [{"proof": "x"}, {"proof": ""}, {"minutes": 61}, {"minutes": 0}, {"reason": ""}, {"reason": "   "}])
def test_without_a_reason_a_proof_or_an_end_nothing_wakes(boss: Context, bad: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        elevated(boss, **bad)
    with scope(boss.company_id):
        assert not Elevation.objects.visible_to(boss).exists()


def test_a_proof_is_the_persons_own(boss: Context) -> None:
    colleague = administrator(boss.company)
    with pytest.raises(Refusal) as no:
        elevated(boss, proof=prove(colleague))
    assert no.value.code == "not_proven"


def test_a_token_never_wakes_anything(boss: Context) -> None:
    """Neither before nor while its owner is elevated in her browser."""
    program = Program(boss)
    elevated(boss)
    assert program.do("core.add_role", ROLE).status_code == 403
    answer = program.do("core.start_elevation", {"reason": "x", "minutes": 5, "proof": prove(boss)})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_proven")


def test_on_the_pages(boss: Context) -> None:
    """Asked who she is, then why; a bar says so on every page; the end button ends it; the next one asks again. One browser only."""
    browser, other = sign_in(boss), sign_in(boss)
    session = browser.session
    session["fresh"] = 0
    session.save()
    assert 'href="/account/elevate/?next=%2Fcore%2Froles%2F"' in browser.get("/core/roles/").content.decode()
    address = "/account/elevate/?next=%2Fcore%2Froles%2F"
    asked = browser.get(address)["Location"]
    assert asked == "/account/confirm/?next=%2Faccount%2Felevate%2F%3Fnext%3D%252Fcore%252Froles%252F"
    assert browser.post(asked, {"password": PASSWORD})["Location"] == address
    assert browser.post("/account/elevate/", {"reason": "", "minutes": "30"}).status_code == 422
    for back, there in (("/core/roles/", "/core/roles/"), ("//evil.example/", "/")):
        session = browser.session
        session["fresh"] = int(time())
        session.save()
        assert browser.post("/account/elevate/", {"reason": "Audit of roles", "minutes": "20", "next": back})["Location"] == there
    page = browser.get("/item/items/").content.decode()
    assert "Audit of roles" in page
    assert "elevation-bar" in page
    assert browser.get("/core/do/add_role/").status_code == 200
    assert other.get("/core/do/add_role/").status_code == 403
    assert browser.get("/account/elevate/")["Location"].startswith("/account/confirm/")
    browser.post("/account/elevate/", {"end": "1"})
    assert "elevation-bar" not in browser.get("/item/items/").content.decode()
    refused = browser.get("/core/do/add_role/")
    assert refused.status_code == 403
    assert "elevate yourself first" in refused.content.decode()


def test_signing_out_ends_what_it_was_worth(boss: Context) -> None:
    """The elevation belongs to the session; a new one starts asleep."""
    browser = sign_in(boss)
    browser.post("/account/elevate/", {"reason": "x", "minutes": "20"})
    assert browser.get("/core/do/add_role/").status_code == 200
    browser.post("/sign-out/")
    browser.post("/sign-in/", {"email": boss.user.email, "password": PASSWORD})
    assert browser.get("/core/do/add_role/").status_code == 403


def test_somebody_can_always_wake_administration() -> None:
    """A role that nobody holds is not made the only one that administers; nor is the last holder of it shut out."""
    company = make_company()
    ctx = make_ctx(company, "*")
    role = add_role(ctx, code="admin", name="Admin", permissions=MANAGE)
    with pytest.raises(Refusal) as no:
        guard_role(ctx, role=role)
    assert no.value.code == "last_manager"
    change_membership(ctx, membership=Membership.objects.get(user=ctx.user), roles=[*Role.objects.filter(company=company)])
    guard_role(ctx, role=role)
    second = make_ctx(company, "*")
    awake = elevated(context_for(ctx.user, company))
    with pytest.raises(Refusal) as no:
        change_membership(awake, membership=Membership.objects.get(user=ctx.user), roles=[Role.objects.get(code=next(iter(second.roles)))])
    assert no.value.code == "last_manager"


def test_guarding_a_role_is_administration(boss: Context) -> None:
    role = Role.objects.get(company=boss.company, code="administrator")
    with pytest.raises(Refusal):
        run_raw(boss, "core.guard_role", {"role": role.pk, "privileged": False})
    run_raw(elevated(boss), "core.guard_role", {"role": role.pk, "privileged": False})
    assert context_for(boss.user, boss.company).may(MANAGE)


def test_elevations_are_seen_in_their_company_only(boss: Context, stranger: Context) -> None:
    elevated(boss)
    assert len(browser_of(boss).get("/api/v1/core/elevations/").json()["items"]) == 1
    assert browser_of(stranger).get("/api/v1/core/elevations/").json()["items"] == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"reason": "another"}, "elevation is final"),
        ({"until": timezone.now() + timedelta(days=1)}, "elevation is final"),
        ({"ended_at": None}, "elevation is final"),
    ],
)
def test_the_database_keeps_an_elevation_final(boss: Context, change: dict[str, Any], name: str) -> None:
    run_raw(elevated(boss), "core.end_elevation", {})
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), scope(boss.company_id):
        Elevation.objects.visible_to(boss).update(**change)


def test_the_database_takes_no_elevation_longer_than_an_hour(boss: Context) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError, match="elevation_an_hour_at_most"), transaction.atomic(), scope(boss.company_id):
        Elevation.objects.create(company=boss.company, user=boss.user, reason="x", began_at=now, until=now + timedelta(minutes=61))


@pytest.mark.django_db(transaction=True)
@pytest.mark.races
def test_of_many_at_once_one_stays_open() -> None:
    """Two windows elevate at the same moment: one elevation is open afterwards, and nothing breaks."""
    boss = administrator(make_company())
    race(8, lambda n: run_raw(boss, "core.start_elevation", {"reason": f"Window {n}", "minutes": 5, "proof": prove(boss)}))
    with scope(boss.company_id):
        assert Elevation.objects.visible_to(boss).filter(ended_at=None).count() == 1
