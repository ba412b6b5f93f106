"""Many rows in one statement are the rows that were given, whatever they have in common."""

import gc
from datetime import date
from decimal import Decimal

import pytest

from enfilade.core import bulk
from enfilade.core.collecting import uncollected
from enfilade.core.context import Context
from enfilade.core.models import EventEntry, SavedView
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


def stored(ctx: Context) -> list[tuple[str, str, bool, list[str]]]:
    """Name, query, shared and roles of each view, by name."""
    return list(SavedView.objects.visible_to(ctx).order_by("name").values_list("name", "query", "shared", "roles"))


@pytest.mark.django_db(transaction=True)
def test_rows_are_written_and_changed_whatever_they_share() -> None:
    ctx = make_ctx(make_company(), "*")
    all_have = {"company_id": ctx.company_id, "resource": "core.auditentry", "query": "état=\\open'%s", "owner_id": ctx.user.pk}
    with scope(ctx.company_id):
        bulk.insert(SavedView, [all_have | {"name": n, "roles": ["a", n]} for n in ("one", "two")])
        bulk.insert(SavedView, [all_have | {"name": "alone", "shared": True}])
        query = all_have["query"]
        assert stored(ctx) == [("alone", query, True, []), ("one", query, False, ["a", "one"]), ("two", query, False, ["a", "two"])]
        keys = dict(SavedView.objects.visible_to(ctx).values_list("name", "pk"))
        bulk.update(SavedView, [{"id": keys[n], "query": "", "shared": n == "two", "roles": [n]} for n in ("one", "two")])
        bulk.update(SavedView, [{"id": key, "shared": True} for key in keys.values()])
        assert stored(ctx) == [("alone", query, True, []), ("one", "", True, ["one"]), ("two", "", True, ["two"])]


@pytest.mark.django_db(transaction=True)
def test_a_day_within_json_is_text_in_one_row_as_in_many() -> None:
    ctx = make_ctx(make_company(), "*")
    with scope(ctx.company_id):
        event = {
            "company_id": ctx.company_id,
            "at": ctx.now,
            "name": "test.Seen",
            "payload": {"on": date(2026, 11, 2), "rate": Decimal("1.50")},
        }
        bulk.insert(EventEntry, [event])
        bulk.insert(EventEntry, [event, event | {"payload": {"on": date(2026, 11, 3), "rate": None}}])
        found = list(EventEntry.objects.visible_to(ctx).filter(name="test.Seen").order_by("pk").values_list("payload", flat=True))
    first = {"on": "2026-11-02", "rate": "1.50"}
    assert found == [first, first, {"on": "2026-11-03", "rate": None}]


def test_the_search_for_circles_goes_on_when_the_last_stretch_ends() -> None:
    with uncollected():
        with pytest.raises(ValueError, match="no"), uncollected():
            raise ValueError("no")
        assert not gc.isenabled()
    assert gc.isenabled()
