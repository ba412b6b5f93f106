"""What the ledger shows on pages of the books."""

from __future__ import annotations

from typing import Any

from enfilade.base.books.models import Account
from enfilade.base.books.queries import months_of
from enfilade.core.context import Context
from enfilade.core.resource import panel

from .queries import BOOK_CODE
from .reports.parts import statement_url


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
