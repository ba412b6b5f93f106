"""A customer's statement of account: what she owed before, what moved, what she owes, and how old that is; also as a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enfilade.base.document.pdf import render_pdf
from enfilade.base.message.queries import as_read_by
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.ui.format import format_amount, format_day

from . import rules
from .printing import company_part
from .queries import bill_to, held_on, letterhead
from .standing import Move, balances_on_account, currencies_of, moves_of, open_items

_PAYMENTS = {"payment", "refund", "void"}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement, and what was owed after it. amount_minor: above zero when more was owed."""

    on: date
    label: str
    number: str
    url: str
    amount_minor: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account in one currency between two days. ages: what is open on the last day, by how long it is overdue."""

    currency: str
    before_minor: int
    lines: tuple[StatementLine, ...]
    ages: tuple[tuple[str, int], ...]
    on_account_minor: int

    @property
    def owed_minor(self) -> int:
        """What is owed at the end; below zero when the company owes."""
        return self.lines[-1].owed_minor if self.lines else self.before_minor

    @property
    def moved(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.lines or self.before_minor or self.on_account_minor or any(minor for _, minor in self.ages))

    @property
    def overdue_minor(self) -> int:
        """What of the open invoices is overdue."""
        return sum(amount for _, amount in self.ages[1:])


def accounts_of(ctx: Context, party: Party, from_on: date, to_on: date) -> list[Account]:
    """The account of a party in each currency in which there is one, the company's first; that one alone where nothing ever was."""
    currencies = currencies_of(ctx, merged_keys(ctx, party))
    found = [account_of(ctx, party, from_on, to_on, code) for code in currencies]
    return [account for account in found if account.moved or account.owed_minor] or found[:1]


def account_of(ctx: Context, party: Party, from_on: date, to_on: date, currency: str = "") -> Account:
    """The account of a party in a currency, the company's when left out; those that were merged into it included.

    Labels are in the language of whoever reads.
    """
    keys, currency = merged_keys(ctx, party), currency or ctx.company.currency
    before, moves = moves_of(ctx, keys, from_on, to_on, currency)
    owed, lines = before, []
    for move in moves:
        owed += move.amount_minor
        lines.append(StatementLine(move.on, label_of(move), move.number, _url(move), move.amount_minor, owed))
    ages = dict.fromkeys(rules.age_names(), 0)
    for item in open_items(ctx, to_on, keys):
        if item.currency == currency:
            ages[rules.age_of(item.due_on, to_on)] += item.open_minor
    kept = sum(balance.amount_minor for balance in balances_on_account(ctx, to_on, keys) if balance.currency == currency)
    return Account(currency, before, tuple(lines), tuple(ages.items()), kept)


def label_of(move: Move) -> str:
    """What moved, in words."""
    words = {
        "invoice": say("Invoice"),
        "credit_note": say("Credit note"),
        "payment": say("Payment"),
        "refund": say("Refund"),
        "void": say("Payment made void"),
        "small": say("Small difference"),
        "bad_debt": say("Written off"),
        "discount": say("Discount for early payment"),
        "deducted": say("Deducted in the final invoice"),
        "replaced": say("Claimed by the final invoice"),
        "claimed_again": say("Claimed again"),
        "paid_by_other": say("Paid by somebody else"),
        "paid_for_other": say("Paid for somebody else"),
    }
    return words[move.what]


def _url(move: Move) -> str:
    return f"/billing/{'payments' if move.what in _PAYMENTS else 'invoices'}/{move.key}/"


def statement_pdf(ctx: Context, party: Party, from_on: date, to_on: date) -> bytes:
    """The statement as a letter with the company's head, in the language of the party."""
    with as_read_by(ctx, party):
        return render_pdf("billing/statement.typ", _letter(ctx, party, accounts_of(ctx, party, from_on, to_on), from_on, to_on))


def _letter(ctx: Context, party: Party, accounts: list[Account], from_on: date, to_on: date) -> dict[str, object]:
    head, right = letterhead(ctx, to_on), {"align": "right"}
    return {
        "title": say("Statement of account"),
        "language": (party.language or ctx.company.language)[:2],
        **company_part(ctx, head),
        "to": bill_to(ctx, party).splitlines(),
        "facts": [[say("Customer number"), party.number], [say("From"), format_day(from_on)], [say("To"), format_day(to_on)]],
        "columns": [
            {"label": say("Date")},
            {"label": say("Text"), "width": "1fr"},
            {"label": say("Billed"), **right},
            {"label": say("Paid and credited"), **right},
            {"label": say("Owed"), **right},
        ],
        "rows": [row for account in accounts for row in _rows(account, from_on, len(accounts) > 1)],
        "totals": [*(pair for account in accounts for pair in _totals(account)), *_held(ctx, party, to_on)],
    }


def _rows(account: Account, from_on: date, named: bool) -> list[list[str]]:
    """The rows of one currency. named: the first one says which it is, because there are others."""

    def plain(minor: int) -> str:
        return format_amount(minor, account.currency, symbol=False) if minor else ""

    before = say("Owed before") + (f" ({account.currency})" if named else "")
    rows = [[format_day(from_on), before, "", "", format_amount(account.before_minor, account.currency, symbol=False)]]
    rows += [
        [
            format_day(line.on),
            f"{line.label} {line.number}",
            plain(max(line.amount_minor, 0)),
            plain(max(-line.amount_minor, 0)),
            format_amount(line.owed_minor, account.currency, symbol=False),
        ]
        for line in account.lines
    ]
    return rows


def _held(ctx: Context, party: Party, on: date) -> list[list[str]]:
    """What is held as security, beside what is owed."""
    held = held_on(ctx, merged_keys(ctx, party), on)
    return [[say("Held as a deposit"), format_amount(held, ctx.company.currency)]] if held else []


def _totals(account: Account) -> list[list[str]]:
    def money(minor: int) -> str:
        return format_amount(minor, account.currency)

    ages = [[say(name), money(minor)] for name, minor in account.ages if minor]
    if account.on_account_minor:
        ages.append([say("On account"), money(-account.on_account_minor)])
    return [*ages, [say("Owed"), money(account.owed_minor)]]
