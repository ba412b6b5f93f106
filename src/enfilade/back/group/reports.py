"""Statements of the group, what is behind their figures, and what companies of the group owe each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from enfilade.back.ledger.queries import ledger_book
from enfilade.back.ledger.reports.outlines import section, sum_row
from enfilade.back.ledger.reports.parts import CODE, ENTRY, NAME, ON, TEXT, amount, check_order, figures, tile
from enfilade.back.ledger.rules import BALANCE_KINDS, in_chart_order
from enfilade.base.books.queries import accounts_by_code, lines_of, totals_on
from enfilade.base.money.queries import rates_on
from enfilade.core.command import Input, Today
from enfilade.core.context import Context, Invalid
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day

from .consolidating import TOGETHER, Consolidated, consolidated
from .models import GroupCompany
from .queries import at, members_on, read_company, start_of_year

VIEW = "group.view_consolidation"
LINES_MAX = 500
Code = Annotated[str, Input(label="Account", max_length=20)]


def _heads(group: Consolidated) -> list[dict[str, str]]:
    return [NAME, {**CODE, "name": "account"}, *(amount(name, label) for name, label in group.labels.items()), amount(TOGETHER, "Group")]


def _with_accounts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What people read as the number of an account: what stands on no account has a code to ask by, and none to be read."""
    return [{**row, "account": "" if row["code"].startswith("~") else row["code"]} for row in rows]


def _behind_url(on: date) -> Callable[[str], str]:
    return lambda code: f"/group/reports/figures_behind/?{urlencode({'on': on.isoformat(), 'account': code})}"


def _notes(group: Consolidated) -> list[str]:
    notes = [f"{format_day(group.start)} – {format_day(group.on)}"]
    if group.unplaced:
        notes.append("Accounts without a place in the group's chart stand by themselves: say where they belong.")
    return notes


@report(title="Consolidated trial balance", permission=VIEW, icon="scale", order=10)
def consolidated_trial_balance(ctx: Context, *, on: Today) -> dict[str, Any]:
    """Every account of the group by company, with what is taken out and what was entered for the group, debit positive.

    Shape: one row per account or position; the columns of a row sum to amount_minor, and each column sums to nothing.
    """
    group = consolidated(ctx, on)
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    for name, column in group.columns.items():
        for key, value in column.amounts.items():
            if value:
                sums[key][name] = value
    rows: list[dict[str, Any]] = []
    for key, amounts in sorted(sums.items(), key=lambda item: (group.places[item[0]].code, item[0])):
        place = group.places[key]
        cells = {f"{name}_minor": amounts.get(name) for name in group.columns}
        whole = {f"{TOGETHER}_minor": sum(amounts.values())}
        rows.append({"name": place.name, "code": place.code, "url": _behind_url(on)(place.code), **cells, **whole})
    rows, names = _with_accounts(rows), [*group.columns, TOGETHER]
    totals = {f"{name}_minor": sum(row[f"{name}_minor"] or 0 for row in rows) for name in names}
    return figures(ctx, _heads(group), rows, totals=totals, notes=_notes(group), on=on)


@report(title="Consolidated profit and loss", permission=VIEW, icon="trending-up", order=20)
def consolidated_profit_and_loss(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What the group earned and spent from the beginning of its year until a day, by company and together.

    Shape: as profit and loss; minority_minor is the part of the result that belongs to others (§ 307 (2) HGB).
    """
    group = consolidated(ctx, on)
    columns = group.naturally()
    income, income_rows = section(group.places, columns, "income", _behind_url(on))
    expense, expense_rows = section(group.places, columns, "expense", _behind_url(on))
    result = {name: income[name] - expense[name] for name in columns}
    rows = [*_with_accounts([*income_rows, *expense_rows]), sum_row("Result of the year", result)]
    if group.minority_minor:
        rows.append({"name": "Of that minority interests", "code": "", "level": 1, f"{TOGETHER}_minor": group.minority_minor})
    tiles = [tile(ctx, "Result of the year", result[TOGETHER]), tile(ctx, "Minority interests", group.minority_minor)]
    named = {"result_minor": result[TOGETHER], "minority_minor": group.minority_minor}
    return figures(ctx, _heads(group), rows, tiles=tiles, notes=_notes(group), on=on, from_on=group.start, **named)


@report(title="Consolidated balance sheet", permission=VIEW, icon="landmark", order=30)
def consolidated_balance_sheet(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What the group owns and owes at the end of a day, by company and together; both sides sum to the same in every column.

    Shape: as the balance sheet; the minority's part of this year's result stands with its interests.
    """
    group = consolidated(ctx, on)
    columns = group.naturally()
    signs = {"income": 1, "expense": -1}
    result = {name: sum(signs.get(group.places[k].kind, 0) * v for k, v in column.items()) for name, column in columns.items()}
    rows: list[dict[str, Any]] = []
    sides: dict[str, dict[str, int]] = {}
    for kind in in_chart_order(group.places.values()):
        sides[kind], found = section(group.places, columns, kind, _behind_url(on), more=result if kind == "equity" else None)
        rows += _with_accounts(found)
        if kind == "equity":
            rows.append(sum_row("Result of the year", result, level=1))
            if group.minority_minor:
                rows.append({"name": "Of that minority interests", "code": "", "level": 2, f"{TOGETHER}_minor": group.minority_minor})
    rows.append(sum_row("Liabilities and equity", {name: sides["liability"][name] + sides["equity"][name] for name in columns}))
    off = sides["asset"][TOGETHER] - sides["liability"][TOGETHER] - sides["equity"][TOGETHER]
    named = {f"{kind}_minor": sides[kind][TOGETHER] for kind in sides}
    return figures(ctx, _heads(group), rows, notes=_notes(group), on=on, difference_minor=off, result_minor=result[TOGETHER], **named)


@report(title="Behind a figure of the group", permission=VIEW, menu=False)
def figures_behind(ctx: Context, *, on: Today, account: Code) -> dict[str, Any]:
    """What a figure of the group is made of: each company's account in its own currency and translated, and what was taken out.

    account: as it stands in the statements of the group.
    Shape: one row per account of a company, elimination or entry, debit positive; amount_minor sums to the figure.
    """
    group = consolidated(ctx, on)
    keys = {key for key, place in group.places.items() if place.code == account.strip()}
    rows: list[dict[str, Any]] = []
    for one in group.behind:
        if one.key in keys:
            asked = {"member": one.slug, "account": one.code, "from_on": one.first.isoformat(), "to_on": on.isoformat()}
            url = f"/group/reports/lines_behind/?{urlencode(asked)}" if one.code else ""
            words = one.what if one.code else say(one.what)
            local = {"local_minor": one.local_minor, "unit": one.currency} if one.currency else {}
            rows.append({"name": words, "company": one.company, "code": one.code, "url": url, **local, "amount_minor": one.amount_minor})
    columns = [
        NAME,
        {"name": "company", "label": "Company", "kind": "text"},
        CODE,
        amount("local", "In its currency"),
        {"name": "amount_minor", "label": "Group", "kind": "amount"},
    ]
    totals = {"amount_minor": sum(row["amount_minor"] for row in rows)}
    tiles = [tile(ctx, group.places[min(keys)].name, totals["amount_minor"])] if keys else []
    return figures(ctx, columns, rows, tiles=tiles, totals=totals, notes=[], on=on)


@report(title="Lines of a company of the group", permission=VIEW, menu=False)
def lines_behind(
    ctx: Context, *, member: Annotated[str, Input(label="Company", max_length=50)], account: Code, from_on: date, to_on: Today
) -> dict[str, Any]:
    """Lines of an account of a company of the group between two days, in its own currency, for who may read its statements.

    member: short name of the company.
    Shape: what an account of the balance sheet stood at before, then one row per line, debit positive; the first 500 of them.
    """
    check_order(from_on, to_on)
    companies = [ctx.company, *(one.member for one in members_on(ctx, to_on))]
    company = next((one for one in companies if one.slug == member.strip()), None)
    if company is None:
        raise Invalid({"member": ["No company of the group is called so on this day."]})
    with at(ctx, company) as inner:
        book = ledger_book(inner)
        found = accounts_by_code(inner, book, [account.strip()])
        if not found:
            raise Invalid({"account": ["This company has no such account."]})
        opening = 0
        if found[0].kind in BALANCE_KINDS:
            before = totals_on(inner, book, from_on - timedelta(days=1), [found[0].pk])
            opening = sum(total.balance_minor for total in before if total.unit == company.currency)
        lines = lines_of(inner, found[0], company.currency, from_on, to_on, LINES_MAX + 1)
        rows: list[dict[str, Any]] = [
            {
                "on": line.on,
                "entry": str(line.entry_id),
                "text": line.text or line.entry.get_text_display(),
                "amount_minor": line.quantity_minor,
                "unit": company.currency,
            }
            for line in lines[:LINES_MAX]
        ]
    if opening:
        rows.insert(0, {"text": say("Before these days"), "amount_minor": opening, "unit": company.currency})
    notes = [f"{company}: {found[0]}", *(["There are more lines; choose fewer days."] if len(lines) > LINES_MAX else [])]
    totals = {"amount_minor": sum(row["amount_minor"] for row in rows), "unit": company.currency}
    return figures(ctx, [ON, ENTRY, TEXT, amount("amount", "Amount")], rows, totals=totals, notes=notes, from_on=from_on, to_on=to_on)


@report(title="Balances between companies", permission=VIEW, icon="git-compare", order=40)
def differences_between(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What each two companies of the group say that one owes the other, and what they earned and spent with each other this year.

    Shape: one row per pair; both differences are expected to be nothing. In the parent's currency at the rate of the day.
    """
    members = [member for member in members_on(ctx, on) if member.method == GroupCompany.Method.FULL]
    companies = {ctx.company_id: ctx.company, **{member.member_id: member.member for member in members}}
    start, since = start_of_year(ctx, on), {member.member_id: member.acquired_on for member in members}
    owed: dict[tuple[int, int], int] = defaultdict(int)
    earned: dict[tuple[int, int], int] = defaultdict(int)
    for key, company in companies.items():
        said = read_company(ctx, company, companies, start, on, since.get(key))
        for found, dealings in ((owed, said.owed), (earned, said.earned)):
            for dealing in dealings:
                found[key, dealing.company] += dealing.amount_minor
    rates = rates_on(ctx, {company.currency for company in companies.values()}, ctx.company.currency, on)

    def worth(found: dict[tuple[int, int], int], one: int, other: int) -> int:
        value, currency = found.get((one, other), 0), companies[one].currency
        return value if currency == ctx.company.currency or not value else rates[currency].worth_of(value)

    rows = []
    for one, other in sorted({(min(pair), max(pair)) for pair in (*owed, *earned)}):
        sides = {"ours_minor": worth(owed, one, other), "theirs_minor": worth(owed, other, one)}
        results = {"earned_minor": worth(earned, one, other), "spent_minor": worth(earned, other, one)}
        rows.append(
            {
                "name": f"{companies[one]} – {companies[other]}",
                **sides,
                "difference_minor": sum(sides.values()),
                **results,
                "result_difference_minor": sum(results.values()),
            }
        )
    off = sum(bool(row["difference_minor"]) + bool(row["result_difference_minor"]) for row in rows)
    columns = [
        {"name": "name", "label": "Companies", "kind": "text"},
        amount("ours", "Balance of the first"),
        amount("theirs", "Balance of the second"),
        amount("difference", "Difference"),
        amount("earned", "Result of the first"),
        amount("spent", "Result of the second"),
        amount("result_difference", "Difference of results"),
    ]
    tiles = [{"label": "Differences", "value": str(off), "tone": "bad" if off else "ok"}]
    return figures(ctx, columns, rows, tiles=tiles, notes=[], on=on, difference_count=off)
