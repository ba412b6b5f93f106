"""What the bank has to say before a month is closed: statements to its end, and no line that nobody can explain."""

from __future__ import annotations

from django.db.models import Min

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.base.books.queries import totals_on
from enfilade.core.context import Context
from enfilade.core.ui.format import format_day

from .models import BankAccount, Statement, StatementLine


@closing_step("banking.statements", title="Bank statements are taken up to the end of the month", order=100)
def statements_taken(ctx: Context, period: Period) -> Standing | None:
    """Which accounts of the bank have no statement that reaches the end of the month; one on which nothing moved by then needs none."""
    moved = {total.account_id for total in totals_on(ctx, period.book, period.ends_on)}
    rows = BankAccount.objects.visible_to(ctx).filter(active=True)
    if not rows:
        return None
    accounts = {row.pk: row.name for row in rows if row.account_id in moved}
    reached = Statement.objects.visible_to(ctx).filter(bank_account__in=accounts, to_on__gte=period.ends_on)
    missing = sorted(name for key, name in accounts.items() if key not in set(reached.values_list("bank_account", flat=True)))
    if not missing:
        return Standing(0, "Every account of the bank is told up to the end of the month.")
    return Standing(len(missing), f"No statement reaches {format_day(period.ends_on)} for {', '.join(missing)}.", "/banking/statements/")


@closing_step("banking.breaks", title="Every line of the bank is explained", order=110)
def breaks_cleared(ctx: Context, period: Period) -> Standing | None:
    """Lines up to the end of the month that are not matched, and how old the oldest is."""
    if not BankAccount.objects.visible_to(ctx).exists():
        return None
    rows = StatementLine.objects.visible_to(ctx).exclude(state=StatementLine.State.MATCHED).filter(booked_on__lte=period.ends_on)
    open_count, oldest = rows.count(), rows.aggregate(oldest=Min("booked_on"))["oldest"]
    if not open_count:
        return Standing(0, "Every line of the bank is matched.")
    age_days = (ctx.today - oldest).days
    return Standing(
        open_count, f"Lines of the bank that are not matched: {open_count}. Age of the oldest in days: {age_days}.", "/banking/reconcile/"
    )
