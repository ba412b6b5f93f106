"""The register against the ledger: what assets cost and what is written off, and what the accounts of their classes say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from enfilade.back.ledger.queries import LAST_DAY, ledger_book
from enfilade.base.books.models import Account
from enfilade.base.books.queries import book_named, totals_on
from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount

from .queries import classes, moved_by_class


@dataclass(frozen=True, slots=True)
class AccountProof:
    """An account of assets, debit positive: what the register says and what the ledger says."""

    account: Account
    said_minor: int
    posted_minor: int

    @property
    def differs_minor(self) -> int:
        """What the ledger has more."""
        return self.posted_minor - self.said_minor


def accounts_proved(ctx: Context) -> list[AccountProof]:
    """Every account of a class of assets; one may serve several classes, for cost, for what is written off, or both."""
    if book_named(ctx, "general") is None:
        return []
    known, accounts = classes(ctx), {}
    said: dict[int, int] = defaultdict(int)
    for kind in known.values():
        accounts[kind.cost_account_id], accounts[kind.depreciation_account_id] = kind.cost_account, kind.depreciation_account
    for (key, _), (cost, off) in moved_by_class(ctx, None, LAST_DAY).items():
        said[known[key].cost_account_id] += cost
        said[known[key].depreciation_account_id] -= off
    currency = ctx.company.currency
    posted = {t.account_id: t.balance_minor for t in totals_on(ctx, ledger_book(ctx), LAST_DAY, list(accounts)) if t.unit == currency}
    found = [AccountProof(account, said[key], posted.get(key, 0)) for key, account in accounts.items()]
    return sorted(found, key=lambda proved: proved.account.code)


def differences(ctx: Context) -> list[AccountProof]:
    """Accounts on which register and ledger do not say the same; [] is what is expected."""
    return [proved for proved in accounts_proved(ctx) if proved.differs_minor]


def sentence_of(ctx: Context, proved: AccountProof) -> str:
    """What is wrong."""
    said, posted = (format_amount(minor, ctx.company.currency) for minor in (proved.said_minor, proved.posted_minor))
    return f"The register says {said} for account {proved.account}, the ledger says {posted}."
