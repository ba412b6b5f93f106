"""Differences between bill, order and receipt in sentences."""

from __future__ import annotations

from enfilade.back.payables.models import Bill
from enfilade.core.context import Context
from enfilade.core.ui.format import format_amount

from . import rules
from .queries import LineChecked
from .rules import Difference


def sentence_of(_ctx: Context, bill: Bill, line: LineChecked, difference: Difference) -> str:
    """What is wrong with a line of a bill."""
    what = line.line.description or (line.matches[0].order_line.text if line.matches else str(line.line.account or line.line.pk))
    over = format_amount(difference.over_minor, bill.currency)
    if difference.kind == "not_ordered":
        return f"{what}: {over} was not ordered."
    if difference.kind == "price":
        agreed = format_amount(difference.expected_minor, bill.currency)
        return f"{what}: {over} more than the {agreed} that were agreed."
    billed = rules.plain(difference.quantity)
    if difference.kind == "not_received":
        return f"{what}: {billed} are billed, and none of it came that was not billed already."
    return f"{what}: {billed} are billed, but only {rules.plain(difference.came)} came that were not billed already."
