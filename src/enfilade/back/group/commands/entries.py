"""Entries of the group only: unrealised profits and whatever else no company's books have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from enfilade.back.group.models import ConsolidationEntry, ConsolidationLine
from enfilade.back.ledger.queries import places_of
from enfilade.base.books.inputs import AccountCode
from enfilade.core.command import Choice, Input, Ref, SummedAmount, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.ui.format import format_amount


@dataclass(frozen=True)
class GroupLine:
    """One line: an account of the group's chart, and an amount on one side.

    account_code: number of the account in the parent's chart.
    """

    account_code: AccountCode
    debit: SummedAmount = 0
    credit: SummedAmount = 0


@command(permission="group.post_consolidation", label="Enter for the group", tone="primary", target="", door=True)
def post_consolidation(
    ctx: Context,
    *,
    on: Today,
    kind: Annotated[str, Choice(*ConsolidationEntry.Kind.choices)],
    text: Annotated[str, Input(label="What for")],
    lines: list[GroupLine],
) -> ConsolidationEntry:
    """Enter what counts in the statements of the group only; no company's books change.

    on: from this day on it counts, until it is reversed.
    lines: debit and credit sum to the same; each line has one of them.
    Refuses: unknown_account, one_side, consolidation_unbalanced; consolidation_balances, group_account_fits (database).
    """
    for number, line in enumerate(lines):
        if bool(line.debit) == bool(line.credit):
            raise Refusal("one_side", "A line has either a debit or a credit.", field=f"lines[{number}].debit")
    if rest := sum(line.debit - line.credit for line in lines):
        differ = format_amount(abs(rest), ctx.company.currency)
        raise Refusal("consolidation_unbalanced", f"Debit and credit differ by {differ}.", field="lines")
    places = places_of(ctx, [line.account_code for line in lines], purposes=False)
    amounts = [(places[line.account_code].account_id, line.debit - line.credit) for line in lines]
    return _write(ctx, ConsolidationEntry(on=on, kind=kind, text=text), amounts)


@command(permission="group.post_consolidation", label="Reverse", tone="danger", target="entry", door=True)
def reverse_consolidation(
    ctx: Context, *, entry: Ref[ConsolidationEntry], on: Today, text: Annotated[str, Input(label="Why")]
) -> ConsolidationEntry:
    """Take back an entry of the group by one with opposite signs: once the goods are sold, or where it was wrong.

    on: from this day on it is taken back.
    Refuses: reversed_before_it; already_reversed.
    """
    if on < entry.on:
        raise Refusal("reversed_before_it", "It is taken back on its own day or later.", field="on")
    if ConsolidationEntry.objects.visible_to(ctx).filter(reverses=entry).exists():
        raise Refusal("already_reversed", "This entry is reversed already.")
    amounts = [(line.account_id, -line.amount_minor) for line in entry.lines.visible_to(ctx).order_by("pk")]
    return _write(ctx, ConsolidationEntry(on=on, kind=entry.kind, text=text, reverses=entry), amounts)


def _write(ctx: Context, entry: ConsolidationEntry, amounts: Sequence[tuple[int, int]]) -> ConsolidationEntry:
    entry.company, entry.made_by, entry.made_at, entry.line_count = ctx.company, ctx.user, ctx.now, len(amounts)
    entry.save()
    ConsolidationLine.objects.bulk_create(
        ConsolidationLine(company=ctx.company, entry=entry, account_id=account, amount_minor=amount) for account, amount in amounts
    )
    return entry
