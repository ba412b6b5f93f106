"""The statements of a group by a worked example that was reckoned by hand, who may see them, and what the companies say of each other.

At the end of 2026, in euros. P: 200,000 capital, 79,000 spent on shares, 30,000 earned, 5,000 of services from S of which 3,000 are owed.
S (80 %, bought for 58,000 with an equity of 60,000, so goodwill is 10,000 over ten years): 12,000 earned, of that 5,000 from P; rent 4,000.
U (100 %, bought for 18,000 = 20,000 US dollars at 0.90): 12,000 dollars earned, worth 0.85 on average; 32,000 dollars are worth 0.80 each:
25,600 - 18,000 - 10,200 = -2,600 from translation. A (30 % for 3,000): earned 2,000, of that 600. By hand: an unrealised profit of 500.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.back.group.commands import GroupLine, leave_group, map_account, mirror_entry, post_consolidation, reverse_consolidation
from enfilade.back.group.models import ConsolidationEntry, GroupCompany, GroupPartner
from enfilade.back.group.reports import (
    consolidated_balance_sheet,
    consolidated_profit_and_loss,
    consolidated_trial_balance,
    differences_between,
    figures_behind,
    lines_behind,
)
from enfilade.back.ledger.commands import close_year
from enfilade.base.books.models import Account, Entry
from enfilade.base.books.tests.support import as_app
from enfilade.core.access import context_for, context_of_token, issue_token
from enfilade.core.across import reading_in
from enfilade.core.command import run_raw
from enfilade.core.context import NotAllowed, Refusal
from enfilade.core.models import Membership
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .concern import END, Concern

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def concern() -> Concern:
    """The group of the example."""
    return Concern()


def unrealised(concern: Concern) -> ConsolidationEntry:
    """500 of S's profit are still in the stock."""
    lines = [GroupLine("5000", debit=50_000), GroupLine("1500", credit=50_000)]
    return post_consolidation(concern.ctx["P"], on=END, kind="profit", text="Profit in the stock", lines=lines)


def by_code(found: Any) -> dict[str, int]:
    """Amount of the group by code."""
    return {row["code"]: row["amount_minor"] for row in found["rows"] if row["code"] and row["amount_minor"]}


def test_profit_and_loss_by_hand(concern: Concern) -> None:
    unrealised(concern)
    found = concern.report(consolidated_profit_and_loss, on=END)
    assert by_code(found) == {"4000": 4_720_000, "~10": 60_000, "5000": 50_000, "6100": 400_000, "~09": 100_000}
    assert (found["result_minor"], found["minority_minor"]) == (4_230_000, 160_000)


def test_balance_sheet_by_hand(concern: Concern) -> None:
    unrealised(concern)
    found = concern.report(consolidated_balance_sheet, on=END)
    assert by_code(found) == {
        "1100": 14_900_000 + 6_500_000 + 2_560_000, "1500": -50_000, "1890": 300_000, "~01": 900_000, "~02": 60_000,
        "3000": 20_000_000, "~04": 1_200_000, "~05": -260_000,
    }  # fmt: skip
    assert [found[f"{name}_minor"] for name in ("asset", "liability", "equity", "difference", "result")] == [
        25_170_000,
        0,
        25_170_000,
        0,
        4_230_000,
    ]


def test_each_column_of_the_trial_balance_is_whole(concern: Concern) -> None:
    unrealised(concern)
    found = concern.report(consolidated_trial_balance, on=END)
    assert set(found["totals"].values()) == {0}
    assert set(found["totals"]) == {
        *(f"company_{n}_minor" for n in range(3)),
        "eliminations_minor",
        "entries_minor",
        "amount_minor",
    }


def test_every_figure_leads_to_company_and_account(concern: Concern) -> None:
    found = concern.report(figures_behind, on=END, account="4000")
    rows = [(row["company"], row["code"], row.get("local_minor"), row["amount_minor"]) for row in found["rows"]]
    names = {name: ctx.company.name for name, ctx in concern.ctx.items()}
    assert rows == [
        (names["P"], "4000", -3_000_000, -3_000_000),
        (names["S"], "4000", -1_200_000, -1_200_000),
        (names["U"], "4000", -1_200_000, -1_020_000),
        (names["S"], "", None, 500_000),
    ]
    assert found["totals"]["amount_minor"] == -4_720_000
    slug = concern.ctx["U"].company.slug
    lines = concern.report(lines_behind, member=slug, account="4000", from_on=date(2026, 1, 1), to_on=END)
    assert [(row["amount_minor"], row["unit"]) for row in lines["rows"]] == [(-1_200_000, "USD")]
    bank = next(row for row in concern.report(figures_behind, on=END, account="1100")["rows"] if row["company"] == names["S"])
    lines = concern.report(lines_behind, member=concern.ctx["S"].company.slug, account="1100", from_on=date(2026, 1, 1), to_on=END)
    assert [row["amount_minor"] for row in lines["rows"]] == [6_000_000, 700_000, -400_000, 200_000]
    assert lines["totals"]["amount_minor"] == bank["local_minor"] == 6_500_000


def test_the_next_year_and_after_a_reversal(concern: Concern) -> None:
    """In 2027 nothing happened: results of 2026 are earlier ones, a quarter year of goodwill is gone, the stock was sold."""
    entry = unrealised(concern)
    reverse_consolidation(concern.ctx["P"], entry=entry, on=date(2027, 2, 1), text="Sold")
    found = concern.report(consolidated_profit_and_loss, on=date(2027, 3, 31))
    assert by_code(found) == {"5000": -50_000, "~09": 25_000}
    sheet = concern.report(consolidated_balance_sheet, on=date(2027, 3, 31))
    assert sheet["difference_minor"] == 0
    # 8,000 of S less a fifth, 10,200 of U, 600 of A, less 1,000 of goodwill and 500 of profit.
    assert by_code(sheet)["~06"] == 640_000 + 1_020_000 + 60_000 - 100_000 - 50_000
    assert by_code(sheet)["~11"] == 2_500_000
    assert by_code(sheet)["~04"] == 1_200_000 + 160_000


def test_closed_years_change_nothing(concern: Concern) -> None:
    """What carried a result to the equity is no result, and nothing that was put in."""
    days = (END, date(2027, 3, 31))
    before = [concern.report(run, on=day) for run in (consolidated_profit_and_loss, consolidated_balance_sheet) for day in days]
    for name in ("P", "S", "U"):
        for year in (2025, 2026):
            close_year(replace(concern.ctx[name], key=""), ends_on=date(year, 12, 31), reason_not_done="Nothing to reconcile in this test")
    after = [concern.report(run, on=day) for run in (consolidated_profit_and_loss, consolidated_balance_sheet) for day in days]
    keys = ("result_minor", "minority_minor", "asset_minor", "equity_minor", "difference_minor")
    assert [{key: one.get(key) for key in keys} for one in after] == [{key: one.get(key) for key in keys} for one in before]
    assert by_code(after[3])["~05"] == by_code(before[3])["~05"] == -260_000


def test_balances_between_companies_agree_and_differ(concern: Concern) -> None:
    assert concern.report(differences_between, on=END)["difference_count"] == 0
    concern.post("S", date(2026, 8, 1), "1200", "4000", 100, debited=concern.party["P"])
    found = concern.report(differences_between, on=END)
    row = found["rows"][0]
    assert (found["difference_count"], abs(row["difference_minor"]), abs(row["result_difference_minor"])) == (2, 10_000, 10_000)
    sheet = concern.report(consolidated_balance_sheet, on=END)
    assert (by_code(sheet)["~07"], sheet["difference_minor"]) == (-10_000, 0)
    assert concern.report(consolidated_profit_and_loss, on=END)["result_minor"] == 4_230_000 + 50_000 + 10_000


def test_who_may_not_read_one_company_sees_nothing_of_the_group(concern: Concern) -> None:
    stranger = make_ctx(concern.ctx["P"].company, "*")
    with pytest.raises(Refusal) as no:
        concern.report(consolidated_balance_sheet, ctx=stranger, on=END)
    assert no.value.code == "not_in_company"
    for name in ("S", "U", "A"):
        concern.employ(
            concern.ctx[name].company, *(["ledger.view_reports"] if name != "A" else ["ledger.post_journal"]), user=stranger.user
        )
    with pytest.raises(Refusal) as no:
        concern.report(consolidated_balance_sheet, ctx=stranger, on=END)
    assert (no.value.code, str(no.value)) == (
        "not_in_company",
        f"You may not read the statements of {concern.ctx['A'].company}, which is part of the group.",
    )


def test_the_wall_stands_around_what_is_read(concern: Concern) -> None:
    """Inside the other company's rows only, afterwards one's own only, also when something failed inside."""
    ctx, other = concern.ctx["P"], concern.ctx["S"].company

    def seen() -> set[int]:
        return set(Entry.objects.values_list("company_id", flat=True))

    with scope(ctx.company_id, read_only=True):
        with reading_in(ctx, other, "ledger.view_reports") as inner:
            assert (seen(), inner.company) == ({other.pk}, other)
        assert seen() == {ctx.company_id}
        with pytest.raises(RuntimeError), reading_in(ctx, other, "ledger.view_reports"):
            raise RuntimeError("inside")
        assert seen() == {ctx.company_id}
        with pytest.raises(DatabaseError), reading_in(ctx, other, "ledger.view_reports"), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert seen() == {ctx.company_id}


def test_a_token_reads_no_more_than_it_says_and_who_left_reads_nothing(concern: Concern) -> None:
    ctx, other = concern.ctx["P"], concern.ctx["S"].company
    narrow = context_of_token(issue_token(concern.user, ctx.company, "n", scope=["group.*"]))
    assert narrow is not None
    with scope(ctx.company_id), pytest.raises(NotAllowed), reading_in(narrow, other, "ledger.view_reports"):
        pass
    Membership.objects.filter(company=other, user=concern.user).update(active=False)
    with scope(ctx.company_id), pytest.raises(NotAllowed), reading_in(ctx, other, "ledger.view_reports"):
        pass
    assert context_for(concern.user, ctx.company).company == ctx.company


def test_an_entry_of_theirs_is_kept_as_a_template(concern: Concern) -> None:
    entry = concern.post("S", date(2026, 9, 1), "1200", "4800", 250, debited=concern.party["P"])
    with scope(concern.ctx["P"].company_id):
        partner = GroupPartner.objects.get(company=concern.ctx["P"].company)
    made = mirror_entry(concern.ctx["P"], partner=partner, entry=entry.pk, on=date(2026, 9, 1), with_them="2000", account_code="5100")
    with scope(concern.ctx["P"].company_id):
        rows = [(line.account.code, line.amount_minor, line.party) for line in made.lines.order_by("pk")]
    assert rows == [("2000", -25_000, concern.party["S"]), ("5100", 25_000, None)]
    with pytest.raises(Refusal) as no:
        mirror_entry(concern.ctx["P"], partner=partner, entry=1, on=date(2026, 9, 1), with_them="2000", account_code="5100")
    assert no.value.code == "no_such_entry"


def test_an_account_without_a_place_stands_by_itself_until_it_has_one(concern: Concern) -> None:
    ctx = concern.ctx["S"]
    with scope(ctx.company_id):
        cash = Account.objects.get(code="1000")
    given = {"book": cash.book_id, "code": "1099", "name": "Crypto", "kind": "asset", "parent": cash.parent_id}
    run_raw(ctx, "books.add_account", {**given, "heading": False, "active": True})
    concern.post("S", END, "1099", "1100", 1_000)
    found = concern.report(consolidated_balance_sheet, on=END)
    assert by_code(found)["1099"] == 100_000
    assert any("stand by themselves" in note for note in found["notes"])
    with scope(concern.ctx["P"].company_id):
        member = GroupCompany.objects.get(member=ctx.company)
        target = Account.objects.get(code="1000")
    map_account(concern.ctx["P"], groupcompany=member, code="1099", account=target)
    found = concern.report(consolidated_balance_sheet, on=END)
    assert (by_code(found)["1000"], "1099" in by_code(found)) == (100_000, False)


def test_who_left_is_not_consolidated(concern: Concern) -> None:
    with scope(concern.ctx["P"].company_id):
        members = list(GroupCompany.objects.all())
    for member in members:
        leave_group(replace(concern.ctx["P"], key=""), groupcompany=member, left_on=date(2026, 12, 1))
    with pytest.raises(Refusal) as no:
        concern.report(consolidated_balance_sheet, on=END)
    assert no.value.code == "no_group"


ADDED = """
INSERT INTO group_consolidationline (company_id, entry_id, account_id, amount_minor)
SELECT company_id, entry_id, account_id, 5 FROM group_consolidationline LIMIT 1; SET CONSTRAINTS ALL IMMEDIATE
"""
ATTACKS = [
    ("consolidation_balances", ADDED),
    ("group_account_fits", "UPDATE group_groupcompany SET shares_account_id = (SELECT id FROM books_account WHERE code = '3000')"),
    ("group_share_of_hundred", "UPDATE group_groupcompany SET share_percent = 101"),
]


@pytest.mark.parametrize(("name", "attack"), ATTACKS)
def test_sql_is_refused(concern: Concern, name: str, attack: str) -> None:
    unrealised(concern)
    with pytest.raises(DatabaseError) as no, as_app(concern.ctx["P"].company) as cursor:
        cursor.execute(attack)
    assert no.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
