"""Reports: the register, the movement schedule, what is due and what will be, and the register against the ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any

from enfilade.core.command import Amount, Choice, Input, Today
from enfilade.core.context import Context, Refusal
from enfilade.core.language.words import say
from enfilade.core.resource import report
from enfilade.core.resource.hooks import Column
from enfilade.core.ui.format import format_amount, format_day

from . import rules, schedule
from .models import Asset, Convention, Method, Movement
from .models.asset_class import MACRS_LIVES
from .proof import accounts_proved, sentence_of
from .queries import chargeable, classes, due_through, lines_without_asset, moved_by_class, standing_on, year_month_of

VIEW = "assets.view_asset"
YEARS_MAX = 30
_KIND = Movement.Kind
_PLANNED = [pair for pair in Method.choices if pair[0] not in (Method.UNITS, Method.NONE)]
# Positions of the schedule of movements, in the order of § 284 (3) HGB: name, heading, kinds, and which of the two sums it takes.
_POSITIONS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("additions_minor", "Additions", (_KIND.ACQUISITION, _KIND.ADDITION), 0),
    ("disposals_minor", "Disposals", (_KIND.DISPOSAL,), 0),
    ("transfers_minor", "Between classes", (_KIND.TRANSFER,), 0),
    ("charge_minor", "Depreciation charged", (_KIND.DEPRECIATION, _KIND.IMPAIRMENT), 1),
    ("write_ups_minor", "Write-ups", (_KIND.WRITE_UP,), 1),
    ("off_disposals_minor", "Written off of disposals", (_KIND.DISPOSAL,), 1),
    ("off_transfers_minor", "Written off of transfers", (_KIND.TRANSFER,), 1),
)


def _text(name: str, label: str) -> Column:
    return {"name": name, "label": label, "kind": "text"}


def _day(name: str, label: str) -> Column:
    return {"name": name, "label": label, "kind": "date"}


def _amount(name: str, label: str) -> Column:
    return {"name": name, "label": label, "kind": "amount"}


def _totals(columns: list[Column], rows: list[dict[str, Any]]) -> dict[str, int]:
    return {c["name"]: sum(row.get(c["name"], 0) for row in rows) for c in columns if c["kind"] == "amount"}


@report(title="Register of assets", permission=VIEW, icon="list-ordered", order=10)
def asset_register(ctx: Context, *, on: Today) -> dict[str, Any]:
    """Every asset that is there on a day, with its cost, what is written off and its book value, by class.

    Shape: one row per asset.
    """
    columns = [
        _text("number", "Number"), _text("name", "Name"), _text("asset_class", "Class"), _day("acquired_on", "Acquired"),
        _day("in_service_on", "In service"), _text("method", "Depreciation method"), _text("place", "Place"), _amount("cost_minor", "Cost"),
        _amount("depreciated_minor", "Written off so far"), _amount("book_minor", "Book value"),
    ]  # fmt: skip
    sums, known = standing_on(ctx, on), classes(ctx)
    assets = {a.pk: a for a in Asset.objects.visible_to(ctx).filter(pk__in={key for key, _ in sums}).select_related("site")}
    order = {key: at for at, key in enumerate(known)}
    rows: list[dict[str, Any]] = [
        _register_row(assets[key], known[kind].name, cost, off)
        for (key, kind), (cost, off) in sorted(sums.items(), key=lambda item: (order[item[0][1]], assets[item[0][0]].number))
    ]
    return {"columns": columns, "rows": rows, "totals": _totals(columns, rows)}


def _register_row(asset: Asset, kind: str, cost: int, off: int) -> dict[str, Any]:
    return {
        "number": asset.number,
        "name": asset.name,
        "url": f"/assets/fixed-assets/{asset.pk}/",
        "asset_class": kind,
        "acquired_on": asset.acquired_on,
        "in_service_on": asset.in_service_on,
        "method": say(str(asset.get_method_display())),
        "place": " · ".join(part for part in (str(asset.site or ""), asset.place) if part),
        "cost_minor": cost,
        "depreciated_minor": off,
        "book_minor": cost - off,
    }


@report(title="Schedule of movements", permission=VIEW, icon="table", order=20)
def asset_movements(ctx: Context, *, from_on: Annotated[date, Input(prefill="ctx.month")], to_on: Today) -> dict[str, Any]:
    """How cost, what is written off and book values moved between two days, by class: the schedule that closes with the statements.

    Shape: one row per class. Opening balances from other books count as there from the beginning.
    Source: § 284 (3) HGB; IAS 16.73 (e).
    """
    columns: list[Column] = [_text("asset_class", "Class"), _amount("cost_before_minor", "Cost at the beginning")]
    columns += [_amount(name, label) for name, label, _, side in _POSITIONS if side == 0]
    columns += [_amount("cost_after_minor", "Cost at the end"), _amount("off_before_minor", "Written off at the beginning")]
    columns += [_amount(name, label) for name, label, _, side in _POSITIONS if side == 1]
    columns += [_amount("off_after_minor", "Written off at the end"), _amount("book_before_minor", "Book value at the beginning")]
    columns.append(_amount("book_after_minor", "Book value at the end"))
    before = moved_by_class(ctx, None, rules.day_before(from_on))
    moved = moved_by_class(ctx, rules.day_before(from_on), to_on)
    keys = {key for key, _ in (*before, *moved)}
    rows = [_movements_of(key, kind.name, before, moved) for key, kind in classes(ctx).items() if key in keys]
    return {"columns": columns, "rows": rows, "totals": _totals(columns, rows)}


_Sums = dict[tuple[int, str], tuple[int, int]]


def _movements_of(key: int, name: str, before: _Sums, moved: _Sums) -> dict[str, Any]:
    """One class: what opens, what moved, what closes."""
    opened = moved.get((key, _KIND.OPENING), (0, 0))
    first = [sum(sums[side] for (kind, _), sums in before.items() if kind == key) + opened[side] for side in (0, 1)]
    last = [first[side] + sum(s[side] for (kind, what), s in moved.items() if kind == key and what != _KIND.OPENING) for side in (0, 1)]
    row: dict[str, Any] = {
        "asset_class": name, "cost_before_minor": first[0], "cost_after_minor": last[0], "off_before_minor": first[1],
        "off_after_minor": last[1], "book_before_minor": first[0] - first[1], "book_after_minor": last[0] - last[1],
    }  # fmt: skip
    for position, _, kinds, side in _POSITIONS:
        row[position] = sum(moved.get((key, kind), (0, 0))[side] for kind in kinds)
    return row


@report(title="Depreciation that is due", permission=VIEW, icon="calendar-check", order=30)
def depreciation_due(ctx: Context, *, through_on: Today) -> dict[str, Any]:
    """What a run up to the end of the month of a day would charge, asset by asset.

    Shape: one row per asset.
    """
    columns = [
        _text("number", "Number"), _text("name", "Name"), _text("asset_class", "Class"), _day("from_on", "From"),
        _day("through_on", "Up to"),        _amount("amount_minor", "Depreciation"), _amount("book_minor", "Book value after"),
    ]  # fmt: skip
    dues = due_through(ctx, list(chargeable(ctx).select_related("asset_class").order_by("number")), rules.month_end(through_on))
    rows: list[dict[str, Any]] = [
        {
            "number": due.asset.number,
            "name": due.asset.name,
            "url": f"/assets/fixed-assets/{due.asset.pk}/",
            "asset_class": due.asset.asset_class.name,
            "from_on": due.from_on,
            "through_on": due.through_on,
            "amount_minor": due.amount_minor,
            "book_minor": due.asset.book_minor - due.amount_minor,
        }
        for due in dues
    ]
    return {"columns": columns, "rows": rows, "totals": {"amount_minor": sum(due.amount_minor for due in dues)}}


@report(title="Depreciation of coming years", permission=VIEW, icon="trending-down", order=40)
def depreciation_forecast(
    ctx: Context, *, years: Annotated[int, Input(label="Years", min_value=1, max_value=YEARS_MAX)] = 5
) -> dict[str, Any]:
    """What the assets that are there will be charged by class and year of accounts, beginning with what is left of this one.

    Shape: one row per class; one amount per year, and what comes later. What depends on use is not foretold.
    """
    coming = schedule.forecast(ctx, chargeable(ctx))
    first = rules.year_opens(ctx.today, year_month_of(ctx, ctx.today))
    ends = [rules.day_before(rules.month_start(first + 12 * (n + 1))) for n in range(years)]
    columns: list[Column] = [_text("asset_class", "Class")]
    columns += [_amount(f"year_{n}_minor", format_day(end)) for n, end in enumerate(ends)]
    columns += [_amount("later_minor", "Later"), _amount("sum_minor", "Sum")]
    rows = []
    for key, kind in classes(ctx).items():
        if plan := coming.get(key):
            row: dict[str, Any] = defaultdict(int, asset_class=kind.name, sum_minor=sum(plan.values()))
            for end, amount in plan.items():
                at = next((n for n, last in enumerate(ends) if end <= last), None)
                row["later_minor" if at is None else f"year_{at}_minor"] += amount
            rows.append(dict(row))
    notes = []
    if chargeable(ctx).filter(method=Method.UNITS).exists():
        notes.append("Assets that are written off by units of production are left out: nobody knows their use beforehand.")
    return {"columns": columns, "rows": rows, "totals": _totals(columns, rows), "notes": notes}


@report(title="Try a plan", permission=VIEW, icon="flask-conical", order=45)
def depreciation_plan(
    ctx: Context,
    *,
    in_service_on: Annotated[date, Input(label="In service", prefill="ctx.today")],
    cost: Amount = 0,
    method: Annotated[str, Choice(*_PLANNED, label="Depreciation method")] = Method.STRAIGHT,
    life_months: Annotated[int, Input(label="Useful life (months)", min_value=1, max_value=1_200)] = 60,
    residual: Annotated[int, Input(amount=True, label="Residual value")] = 0,
    rate_bp: Annotated[int, Input(label="Declining rate (bp a year)", min_value=0, max_value=10_000)] = 0,
    convention: Annotated[str, Choice(*Convention.choices)] = Convention.HALF_YEAR,
    by_day: Annotated[bool, Input(label="By days")] = False,
) -> dict[str, Any]:
    """What something that costs so much would be charged, year by year, before anything is bought.

    rate_bp: 0 for twice the rate of the straight line.
    Shape: one row per year of accounts.
    """
    whole = method in rules.WHOLE_LIFE
    if method == Method.MACRS and life_months not in MACRS_LIVES:
        said = "This method needs a useful life in months; MACRS has 36, 60, 84, 120, 180, 240, 330 and 468."
        raise Refusal("asset_terms_life", said, field="life_months")
    if residual > cost:
        said = "The residual value of an asset is not above what there is to write off."
        raise Refusal("asset_terms_amounts", said, field="residual")
    month = year_month_of(ctx, in_service_on)
    terms = rules.Terms(
        method, cost, 0 if whole else residual, in_service_on, life_months, rate_bp, by_day, convention, year_month=month
    )  # fmt: skip
    planned = rules.planned_years(terms)
    rows = [{"ends_on": y.ends_on, "charge_minor": y.charge_minor, "book_minor": cost - y.after_minor} for y in planned]
    columns = [_day("ends_on", "Year until"), _amount("charge_minor", "Depreciation"), _amount("book_minor", "Book value")]
    return {"columns": columns, "rows": rows, "totals": {"charge_minor": sum(y.charge_minor for y in planned)}}


@report(title="Bills without an asset", permission=VIEW, icon="file-input", order=50)
def bills_without_asset(ctx: Context, *, until_on: Today) -> dict[str, Any]:
    """Lines of approved bills on accounts of assets of which no asset was made, or not of all of their cost.

    Shape: one row per line; expected to be none.
    """
    rows: list[dict[str, Any]] = [
        {
            "bill": line.bill.number,
            "url": f"/payables/bills/{line.bill_id}/",
            "supplier": line.bill.supplier.name,
            "on": line.bill.posted_on,
            "text": str(line),
            "account": str(line.account),
            "cost_minor": line.cost_minor,
            "left_minor": left,
        }
        for line, left in lines_without_asset(ctx, until_on)
    ]
    columns = [
        _text("bill", "Bill"), _text("supplier", "Supplier"), _day("on", "Posted"), _text("text", "Text"), _text("account", "Account"),
        _amount("cost_minor", "Cost"), _amount("left_minor", "Not in the register"),
    ]  # fmt: skip
    return {"columns": columns, "rows": rows, "totals": _totals(columns, rows)}


@report(title="Assets against the ledger", permission=VIEW, icon="scale", order=60)
def assets_proof(ctx: Context) -> dict[str, Any]:
    """Whether the accounts of classes of assets are what the register says.

    Shape: one row per account; the difference is expected to be zero.
    """
    proved = accounts_proved(ctx)
    rows = [
        {
            "account": str(one.account),
            "said_minor": one.said_minor,
            "posted_minor": one.posted_minor,
            "differs_minor": one.differs_minor,
            "why": sentence_of(ctx, one) if one.differs_minor else "",
        }
        for one in proved
    ]
    off = sum(abs(one.differs_minor) for one in proved)
    tile = {"label": "Difference", "value": format_amount(off, ctx.company.currency), "hint": "", "tone": "bad" if off else "ok"}
    return {
        "columns": [
            _text("account", "Account"), _amount("said_minor", "By the register"), _amount("posted_minor", "In the ledger"),
            _amount("differs_minor", "Difference"), _text("why", "Why"),
        ],
        "rows": rows,
        "tiles": [tile],
        "notes": ["Register and ledger agree, as expected." if not off else "Register and ledger do not agree."],
        "difference_minor": off,
    }  # fmt: skip
