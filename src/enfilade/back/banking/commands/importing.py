"""Take a file of the bank: all of its statements, proved, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Annotated, NamedTuple

from enfilade.back.banking import rules
from enfilade.back.banking.events import StatementTaken
from enfilade.back.banking.formats.found import Found, FoundLine, FoundStatement, Hints, Layout
from enfilade.back.banking.formats.reader import read_statements
from enfilade.back.banking.models import BankAccount, BankFile, CsvLayout, Statement, StatementLine
from enfilade.back.banking.queries import spans_of
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.events import publish
from enfilade.core.files import at_line, open_file, refuse_file
from enfilade.core.models import StoredFile
from enfilade.core.ui.format import format_amount, format_day

_LAYOUT_FIELDS = [field.name for field in fields(Layout)]
# A column of the counterparty is not the name of a layout.
_LAYOUT = {"name": "counterparty"}
_CONTENT = ("name", "iban", "bic", "reference", "mandate", "purpose", "bank_reference")


@command(permission="banking.import_statement", label="Take a bank file", tone="primary", target="")
def import_statement(
    ctx: Context,
    *,
    file: Ref[StoredFile],
    bank_account: Ref[BankAccount] | None = None,
    closing: Annotated[int | None, Input(amount=True, signed=True, label="Balance after its last line")] = None,
) -> BankFile:
    """Take the statements of a file from the bank, also packed: camt.053, MT940, OFX, QIF, BAI2, CSV or a workbook, as its content is.

    bank_account: whose statements these are, where the file calls the account otherwise; left out, each is found by its number.
    closing: what the account held after the last line, where neither the file nor a statement before says so.
    Refuses: bank_file_known; invalid (what can't be read, with line and field; a statement that does not add up, with the difference; an
    account that is not known; no balance to begin at): then nothing of the file is taken; statement_adds_up, statement_line_once
    (database).
    """
    with open_file(file) as content:
        data = content.read()
    if known := BankFile.objects.visible_to(ctx).filter(sha256=file.sha256).first():
        raise Refusal("bank_file_known", f"This file was taken on {format_day(known.taken_at.astimezone(ctx.zone).date())}.", field="file")
    found = read_statements(data, _hints(ctx, bank_account))
    places = _places(ctx, found, bank_account)
    # One file of an account after the other: whoever waits here sees the lines that the other one brought.
    list(BankAccount.objects.visible_to(ctx).filter(pk__in={p.pk for p in places}).order_by("pk").select_for_update(of=("self",)))
    fresh, batch = _fresh(ctx, found, places)
    held = [
        _held(ctx, s, account, sum(_moved(s, marks, new)), closing)
        for s, account, marks, new in zip(found.statements, places, batch, fresh, strict=True)
    ]
    taken = BankFile.objects.create(
        company=ctx.company,
        file=file,
        sha256=file.sha256,
        format=found.format,
        taken_at=ctx.now,
        taken_by=ctx.user,
        statement_count=len(places),
        line_count=sum(map(len, fresh)),
        known_count=sum(len(s.lines) for s in found.statements) - sum(map(len, fresh)),
        remarks="\n".join(_remarks(ctx, found, places, held)),
    )
    for place, (statement, account, marks, new) in enumerate(zip(found.statements, places, batch, fresh, strict=True), 1):
        row = _write(ctx, taken, place, statement, account, held[place - 1])
        StatementLine.objects.bulk_create(
            [_line(ctx, row, line, mark) for line, mark in zip(statement.lines, marks, strict=True) if mark in new]
        )
        publish(ctx, StatementTaken(statement=row.pk, bank_account=account.pk, closing_minor=row.closing_minor, new_lines=len(new)))
    return taken


def _hints(ctx: Context, chosen: BankAccount | None) -> Hints:
    """What is known before the file is read: country, currency, and the layouts of CSV files that people described."""
    rows = CsvLayout.objects.visible_to(ctx).filter(active=True).order_by("pk")
    layouts = tuple(Layout(**{name: getattr(row, _LAYOUT.get(name, name)) for name in _LAYOUT_FIELDS}) for row in rows)
    return Hints(ctx.company.country, chosen.currency if chosen else ctx.company.currency, layouts)


def _moved(statement: FoundStatement, marks: list[str], new: set[str]) -> Iterator[int]:
    """The amounts of the lines that no statement brought before."""
    return (line.amount_minor for line, mark in zip(statement.lines, marks, strict=True) if mark in new)


class _Held(NamedTuple):
    """What an account held before and after a statement, and what that rests on."""

    opening_minor: int
    closing_minor: int
    proof: str


def _held(ctx: Context, s: FoundStatement, account: BankAccount, fresh_minor: int, closing_minor: int | None) -> _Held:
    """The balances of a statement; those that the file does not say are reckoned.

    fresh_minor: sum of its new lines. Without a balance in the file a statement goes on from the last one, or ends with what a person says.
    """
    if s.opening_minor is not None:
        closing = s.opening_minor + s.moved_minor
        return _Held(s.opening_minor, closing, Statement.Proof.CLOSING if s.closing_minor is None else Statement.Proof.BALANCES)
    proof, closing_said = Statement.Proof.CLOSING, closing_minor if s.closing_minor is None else s.closing_minor
    if closing_said is None:
        last = Statement.objects.visible_to(ctx).filter(bank_account=account).order_by("-to_on", "-pk").first()
        if last is None:
            said = "This file says no balance, and there is no statement before it: say what the account held after its last line."
            raise Invalid({"closing": [said]})
        proof, closing_said = Statement.Proof.LINES, last.closing_minor + fresh_minor
    return _Held(closing_said - s.moved_minor, closing_said, proof)


def _places(ctx: Context, found: Found, chosen: BankAccount | None) -> list[BankAccount]:
    """The bank account of each statement, once everything in the file is in order."""
    sentences = [at_line(p["line"], p["sentence"], p["field"]) for p in found.problems if p["refused"]]
    known: dict[str, list[BankAccount]] = {}
    for account in BankAccount.objects.visible_to(ctx).filter(active=True).order_by("pk").select_related("account"):
        for name in rules.account_names(account.number) | {account.also_known_as.upper().replace(" ", "")} - {""}:
            known.setdefault("".join(c for c in name if c.isalnum()), []).append(account)
    places = []
    for statement in found.statements:
        if not statement.account and chosen is None:
            sentences.append(at_line(statement.line, "This file does not name its account: say which one it is."))
            continue
        place = chosen or next((a for a in known.get(statement.account, []) if a.currency == statement.currency), None)
        if place is None:
            said = f"There is no bank account {statement.account} in {statement.currency}; add it first, or say which one it is."
            sentences.append(at_line(statement.line, said))
        elif place.currency != statement.currency:
            sentences.append(at_line(statement.line, f"This statement is in {statement.currency}, {place} in {place.currency}."))
        else:
            places.append(place)
        if statement.difference_minor and not sentences:
            sentences.append(at_line(statement.line, _unproved(statement)))
    if not found.statements and not sentences:
        sentences.append("There is no statement in this file.")
    refuse_file(sentences)
    return places


def _unproved(s: FoundStatement) -> str:
    opening, moved, closing, rest = (
        format_amount(m or 0, s.currency) for m in (s.opening_minor, s.moved_minor, s.closing_minor, s.difference_minor)
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


def _remarks(ctx: Context, found: Found, places: list[BankAccount], held: list[_Held]) -> list[str]:
    """What a person should know though the file is in order: what was left out or guessed, what is not proved, and gaps."""
    remarks = [at_line(p["line"], p["sentence"], p["field"]) for p in found.problems]
    proofs = {one.proof for one in held}
    if Statement.Proof.CLOSING in proofs:
        remarks.append(
            "The opening balance was reckoned from the lines: a line that the file lacks shows as a gap to the statement before."
        )
    if Statement.Proof.LINES in proofs:
        remarks.append("The file says no balance: the statement goes on from the one before, and nothing proves that no line is missing.")
    if found.left_out:
        remarks.append(f"{found.left_out} entries are not booked by the bank yet and were left out; they come with a later statement.")
    if not sum(len(s.lines) for s in found.statements):
        remarks.append("There was no movement.")
    for account in sorted(set(places), key=lambda a: a.pk):
        mine = [(-at, s, h) for at, (s, h, a) in enumerate(zip(found.statements, held, places, strict=True), 1) if a == account]
        spans = [_span(*one) for one in mine]
        for span, difference in rules.gaps([*spans_of(ctx, account), *spans]):
            if span.key < 0:
                missing = format_amount(difference, account.currency)
                days = format_day(span.from_on)
                remarks.append(f"A statement of {account} before {days} is missing: the balance moved by {missing} that no line explains.")
    return remarks


def _span(key: int, s: FoundStatement, held: _Held) -> rules.Span:
    return rules.Span(key, date.fromisoformat(s.from_on), date.fromisoformat(s.to_on), held.opening_minor, held.closing_minor)


def _write(ctx: Context, taken: BankFile, place: int, s: FoundStatement, account: BankAccount, held: _Held) -> Statement:
    return Statement.objects.create(
        company=ctx.company,
        bank_account=account,
        bank_file=taken,
        place=place,
        number=s.number,
        from_on=date.fromisoformat(s.from_on),
        to_on=date.fromisoformat(s.to_on),
        currency=s.currency,
        moved_minor=s.moved_minor,
        line_count=len(s.lines),
        **held._asdict(),
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
        return_code=line.return_code,
        **{name: getattr(line, name) for name in _CONTENT},
    )
