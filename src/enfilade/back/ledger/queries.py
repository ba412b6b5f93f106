"""What the ledger knows: accounts by purpose or code, and balances on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context as Arithmetic

from django.db import connection
from django.db.models import Q

from enfilade.base.books.models import Account, Book
from enfilade.base.books.queries import Total, accounts_by_code, book_named, first_period, totals_on
from enfilade.base.calendar.rules import days_of_rule
from enfilade.base.money.queries import rates_on
from enfilade.base.money.rules import RateOn
from enfilade.core.context import Context, Refusal
from enfilade.core.models import EventEntry
from enfilade.core.models.record import RecordQuerySet

from .charts import CHARTS
from .charts.purposes import PURPOSES
from .models import AccountPurpose, DimensionRule, EntryTemplate, FiscalYear, PlannedEntry, RecurringEntry, RecurringPosting, TemplateLine
from .rules import HOLDING_KINDS, Valued, is_foreign, is_value, year_start

BOOK_CODE = "general"
COMPLETE_URL = "/ledger/do/complete_chart/"
RATE_DECIMALS = 10
LAST_DAY = date(2199, 12, 31)


_BY_PURPOSE = """
SELECT p.purpose, p.account_id, a.book_id FROM ledger_accountpurpose p JOIN books_account a ON a.id = p.account_id
 WHERE p.company_id = %s AND p.purpose = ANY(%s)
"""


_CLOSING = """
SELECT e.period_id, l.account_id, l.unit, sum(greatest(l.quantity_minor, 0)), sum(greatest(-l.quantity_minor, 0))
  FROM books_entry e JOIN books_line l ON l.entry_id = e.id
 WHERE e.company_id = %s AND e."on" BETWEEN %s AND %s
   AND e.origin <> '' AND e.origin = ANY(ARRAY(SELECT 'ledger.fiscalyear:' || y.id FROM ledger_fiscalyear y WHERE y.company_id = %s))
 GROUP BY e.period_id, l.account_id, l.unit
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An account of the ledger, by key, and its book."""

    account_id: int
    book_id: int


def places_of(ctx: Context, names: Iterable[str], *, purposes: bool = True, missing_ok: bool = False) -> dict[str, Place]:
    """Accounts of the ledger by purpose or code; a purpose goes before a code of the same name.

    purposes: False where a person names accounts, by code only. missing_ok: what is not known is left out instead of refused.
    Refuses: no_ledger, unknown_account.
    """
    wanted = list(set(names))
    found: dict[str, Place] = {}
    if purposes:
        with connection.cursor() as cursor:
            cursor.execute(_BY_PURPOSE, [ctx.company_id, wanted])
            found = {purpose: Place(account, book) for purpose, account, book in cursor.fetchall()}
    if rest := [name for name in wanted if name not in found]:
        found |= {account.code: Place(account.pk, account.book_id) for account in accounts_by_code(ctx, ledger_book(ctx), rest)}
    if (missing := set(wanted) - found.keys()) and not missing_ok:
        raise _missing(min(missing), purposes)
    return found


def accounts_serving(ctx: Context, purposes: Iterable[str]) -> dict[str, int]:
    """Which account serves each of some purposes, by key; a purpose that none serves is left out."""
    rows = AccountPurpose.objects.visible_to(ctx).filter(purpose__in=list(purposes))
    return dict(rows.values_list("purpose", "account_id"))


def dimension_rules(ctx: Context, account: Account) -> list[DimensionRule]:
    """What lines of an account say by dimensions: the rule of each dimension that stands nearest, by the name of the dimension.

    Days are not looked at: a rule that begins later stands among them.
    """
    chain: list[int] = []
    at: Account | None = account
    while at is not None and at.pk not in chain:
        chain.append(at.pk)
        at = at.parent
    purposes = list(AccountPurpose.objects.visible_to(ctx).filter(account=account).values_list("purpose", flat=True))
    rows = DimensionRule.objects.visible_to(ctx).filter(Q(account__in=chain) | Q(account=None, purpose__in=purposes))

    def far(rule: DimensionRule) -> float:
        return 0.5 if rule.account_id is None else chain.index(rule.account_id)

    nearest: dict[int, DimensionRule] = {}
    for rule in sorted(rows.select_related("account", "dimension"), key=lambda rule: (-far(rule), rule.manner)):
        nearest[rule.dimension_id] = rule
    return sorted(nearest.values(), key=lambda rule: rule.dimension.name)


def _missing(name: str, purposes: bool) -> Refusal:
    """What is missing, and where it is mended: a ledger that began before a purpose was known gets it by completing its chart."""
    if not purposes or name not in PURPOSES:
        return Refusal("unknown_account", f"There is no account {name}.", field="account")
    label = PURPOSES[name].label
    said = f"No account serves “{label}” yet: use “Complete the chart of accounts” once, or name one under accounts by purpose."
    return Refusal("unknown_account", said, field="account", hints=({"label": "Complete the chart of accounts", "url": COMPLETE_URL},))


def purposes_missing(ctx: Context) -> list[str]:
    """What the chart with which the ledger began has an account for today, and the ledger has not. Names of purposes, in order."""
    chart = CHARTS.get(chart_of(ctx))
    if chart is None:
        return []
    served = set(AccountPurpose.objects.visible_to(ctx).values_list("purpose", flat=True))
    return sorted(set(chart.purposes) - served)


def ledger_book(ctx: Context) -> Book:
    """The money book of the company.

    Refuses: no_ledger.
    """
    book = book_named(ctx, BOOK_CODE)
    if book is None:
        raise Refusal("no_ledger", "The ledger is not founded yet: choose a chart of accounts under Ledger.")
    return book


def control_accounts(ctx: Context) -> dict[str, str]:
    """Accounts that stand for what single parties owe or are owed. Shape: code -> purpose."""
    rows = AccountPurpose.objects.visible_to(ctx).filter(purpose__in=["receivable", "payable"])
    return dict(rows.values_list("account__code", "purpose"))


def year_around(ctx: Context, book: Book, on: date, *, lock: bool = False) -> FiscalYear:
    """The year of accounts in which a day lies; one that was never written down, not kept, as it follows from the year before."""
    rows = FiscalYear.objects.visible_to(ctx).filter(starts_on__lte=on, ends_on__gte=on)
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is not None:
        return found
    before = FiscalYear.objects.visible_to(ctx).filter(ends_on__lt=on).order_by("-ends_on").first()
    after = FiscalYear.objects.visible_to(ctx).filter(starts_on__gt=on).order_by("starts_on").first() if before is None else None
    first = first_period(ctx, book) if before is None and after is None else None
    beginning = before.ends_on + timedelta(days=1) if before else after.starts_on if after else first.starts_on if first else None
    start = year_start(on, beginning.month if beginning else 1)
    return FiscalYear(
        company=ctx.company, starts_on=start, ends_on=year_start(start + timedelta(days=380), start.month) - timedelta(days=1)
    )


def next_year_month(ctx: Context, book: Book, year: int) -> int | None:
    """In which month the year of accounts that begins in a calendar year has to begin; None before there is any year."""
    last = FiscalYear.objects.visible_to(ctx).filter(ends_on__lt=date(year, 12, 31)).order_by("-ends_on").first()
    if last is not None:
        return (last.ends_on + timedelta(days=1)).month
    return first.starts_on.month if (first := first_period(ctx, book)) else None


def closing_moves(ctx: Context, from_on: date, to_on: date) -> dict[int, list[Total]]:
    """What closing entries of years moved between two days. Shape: key of the period -> totals.

    Why: the result of a closed year is still looked at; what carried it to the equity is no part of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLOSING, [ctx.company_id, from_on, to_on, ctx.company_id])
        found: dict[int, list[Total]] = defaultdict(list)
        for period, account, unit, debit, credit in cursor.fetchall():
            found[period].append(Total(account, unit, int(debit), int(credit)))
        return found


def balance_if_any(ctx: Context, purpose: str, on: date) -> int | None:
    """Balance of the account of a purpose at the end of a day; None where no account serves it."""
    return balance_of(ctx, purpose, on) if AccountPurpose.objects.visible_to(ctx).filter(purpose=purpose).exists() else None


def chart_of(ctx: Context) -> str:
    """The chart of accounts with which the ledger began, "" where it began with none."""
    events = EventEntry.objects.visible_to(ctx).filter(name="ledger.LedgerFounded").order_by("-pk")
    return str(next((payload["chart"] for payload in events.values_list("payload", flat=True)[:1]), ""))


def balance_of(ctx: Context, name: str, on: date) -> int:
    """Balance of an account by purpose or code at the end of a day, in minor units; debit positive."""
    place = places_of(ctx, [name])[name]
    totals = totals_on(ctx, ledger_book(ctx), on, accounts=[place.account_id])
    return sum(t.balance_minor for t in totals if t.unit == ctx.company.currency)


def template_lines(ctx: Context, template: EntryTemplate) -> RecordQuerySet:
    """The lines of a template, in the order in which they were entered."""
    return TemplateLine.objects.visible_to(ctx).filter(template=template).order_by("pk")


def recurring_of(ctx: Context, template: EntryTemplate) -> list[RecurringEntry]:
    """What recurs by a template and has not ended."""
    return list(RecurringEntry.objects.visible_to(ctx).filter(template=template).exclude(state=RecurringEntry.State.ENDED))


def occurrences_due(ctx: Context, until_on: date) -> list[tuple[RecurringEntry, date]]:
    """Days of running entries up to a day that nobody has posted, the earliest first."""
    running = list(RecurringEntry.objects.visible_to(ctx).filter(state=RecurringEntry.State.RUNNING, starts_on__lte=until_on))
    posted = set(RecurringPosting.objects.visible_to(ctx).filter(recurring__in=running, on__lte=until_on).values_list("recurring", "on"))
    days = ((one, on) for one in running for on in days_of_rule(one.rule, one.starts_on, until_on) if on >= one.counts_from_on)
    return sorted(((one, on) for one, on in days if (one.pk, on) not in posted), key=lambda due: (due[1], due[0].pk))


def planned_due(ctx: Context, until_on: date) -> list[PlannedEntry]:
    """Entries that wait and whose day has come, the earliest first."""
    rows = PlannedEntry.objects.visible_to(ctx).filter(state=PlannedEntry.State.WAITING, on__lte=until_on)
    return list(rows.order_by("on", "pk"))


def holdings_on(ctx: Context, on: date) -> list[Valued]:
    """What assets and liabilities hold of foreign currencies at the end of a day, and what it is worth then, by code and currency.

    From kept balances, at the same cost after ten years.
    """
    book, own = ledger_book(ctx), ctx.company.currency
    held: dict[tuple[int, str], list[int]] = {}
    for total in totals_on(ctx, book, on):
        value = is_value(total.unit)
        if value or is_foreign(total.unit, own):
            held.setdefault((total.account_id, total.unit.rpartition("@")[2]), [0, 0])[value] += total.balance_minor
    accounts = {account.pk: account for account in accounts_by_code(ctx, book) if account.kind in HOLDING_KINDS}
    rates = rates_on(ctx, {unit for account, unit in held if account in accounts}, own, on) if held else {}
    found = [
        _valued(accounts[account], unit, quantity, book_minor, rates.get(unit))
        for (account, unit), (quantity, book_minor) in held.items()
        if account in accounts and (quantity or book_minor)
    ]
    return sorted(found, key=lambda holding: (holding.code, holding.unit))


def _valued(account: Account, unit: str, quantity_minor: int, book_minor: int, rate: RateOn | None) -> Valued:
    if rate is None:
        return Valued(account.pk, account.code, account.name, unit, quantity_minor, book_minor)
    said = Arithmetic(prec=28).divide(rate.denominator, rate.numerator)
    worth = rate.worth_of(quantity_minor)
    return Valued(account.pk, account.code, account.name, unit, quantity_minor, book_minor, worth, round(said, RATE_DECIMALS), rate.on)


def currencies_of(ctx: Context) -> list[str]:
    """The foreign currencies in which anything was ever posted."""
    units = {total.unit for total in totals_on(ctx, ledger_book(ctx), LAST_DAY)}
    return sorted(unit for unit in units if is_foreign(unit, ctx.company.currency))
