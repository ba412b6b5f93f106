"""A new version replaces, the old one stays readable; who looks after a paper hears in time that it ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from enfilade.base.document.commands import assign_document, remind_of_expiry, replace_document, revoke_document, take_document
from enfilade.base.document.jobs import expire_of_company, remind_of_company
from enfilade.base.document.models import Document
from enfilade.base.document.queries import version_on, versions_of
from enfilade.base.document.reports import in_force, matrix, missing
from enfilade.base.party.commands import add_person
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import Membership, Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .desk import Desk, refused, stored

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Desk:
    """A desk with a matrix."""
    return Desk()


def told(desk: Desk, user: object) -> list[str]:
    """What somebody was told."""
    with scope(desk.company.pk):
        return list(Notification.objects.visible_to(desk.ctx).filter(user=user).order_by("pk").values_list("text", flat=True))


def test_a_new_version_counts_from_its_day(desk: Desk) -> None:
    """Each day has one version; the first stays as it was, with its file."""
    today = desk.ctx.today
    first = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=today - 100 * DAY, file=stored(desk.ctx, b"%PDF-1.7 one"))
    second = replace_document(desk.ctx, document=first, received_on=today - 40 * DAY, file=stored(desk.ctx, b"%PDF-1.7 two"))
    third = replace_document(desk.ctx, document=second)
    assert (third.version, third.original_id, second.original_id) == (3, first.pk, first.pk)
    assert [desk.fresh(d).state for d in (first, second, third)] == ["replaced", "replaced", "valid"]
    with scope(desk.company.pk):
        assert [d.version for d in versions_of(desk.ctx, desk.fresh(second))] == [3, 2, 1]
        asked = {today - 101 * DAY: None, today - 100 * DAY: 1, today - 41 * DAY: 1, today - 40 * DAY: 2, today - DAY: 2, today: 3}
        found = {day: version_on(desk.ctx, first, day) for day in asked}
        assert {day: d.version if d else None for day, d in found.items()} == asked
        assert [r["version"] for r in in_force(desk.ctx, on=today - 60 * DAY)["rows"]] == [1]
        assert desk.fresh(first).file is not None
    refused("not_valid_or_expired", replace_document, desk.ctx, document=first)
    refused("older_than_the_last", replace_document, desk.ctx, document=third, received_on=today - DAY)
    assert desk.missing() == ["consent"]


def test_what_was_revoked_counted_until_then(desk: Desk) -> None:
    """The report of a past day does not change by what is found out later."""
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=desk.ctx.today - 10 * DAY)
    revoke_document(desk.ctx, document=card, reason="not hers")
    with scope(desk.company.pk):
        assert len(in_force(desk.ctx, on=desk.ctx.today - DAY)["rows"]) == 1
        assert in_force(desk.ctx, on=desk.ctx.today)["rows"] == []
        assert not desk.fresh(card).holds_on(desk.ctx.today - DAY)


def test_two_who_replace_at_once(desk: Desk) -> None:
    """One of them does."""
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=desk.ctx.today - 10 * DAY)
    found = race(4, lambda i: replace_document(desk.ctx.with_key(f"race:{i}"), document=card.pk))
    assert sum(isinstance(d, Document) for d in found) == 1
    assert {d.code for d in found if isinstance(d, Refusal)} == {"not_valid_or_expired"}
    with scope(desk.company.pk):
        assert Document.objects.count() == 2


def test_the_table_knows_one_version_a_day(desk: Desk) -> None:
    """Whatever writes to it."""
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=desk.ctx.today - 10 * DAY)
    replace_document(desk.ctx, document=card)
    attacks = [
        "UPDATE document_document SET received_on = received_on - 20 WHERE original_id = %s",
        "UPDATE document_document SET replaced_on = NULL WHERE id = %s",
        "UPDATE document_document SET version = 1 WHERE original_id = %s",
        "UPDATE document_document SET original_id = NULL WHERE original_id = %s",
    ]
    for attack in attacks:
        with pytest.raises(IntegrityError), scope(desk.company.pk), connection.cursor() as cursor:
            cursor.execute(attack, [card.pk])


def test_who_looks_after_it_is_reminded_once(desk: Desk) -> None:
    """Thirty days before, as the kind says; again for another owner; and when it is over."""
    colleague = make_ctx(desk.company, "document.view_document")
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=desk.ctx.today - 300 * DAY, owner=colleague.user)
    refused("too_early", remind_of_expiry, desk.ctx, document=card)
    assert remind_of_company(desk.ctx) == 0
    run_raw(desk.ctx, "document.change_documentkind", {"documentkind": desk.card.pk, "remind_days": 90})
    assert (remind_of_company(desk.ctx), remind_of_company(desk.ctx)) == (1, 0)
    assert len(told(desk, colleague.user)) == 1
    assert "ask for a new one" in told(desk, colleague.user)[0]
    refused("reminded_already", remind_of_expiry, desk.ctx, document=card)
    other = make_ctx(desk.company, "document.view_document")
    assign_document(desk.ctx, document=card, owner=other.user)
    assert remind_of_company(desk.ctx) == 1
    assert len(told(desk, other.user)) == 2
    with scope(desk.company.pk):
        Document.objects.filter(pk=card.pk).update(valid_until=desk.ctx.today - DAY)
    expire_of_company(desk.ctx)
    assert told(desk, other.user)[-1] == "Insurance card of Ada holds no longer."
    refused("not_valid", remind_of_expiry, desk.ctx, document=card)


def test_who_has_left_is_not_told(desk: Desk) -> None:
    """The owners of the company are; and nobody can be given a document who does not work here."""
    boss = make_ctx(desk.company, "*", role="owner")
    gone = make_ctx(desk.company, "document.view_document")
    until = desk.ctx.today + 10 * DAY
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, valid_until=until, owner=gone.user)
    Membership.objects.filter(user=gone.user).update(active=False)
    assert remind_of_company(desk.ctx) == 1
    assert (len(told(desk, gone.user)), len(told(desk, boss.user))) == (0, 1)
    refused("not_found", assign_document, desk.ctx, document=card, owner=gone.user)


def test_the_matrix_asks_for_young_papers_that_still_hold(desk: Desk) -> None:
    """Old enough to be no proof, or ending too soon, is as good as missing; two lines for one kind are both met or none."""
    identity = desk.kind("identity", "Identity card")
    desk.require(identity, subject="account")
    desk.require(identity, subject="account", applies_to="patient", blocking=True, max_age_days=30, min_days_left=90)
    with scope(desk.company.pk):
        rows = matrix(desk.ctx)["rows"]
    assert [(r["subject"], r["applies_to"], r[f"kind_{identity.pk}"]) for r in rows if r[f"kind_{identity.pk}"]] == [
        ("account", "everybody", "asked for"),
        ("account", "patient", "blocks, at most 30 days old, 90 days left"),
    ]
    old = take_document(
        desk.ctx, party=desk.ada, kind=identity, received_on=desk.ctx.today - 31 * DAY, valid_until=desk.ctx.today + 400 * DAY
    )
    assert owed(desk, "account") == [("Ada", "Identity card", "waits for it")]
    replace_document(desk.ctx, document=old, valid_until=desk.ctx.today + 89 * DAY)
    assert len(owed(desk, "account")) == 1
    with scope(desk.company.pk):
        assert Document.objects.get(version=2).holds_on(desk.ctx.today)
        Document.objects.filter(state=Document.State.VALID).update(valid_until=desk.ctx.today + 90 * DAY)
    assert owed(desk, "account") == []
    refused("required_document_days", lambda ctx: desk.require(identity, subject="loan", max_age_days=0), desk.ctx)


def owed(desk: Desk, subject: str) -> list[tuple[str, str, str]]:
    """The report of what is missing."""
    with scope(desk.company.pk):
        return [(r["party"], r["kind"], r["blocking"]) for r in missing(desk.ctx, subject=subject)["rows"]]


def test_who_owes_something(desk: Desk) -> None:
    """Those in a role for which the matrix wants something, and no others; a line without a role is for whoever comes."""
    add_person(desk.ctx, name="Bob", role="patient")
    add_person(desk.ctx, name="Supplier", role="supplier")
    assert owed(desk, "visit") == [
        ("Ada", "Consent", "waits for it"),
        ("Ada", "Insurance card", "asked for"),
        ("Bob", "Consent", "waits for it"),
        ("Bob", "Insurance card", "asked for"),
    ]
    take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True)
    assert {name for name, _, _ in owed(desk, "visit")} == {"Bob"}
