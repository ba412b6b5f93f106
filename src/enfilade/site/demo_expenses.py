"""Expenses of the demo company: what people laid out in the last weeks, and what waits for whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from enfilade.core.files import store_bytes
from enfilade.core.scope import scope

if TYPE_CHECKING:
    from .demo import Cast


def claim_expenses(cast: Cast) -> None:
    """A dentist was at a congress and is owed for it; the desk wrote a claim that waits, and another that is being written."""
    cast.say("Claiming expenses")
    begun = cast.owner.now - timedelta(days=60)
    cast.do("books", begun, "expenses.load_categories")
    cast.do("books", begun, "expenses.load_rates")
    kinds = {row.code: row.pk for row in cast.rows("expenses.expensecategory")}
    away = cast.owner.today - timedelta(days=19)
    at = cast.at(away + timedelta(days=3), 18)
    _spend(cast, "dentist", at, kinds["TRAVEL"], "89.90", "Deutsche Bahn", away)
    line = _spend(cast, "dentist", at, kinds["HOTEL"], "238.00", "Hotel am Kongress", away + timedelta(days=2))
    left, back = cast.at(away, 7, 30), cast.at(away + timedelta(days=2), 20)
    cast.do("dentist", at, "expenses.add_days_away", left_at=left, back_at=back, place="Hamburg", note="Congress of implantology")
    claim = cast.do("dentist", at, "expenses.submit_claim", claim=line.claim_id)
    cast.do("owner", at + timedelta(days=1), "expenses.approve_claim", claim=claim.pk)
    cast.do("books", at + timedelta(days=2), "expenses.post_claim", claim=claim.pk, on=(at + timedelta(days=2)).date())
    day = cast.owner.today - timedelta(days=4)
    line = _spend(cast, "desk", cast.at(day, 17), kinds["OFFICE"], "23.80", "Schreibwaren Peters", day)
    cast.do("desk", cast.at(day, 17, 10), "expenses.add_mileage", distance="14.5", route="Practice - laboratory and back", on=day)
    cast.do("desk", cast.at(day, 17, 15), "expenses.submit_claim", claim=line.claim_id)
    day = cast.owner.today - timedelta(days=1)
    _spend(cast, "assistant", cast.at(day, 12), kinds["POST"], "9.50", "Post", day)


def _spend(cast: Cast, login: str, at: datetime, category: int, amount: str, merchant: str, on: Any) -> Any:
    """An expense with its receipt."""
    ctx = cast.people[login]
    with scope(ctx.company_id):
        text = f"{merchant}\n{on}\nEUR {amount}\n"
        kept = store_bytes(ctx, f"{merchant} {on}.txt", text.encode(), "text/plain")
    given = {"category": category, "amount": amount, "merchant": merchant, "on": on, "receipts": [kept.pk]}
    return cast.do(login, at, "expenses.add_expense", **given)
