"""What the ledger shows on pages of the books."""

from __future__ import annotations

from typing import Any

from enfilade.base.books.models import Account, Entry
from enfilade.base.books.queries import entries_of, months_of
from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.resource import panel, resource_for

from .charts.purposes import PURPOSES
from .models import DimensionRule, JournalFile
from .queries import BOOK_CODE, dimension_rules
from .reports.parts import statement_url

SHOWN_MAX = 50


@panel(on=Account, title="Months", permission="ledger.view_reports", template="ledger/panel_months.html", icon="calendar-range")
def months(ctx: Context, account: Account) -> dict[str, Any] | None:
    """What was posted to an account month by month, the newest first, with the way to its lines."""
    if account.book.code != BOOK_CODE or account.heading:
        return None
    columns = [{"label": "Month", "kind": "text"}, *({"label": side, "kind": "amount"} for side in ("Debit", "Credit", "Change"))]
    rows = []
    for month in months_of(ctx, account, ctx.company.currency):
        url = statement_url(account.code, month.period.starts_on, month.period.ends_on)
        amounts = (month.debit_minor, month.credit_minor, month.debit_minor - month.credit_minor)
        cells = [
            {"kind": "text", "value": str(month.period)},
            *({"kind": "amount", "value": a, "currency": ctx.company.currency} for a in amounts),
        ]
        rows.append({"url": url, "cells": cells})
    return {"columns": columns, "rows": rows, "statement_url": statement_url(account.code, ctx.today.replace(month=1, day=1), ctx.today)}


@panel(on=Account, title="Dimensions", permission="ledger.view_dimensionrule", template="ledger/panel_dimensions.html", icon="split")
def dimensions(ctx: Context, account: Account) -> dict[str, Any] | None:
    """What lines of an account say by dimensions, by the rule that stands nearest, and where that is."""
    rules, mine = dimension_rules(ctx, account), resource_for(DimensionRule)
    columns = [
        *({"label": label, "kind": "text"} for label in ("Dimension", "Rule", "Said by")),
        {"label": "From", "kind": "date"},
    ]
    rows = []
    for rule in rules:
        said_by = str(rule.account) if rule.account else PURPOSES[rule.purpose].label if rule.purpose in PURPOSES else rule.purpose
        cells = [{"kind": "text", "value": value} for value in (rule.dimension.name, rule.get_manner_display(), said_by)]
        rows.append({"url": mine.url(rule) if mine else "", "cells": [*cells, {"kind": "date", "value": rule.from_on}]})
    return {"columns": columns, "rows": rows} if rows else None


@panel(on=JournalFile, title="Entries", permission="books.view_entry", template="ledger/panel_entries.html", icon="list")
def entries_of_file(ctx: Context, file: JournalFile) -> dict[str, Any] | None:
    """The first entries that came with a file, with the way to each."""
    entries, resource = entries_of(ctx, ref(file)), resource_for(Entry)
    columns = [{"label": "Date", "kind": "date"}, {"label": "Text", "kind": "text"}]
    rows = [
        {
            "url": resource.url(entry) if resource else "",
            "cells": [{"kind": "date", "value": entry.on}, {"kind": "text", "value": entry.get_text_display()}],
        }
        for entry in entries[:SHOWN_MAX]
    ]
    return {"columns": columns, "rows": rows, "more_count": len(entries) - len(rows)}
