"""What the ledger itself can tell before a month is closed."""

from __future__ import annotations

from enfilade.base.books.models import Period
from enfilade.base.books.queries import periods_before, reserved_until, totals_on
from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount

from .charts.purposes import PURPOSES
from .closing import Standing, closing_step
from .models import ClosingTask
from .queries import COMPLETE_URL, balance_if_any, holdings_on, occurrences_due, planned_due, purposes_missing


@closing_step("ledger.earlier", title="Earlier months are closed", order=10, required=False)
def earlier_closed(ctx: Context, period: Period) -> Standing:
    """Months before it that take entries still."""
    first, open_count = periods_before(ctx, period)
    if not open_count:
        return Standing(0, "Every month before it is closed.")
    return Standing(open_count, f"Earlier months that are open: {open_count}.", f"/ledger/closing/?month={first:%Y-%m}")


@closing_step("ledger.purposes", title="The chart of accounts is complete", order=20, required=False)
def chart_complete(ctx: Context, period: Period) -> Standing:
    """What commands post to, has an account in the chart of the ledger today, and has none in the ledger."""
    del period
    missing = purposes_missing(ctx)
    if not missing:
        return Standing(0, "Every purpose of the chart has its account.")
    names = ", ".join(PURPOSES[name].label if name in PURPOSES else name for name in missing[:3])
    sentence = f"Purposes without an account: {len(missing)}, such as {names}. Complete the chart of accounts."
    return Standing(len(missing), sentence, COMPLETE_URL)


@closing_step("ledger.reserved", title="Nothing is reserved", order=300)
def nothing_reserved(ctx: Context, period: Period) -> Standing:
    """Transfers that were reserved up to the end of the month and are neither posted nor voided."""
    open_count = reserved_until(ctx, period)
    sentence = f"Transfers that are reserved and not posted: {open_count}." if open_count else "No transfer waits to be posted."
    return Standing(open_count, sentence, "/books/pending-transfers/?state=pending" if open_count else "")


@closing_step("ledger.recurring", title="Recurring entries are posted", order=220)
def recurring_posted(ctx: Context, period: Period) -> Standing:
    """Days of recurring entries up to the end of the month that nobody has posted."""
    open_count = len(occurrences_due(ctx, period.ends_on))
    sentence = f"Recurring entries that are not posted: {open_count}." if open_count else "Every recurring entry is posted."
    return Standing(open_count, sentence, "/ledger/recurring-entries/?state=running" if open_count else "")


@closing_step("ledger.planned", title="Accruals are reversed, deferrals are posted", order=230)
def planned_posted(ctx: Context, period: Period) -> Standing:
    """Entries that waited for a day up to the end of the month."""
    open_count = len(planned_due(ctx, period.ends_on))
    sentence = f"Planned entries that are not posted: {open_count}." if open_count else "Every planned entry is posted."
    return Standing(open_count, sentence, f"/ledger/planned-entries/?state=waiting&on_to={period.ends_on}" if open_count else "")


@closing_step("ledger.currencies", title="Foreign currencies are valued", order=240, required=False)
def currencies_valued(ctx: Context, period: Period) -> Standing | None:
    """What is held in foreign currencies and stands in the books at another worth than that of the last day."""
    held = holdings_on(ctx, period.ends_on)
    if not held:
        return None
    open_count = sum(1 for holding in held if holding.difference_minor)
    if not open_count:
        return Standing(0, "Every currency stands at its worth of the last day.")
    sentence = f"Holdings that stand at another worth than that of the last day: {open_count}."
    return Standing(open_count, sentence, f"/ledger/reports/foreign_currencies/?on={period.ends_on}")


@closing_step("ledger.suspense", title="Nothing is left unclear", order=310)
def nothing_unclear(ctx: Context, period: Period) -> Standing | None:
    """What stands on the account of things that are not clear yet."""
    rest_minor = balance_if_any(ctx, "suspense", period.ends_on)
    if rest_minor is None:
        return None
    if not rest_minor:
        return Standing(0, "The account for what is not clear yet is empty.")
    return Standing(
        1, f"{format_amount(rest_minor, ctx.company.currency)} stand on the account for what is not clear yet.", "/ledger/chart/"
    )


@closing_step("ledger.balanced", title="The trial balance sums to zero", order=390)
def balanced(ctx: Context, period: Period) -> Standing:
    """Debit and credit of every unit, from what is kept."""
    off: dict[str, int] = {}
    for total in totals_on(ctx, period.book, period.ends_on):
        off[total.unit] = off.get(total.unit, 0) + total.balance_minor
    wrong = sorted(unit for unit, rest in off.items() if rest)
    url = f"/ledger/reports/trial_balance/?on={period.ends_on}"
    return Standing(len(wrong), f"Debit and credit differ in {', '.join(wrong)}." if wrong else "Debit and credit are equal.", url)


@closing_step("ledger.tasks", title="Tasks are done", order=400)
def tasks_done(ctx: Context, period: Period) -> Standing | None:
    """Tasks of closing that nobody has marked as done for the month."""
    tasks = ClosingTask.objects.visible_to(ctx).filter(active=True)
    open_count = tasks.exclude(marks__period=period).count()
    if not open_count:
        return Standing(0, "Every task is done.") if tasks.exists() else None
    return Standing(open_count, f"Tasks that are not done: {open_count}.", f"/ledger/closing/?month={period.starts_on:%Y-%m}#tasks")
