"""Reports of tax: a return box by box, every line behind a box, the accounts of tax against the documents, sales to the Union."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from stdnum.eu import vat

from enfilade.back.ledger.queries import places_of
from enfilade.base.books.queries import accounts_by_id
from enfilade.core.command import Input, Today
from enfilade.core.context import Context
from enfilade.core.fields import to_major
from enfilade.core.refs import model_of, split
from enfilade.core.resource import report, resource_for
from enfilade.core.resource.hooks import Column
from enfilade.core.ui.format import format_amount, format_day

from .forms import UNION, Box, counted, form_named
from .models import TaxReturn, TaxSetting
from .parts import TaxedPart, by_account, hints_of, taxed_parts
from .queries import TAX_PURPOSES, booked_parts, boxes_now, boxes_of, declared, moved_in_ledger, parts_of, rates_of, setting_on, told_on

_Return = Annotated[TaxReturn | None, Input(shared=True, label="Return")]
Month = Annotated[date, Input(prefill="ctx.month")]
CHOOSE = "Choose a return."


def _column(name: str, label: str, kind: str = "text") -> Column:
    return {"name": name, "label": label, "kind": kind}


@report(title="Tax return", permission="tax.view_taxreturn", icon="file-text", order=10)
def return_sheet(ctx: Context, *, tax_return: _Return = None) -> dict[str, Any]:
    """What is typed into each box of the form, and what documents that came in since would change.

    Shape: one row per box, in the order of the form. now is what it would be today; expected to be the same.
    """
    columns = [
        _column("box", "Box"), _column("label", "Line of the form"), _column("said", "To be typed in", "number"),
        _column("now_minor", "As documents say now", "amount"), _column("difference_minor", "Changed since", "amount"),
    ]  # fmt: skip
    if tax_return is None:
        return {"columns": columns, "rows": [], "notes": [CHOOSE]}
    form = form_named(tax_return.form)
    booked = booked_parts(ctx, tax_return)
    parts = declared(ctx, tax_return, booked)
    now = {box.code: box.amount_minor for box in boxes_now(ctx, tax_return, parts)}
    whole = {box.code for box in form.boxes if box.whole}
    if form.by:
        columns.insert(3, _column("tax_minor", "Tax", "amount"))
    columns = [_in(column, "currency") for column in columns]
    rows = [
        {
            "box": box.code,
            "label": box.label,
            "said": _typed(
                box.amount_minor,
                tax_return.currency,
                whole=box.code in whole or any(box.code.endswith(f" {row.code}") and row.rounded for row in form.rows),
            ),
            "tax_minor": box.tax_minor or None,
            "now_minor": now.get(box.code, 0),
            "difference_minor": now.get(box.code, 0) - box.amount_minor or None,
            "url": lines_url(tax_return, box.code),
            "currency": tax_return.currency,
            "emphasis": box.code == form.payable,
        }
        for box in boxes_of(ctx, tax_return)
    ]
    changed = any(row["difference_minor"] for row in rows)
    notes: list[str] = [
        form.how,
        f"{format_day(tax_return.from_on)} – {format_day(tax_return.to_on)}",
        "Documents came in since: correct this return." if changed else "Every box is as the documents say.",
    ]
    if form.taxed == "home" and not form.by:
        notes += [sentence for sentence, _ in hints_of(ctx, tax_return.from_on, tax_return.to_on)]
    tiles = [{"label": "To be paid", "value": format_amount(tax_return.payable_minor, tax_return.currency)}]
    if tax_return.worth_minor is not None:
        tiles.append({"label": "To be paid, in the books", "value": format_amount(tax_return.worth_minor, ctx.company.currency)})
    if form.converted:
        notes += _rates_said(ctx, tax_return, parts)
    if late := len(told_on(ctx, tax_return, booked)[1]):
        notes.append(f"{late} lines change periods of more than three years ago: tell the member states of them yourself.")
    return {"columns": columns, "rows": rows, "tiles": tiles, "notes": notes, "source": form.source}


def _in(column: Column, currency: str) -> Column:
    """A column of amounts in the currency that a row says in a field."""
    return {**column, "currency_in": currency} if column["kind"] == "amount" else column


def _rates_said(ctx: Context, tax_return: TaxReturn, parts: list[TaxedPart]) -> list[str]:
    """At which rates a return was converted, a sentence for each currency."""
    return [
        f"1 {tax_return.currency} = {rate.denominator.normalize():f} {currency}: European Central Bank, {format_day(rate.on)}."
        for (_, currency), rate in sorted(rates_of(ctx, tax_return, parts).items(), key=lambda pair: pair[0])
        if currency != tax_return.currency
    ]


def _typed(amount_minor: int, currency: str, *, whole: bool) -> str:
    """As the form takes it: whole units where cents are left off."""
    major = to_major(amount_minor, currency)
    return f"{major:.0f}" if whole else f"{major}"


def lines_url(tax_return: TaxReturn, box: str) -> str:
    """Where the lines behind a box are."""
    return f"/tax/reports/return_lines/?{urlencode({'tax_return': tax_return.pk, 'box': box})}"


@report(title="Lines of a return", permission="tax.view_taxreturn", icon="list", order=20)
def return_lines(ctx: Context, *, tax_return: _Return = None, box: str = "") -> dict[str, Any]:
    """Every document behind a box of a return, or behind all of them.

    box: as the form numbers it; all boxes that sum documents when left out.
    Shape: one row per box, document and rate, in the order of the boxes and days.
    """
    columns = [
        _column("document", "Document"), _column("on", "On", "date"), _column("party", "Party"), _column("vat_id", "VAT id"),
        _column("box", "Box"), _column("category", "Category"), _column("rate", "Rate"),
        _in(_column("base_minor", "Base", "amount"), "currency"), _in(_column("amount_minor", "Into the box", "amount"), "currency"),
    ]  # fmt: skip
    if tax_return is None:
        return {"columns": columns, "rows": [], "notes": [CHOOSE]}
    if form_named(tax_return.form).converted:
        # Of consumers all taxed alike: what would be the same in every row makes room.
        columns = [column for column in columns if column["name"] not in {"vat_id", "category"}] + [
            _in(_column("tax_minor", "Tax", "amount"), "currency"),
            _in(_column("there_base_minor", "Base on the document", "amount"), "document_currency"),
            _in(_column("there_tax_minor", "Tax on the document", "amount"), "document_currency"),
        ]  # fmt: skip
    parts = parts_of(ctx, tax_return)
    made = form_named(tax_return.form).boxes_on(tax_return.to_on, parts, ctx.company.country)
    boxes = [one for one in made if one.select and box in {"", one.code}]
    rows = [row | {"currency": tax_return.currency} for one in boxes for row in _lines(ctx, one, parts)]
    totals: dict[str, Any] = {"amount_minor": sum(row["amount_minor"] for row in rows), "currency": tax_return.currency} if box else {}
    late = sum(1 for part in parts if not part.corrects and part.supplied_on and part.supplied_on < tax_return.from_on)
    notes = [f"{late} lines were supplied before this period; where your law goes by the day of supply, look at them."] if late else []
    return {"columns": columns, "rows": rows, "totals": totals, "notes": notes}


def _lines(ctx: Context, box: Box, parts: list[TaxedPart]) -> list[dict[str, Any]]:
    return [
        {
            "document": part.number,
            "url": url_of(part.ref),
            "on": part.on,
            "party": part.party,
            "vat_id": part.vat_id,
            "box": box.code,
            "category": part.category,
            "rate": f"{part.rate_bp / 100:g} %",
            "base_minor": part.base_minor,
            "amount_minor": amount,
            "tax_minor": part.owed_minor,
            "there_base_minor": part.there_base_minor,
            "there_tax_minor": part.there_owed_minor,
            "document_currency": part.currency,
        }
        for part, amount in counted(box, parts, ctx.company.country)
    ]


def url_of(reference: str) -> str:
    """Where a document is."""
    model = model_of(reference)
    resource = resource_for(model) if model is not None else None
    return f"{resource.list_url()}{split(reference)[1]}/" if resource is not None else ""


@report(title="Tax accounts against documents", permission="tax.view_taxreturn", icon="scale", order=30)
def tax_proof(ctx: Context, *, from_on: Month, to_on: Today) -> dict[str, Any]:
    """Whether each account of tax moved by what the documents of a period say; expected to be the same everywhere.

    Shape: one row per account of tax that moved or that documents name, of those that one may see; debit positive.
    """
    said, moved = by_account(taxed_parts(ctx, from_on, to_on)), moved_in_ledger(ctx, from_on, to_on)
    names = [purpose for purpose in TAX_PURPOSES if said.get(purpose) or moved.get(purpose)]
    places = places_of(ctx, names) if names else {}
    grouped: dict[int, list[str]] = defaultdict(list)
    for purpose in names:
        grouped[places[purpose].account_id].append(purpose)
    accounts = accounts_by_id(ctx, grouped) if grouped else {}
    rows: list[dict[str, Any]] = []
    for key, account in sorted(accounts.items(), key=lambda pair: pair[1].code):
        purposes = grouped[key]
        documents, ledger = sum(said.get(p, 0) for p in purposes), sum(moved.get(p, 0) for p in purposes)
        rows.append(
            {
                "account": f"{account.code} {account.name}",
                "said_minor": documents,
                "moved_minor": ledger,
                "difference_minor": ledger - documents or None,
            }
        )
    differs = sum(abs(row["difference_minor"] or 0) for row in rows)
    columns = [
        _column("account", "Account of tax"), _column("said_minor", "By the documents", "amount"),
        _column("moved_minor", "In the ledger", "amount"), _column("difference_minor", "Difference", "amount"),
    ]  # fmt: skip
    wrong = "Something was posted to an account of tax by hand, or a document is missing."
    notes = [wrong if differs else "Every account of tax is what the documents say, as expected."]
    if setting_on(ctx, to_on).basis == TaxSetting.Basis.CASH:
        notes.append("Tax is owed when it is paid: here documents count when they are posted, as in the ledger.")
    tiles = [{"label": "Difference", "value": format_amount(differs, ctx.company.currency), "tone": "bad" if differs else "ok"}]
    return {"columns": columns, "rows": rows, "notes": notes, "tiles": tiles, "difference_minor": differs}


@report(title="Sales to the European Union", permission="tax.view_taxreturn", icon="globe", order=40)
def recapitulative(ctx: Context, *, from_on: Month, to_on: Today) -> dict[str, Any]:
    """The recapitulative statement: what went untaxed to each VAT id of another member state, goods and services apart.

    Shape: one row per VAT id and kind, bases in whole units. problem says what an authority would refuse.
    Source: Directive 2006/112/EC art. 262 to 264; § 18a UStG.
    """
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for part in taxed_parts(ctx, from_on, to_on):
        if part.sale and (
            part.category == "K" or (part.category == "AE" and part.country in UNION and part.country != ctx.company.country)
        ):
            sums[part.vat_id, part.party, "L" if part.category == "K" else "S"] += part.base_minor
    rows = [
        {
            "vat_id": vat_id,
            "party": party,
            "kind": kind,
            "base": str(round(to_major(base, ctx.company.currency))),
            "problem": _problem(vat_id),
        }
        for (vat_id, party, kind), base in sorted(sums.items())
    ]
    columns = [
        _column("vat_id", "VAT id"), _column("party", "Party"), _column("kind", "Goods (L) or services (S)"),
        _column("base", "Base", "number"), _column("problem", "What is wrong"),
    ]  # fmt: skip
    return {"columns": columns, "rows": rows, "notes": ["Nothing is sent from here: take the file to the portal of the authority."]}


def _problem(vat_id: str) -> str:
    if not vat_id:
        return "The VAT id is missing."
    return "" if vat.is_valid(vat_id) else "This is no VAT id: its form or its check digits are wrong."
