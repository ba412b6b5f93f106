"""Cash flow by both methods, changes in equity, proofs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from enfilade.back.ledger.queries import accounts_serving, ledger_book
from enfilade.back.ledger.rules import RESULT_KINDS, Place, year_start
from enfilade.base.books.queries import first_period
from enfilade.core.command import Choice, Input, Today
from enfilade.core.context import Context, Invalid
from enfilade.core.language.words import say
from enfilade.core.proofs import PROOFS
from enfilade.core.resource import report
from enfilade.core.resource.hooks import Column
from enfilade.core.ui.format import format_amount

from . import rules
from .queries import categories_of, known_on, moved_beside_cash, moved_between, places_in, standing_on

Instant = Annotated[datetime | None, Input(label="Known at", help="Now when left out.")]
From = Annotated[date | None, Input(label="From", help="The beginning of the year of accounts when left out.")]
DIRECT, INDIRECT = "direct", "indirect"
METHOD = Choice((DIRECT, "Direct: what came in and went out"), (INDIRECT, "Indirect: from the profit"), label="Method")
TITLES = {
    rules.OPERATING: "Cash from operating activities", rules.INVESTING: "Cash from investing activities",
    rules.FINANCING: "Cash from financing activities", rules.OPENING: "Opening balances",
}  # fmt: skip
_DAY = timedelta(days=1)


def column(name: str, label: str, kind: str = "text") -> Column:
    """A column of a statement."""
    return {"name": name, "label": label, "kind": kind}


def start_of(ctx: Context, from_on: date | None, to_on: date) -> date:
    """The first day that is asked for, or the beginning of the year of accounts. Refuses: a last day before it."""
    first = first_period(ctx, ledger_book(ctx))
    start = from_on or year_start(to_on, first.starts_on.month if first else 1)
    if start > to_on:
        raise Invalid({"to_on": ["The last day comes after the first."]})
    return start


def lines_url(code: str, from_on: date, to_on: date) -> str:
    """Where the lines behind a figure are."""
    return f"/ledger/reports/account_statement/?{urlencode({'account': code, 'from_on': from_on.isoformat(), 'to_on': to_on.isoformat()})}"


@report(title="Cash flow", permission="ledger.view_reports", icon="arrow-left-right", order=35)
def cash_flow(ctx: Context, *, from_on: From = None, to_on: Today, method: Annotated[str, METHOD] = DIRECT) -> dict[str, Any]:
    """Where cash came from and went to between two days; the sum is the change of cash, and the last line proves it.

    method: direct, by the accounts on the other side of cash; indirect, from the profit by what changed beside cash.
    Shape: one row per account below its category, inflow positive; difference_minor is expected to be zero.
    """
    start = start_of(ctx, from_on, to_on)
    places = places_in(ctx)
    of = categories_of(ctx, places)
    cash = [key for key, category in of.items() if category == rules.CASH]
    before, now = (sum(standing_on(ctx, day).get(key, 0) for key in cash) for day in (start - _DAY, to_on))
    rows: list[dict[str, Any]] = []
    if method == DIRECT:
        found: dict[str, dict[int, int]] = {category: {} for category in TITLES}
        for key, amount in moved_beside_cash(ctx, cash, start, to_on).items():
            found[of[key]][key] = amount
        sums = {category: sum(amounts.values()) for category, amounts in found.items()}
        for category, amounts in found.items():
            rows += _section(TITLES[category], sums[category], _accounts(places, amounts, start, to_on))
    else:
        way = rules.indirect(moved_between(ctx, start, to_on), places, of, accounts_serving(ctx, ["depreciation"]).get("depreciation"))
        sums = {category: way.total(category) for category in TITLES}
        for category, amounts in way.amounts.items():
            inner = _accounts(places, amounts, start, to_on)
            if way.depreciation_minor and category == rules.OPERATING:
                inner.insert(0, _step("Depreciation, which costs no cash", way.depreciation_minor))
            if way.depreciation_minor and category == rules.INVESTING:
                inner.insert(0, _step("Depreciation, by which assets became less without cash", -way.depreciation_minor))
            if category == rules.OPERATING:
                inner.insert(0, _step("Profit", way.profit_minor))
            rows += _section(TITLES[category], sums[category], inner)
    difference = now - before - sum(sums.values())
    rows += [
        {"name": say(name), "amount_minor": amount, "emphasis": True}
        for name, amount in (("Change of cash", sum(sums.values())), ("Cash before", before), ("Cash at the end", now))
    ]
    proved = "The statement does not explain all of the change of cash." if difference else "It is what cash and bank accounts moved."
    return {
        "columns": [column("name", "Name"), column("code", "Account"), column("amount_minor", "Amount", "amount")],
        "rows": rows,
        "notes": [proved],
        "tiles": [_tile(ctx, "Change of cash", now - before), _tile(ctx, "Difference", difference, "bad" if difference else "ok")],
        "from_on": start,
        "to_on": to_on,
        "difference_minor": difference,
        **{f"{category}_minor": amount for category, amount in sums.items()},
    }


def _section(title: str, amount_minor: int, inner: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": say(title), "amount_minor": amount_minor, "emphasis": True}, *inner] if inner else []


def _step(name: str, amount_minor: int) -> dict[str, Any]:
    """A line that is no account."""
    return {"name": say(name), "level": 1, "amount_minor": amount_minor}


def _accounts(places: Mapping[int, Place], amounts: Mapping[int, int], start: date, end: date) -> list[dict[str, Any]]:
    rows = [
        {
            "name": places[key].name,
            "code": places[key].code,
            "level": 1,
            "amount_minor": amount,
            "url": lines_url(places[key].code, start, end),
        }
        for key, amount in amounts.items()
    ]
    return sorted(rows, key=lambda row: str(row["code"]))


def _tile(ctx: Context, label: str, amount_minor: int, tone: str = "") -> dict[str, str]:
    return {"label": label, "value": format_amount(amount_minor, ctx.company.currency), "tone": tone}


@report(title="Changes in equity", permission="ledger.view_reports", icon="landmark", order=37)
def changes_in_equity(ctx: Context, *, from_on: From = None, to_on: Today) -> dict[str, Any]:
    """What the equity was, what was put in, taken out and earned between two days, and what it is.

    Shape: one row per account of equity that moved or stands, and one for the results; closing sums to the equity of the balance
    sheet.
    """
    start = start_of(ctx, from_on, to_on)
    places = places_in(ctx)
    before, now = standing_on(ctx, start - _DAY), standing_on(ctx, to_on)
    rows: list[dict[str, Any]] = []
    for key, place in sorted(places.items(), key=lambda item: item[1].code):
        if place.kind == "equity" and not place.heading and (before.get(key) or now.get(key)):
            opening, closing = -before.get(key, 0), -now.get(key, 0)
            url = lines_url(place.code, start, to_on)
            rows.append({"name": place.name, "code": place.code, "url": url, **_equity(opening, closing - opening)})
    results = [-sum(amount for key, amount in day.items() if places[key].kind in RESULT_KINDS) for day in (before, now)]
    rows.append({"name": say("Results not distributed"), **_equity(results[0], results[1] - results[0])})
    columns = [
        column("name", "Name"), column("code", "Account"), column("opening_minor", "Opening", "amount"),
        column("more_minor", "Put in or earned", "amount"), column("less_minor", "Taken out or lost", "amount"),
        column("closing_minor", "Closing", "amount"),
    ]  # fmt: skip
    names = [column["name"] for column in columns[2:]]
    totals = {name: sum(row[name] for row in rows) for name in names}
    return {"columns": columns, "rows": rows, "totals": totals, "notes": [], "from_on": start, "to_on": to_on}


def _equity(opening_minor: int, change_minor: int) -> dict[str, int]:
    closing = opening_minor + change_minor
    return {
        "opening_minor": opening_minor,
        "more_minor": max(change_minor, 0),
        "less_minor": min(change_minor, 0),
        "closing_minor": closing,
    }


@report(title="Proofs", permission="ledger.view_reports", icon="badge-check", order=45)
def proofs(ctx: Context) -> dict[str, Any]:
    """Whether what is kept twice says the same: sub-ledgers, tax, bank and ledger, seals. Expected to find nothing.

    Shape: one row per proof that the caller may see, and below it one for each thing that is wrong, at most ten.
    """
    rows: list[dict[str, Any]] = []
    wrong = 0
    shown = [proof for proof in PROOFS.values() if ctx.may(proof.permission)]
    for proof in shown:
        found = proof.check(ctx)
        wrong += len(found)
        verdict = "As expected" if not found else f"{len(found)} found"
        rows.append({"name": say(proof.title), "verdict": say(verdict), "emphasis": bool(found), "url": proof.url})
        rows += [{"name": "", "verdict": say(sentence), "level": 1} for sentence in found[:10]]
    same, differs = "Everything that is kept twice says the same, as expected.", "Something that is kept twice does not say the same."
    tiles = [
        {"label": "Proofs", "value": str(len(shown))},
        {"label": "Found", "value": str(wrong), "tone": "bad" if wrong else "ok"},
    ]
    columns = [column("name", "What is proved"), column("verdict", "Found")]
    notes = [differs if wrong else same, "Stock is not proved: no department keeps its quantities yet."]
    return {"columns": columns, "rows": rows, "notes": notes, "tiles": tiles, "wrong": wrong}


@report(title="Balances as known at", permission="ledger.view_reports", icon="history", order=39)
def balances_as_known(ctx: Context, *, on: Today, known_at: Instant = None) -> dict[str, Any]:
    """Where each account stood at the end of a day by what was entered until an instant, and what was entered for that day later.

    on: the day that entries count for.
    known_at: the instant until which they were entered.
    Shape: one row per account that moved, debit positive; known and later are together what the trial balance of that day says now.
    """
    instant = known_at or ctx.now
    known, later = known_on(ctx, on, instant)
    places = places_in(ctx)
    rows: list[dict[str, Any]] = [
        {
            "name": place.name,
            "code": place.code,
            "url": lines_url(place.code, date(on.year, 1, 1), on),
            "debit_minor": debit,
            "credit_minor": credit,
            "known_minor": debit - credit,
            "later_minor": later.get(key, 0) or None,
            "now_minor": debit - credit + later.get(key, 0),
        }
        for key, place in sorted(places.items(), key=lambda item: item[1].code)
        if (amounts := known.get(key)) is not None and (any(amounts) or key in later)
        for debit, credit in (amounts,)
    ]
    columns = [
        column("name", "Name"), column("code", "Account"), column("debit_minor", "Debit", "amount"),
        column("credit_minor", "Credit", "amount"), column("known_minor", "Known then", "amount"),
        column("later_minor", "Entered later", "amount"), column("now_minor", "Known now", "amount"),
    ]  # fmt: skip
    totals = {column["name"]: sum(row[column["name"]] or 0 for row in rows) for column in columns[2:]}
    moved = sum(row["later_minor"] is not None for row in rows)
    notes = ["Nothing was entered for this day since then."] if not moved else []
    return {"columns": columns, "rows": rows, "totals": totals, "notes": notes, "on": on, "known_at": instant, "changed_count": moved}
