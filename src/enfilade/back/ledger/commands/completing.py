"""Give a ledger what its chart of accounts has today and it lacks."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.ledger.charts import CHARTS
from enfilade.back.ledger.charts.purposes import PURPOSES
from enfilade.back.ledger.events import ChartCompleted
from enfilade.back.ledger.models import AccountPurpose
from enfilade.back.ledger.queries import chart_of, ledger_book
from enfilade.base.books import commands as books
from enfilade.base.books.models import Account, Book
from enfilade.base.books.queries import accounts_by_code
from enfilade.core.command import Choice, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

_CHARTS = Choice(*((chart.name, chart.title) for chart in CHARTS.values()), label="Chart")


@command(permission="ledger.complete_chart", label="Complete the chart of accounts", tone="primary", target="")
def complete_chart(ctx: Context, *, chart: Annotated[str, _CHARTS] = "") -> Book:
    """Add the accounts and purposes that a chart of accounts has and the ledger lacks; what is there stays as it is.

    chart: the one with which the ledger began when left out.
    Refuses: no_ledger, which_chart (the ledger began without one), unknown_chart, nothing_missing, account_unfit (an account of that
    number is there and can't serve the purpose: it is closed, a heading, or of another kind).
    """
    book = ledger_book(ctx)
    name = chart or chart_of(ctx)
    if not name:
        raise Refusal("which_chart", "This ledger began without a chart of accounts. Say which one.", field="chart")
    if name not in CHARTS:
        raise Refusal("unknown_chart", f"There is no chart of accounts called {name}.", field="chart")
    known = {account.code: account for account in accounts_by_code(ctx, book)}
    served = set(AccountPurpose.objects.visible_to(ctx).values_list("purpose", flat=True))
    purposes = {purpose: code for purpose, code in CHARTS[name].purposes.items() if purpose not in served}
    for purpose, code in purposes.items():
        if (account := known.get(code)) is not None:
            _require_fit(account, purpose)
    missing = [account for account in CHARTS[name].accounts if account.code not in known]
    if not missing and not purposes:
        raise Refusal("nothing_missing", f"The ledger has everything that the chart {CHARTS[name].title} has.")
    books.add_accounts(ctx, book=book, accounts=missing)
    known = {account.code: account for account in accounts_by_code(ctx, book)}
    rows = [AccountPurpose(company=ctx.company, purpose=purpose, account=known[code]) for purpose, code in purposes.items()]
    AccountPurpose.objects.bulk_create(rows)
    publish(ctx, ChartCompleted(book=book.pk, chart=name, accounts=len(missing), purposes=len(purposes)))
    return book


def _require_fit(account: Account, purpose: str) -> None:
    fits = purpose not in PURPOSES or account.kind in PURPOSES[purpose].kinds
    if account.heading or not account.active or not fits:
        label = PURPOSES[purpose].label if purpose in PURPOSES else purpose
        raise Refusal("account_unfit", f"Account {account} can't serve “{label}”: name another one under accounts by purpose first.")
