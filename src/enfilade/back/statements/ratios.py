"""Ratios: each with its formula and both figures, each figure with the accounts that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from enfilade.back.ledger.queries import accounts_serving
from enfilade.back.ledger.rules import Place
from enfilade.core.command import Choice, Today
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.core.ui.format import format_number

from . import rules
from .queries import categories_of, moved_between, places_in, standing_on
from .reports import From, column, lines_url, start_of

ABOVE, BELOW = "above", "below"
DAYS = "days"
# What a figure is the sum of, each with its sign.
Sum = tuple[tuple[str, int], ...]
_PROFIT: Sum = (("income", 1), ("cost", -1))
_EQUITY: Sum = (("assets", 1), ("debts", -1))


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio. above, below: what its figures are made of; per_day: the upper one is multiplied with the days between."""

    code: str
    name: str
    formula: str
    above: Sum
    below: Sum
    per_day: bool = False


RATIOS = (
    Ratio("cash", "Cash ratio", "Cash / debts that are due soon", (("cash", 1),), (("short", 1),)),
    Ratio(
        "quick", "Quick ratio", "(Cash + owed by customers) / debts that are due soon", (("cash", 1), ("receivable", 1)), (("short", 1),),
    ),
    Ratio("current", "Current ratio", "Assets that are not kept / debts that are due soon", (("assets", 1), ("kept", -1)), (("short", 1),)),
    Ratio("gross", "Gross margin", "(Income - goods and services bought) / income", (("income", 1), ("bought", -1)), (("income", 1),)),
    Ratio("profit", "Profit margin", "Profit / income", _PROFIT, (("income", 1),)),
    Ratio("on_equity", "Return on equity", "Profit / equity", _PROFIT, _EQUITY),
    Ratio("equity", "Equity ratio", "Equity / assets", _EQUITY, (("assets", 1),)),
    Ratio("paid", "Days until customers pay", "Owed by customers x days / income", (("receivable", 1),), (("income", 1),), per_day=True),
    Ratio(
        "pay", "Days until suppliers are paid", "Owed to suppliers x days / goods and services bought", (("payable", 1),), (("bought", 1),),
        per_day=True,
    ),
)  # fmt: skip
_BY_CODE = {one.code: one for one in RATIOS}
Code = Annotated[str, Choice(*((one.code, one.name) for one in RATIOS), label="Ratio")]
Side = Annotated[str, Choice((ABOVE, "Above"), (BELOW, "Below"), label="Figure")]


def _parts(ctx: Context, places: dict[int, Place], start: date, to_on: date) -> dict[str, dict[int, int]]:
    """What formulas are made of. Shape: name -> account -> amount, positive where it is as expected."""
    of, now, moved = categories_of(ctx, places), standing_on(ctx, to_on), moved_between(ctx, start, to_on)
    serving = accounts_serving(ctx, ["receivable", "payable", "goods", "services"])
    assets = {key: amount for key, amount in now.items() if places[key].kind == "asset"}
    debts = {key: -amount for key, amount in now.items() if places[key].kind == "liability"}

    def served(amounts: Mapping[int, int], sign: int, *purposes: str) -> dict[int, int]:
        return {serving[name]: sign * amounts.get(serving[name], 0) for name in purposes if name in serving}

    income, cost = ({key: amount for key, amount in moved.items() if places[key].kind == kind} for kind in ("income", "expense"))
    return {
        "cash": {key: amount for key, amount in now.items() if of[key] == rules.CASH},
        "assets": assets,
        "kept": {key: amount for key, amount in assets.items() if of[key] == rules.INVESTING},
        "debts": debts,
        "short": {key: amount for key, amount in debts.items() if of[key] != rules.FINANCING},
        "receivable": served(now, 1, "receivable"),
        "payable": served(now, -1, "payable"),
        "income": {key: -amount for key, amount in income.items()},
        "cost": cost,
        "bought": served(moved, 1, "goods", "services"),
    }


def _sum(parts: Mapping[str, Mapping[int, int]], of: Sum) -> int:
    return sum(sign * sum(parts[name].values()) for name, sign in of)


@report(title="Ratios", permission="ledger.view_reports", icon="divide", order=39)
def ratios(ctx: Context, *, from_on: From = None, to_on: Today) -> dict[str, Any]:
    """Liquidity, margins, days to pay and be paid, equity: each with its formula and both figures, which lead to their accounts.

    Shape: one row per ratio; a ratio without anything to divide by is empty.
    """
    start = start_of(ctx, from_on, to_on)
    parts, days = _parts(ctx, places_in(ctx), start, to_on), (to_on - start).days + 1
    rows = []
    for one in RATIOS:
        above, below = _sum(parts, one.above), _sum(parts, one.below)
        value, unit = rules.divided(above * (days if one.per_day else 100), below), DAYS if one.per_day else "%"
        urls = {f"{side}_url": _behind(one.code, side, start, to_on) for side in (ABOVE, BELOW)}
        words = "" if value is None else f"{format_number(value, places=1)} {say(unit)}"
        rows.append(
            {"name": say(one.name), "value": words, "formula": say(one.formula), "above_minor": above, "below_minor": below, **urls}
        )
    columns = [
        column("name", "Ratio"), column("value", "Value", "number"), column("formula", "Formula"),
        {**column("above_minor", "Above", "amount"), "url_in": "above_url"},
        {**column("below_minor", "Below", "amount"), "url_in": "below_url"},
    ]  # fmt: skip
    notes = [f"Days: {days}. Debts that are due soon are all but those that finance the company; see Categories of cash flows."]
    return {"columns": columns, "rows": rows, "notes": notes, "from_on": start, "to_on": to_on}


def _behind(ratio: str, side: str, start: date, to_on: date) -> str:
    asked = {"ratio": ratio, "figure": side, "from_on": start.isoformat(), "to_on": to_on.isoformat()}
    return f"/statements/reports/behind_a_ratio/?{urlencode(asked)}"


@report(title="Behind a ratio", permission="ledger.view_reports", menu=False)
def behind_a_ratio(ctx: Context, *, ratio: Code, figure: Side = ABOVE, from_on: From = None, to_on: Today) -> dict[str, Any]:
    """The accounts of which a figure of a ratio is made, each with the lines behind it.

    figure: of the formula, what stands above its line or below.
    Shape: one row per account, with the sign with which it counts; amount_minor sums to the figure.
    """
    start, places, one = start_of(ctx, from_on, to_on), places_in(ctx), _BY_CODE[ratio]
    of = one.above if figure == ABOVE else one.below
    parts = _parts(ctx, places, start, to_on)
    rows = list(_rows(parts, places, of, start, to_on))
    columns = [column("name", "Name"), column("code", "Account"), column("amount_minor", "Amount", "amount")]
    notes = [say(one.formula), *([f"Days: {(to_on - start).days + 1}."] if one.per_day and figure == ABOVE else [])]
    return {
        "columns": columns, "rows": rows, "totals": {"amount_minor": _sum(parts, of)}, "notes": notes, "from_on": start, "to_on": to_on,
    }  # fmt: skip


def _rows(
    parts: Mapping[str, Mapping[int, int]], places: Mapping[int, Place], of: Sum, start: date, to_on: date
) -> Iterable[dict[str, Any]]:
    """Accounts in the order of their codes; what one part takes off another is gone."""
    amounts: dict[int, int] = {}
    for name, sign in of:
        for key, amount in parts[name].items():
            amounts[key] = amounts.get(key, 0) + sign * amount
    for key in sorted((key for key, amount in amounts.items() if amount), key=lambda one: places[one].code):
        url = lines_url(places[key].code, start, to_on)
        yield {"name": places[key].name, "code": places[key].code, "amount_minor": amounts[key], "url": url}
