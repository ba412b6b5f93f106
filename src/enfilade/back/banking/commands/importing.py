"""Take a file of the bank: all of its statements, proved, or nothing."""

from __future__ import annotations

import hashlib
from datetime import date

from enfilade.back.banking import rules
from enfilade.back.banking.events import StatementTaken
from enfilade.back.banking.formats.found import Found, FoundLine, FoundStatement
from enfilade.back.banking.formats.reader import read_statements
from enfilade.back.banking.models import BankAccount, BankFile, Statement, StatementLine
from enfilade.back.banking.queries import spans_of
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.events import publish
from enfilade.core.files import open_file
from enfilade.core.models import StoredFile
from enfilade.core.ui.format import format_amount, format_day

SENTENCES_MAX = 20
_CONTENT = ("name", "iban", "bic", "reference", "mandate", "purpose", "bank_reference")


@command(permission="banking.import_statement", label="Take a bank file", tone="primary", target="")
def import_statement(ctx: Context, *, file: Ref[StoredFile], bank_account: Ref[BankAccount] | None = None) -> BankFile:
    """Take the statements of a file from the bank: camt.053 or MT940, whichever its content is.

    bank_account: whose statements these are, where the file calls the account otherwise; left out, each is found by its number.
    Refuses: bank_file_known; invalid (what can't be read, with line and field; a statement that does not add up, with the difference; an
    account that is not known): then nothing of the file is taken. statement_adds_up, statement_line_once (database).
    """
    with open_file(file) as content:
        data = content.read()
    digest = hashlib.sha256(data).hexdigest()
    if known := BankFile.objects.visible_to(ctx).filter(sha256=digest).first():
        raise Refusal("bank_file_known", f"This file was taken on {format_day(known.taken_at.astimezone(ctx.zone).date())}.", field="file")
    found = read_statements(data, ctx.company.country)
    places = _places(ctx, found, bank_account)
    # One file of an account after the other: whoever waits here sees the lines that the other one brought.
    list(BankAccount.objects.visible_to(ctx).filter(pk__in={p.pk for p in places}).order_by("pk").select_for_update(of=("self",)))
    fresh, batch = _fresh(ctx, found, places)
    taken = BankFile.objects.create(
        company=ctx.company,
        file=file,
        sha256=digest,
        format=found.format,
        taken_at=ctx.now,
        taken_by=ctx.user,
        statement_count=len(places),
        line_count=sum(map(len, fresh)),
        known_count=sum(len(s.lines) for s in found.statements) - sum(map(len, fresh)),
        remarks="\n".join(_remarks(ctx, found, places)),
    )
    for place, (statement, account, marks, new) in enumerate(zip(found.statements, places, batch, fresh, strict=True), 1):
        row = _write(ctx, taken, place, statement, account)
        StatementLine.objects.bulk_create(
            [_line(ctx, row, line, mark) for line, mark in zip(statement.lines, marks, strict=True) if mark in new]
        )
        publish(ctx, StatementTaken(statement=row.pk, bank_account=account.pk, closing_minor=row.closing_minor, new_lines=len(new)))
    return taken


def _places(ctx: Context, found: Found, chosen: BankAccount | None) -> list[BankAccount]:
    """The bank account of each statement, once everything in the file is in order."""
    sentences = [_sentence(p["line"], p["field"], p["sentence"]) for p in found.problems if p["refused"]]
    known: dict[str, list[BankAccount]] = {}
    for account in BankAccount.objects.visible_to(ctx).filter(active=True).order_by("pk").select_related("account"):
        for name in rules.account_names(account.number) | {account.also_known_as.upper().replace(" ", "")} - {""}:
            known.setdefault("".join(c for c in name if c.isalnum()), []).append(account)
    places = []
    for statement in found.statements:
        place = chosen or next((a for a in known.get(statement.account, []) if a.currency == statement.currency), None)
        if place is None:
            said = f"There is no bank account {statement.account} in {statement.currency}; add it first, or say which one it is."
            sentences.append(_sentence(statement.line, "", said))
        elif place.currency != statement.currency:
            sentences.append(_sentence(statement.line, "", f"This statement is in {statement.currency}, {place} in {place.currency}."))
        else:
            places.append(place)
        if statement.difference_minor and not sentences:
            sentences.append(_sentence(statement.line, "", _unproved(statement)))
    if not found.statements and not sentences:
        sentences.append("There is no statement in this file.")
    if sentences:
        more = len(sentences) - SENTENCES_MAX
        raise Invalid({"file": [*sentences[:SENTENCES_MAX], *([f"{more} more places like these follow."] if more > 0 else [])]})
    return places


def _sentence(line: int, field: str, sentence: str) -> str:
    return f"Line {line}, {field}: {sentence}" if field else f"Line {line}: {sentence}"


def _unproved(s: FoundStatement) -> str:
    opening, moved, closing, rest = (
        format_amount(m, s.currency) for m in (s.opening_minor, s.moved_minor, s.closing_minor, s.difference_minor)
    )
    return f"Statement {s.number} does not add up: {opening} and its lines {moved} are not {closing}; {rest} is missing."


def _fresh(ctx: Context, found: Found, places: list[BankAccount]) -> tuple[list[set[str]], list[list[str]]]:
    """Of each statement the fingerprints that no statement brought before, and all of them."""
    batch = [rules.fingerprints([_content(line) for line in s.lines]) for s in found.statements]
    known = set(
        StatementLine.objects.visible_to(ctx)
        .filter(bank_account__in=places, fingerprint__in=[mark for marks in batch for mark in marks])
        .values_list("bank_account", "fingerprint")
    )
    fresh = []
    for account, marks in zip(places, batch, strict=True):
        new = {mark for mark in marks if (account.pk, mark) not in known}
        known |= {(account.pk, mark) for mark in new}
        fresh.append(new)
    return fresh, batch


def _content(line: FoundLine) -> tuple[object, ...]:
    return (line.booked_on, line.value_on, line.amount_minor, *(getattr(line, name) for name in _CONTENT))


def _remarks(ctx: Context, found: Found, places: list[BankAccount]) -> list[str]:
    """What a person should know though the file is in order: entries that were left out, and gaps to the statement before."""
    remarks = []
    if found.left_out:
        remarks.append(f"{found.left_out} entries are not booked by the bank yet and were left out; they come with a later statement.")
    if not sum(len(s.lines) for s in found.statements):
        remarks.append("There was no movement.")
    for account in sorted(set(places), key=lambda a: a.pk):
        mine = [(-at, s) for at, (s, a) in enumerate(zip(found.statements, places, strict=True), 1) if a == account]
        spans = [_span(key, s) for key, s in mine]
        for span, difference in rules.gaps([*spans_of(ctx, account), *spans]):
            if span.key < 0:
                missing = format_amount(difference, account.currency)
                days = format_day(span.from_on)
                remarks.append(f"A statement of {account} before {days} is missing: the balance moved by {missing} that no line explains.")
    return remarks


def _span(key: int, s: FoundStatement) -> rules.Span:
    return rules.Span(key, date.fromisoformat(s.from_on), date.fromisoformat(s.to_on), s.opening_minor, s.closing_minor)


def _write(ctx: Context, taken: BankFile, place: int, s: FoundStatement, account: BankAccount) -> Statement:
    return Statement.objects.create(
        company=ctx.company,
        bank_account=account,
        bank_file=taken,
        place=place,
        number=s.number,
        from_on=date.fromisoformat(s.from_on),
        to_on=date.fromisoformat(s.to_on),
        currency=s.currency,
        opening_minor=s.opening_minor,
        moved_minor=s.moved_minor,
        closing_minor=s.closing_minor,
        line_count=len(s.lines),
    )


def _line(ctx: Context, statement: Statement, line: FoundLine, mark: str) -> StatementLine:
    return StatementLine(
        company=ctx.company,
        bank_account_id=statement.bank_account_id,
        statement=statement,
        booked_on=date.fromisoformat(line.booked_on),
        value_on=date.fromisoformat(line.value_on),
        amount_minor=line.amount_minor,
        currency=statement.currency,
        fingerprint=mark,
        owner_id=statement.bank_account.owner_id,
        **{name: getattr(line, name) for name in _CONTENT},
    )
