"""Address books come in whole, twice without doubling anybody."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from enfilade.base.party import commands
from enfilade.base.party.exporting import write_cards
from enfilade.base.party.importing import ContactIntake
from enfilade.base.party.models import Address, ContactPoint, Party, PartyRole
from enfilade.base.party.queries import ContactIndex, known_contact
from enfilade.core.context import Context
from enfilade.core.importing import import_file
from enfilade.core.resource import resource_named
from enfilade.core.resource.imports import ImportResult
from enfilade.core.resource.transfer import export_csv
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.core.verify import verify_all

pytestmark = pytest.mark.django_db(transaction=True)
FILES = Path(__file__).parent / "files"
CARD = """BEGIN:VCARD
VERSION:3.0
UID:urn:uuid:4fbe8971
N:Lindqvist;Ada;Maria;Dr.;
FN:Dr. Ada Lindqvist
NICKNAME:Addi
ORG:Berg GmbH;Research
TITLE:Head of research
BDAY:1984-03-04
TEL;TYPE=CELL,PREF:0171 5550123
TEL;TYPE=WORK:030 901820
EMAIL;TYPE=INTERNET:Ada@Example.org
ADR;TYPE=HOME:;;Hauptstr. 1;Berlin;;10115;Germany
URL:https://berg.example
NOTE:Likes tea.\\nTwo sugars.
X-SPOUSE:Ben
CATEGORIES:friends,board
END:VCARD
"""


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def take(ctx: Context, data: str | bytes, name: str = "contacts.vcf") -> ImportResult:
    """Import a file of contacts."""
    return import_file(ctx, resource_named("party.party"), name, data.encode() if isinstance(data, str) else data)


def test_nothing_of_a_card_is_lost(ctx: Context) -> None:
    """Every phone, address, mail, site, note and further fact is somewhere on the party."""
    result = take(ctx, CARD)
    assert (result.created, result.refused) == (1, 0)
    with scope(ctx.company_id):
        row = Party.objects.get()
        points = set(ContactPoint.objects.values_list("kind", "normalised"))
        address = Address.objects.get()
    assert (row.given_name, row.family_name, row.additional_names, row.prefix) == ("Ada", "Lindqvist", "Maria", "Dr.")
    assert (row.organisation_name, row.job_title, str(row.birth_on)) == ("Berg GmbH", "Head of research", "1984-03-04")
    assert {("phone", "+491715550123"), ("phone", "+4930901820"), ("email", "ada@example.org")} <= points
    assert ("url", "https://berg.example") in points
    assert address.lines() == ["Hauptstr. 1", "10115 Berlin", "DE"]
    assert "Likes tea.\nTwo sugars." in row.note
    said = " ".join(value for _, value in row.extra)
    for word in ("Addi", "Research", "Ben", "friends", "board"):
        assert word in said, word


def test_the_same_file_again_changes_nothing(ctx: Context) -> None:
    """By uid; then with a changed name and one number more, which is added."""
    take(ctx, CARD)
    again = take(ctx, CARD)
    assert (again.created, again.changed) == (0, 1)
    changed = CARD.replace("Lindqvist", "Berg").replace("TEL;TYPE=WORK", "TEL;TYPE=HOME:040 123456\nTEL;TYPE=WORK")
    take(ctx, changed)
    with scope(ctx.company_id):
        row = Party.objects.get()
        assert row.family_name == "Berg"
        assert ContactPoint.objects.filter(kind="phone").count() == 3
        assert Address.objects.count() == 1
        assert row.note.count("Likes tea") == 1


def test_who_is_there_already_is_completed(ctx: Context) -> None:
    """By name and number, without a uid; what the desk chose as first stays first."""
    made = commands.add_person(ctx, name="Dr. Ada Lindqvist", phone="030-901820", role="patient")
    with scope(ctx.company_id):
        point = ContactPoint.objects.get()
    commands.prefer_contact_point(ctx, point=point)
    result = take(ctx, CARD)
    assert (result.created, result.changed) == (0, 1)
    with scope(ctx.company_id):
        row = Party.objects.get()
        assert (row.pk, row.phone, row.roles) == (made.pk, "030-901820", ["patient"])


def test_a_number_of_somebody_else_is_said(ctx: Context) -> None:
    """The card comes in, and a person is asked to look."""
    commands.add_person(ctx, name="Ben Berg", phone="030 901820")
    result = take(ctx, CARD)
    assert (result.created, result.refused) == (1, 0)
    assert "Ben Berg (P-00001)" in result.problems[0].sentence


def test_a_rehearsal_leaves_nothing(ctx: Context) -> None:
    """The preview counts the same and keeps nothing."""
    result = take(replace(ctx, rehearse=True), CARD)
    assert result.created == 1
    with scope(ctx.company_id):
        assert not Party.objects.exists()
    assert commands.add_person(ctx, name="First").number == "P-00001"


def test_twice_in_one_file_is_one(ctx: Context) -> None:
    """And the second place is named."""
    card = CARD.replace("UID:urn:uuid:4fbe8971\n", "")
    result = take(ctx, card + card)
    assert (result.created, result.changed) == (1, 1)
    assert any("line 1" in p.sentence for p in result.problems)
    with scope(ctx.company_id):
        assert Party.objects.count() == 1


def known(ctx: Context) -> set[tuple[object, ...]]:
    """Everything that is known of the parties of a company."""
    with scope(ctx.company_id):
        parties = Party.objects.values_list("name", "note", "search_text")
        return {*parties, *ContactPoint.objects.values_list("party", "kind", "value"), *Address.objects.values_list()}


def test_real_exports_twice() -> None:
    """Google, Apple, Outlook, Thunderbird, Nextcloud ...: the second time nobody is new, and nothing more is known."""
    for file in sorted(f for f in FILES.iterdir() if not f.name.startswith(".")):
        ctx = make_ctx(make_company(), "*")
        first = take(ctx, file.read_bytes(), file.name)
        assert first.created > 0, file.name
        before = known(ctx)
        again = take(ctx, file.read_bytes(), file.name)
        assert (again.created, again.refused) == (0, first.refused), file.name
        assert known(ctx) == before, file.name


def test_our_own_export_comes_in_again(ctx: Context) -> None:
    """Into the same company nothing changes; into another one the parties are there, with what the list shows."""
    take(ctx, CARD)
    commands.add_person(ctx, name="=cmd|' /C calc'!A0", phone="0171 5550124", role="patient", birth_on=None)
    resource = resource_named("party.party")
    with scope(ctx.company_id):
        text = "".join(export_csv(resource, ctx, {}))
    again = take(ctx, text, "party.party.csv")
    assert (again.created, again.changed, again.refused) == (0, 2, 0)
    with scope(ctx.company_id):
        assert "".join(export_csv(resource, ctx, {})) == text
    other = make_ctx(make_company(), "*")
    assert take(other, text, "party.party.csv").created == 2
    with scope(other.company_id):
        rows = {p.name: (p.phone, p.roles, p.job_title) for p in resource.rows(other)}
    assert rows["=cmd|' /C calc'!A0"] == ("0171 5550124", ["patient"], "")
    assert rows["Dr. Ada Lindqvist"] == ("0171 5550123", [], "Head of research")


def test_cards_go_out_and_come_in_as_they_were(ctx: Context) -> None:
    """Exported as vCard: the same parties are found again and nothing is added; in another company they become the same."""
    take(ctx, CARD)
    commands.add_person(ctx, name="Zoë d'Été, Ltd; \\ n", phone="+49 171 5550199")
    take(ctx, "Company,Phone\nBerg GmbH,030 901820\n", "firms.csv")
    with scope(ctx.company_id):
        before = [list(model.objects.values()) for model in (Party, ContactPoint, Address)]
        cards = "".join(write_cards(ctx, resource_named("party.party").rows(ctx).order_by("pk")))
    assert cards.count("BEGIN:VCARD") == 3
    again = take(ctx, cards)
    assert (again.created, again.changed, again.refused) == (0, 3, 0)
    with scope(ctx.company_id):
        after = [list(model.objects.values()) for model in (Party, ContactPoint, Address)]
    assert [[r for r in new if r not in old] for new, old in zip(after, before, strict=True)] == [[], [], []]
    other = make_ctx(make_company(), "*")
    assert take(other, cards).created == 3
    kept = ("kind", "name", "given_name", "family_name", "organisation_name", "job_title", "birth_on", "note")
    rows = []
    for one in (ctx, other):
        with scope(one.company_id):
            rows.append(list(Party.objects.order_by("number").values_list(*kept)))
    assert rows[0] == rows[1]


def test_files_that_are_none(ctx: Context) -> None:
    """A sentence, and nothing half-written."""
    for data in (b"\x00\x01", b"PK\x03\x04zip", b"BEGIN:VCARD\nEND:VCARD\n", b"a;b\n1;2\n", b"%PDF-1.4"):
        result = take(ctx, data, "contacts.vcf")
        assert result.created == 0, data
        assert result.problems, data
        assert all(p.sentence.endswith(".") for p in result.problems), data
    with scope(ctx.company_id):
        assert not Party.objects.exists()


def test_the_index_and_the_query_say_the_same(ctx: Context) -> None:
    """Who a contact is already does not depend on whether it comes alone or with a thousand others."""
    take(ctx, CARD)
    commands.add_person(ctx, name="Bare")
    commands.add_person(ctx, name="Ben", phone="030 901820", birth_on=date(1990, 1, 2))
    contacts = [
        {"name": "Dr. Ada Lindqvist", "contact_points": [{"kind": "phone", "value": "030-901820"}]},
        {"name": "Dr. Ada Lindqvist"},
        {"name": "Somebody", "uid": "urn:uuid:4fbe8971"},
        {"name": "bare"},
        {"name": "Bare", "birth_on": "2000-01-01"},
        {"name": "Ben", "birth_on": "1990-01-02"},
        {"name": "Ben", "contact_points": [{"kind": "email", "value": "ben@example.org"}]},
        {"name": "Nobody"},
    ]
    with scope(ctx.company_id):
        index = ContactIndex(ctx, contacts)
        one_by_one = [known_contact(ctx, contact) for contact in contacts]
        assert [index.known(contact) for contact in contacts] == [p and p.pk for p in one_by_one]
        assert [p and p.name for p in one_by_one] == ["Dr. Ada Lindqvist", None, "Dr. Ada Lindqvist", "Bare", None, "Ben", None, None]
        assert [whose for _, whose in index.sharing(contacts[0])] == ["Ben (P-00003)"]


def test_what_is_verified(ctx: Context) -> None:
    """Nothing to find after an import; a number changed behind the house's back is found."""
    take(ctx, CARD)
    with scope(ctx.company_id):
        assert verify_all(ctx) == []
        ContactPoint.objects.filter(kind="email").update(normalised="x@example.org")
        Party.objects.update(number="P-00002")
        assert {f.code for f in verify_all(ctx)} == {"contact_point_spelling", "number_gap", "number_not_drawn"}


def test_many_at_once_are_written_as_one_by_one(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set-based twin leaves the same rows, column by column, as the command does for each; and a fault in one row costs that row."""
    other = make_ctx(make_company(), "*")
    files = [*sorted(FILES.glob("*.csv")), *sorted(FILES.glob("*.vcf"))]
    assert len(files) > 3
    for file in files:
        take(ctx, file.read_bytes(), file.name)
    monkeypatch.setattr(ContactIntake, "take_many", lambda *_: [])
    for file in files:
        take(other, file.read_bytes(), file.name)
    for model in (Party, ContactPoint, Address, PartyRole):
        assert columns_of(ctx, model) == columns_of(other, model), model
    with scope(ctx.company_id), connection.cursor() as cursor:
        assert verify_all(ctx) == []
        cursor.execute(_WITHOUT_THEIR_WORDS)
        assert cursor.fetchall() == [], "what one statement keeps are the words of each row"


_WITHOUT_THEIR_WORDS = """
SELECT p.name FROM party_party p WHERE core_words(ARRAY[p.name, p.name_key, p.number, p.organisation_name, p.search_text])
    IS DISTINCT FROM (SELECT array_agg(w.word ORDER BY w.word) FROM party_partyword w WHERE w.row_id = p.id)
"""


def columns_of(ctx: Context, model: type[Party | ContactPoint | Address | PartyRole]) -> list[str]:
    """Every row of a company without what is its own: keys and the company; pictures by whether there is one."""
    with scope(ctx.company_id):
        numbers = dict(Party.objects.visible_to(ctx).values_list("pk", "number"))
        rows = list(model.objects.visible_to(ctx).values())
    for row in rows:
        row["party_id"] = numbers.get(row.get("party_id", 0))
        row["photo_id"] = bool(row.get("photo_id"))
        del row["id"], row["company_id"]
    return sorted(map(str, rows))


def test_what_a_file_is_told_to_be_can_be_kept(ctx: Context) -> None:
    """A sentence quotes the names of its columns; a zero among their letters, which no database takes, stays out of it."""
    result = take(ctx, "Fo\x00o;Ba\x00r;Nothing\nx;y;z\n", "people.csv")
    assert result.created == 0
    assert result.problems[0].sentence.startswith("No column of this file is known (Foo, Bar, Nothing ...).")
