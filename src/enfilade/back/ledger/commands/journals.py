"""Take a journal of another program: all of its entries, or nothing; and take it back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Annotated

from enfilade.back.ledger.events import JournalTaken, JournalTakenBack
from enfilade.back.ledger.journals.found import FoundEntry, FoundJournal, failed_checks, kind_of
from enfilade.back.ledger.journals.reader import read_journal
from enfilade.back.ledger.models import AccountName, JournalFile
from enfilade.back.ledger.queries import ledger_book, places_of
from enfilade.back.ledger.rules import HOLDING_KINDS, POSITION, balanced
from enfilade.base.books import commands as books
from enfilade.base.books.models import Book
from enfilade.base.books.queries import accounts_by_code, accounts_by_id, entries_of, periods_between
from enfilade.base.money.queries import rates_on
from enfilade.base.money.rules import RateOn
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.files import at_line, open_file, refuse_file
from enfilade.core.models import StoredFile
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

from .foreign import Held, beside

_CODE = re.compile(r"^([A-Za-z]?\d[\w.]*)(?:[\s-]|$)")
_PREFIX = {"asset": "A", "liability": "L", "equity": "E", "income": "R", "expense": "X"}


@command(permission="ledger.import_journal", label="Take a journal", tone="primary", target="", door=True)
def import_journal(
    ctx: Context,
    *,
    file: Ref[StoredFile],
    add_accounts: Annotated[bool, Input(label="Add the accounts that are not known")] = False,
) -> JournalFile:
    """Enter every entry of a journal of hledger, Ledger, beancount or GnuCash, or of a CSV file or workbook, as its content is.

    add_accounts: an account is known by its code at the beginning of its name or of the last part of it, else by what was said under
        names of accounts elsewhere; others are added with a code of their own, their kind being told by their first word.
    Amounts in foreign currencies count at the cost that the file says, else at the rate of their day; assets and liabilities then hold
    that much of the currency as well.
    Refuses: no_ledger, journal_file_known; invalid (what can't be read, does not sum to zero, or differs from a balance that the file
    asserts, with its line; currencies without a rate; days that are not open; accounts that are not known): then nothing is entered.
    entry_period_open (database).
    """
    with open_file(file) as content:
        data = content.read()
    if known := JournalFile.objects.visible_to(ctx).filter(sha256=file.sha256, state=JournalFile.State.TAKEN).first():
        raise Refusal(
            "journal_file_known", f"This journal was taken on {format_day(known.taken_at.astimezone(ctx.zone).date())}.", field="file"
        )
    book = ledger_book(ctx)
    found = read_journal(data, ctx.company.country, ctx.company.currency)
    refuse_file(_faults(ctx, book, found))
    accounts = _accounts(ctx, book, found, add=add_accounts)
    days = [date.fromisoformat(entry.on) for entry in found.entries]
    taken = JournalFile.objects.create(
        company=ctx.company,
        file=file,
        sha256=file.sha256,
        format=found.format,
        taken_at=ctx.now,
        taken_by=ctx.user,
        entry_count=len(found.entries),
        from_on=min(days),
        to_on=max(days),
        remarks="\n".join(at_line(p["line"], p["sentence"]) for p in found.problems),
    )
    kinds = {key: account.kind for key, account in accounts_by_id(ctx, set(accounts.values())).items()}
    position = places_of(ctx, [POSITION])[POSITION].account_id if any(p.currency for e in found.entries for p in e.postings) else 0
    entries = [_entry(ctx, entry, on, accounts, kinds, position, ref(taken)) for entry, on in zip(found.entries, days, strict=True)]
    books.write_entries(ctx, book=book, entries=entries)
    publish(ctx, JournalTaken(file=taken.pk, entries=len(found.entries)))
    return taken


@command(permission="ledger.take_back_journal", label="Take back", tone="danger", door=True)
def take_back_journal(ctx: Context, *, file: JournalFile, on: Annotated[date, Input(prefill="ctx.today")], reason: LongText) -> JournalFile:
    """Reverse every entry of a journal that came from a file, so that it can be taken again.

    on: the day the reversals count for; its period has to be open.
    Refuses: wrong_state; entry_period_open (database).
    """
    entries = [entry for entry in entries_of(ctx, ref(file)) if entry.reverses_id is None]
    for entry in entries:
        books.reverse_entry(ctx, entry=entry, on=on, text=f"Reversal of entry {entry.pk}: {reason}")
    file.state = JournalFile.State.TAKEN_BACK
    file.save(update_fields=["state"])
    publish(ctx, JournalTakenBack(file=file.pk, entries=len(entries)))
    return file


def _entry(
    ctx: Context, entry: FoundEntry, on: date, accounts: dict[str, int], kinds: Mapping[int, str], position: int, origin: str
) -> books.EntryIn:
    """An entry in the company's currency, and beside it what assets and liabilities then hold of others. position: of those."""
    currency = ctx.company.currency
    lines = [
        books.LineIn(accounts[p.account], currency, p.amount_minor, None, p.text, p.dimensions) for p in entry.postings if p.amount_minor
    ]
    held = [
        Held(accounts[p.account], p.currency, p.quantity_minor, p.amount_minor or 0, None, p.text)
        for p in entry.postings
        if p.currency and kinds[accounts[p.account]] in HOLDING_KINDS
    ]
    return books.EntryIn(on, entry.text, [*lines, *beside(currency, held, position)], origin)


def _value(ctx: Context, found: FoundJournal) -> list[str]:
    """Give amounts of which the file says no worth that of the rate of their day; what is wrong with those that have none."""
    own, known, sentences = ctx.company.currency, dict[str, dict[str, RateOn]](), list[str]()
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in found.entries:
        wanted[entry.on] |= {p.currency for p in entry.postings if p.amount_minor is None}
    for on, currencies in wanted.items():
        known[on] = rates_on(ctx, currencies, own, date.fromisoformat(on)) if currencies else {}
    for entry in found.entries:
        open_ones = [at for at, p in enumerate(entry.postings) if p.amount_minor is None]
        missing = [entry.postings[at] for at in open_ones if entry.postings[at].currency not in known[entry.on]]
        if missing:
            said = f"There is no rate between {missing[0].currency} and {own} on {entry.on} or before: record one, or say the cost here."
            sentences.append(at_line(missing[0].line, said))
            continue
        for at in open_ones:
            posting = entry.postings[at]
            posting.amount_minor = known[entry.on][posting.currency].worth_of(posting.quantity_minor)
        amounts = balanced([p.amount_minor or 0 for p in entry.postings], open_ones)
        for posting, amount in zip(entry.postings, amounts, strict=True):
            posting.amount_minor = amount
    return sentences


def _faults(ctx: Context, book: Book, found: FoundJournal) -> list[str]:
    """Why nothing of the file is entered: what can't be read, what its own balances contradict, days that are not open."""
    sentences = [at_line(p["line"], p["sentence"]) for p in found.problems if p["refused"]]
    if sentences:
        return sentences
    for check, held in failed_checks(found):
        said, is_held = (format_amount(m, check.currency or ctx.company.currency) for m in (check.amount_minor, held))
        sentences.append(at_line(check.line, f"The file says that {check.account} holds {said}, by its entries it holds {is_held}."))
    return [*sentences, *_value(ctx, found), *_not_open(ctx, book, found.entries)]


def _not_open(ctx: Context, book: Book, entries: list[FoundEntry]) -> list[str]:
    days = sorted({date.fromisoformat(entry.on) for entry in entries})
    spans = [(p.starts_on, p.ends_on) for p in periods_between(ctx, book, days[0], days[-1]) if p.state != p.State.CLOSED]
    lines = {entry.on: entry.line for entry in reversed(entries)}
    closed = [day for day in days if not any(first <= day <= last for first, last in spans)]
    years: dict[int, date] = {}
    for day in closed:
        years.setdefault(day.year, day)
    return [
        at_line(lines[day.isoformat()], f"No month of the ledger is open on {format_day(day)}. Open it first.") for day in years.values()
    ]


def _accounts(ctx: Context, book: Book, found: FoundJournal, *, add: bool) -> dict[str, int]:
    """The account of each name in the file. Refuses what is not known, unless it is to be added."""
    names: dict[str, int] = {}
    for entry in found.entries:
        for posting in entry.postings:
            names.setdefault(posting.account, posting.line)
    said = dict(AccountName.objects.visible_to(ctx).filter(name__in=names).values_list("name", "account_id"))
    codes = {name: code for name in names if (code := _code_in(name))}
    by_code = {a.code: a for a in accounts_by_code(ctx, book, list(set(codes.values()))) if not a.heading}
    known = {name: by_code[code].pk for name, code in codes.items() if code in by_code} | said
    missing = {name: line for name, line in names.items() if name not in known}
    if missing and not add:
        refuse_file([at_line(line, _unknown(name)) for name, line in missing.items()])
    return known | (_added(ctx, book, found, missing) if missing else {})


def _unknown(name: str) -> str:
    return f"{name} is no account here: say under names of accounts elsewhere which it is, or let the missing ones be added."


def _code_in(name: str) -> str:
    """The code with which the last part of a name begins, as our own journals write it; "" where it has none."""
    match = _CODE.match(name.rsplit(":", 1)[-1].strip())
    return match[1] if match else ""


def _added(ctx: Context, book: Book, found: FoundJournal, missing: dict[str, int]) -> dict[str, int]:
    """Accounts for the names that are not known, with the next free codes of their kind; the names are kept for the next file."""
    kinds = {name: kind_of(name, found.kinds) for name in missing}
    untold = [name for name, kind in kinds.items() if not kind]
    refuse_file(
        [at_line(missing[name], f"{name} does not tell its kind: say under names of accounts elsewhere which it is.") for name in untold]
    )
    wanted: dict[str, list[str]] = defaultdict(list)
    for name, kind in kinds.items():
        wanted[kind].append(name)
    taken = {account.code for account in accounts_by_code(ctx, book)}
    made: dict[str, str] = {}
    for kind, names in wanted.items():
        free = (code for n in range(1, 10_000) if (code := f"{_PREFIX[kind]}{n:04}") not in taken)
        made |= dict(zip(names, islice(free, len(names)), strict=True))
    rows = [books.AccountIn(code, name.partition(":")[2] or name, kinds[name]) for name, code in made.items()]
    books.add_accounts(ctx, book=book, accounts=rows)
    keys = {a.code: a.pk for a in accounts_by_code(ctx, book, list(made.values()))}
    AccountName.objects.bulk_create([AccountName(company=ctx.company, name=name, account_id=keys[code]) for name, code in made.items()])
    return {name: keys[code] for name, code in made.items()}
