"""Value what is held in foreign currencies at the rates of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from enfilade.back.ledger.events import CurrenciesRevalued
from enfilade.back.ledger.queries import holdings_on, ledger_book
from enfilade.back.ledger.rules import Valued
from enfilade.base.books import commands as books
from enfilade.base.books.models import Entry
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref

from .posting import Leg, post_legs


@command(permission="ledger.revalue_currencies", label="Revalue foreign currencies", tone="primary", target="", door=True)
def revalue_currencies(
    ctx: Context,
    *,
    on: Annotated[date, Input(label="At the end of", prefill="ctx.today")],
    leave_out: Annotated[str, Input(label="Accounts to leave out", max_length=200)] = "",
) -> Entry:
    """Bring what accounts hold in foreign currencies to the rates of a day, and take that back on the next one.

    on: the day of the balance sheet. The differences are no income yet, so they are reversed on the day after it; its month has to be
        open.
    leave_out: codes of accounts with blanks between, for example of advances, which keep the value of their day.
    Refuses: no_ledger, unknown_account (left out, or no account for differences that are not realised), no_rate (with every currency that
    lacks one), nothing_to_revalue; entry_period_open (database).
    Source: IAS 21.23(a) and .28; HGB § 256a: assets and liabilities in foreign currencies at the mean spot rate of the balance sheet day.
    """
    kept = leave_out.replace(",", " ").split()
    held = holdings_on(ctx, on)
    if unknown := sorted(set(kept) - {holding.code for holding in held}):
        raise Refusal("unknown_account", f"Account {unknown[0]} holds no foreign currency.", field="leave_out")
    chosen = [holding for holding in held if holding.code not in kept]
    if missing := sorted({holding.unit for holding in chosen if holding.worth_minor is None}):
        raise Refusal("no_rate", f"There is no rate of {', '.join(missing)} on {on:%Y-%m-%d} or before.", field="on")
    legs = [leg for holding in chosen for leg in _legs(holding)]
    if not legs:
        raise Refusal("nothing_to_revalue", f"What is held in foreign currencies is worth on {on:%Y-%m-%d} what the books say.", field="on")
    book = ledger_book(ctx)
    entry = post_legs(ctx, on=on, text="Foreign currencies at the rates of the day", origin=ref(book), legs=legs)
    books.reverse_entry(ctx, entry=entry, on=on + timedelta(days=1), text="Back to the rates of before")
    publish(ctx, CurrenciesRevalued(entry=entry.pk, on=on, accounts=len(legs) // 2))
    return entry


def _legs(holding: Valued) -> list[Leg]:
    """The difference on the account, and where it is shown until it is realised."""
    difference = holding.difference_minor
    if not difference:
        return []
    shown = "unrealised_gain" if difference > 0 else "unrealised_loss"
    of_account = Leg(holding.code, difference, text=holding.unit, unit=holding.unit)
    return [of_account, Leg(shown, -difference, text=f"{holding.code} {holding.unit}")]
