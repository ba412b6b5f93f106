"""Enter the balances with which the books begin: typed or from a file, all of them or nothing; and take them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from enfilade.back.ledger.events import OpeningEntered, OpeningTakenBack
from enfilade.back.ledger.journals.opening import OpeningRow, read_opening
from enfilade.back.ledger.models import OpeningBalance
from enfilade.back.ledger.queries import Place, control_accounts, ledger_book, places_of
from enfilade.back.ledger.rules import sides
from enfilade.base.books import commands as books
from enfilade.base.books.inputs import AccountCode
from enfilade.base.books.queries import entries_of
from enfilade.base.party.models import Party
from enfilade.base.party.queries import parties_called
from enfilade.core.command import Input, LongText, Ref, SummedAmount, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.files import at_line, open_file, refuse_file
from enfilade.core.models import StoredFile
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount

OPENING = "opening"
# An entry takes a thousand lines, two of which stand on the account of opening balances.
_LINES_MAX = 998
Rest = Annotated[
    bool, Input(label="Let what is left over stand on opening balances", help="Else debit and credit have to sum to the same.")
]


@dataclass(frozen=True)
class OpeningLine:
    """What an account stands at, or one open item of it.

    account_code: number of the account in the chart. party: who owes or is owed, for an open item of customers or suppliers; without one,
    such an account says what its open items have to sum to. text: for an open item the number of the invoice or bill.
    """

    account_code: AccountCode
    debit: SummedAmount = 0
    credit: SummedAmount = 0
    party: Ref[Party] | int | None = None
    text: Annotated[str, Input(max_length=200)] = ""


@dataclass(frozen=True)
class _Standing:
    """One row, whatever it came from."""

    account: str
    amount_minor: int
    party: int | None
    text: str


@command(permission="ledger.enter_opening_balances", label="Enter opening balances", tone="primary", target="", door=True)
def enter_opening_balances(ctx: Context, *, on: date, lines: list[OpeningLine], rest_to_opening: Rest = False) -> OpeningBalance:
    """Begin the books with what every account stands at: the trial balance of another program, typed.

    on: first day of the books; what is entered counts from its beginning.
    lines: accounts of customers and suppliers by open items, each with its party. A line of such an account without a party says their sum.
    Refuses: one_side, unknown_account, open_items_differ, opening_unbalanced; opening_once, entry_period_open (database).
    """
    for number, line in enumerate(lines):
        if bool(line.debit) == bool(line.credit):
            raise Refusal("one_side", "A line has either a debit or a credit.", field=f"lines[{number}].debit")
    rows = [
        _Standing(li.account_code, li.debit - li.credit, li.party.pk if isinstance(li.party, Party) else li.party, li.text) for li in lines
    ]
    return _enter(ctx, on, rows, None, to_opening=rest_to_opening)


@command(permission="ledger.enter_opening_balances", label="Take opening balances from a file", target="", door=True)
def import_opening_balances(ctx: Context, *, on: date, file: Ref[StoredFile], rest_to_opening: Rest = False) -> OpeningBalance:
    """Begin the books with a trial balance in a CSV file or a workbook.

    on: first day of the books.
    file: columns for account, and balance or debit and credit; for open items also the party by its number or name, and a text.
    Refuses: open_items_differ, opening_unbalanced, invalid (what can't be read or is not known, with its line); opening_once,
    entry_period_open (database).
    """
    with open_file(file) as content:
        found = read_opening(content.read(), ctx.company.country, ctx.company.currency)
    refuse_file([at_line(p["line"], p["sentence"]) for p in found.problems if p["refused"]])
    parties = parties_called(ctx, {row.party for row in found.rows if row.party})
    places = places_of(ctx, [row.account for row in found.rows], purposes=False, missing_ok=True)
    refuse_file([at_line(row.line, said) for row in found.rows if (said := _fault(row, places, parties))])
    rows = [_Standing(r.account, r.amount_minor, parties[r.party][0] if r.party else None, r.text) for r in found.rows if r.amount_minor]
    return _enter(ctx, on, rows, file, to_opening=rest_to_opening)


def _fault(row: OpeningRow, places: dict[str, Place], parties: dict[str, list[int]]) -> str:
    if row.account not in places:
        return f"There is no account {row.account}."
    known = parties.get(row.party, [])
    if row.party and len(known) != 1:
        return f"{len(known)} parties are called {row.party}; write its number." if known else f"There is no party {row.party}."
    return ""


@command(permission="ledger.take_back_opening", label="Take back", tone="danger", door=True)
def take_back_opening(ctx: Context, *, opening: OpeningBalance, reason: LongText) -> OpeningBalance:
    """Reverse opening balances as a whole, at their day, so that better ones can be entered.

    Refuses: not_stands; entry_period_open (database) once the month of that day is closed.
    """
    for entry in entries_of(ctx, ref(opening)):
        if entry.reverses_id is None:
            books.reverse_entry(ctx, entry=entry, on=opening.on, text=f"Reversal of entry {entry.pk}: {reason}")
    opening.state = OpeningBalance.State.TAKEN_BACK
    opening.save(update_fields=["state"])
    publish(ctx, OpeningTakenBack(opening=opening.pk, on=opening.on))
    return opening


def _enter(ctx: Context, on: date, rows: Sequence[_Standing], file: StoredFile | None, *, to_opening: bool) -> OpeningBalance:
    controls = control_accounts(ctx)
    _check_open_items(ctx, rows, controls)
    posted = [row for row in rows if row.party is not None or row.account not in controls]
    rest = sum(row.amount_minor for row in posted)
    if rest and not to_opening:
        differ = format_amount(abs(rest), ctx.company.currency)
        sentence = f"Debit and credit differ by {differ}: debit is missing."
        if rest > 0:
            sentence = f"Debit and credit differ by {differ}: credit is missing."
        raise Refusal("opening_unbalanced", sentence, field="rest_to_opening")
    opening = OpeningBalance.objects.create(
        company=ctx.company,
        on=on,
        line_count=len(posted),
        total_minor=max(sum(sides(row.amount_minor)[side] for row in posted) for side in (0, 1)),
        rest_minor=rest,
        file=file,
        entered_by=ctx.user,
        entered_at=ctx.now,
    )
    places = places_of(ctx, {row.account for row in posted}, purposes=False)
    against = places_of(ctx, [OPENING])[OPENING]
    parts = [posted[start : start + _LINES_MAX] for start in range(0, len(posted), _LINES_MAX)]
    entries = [_entry(ctx, on, part, places, against, ref(opening)) for part in parts]
    books.write_entries(ctx, book=ledger_book(ctx), entries=entries)
    publish(ctx, OpeningEntered(opening=opening.pk, on=on))
    return opening


def _entry(ctx: Context, on: date, rows: Sequence[_Standing], places: dict[str, Place], against: Place, origin: str) -> books.EntryIn:
    """Rows, and both of their sums on the account of opening balances."""
    currency = ctx.company.currency
    lines = [books.LineIn(places[row.account].account_id, currency, row.amount_minor, row.party, row.text) for row in rows]
    debit, credit = (sum(sides(row.amount_minor)[side] for row in rows) for side in (0, 1))
    lines += [books.LineIn(against.account_id, currency, amount_minor) for amount_minor in (credit, -debit) if amount_minor]
    return books.EntryIn(on, "Opening balances", lines, origin)


def _check_open_items(ctx: Context, rows: Sequence[_Standing], controls: dict[str, str]) -> None:
    """Refuse where the open items of customers or of suppliers do not sum to what the trial balance says of their account."""
    said: dict[str, int] = defaultdict(int)
    items: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.account in controls:
            (said if row.party is None else items)[row.account] += row.amount_minor
    for account, amount_minor in said.items():
        if amount_minor != items[account]:
            stands, sums, differ = (
                format_amount(m, ctx.company.currency) for m in (amount_minor, items[account], abs(amount_minor - items[account]))
            )
            raise Refusal(
                "open_items_differ",
                f"Account {account} stands at {stands}, its open items sum to {sums}: they differ by {differ}.",
                field="lines",
            )
