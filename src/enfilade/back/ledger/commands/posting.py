"""Found the ledger, post to it by purpose or by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypedDict

from enfilade.back.ledger.charts import CHARTS
from enfilade.back.ledger.events import LedgerFounded
from enfilade.back.ledger.models import AccountPurpose
from enfilade.back.ledger.queries import BOOK_CODE, Place, ledger_book, places_of
from enfilade.back.ledger.rules import HOLDING_KINDS, POSITION
from enfilade.base.books import commands as books
from enfilade.base.books.inputs import AccountCode, DimensionCodes
from enfilade.base.books.models import Book, Entry
from enfilade.base.books.queries import accounts_by_code, accounts_by_id
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Ref, SummedAmount, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

from .foreign import Currency, Held, Rate, beside, worths
from .years import open_year, require_general


@dataclass(frozen=True)
class JournalLine:
    """One line of a journal entry: an account by its code, and an amount on one side.

    account_code: number of the account in the chart. party: on receivable and payable accounts, who owes or is owed.
    dimensions: codes of values of dimensions, at most one of each, for example K100 P7.
    currency: in which its amount is; the company's own when left out.
    rate: what one of the company's own currency is worth in it; the rate of the day when left out.
    """

    account_code: AccountCode
    debit: SummedAmount = 0
    credit: SummedAmount = 0
    text: str = ""
    party: Ref[Party] | int | None = None
    dimensions: DimensionCodes = ""
    currency: Currency = ""
    rate: Rate | None = None

    @property
    def signed_minor(self) -> int:
        """Its amount, debit positive."""
        return self.debit - self.credit


@dataclass(frozen=True)
class Leg:
    """One side of a posting by another module.

    account: a purpose (`receivable`) or the code of an account. amount_minor: in the company's currency, debit positive, credit negative.
    dimensions: codes of values of dimensions, with blanks between.
    unit, unit_minor: the foreign currency that is held for this amount, and how much of it moves, with the sign of the side.
    """

    account: str
    amount_minor: Annotated[int, Input(amount=True, signed=True)]
    party: Ref[Party] | int | None = None
    text: str = ""
    dimensions: str = ""
    unit: Annotated[str, Input(max_length=3)] = ""
    unit_minor: int = 0


def difference_leg(difference_minor: int) -> Leg:
    """An exchange gain, or with a minus an exchange loss, as it stands in an entry."""
    return Leg("exchange_gain" if difference_minor > 0 else "exchange_loss", -difference_minor)


@command(permission="ledger.found_ledger", label="Begin the ledger", hidden=True)
def found_ledger(
    ctx: Context,
    *,
    chart: str = "generic",
    year: Annotated[int | None, Input(label="First year", min_value=1900, max_value=2199)] = None,
    first_month: Annotated[int, Input(min_value=1, max_value=12)] = 1,
) -> Book:
    """Begin the money book of the company with a chart of accounts, and open its first year.

    chart: generic, skr03, skr04, pcg_fr, uk, us, or one that a kind of company brings.
    year: calendar year in which the first year of accounts begins; left out, no year is opened yet.
    first_month: month in which years of accounts begin.
    Refuses: unknown_chart; book_code_once (database) when it is founded already.
    """
    found = CHARTS.get(chart)
    if found is None:
        raise Refusal(
            "unknown_chart", f"There is no chart of accounts called {chart}. There are: {', '.join(sorted(CHARTS))}.", field="chart"
        )
    book = books.open_book(ctx, code=BOOK_CODE, name="General ledger", unit_kind="money")
    books.add_accounts(ctx, book=book, accounts=list(found.accounts))
    accounts = {account.code: account for account in accounts_by_code(ctx, book)}
    rows = [AccountPurpose(company=ctx.company, purpose=purpose, account=accounts[code]) for purpose, code in found.purposes.items()]
    AccountPurpose.objects.bulk_create(rows)
    if year is not None:
        open_year(ctx, year=year, first_month=first_month)
    publish(ctx, LedgerFounded(book=book.pk, chart=chart))
    return book


class JournalFacts(TypedDict):
    """What rules may look at when somebody posts by hand: the sum of one side, in minor units of the company's currency."""

    amount_minor: int
    line_count: int


def _journal_facts(*, ctx: Context, on: date, lines: list[JournalLine], **_: object) -> JournalFacts:
    return {"amount_minor": sum(amount for amount in worths(ctx, on, lines) if amount > 0), "line_count": len(lines)}


class ReversalFacts(TypedDict):
    """What rules may look at when somebody reverses: the sum of one side, in minor units, and how old the entry is."""

    amount_minor: int
    age_days: int


def _reversal_facts(*, entry: Entry, on: date, **_: object) -> ReversalFacts:
    amounts = [line.quantity_minor for line in entry.lines.all() if line.quantity_minor > 0]
    return {"amount_minor": sum(amounts), "age_days": (on - entry.on).days}


@command(permission="ledger.post_journal", label="Post a journal entry", tone="primary", door=_journal_facts)
def post_journal(
    ctx: Context,
    *,
    on: Today,
    text: Annotated[str, Input(label="What for")],
    lines: list[JournalLine],
    origin: Annotated[str, Input(label="Voucher", help="Number of the receipt or bill it stands on.")] = "",
) -> Entry:
    """Enter a movement between accounts by hand.

    on: accounting date; its month has to be open.
    lines: debit and credit sum to the same; each line has one of them. Those in a foreign currency count by their rate, and what rounding
        leaves over goes to the largest of them; an asset or a liability then holds that much of the currency as well.
    origin: number of the receipt or bill it stands on, or a reference such as purchasing.bill:7.
    Refuses: unknown_account, one_side, unknown_currency, no_rate, no_currency, entry_balances; entry_period_open, line_account_open,
    line_dimension_known, line_dimension_open, line_dimension_once, line_dimension_required, line_dimension_forbidden (database).
    """
    places = places_of(ctx, [line.account_code for line in lines], purposes=False)
    for number, line in enumerate(lines):
        if bool(line.debit) == bool(line.credit):
            raise Refusal("one_side", "A line has either a debit or a credit.", field=f"lines[{number}].debit")
    currency, book = ctx.company.currency, places[lines[0].account_code].book_id
    amounts = worths(ctx, on, lines)
    rows = [
        books.LineIn(places[line.account_code].account_id, currency, amount, line.party, line.text, line.dimensions)
        for line, amount in zip(lines, amounts, strict=True)
        if amount
    ]
    abroad = [(line, amount) for line, amount in zip(lines, amounts, strict=True) if line.currency not in ("", currency)]
    rows += _held(ctx, [Held(places[a.account_code].account_id, a.currency, a.signed_minor, w, a.party, a.text) for a, w in abroad])
    return books.write_entry(ctx, book=book, on=on, text=text, origin=origin, lines=rows)


def _held(ctx: Context, moves: list[Held]) -> list[books.LineIn]:
    """What assets and liabilities then hold of foreign currencies."""
    kinds = {key: account.kind for key, account in accounts_by_id(ctx, {move.account for move in moves}).items()} if moves else {}
    held = [move for move in moves if kinds.get(move.account) in HOLDING_KINDS]
    return beside(ctx.company.currency, held, places_of(ctx, [POSITION])[POSITION].account_id) if held else []


@command(permission="ledger.post_legs", label="Post to the ledger", hidden=True)
def post_legs(ctx: Context, *, on: date, text: str, origin: str, legs: list[Leg]) -> Entry:
    """Post what another module did, by purposes of accounts.

    legs: summing to zero; a leg of zero moves nothing and leaves no line. What they move in foreign currencies is entered beside it.
    Refuses: no_ledger, unknown_account, entry_balances; entry_period_open, line_dimension_required, line_dimension_forbidden (database).
    """
    moved = [leg for leg in legs if leg.amount_minor or leg.unit_minor]
    if len(moved) + sum(bool(leg.unit) for leg in moved) < 2:
        raise Refusal("entry_two_lines", "An entry has at least two lines.", field="legs")
    places = _places(ctx, moved)
    rows = _lines(ctx, moved, places)
    return books.write_entry(ctx, book=places[moved[0].account].book_id, on=on, text=text, origin=origin, lines=rows)


def _places(ctx: Context, legs: Sequence[Leg]) -> dict[str, Place]:
    """The accounts of legs, and the one against which foreign currencies stand where they move any."""
    return places_of(ctx, [*(leg.account for leg in legs), *([POSITION] if any(leg.unit for leg in legs) else [])])


def _lines(ctx: Context, legs: Sequence[Leg], places: dict[str, Place]) -> list[books.LineIn]:
    """The lines of legs in the company's currency, and beside them what is held of others."""
    currency, abroad = ctx.company.currency, [leg for leg in legs if leg.unit]
    rows = [
        books.LineIn(places[leg.account].account_id, currency, leg.amount_minor, leg.party, leg.text, leg.dimensions)
        for leg in legs
        if leg.amount_minor
    ]
    held = [Held(places[leg.account].account_id, leg.unit, leg.unit_minor, leg.amount_minor, leg.party, leg.text) for leg in abroad]
    return [*rows, *beside(currency, held, places[POSITION].account_id)] if held else rows


@dataclass(frozen=True)
class Posting:
    """One of many postings by another module: as `post_legs` takes each."""

    text: str
    origin: str
    legs: list[Leg]


def write_postings(ctx: Context, *, on: date, postings: Sequence[Posting]) -> None:
    """Post what a command of another module did to many documents, which answers for all of it in the audit: in one statement.

    Refuses: what `post_legs` refuses.
    """
    moved = [[leg for leg in posting.legs if leg.amount_minor or leg.unit_minor] for posting in postings]
    places = _places(ctx, [leg for legs in moved for leg in legs])
    entries = [
        books.EntryIn(on, posting.text, _lines(ctx, legs, places), posting.origin) for posting, legs in zip(postings, moved, strict=True)
    ]
    books.write_entries(ctx, book=ledger_book(ctx), entries=entries)


@command(permission="ledger.reverse_journal", label="Reverse", tone="danger", door=_reversal_facts, target="entry")
def reverse_journal(ctx: Context, *, entry: Ref[Entry], on: Today, reason: LongText) -> Entry:
    """Cancel an entry of the ledger by one with opposite signs.

    on: accounting date of the reversal.
    Refuses: not_the_ledger; entry_reversed_once, entry_period_open (database).
    """
    require_general(entry.book.code)
    return books.reverse_entry(ctx, entry=entry, on=on, text=f"Reversal of entry {entry.pk}: {reason}")
