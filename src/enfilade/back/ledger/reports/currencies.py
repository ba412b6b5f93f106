"""What is held in foreign currencies, and what it is worth on a day."""

from __future__ import annotations

from typing import Any

from enfilade.back.ledger.queries import holdings_on, ledger_book
from enfilade.core.command import Today
from enfilade.core.context import Context
from enfilade.core.resource import report

from .parts import CODE, NAME, amount, figures, statement_url, tile, year_of


@report(title="Foreign currencies", permission="ledger.view_reports", icon="arrow-left-right", order=70)
def foreign_currencies(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What each account holds of each foreign currency at the end of a day, what the books say it is worth, and what it is worth.

    Shape: one row per account and currency; where no rate is known, worth and difference are left open and a note says so.
    """
    book, held = ledger_book(ctx), holdings_on(ctx, on)
    start = year_of(ctx, book, on)
    rows = [
        {
            "code": holding.code,
            "url": statement_url(holding.code, start, on, unit=holding.unit),
            "name": holding.name,
            "unit": holding.unit,
            "held_minor": holding.quantity_minor,
            "rate": f"{holding.rate.normalize():f}" if holding.rate else "",
            "rate_on": holding.rate_on,
            "book_minor": holding.book_minor,
            "worth_minor": holding.worth_minor,
            "difference_minor": None if holding.worth_minor is None else holding.difference_minor,
        }
        for holding in held
    ]
    own = ctx.company.currency
    columns = [
        CODE,
        NAME,
        amount("held", "Holds"),
        {"name": "rate", "label": f"For one {own}", "kind": "text"},
        {"name": "rate_on", "label": "Rate of", "kind": "date"},
        _own("book", "In the books"),
        _own("worth", "Worth"),
        _own("difference", "Difference"),
    ]
    known = [holding for holding in held if holding.worth_minor is not None]
    totals = {
        "book_minor": sum(h.book_minor for h in held),
        "worth_minor": sum(h.worth_minor or 0 for h in known),
        "difference_minor": sum(h.difference_minor for h in known),
    }
    notes = [] if held else ["No account holds a foreign currency on this day."]
    notes += [f"There is no rate of {unit} on this day or before." for unit in sorted({h.unit for h in held} - {h.unit for h in known})]
    tiles = [
        tile(ctx, "Not realised gains", sum(max(h.difference_minor, 0) for h in known)),
        tile(ctx, "Not realised losses", -sum(min(h.difference_minor, 0) for h in known)),
    ]
    return figures(ctx, columns, rows, totals=totals if held else {}, tiles=tiles, notes=notes, on=on)


def _own(name: str, label: str) -> dict[str, str]:
    """A column of amounts in the company's currency, whatever the currency of the row."""
    return {"name": f"{name}_minor", "label": label, "kind": "amount"}
