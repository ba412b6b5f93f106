"""A payment run as a file for a bank in the United States: ACH credits in the format of Nacha, 94 characters a record, ten records a block.

Source: Nacha Operating Rules, appendix three (ACH record format specifications): file header 1, batch header 5, entry detail 6,
addenda 7, batch control 8, file control 9; CCD for accounts of companies, PPD for those of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enfilade.back.payables.rules import sepa_text

RECORD_LENGTH, BLOCK_RECORDS = 94, 10
AMOUNT_MAX, TOTAL_MAX, ADDENDA_MAX = 10**10 - 1, 10**12 - 1, 80
# Up to 36 files between the same two on the same day.
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
CREDITS, MIXED = "220", "200"
_CREDIT, _DEBIT = {False: "22", True: "32"}, {False: "27", True: "37"}
_DESCRIPTION = {"CCD": "VENDOR PMT", "PPD": "PAYMENT"}


@dataclass(frozen=True, slots=True)
class Originator:
    """Who pays, as our bank knows us. dfi: first eight digits of its routing number. offset: our account, where the file debits it."""

    destination: str
    destination_name: str
    origin: str
    company_name: str
    identification: str
    dfi: str
    offset: Account | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a bank in the United States. routing: nine digits."""

    routing: str
    number: str
    savings: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One credit. reference: that the receiver may quote; information: for the addenda record; trace: 15 digits, rising in a file."""

    account: Account
    person: bool
    name: str
    amount_minor: int
    reference: str
    information: str
    trace: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What a control record says of a batch or of all of them. hash_sum: of the banks' eight digits."""

    count: int = 0
    hash_sum: int = 0
    debit_minor: int = 0
    credit_minor: int = 0

    def __add__(self, more: Totals) -> Totals:
        """Both together."""
        return Totals(
            self.count + more.count,
            self.hash_sum + more.hash_sum,
            self.debit_minor + more.debit_minor,
            self.credit_minor + more.credit_minor,
        )

    @property
    def text(self) -> str:
        """Hash, debits and credits as both control records have them; of the hash the last ten digits."""
        return f"{self.hash_sum % 10**10:010d}{self.debit_minor:012d}{self.credit_minor:012d}"


def batches_of(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Entries by their class: companies, then people."""
    groups = {"CCD": [e for e in entries if not e.person], "PPD": [e for e in entries if e.person]}
    return [(name, group) for name, group in groups.items() if group]


def credit_file(
    originator: Originator,
    entries: Sequence[Entry],
    *,
    number: str,
    made_at: datetime,
    modifier: str,
    pay_on: date,
    offset_traces: Sequence[str] = (),
) -> bytes:
    """The file, each line ended as DOS does.

    number: of the run, for the bank to quote.
    made_at: local time.
    modifier: one of MODIFIERS, another one for every file of a day.
    offset_traces: of the debit of our account in each batch, where the originator wants it.
    """
    head = f"101{_address(originator.destination)}{_address(originator.origin)}{made_at:%y%m%d%H%M}{modifier}094101"
    records = [f"{head}{_text(originator.destination_name, 23)}{_text(originator.company_name, 23)}{'':8}"]
    batches, total = batches_of(entries), Totals()
    for place, (name, group) in enumerate(batches, 1):
        trace = offset_traces[place - 1] if originator.offset is not None else ""
        made, totals = _batch(originator, name, group, place, f"{pay_on:%y%m%d}", number, trace)
        records += made
        total += totals
    blocks = -(-(len(records) + 1) // BLOCK_RECORDS)
    records.append(f"9{len(batches):06d}{blocks:06d}{total.count:08d}{total.text}{'':39}")
    records += ["9" * RECORD_LENGTH] * (blocks * BLOCK_RECORDS - len(records))
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def _batch(
    originator: Originator, name: str, entries: Sequence[Entry], place: int, pay_on: str, number: str, offset_trace: str
) -> tuple[list[str], Totals]:
    """The records of a batch, and what they come to."""
    service = MIXED if offset_trace else CREDITS
    end = f"{originator.dfi}{place:07d}"
    head = f"5{service}{_text(originator.company_name, 16)}{_text(number, 20)}{originator.identification:10}{name}"
    records = [f"{head}{_DESCRIPTION[name]:10}{'':6}{pay_on}{'':3}1{end}"]
    totals = Totals()
    for entry in entries:
        records += _entry(entry)
        totals += Totals(2 if entry.information else 1, int(entry.account.routing[:8]), 0, entry.amount_minor)
    if originator.offset is not None:
        own, amount = originator.offset, totals.credit_minor
        records.append(_detail(_DEBIT, own, amount, number, originator.company_name, "0", offset_trace))
        totals += Totals(1, int(own.routing[:8]), amount)
    records.append(f"8{service}{totals.count:06d}{totals.text}{originator.identification:10}{'':25}{end}")
    return records, totals


def _entry(entry: Entry) -> Iterator[str]:
    """A credit and, where there is something to say, its addenda record."""
    addenda = "1" if entry.information else "0"
    yield _detail(_CREDIT, entry.account, entry.amount_minor, entry.reference, entry.name, addenda, entry.trace)
    if entry.information:
        yield f"705{entry.information:80.80}0001{entry.trace[-7:]}"


def _detail(codes: dict[bool, str], account: Account, amount_minor: int, reference: str, name: str, addenda: str, trace: str) -> str:
    head = f"6{codes[account.savings]}{account.routing}{account.number:17}{amount_minor:010d}"
    return f"{head}{reference.replace('-', ''):15.15}{_text(name, 22)}{'':2}{addenda}{trace}"


def _address(text: str) -> str:
    """A bank or a company in the file header: ten signs, to the right."""
    return f"{text:>10}"


def _text(text: str, length: int) -> str:
    """Plain capitals, at most so many, filled up with blanks."""
    return f"{sepa_text(text, length).upper():{length}}"
