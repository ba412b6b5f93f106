"""Papers are kept as long as they have to be, held where somebody may want to see them, and destroyed after with a record of it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection

from enfilade.base.document import rules
from enfilade.base.document.commands import (
    destroy_document,
    keep_longer,
    lift_hold,
    place_hold,
    replace_document,
    revoke_document,
    take_document,
)
from enfilade.base.document.jobs import expire_of_company, propose_of_company
from enfilade.base.document.models import Destruction, Document, LegalHold
from enfilade.base.party.commands import add_person, give_role, merge_parties
from enfilade.core import files
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.erasing import remove_unneeded
from enfilade.core.models import ErasedFile, StoredFile
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .desk import Desk, refused, stored

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
OLD = date(2014, 3, 31)


class Archive(Desk):
    """A desk that keeps insurance cards for ten years from the end of the year in which they ended."""

    def __init__(self) -> None:
        super().__init__()
        rule = {"kind": self.card.pk, "keep_months": 120, "starts": "ended", "whole_years": True, "basis": "Civil Code § 630f(3)"}
        run_raw(self.ctx, "document.add_retentionrule", rule)

    def old_card(self, content: bytes = b"%PDF-1.7 old card") -> Document:
        """A card that ended in 2015."""
        card = take_document(self.ctx, party=self.ada, kind=self.card, received_on=OLD, file=stored(self.ctx, content), note="seen")
        expire_of_company(self.ctx)
        return self.fresh(card)

    def proposed(self) -> list[Destruction]:
        """What is proposed now."""
        propose_of_company(self.ctx)
        with scope(self.company.pk):
            return list(Destruction.objects.filter(state="proposed").select_related("document"))


@pytest.fixture
def desk() -> Archive:
    """A desk with a rule for keeping."""
    return Archive()


def on_disk(digest: str) -> bool:
    """Whether the content is still there."""
    return (Path(settings.FILES_DIR) / digest[:2] / digest).exists()


@pytest.mark.parametrize(
    ("start", "months", "whole_years", "until"),
    [
        (date(2014, 3, 31), 120, True, date(2024, 12, 31)),
        (date(2014, 3, 31), 120, False, date(2024, 3, 31)),
        (date(2024, 1, 31), 1, False, date(2024, 2, 29)),
        (date(2023, 11, 30), 3, False, date(2024, 2, 29)),
        (date(2024, 12, 31), 1, True, date(2025, 1, 31)),
    ],
)
def test_until_when(start: date, months: int, whole_years: bool, until: date) -> None:
    """Exact days, by the civil code; and no start after the latest one is over."""
    assert rules.kept_until(start, months, whole_years=whole_years) == until
    assert start <= rules.latest_start(until + DAY, months)


def test_what_is_over_is_proposed_once_and_destroyed_with_a_record(desk: Archive) -> None:
    """The content goes, what is known of it stays; nobody opens the file from then on."""
    old = desk.old_card()
    take_document(desk.ctx, party=desk.ada, kind=desk.card)
    take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True, received_on=OLD)
    (found,) = desk.proposed()
    assert (found.document_id, found.kept_until, found.basis) == (old.pk, date(2025, 12, 31), "Civil Code § 630f(3)")
    assert propose_of_company(desk.ctx) == 0
    digest = old.file.sha256
    with scope(desk.company.pk):
        file = StoredFile.objects.get(sha256=digest)
    done = destroy_document(desk.ctx, destruction=found, reason="by the list of November")
    remove_unneeded(digest=digest)
    assert (done.state, done.sha256, done.size_bytes, done.decided_by_id) == ("destroyed", digest, 17, desk.ctx.user.pk)
    gone = desk.fresh(old)
    assert (gone.state, gone.file_id, gone.note, gone.destroyed_on, gone.party_id) == ("destroyed", None, "", desk.ctx.today, desk.ada.pk)
    assert not on_disk(digest)
    with scope(desk.company.pk), pytest.raises(Refusal) as no:
        files.open_file(file)
    assert no.value.code == "erased"
    assert propose_of_company(desk.ctx) == 0
    refused("not_proposed", destroy_document, desk.ctx, destruction=done)
    refused("not_valid_or_expired", revoke_document, desk.ctx, document=old, reason="too late")


def test_content_goes_with_the_last_file_that_has_it(desk: Archive) -> None:
    """Be it a file of another company."""
    other = Archive()
    mine, theirs = desk.old_card(), other.old_card()
    digest = mine.file.sha256
    destroy_document(desk.ctx, destruction=desk.proposed()[0])
    remove_unneeded(digest=digest)
    assert on_disk(digest)
    destroy_document(other.ctx, destruction=other.proposed()[0])
    remove_unneeded(digest=digest)
    assert not on_disk(digest)
    assert theirs.file.sha256 == digest


def test_a_file_that_is_used_elsewhere_is_not_torn_away(desk: Archive) -> None:
    """The refusal says where."""
    old = desk.old_card()
    take_document(desk.ctx, party=desk.ada, kind=desk.consent, signed=True, file=old.file)
    (found,) = desk.proposed()
    refused("used_elsewhere", destroy_document, desk.ctx, destruction=found)
    assert (desk.fresh(old).state, on_disk(old.file.sha256)) == ("expired", True)


def test_kept_longer_is_looked_at_again(desk: Archive) -> None:
    """On the day that was said, with a reason; a rule that was changed meanwhile keeps, too."""
    desk.old_card()
    (found,) = desk.proposed()
    refused("in_the_past", keep_longer, desk.ctx, destruction=found, not_before=desk.ctx.today, reason="lawsuit")
    keep_longer(desk.ctx, destruction=found, not_before=desk.ctx.today + DAY, reason="she asked for it")
    assert desk.proposed() == []
    with scope(desk.company.pk), pytest.raises(IntegrityError):
        Destruction.objects.filter(pk=found.pk).update(not_before=desk.ctx.today)
    with scope(desk.company.pk):
        assert [d.state for d in Destruction.objects.all()] == ["kept"]
    tomorrow = replace(desk.ctx, now=desk.ctx.now + DAY)
    assert propose_of_company(tomorrow) == 1
    with scope(desk.company.pk):
        again = Destruction.objects.get(state="proposed")
        rule = again.document.kind.retention_rules.get()
    run_raw(tomorrow, "document.change_retentionrule", {"retentionrule": rule.pk, "keep_months": 240})
    refused("still_kept", destroy_document, tomorrow, destruction=again)


def test_what_is_held_stays_as_it_is(desk: Archive) -> None:
    """By party, kind or document; its state may still be noted; lifted with a reason, it can go."""
    old = desk.old_card()
    (found,) = desk.proposed()
    refused("hold_covers_something", place_hold, desk.ctx, name="4 O 12/26", reason="lawsuit")
    for what in ({"party": desk.ada}, {"kind": desk.card}, {"document": old}, {"party": desk.ada, "kind": desk.card}):
        hold = place_hold(desk.ctx, name="4 O 12/26", reason="lawsuit", **what)
        refused("document_is_held", destroy_document, desk.ctx, destruction=found)
        assert (desk.fresh(old).state, on_disk(old.file.sha256)) == ("expired", True)
        lift_hold(desk.ctx, hold=hold, because="settled")
    place_hold(desk.ctx, name="5 O 1/26", reason="lawsuit", party=desk.ada)
    replaced = replace_document(desk.ctx, document=old)
    assert desk.fresh(old).state == "replaced"
    assert propose_of_company(desk.ctx) == 0
    revoke_document(desk.ctx, document=replaced, reason="not hers")


ATTACKS = [
    "UPDATE document_document SET note = 'other'",
    "UPDATE document_document SET file_id = NULL",
    "UPDATE document_document SET valid_until = valid_until + 1",
    "UPDATE document_document SET received_on = received_on - 1",
    "UPDATE document_document SET party_id = (SELECT max(id) FROM party_party)",
    "UPDATE document_document SET state = 'destroyed', destroyed_on = now(), file_id = NULL, note = ''",
    "DELETE FROM document_document",
    "DELETE FROM document_legalhold",
    "UPDATE document_legalhold SET name = 'other'",
    "UPDATE document_legalhold SET kind_id = (SELECT max(id) FROM document_documentkind)",
    "UPDATE document_legalhold SET party_id = (SELECT max(id) FROM party_party)",
    "UPDATE document_legalhold SET state = 'lifted'",
    (
        "INSERT INTO core_erasedfile (company_id, file_id, erased_at, erased_by_id, reason)"
        " SELECT company_id, file_id, now(), received_by_id, 'attack' FROM document_document"
    ),
]


@pytest.mark.parametrize("as_owner", [False, True])
def test_nothing_gets_around_a_hold(desk: Archive, as_owner: bool) -> None:
    """Neither the application nor whoever owns the tables."""
    desk.old_card()
    place_hold(desk.ctx, name="4 O 12/26", reason="lawsuit", party=desk.ada)
    add_person(desk.ctx, name="Zoe")

    def goes_through(sql: str) -> bool:
        try:
            with scope(desk.company.pk), connection.cursor() as cursor:
                if as_owner:
                    cursor.execute("RESET ROLE")
                cursor.execute(sql)
        except IntegrityError:
            return False
        return True

    assert [attack for attack in ATTACKS if goes_through(attack)] == []
    with scope(desk.company.pk):
        assert ErasedFile.objects.count() == 0


def test_holds_follow_a_merged_party(desk: Archive) -> None:
    """With the papers they cover."""
    old = desk.old_card()
    place_hold(desk.ctx, name="4 O 12/26", reason="lawsuit", party=desk.ada)
    keep = add_person(desk.ctx, name="Ada Berg")
    give_role(desk.ctx, party=keep, role="patient")
    merge_parties(desk.ctx, keep=keep, other=desk.ada)
    with scope(desk.company.pk):
        assert (LegalHold.objects.get().party_id, desk.fresh(old).party_id) == (keep.pk, keep.pk)
        with pytest.raises(IntegrityError):
            Document.objects.filter(pk=old.pk).delete()


def test_a_hold_and_a_destruction_that_meet(desk: Archive) -> None:
    """Either the document is gone before the hold is there, or it is held; nothing in between."""
    old = desk.old_card()
    (found,) = desk.proposed()

    def run(i: int) -> object:
        if i == 0:
            return place_hold(desk.ctx.with_key("hold"), name="4 O 12/26", reason="lawsuit", party=desk.ada)
        return destroy_document(desk.ctx.with_key("destroy"), destruction=found.pk)

    held, destroyed = race(2, run)
    assert isinstance(held, LegalHold)
    now = desk.fresh(old)
    if isinstance(destroyed, Destruction):
        assert now.state == "destroyed"
    else:
        assert (destroyed.code, now.state) == ("document_is_held", "expired")
