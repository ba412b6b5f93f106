"""What one may ask of a column, and how a list opens: ranges, parts of texts, emptiness, spoken dates; views and columns of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from enfilade.base.party.models import Party
from enfilade.base.work.models import Case
from enfilade.core.command import run_raw
from enfilade.core.commands import change_view, choose_columns, open_list_with, save_view
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.resource import RESOURCES, resource_named
from enfilade.core.resource.columns import field_at, public_name
from enfilade.core.resource.filtering import endings_of, period
from enfilade.core.resource.listing import filtered
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .callers import browser_of

pytestmark = pytest.mark.django_db
CASES = "/work/cases/"
DAY = date(2026, 11, 27)


def found(ctx: Context, label: str, **params: Any) -> list[str]:
    """What the rows are called that a query leaves, in the order of entry."""
    with scope(ctx.company_id):
        return [str(row) for row in filtered(resource_named(label), ctx, params).order_by("pk")]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-02", date(2026, 11, 2), date(2026, 11, 2)),
        ("today", DAY, DAY),
        ("today-27", date(2026, 10, 31), date(2026, 10, 31)),
        ("week", date(2026, 11, 23), date(2026, 11, 29)),
        ("week+1", date(2026, 11, 30), date(2026, 12, 6)),
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
        ("month-9", date(2026, 2, 1), date(2026, 2, 28)),
        ("month+2", date(2027, 1, 1), date(2027, 1, 31)),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("quarter+1", date(2027, 1, 1), date(2027, 3, 31)),
        ("year-2", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_seen_from_a_day(text: str, first: date, last: date) -> None:
    assert period(text, DAY) == (first, last)


@pytest.mark.parametrize("text", ["tomorrow", "today+", "today+12345", "month-9999999", "2026-02-30", "", "year+9000", "today 1"])
def test_a_day_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="Give a date"):
        period(text, DAY)


def test_dates_ranges_and_emptiness(owner: Context) -> None:
    """Both ends belong to a range; a period means all of its days."""
    ctx = replace(owner, now=datetime(2026, 11, 27, 12, tzinfo=UTC))
    born = [None, date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)]
    with scope(ctx.company_id):
        Party.objects.bulk_create(
            [Party(company=ctx.company, number=f"F-{n}", name=f"P{n}", name_key=f"p{n}", birth_on=b) for n, b in enumerate(born)]
        )
    assert found(ctx, "party.party", birth_on="month") == ["P2", "P3", "P4"]
    assert found(ctx, "party.party", birth_on=["today", "2026-12-01"]) == ["P3", "P5"]
    assert found(ctx, "party.party", birth_on_from="2026-11-01", birth_on_to="today") == ["P2", "P3"]
    assert found(ctx, "party.party", birth_on_to="month-1") == ["P1"]
    assert found(ctx, "party.party", birth_on_empty="true") == ["P0"]
    assert len(found(ctx, "party.party", birth_on_empty="false")) == 5
    assert len(found(ctx, "party.party", language_empty="true")) == 6


def test_an_instant_is_compared_with_the_company_s_day(owner: Context) -> None:
    """Half past eleven in the evening in Berlin belongs to the day that is not yet over there."""
    ctx = replace(owner, now=datetime(2026, 11, 27, 12, tzinfo=UTC))
    assert str(ctx.zone) == "Europe/Berlin"
    earlier = replace(ctx, now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    for n, due in enumerate(
        ["2026-11-26T23:30:00+01:00", "2026-11-27T00:00:00+01:00", "2026-11-27T23:59:00+01:00", "2026-11-28T00:00:00+01:00"]
    ):
        run_raw(earlier, "work.open_case", {"kind": "task", "title": f"T{n}", "due_at": due})
    titles = [f"T{n}" for n in range(4)]

    def due(**params: Any) -> list[str]:
        with scope(ctx.company_id):
            rows = filtered(resource_named("work.case"), ctx, params).order_by("pk")
            return [row.title for row in rows]

    assert due(due_at="today") == titles[1:3]
    assert due(due_at_to="today-1") == titles[:1]
    assert due(due_at_from="2026-11-28") == titles[3:]
    assert due(due_at_from="2026-11-27T00:00", due_at_to="2026-11-27T22:59:00+00:00") == titles[1:3]
    assert due(due_at="2026-11-27T00:00") == titles[1:2]


def test_a_part_of_a_text(owner: Context) -> None:
    """Letters that mean something to LIKE are letters."""
    for topic in ("crown", "crown 50%", "bridge"):
        run_raw(owner, "work.open_case", {"kind": "task", "title": "T", "topic": topic})
    with scope(owner.company_id):
        topics = [c.topic for c in filtered(resource_named("work.case"), owner, {"topic_has": "ROWN"}).order_by("pk")]
        percent = [c.topic for c in filtered(resource_named("work.case"), owner, {"topic_has": "%"})]
    assert (topics, percent) == (["crown", "crown 50%"], ["crown 50%"])


def test_every_filter_of_every_list_answers_all_that_it_offers(owner: Context) -> None:
    """Whatever its type; and refuses what it does not offer."""
    samples = {"_from": "", "_to": "", "_has": "x", "_empty": "true"}
    for resource in RESOURCES.values():
        for path in resource.filters:
            field = field_at(resource.model, path)
            offered = endings_of(field)
            for ending, sample in samples.items():
                name = f"{public_name(path)}{ending}"
                if ending in offered and sample:
                    with scope(owner.company_id):
                        list(filtered(resource, owner, {name: sample})[:1])
                elif ending not in offered:
                    with pytest.raises(Invalid), scope(owner.company_id):
                        filtered(resource, owner, {name: "1"})


def test_a_view_for_one_role(owner: Context) -> None:
    """Its people see it among the tabs; others do not."""
    reception = make_ctx(owner.company, "work.*", "core.save_view", role="reception")
    books = make_ctx(owner.company, "work.*", "core.save_view", role="books")
    view = save_view(owner, resource="work.case", name="Late ones", query="due_at_to=today-1", roles=["reception"])
    assert "Late ones" in browser_of(reception).get(CASES).content.decode()
    assert "Late ones" not in browser_of(books).get(CASES).content.decode()
    with pytest.raises(Refusal) as refused:
        save_view(owner, resource="work.case", name="X", roles=["nobody"])
    assert refused.value.code == "unknown_role"
    with pytest.raises(Refusal, match="no view of this list"):
        open_list_with(books, resource="work.case", view=view)
    with pytest.raises(Refusal, match="no view of this list"):
        open_list_with(owner, resource="party.party", view=view)
    with pytest.raises(Refusal, match="Only the person who saved"):
        change_view(reception, view=view, query="state=open")


def test_a_list_opens_as_its_reader_wants(owner: Context, browser_page: Client) -> None:
    """In a view, until she says otherwise; a colleague's list opens as before."""
    view = save_view(owner, resource="work.case", name="Mine", query="state=open")
    open_list_with(owner, resource="work.case", view=view)
    assert browser_page.get(CASES)["Location"] == f"{CASES}?state=open"
    assert browser_page.get(f"{CASES}?view=all").status_code == 200
    colleague = make_ctx(owner.company, "*")
    assert browser_of(colleague).get(CASES).status_code == 200
    change_view(owner, view=view, query="state=waiting")
    assert browser_page.get(CASES)["Location"] == f"{CASES}?state=waiting"
    run_raw(owner, "core.delete_view", {"view": view.pk})
    assert browser_page.get(CASES).status_code == 200


@pytest.mark.usefixtures("notes")
def test_columns_of_one_s_own(owner: Context, browser_page: Client) -> None:
    """By the address, kept for the person, part of a view; only columns of the record page."""
    run_raw(owner, "work.open_case", {"kind": "task", "title": "Order gloves", "contact_name": "Ana Ruiz"})

    def heads(url: str) -> list[str]:
        return [c["name"] for c in browser_page.get(url).context["page"]["columns"]]

    assert heads(f"{CASES}?columns=contact_name,number") == ["contact_name", "number"]
    assert "Ana Ruiz" in browser_page.get(f"{CASES}?columns=contact_name,number").content.decode()
    choose_columns(owner, resource="work.case", columns=["title,state"])
    assert heads(CASES) == ["title", "state"]
    assert heads(f"{CASES}?columns=number") == ["number"]
    choose_columns(owner, resource="work.case")
    assert heads(CASES) == list(resource_named("work.case").columns)
    assert browser_page.get(f"{CASES}?columns=reminded_at").status_code == 422
    with pytest.raises(Refusal) as refused:
        choose_columns(owner, resource="work.case", columns=["company"])
    assert refused.value.code == "unknown_column"
    with scope(owner.company_id):
        assert Case.objects.visible_to(owner).count() == 1
