"""Accruals with the day of their reversal, amounts that are spread over months, and what waits for its day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.ledger.models import Deferral, PlannedEntry
from enfilade.back.ledger.queries import ledger_book, places_of
from enfilade.back.ledger.rules import RESULT_KINDS, spread
from enfilade.base.books import commands as books
from enfilade.base.books.inputs import AccountCode
from enfilade.base.books.models import Entry
from enfilade.base.books.queries import lines_in
from enfilade.core.command import Input, LongText, Ref, Today, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.refs import ref

from .posting import JournalLine, post_journal
from .years import require_general

ASIDE = {"expense": "prepaid_expense", "income": "deferred_income"}


@command(permission="ledger.post_journal", label="Post an accrual", target="", door=True)
def post_accrual(
    ctx: Context,
    *,
    on: Today,
    text: Annotated[str, Input(label="What for")],
    lines: list[JournalLine],
    reverses_on: Annotated[date, Input(label="Reversed on")],
    origin: Annotated[str, Input(label="Voucher")] = "",
) -> Entry:
    """Enter a cost or an income of this month that is billed later, with the day on which it is taken back.

    reverses_on: where that day has come both are posted at once, else the reversal waits for it.
    Refuses: invalid (a reversal before the entry); what `post_journal` refuses.
    """
    if reverses_on <= on:
        raise Invalid({"reverses_on": ["The reversal comes after the entry."]})
    entry = post_journal(ctx, on=on, text=text, lines=lines, origin=origin)
    plan_reversal(ctx, entry=entry, on=reverses_on)
    return entry


@command(permission="ledger.reverse_journal", label="Plan a reversal")
def plan_reversal(ctx: Context, *, entry: Ref[Entry], on: date) -> PlannedEntry:
    """Say on which day an entry is reversed; one that has come is posted at once.

    Refuses: not_the_ledger; planned_reverses_once, entry_reversed_once (database).
    """
    require_general(entry.book.code)
    planned = PlannedEntry.objects.create(company=ctx.company, on=on, reverses=entry)
    return post_planned(ctx, planned=planned) if on <= ctx.today else planned


@command(permission="ledger.defer_line", label="Spread over months", door=True)
def defer_line(
    ctx: Context,
    *,
    entry: Ref[Entry],
    account_code: AccountCode,
    from_on: Annotated[date, Input(label="First day")],
    to_on: Annotated[date, Input(label="Last day")],
    on: Annotated[date, Input(label="Put aside on", prefill="row.on")],
    by_day: Annotated[bool, Input(label="By the days of each month")] = False,
) -> Deferral:
    """Give an income or a cost to the months to which it belongs: of a bill, an invoice or any other entry.

    account_code: of income or cost, with lines in the entry. on: day on which the whole amount is put aside; each month then gets its part
    at its end, and the last one what rounding left. by_day: else every month gets the same.
    Refuses: not_the_ledger, unknown_account, nothing_to_spread, several_dimensions, invalid; deferral_once, entry_period_open (database).
    """
    require_general(entry.book.code)
    if to_on < from_on:
        raise Invalid({"to_on": ["The last day comes after the first."]})
    place = places_of(ctx, [account_code], purposes=False)[account_code]
    lines = [line for line in lines_in(ctx, entry) if line.account_id == place.account_id and line.unit == ctx.company.currency]
    amount_minor = sum(line.quantity_minor for line in lines)
    if not amount_minor or lines[0].account.kind not in RESULT_KINDS:
        raise Refusal("nothing_to_spread", f"This entry has no income and no cost on account {account_code}.", field="account_code")
    if len({line.dimension_codes for line in lines}) > 1:
        raise Refusal("several_dimensions", "The lines on this account name different dimensions; spread each by a journal entry.")
    purpose = ASIDE[lines[0].account.kind]
    deferral = Deferral.objects.create(
        company=ctx.company,
        entry=entry,
        account_id=place.account_id,
        aside_id=places_of(ctx, [purpose])[purpose].account_id,
        amount_minor=amount_minor,
        from_on=from_on,
        to_on=to_on,
        by_day=by_day,
        made_by=ctx.user,
    )
    _move(ctx, deferral, on, -amount_minor)
    parts = spread(amount_minor, from_on, to_on, by_day=by_day)
    PlannedEntry.objects.bulk_create(
        PlannedEntry(company=ctx.company, on=day, deferral=deferral, amount_minor=part_minor) for day, part_minor in parts
    )
    return deferral


@command(permission="ledger.post_planned", label="Post it", door=True)
def post_planned(ctx: Context, *, planned: PlannedEntry) -> PlannedEntry:
    """Post an entry that waits for its day, with that day as its accounting date.

    Refuses: not_waiting; entry_reversed_once, entry_period_open (database).
    """
    if planned.reverses is not None:
        text = f"Reversal of entry {planned.reverses_id}: as planned"
        entry = books.reverse_entry(ctx, entry=planned.reverses, on=planned.on, text=text)
    else:
        entry = _part(ctx, planned)
    planned.entry, planned.state = entry, PlannedEntry.State.POSTED
    planned.save(update_fields=["entry", "state"])
    return planned


@command(permission="ledger.post_planned", label="Drop", tone="danger", door=True)
def drop_planned(ctx: Context, *, planned: PlannedEntry, reason: LongText) -> PlannedEntry:
    """Let an entry that waits for its day never be posted.

    reason: kept in the audit.
    Refuses: not_waiting.
    """
    del ctx, reason
    planned.state = PlannedEntry.State.DROPPED
    planned.save(update_fields=["state"])
    return planned


def _part(ctx: Context, planned: PlannedEntry) -> Entry:
    deferral, amount_minor = planned.deferral, planned.amount_minor
    assert deferral is not None and amount_minor is not None  # noqa: S101, PT018 - planned_one_cause
    return _move(ctx, deferral, planned.on, amount_minor)


def _move(ctx: Context, deferral: Deferral, on: date, amount_minor: int) -> Entry:
    """Bring an amount to the account of a deferral, from where it is put aside; below zero the other way."""
    first = next(line for line in lines_in(ctx, deferral.entry) if line.account_id == deferral.account_id)
    text, currency = deferral.entry.text, ctx.company.currency
    lines = [
        books.LineIn(deferral.account_id, currency, amount_minor, None, text, first.dimension_codes),
        books.LineIn(deferral.aside_id, currency, -amount_minor, None, text),
    ]
    return books.write_entry(ctx, book=ledger_book(ctx), on=on, text=f"Spread over months: {text}", origin=ref(deferral), lines=lines)
