"""Pure rules of what a line of the bank has to do with cheques, how sure that is and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from enfilade.back.banking.rules import LineFacts, Proposal, same_name

MODULE = "cheques"


@dataclass(frozen=True, slots=True)
class ChequeFacts:
    """A cheque, or a slip with cheques. reference: as a proposal names it; number: as a line may; amount_minor: signed as its line is."""

    reference: str
    number: str
    name: str
    amount_minor: int
    currency: str


def of_written(line: LineFacts, cheques: Sequence[ChequeFacts]) -> list[Proposal]:
    """A cheque that the bank has paid: over its amount, and named by its number where the bank does."""
    found = []
    for cheque in _alike(line, cheques):
        reasons, percent = ["A cheque that is on its way is over this amount."], 70
        if names(line.text, cheque.number):
            reasons, percent = [*reasons, f"The bank names it: {cheque.number}."], 98
        elif same_name(cheque.name, line.name):
            reasons, percent = [*reasons, f"The name is that of {cheque.name}."], 88
        found.append(_proposal(percent, reasons, cheque))
    return found


def of_slips(line: LineFacts, slips: Sequence[ChequeFacts]) -> list[Proposal]:
    """Cheques that were deposited together and credited at once."""
    return [_proposal(93, ["Cheques that were deposited together are over this amount."], slip) for slip in _alike(line, slips)]


def of_bounced(line: LineFacts, cheques: Sequence[ChequeFacts]) -> list[Proposal]:
    """A cheque that the bank takes back, perhaps with a fee, which is less than the cheque."""
    found = []
    for cheque in cheques:
        fee = cheque.amount_minor - line.open_minor
        if cheque.currency != line.currency or not 0 <= fee < -cheque.amount_minor:
            continue
        if not fee:
            found.append(_proposal(94, ["A cheque over this amount bounced."], cheque))
        elif names(line.text, cheque.number):
            found.append(_proposal(90, ["The bank names a cheque that bounced; what it takes above it is its fee."], cheque))
    return found


def names(text: str, number: str) -> bool:
    """Whether a text has a number for itself, with zeros before it or without."""
    return bool(re.search(rf"(?<!\d)0*{re.escape(number.lstrip('0') or number)}(?!\d)", text))


def _alike(line: LineFacts, cheques: Sequence[ChequeFacts]) -> list[ChequeFacts]:
    return [c for c in cheques if c.amount_minor == line.open_minor and c.currency == line.currency]


def _proposal(percent: int, reasons: Sequence[str], cheque: ChequeFacts) -> Proposal:
    shown = ((f"{cheque.number} · {cheque.name}", cheque.amount_minor),)
    return Proposal(percent, tuple(reasons), shown=shown, settler=MODULE, items=((cheque.reference, cheque.amount_minor),))
