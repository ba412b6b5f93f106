"""Other ways to look at a list: sums that are exact, a board by the state table, a calendar in the company's days, paper with all rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.pages import looks
from enfilade.core.resource import RESOURCES, resource_named, sums
from enfilade.core.resource.columns import field_at
from enfilade.core.resource.listing import filtered
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notes")]
CASES = "/work/cases/"


def page_of(browser: Client, url: str) -> dict[str, Any]:
    """What a list page draws."""
    answer = browser.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.context["page"]


def open_cases(ctx: Context, *kinds: str) -> list[Any]:
    """One case of each kind, in order."""
    return [run_raw(ctx, "work.open_case", {"kind": kind, "title": f"T{n}"}) for n, kind in enumerate(kinds)]


def test_groups_have_their_rows_below_them(owner: Context, browser_page: Client) -> None:
    """A heading before the first row of each value, with the number of all its rows, also of those on other pages."""
    open_cases(owner, "task", "complaint", "task", "task")
    page = page_of(browser_page, f"{CASES}?group=kind&limit=2")
    heads = [page["headings"].get(row["pk"], {}) for row in page["rows"]]
    assert [(h.get("label"), h.get("count")) for h in heads] == [("Complaint", "1"), ("Task", "3")]
    assert not any(column["sortable"] for column in page["columns"])
    rest = page_of(browser_page, page["next_url"])
    assert [rest["headings"].get(row["pk"], {}).get("count") for row in rest["rows"]] == ["3", None]
    assert browser_page.get(f"{CASES}?group=title").status_code == 422


def test_totals_are_those_of_everything_that_the_filters_leave(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact amounts; what another company has is not in them; a bound is said."""
    other = make_ctx(make_company("Other"), "*")
    for ctx, prices in ((owner, ("10.10", "0.05", "99.99")), (other, ("1000",))):
        for n, price in enumerate(prices):
            run_raw(ctx, "item.add_item", {"code": f"I{n}", "name": f"I{n}", "kind": "service", "price": price, "tax_class": "standard"})
    resource = resource_named("item.item")
    name = next(n for n in sums.added_up(resource) if n.startswith("price"))
    with scope(owner.company_id):
        count, found, complete = sums.totals(resource, owner, filtered(resource, owner, {}))
        assert (count, complete) == (3, True)
        assert "110.14" in found[name]
        assert sums.totals(resource, owner, filtered(resource, owner, {"q": "I1"}))[0] == 1
        monkeypatch.setattr(sums, "ROWS_MAX", 2)
        assert sums.totals(resource, owner, filtered(resource, owner, {}))[::2] == (2, False)


def test_a_board_shows_each_state_and_only_moves_that_are_there(owner: Context, browser_page: Client) -> None:
    """Two queries more for many cards are two too many; what a person may not do is not offered."""
    cases = open_cases(owner, "task", "task")
    run_raw(owner, "work.close_case", {"case": cases[0].pk, "outcome": "settled"})

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser_page.get(f"{CASES}?look=board")
        return len(queries)

    asked()
    before = asked()
    open_cases(owner, *["task"] * 9)
    assert asked() == before
    columns = {c["value"]: c for c in page_of(browser_page, f"{CASES}?look=board")["board"]["columns"]}
    now = str(cases[1].state)
    assert {value: len(c["cards"]) for value, c in columns.items() if c["cards"]} == {"closed": 1, now: 10}
    ends = {move["to"] for move in columns[now]["cards"][0]["moves"]}
    assert "closed" in ends
    assert now not in ends
    assert not {"Set due", "Remind case"} & {move["label"] for move in columns[now]["cards"][0]["moves"]}


def test_a_calendar_has_the_days_of_the_company(owner: Context, browser_page: Client) -> None:
    """Half past eleven in the evening in Berlin is still that day; a month begins on a Monday of the month before."""
    ctx = replace(owner, now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    for n, due in enumerate(["2026-11-30T23:30:00+01:00", "2026-12-01T00:00:00+01:00"]):
        run_raw(ctx, "work.open_case", {"kind": "task", "title": f"T{n}", "due_at": due})
    days = page_of(browser_page, f"{CASES}?look=calendar&look_at=2026-11-15")["calendar"]["days"]
    assert (str(days[0]["date"]), str(days[-1]["date"])) == ("2026-10-26", "2026-12-06")
    assert [(str(d["date"]), len(d["items"])) for d in days if d["items"]] == [("2026-11-30", 1), ("2026-12-01", 1)]
    for bad in ("look_at=never", "look_at=9999-12-31", "look_at=0001-01-01"):
        assert browser_page.get(f"{CASES}?look=calendar&{bad}").status_code == 422, bad
    for bound in ("9999-12-31", "0001-01-01"):
        for name in ("due_at", "due_at_from", "due_at_to"):
            assert browser_page.get(f"{CASES}?{name}={bound}").status_code in {200, 422}, (name, bound)
    assert browser_page.get(f"{CASES}?look=map").status_code == 422


def test_paper_has_all_rows_or_says_that_it_has_not(owner: Context, browser_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a page of the list; with the filters written above."""
    open_cases(owner, *["task"] * 3)
    page = page_of(browser_page, f"{CASES}?look=print&limit=1&kind=task")
    assert (len(page["rows"]), page["cut"]) == (3, False)
    assert page["chosen"] == ["Kind: Task"]
    monkeypatch.setattr(looks, "PRINT_MAX", 2)
    page = page_of(browser_page, f"{CASES}?look=print")
    assert (len(page["rows"]), page["cut"]) == (2, True)


def test_every_list_can_be_looked_at_in_every_way_it_offers(owner: Context, browser_page: Client) -> None:
    """Every chart, group and sum of every list; boards are of the state table, calendars of a date."""
    for resource in RESOURCES.values():
        for look in looks.kinds(resource)[1:]:
            assert browser_page.get(f"{resource.list_url()}?look={look}").status_code == 200, (resource.label, look)
        with scope(owner.company_id):
            rows = filtered(resource, owner, {})
            for name in {*looks.charted(resource), *sums.groupable(resource)}:
                sums.groups(resource, owner, rows, name)
            sums.totals(resource, owner, rows)
        if resource.board:
            assert resource.states is not None
            assert resource.states.field == resource.board
        if resource.calendar:
            assert field_at(resource.model, resource.calendar) is not None
