"""Reports: where bank and books differ, and why; which lines wait how long."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from enfilade.back.ledger.queries import ledger_book
from enfilade.base.books.queries import totals_on
from enfilade.core.command import Ref, Today
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_amount, format_day

from . import rules
from .models import BankAccount, StatementLine
from .queries import ENTRIES_MAX, free_entries, moved_at_bank, open_lines, spans_of

_LINES_MAX = 2_000
_COLUMNS = [
    {"name": "on", "label": "On", "kind": "date"},
    {"name": "text", "label": "Text", "kind": "text"},
    {"name": "amount_minor", "label": "Amount", "kind": "amount", "currency_in": "unit"},
]


@report(title="Bank reconciliation", permission="banking.view_statement", icon="scale", order=10)
def reconciliation(ctx: Context, *, bank_account: Ref[BankAccount], on: Today) -> dict[str, Any]:
    """The balance of the ledger, what the bank does not have yet, what the books do not have yet: together the balance of the bank.

    on: end of that day. What the ledger moved before the first statement counts as part of that statement's opening balance.
    Shape: one row per sum, and one per item; the last row is the difference, expected to be zero.
    Refuses: not_found; without a statement there is nothing but a note that says so.
    """
    spans = spans_of(ctx, bank_account)
    if not spans:
        return {"columns": _COLUMNS, "rows": [], "notes": [f"No statement of {bank_account} was taken yet."]}
    return _reconciled(ctx, bank_account, spans, on)


def _reconciled(ctx: Context, bank_account: BankAccount, spans: list[rules.Span], on: date) -> dict[str, Any]:
    first = spans[0].from_on
    code = bank_account.account
    ledger, before = _ledger(ctx, bank_account, on), _ledger(ctx, bank_account, first - timedelta(days=1))
    in_books = free_entries(ctx, {code.pk: bank_account}, first, on).get(bank_account.pk, [])
    in_bank = [line for line in open_lines(ctx, bank_account, _LINES_MAX) if line.booked_on <= on]
    at_bank = spans[0].opening_minor + moved_at_bank(ctx, bank_account, on)
    rows: list[dict[str, Any]] = [_sum("Balance of the ledger", ledger, on)]
    rows.append(_sum("In the books, not at the bank", -sum(e.amount_minor for e in in_books)))
    rows += [{"on": e.on, "text": e.text, "amount_minor": -e.amount_minor, "level": 1} for e in sorted(in_books, key=lambda e: e.on)]
    rows.append(_sum("At the bank, not in the books", sum(line.open_minor for line in in_bank)))
    rows += [
        {
            "on": line.booked_on,
            "text": f"{line} {line.purpose[:80]}".strip(),
            "amount_minor": line.open_minor,
            "level": 1,
            "url": f"/banking/reconcile/{line.pk}/",
        }
        for line in in_bank
    ]
    expected = ledger - sum(e.amount_minor for e in in_books) + sum(line.open_minor for line in in_bank)
    difference = at_bank - expected
    rows += [_sum("Expected at the bank", expected), _sum("Balance of the bank", at_bank, on), _sum("Difference", difference)]
    notes = _notes(ctx, bank_account, spans, on, difference)
    if difference and before != spans[0].opening_minor:
        opening, had = (format_amount(m, bank_account.currency) for m in (spans[0].opening_minor, before))
        notes.append(
            f"The first statement begins with {opening}; before {format_day(first)} the ledger had {had}. Post the opening balance."
        )
    if len(in_books) >= ENTRIES_MAX or len(in_bank) >= _LINES_MAX:
        notes.append("There is more than can be shown here; choose an earlier day.")
    return {
        "columns": _COLUMNS,
        "rows": [row | {"unit": bank_account.currency} for row in rows],
        "notes": notes,
        "tiles": [
            _tile(bank_account, "Balance of the bank", at_bank),
            _tile(bank_account, "Difference", difference, "bad" if difference else "ok"),
        ],
        "currency": bank_account.currency,
        "difference_minor": difference,
        "ledger_minor": ledger,
        "bank_minor": at_bank,
    }


def _ledger(ctx: Context, account: BankAccount, on: date) -> int:
    """The balance of the account in the ledger at the end of a day."""
    totals = totals_on(ctx, ledger_book(ctx), on, [account.account_id])
    return sum(total.balance_minor for total in totals if total.unit == account.currency)


def _sum(text: str, amount_minor: int, on: date | None = None) -> dict[str, Any]:
    return {"on": on, "text": text, "amount_minor": amount_minor, "emphasis": True, "level": 0}


def _tile(account: BankAccount, label: str, amount_minor: int, tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": format_amount(amount_minor, account.currency), "hint": "", "tone": tone}


def _notes(ctx: Context, account: BankAccount, spans: list[rules.Span], on: date, difference: int) -> list[str]:
    """Whether it is as expected; and where statements are missing, or do not end where their lines do."""
    notes = ["The difference is zero, as expected." if not difference else "A difference was found: it has to be explained or posted."]
    for span, missing in rules.gaps(spans):
        amount = format_amount(missing, account.currency)
        notes.append(f"A statement before {format_day(span.from_on)} is missing: the balance moved by {amount} that no line explains.")
    last = max((s for s in spans if s.to_on <= on), key=lambda s: (s.to_on, s.from_on, s.key), default=None)
    if last is not None:
        by_lines = spans[0].opening_minor + moved_at_bank(ctx, account, last.to_on)
        if by_lines != last.closing_minor:
            amount = format_amount(last.closing_minor - by_lines, account.currency)
            notes.append(
                f"The statement up to {format_day(last.to_on)} ends {amount} away from its lines: one is missing, or was taken twice."
            )
    return notes


@report(title="Breaks by age", permission="banking.view_statementline", icon="hourglass", order=20)
def breaks(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What came in and went out unexplained, by who clears it and how long it has waited.

    on: age is counted until this day.
    Shape: one row per person and account; one amount per age, and how many lines.
    """
    names = [*(name for _, name in rules.AGES), rules.OLDEST]
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[tuple[str, str], int] = defaultdict(int)
    rows_max = 20_000
    lines = StatementLine.objects.visible_to(ctx).exclude(state=StatementLine.State.MATCHED).filter(booked_on__lte=on)
    values = lines.order_by("booked_on").values_list("owner__name", "bank_account__name", "currency", "booked_on", "open_minor")
    found, units = list(values[: rows_max + 1]), dict[str, str]()
    for owner, account, currency, booked_on, open_minor in found[:rows_max]:
        units[account] = currency
        sums[owner, account][rules.age_of(booked_on, on)] += abs(open_minor)
        counts[owner, account] += 1
    columns = [("owner", "Who", "text"), ("account", "Bank account", "text"), ("lines", "Lines", "number")]
    columns += [(f"age_{i}_minor", name, "amount") for i, name in enumerate(names)]
    rows: list[dict[str, Any]] = [
        {
            "owner": o,
            "account": a,
            "unit": units[a],
            "lines": counts[o, a],
            **{f"age_{i}_minor": ages.get(n, 0) for i, n in enumerate(names)},
        }
        for (o, a), ages in sorted(sums.items())
    ]
    sums_of = ("lines", *(f"age_{i}_minor" for i in range(len(names)) if len(set(units.values())) < 2))
    notes = [] if rows else ["There is no break: every line of the bank is in the books."]
    if len(found) > rows_max:
        notes.append(f"The oldest {rows_max} lines are counted.")
    return {
        "columns": [{"name": n, "label": label, "kind": k, "currency_in": "unit"} for n, label, k in columns],
        "rows": rows,
        "notes": notes,
        # Several currencies have no sum.
        "totals": {"unit": next(iter(units.values()), ""), **{n: sum(row[n] for row in rows) for n in sums_of}},
    }
