"""A company whose people lay out money: an employee with an account of her own, a boss who approves, categories and rates."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from enfilade.back.expenses.commands import add_expense, approve_claim, load_rates, post_claim, submit_claim
from enfilade.back.expenses.models import CompanyCard, ExpenseCategory, ExpenseClaim, ExpenseLine
from enfilade.back.expenses.proof import differences, open_and_owed
from enfilade.back.payables.tests.office import Office
from enfilade.base.party.commands import link_account
from enfilade.core.command import run_raw
from enfilade.core.files import store
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

OWN = ("add_expense", "add_mileage", "add_days_away", "say_account")
OF_OWN = (
    "view_expenseclaim", "view_expenseline", "view_receipt", "submit_claim", "withdraw_claim", "discard_claim", "change_expense",
    "remove_expense", "attach_receipt",
)  # fmt: skip


class Traveller(Office):
    """`emma` may enter and see her own claims only; `ctx` keeps the books; `boss` approves."""

    def __init__(self) -> None:
        super().__init__()
        self.emma = self.employee("Emma")
        load_rates(self.ctx)
        self.train = self.category("TRAIN", "Train", account=self.account("rent"), tax_class="reduced")
        split = {"rest_account": self.account("services"), "deductible_percent": Decimal(70)}
        self.guests = self.category("GUESTS", "Guests", kind="entertainment", account=self.goods, **split)
        self.drives = self.category("KM", "Own car", kind="mileage", account=self.account("rent"), tax_class="none")
        self.away = self.category("AWAY", "Days away", kind="per_diem", account=self.account("rent"), tax_class="none")

    def employee(self, name: str) -> Any:
        """Somebody who works here, and may do what everybody may with her own claims."""
        ctx = make_ctx(self.company, *(f"expenses.{v}" for v in OWN), *(f"expenses.{v}@own" for v in OF_OWN), name=name)
        person = run_raw(self.ctx, "party.add_party", {"kind": "person", "name": name, "role": "employee"})
        link_account(self.ctx, party=person, email=ctx.user.email)
        return ctx

    def category(self, code: str, name: str, **more: Any) -> ExpenseCategory:
        """A category of expenses."""
        with scope(self.company.pk):
            return ExpenseCategory.objects.create(company=self.company, code=code, name=name, **more)

    def card(self, holder: Any) -> CompanyCard:
        """A card of the company in somebody's hand, with the bank account as its account."""
        with scope(self.company.pk):
            return CompanyCard.objects.create(
                company=self.company, name=f"Card {holder.user.pk}", holder=holder.user, account=self.bank.account, last_digits="4711"
            )

    def receipt(self, text: str, ctx: Any = None) -> StoredFile:
        """A photograph of a receipt."""
        with scope(self.company.pk):
            return store(ctx or self.emma, f"{text}.png", io.BytesIO(b"\x89PNG\r\n\x1a\n" + text.encode()))

    def spend(self, amount: int = 10_700, merchant: str = "Bahn", *, ctx: Any = None, receipt: str | None = "", **more: Any) -> ExpenseLine:
        """An expense by receipt; 107.00 for the train at the reduced rate if nothing else is said."""
        files = [] if receipt is None else [self.receipt(receipt or f"{merchant}-{amount}", ctx)]
        inputs = {"category": self.train, "on": self.today, "receipts": files, **more}
        return add_expense(replace(ctx or self.emma, key=""), amount=amount, merchant=merchant, **inputs)

    def submitted(self, *amounts: int) -> ExpenseClaim:
        """A claim of Emma over these amounts that waits for approval."""
        lines = [self.spend(amount, f"Bahn {n}") for n, amount in enumerate(amounts or (10_700,))]
        return submit_claim(self.emma, claim=lines[0].claim)

    def approved(self, *amounts: int) -> ExpenseClaim:
        """The same, approved by the boss."""
        return approve_claim(self.boss, claim=self.submitted(*amounts))

    def posted(self, *amounts: int) -> ExpenseClaim:
        """The same, posted."""
        return post_claim(self.ctx, claim=self.approved(*amounts), on=self.today)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """An instant where the company is."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.ctx.zone)

    def proved(self) -> bool:
        """Whether claims and ledger say the same."""
        with scope(self.company.pk):
            said, owed = open_and_owed(self.ctx)
            return not differences(self.ctx) and said == owed
