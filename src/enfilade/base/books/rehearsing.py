"""What a command would post, as T-accounts, before it is posted: whatever command it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enfilade.core.context import Context
from enfilade.core.resource import rehearsal
from enfilade.core.ui.format import format_amount

from .models import Account, Book, Entry, Line
from .queries import totals_on, with_lines

ENTRIES_MAX, ACCOUNTS_MAX = 20, 40


@rehearsal("entries", template="books/rehearsed_entries.html", permission="books.view_entry")
def entries_rehearsed(ctx: Context) -> dict[str, Any] | None:
    """The entries that were written inside a rehearsal, and each account that they touch with both of its sides.

    Shape: entries with their lines; accounts with the balance before, what is entered on each side, and the balance after.
    """
    keys = ctx.work.written.get(Entry._meta.label_lower, []) if ctx.work else []
    if not keys:
        return None
    entries = list(with_lines(ctx, Entry.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk").select_related("book"))[:ENTRIES_MAX])
    lines = [line for entry in entries for line in entry.lines.all()]
    accounts = _accounts(ctx, entries, lines)
    return {
        "entries": [{"number": n, "on": entry.on, "text": entry.text} for n, entry in enumerate(entries, 1)],
        "accounts": accounts[:ACCOUNTS_MAX],
        "more_count": len(keys) - len(entries) + max(len(accounts) - ACCOUNTS_MAX, 0),
    }


def _accounts(ctx: Context, entries: Sequence[Entry], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Accounts in the order of their codes, each unit by itself."""
    number_of = {entry.pk: number for number, entry in enumerate(entries, 1)}
    books = {entry.book_id: entry.book for entry in entries}
    after = _balances(ctx, list(books.values()), entries, lines)
    sheets: dict[tuple[int, str], dict[str, Any]] = {}
    for line in lines:
        sheet = sheets.setdefault((line.account_id, line.unit), _sheet(line.account, line.unit, books[line.account.book_id], after))
        side = "debits" if line.quantity_minor > 0 else "credits"
        note = " · ".join(part for part in (line.text, str(line.party or ""), line.dimension_codes) if part)
        quantity_minor = abs(line.quantity_minor)
        said = {"amount": _said(quantity_minor, sheet), "amount_minor": quantity_minor, "note": note}
        sheet[side].append({"number": number_of[line.entry_id], **said})
        sheet["before_minor"] -= line.quantity_minor
    for sheet in sheets.values():
        sheet |= {when: _said(sheet[f"{when}_minor"], sheet) for when in ("before", "after")}
    return sorted(sheets.values(), key=lambda sheet: (sheet["code"], sheet["unit"]))


def _said(quantity_minor: int, sheet: dict[str, Any]) -> str:
    """A quantity as people read it: money with its decimals, everything else with its unit."""
    return format_amount(quantity_minor, sheet["unit"]) if sheet["money"] else f"{quantity_minor} {sheet['unit']}"


def _sheet(account: Account, unit: str, book: Book, after: dict[tuple[int, str], int]) -> dict[str, Any]:
    balance_minor = after.get((account.pk, unit), 0)
    return {
        "code": account.code,
        "name": account.name,
        "unit": unit,
        "money": book.unit_kind == Book.UnitKind.MONEY,
        "debits": [],
        "credits": [],
        "before_minor": balance_minor,
        "after_minor": balance_minor,
    }


def _balances(ctx: Context, books: Sequence[Book], entries: Sequence[Entry], lines: Sequence[Line]) -> dict[tuple[int, str], int]:
    """Where the accounts stand at the last day of the entries, these counted. Shape: (account, unit) -> debit less credit."""
    last_on = max(entry.on for entry in entries)
    keys = sorted({line.account_id for line in lines})
    return {(t.account_id, t.unit): t.balance_minor for book in books for t in totals_on(ctx, book, last_on, keys)}
