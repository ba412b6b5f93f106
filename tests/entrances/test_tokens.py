"""API tokens: a scope that only ever narrows, an end that never moves, shown once, under audit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enfilade.core.access import context_of_token, issue_token
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.models import ApiToken, AuditEntry, Membership
from enfilade.core.narrowing import covers, narrowed
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db
ITEM = {"code": "A", "name": "Anything", "price": "12.50"}
PATTERNS = st.frozensets(st.sampled_from(["*", "a.*", "b.*", "a.x", "a.y", "b.x", "b.y"]), max_size=5)


def holds(patterns: frozenset[str], permission: str) -> bool:
    """The rule as Context.may has it."""
    return not patterns.isdisjoint({permission, f"{permission.partition('.')[0]}.*", "*"})


@given(PATTERNS, PATTERNS)
def test_narrowed_is_exactly_what_both_allow(granted: frozenset[str], to: frozenset[str]) -> None:
    found = narrowed(granted, to)
    for permission in ("a.x", "a.y", "a.z", "b.x", "c.x"):
        assert holds(found, permission) == (holds(granted, permission) and holds(to, permission))
    assert all(covers(granted, p) and covers(to, p) for p in found)


def make(ctx: Context, *patterns: str, **more: Any) -> Any:
    """A token by its command."""
    return run_raw(ctx, "core.make_token", {"name": "test", "scope": list(patterns), "days": 30, **more})


def test_a_token_may_what_its_scope_and_its_owner_may(owner: Context) -> None:
    """Reading items only; what is outside of the scope is answered as to anybody without the permission."""
    program = Program(owner, make(owner, "item.view_item").text)
    assert program.get("item/items/").status_code == 200
    assert program.post("item/items/", ITEM).status_code == 403
    assert program.get("party/parties/").status_code == 403
    whole = Program(owner, make(owner, "item.*").text)
    assert whole.post("item/items/", ITEM).status_code == 201


def test_rights_that_the_owner_loses_are_lost_to_her_tokens(owner: Context) -> None:
    """And what she gains later reaches no further than the scope."""
    clerk = make_ctx(owner.company, "core.make_token", "item.*")
    program = Program(clerk, make(clerk, "item.*", "core.make_token").text)
    assert program.post("item/items/", ITEM).status_code == 201
    role = owner.company.roles.get(code__in=clerk.roles)
    role.permissions = ["item.view_item", "party.*"]
    role.save()
    assert program.get("item/items/").status_code == 200
    assert program.post("item/items/", {**ITEM, "code": "T2"}).status_code == 403
    assert program.get("party/parties/").status_code == 403


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("party.view_party", "beyond_your_own"),
        ("party.*", "beyond_your_own"),
        ("item.add_item", "beyond_your_own"),
        ("item", "not_a_permission"),
    ],
)
def test_nobody_gives_a_token_what_she_lacks(owner: Context, pattern: str, code: str) -> None:
    clerk = make_ctx(owner.company, "core.make_token", "item.view_item")
    with pytest.raises(Refusal) as no:
        make(clerk, pattern)
    assert no.value.code == code
    assert not ApiToken.objects.filter(user=clerk.user).exists()


def test_a_token_makes_no_token(owner: Context) -> None:
    """It would outlive its own end."""
    program = Program(owner, make(owner, "*").text)
    answer = program.do("core.make_token", {"name": "x", "scope": ["*"], "days": 366})
    assert (answer.status_code, answer.json()["code"]) == (409, "token_makes_no_token")


@pytest.mark.parametrize("body", [{"days": 0}, {"days": 367}, {"name": ""}, {"scope": []}, {"days": "soon"}])
def test_bad_terms_are_sentences(owner: Context, body: dict[str, Any]) -> None:
    browser = browser_of(owner)
    sent = {"name": "x", "scope": ["*"], "days": 30, **body}
    assert browser.post("/api/v1/do/core/make_token/", sent, content_type="application/json").status_code == 422


def test_the_text_is_kept_nowhere_and_every_step_is_audited(owner: Context) -> None:
    """Neither in the row nor in the audit; the commands a token ran name it."""
    made = make(replace(owner, channel="page"), "item.*")
    program = Program(owner, made.text)
    assert program.post("item/items/", ITEM).status_code == 201
    run_raw(owner, "core.revoke_token", {"token": made.id})
    with scope(owner.company_id):
        entries = list(AuditEntry.objects.visible_to(owner).order_by("pk"))
        assert [e.command for e in entries] == ["core.make_token", "item.add_item", "core.revoke_token"]
        assert [e.authority for e in entries] == ["", f"core.apitoken:{made.id}", ""]
        assert entries[2].changes["revoked_at"][0] is None
        kept = str([(e.inputs, e.facts, e.changes, e.result) for e in entries])
    assert made.text not in kept + str(ApiToken.objects.filter(pk=made.id).values())


def test_revoked_and_expired_tokens_are_refused_from_the_next_request_on(owner: Context) -> None:
    made = make(owner, "*")
    program = Program(owner, made.text)
    assert program.get("item/items/").status_code == 200
    run_raw(owner, "core.revoke_token", {"token": made.id})
    assert program.get("item/items/").status_code == 401
    with pytest.raises(Refusal) as no:
        run_raw(owner, "core.revoke_token", {"token": made.id})
    assert no.value.code == "already_revoked"
    assert context_of_token(issue_token(owner.user, owner.company, "old", timezone.now() - timedelta(seconds=1))) is None


def test_others_tokens_exist_for_who_manages_access_only(owner: Context, stranger: Context) -> None:
    """A colleague and another company see none of them; an administrator sees and ends them."""
    made = make(owner, "*")
    clerk = make_ctx(owner.company, "core.make_token", "core.view_apitoken")
    for outsider in (clerk, stranger):
        assert browser_of(outsider).get(f"/api/v1/core/api-tokens/{made.id}/").status_code == 404
        with pytest.raises(Refusal) as no:
            run_raw(outsider, "core.revoke_token", {"token": made.id})
        assert no.value.code == "not_found"
    of_clerk = make(clerk, "*")
    assert browser_of(owner).get(f"/api/v1/core/api-tokens/{of_clerk.id}/").json()["user_label"] == clerk.user.name
    run_raw(owner, "core.revoke_token", {"token": of_clerk.id})
    assert context_of_token(of_clerk.text) is None


def test_its_use_is_noted_once_a_minute(owner: Context, django_assert_max_num_queries: Any) -> None:
    text = make(owner, "*").text
    before = timezone.now()
    assert context_of_token(text) is not None
    row = ApiToken.objects.get(user=owner.user)
    assert row.last_used_at is not None
    assert before <= row.last_used_at <= timezone.now()
    with django_assert_max_num_queries(3) as asked:
        context_of_token(text)
    assert not [q for q in asked.captured_queries if q["sql"].startswith("UPDATE")]


@pytest.mark.parametrize(
    "change",
    [
        {"scope": ["*"]},
        {"expires_at": None},
        {"expires_at": timezone.now() + timedelta(days=999)},
        {"digest": "0" * 64},
        {"revoked_at": None},
    ],
)
def test_the_database_keeps_a_token_final(owner: Context, change: dict[str, Any]) -> None:
    """Wider, longer, another text, or back from the dead: not even by hand."""
    made = make(owner, "item.*")
    run_raw(owner, "core.revoke_token", {"token": made.id})
    with pytest.raises(IntegrityError, match="A token is final"), transaction.atomic():
        ApiToken.objects.filter(pk=made.id).update(**change)


def test_the_database_takes_no_token_without_scope(owner: Context) -> None:
    with pytest.raises(IntegrityError, match="token_has_scope"), transaction.atomic():
        issue_token(owner.user, owner.company, "empty", scope=())


def test_the_page_makes_shows_once_and_revokes(owner: Context) -> None:
    """The whole journey of a person."""
    browser = browser_of(owner)
    made = browser.post("/account/tokens/", {"name": "Widget", "reach": "some", "module-item": "read", "days": "30"})
    text = re.search(r"enf_[\w-]{40,}", made.content.decode())
    assert text is not None
    assert "no-store" in made["Cache-Control"]
    program = Program(owner, text[0])
    assert program.get("item/items/").status_code == 200
    assert program.post("item/items/", ITEM).status_code == 403
    again = browser.get("/account/tokens/").content.decode()
    assert "Widget" in again
    assert text[0] not in again
    row = ApiToken.objects.get(user=owner.user, name="Widget")
    assert browser.post("/account/tokens/", {"revoke": row.pk}).status_code == 302
    assert program.get("item/items/").status_code == 401


def test_the_page_refuses_with_a_sentence(owner: Context) -> None:
    """Nothing chosen, no name, no days, somebody else's number; and nobody without the permission enters."""
    browser = browser_of(owner)
    for sent in (
        {"name": "x", "reach": "some", "days": "30"},
        {"reach": "all", "days": "30"},
        {"name": "x", "reach": "all", "days": "soon"},
        {},
    ):
        assert browser.post("/account/tokens/", sent).status_code == 422, sent
    assert browser.post("/account/tokens/", {"revoke": "x"}).status_code in {404, 422}
    assert browser_of(make_ctx(owner.company, "item.view_item")).get("/account/tokens/").status_code == 403
    assert Client().get("/account/tokens/").status_code == 302


def test_whoever_leaves_takes_her_tokens_with_her(owner: Context) -> None:
    text = make(owner, "*").text
    Membership.objects.filter(user=owner.user).update(active=False)
    assert context_of_token(text) is None
