"""Entering, finding, changing and merging parties."""

from typing import Any

import pytest

from enfilade.base.party import commands
from enfilade.base.party.models import Address, ContactPoint, Party, PartyRole, Relationship
from enfilade.base.party.queries import find_duplicates, find_parties, parties_in_role, party_by_email, party_by_phone, party_of_user
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, NotFound, Refusal
from enfilade.core.models import AuditEntry, AuditSubject, EventEntry
from enfilade.core.refs import ref
from enfilade.core.resource import resource_named
from enfilade.core.resource.listing import listing
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def fresh(ctx: Context, party: Party) -> Party:
    """The party as it is stored, read in a scope of its own."""
    with scope(ctx.company_id):
        row = Party.objects.get(pk=party.pk)
        assert row.phone is not None
        assert row.email is not None
        assert row.roles is not None
        return row


def test_a_person_at_the_desk(ctx: Context) -> None:
    """One form, one key stroke: name, number, mail, role."""
    made = commands.add_person(ctx, given_name="Ada", family_name="Lindqvist", phone="030 901820", email="Ada@Example.ORG", role="patient")
    row = fresh(ctx, made)
    assert (row.number, row.name, row.kind) == ("P-00001", "Ada Lindqvist", "person")
    assert (row.phone, row.email, row.roles) == ("030 901820", "Ada@Example.ORG", ["patient"])
    with scope(ctx.company_id):
        assert set(EventEntry.objects.values_list("name", flat=True)) == {"party.PartyAdded", "party.RoleGiven"}
        audit = AuditEntry.objects.get(command="party.add_person")
        assert AuditEntry.objects.filter(parent=audit).count() == 1
        assert AuditSubject.objects.filter(entry=audit, ref=ref(row)).exists()


def test_somebody_without_a_name_is_refused(ctx: Context) -> None:
    """And leaves neither a row nor a hole in the numbers."""
    with pytest.raises(Refusal) as no:
        commands.add_person(ctx, phone="030 901820")
    assert no.value.code == "party_named"
    assert commands.add_person(ctx, name="Ada").number == "P-00001"


def test_the_caller_is_found_by_any_spelling(ctx: Context) -> None:
    """Also by the national number, and where the exchange leaves out the zero or the plus."""
    made = commands.add_person(ctx, name="Ada", phone="+49 (0)30 90 18 20")
    with scope(ctx.company_id):
        for shown in ("030 901820", "+4930901820", "004930901820", "4930901820", "030/901820", "30901820"):
            assert party_by_phone(ctx, shown) == [made], shown


def test_numbers_that_nobody_has(ctx: Context) -> None:
    """Withheld, foreign, too short or not a number."""
    commands.add_person(ctx, name="Ada", phone="030 901820")
    with scope(ctx.company_id):
        for shown in ("", "anonymous", "1820", "+33 1 70 18 99 00", "\x00", "0" * 300):
            assert party_by_phone(ctx, shown) == []


def test_a_family_shares_a_number_and_the_archive_comes_last(ctx: Context) -> None:
    """All of them are shown; who left is last."""
    ada, ben, eve = (commands.add_person(ctx, name=n, phone="030 901820") for n in ("Ada", "Ben", "Eve"))
    commands.archive_party(ctx, party=ada)
    with scope(ctx.company_id):
        assert party_by_phone(ctx, "030901820") == [ben, eve, ada]


def test_finding_by_a_few_words(ctx: Context) -> None:
    """Parts of names in any order, without accents; number, telephone, mail."""
    made = commands.add_person(ctx, given_name="Łukasz", family_name="Müller", phone="0171 5550123", email="l@example.org")
    commands.add_person(ctx, name="Somebody else")
    with scope(ctx.company_id):
        for text in (
            "lukasz",
            "Müller łu",
            "muller",
            "p-00001",
            "0171 5550123",
            "0171/5550123",
            "+49171555",
            "L@EXAMPLE",
            "example.org lukasz",
        ):
            assert find_parties(ctx, text) == [made], text
        for text in ("", "  ", "\x00", "%", "_", "lukasz meyer"):
            assert made not in find_parties(ctx, text), text
        assert party_by_email(ctx, "L@Example.org") == [made]


def test_the_same_person_is_not_entered_twice(ctx: Context) -> None:
    """Same name and number: refused with a link, unless one insists. Same name alone: somebody else."""
    made = commands.add_person(ctx, name="Ada Lindqvist", phone="030 901820")
    with pytest.raises(Refusal) as no:
        commands.add_person(ctx, name="ada LINDQVIST", phone="+4930901820")
    assert no.value.code == "known_already"
    assert no.value.hints[0]["party"] == made.pk
    commands.add_person(ctx, name="Ada Lindqvist")
    commands.add_person(ctx, name="Ada Lindqvist", phone="030 901820", although_known=True)
    with scope(ctx.company_id):
        assert Party.objects.count() == 3


def test_a_new_family_name_changes_the_shown_name(ctx: Context) -> None:
    """Also where the form sends the old shown name along; a name that was typed by hand stays."""
    made = commands.add_person(ctx, given_name="Ada", family_name="Lindqvist")
    run_raw(ctx, "party.change_party", {"party": made.pk, "name": "Ada Lindqvist", "family_name": "Berg"})
    assert fresh(ctx, made).name == "Ada Berg"
    run_raw(ctx, "party.change_party", {"party": made.pk, "name": "Dr. A. Berg"})
    run_raw(ctx, "party.change_party", {"party": made.pk, "family_name": "Berg-Weiß"})
    row = fresh(ctx, made)
    assert (row.name, row.name_key) == ("Dr. A. Berg", "dr a berg")


def test_a_name_follows_the_language_of_the_person(ctx: Context) -> None:
    """Said in the order of it when the language becomes known; found by it either way; one that was typed stays."""
    made = commands.add_person(ctx, given_name="Béla", family_name="Bartók")
    run_raw(ctx, "party.change_party", {"party": made.pk, "name": "Béla Bartók", "language": "hu"})
    assert fresh(ctx, made).name == "Bartók Béla"
    with scope(ctx.company_id):
        assert find_parties(ctx, "bela bartok") == find_parties(ctx, "bartok bela") == [made]
    run_raw(ctx, "party.change_party", {"party": made.pk, "name": "B. Bartók", "language": "de"})
    assert fresh(ctx, made).name == "B. Bartók"


def test_contact_points_in_one_spelling(ctx: Context) -> None:
    """The same number twice is one; the preferred one is shown; what is removed is not found again."""
    made = commands.add_person(ctx, name="Ada", phone="030 901820")
    same = commands.add_contact_point(ctx, party=made, kind="phone", value="+49 30 901820")
    mobile = commands.add_contact_point(ctx, party=made, kind="phone", value="0171 5550123", label="mobile", preferred=True)
    assert fresh(ctx, made).phone == "0171 5550123"
    commands.prefer_contact_point(ctx, point=same)
    assert fresh(ctx, made).phone == "030 901820"
    commands.remove_contact_point(ctx, point=mobile)
    with scope(ctx.company_id):
        assert party_by_phone(ctx, "01715550123") == []
        assert find_parties(ctx, "0171") == []
    for kind, value, code in (("email", "nobody", "no_email"), ("phone", "  ", "no_value")):
        with pytest.raises(Refusal) as no:
            commands.add_contact_point(ctx, party=made, kind=kind, value=value)
        assert no.value.code == code


def test_addresses(ctx: Context) -> None:
    """The country by name, the company's own where none is given, one preferred."""
    made = commands.add_person(ctx, name="Ada")
    home = commands.add_address(ctx, party=made, street="Hauptstr. 1", postal_code="10115", city="Berlin", preferred=True)
    work = commands.add_address(ctx, party=made, street="Bahnhofstr. 2", city="Zürich", country="Schweiz", preferred=True)
    assert (home.country, work.country) == ("DE", "CH")
    with scope(ctx.company_id):
        assert [a.pk for a in Address.objects.filter(party=made, preferred=True)] == [work.pk]
    for values, code in (({"city": "X", "country": "Atlantis"}, "no_country"), ({}, "address_not_empty")):
        with pytest.raises(Refusal) as no:
            commands.add_address(ctx, party=made, **values)
        assert no.value.code == code


def test_roles_and_relationships(ctx: Context) -> None:
    """A role once; a relationship between two; it ends after it began."""
    ada, ben = commands.add_person(ctx, name="Ada"), commands.add_person(ctx, name="Ben")
    commands.give_role(ctx, party=ada, role="patient")
    commands.give_role(ctx, party=ada, role="patient")
    assert fresh(ctx, ada).roles == ["patient"]
    for role in ("Patient", "", "a b", "x" * 60):
        with pytest.raises(Refusal):
            commands.give_role(ctx, party=ada, role=role)
    made = commands.add_relationship(ctx, party=ada, kind="parent", other=ben)
    for other in (ada, ben):
        with pytest.raises(Refusal):
            commands.add_relationship(ctx, party=ada, kind="parent", other=other)
    commands.end_relationship(ctx, relationship=made, until_on=ctx.today)
    with pytest.raises(Refusal) as no:
        commands.end_relationship(ctx, relationship=made, until_on=ctx.today)
    assert no.value.code == "relationship_ended"
    with scope(ctx.company_id):
        assert list(parties_in_role(ctx, "patient")) == [ada]
    commands.remove_role(ctx, party=ada, role="patient")
    with pytest.raises(Refusal):
        commands.remove_role(ctx, party=ada, role="patient")


def test_archive_and_back(ctx: Context) -> None:
    """Not twice, and not offered meanwhile."""
    made = commands.add_person(ctx, name="Ada")
    commands.archive_party(ctx, party=made, reason="moved away")
    with scope(ctx.company_id):
        assert find_parties(ctx, "Ada") == []
    with pytest.raises(Refusal):
        commands.archive_party(ctx, party=made)
    commands.restore_party(ctx, party=made)
    with scope(ctx.company_id):
        assert find_parties(ctx, "Ada") == [made]


def test_an_account_belongs_to_one_employee(ctx: Context) -> None:
    """Found by the e-mail with which she signs in; members of other companies do not exist."""
    anna, ben = commands.add_person(ctx, name="Anna"), commands.add_person(ctx, name="Ben")
    commands.link_account(ctx, party=anna, email=ctx.user.email)
    with scope(ctx.company_id):
        assert party_of_user(ctx, ctx.user) == anna
    stranger = make_ctx(make_company(), "*")
    for party, email, code in ((ben, ctx.user.email, "party_user_once"), (ben, stranger.user.email, "no_member")):
        with pytest.raises(Refusal) as no:
            commands.link_account(ctx, party=party, email=email)
        assert no.value.code == code


def rich(ctx: Context, name: str, **more: Any) -> Party:
    """A party with something of everything."""
    made = commands.add_person(ctx, name=name, although_known=True, **more)
    commands.add_address(ctx, party=made, street=f"{name} street", city="Berlin", preferred=True)
    return made


def test_two_entries_become_one(ctx: Context) -> None:
    """Everything of the other is moved, nothing doubled, nothing lost; the old number says where it went."""
    keep = rich(ctx, "Ada Berg", phone="030 901820", role="patient")
    other = rich(ctx, "Ada Lindqvist", phone="+49 30 901820", email="ada@example.org", role="patient")
    third = commands.add_person(ctx, name="Ben")
    commands.give_role(ctx, party=other, role="supplier")
    run_raw(ctx, "party.change_party", {"party": other.pk, "birth_on": "1984-03-04", "note": "likes tea"})
    commands.add_relationship(ctx, party=other, kind="parent", other=third)
    commands.add_relationship(ctx, party=keep, kind="parent", other=third)
    commands.add_relationship(ctx, party=keep, kind="sibling", other=other)
    with scope(ctx.company_id):
        assert [d.party for d in find_duplicates(ctx, keep)] == [other]
    commands.merge_parties(ctx, keep=keep, other=other)
    row, gone = fresh(ctx, keep), fresh(ctx, other)
    assert (row.name, str(row.birth_on), row.email, row.roles) == ("Ada Berg", "1984-03-04", "ada@example.org", ["patient", "supplier"])
    assert "likes tea" in row.note
    assert "Ada Lindqvist" in row.note
    assert (gone.merged_into_id, gone.is_archived) == (keep.pk, True)
    with scope(ctx.company_id):
        assert ContactPoint.objects.filter(party=keep).count() == 2
        assert Address.objects.filter(party=keep).count() == 2
        assert Address.objects.filter(preferred=True).count() == 1
        assert not PartyRole.objects.filter(party=other).exists()
        assert list(Relationship.objects.values_list("party", "other", "kind")) == [(keep.pk, third.pk, "parent")]
        assert party_by_phone(ctx, "030901820") == [keep]
        assert find_parties(ctx, "ada@example.org") == [keep]
        assert EventEntry.objects.get(name="party.PartiesMerged").payload == {"keep_id": keep.pk, "other_id": other.pk}
        with pytest.raises(NotFound):
            resource_named("party.party").get(ctx, other.pk)
    for a, b, code in ((keep, keep, "same_party"), (keep, other, "merged"), (other, third, "merged")):
        with pytest.raises(Refusal) as no:
            commands.merge_parties(ctx, keep=a, other=b)
        assert no.value.code == code
    with pytest.raises(Refusal):
        commands.restore_party(ctx, party=other)


def test_lists_cost_the_same_however_long(ctx: Context, django_assert_num_queries: Any) -> None:
    """Phone, e-mail and roles come with the row; how many have the role is asked first."""
    for n in range(6):
        commands.add_person(ctx, name=f"Person {n}", phone=f"030 90182{n}", email=f"p{n}@example.org", role="patient")
    resource = resource_named("party.party")
    with scope(ctx.company_id), django_assert_num_queries(2):
        page = listing(resource, ctx, {"party_roles__role": "patient", "sort": "name"})
        texts = [[c.text for c in resource.cells(ctx, row)] for row in page.rows]
    assert texts[5][:5] == ["Person 5", "P-00006", "030 901825", "p5@example.org", "patient"]
    with scope(ctx.company_id):
        for q in ("030901825", "p5@", "P-00006"):
            assert [r.name for r in listing(resource, ctx, {"q": q}).rows] == ["Person 5"], q
        assert listing(resource, ctx, {"party_roles__role": "supplier"}).rows == []


def test_another_company_sees_nothing(ctx: Context) -> None:
    """Neither by number nor by words nor by key."""
    made = commands.add_person(ctx, name="Ada", phone="030 901820", email="a@example.org")
    other = make_ctx(make_company(), "*")
    with scope(other.company_id):
        assert party_by_phone(other, "030901820") == []
        assert find_parties(other, "Ada") == []
        assert party_by_email(other, "a@example.org") == []
    with pytest.raises(NotFound):
        commands.archive_party(other, party=made.pk)


def test_nobody_without_permission(ctx: Context) -> None:
    """Each command asks for its own."""
    made = commands.add_person(ctx, name="Ada")
    clerk = make_ctx(ctx.company, "party.view_party")
    with pytest.raises(NotAllowed):
        commands.add_person(clerk, name="X")
    with pytest.raises(NotAllowed):
        commands.archive_party(clerk, party=made)
    with pytest.raises(NotAllowed):
        commands.give_role(clerk, party=made, role="x")


@pytest.mark.races
def test_numbers_have_no_gap(ctx: Context) -> None:
    """Given 12 people at once, a third of them refused, then the others have consecutive numbers."""
    out = race(12, lambda i: commands.add_person(ctx, name="" if i % 3 == 0 else f"Person {i}"))
    assert sorted(p.number for p in out if isinstance(p, Party)) == [f"P-{n:05d}" for n in range(1, 9)]
    assert sum(isinstance(p, Refusal) for p in out) == 4
