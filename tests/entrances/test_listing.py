"""Lists: what one may filter, search and sort by, and pages that give each row exactly once, in order, in both directions."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.context import Context, Invalid, NotAllowed
from enfilade.core.models import User
from enfilade.core.resource import RESOURCES, Resource, resource_named
from enfilade.core.resource.columns import field_at
from enfilade.core.resource.listing import filtered, is_sortable, listing
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .callers import Program

pytestmark = pytest.mark.django_db

PARTIES = "party.party"


def add_parties(ctx: Context, births: list[date | None], names: list[str] | None = None) -> None:
    """Rows whose sorted column has ties and gaps; straight into the table, since the list is what is tried."""
    with scope(ctx.company_id):
        rows = [
            Party(company=ctx.company, number=f"T-{n:04d}", name=names[n] if names else "Same", name_key="same", birth_on=born)
            for n, born in enumerate(births)
        ]
        Party.objects.bulk_create(rows)


def pages(ctx: Context, label: str, direction: str, **params: Any) -> list[list[Any]]:
    """Every page from the first on (after) or, from the end of the list, back to it (before)."""
    resource, found, mark = resource_named(label), [], {}
    with scope(ctx.company_id):
        while True:
            page = listing(resource, ctx, {**params, **mark})
            found.append(page.rows)
            following = getattr(page, direction)
            if not following:
                return found
            mark = {direction: following}


def walk(ctx: Context, **params: Any) -> tuple[list[int], list[int]]:
    """Keys in the order of the pages forwards, and of the pages backwards from the last one, put into list order."""
    forwards = [row.pk for page in pages(ctx, PARTIES, "after", **params) for row in page]
    resource = resource_named(PARTIES)
    with scope(ctx.company_id):
        mark, last = {}, None
        while last is None or last.after:
            last = listing(resource, ctx, {**params, **mark})
            mark = {"after": last.after}
    backwards = [last.rows]
    while last.before:
        with scope(ctx.company_id):
            last = listing(resource, ctx, {**params, "before": last.before})
        backwards.insert(0, last.rows)
    return forwards, [row.pk for page in backwards for row in page]


@settings(max_examples=25, deadline=None)
@given(
    births=st.lists(st.sampled_from([None, None, date(1990, 1, 1), date(1990, 1, 2), date(2001, 5, 5)]), min_size=0, max_size=14),
    sort=st.sampled_from(["birth_on", "-birth_on", "name", "-name", "number", "-id", "id"]),
    limit=st.integers(1, 6),
)
def test_pages_give_each_row_once_and_in_order(births: list[date | None], sort: str, limit: int) -> None:
    """With ties and empty values, whatever the size of a page, forwards and backwards."""
    ctx = make_ctx(make_company(), "*")
    add_parties(ctx, births)
    with scope(ctx.company_id):
        whole = [row.pk for row in listing(resource_named(PARTIES), ctx, {"sort": sort, "limit": "200"}).rows]
        rows = {p.pk: p for p in Party.objects.visible_to(ctx)}
    assert sorted(whole) == sorted(rows)
    forwards, backwards = walk(ctx, sort=sort, limit=str(limit))
    assert forwards == whole
    assert backwards == whole
    column = sort.removeprefix("-")
    values = [getattr(rows[pk], column) for pk in (reversed(whole) if sort.startswith("-") else whole)]
    known = [v for v in values if v is not None]
    assert known == sorted(known), "upwards, or downwards with a minus"
    assert values == known + [None] * (len(values) - len(known)), "what has no value comes last upwards and first downwards"


def test_a_row_that_comes_in_between_shifts_no_page(owner: Context) -> None:
    """Marks name a row, not a position."""
    add_parties(owner, [None] * 6, [f"N{n}" for n in range(6)])
    resource = resource_named(PARTIES)
    with scope(owner.company_id):
        first = listing(resource, owner, {"sort": "name", "limit": "2"})
        Party.objects.create(company=owner.company, number="T-9", name="N0a", name_key="n0a")
        second = listing(resource, owner, {"sort": "name", "limit": "2", "after": first.after})
    assert [r.name for r in (*first.rows, *second.rows)] == ["N0", "N1", "N2", "N3"]


@pytest.mark.parametrize(
    "mark",
    ["x", "AAAA", "W10", "WzFd", "bnVsbA", "W251bGwsIDBd", "WyIiLCAiMSJd", "W3siYSI6MX0sMV0", "é", "=" * 9, "A" * 5000, "W1tbW1tb"],
)
def test_a_mark_that_is_not_ours_is_refused(owner: Context, mark: str) -> None:
    """A cursor is text that anybody may write."""
    add_parties(owner, [None] * 2)
    for sort in ("birth_on", "name", "id"):
        with pytest.raises(Invalid), scope(owner.company_id):
            listing(resource_named(PARTIES), owner, {"sort": sort, "after": mark})


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "name_key"},
        {"sort": "user__password"},
        {"sort": "pk"},
        {"sort": "?"},
        {"sort": "name;drop table"},
        {"sort": "-"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "-1"},
        {"limit": "1e9"},
        {"limit": "²"},
        {"limit": "9" * 5000},
        {"search_text": "x"},
        {"user__password": "x"},
        {"user__password__startswith": "a"},
        {"company": "1"},
        {"kind__in": "person"},
        {"kind": "robot"},
        {"birth_on": "yesterday"},
        {"birth_on_from": "2026-13-01"},
        {"birth_on": "0000-00-00"},
        {"language": "x\x00"},
        {"language": "x" * 501},
    ],
)
def test_what_a_list_does_not_offer_is_refused(owner: Context, params: dict[str, str]) -> None:
    """Nothing is ignored, and no hidden column can be guessed letter by letter (S1, S4)."""
    with pytest.raises(Invalid) as refused, scope(owner.company_id):
        listing(resource_named(PARTIES), owner, params)
    assert set(refused.value.errors) == set(params)


@pytest.mark.parametrize(
    "params",
    [{"price": "1.005"}, {"price_minor_from": "ten"}, {"price_minor_to": "1e30"}, {"active": "perhaps"}, {"price": "NaN"}],
)
def test_amounts_and_truths_are_read_exactly(owner: Context, params: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused, scope(owner.company_id):
        listing(resource_named("item.item"), owner, params)
    assert set(refused.value.errors) == set(params)


def test_every_kind_of_filter_answers(owner: Context) -> None:
    """A value of its kind finds nothing here, and nonsense is refused with a sentence: no filter ends in an error of ours."""
    values = ("1", "2026-11-02", "x", "true", "²", "9" * 30, "-1", "1e400", "NaN", "\ud800", "'; --", "%", "2026-11-02T25:00")
    # One filter of each kind of column is enough.
    kinds = {(type(f := field_at(r.model, name)), bool(f and f.choices)): (r, name) for r in RESOURCES.values() for name in r.filters}
    refused: list[Invalid] = []
    with scope(owner.company_id):
        for (resource, name), value, ending in itertools.product(kinds.values(), values, ("", "_from", "_to")):
            try:
                filtered(resource, owner, {name + ending: value})[:1].explain()
            except Invalid as no:
                refused.append(no)
    assert all(s.endswith(".") for no in refused for found in no.errors.values() for s in found)
    assert len(refused) > len(kinds) * len(values)


def hidden_fields(resource: Resource) -> list[str]:
    """Columns of the table that the resource shows nowhere, and the password of whoever it links to."""
    shown = {*resource.columns, *resource.filters, *resource.fields, *resource.facts, "id"}
    found = [f.name for f in resource.model._meta.concrete_fields if f.name not in shown]
    found += [f"{f.name}__password" for f in resource.model._meta.concrete_fields if f.related_model is User]
    return [*found, *(["password"] if resource.model is User else [])]


def test_no_hidden_column_can_be_asked_about(owner: Context) -> None:
    """Neither sorted nor filtered by, in no resource (S4)."""
    for resource in RESOURCES.values():
        for name in hidden_fields(resource):
            assert not is_sortable(resource, name), f"{resource.label}: {name}"
            for key in (name, f"{name}__startswith", f"{name}_from", f"{name}__in"):
                if key in resource.filters:
                    continue
                with pytest.raises(Invalid), scope(owner.company_id):
                    listing(resource, owner, {key: "a"})


def test_search_fields_are_shown_or_keys_of_what_is_shown() -> None:
    """Whoever may search may find out letter by letter: so nothing is searched that the page of the record does not tell."""
    told = {
        "party.party": {"name_key", "search_text"},  # The name, and every number and address, in one spelling.
        "party.contactpoint": {"normalised"},
        "document.document": {"text__content"},  # What its file says has a panel on its page, under the same permission.
        "books.entry": {"origin"},  # A reference such as billing.invoice:7.
        "reception.message": {"from_name", "party__name"},  # Shown as who.
    }
    wrong = []
    for resource in RESOURCES.values():
        shown = {*resource.columns, *resource.fields, *resource.facts} | told.get(resource.label, set())
        wrong += [f"{resource.label}: {path}" for path in resource.search if path not in shown and path.partition("__")[0] not in shown]
    assert wrong == []


def test_filters_and_search_find_what_they_say(owner: Context) -> None:
    """Several values of one filter are alternatives, several words all have to occur, case does not matter."""
    add_parties(owner, [date(1980, 1, 1), date(1990, 6, 15), None], ["Ann Brown", "Bea Brown", "Cy Green"])

    def names(**params: Any) -> list[str]:
        with scope(owner.company_id):
            return [r.name for r in listing(resource_named(PARTIES), owner, params).rows]

    assert names(q="brown") == ["Ann Brown", "Bea Brown"]
    assert names(q="BROWN bea") == ["Bea Brown"]
    assert names(q="brown green") == []
    assert names(q="100%") == []
    assert names(q="_") == []
    assert names(q="\x00") == []
    assert names(birth_on_from="1985-01-01") == ["Bea Brown"]
    assert names(birth_on_to="1985-01-01") == ["Ann Brown"]
    assert names(birth_on="1980-01-01") == ["Ann Brown"]
    assert names(birth_on=["1980-01-01", "1990-06-15"]) == ["Ann Brown", "Bea Brown"]
    assert names(kind="organisation") == []
    assert names(kind=["person", "organisation"], q="cy") == ["Cy Green"]


def test_amounts_are_filtered_in_major_units(owner: Context) -> None:
    with scope(owner.company_id):
        for code, price in (("A", 100), ("B", 1050), ("C", 20000)):
            Item.objects.create(company=owner.company, code=code, name=code, price_minor=price)
        resource = resource_named("item.item")
        assert [r.code for r in listing(resource, owner, {"price_minor_from": "10.50"}).rows] == ["B", "C"]
        assert [r.code for r in listing(resource, owner, {"price_minor_to": "10.5"}).rows] == ["A", "B"]
        assert [r.code for r in listing(resource, owner, {"price": "1"}).rows] == ["A"]
        assert [r.code for r in listing(resource, owner, {"sort": "-price_minor"}).rows] == ["C", "B", "A"]


def test_without_the_permission_there_is_no_list(owner: Context) -> None:
    clerk = make_ctx(owner.company, "item.view_item")
    with pytest.raises(NotAllowed), scope(owner.company_id):
        listing(resource_named(PARTIES), clerk, {})


def test_the_api_pages_by_marks(owner: Context, program: Program) -> None:
    """`after` and `before` of an answer go into the next query; null where there is nothing further."""
    add_parties(owner, [None] * 5, list("abcde"))
    first = program.get("party/parties/", sort="name", limit=2).json()
    assert [i["name"] for i in first["items"]] == ["a", "b"]
    assert first["before"] is None
    second = program.get("party/parties/", sort="name", limit=2, after=first["after"]).json()
    third = program.get("party/parties/", sort="name", limit=2, after=second["after"]).json()
    assert [i["name"] for i in third["items"]] == ["e"]
    assert third["after"] is None
    back = program.get("party/parties/", sort="name", limit=2, before=third["before"]).json()
    assert back["items"] == second["items"]


def test_options_are_a_short_list_with_hints(owner: Context, browser_page: Any) -> None:
    """A search box gets at most twenty rows; a filter it does not know is refused, not dropped."""
    add_parties(owner, [None] * 25, [f"Person {n:02d}" for n in range(25)])
    assert len(browser_page.get("/party/parties/options/").json()) == 20
    found = browser_page.get("/party/parties/options/?q=person 07&kind=person").json()
    assert [(o["label"], o["hint"]) for o in found] == [("Person 07", "T-0007")]
    refused = browser_page.get("/party/parties/options/?password=x", headers={"Accept": "application/json"})
    assert refused.status_code == 422
