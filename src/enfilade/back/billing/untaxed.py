"""Money on account on which no tax was owed yet, where tax is owed when it is billed: it is looked at before a return is filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from enfilade.back.tax.models import TaxSetting
from enfilade.back.tax.parts import register_hint
from enfilade.back.tax.queries import setting_on
from enfilade.core.command import Today
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_amount, format_day

from .taxed import on_account_moves


@dataclass(frozen=True, slots=True)
class Untaxed:
    """What of a payment is on account at the end of a day. on: since when. amount_minor: in the company's currency."""

    payment: int
    number: str
    on: date
    party: str
    amount_minor: int


def untaxed_on_account(ctx: Context, on: date) -> list[Untaxed]:
    """What came in, settled nothing and was not given back until the end of a day, the longest there first; deposits are not in it.

    None where tax is owed when it is paid: there such money is taxed when it comes.
    """
    if setting_on(ctx, on).basis == TaxSetting.Basis.CASH:
        return []
    first: dict[int, date] = {}
    last: dict[int, Untaxed] = {}
    for key, number, day, party, _, _, _, stands in on_account_moves(ctx, date.min, on):
        last[key] = Untaxed(key, number, first.setdefault(key, day), party, stands)
    return sorted((row for row in last.values() if row.amount_minor > 0), key=lambda row: (row.on, row.payment))


@report(title="Money on account that is not taxed", permission="billing.view_payment", icon="hourglass", order=67)
def money_not_taxed(ctx: Context, *, on: Today) -> dict[str, Any]:
    """Money that customers have on account. What of it is for a supply to come owes tax in the period in which it came: bill an advance.

    on: as it stood at the end of this day. Shape: one row per payment, the longest there first.
    Source: § 13 (1) no. 1 a sentence 4 UStG; Directive 2006/112/EC art. 65. What was paid twice or too much is no advance, and owes none.
    """
    rows = [
        {
            "number": row.number, "on": row.on, "party": row.party, "amount_minor": row.amount_minor,
            "url": f"/billing/payments/{row.payment}/",
        }
        for row in untaxed_on_account(ctx, on)
    ]  # fmt: skip
    columns = [
        {"name": "number", "label": "Payment", "kind": "text"}, {"name": "on", "label": "Came", "kind": "date"},
        {"name": "party", "label": "Party", "kind": "text"}, {"name": "amount_minor", "label": "On account", "kind": "amount"},
    ]  # fmt: skip
    notes = ["Bill what is for a supply to come as an advance; give back, or settle an invoice with, what is not."]
    return {
        "columns": columns,
        "rows": rows,
        "totals": {"amount_minor": sum(row["amount_minor"] for row in rows)},
        "notes": notes if rows else ["Nothing on account waits for its tax."],
    }


def _hint(ctx: Context, _from_on: date, to_on: date) -> Iterator[tuple[str, str]]:
    on = min(to_on, ctx.today)
    if amount := sum(row.amount_minor for row in untaxed_on_account(ctx, on)):
        said = format_amount(amount, ctx.company.currency)
        sentence = f"On {format_day(on)}, {said} were on account without tax: what of it is for a supply to come owes tax in this period."
        yield sentence, f"/billing/reports/money_not_taxed/?{urlencode({'on': on.isoformat()})}"


register_hint("billing", _hint)
