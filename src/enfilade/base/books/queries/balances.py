"""Balances on a day, from what is kept: the cost does not grow with the number of entries ever made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Prefetch, QuerySet, Sum

from enfilade.base.books.models import Account, Balance, Book, BookSeal, Dimension, DimensionBalance, DimensionValue, Entry, Line, Period
from enfilade.core.context import Context

# Up to the end of the last closed period: one row per account. The periods after it: one row per slot. Of the period in which the day
# lies only the part that is needed is read from the lines, from its shorter end.
_TOTALS = """
SELECT t.account_id, t.unit, sum(t.debit_minor)::bigint, sum(t.credit_minor)::bigint
  FROM (
    SELECT c.account_id, c.unit, c.debit_minor, c.credit_minor FROM books_carried c
     WHERE c.company_id = %(company)s AND c.period_id = %(carried)s
    UNION ALL
    SELECT b.account_id, b.unit, b.debit_minor, b.credit_minor FROM books_balance b
     WHERE b.company_id = %(company)s AND b.period_id = ANY(%(periods)s::bigint[])
    UNION ALL
    SELECT l.account_id, l.unit, %(sign)s * greatest(l.quantity_minor, 0), %(sign)s * greatest(-l.quantity_minor, 0)
      FROM books_account a JOIN books_line l ON l.account_id = a.id AND l."on" BETWEEN %(first)s AND %(last)s
     WHERE a.company_id = %(company)s AND a.book_id = %(book)s AND %(first)s <= %(last)s
       AND (%(accounts)s::bigint[] IS NULL OR a.id = ANY(%(accounts)s))
  ) t
 WHERE %(accounts)s::bigint[] IS NULL OR t.account_id = ANY(%(accounts)s)
 GROUP BY t.account_id, t.unit
"""
# The same of some values of dimensions, for each of them.
_TOTALS_BY_VALUE = """
SELECT t.value_id, t.account_id, t.unit, sum(t.debit_minor)::bigint, sum(t.credit_minor)::bigint
  FROM (
    SELECT c.value_id, c.account_id, c.unit, c.debit_minor, c.credit_minor FROM books_dimensioncarried c
     WHERE c.company_id = %(company)s AND c.period_id = %(carried)s AND c.value_id = ANY(%(values)s)
    UNION ALL
    SELECT b.value_id, b.account_id, b.unit, b.debit_minor, b.credit_minor FROM books_dimensionbalance b
     WHERE b.company_id = %(company)s AND b.period_id = ANY(%(periods)s::bigint[]) AND b.value_id = ANY(%(values)s)
    UNION ALL
    SELECT v.id, l.account_id, l.unit, %(sign)s * greatest(l.quantity_minor, 0), %(sign)s * greatest(-l.quantity_minor, 0)
      FROM books_account a JOIN books_line l ON l.account_id = a.id AND l."on" BETWEEN %(first)s AND %(last)s AND l.dimensions <> '{}'
      JOIN books_dimensionvalue v ON v.company_id = a.company_id AND v.code = ANY(l.dimensions) AND v.id = ANY(%(values)s)
     WHERE a.company_id = %(company)s AND a.book_id = %(book)s AND %(first)s <= %(last)s
       AND (%(accounts)s::bigint[] IS NULL OR a.id = ANY(%(accounts)s))
  ) t
 WHERE %(accounts)s::bigint[] IS NULL OR t.account_id = ANY(%(accounts)s)
 GROUP BY t.value_id, t.account_id, t.unit
"""


@dataclass(frozen=True, slots=True)
class Total:
    """Debit and credit of one account in one unit."""

    account_id: int
    unit: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit less credit."""
        return self.debit_minor - self.credit_minor

    def plus(self, other: Total) -> Total:
        """Both together."""
        return Total(self.account_id, self.unit, self.debit_minor + other.debit_minor, self.credit_minor + other.credit_minor)

    def less(self, other: Total | None) -> Total:
        """What came after the other."""
        if other is None:
            return self
        return Total(self.account_id, self.unit, self.debit_minor - other.debit_minor, self.credit_minor - other.credit_minor)


@dataclass(frozen=True, slots=True)
class Month:
    """Debit and credit of an account in one period."""

    period: Period
    debit_minor: int
    credit_minor: int


def book_named(ctx: Context, code: str) -> Book | None:
    """The book of a code."""
    return Book.objects.visible_to(ctx).filter(code=code).first()


def first_period(ctx: Context, book: Book) -> Period | None:
    """The earliest period of a book; the years of accounts begin in its month."""
    return Period.objects.visible_to(ctx).filter(book=book).order_by("starts_on").first()


def last_period(ctx: Context, book: Book) -> Period | None:
    """The latest period of a book."""
    return Period.objects.visible_to(ctx).filter(book=book).order_by("-starts_on").first()


def period_of(ctx: Context, book: Book, on: date) -> Period | None:
    """The period in which a day lies."""
    return Period.objects.visible_to(ctx).filter(book=book, starts_on__lte=on, ends_on__gte=on).first()


def first_open(ctx: Context, book: Book) -> Period | None:
    """The first period that takes entries, of anybody or of those who are admitted."""
    return Period.objects.visible_to(ctx).filter(book=book).exclude(state=Period.State.CLOSED).order_by("starts_on").first()


def periods_before(ctx: Context, period: Period) -> tuple[date | None, int]:
    """Periods of the book that end before one and are not closed for good: where the first begins, and how many."""
    rows = Period.objects.visible_to(ctx).filter(book=period.book_id, ends_on__lt=period.starts_on).exclude(state=Period.State.CLOSED)
    found = rows.aggregate(first=Min("starts_on"), number=Count("pk"))
    return found["first"], found["number"]


def accounts_by_code(ctx: Context, book: Book, codes: Sequence[str] | None = None) -> list[Account]:
    """Accounts of a book in the order of their codes; only these where codes are given."""
    rows = Account.objects.visible_to(ctx).filter(book=book).order_by("code")
    return list(rows if codes is None else rows.filter(code__in=codes))


def accounts_by_id(ctx: Context, keys: Collection[int]) -> dict[int, Account]:
    """Accounts that take entries, of these keys. Shape: key -> account."""
    return {account.pk: account for account in Account.objects.visible_to(ctx).filter(pk__in=keys, heading=False)}


def totals_on(
    ctx: Context, book: Book, on: date, accounts: Sequence[int] | None = None, values: Sequence[int] | None = None
) -> list[Total]:
    """Everything posted up to the end of a day, per account and unit; accounts that never moved are absent.

    accounts: only these, by key. values: only lines that name one of these values of one dimension, by key.
    """
    if values is None:
        return [Total(*row) for row in _read(ctx, book, on, _TOTALS, accounts=_list(accounts))]
    sums: dict[tuple[int, str], Total] = {}
    for value_totals in totals_by_value(ctx, book, on, values, accounts).values():
        for total in value_totals:
            before = sums.get(key := (total.account_id, total.unit))
            sums[key] = total if before is None else before.plus(total)
    return list(sums.values())


def totals_by_value(
    ctx: Context, book: Book, on: date, values: Sequence[int], accounts: Sequence[int] | None = None
) -> dict[int, list[Total]]:
    """Everything posted up to the end of a day, for each value of a dimension by itself. Shape: key of the value -> totals."""
    found: dict[int, list[Total]] = {value: [] for value in values}
    for value, *row in _read(ctx, book, on, _TOTALS_BY_VALUE, accounts=_list(accounts), values=list(values)):
        found[value].append(Total(*row))
    return found


def _list(keys: Sequence[int] | None) -> list[int] | None:
    return None if keys is None else list(keys)


def _read(ctx: Context, book: Book, on: date, query: str, **more: Any) -> list[tuple[Any, ...]]:
    """Rows of a question about totals: which periods are carried, which are summed, which part of one is read from its lines."""
    periods = list(Period.objects.visible_to(ctx).filter(book=book, starts_on__lte=on).order_by("starts_on"))
    carried = next((p for p in reversed(periods) if p.state == Period.State.CLOSED and p.ends_on <= on), None)
    after = [p for p in periods if carried is None or p.starts_on > carried.ends_on]
    cut = after[-1] if after and after[-1].ends_on > on else None
    sign, first, last = _part(ctx, cut, on)
    if cut is not None and sign > 0:
        after.pop()
    values: dict[str, Any] = {
        "company": ctx.company_id,
        "book": book.pk,
        "carried": carried.pk if carried else 0,
        "periods": [p.pk for p in after],
        "sign": sign,
        "first": first,
        "last": last,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values | more)
        return cursor.fetchall()


def _part(ctx: Context, cut: Period | None, on: date) -> tuple[int, date, date]:
    """Which lines to read of the period in which the day lies: those until the day (added), or those after it (taken off the whole)."""
    if cut is None:
        return 1, on + timedelta(days=1), on
    if on >= ctx.today or (cut.ends_on - on) < (on - cut.starts_on):
        return -1, on + timedelta(days=1), cut.ends_on
    return 1, cut.starts_on, on


def totals_between(
    ctx: Context,
    book: Book,
    from_on: date,
    to_on: date,
    accounts: Sequence[int] | None = None,
    values: Sequence[int] | None = None,
) -> list[Total]:
    """What was posted from the beginning of one day to the end of another; accounts and values as in `totals_on`."""
    return _moved(totals_on(ctx, book, from_on - timedelta(days=1), accounts, values), totals_on(ctx, book, to_on, accounts, values))


def moved_by_value(ctx: Context, book: Book, from_on: date, to_on: date, values: Sequence[int]) -> dict[int, list[Total]]:
    """What was posted between two days, for each value of a dimension by itself. Shape: key of the value -> totals."""
    before, after = totals_by_value(ctx, book, from_on - timedelta(days=1), values), totals_by_value(ctx, book, to_on, values)
    return {value: _moved(before[value], after[value]) for value in values}


def _moved(before: list[Total], after: list[Total]) -> list[Total]:
    earlier = {(t.account_id, t.unit): t for t in before}
    moved = [total.less(earlier.get((total.account_id, total.unit))) for total in after]
    return [total for total in moved if total.debit_minor or total.credit_minor]


def periods_between(ctx: Context, book: Book, from_on: date, to_on: date) -> list[Period]:
    """The periods in which the days of a span lie, the first one first."""
    rows = Period.objects.visible_to(ctx).filter(book=book, ends_on__gte=from_on, starts_on__lte=to_on)
    return list(rows.order_by("starts_on"))


def moved_by_period(ctx: Context, periods: Sequence[Period], values: Sequence[int] | None = None) -> dict[int, list[Total]]:
    """What was posted in each of some periods, from what is kept. Shape: key of the period -> totals.

    values: only lines that name one of these values of one dimension, by key.
    """
    found: dict[int, list[Total]] = {period.pk: [] for period in periods}
    kept = Balance.objects.visible_to(ctx) if values is None else DimensionBalance.objects.visible_to(ctx).filter(value__in=values)
    rows = kept.filter(period__in=periods).values_list("period", "account", "unit").annotate(Sum("debit_minor"), Sum("credit_minor"))
    for period, *row in rows:
        found[period].append(Total(*row))
    return found


def first_dimension(ctx: Context) -> Dimension | None:
    """The dimension whose code comes first."""
    return Dimension.objects.visible_to(ctx).order_by("code").first()


def values_of(ctx: Context, dimension: int) -> list[DimensionValue]:
    """The values of a dimension in the order of their codes."""
    return list(DimensionValue.objects.visible_to(ctx).filter(dimension=dimension).order_by("code"))


def values_coded(ctx: Context, codes: Collection[str]) -> dict[str, DimensionValue]:
    """Values of dimensions by their codes; what is not known is left out."""
    return {value.code: value for value in DimensionValue.objects.visible_to(ctx).filter(code__in=codes)} if codes else {}


def months_of(ctx: Context, account: Account, unit: str, limit: int = 24) -> list[Month]:
    """What was posted to an account per period, the latest first; at most `limit` periods."""
    rows = Balance.objects.visible_to(ctx).filter(account=account, unit=unit).values("period").order_by("-period__starts_on")
    found = rows.annotate(debit=Sum("debit_minor"), credit=Sum("credit_minor"))[:limit]
    sums = {row["period"]: (row["debit"], row["credit"]) for row in found}
    periods = Period.objects.visible_to(ctx).filter(pk__in=sums).order_by("-starts_on")
    return [Month(period, *sums[period.pk]) for period in periods]


def lines_of(
    ctx: Context, account: Account, unit: str, from_on: date, to_on: date, limit: int, codes: Sequence[str] | None = None
) -> list[Line]:
    """Lines of an account in one unit in the order of their days, each with its entry and party; at most `limit`.

    codes: only lines that name one of these values.
    """
    rows = Line.objects.visible_to(ctx).filter(account=account, unit=unit, on__gte=from_on, on__lte=to_on).order_by("on", "id")
    if codes is not None:
        rows = rows.filter(dimensions__overlap=list(codes))
    return list(rows.select_related("entry", "party")[:limit])


def entries_between(ctx: Context, book: Book, from_on: date, to_on: date, limit: int) -> list[Entry]:
    """Entries of a book in the order of their days, with their lines and accounts; at most `limit`."""
    rows = Entry.objects.visible_to(ctx).filter(book=book, on__gte=from_on, on__lte=to_on).order_by("on", "id")
    return list(with_lines(ctx, rows)[:limit])


def entries_in(ctx: Context, book: Book, from_on: date, to_on: date) -> QuerySet[Entry]:
    """All entries of a book between two days in their order, each with who entered it and its lines, to be read some at a time."""
    rows = Entry.objects.visible_to(ctx).filter(book=book, on__gte=from_on, on__lte=to_on)
    return with_lines(ctx, rows.select_related("user").order_by("on", "id"))


def with_lines(ctx: Context, rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries that bring their lines along, with account and party, in the order in which they were written."""
    lines = Line.objects.visible_to(ctx).select_related("account", "party").order_by("id")
    return rows.prefetch_related(Prefetch("lines", queryset=lines))


def moved_by(ctx: Context, accounts: Collection[int], from_on: date, to_on: date, limit: int) -> list[Line]:
    """Lines of several accounts between two days, the latest first, each with its entry; at most `limit`."""
    rows = Line.objects.visible_to(ctx).filter(account__in=accounts, on__gte=from_on, on__lte=to_on).order_by("-on", "-id")
    return list(rows.select_related("entry")[:limit])


def lines_in(ctx: Context, entry: Entry) -> list[Line]:
    """The lines of an entry with their accounts, in the order in which they were written."""
    return list(Line.objects.visible_to(ctx).filter(entry=entry).select_related("account").order_by("id"))


def moved_in(ctx: Context, entry: Entry, account_id: int, unit: str) -> int:
    """What one entry moved on an account in a unit, debit positive."""
    rows = Line.objects.visible_to(ctx).filter(entry=entry, account=account_id, unit=unit)
    return int(rows.aggregate(sum=Sum("quantity_minor"))["sum"] or 0)


def unsealed_count(ctx: Context, book: Book) -> int:
    """How many entries are not sealed yet."""
    sealed = BookSeal.objects.visible_to(ctx).filter(book=book).aggregate(last=Max("last_entry"))["last"] or 0
    return Entry.objects.visible_to(ctx).filter(book=book, pk__gt=sealed).count()


def first_unsealed(ctx: Context, book: Book) -> date | None:
    """The day of the first entry that is not sealed yet; None where all are."""
    sealed = BookSeal.objects.visible_to(ctx).filter(book=book).aggregate(last=Max("last_entry"))["last"] or 0
    return Entry.objects.visible_to(ctx).filter(book=book, pk__gt=sealed).order_by("pk").values_list("on", flat=True).first()


def entries_of(ctx: Context, reference: str) -> list[Entry]:
    """Entries that a record caused, oldest first."""
    return list(Entry.objects.visible_to(ctx).filter(origin=reference).order_by("pk"))


def entries_by_origin(ctx: Context, prefix: str) -> dict[str, int]:
    """How many entries there are for each reference that begins so, reversals left out. Shape: origin -> number of entries."""
    rows = Entry.objects.visible_to(ctx).filter(origin__startswith=prefix, reverses=None)
    return dict(rows.values_list("origin").annotate(Count("pk")))
