"""Shares held through a company of the group, reckoned by hand: 60 % of T held by S, of which P has 80 %, are 48 %."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.back.group.commands import add_groupcompany, change_holding, leave_group
from enfilade.back.group.consolidating import Consolidated, consolidated
from enfilade.back.group.models import GroupCompany
from enfilade.back.group.queries import members_on
from enfilade.back.group.rules import BADWILL, CAPITAL, GOODWILL, MINORITY, TRANSLATION
from enfilade.back.ledger.commands import found_ledger, open_year
from enfilade.base.books.models import Account, Book
from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, race

from .concern import BOUGHT, END, NOW, Concern

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def concern() -> Concern:
    return Concern()


def with_t(concern: Concern, holder: str = "S", bought_on: date = BOUGHT) -> GroupCompany:
    """T, founded with 10,000, earned 1,000 in 2025 and 2,000 in 2026; the holder paid 9,000 of its currency for 60 % of it."""
    company = make_company("Company T")
    concern.employ(company)
    ctx = concern.ctx["T"] = replace(context_for(concern.user, company), now=NOW)
    found_ledger(ctx, chart="generic")
    for year in (2025, 2026):
        open_year(ctx, year=year)
    _shares_account(concern.ctx[holder])
    concern.post("T", date(2025, 1, 1), "1100", "3000", 10_000)
    concern.post("T", date(2025, 9, 1), "1100", "4000", 1_000)
    concern.post("T", date(2026, 6, 15), "1100", "4000", 2_000)
    concern.post(holder, bought_on, "1890", "1100", 9_000)
    return add_groupcompany(
        concern.ctx["P"],
        member=company.slug,
        share_percent=Decimal(60),
        acquired_on=bought_on,
        cost=900_000,
        shares_account=concern.shares,
        held_by=company_of(concern, holder),
    )


def _shares_account(ctx: Context) -> None:
    with scope(ctx.company_id):
        book, above = Book.objects.get(code="general"), Account.objects.get(code="17")
    given = {"book": book.pk, "code": "1890", "name": "Shares in companies", "kind": "asset", "parent": above.pk}
    run_raw(ctx, "books.add_account", {**given, "heading": False, "active": True})


def company_of(concern: Concern, name: str) -> GroupCompany:
    with scope(concern.ctx["P"].company_id):
        return GroupCompany.objects.get(member=concern.ctx[name].company)


def group(concern: Concern, on: date = END) -> Consolidated:
    """The consolidated statements, of which every column sums to nothing."""
    with scope(concern.ctx["P"].company_id, read_only=True):
        found = consolidated(concern.ctx["P"], on)
    assert {name: column.rest_minor for name, column in found.columns.items()} == dict.fromkeys(found.columns, 0)
    return found


def at(found: Consolidated, key: int) -> int:
    """What stands at a place in the whole group, debit positive."""
    return sum(column.amounts[key] for column in found.columns.values())


def test_shares_through_a_subsidiary(concern: Concern) -> None:
    """S bought 60 % of 11,000 for 9,000: goodwill 2,400, of which 240 a year; of 2,000 the minority has 40 %, and 20 % of what is S's."""
    before = group(concern)
    made = with_t(concern)
    assert made.effective_percent == Decimal(48)
    found = group(concern)
    assert at(found, GOODWILL) - at(before, GOODWILL) == 240_000 - 24_000
    # 800 of T, and of S 20 % of 1,200 - 240.
    assert found.minority_minor - before.minority_minor == 80_000 + 19_200
    # 40 % of T's 11,000; the shares of S and of P are gone, those of the associated company stand.
    assert at(found, MINORITY) - at(before, MINORITY) == -440_000
    assert at(found, concern.shares.pk) == 300_000
    assert at(found, CAPITAL) == 0


def test_in_the_year_after_the_minority_has_its_part_of_earlier_results(concern: Concern) -> None:
    """The day after the year: what was a result of the year is one of earlier years, for the minority through both levels."""
    with_t(concern)
    for ctx in concern.ctx.values():
        open_year(ctx, year=2027)
    last, next_year = group(concern), group(concern, date(2027, 1, 1))
    # Of T's goodwill 20 is written down in January, of which S's minority bears a fifth.
    assert next_year.minority_minor == -400
    assert at(next_year, MINORITY) == at(last, MINORITY) - last.minority_minor


def test_shares_that_the_holder_had_before_were_bought_with_it(concern: Concern) -> None:
    """S had T before P had S: no goodwill of T; what T was worth less than it cost S makes that of S dearer."""
    before = group(concern)
    with_t(concern, bought_on=date(2025, 6, 30))
    found = group(concern)
    # 60 % of 11,000 is 2,400 less than 9,000, and P has 80 % of S; a tenth of all goodwill is written down.
    assert at(found, GOODWILL) - at(before, GOODWILL) == (192_000) * 9 // 10
    assert at(found, MINORITY) - at(before, MINORITY) == -440_000 + 48_000
    assert found.minority_minor - before.minority_minor == 80_000 + 24_000
    assert (at(found, CAPITAL), at(found, BADWILL)) == (0, at(before, BADWILL))


def test_a_holder_in_another_currency(concern: Concern) -> None:
    """U paid 9,000 US dollars at 0.90, which are 8,100 euro; its books show them at 0.80: 900 are no loss of the group but translation."""
    before = group(concern)
    with_t(concern, "U")
    found = group(concern)
    assert at(found, GOODWILL) - at(before, GOODWILL) == (810_000 - 660_000) * 9 // 10
    assert at(found, TRANSLATION) == at(before, TRANSLATION) - 90_000
    assert at(found, concern.shares.pk) == 300_000


def test_no_circle_and_only_what_is_consolidated_in_full_brings_others_along(concern: Concern) -> None:
    t, s = with_t(concern), company_of(concern, "S")

    def change(row: GroupCompany, **more: Any) -> None:
        kept = {"method": row.method, "share_percent": row.share_percent, "cost": row.cost_minor, "goodwill_years": row.goodwill_years}
        change_holding(concern.ctx["P"], **{"groupcompany": row, "held_by": row.held_by, "reason": "Corrected", **kept, **more})

    for row, more, code in (
        (s, {"held_by": t}, "group_no_circle"),
        (s, {"held_by": s}, "group_no_circle"),
        (s, {"method": "equity"}, "group_holder_in_full"),
        (t, {"held_by": company_of(concern, "A")}, "group_holder_in_full"),
    ):
        with pytest.raises(Refusal) as no:
            change(row, **more)
        assert no.value.code == code
    holder = company_of(concern, "U")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_company SET currency = 'JPY' WHERE id = %s", [holder.member_id])
    with pytest.raises(Refusal) as no:
        change(t, held_by=holder)
    assert no.value.code == "other_decimals"
    change(t, held_by=None)
    assert company_of(concern, "T").effective_percent == Decimal(60)
    change(company_of(concern, "T"), held_by=s)
    leave_group(concern.ctx["P"], groupcompany=s, left_on=date(2026, 10, 1))
    with scope(concern.ctx["P"].company_id):
        assert [str(m.member.name)[:9] for m in members_on(concern.ctx["P"], END)] == ["Company A", "Company U"]


def test_two_halves_of_a_circle_at_once(concern: Concern) -> None:
    """Two people let two companies hold each other: one of them does."""
    t, s = with_t(concern), company_of(concern, "S")
    with scope(concern.ctx["P"].company_id):
        GroupCompany.objects.filter(pk=t.pk).update(held_by=None)

    def hold(number: int) -> Any:
        one, other = (s, t) if number else (t, s)
        with scope(concern.ctx["P"].company_id):
            return GroupCompany.objects.filter(pk=one.pk).update(held_by=other)

    outcomes = race(2, hold)
    assert sorted(type(o) is int for o in outcomes) == [False, True]
    assert [o for o in outcomes if isinstance(o, DatabaseError)]
