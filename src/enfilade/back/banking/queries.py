"""Named reads of banking: proposals for lines, and where bank and books stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q, Sum

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import DuePart, due_parts, invoices_like
from enfilade.back.billing.withheld import expected_withheld
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import moved_by
from enfilade.core.context import Context

from . import rules
from .models import BankAccount, LineMatch, MatchRule, Statement, StatementLine
from .settlers import proposed

ENTRIES_MAX = 5_000


def bank_accounts(ctx: Context) -> list[BankAccount]:
    """Accounts in use, by name."""
    return list(BankAccount.objects.visible_to(ctx).filter(active=True).select_related("account", "owner").order_by("name", "pk"))


def open_lines(ctx: Context, account: BankAccount | None = None, limit: int = 500) -> list[StatementLine]:
    """Lines that are not matched, or not wholly, oldest first."""
    rows = StatementLine.objects.visible_to(ctx).exclude(state=StatementLine.State.MATCHED)
    if account is not None:
        rows = rows.filter(bank_account=account)
    return list(rows.select_related("bank_account__account", "owner").order_by("booked_on", "pk")[:limit])


def line_of(ctx: Context, pk: int) -> StatementLine | None:
    """One line, with its account."""
    return StatementLine.objects.visible_to(ctx).select_related("bank_account__account", "owner").filter(pk=pk).first()


def matches_of(ctx: Context, line: StatementLine) -> list[LineMatch]:
    """What a line was matched with, also what was taken back."""
    rows = (
        LineMatch.objects.visible_to(ctx)
        .filter(line=line)
        .select_related("invoice__party", "payment__party", "write_off", "entry", "made_by", "undone_by")
    )
    return list(rows.order_by("pk"))


def line_of_entry(ctx: Context, entry: Entry) -> StatementLine | None:
    """The first line that stands for an entry of the ledger, while that match is not taken back."""
    match = LineMatch.objects.visible_to(ctx).filter(entry=entry, undone_at=None).select_related("line").order_by("pk").first()
    return match.line if match is not None else None


def matched_of(ctx: Context, entry: Entry, account: BankAccount) -> int:
    """How much of an entry lines of an account at a bank stand for."""
    rows = LineMatch.objects.visible_to(ctx).filter(entry=entry, line__bank_account=account, undone_at=None)
    return int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def proposals_for(ctx: Context, lines: Sequence[StatementLine]) -> dict[int, list[rules.Proposal]]:
    """What each line may be, the surest first. Shape: key of the line -> proposals. The number of queries does not grow with the lines.

    Only invoices in the currency of the line are proposed.
    """
    facts = [_facts(line) for line in lines]
    learnt = _rules(ctx, {line.iban for line in lines if line.iban})
    parties = {rule.party for rule in learnt if rule.party and any(rules.applies(rule, line) for line in facts)}
    found = invoices_like(
        ctx,
        numbers={number for line in facts for number in rules.numbers_in(line.text)},
        amounts={line.open_minor for line in facts if line.open_minor > 0},
        parties=parties,
        names={line.name.lower() for line in facts if line.name},
    )
    parts, kept = due_parts(ctx, found), expected_withheld(ctx, found, ctx.today)
    invoices = [
        rules.InvoiceFacts(
            i.pk,
            str(i.number),
            i.party_id,
            i.party.name,
            i.open_minor,
            i.due_on,
            i.currency,
            _ways(i, parts.get(i.pk, []), kept.get(i.pk, 0)),
        )
        for i in found
    ]
    entries, others = _free_entries(ctx, lines), proposed(ctx, facts)
    return {
        line.key: rules.proposals(
            line,
            [i for i in invoices if i.currency == line.currency],
            entries.get(bank, []),
            [r for r, a in learnt.items() if a in (None, bank)],
            others[line.key],
        )
        for line, bank in zip(facts, (row.bank_account_id for row in lines), strict=True)
    }


def _ways(invoice: Invoice, parts: Sequence[DuePart], withheld_minor: int) -> tuple[rules.Way, ...]:
    """What else pays an invoice as agreed: less a discount within its days, or the tax that its customer withholds; the next instalment."""
    ways = []
    if withheld_minor:
        why = "The amount is what is open less the tax that this customer withholds."
        ways.append(rules.Way(invoice.open_minor - withheld_minor, why, withheld_minor=withheld_minor))
    for kept in invoice.discounts:
        percent, day, pays = f"{kept.percent.normalize():f}", f"{kept.until:%Y-%m-%d}", invoice.open_minor - kept.amount_minor
        why = f"The amount is what is open less {percent} % for paying until {day}, as agreed."
        if kept.amount_minor and pays > 0:
            ways.append(rules.Way(pays, why, kept.amount_minor, kept.until))
    if len(parts) > 1:
        day = f"{parts[0].due_on:%Y-%m-%d}"
        ways.append(rules.Way(parts[0].open_minor, f"The amount is the instalment that is due on {day}."))
    return tuple(ways)


def _facts(line: StatementLine) -> rules.LineFacts:
    return rules.LineFacts(line.pk, line.open_minor, line.booked_on, line.name, line.iban, line.text, line.currency)


def _rules(ctx: Context, ibans: set[str]) -> dict[rules.RuleFacts, int | None]:
    """Rules that look at one of these accounts, or at words only. Shape: rule -> bank account it is for, None for all."""
    rows = MatchRule.objects.visible_to(ctx).filter(Q(iban__in=ibans) | Q(iban=""), active=True)
    rows = rows.select_related("account", "party").order_by("pk")
    return {rules.RuleFacts(r.pk, r.iban, r.words, r.party_id, r.account_id, str(r.account or r.party)): r.bank_account_id for r in rows}


def _free_entries(ctx: Context, lines: Sequence[StatementLine]) -> dict[int, list[rules.EntryFacts]]:
    """Entries near the days of these lines that no line stands for. Shape: bank account -> entries."""
    if not lines:
        return {}
    banks = {line.bank_account.account_id: line.bank_account for line in lines}
    first, last = min(line.booked_on for line in lines), max(line.booked_on for line in lines)
    near = timedelta(days=rules.NEAR_DAYS)
    return free_entries(ctx, banks, first - near, last + near)


def free_entries(ctx: Context, banks: dict[int, BankAccount], from_on: date, to_on: date) -> dict[int, list[rules.EntryFacts]]:
    """Entries of these days, in the currency of the bank, less what lines of the bank stand for; those that cancel each other are left out.

    banks: account of the ledger -> bank account. Shape: bank account -> entries.
    """
    moved = moved_by(ctx, list(banks), from_on, to_on, ENTRIES_MAX)
    rows = [row for row in moved if row.unit == banks[row.account_id].currency]
    keys = {row.entry_id for row in rows}
    matches = LineMatch.objects.visible_to(ctx).filter(Q(entry__in=keys) | Q(undo_entry__in=keys))
    gone: set[int | None] = set()
    sums: dict[tuple[int, int], int] = defaultdict(int)
    for entry, undo, undone, bank, amount in matches.values_list("entry", "undo_entry", "undone_at", "line__bank_account", "amount_minor"):
        gone |= {entry, undo} if undo else set()
        sums[bank, entry] -= amount if undone is None else 0
    for row in rows:
        if row.entry.reverses_id in keys:
            gone |= {row.entry_id, row.entry.reverses_id}
    texts = {row.entry_id: (row.on, row.entry.text) for row in rows}
    for row in rows:
        sums[banks[row.account_id].pk, row.entry_id] += row.quantity_minor
    found: dict[int, list[rules.EntryFacts]] = defaultdict(list)
    for (bank, entry), amount in sums.items():
        if amount and entry in texts and entry not in gone:
            found[bank].append(rules.EntryFacts(entry, amount, *texts[entry]))
    return found


def spans_of(ctx: Context, account: BankAccount) -> list[rules.Span]:
    """The statements of an account as spans, in their order."""
    rows = Statement.objects.visible_to(ctx).filter(bank_account=account).order_by("from_on", "to_on", "pk")
    return [rules.Span(*values) for values in rows.values_list("pk", "from_on", "to_on", "opening_minor", "closing_minor")]


def moved_at_bank(ctx: Context, account: BankAccount, up_to: date) -> int:
    """The sum of every line of an account up to the end of a day."""
    rows = StatementLine.objects.visible_to(ctx).filter(bank_account=account, booked_on__lte=up_to)
    return int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)
