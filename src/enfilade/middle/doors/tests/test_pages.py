"""The list at the door, the page of what is held, and the API."""

from decimal import Decimal

import pytest
from django.test import Client

from enfilade.core.context import Context
from enfilade.core.models import HeldCommand
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.middle.doors.commands import release_held
from enfilade.middle.doors.models import DoorRule

from .sample import mark_view
from .test_commands import House

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(ctx: Context) -> Client:
    """A signed-in browser."""
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def house() -> House:
    """A company with one rule."""
    made = House()
    made.rule()
    return made


def test_an_empty_door_says_so(house: House) -> None:
    """And where the rules are."""
    page = client_of(house.owner).get("/doors/").content.decode()
    assert "Nothing waits" in page
    assert "/doors/door-rules/" in page


def test_the_list_tells_why_and_who_can_open(house: House) -> None:
    """The owner sees the buttons, the maker does not."""
    held = house.hold()
    owner, clerk = (client_of(ctx).get("/doors/").content.decode() for ctx in (house.owner, house.clerk))
    for page in (owner, clerk):
        assert "40 % on Mine is above the limit of 20 %." in page
        assert "Mara asked" in page
    assert f"/doors/do/release_held/{held.pk}/" in owner
    assert f"/doors/do/release_held/{held.pk}/" not in clerk
    assert "You asked; owner can open." in clerk


def test_the_page_of_a_held_command(house: House) -> None:
    """What was asked, the rule, who can open; after the release what came out."""
    held = house.hold()
    url = f"/doors/held-commands/{held.pk}/"
    before = client_of(house.clerk).get(url).content.decode()
    for part in ("Mark view", "Mine", "40", "Paul", "Held at the door"):
        assert part in before, part
    answer = client_of(house.owner).post(f"/doors/do/release_held/{held.pk}/", {"_key": "k1", "note": "Fine"})
    assert answer.status_code in (204, 302)
    after = client_of(house.owner).get(url).content.decode()
    for part in ("Released", "What came out", "Fine"):
        assert part in after, part
    assert house.query() == "p=40"


def test_release_and_return_through_the_api(house: House) -> None:
    """The same names, the same refusals."""
    held, other = house.hold(), house.hold(41)
    clerk, owner = client_of(house.clerk), client_of(house.owner)
    assert clerk.post(f"/api/v1/doors/held-commands/{held.pk}/release_held/", {}, content_type="application/json").status_code == 404
    found = owner.post(f"/api/v1/doors/held-commands/{held.pk}/release_held/", {"note": "ok"}, content_type="application/json")
    assert (found.status_code, found.json()["state"]) == (200, "released")
    again = owner.post(f"/api/v1/doors/held-commands/{held.pk}/release_held/", {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "not_waiting")
    back = owner.post(f"/api/v1/doors/held-commands/{other.pk}/return_held/", {"reason": "Too much"}, content_type="application/json")
    assert (back.status_code, back.json()["state"]) == (200, "returned")


def test_a_held_call_answers_202_with_its_reason(house: House) -> None:
    """A program learns that it waits, for whom and why; the same key again is the same held command."""
    client = client_of(house.clerk)
    body = {"view": house.view.pk, "percent": "55"}
    url = f"/api/v1/do/{mark_view.command.module}/{mark_view.command.verb}/"
    first, second = (client.post(url, body, content_type="application/json", headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, first.json()["release_role"], first.json()["reason"][:4]) == (202, "owner", "55 %")
    assert first.json()["held"] == second.json()["held"]
    with scope(house.company.pk):
        assert HeldCommand.objects.count() == 1


def test_another_company_sees_nothing(house: House) -> None:
    """Neither the list nor the page."""
    held = house.hold()
    stranger = client_of(make_ctx(make_company("Other"), "*", role="owner"))
    assert "is above the limit" not in stranger.get("/doors/").content.decode()
    assert stranger.get(f"/doors/held-commands/{held.pk}/").status_code == 404


def test_the_page_of_a_rule_tries_it_on_the_past(house: House) -> None:
    """And the reports answer."""
    mark_view(house.clerk, view=house.view, percent=Decimal(5))
    release_held(house.owner, held=house.hold(30))
    with scope(house.company.pk):
        rule = DoorRule.objects.get()
    client = client_of(house.owner)
    page = client.get(f"/doors/door-rules/{rule.pk}/").content.decode()
    assert "it would have stopped <strong>1</strong> of 2" in page
    found = client.get(f"/api/v1/reports/doors/rehearse_rule/?rule={rule.pk}&from_on={house.owner.today}").json()
    assert [(row["who"], row["fact"], row["became"]) for row in found["rows"]] == [("Mara", "30", "released by Paul")]
    assert client.get("/api/v1/reports/doors/rehearse_rule/?rule=999999&from_on=2026-01-01").status_code == 404
    known = client.get("/api/v1/reports/doors/operations_with_a_door/").json()["rows"]
    assert {"double", "percent", "name", "note", "view"} <= set(next(r for r in known if r["label"] == "Mark view")["facts"].split(", "))


def test_a_rule_is_written_on_its_form(house: House) -> None:
    """With the sentence of what is wrong at the field it is about."""
    client = client_of(house.owner)
    values = {"command": mark_view.command.name, "fact": "colour", "op": ">", "value": "1", "verdict": "hold", "release_role": "owner"}
    values |= {"sentence": "x", "order": "10"}
    answer = client.post("/doors/door-rules/new/", values | {"_key": "k1"})
    assert answer.status_code == 409
    assert "does not tell “colour”" in answer.content.decode()
    client.post("/doors/door-rules/new/", values | {"_key": "k2", "fact": "double", "active": "on"})
    assert house.hold(2).reason == "x"
