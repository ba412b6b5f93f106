"""What the group reads: who belongs to it, and in each of its companies what the caller may read there herself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from enfilade.back.ledger.charts.purposes import PURPOSES
from enfilade.back.ledger.queries import accounts_serving, chart_of, closing_moves, ledger_book, year_around
from enfilade.back.ledger.rules import RESULT_KINDS
from enfilade.back.statements.queries import places_in
from enfilade.base.books.models import Book
from enfilade.base.books.queries import Total, totals_between, totals_on
from enfilade.base.party.queries import merged_keys
from enfilade.core.across import reading_in
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.models import Company

from .models import AccountMapping, ConsolidationLine, GroupCompany, GroupPartner
from .rules import Books, Chart

READS = "ledger.view_reports"
_DAY = timedelta(days=1)
_OWN = ("asset", "liability")
# What entries that name another company of the group on one of their lines moved on income and cost.
_RESULTS_WITH = """
WITH with_them AS (
    SELECT l.entry_id, min(l.party_id) AS party_id FROM books_line l
     WHERE l.company_id = %(company)s AND l.party_id = ANY(%(parties)s) AND l."on" BETWEEN %(from)s AND %(to)s GROUP BY l.entry_id
)
SELECT w.party_id, l.account_id, sum(l.quantity_minor)::bigint
  FROM with_them w JOIN books_line l ON l.entry_id = w.entry_id JOIN books_account a ON a.id = l.account_id
 WHERE l.company_id = %(company)s AND l.unit = %(unit)s AND a.book_id = %(book)s AND a.kind = ANY(%(kinds)s)
 GROUP BY w.party_id, l.account_id
"""
# What lines that name another company of the group say is owed.
_OWED_WITH = """
SELECT l.party_id, l.account_id, sum(l.quantity_minor)::bigint
  FROM books_line l JOIN books_account a ON a.id = l.account_id
 WHERE l.company_id = %(company)s AND l.party_id = ANY(%(parties)s) AND l."on" <= %(to)s AND l.unit = %(unit)s AND a.book_id = %(book)s
   AND a.kind = ANY(%(kinds)s)
 GROUP BY l.party_id, l.account_id
"""
# What was put into the equity or taken out of it, day by day; closings of years are no part of that.
_EQUITY_MOVES = """
SELECT l."on", -sum(l.quantity_minor)::bigint
  FROM books_account a JOIN books_line l ON l.account_id = a.id AND l."on" BETWEEN %(from)s AND %(to)s
  JOIN books_entry e ON e.id = l.entry_id AND e.origin NOT LIKE 'ledger.fiscalyear:%%'
 WHERE a.company_id = %(company)s AND a.book_id = %(book)s AND a.kind = 'equity' AND l.unit = %(unit)s
 GROUP BY l."on" HAVING sum(l.quantity_minor) <> 0
"""


@dataclass(frozen=True)
class With:
    """What a company has with another one of the group. company: key of the other. amount_minor: debit positive, in its own currency."""

    company: int
    account: int
    amount_minor: int


@dataclass(frozen=True)
class Said:
    """What one company says: its books, its accounts, and what of both is with other companies of the group.

    first: the first day whose results count.
    """

    company: Company
    first: date
    books: Books
    chart: Chart
    owed: list[With]
    earned: list[With]


def members_on(ctx: Context, on: date) -> list[GroupCompany]:
    """The companies that belong to the group at the end of a day, by name; one that is held through another only together with it."""
    rows = GroupCompany.objects.visible_to(ctx).filter(Q(left_on=None) | Q(left_on__gt=on), acquired_on__lte=on)
    found = list(rows.select_related("member", "shares_account", "held_by__member").order_by("member__name"))
    whole = chains(found)
    return [member for member in found if member.pk in whole]


def chains(members: Sequence[GroupCompany]) -> dict[int, list[GroupCompany]]:
    """Each company with those through which the parent holds it, from itself upwards; without those of which one is missing.

    Shape: key -> chain.
    """
    by_key = {member.pk: member for member in members}
    found: dict[int, list[GroupCompany]] = {}
    for member in members:
        chain = [member]
        while (above := chain[-1].held_by_id) is not None and above in by_key and len(chain) <= len(members):
            chain.append(by_key[above])
        if above is None:
            found[member.pk] = chain
    return found


def member_named(ctx: Context, company: int) -> GroupCompany | None:
    """The company of the group with a key."""
    return GroupCompany.objects.visible_to(ctx).filter(member=company).select_related("member").first()


def partner_of(ctx: Context, company: Company) -> GroupPartner | None:
    """The party of ours that is a company."""
    return GroupPartner.objects.visible_to(ctx).filter(partner=company).select_related("party").first()


@contextmanager
def at(ctx: Context, company: Company) -> Iterator[Context]:
    """The caller at a company of the group, to read its books.

    Refuses: not_in_company where she may not read its statements.
    """
    try:
        with reading_in(ctx, company, READS) as inner:
            yield inner
    except NotAllowed:
        raise Refusal("not_in_company", f"You may not read the statements of {company}, which is part of the group.") from None


def known_company(ctx: Context, slug: str) -> Company:
    """A company of this house that the caller works for, by its short name or its name, where no other one is called so.

    Refuses: unknown_company, in the same words whether there is none or she doesn't work there.
    """
    wanted, ours = slug.strip(), []
    for company in Company.objects.filter(Q(slug=wanted) | Q(name__iexact=wanted)).exclude(pk=ctx.company_id):
        try:
            with reading_in(ctx, company):
                ours.append(company)
        except NotAllowed:
            continue
    called = [company for company in ours if company.slug == wanted] or ours
    if len(called) == 1:
        return called[0]
    raise Refusal("unknown_company", f"You work for no other company called {slug[:50]}.", field="member")


def chart_in(ctx: Context) -> Chart:
    """The accounts of the company acted for. Refuses: no_ledger."""
    return Chart(places_in(ctx), accounts_serving(ctx, PURPOSES), chart_of(ctx))


def mappings_of(ctx: Context) -> dict[int, dict[str, int]]:
    """Where people said that accounts stand. Shape: key of the company of the group -> its code -> account of the group."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for member, code, account in AccountMapping.objects.visible_to(ctx).values_list("group_company__member", "code", "account"):
        found[member][code] = account
    return found


def start_of_year(ctx: Context, on: date) -> date:
    """First day of the parent's year of accounts, which is that of the group. Source: § 299 (1) HGB."""
    return year_around(ctx, ledger_book(ctx), on).starts_on


def read_company(ctx: Context, company: Company, group: Iterable[int], start: date, on: date, acquired_on: date | None) -> Said:
    """Everything that is needed of one company.

    group: keys of the companies whose dealings with it are taken out. start: of the group's year. acquired_on: None for the parent.
    Refuses: not_in_company, no_ledger.
    """
    with at(ctx, company) as inner:
        book, chart = ledger_book(inner), chart_in(inner)
        first = max(start, acquired_on + _DAY) if acquired_on else start
        named = GroupPartner.objects.visible_to(inner).filter(partner__in=list(group)).select_related("party")
        partners = {key: row.partner_id for row in named for key in merged_keys(inner, row.party)}
        owed = _with(inner, book, _OWED_WITH, partners, {"to": on, "kinds": list(_OWN)})
        earned = _with(inner, book, _RESULTS_WITH, partners, {"from": first, "to": on, "kinds": list(RESULT_KINDS)})
        return Said(company, first, _books(inner, book, chart, first, start, on, acquired_on), chart, owed, earned)


def _books(ctx: Context, book: Book, chart: Chart, first: date, start: date, on: date, acquired_on: date | None) -> Books:
    def of(kinds: Iterable[str], amounts: Mapping[int, int]) -> dict[int, int]:
        wanted = frozenset(kinds)
        return {key: amount for key, amount in amounts.items() if chart.places[key].kind in wanted and amount}

    now = _without_closing(ctx, totals_on(ctx, book, on), start, on)
    if acquired_on is None:
        return Books(
            standing=of(_OWN, now),
            results=of(RESULT_KINDS, _between(ctx, book, start, on)),
            equity=of(["equity"], now),
            earlier=of(RESULT_KINDS, _own(ctx, totals_on(ctx, book, start - _DAY))),
        )
    years: dict[tuple[date, date], int] = {}
    begin = acquired_on + _DAY
    while begin < start:
        # The results of earlier years, each by itself, in the years of the group.
        after = min(start, _year_after(start, begin))
        years[begin, after - _DAY] = -sum(of(RESULT_KINDS, _between(ctx, book, begin, after - _DAY)).values())
        begin = after
    acquired = sum(of(_OWN, _own(ctx, totals_on(ctx, book, acquired_on))).values())
    moves = _rows(ctx, book, _EQUITY_MOVES, {"from": acquired_on + _DAY, "to": on})
    return Books(
        standing=of(_OWN, now),
        results=of(RESULT_KINDS, _between(ctx, book, first, on)),
        acquired_minor=acquired,
        years={span: amount for span, amount in years.items() if amount},
        moves={day: int(amount) for day, amount in moves},
    )


def _year_after(start: date, begin: date) -> date:
    """First day of the group's year after the one in which a day lies, which is before `start`."""
    year = start
    while (before := year.replace(year=year.year - 1)) > begin:
        year = before
    return year


def _own(ctx: Context, totals: Iterable[Total]) -> dict[int, int]:
    return {total.account_id: total.balance_minor for total in totals if total.unit == ctx.company.currency}


def _between(ctx: Context, book: Book, from_on: date, to_on: date) -> dict[int, int]:
    return _without_closing(ctx, totals_between(ctx, book, from_on, to_on), from_on, to_on) if from_on <= to_on else {}


def _without_closing(ctx: Context, totals: Iterable[Total], from_on: date, to_on: date) -> dict[int, int]:
    found = defaultdict(int, _own(ctx, totals))
    for moves in closing_moves(ctx, from_on, to_on).values():
        for account, amount in _own(ctx, moves).items():
            found[account] -= amount
    return found


def _with(ctx: Context, book: Book, query: str, partners: Mapping[int, int], more: Mapping[str, Any]) -> list[With]:
    if not partners:
        return []
    rows = _rows(ctx, book, query, {"parties": list(partners), **more})
    return [With(partners[party], account, int(amount)) for party, account, amount in rows if amount]


def _rows(ctx: Context, book: Book, query: str, more: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    values = {"company": ctx.company_id, "book": book.pk, "unit": ctx.company.currency, **more}
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def entries_until(ctx: Context, on: date) -> list[ConsolidationLine]:
    """Lines of entries of the group until a day, each with its entry."""
    rows = ConsolidationLine.objects.visible_to(ctx).filter(entry__on__lte=on)
    return list(rows.select_related("entry", "account").order_by("entry__on", "pk"))
