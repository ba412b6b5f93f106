"""What programs may rely on beside the answers: fields, ETags and lost updates, limits, what is going away."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from django.test import Client

from enfilade.base.item.models import Item
from enfilade.base.item.resources import ItemResource
from enfilade.core.api.openapi import document
from enfilade.core.command import REGISTRY, Deprecated
from enfilade.core.context import Context
from enfilade.core.http import limits
from enfilade.core.http.catalogue import problems
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db

ITEM = {"code": "A", "name": "Anything", "price": "12.50"}


@pytest.fixture
def item(program: Program) -> str:
    """The address of an item."""
    return str(program.post("item/items/", ITEM)["Location"].removeprefix("/api/v1/"))


def name_of(owner: Context) -> str:
    """What the item is called now."""
    with scope(owner.company_id):
        return Item.objects.visible_to(owner).get().name


def test_fields_narrow_lists_and_records(program: Program, item: str) -> None:
    """The reference always comes; a name that no row has is refused, also in an empty list."""
    assert program.get("item/items/", fields="price,code").json()["items"][0].keys() == {"id", "ref", "label", "price", "code"}
    assert program.get(item, fields="prices").json().keys() == {"id", "ref", "label", "prices"}
    for path in (item, "item/items/"):
        refused = program.get(path, fields="code,secret")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "fields")
    assert program.get("item/items/", q="nothing at all", fields="secret").status_code == 422


def test_what_has_not_changed_is_not_sent_again(program: Program, item: str) -> None:
    """The tag changes with anything that the record shows, its lines included, whichever fields were asked for."""
    first = program.get(item)
    tag = first["ETag"]
    same = program.send("GET", item, **{"If-None-Match": f'"other", {tag}'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    assert program.get(item, fields="code")["ETag"] == tag
    program.send("PATCH", item, {"name": "Something"})
    changed = program.send("GET", item, **{"If-None-Match": tag})
    assert (changed.status_code, changed.json()["name"]) == (200, "Something")
    assert changed["ETag"] != tag


def test_a_lost_update_is_refused(owner: Context, program: Program, item: str) -> None:
    """Who changes what somebody else has changed meanwhile is told so, and nothing is overwritten; a command on the record likewise."""
    tag = program.get(item)["ETag"]
    assert program.send("PATCH", item, {"name": "First"}, **{"If-Match": tag}).status_code == 200
    late = program.send("PATCH", item, {"name": "Second"}, **{"If-Match": tag})
    assert (late.status_code, late.json()["code"], late["Content-Type"]) == (412, "changed", "application/problem+json")
    price = {"price": "13.00", "valid_from": owner.today.isoformat()}
    assert program.post(f"{item}set_price/", price, **{"If-Match": tag}).status_code == 412
    assert name_of(owner) == "First"
    for good in (program.get(item)["ETag"], "*"):
        assert program.send("PATCH", item, {"name": "Third"}, **{"If-Match": good}).status_code == 200


def test_a_change_that_was_made_is_answered_again_although_the_tag_is_old_now(program: Program, item: str) -> None:
    """The key is asked before the tag: a retry after a lost answer is no lost update."""
    tag = program.get(item)["ETag"]
    first = program.send("PATCH", item, {"name": "First"}, key="k", **{"If-Match": tag})
    again = program.send("PATCH", item, {"name": "First"}, key="k", **{"If-Match": tag})
    assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_of_many_who_read_the_same_one_may_write(owner: Context, program: Program, item: str) -> None:
    """The tag is compared under the lock of the row."""
    tag = program.get(item)["ETag"]
    programs = [Program(owner) for _ in range(5)]
    answers = race(5, lambda i: programs[i].send("PATCH", item, {"name": f"Name {i}"}, **{"If-Match": tag}).status_code)
    assert sorted(answers) == [200, 412, 412, 412, 412]


def test_a_tag_tells_nobody_what_she_may_not_read(owner: Context, item: str) -> None:
    clerk = Program(make_ctx(owner.company, "item.change_item"))
    assert clerk.send("PATCH", item, {"name": "x"}, **{"If-Match": '"guess"'}).status_code == 403


def test_a_bucket_fills_again() -> None:
    """A minute's worth at once, then as many as come in; each caller has her own; the number of buckets is bounded."""
    now = 0.0
    limiter = limits.Limiter(clock=lambda: now)
    assert [limiter.take("a", 3)[0] for _ in range(3)] == [2, 1, 0]
    with pytest.raises(limits.TooMany) as refused:
        limiter.take("a", 3)
    assert refused.value.wait_s == 20
    assert limiter.take("b", 3) == (2, 0)
    now = 19.0
    with pytest.raises(limits.TooMany):
        limiter.take("a", 3)
    now = 20.0
    assert limiter.take("a", 3) == (0, 20)
    now = 10_000.0
    assert limiter.take("a", 3)[0] == 2
    for number in range(limits.CALLERS_MAX + 5):
        limiter.take(f"c{number}", 3)
    assert len(limiter.buckets) == limits.CALLERS_MAX


def test_calls_are_counted_by_caller(owner: Context, program: Program, settings: Any) -> None:
    """Each answer says what is left; 429 with the seconds to wait and nothing done; another token, and every page, goes on."""
    settings.API_RATE_PER_MIN = 2
    answers = [program.post("item/items/", ITEM | {"code": c}) for c in "ABC"]
    assert [a.status_code for a in answers] == [201, 201, 429]
    assert [a["RateLimit"].split(";")[1] for a in answers] == ["r=1", "r=0", "r=0"]
    assert answers[2]["RateLimit-Policy"] == '"caller";q=2;w=60'
    assert (answers[2].json()["code"], answers[2].json()["retryable"]) == ("too_many", True)
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert {i["code"] for i in Program(owner).get("item/items/").json()["items"]} == {"A", "B"}
    assert "RateLimit" not in Client().get("/sign-in/").headers
    settings.API_RATE_PER_MIN = 0
    assert program.get("item/items/").status_code == 200


def test_what_is_going_away_says_so(program: Program, item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since when, until when, and where to read more: on every answer of the thing and on no other."""
    going = Deprecated(since=date(2026, 11, 1), until=date(2027, 6, 1), instead="Use set_price.")
    monkeypatch.setitem(REGISTRY, "item.add_item", dataclasses.replace(REGISTRY["item.add_item"], deprecated=going))
    answer = program.post("item/items/", ITEM | {"code": "B"})
    assert answer["Deprecation"] == "@1793491200"
    assert answer["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in answer["Link"]
    assert "Deprecation" not in program.get(item).headers
    monkeypatch.setattr(ItemResource, "deprecated", going)
    assert {program.get(p)["Sunset"] for p in (item, "item/items/")} == {answer["Sunset"]}
    document.cache_clear()
    try:
        paths = document()["paths"]
        assert paths["/api/v1/item/items/"]["post"]["deprecated"] is True
        assert paths["/api/v1/item/items/{id}/"]["get"]["deprecated"] is True
    finally:
        document.cache_clear()


def test_every_writing_operation_takes_a_key() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            if method in {"post", "patch"}:
                assert {"$ref": "#/components/parameters/key"} in operation["parameters"], path


def test_the_type_of_a_problem_leads_to_a_page(owner: Context, program: Program) -> None:
    """What the API, the database and the triggers say is all in the catalogue; a code that nobody says is not there."""
    program.post("item/items/", ITEM)
    refused = [program.post("item/items/", ITEM), program.post("item/items/", {}), program.get("item/items/9/")]
    browser = browser_of(owner)
    for answer in refused:
        body = answer.json()
        page = browser.get(body["type"])
        assert (page.status_code, body["code"] in page.content.decode()) == (200, True), body["type"]
    found = problems()
    assert found["item_code_once"].sentence == "There is an item with this code."
    assert {"busy", "key_reused", "not_allowed", "not_found", "too_many", "changed", "confirm_expired", "held"} <= found.keys()
    assert {"invoice_kept", "not_draft", "not_understood"} <= found.keys()
    assert browser.get("/problems/no_such_code").status_code == 404
    assert browser.get("/problems/").content.decode().count('href="/problems/') >= len(found)
