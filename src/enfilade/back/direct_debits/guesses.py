"""Pure rules of lines of the bank: which collections a line may be that came in, and which came back. How sure that is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from enfilade.back.banking.rules import LineFacts, Proposal, same_name
from enfilade.back.payables.rules import plain_number

MODULE = "direct_debits"
# What a bank takes for a return above the amount itself, at most; 50.00.
FEE_MAX_MINOR = 5_000
# A payer may have her money back for eight weeks, without a valid mandate for thirteen months. Source: EPC016-06 4.3.4; PSD2 art. 76, 77.
RETURN_DAYS = 400
_EARLY = timedelta(days=1)
# What is settled: a reference, how much of it, and what it is in words.
Item = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """A collection that the bank has not credited yet, or has. run: number of its run; told: the reason that a message of the bank gave."""

    key: int
    end_to_end: str
    run: str
    sequence: str
    collect_on: date
    payer: str
    iban: str
    amount_minor: int
    told: str = ""

    @property
    def group(self) -> str:
        """How the file names the part of the run that a bank may book at once."""
        return f"{self.run}-{self.sequence}"

    @property
    def item(self) -> Item:
        """As a proposal names it."""
        return f"direct_debits.collection:{self.key}", self.amount_minor, f"{self.end_to_end} · {self.payer}"


def guesses(line: LineFacts, collections: Sequence[CollectionFacts]) -> list[Proposal]:
    """What a line may be. collections: that wait, for what came in; that were credited, for what went out."""
    if line.open_minor < 0:
        return list(_of_returns(line, collections))
    known = [c for c in collections if c.collect_on <= line.booked_on + _EARLY]
    return [*_of_one(line, known), *_of_many(line, known, "run"), *_of_many(line, known, "group")]


def _of_one(line: LineFacts, collections: Sequence[CollectionFacts]) -> Iterable[Proposal]:
    text = plain_number(line.text)
    for one in collections:
        if one.amount_minor != line.open_minor:
            continue
        reasons, percent = ["A collection is over this amount."], 50
        if plain_number(one.end_to_end) in text:
            reasons, percent = [*reasons, f"The bank names it: {one.end_to_end}."], 98
        elif one.iban == line.iban:
            reasons, percent = [*reasons, f"It came from the account of {one.payer}."], 93
        elif same_name(one.payer, line.name):
            reasons, percent = [*reasons, f"The name is that of {one.payer}."], 80
        yield _proposal(percent, reasons, [one])


def _of_many(line: LineFacts, collections: Sequence[CollectionFacts], by: str) -> Iterable[Proposal]:
    """A bank books a run, or the part of it that has one sequence, as one line."""
    text = plain_number(line.text)
    for name in dict.fromkeys(getattr(c, by) for c in collections):
        mine = [c for c in collections if getattr(c, by) == name]
        if len(mine) < 2 or sum(c.amount_minor for c in mine) != line.open_minor:
            continue
        reasons, percent = [f"All collections of {name} together are the amount."], 82
        if plain_number(name) in text:
            reasons, percent = [*reasons, "The bank names it."], 97
        yield _proposal(percent, reasons, mine)


def _of_returns(line: LineFacts, collections: Sequence[CollectionFacts]) -> Iterable[Proposal]:
    text = plain_number(line.text)
    for one in collections:
        fee = -line.open_minor - one.amount_minor
        if not 0 <= fee <= FEE_MAX_MINOR or not 0 <= (line.booked_on - one.collect_on).days <= RETURN_DAYS:
            continue
        reasons = [
            "A collection over this amount was credited." if not fee else "A collection was credited; the bank takes its fee with it."
        ]
        percent = 35 if not fee else 20
        if plain_number(one.end_to_end) in text:
            reasons, percent = [*reasons, f"The bank names it: {one.end_to_end}."], 97
        elif one.told:
            reasons, percent = [*reasons, "The bank has told that it came back."], 95
        elif one.iban == line.iban:
            reasons, percent = [*reasons, f"It went back to the account of {one.payer}."], 85 if not fee else 70
        elif same_name(one.payer, line.name):
            reasons, percent = [*reasons, f"The name is that of {one.payer}."], 70 if not fee else 55
        elif fee:
            continue
        yield _proposal(percent, reasons, [one], sign=-1)


def _proposal(percent: int, reasons: Sequence[str], collections: Sequence[CollectionFacts], sign: int = 1) -> Proposal:
    items = [c.item for c in collections]
    shown = tuple((text, sign * amount) for _, amount, text in items)
    return Proposal(percent, tuple(reasons), shown=shown, settler=MODULE, items=tuple((ref, amount) for ref, amount, _ in items))
