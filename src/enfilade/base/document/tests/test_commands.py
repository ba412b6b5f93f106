"""Papers asked for, taken, missing, expired, revoked."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from enfilade.base.document.commands import expire_document, revoke_document, take_document
from enfilade.base.document.jobs import expire_of_company
from enfilade.base.document.models import Document
from enfilade.base.document.queries import blocking_documents, expiring_documents, missing_documents, requirements
from enfilade.base.party.commands import add_person, give_role, merge_parties
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed
from enfilade.core.files import FILE_GUARDS
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .desk import Desk, refused, stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    """A desk with a matrix."""
    return Desk()


def test_what_is_missing_at_check_in(desk: Desk) -> None:
    """The blocking ones first; only for those whom the rule is for; gone when they are handed in."""
    assert desk.missing() == ["consent", "card"]
    visitor = add_person(desk.ctx, name="Visitor")
    assert desk.missing(visitor) == ["card"]
    with scope(desk.company.pk):
        assert [k.code for k in blocking_documents(desk.ctx, desk.ada, "visit", desk.ctx.today)] == ["consent"]
        assert missing_documents(desk.ctx, desk.ada, "loan", desk.ctx.today) == []
    taken = take_document(desk.ctx, party=desk.ada, kind=desk.card)
    assert (taken.valid_until, taken.received_on) == (desk.ctx.today + timedelta(days=365), desk.ctx.today)
    assert desk.missing() == ["consent"]
    take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True)
    assert desk.missing() == []


def test_a_card_lapses(desk: Desk) -> None:
    """After its year it is missing again, and the clock marks it; a new one settles it."""
    old = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=desk.ctx.today - timedelta(days=364))
    refused("still_valid", expire_document, desk.ctx, document=old)
    assert desk.missing() == ["consent"]
    assert desk.missing(on=old.valid_until + timedelta(days=1)) == ["consent", "card"]
    with scope(desk.company.pk):
        assert [d.pk for d in expiring_documents(desk.ctx, desk.ctx.today + timedelta(days=30))] == [old.pk]
        Document.objects.filter(pk=old.pk).update(received_on=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    assert (expire_of_company(desk.ctx), expire_of_company(desk.ctx)) == (1, 0)
    assert desk.fresh(old).state == "expired"
    with scope(desk.company.pk):
        need = next(r for r in requirements(desk.ctx, desk.ada, "visit", desk.ctx.today) if r.kind == desk.card)
    assert (need.met, need.lapsed) == (False, old)
    take_document(desk.ctx, party=desk.ada, kind=desk.card)
    assert desk.missing() == ["consent"]


def test_consent_is_withdrawn(desk: Desk) -> None:
    """With a reason, once; it is missing from then on."""
    made = take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True)
    refused("document_revoked_with_reason", revoke_document, desk.ctx, document=made, reason="")
    assert desk.fresh(made).state == "valid"
    revoke_document(desk.ctx, document=made, reason="withdrawn by letter")
    refused("not_valid_or_expired", revoke_document, desk.ctx, document=made, reason="again")
    assert "consent" in desk.missing()


def test_papers_that_are_not_taken(desk: Desk) -> None:
    """Unsigned, of a kind nobody asks for, from the future, expired before it came."""
    refused("signature_missing", take_document, desk.ctx, party=desk.ada, kind=desk.consent)
    refused("in_the_future", take_document, desk.ctx, party=desk.ada, kind=desk.card, received_on=desk.ctx.today + timedelta(days=1))
    refused("document_valid_after_receipt", take_document, desk.ctx, party=desk.ada, kind=desk.card, valid_until=date(2020, 1, 1))
    run_raw(desk.ctx, "document.change_documentkind", {"documentkind": desk.card.pk, "active": False})
    refused("kind_not_used", take_document, desk.ctx, party=desk.ada, kind=desk.card)
    with scope(desk.company.pk):
        assert not Document.objects.exists()
    assert desk.missing() == ["consent"]


def may_open(ctx: Context, file: StoredFile) -> bool:
    """Whether any guard lets the caller read it."""
    with scope(ctx.company_id, read_only=True):
        return any(guard(ctx, file) for guard in FILE_GUARDS)


def test_a_scan_is_read_by_those_who_may_see_its_document(desk: Desk) -> None:
    """Not by others; and nobody gets at a file by naming it in a document of her own."""
    desk_clerk = make_ctx(desk.company, "document.take_document", "document.view_document")
    colleague = make_ctx(desk.company, "document.take_document", "document.view_document")
    guest = make_ctx(desk.company, "party.view_party")
    file = stored(desk_clerk)
    assert (may_open(desk_clerk, file), may_open(colleague, file), may_open(guest, file)) == (True, False, False)
    refused("not_your_file", take_document, colleague, party=desk.ada, kind=desk.card, file=file)
    take_document(desk_clerk, party=desk.ada, kind=desk.card, file=file)
    assert (may_open(desk_clerk, file), may_open(colleague, file), may_open(guest, file)) == (True, True, False)
    with pytest.raises(NotAllowed):
        take_document(guest, party=desk.ada, kind=desk.card)


def test_a_merged_party_brings_its_papers(desk: Desk) -> None:
    """And does not owe them twice."""
    take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True)
    keep = add_person(desk.ctx, name="Ada Berg")
    give_role(desk.ctx, party=keep, role="patient")
    merge_parties(desk.ctx, keep=keep, other=desk.ada)
    assert desk.missing(keep) == ["card"]


ATTACKS = [
    "UPDATE document_document SET valid_until = received_on - 1",
    "UPDATE document_document SET state = 'eaten'",
    "UPDATE document_document SET state = 'revoked'",
    "UPDATE document_document SET revoked_on = now()",
    "UPDATE document_document SET state = 'expired', valid_until = NULL",
    "UPDATE document_documentkind SET validity_days = 0",
    "UPDATE document_documentkind SET code = 'Consent Form'",
    "UPDATE document_documentkind SET name = ''",
    "UPDATE document_documentkind SET code = 'consent'",
    "UPDATE document_requireddocument SET subject = ''",
    (
        "INSERT INTO document_requireddocument (company_id, subject, kind_id, applies_to, blocking)"
        " SELECT company_id, subject, kind_id, applies_to, false FROM document_requireddocument"
    ),
    "DELETE FROM document_documentkind",
]


def test_the_table_itself_refuses(desk: Desk) -> None:
    """Each line would make something false; none goes through."""
    take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True)

    def goes_through(sql: str) -> bool:
        try:
            with scope(desk.company.pk), connection.cursor() as cursor:
                cursor.execute(sql)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError:
            return False
        return True

    assert [attack for attack in ATTACKS if goes_through(attack)] == []
