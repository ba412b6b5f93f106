"""The page of a party, as people see it."""

from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enfilade.base.party import commands
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.models import User
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def client_of(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rich(ctx: Context) -> Party:
    """A party with something in every panel."""
    made = commands.add_person(ctx, name="Ada <i>Lindqvist</i>", phone="030 901820", email="a@example.org", role="patient")
    commands.add_contact_point(ctx, party=made, kind="url", value="javascript:alert(1)")
    commands.add_address(ctx, party=made, street="Hauptstr. 1", city="Berlin")
    other = commands.add_person(ctx, name="Ben", phone="+49 30 901820")
    commands.add_relationship(ctx, party=made, kind="parent", other=other)
    return made


def test_everything_is_shown_and_nothing_runs(ctx: Context) -> None:
    """Numbers can be dialled, mails written; what a person typed is text."""
    made = rich(ctx)
    page = client_of(ctx.user).get(f"/party/parties/{made.pk}/").content.decode()
    for text in ('href="tel:+4930901820"', 'href="mailto:a@example.org"', "Hauptstr. 1", "parent of", "Merge into this", "patient"):
        assert text in page, text
    assert "<i>Lindqvist" not in page
    assert 'href="javascript' not in page


def test_buttons_only_for_those_who_may(ctx: Context) -> None:
    """A reader sees the same without a single command."""
    made = rich(ctx)
    reader = make_ctx(ctx.company, "party.view_party")
    page = client_of(reader.user).get(f"/party/parties/{made.pk}/").content.decode()
    assert "Hauptstr. 1" in page
    assert "/party/do/" not in page
    assert "Possible duplicates" not in page


def test_the_page_costs_the_same_however_much_there_is(ctx: Context) -> None:
    """No query per contact point, address, relative or duplicate."""
    from django.db import connection

    made = rich(ctx)
    client = client_of(ctx.user)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/party/parties/{made.pk}/").status_code == 200
        return len(queries)

    cost()
    before = cost()
    for n in range(5):
        commands.add_contact_point(ctx, party=made, kind="phone", value=f"030 90182{n}")
        commands.add_address(ctx, party=made, street=f"Street {n}")
        commands.give_role(ctx, party=made, role=f"role{n}")
        commands.add_relationship(ctx, party=made, kind="other", other=commands.add_person(ctx, name=f"P{n}", phone="030 901820"))
    assert cost() == before


def test_refusals_keep_what_was_typed(ctx: Context) -> None:
    """And show the way to the party that is there already."""
    rich(ctx)
    commands.add_person(ctx, name="Eve", phone="0171 5550123")
    answer = client_of(ctx.user).post("/party/do/add_person/", {"name": "Eve", "phone": "0171 5550123", "_key": "k1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Eve is entered already as P-00003." in page
    assert 'value="0171 5550123"' in page


def test_the_same_through_the_api(ctx: Context) -> None:
    """Add, change, find, another company's eyes."""
    client = client_of(ctx.user)
    send: dict[str, Any] = {"content_type": "application/json"}
    made = client.post("/api/v1/party/parties/", {"given_name": "Ada", "family_name": "Berg", "phone": "030 901820"}, **send)
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    changed = client.patch(f"/api/v1/party/parties/{key}/", {"family_name": "Weiß"}, **send)
    assert (changed.status_code, changed.json()["name"]) == (200, "Ada Weiß")
    found = client.get("/api/v1/party/parties/?q=030901820").json()
    assert [row["number"] for row in found["items"]] == ["P-00001"]
    stranger = client_of(make_ctx(make_company(), "*").user)
    assert stranger.get(f"/api/v1/party/parties/{key}/").status_code == 404
    assert stranger.get("/api/v1/party/parties/").json()["items"] == []


def test_numbers_and_addresses_as_people_here_read_them(ctx: Context) -> None:
    """At home national, abroad international, in the list and in the record; an address in the order of its country, and whose it is."""
    ada = commands.add_person(ctx, name="Ada", phone="+4930901820")
    commands.add_person(ctx, name="Ben", phone="+1 212 555 0123")
    commands.add_address(ctx, party=ada, street="350 Fifth Avenue", postal_code="10118", city="New York", region="NY", country="US")
    User.objects.filter(pk=ctx.user.pk).update(language="de")
    client = client_of(ctx.user)
    for url in ("/party/parties/", "/party/contact-points/"):
        page = client.get(url).content.decode()
        assert "030 901820" in page, url
        assert "+1 212-555-0123" in page, url
    page = client.get(f"/party/parties/{ada.pk}/").content.decode()
    assert "350 Fifth Avenue<br>New York, NY 10118<br>VEREINIGTE STAATEN" in page


@pytest.mark.parametrize(
    ("country", "order", "labels"),
    [
        ("", ["country", "street", "extra", "postal_code", "city", "region"], ["Postal code", "Region"]),
        ("usa", ["country", "street", "extra", "city", "region", "postal_code"], ["State", "ZIP code"]),
        ("GB", ["country", "street", "extra", "city", "region", "postal_code"], ["County", "Postcode"]),
        ("Ungarn", ["country", "city", "street", "extra", "postal_code", "region"], ["Postal code", "Region"]),
        ("Atlantis", ["country", "street", "extra", "postal_code", "city", "region"], ["Postal code", "Region"]),
    ],
)
def test_the_form_of_an_address_is_that_of_its_country(ctx: Context, country: str, order: list[str], labels: list[str]) -> None:
    """Drawn anew for another country, it keeps what was typed."""
    party = commands.add_person(ctx, name="Ada")
    url = f"/party/do/add_address/{party.pk}/?dialog=dialog"
    page = client_of(ctx.user).get(url, {"country": country, "city": "Győr"}, headers={"HX-Request": "true", "HX-Target": "dialog-body"})
    text = page.content.decode()
    places = [text.index(f'name="{name}"') for name in order]
    assert places == sorted(places)
    assert [text.index(f">{label}") for label in labels] == sorted(text.index(f">{label}") for label in labels)
    assert 'value="Győr"' in text
