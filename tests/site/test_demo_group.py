"""The group of the demo company is consolidated without anything left over but what its story leaves open."""

from __future__ import annotations

import random

import pytest

from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.site.demo import Cast
from enfilade.site.demo_books import open_books
from enfilade.site.demo_group import tell_group
from enfilade.site.found import found_company

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_two_books_differ_by_the_invoice_that_waits() -> None:
    owner, people, data = found_company("dental", demo=True, password="the-group-of-a-demo")
    cast = Cast(owner, people, data, random.Random(1), lambda _: None)
    open_books(cast)
    tell_group(cast)
    with scope(owner.company_id, read_only=True):
        books = report_named("group.consolidated_trial_balance").figures(owner, {"on": owner.today})
        between = report_named("group.differences_between").figures(owner, {"on": owner.today})
    assert set(books["totals"].values()) == {0}
    assert len(books["notes"]) == 1, "every account has its place in the group's chart"
    assert {row["code"] for row in books["rows"]} >= {"~01", "~04", "~05"}, "goodwill, minority interests, translation"
    [pair] = between["rows"]
    waits = next(int(one["amount"].replace(".", "")) for one in data["group"]["sold"] if one.get("waits"))
    assert abs(pair["difference_minor"] - waits) <= 2, "rounding of currencies, no more"
