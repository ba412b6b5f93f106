"""Arithmetic and words of bills and transfers. Pure: no database, no clock, no float."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from stdnum.exceptions import ValidationError
from stdnum.us import rtn

from enfilade.back.banking.rules import US_DAYS
from enfilade.back.tax.rules import Rounding, tax_lines
from enfilade.base.money.rules import allocate, multiply, percent_of, split_tax, worth_of_part

# Supplier, amount and a date that is as near as this: the same bill, perhaps, that came a second time.
SIMILAR_DAYS = 10
AGES = ((0, "Not due yet"), (30, "1–30 days"), (60, "31–60 days"), (90, "61–90 days"))
OLDEST = "Over 90 days"
REMITTANCE_MAX = 140
SELF_TAXED = frozenset({"AE", "K"})
# Tax on imports: paid at the border, so that an amount is tax and nothing else; or declared with the return, as in the United Kingdom.
IMPORT_TAX, IMPORT_POSTPONED = "import_tax", "import_postponed"
# Goods that go straight from a supplier to a customer, each in another member state: our acquisition counts as taxed.
# Source: § 25b (3) UStG, Directive 2006/112/EC art. 141.
TRIANGULAR = "triangular"
IMPORTS = (
    (IMPORT_TAX, "Import tax itself, paid at the border"),
    (IMPORT_POSTPONED, "Goods imported, tax declared with the return"),
    (TRIANGULAR, "Goods of a triangular deal: no tax, our customer owes it"),
)
# What every bank in the SEPA takes. Source: EPC217-08, section 1 (the Latin character set).
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_SMALL = {"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "o", "å": "a", "œ": "oe", "ł": "l", "đ": "d"}
_SIGNS = {"ß": "ss", "&": "+", "_": "-", "–": "-", "—": "-", "’": "'", "€": "EUR"}
_WRITTEN_OUT = str.maketrans(_SMALL | {letter.upper(): plain.capitalize() for letter, plain in _SMALL.items()} | _SIGNS)


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of a bill. category, rate_bp: what the supplier charges; own_rate_bp: what we owe ourselves, where she charges none.

    deductible_bp: how much of the tax may be deducted; 10000 is all of it. gross_minor: where the amount was given with its tax.
    """

    net_minor: int
    category: str
    rate_bp: int = 0
    own_rate_bp: int = 0
    deductible_bp: int = 10_000
    gross_minor: int | None = None
    tax_minor: int = 0
    self_tax_minor: int = 0
    deductible_minor: int = 0


def net_of(gross_minor: int, rate_bp: int) -> int:
    """What an amount with tax is without it, rounded half up."""
    return split_tax(gross_minor, rate_bp)[0]


def taxed(costs: Sequence[Cost], total_minor: int | None = None, rounding: str = Rounding.DOCUMENT) -> list[Cost]:
    """Lines with their tax. rounding: the tax of a rate once for the document, as EN 16931 has it, or on every line.

    total_minor: as it stands on the bill; where it differs from ours by no more than a cent a line (two at least), the largest taxed line
    takes the difference, since their rounding is what we have to pay. None where it differs by more: `differs` says so.
    """
    taxes = _taxes(costs, rounding)
    bearer = max((n for n, c in enumerate(costs) if c.rate_bp), key=lambda n: abs(costs[n].net_minor), default=None)
    if total_minor is not None and bearer is not None and not differs(costs, total_minor, rounding):
        taxes[bearer] += total_minor - sum(c.net_minor for c in costs) - sum(taxes)
    found = []
    for cost, tax in zip(costs, taxes, strict=True):
        own = percent_of(cost.net_minor, cost.own_rate_bp) if cost.category in SELF_TAXED else 0
        found.append(replace(cost, tax_minor=tax, self_tax_minor=own, deductible_minor=percent_of(tax + own, cost.deductible_bp)))
    return found


def differs(costs: Sequence[Cost], total_minor: int, rounding: str = Rounding.DOCUMENT) -> int:
    """By how much the total on a bill is more than that of its lines, where rounding does not explain it; else 0."""
    difference = total_minor - sum(c.net_minor for c in costs) - sum(_taxes(costs, rounding))
    room = max(2, len(costs)) if any(c.rate_bp for c in costs) else 0
    return difference if abs(difference) > room else 0


def _taxes(costs: Sequence[Cost], rounding: str) -> list[int]:
    """The tax of each line: what is left of an amount that was given with it, else its share of the tax of its rate."""
    open_lines = [(c.category, c.rate_bp, c.net_minor) for c in costs if c.gross_minor is None]
    shared = iter([line.tax_minor for line in tax_lines(open_lines, Rounding(rounding))])
    return [next(shared) if c.gross_minor is None else c.gross_minor - c.net_minor for c in costs]


def discount_of(total_minor: int, discount_bp: int) -> int:
    """What may be kept of a bill that is paid early."""
    return percent_of(total_minor, discount_bp)


def shares(amount_minor: int, opens: Sequence[int]) -> list[int]:
    """How much of an amount goes to each open item, in their order; what is left over goes to nobody."""
    found = []
    for open_minor in opens:
        part = min(amount_minor, open_minor)
        found.append(part)
        amount_minor -= part
    return found


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is kept back of a bill. amount_minor: of all of it; covered_minor: what payments settled so far, discounts taken off.

    withheld_minor: what was kept back of that.
    """

    total_minor: int = 1
    amount_minor: int = 0
    covered_minor: int = 0
    withheld_minor: int = 0

    def of(self, amount_minor: int) -> int:
        """What is kept back when so much more is paid, the discount taken off: its share to the cent, and at the end all of it.

        Where a discount or a credit note makes the bill less, less is withheld.
        Source: § 48 (3) EStG: the tax is reckoned from what is given in return.
        """
        due = worth_of_part(self.covered_minor + amount_minor, self.total_minor, self.amount_minor)
        return max(due - self.withheld_minor, 0)

    def settled_by(self, paid_minor: int, open_minor: int) -> int:
        """How much of what is open is settled when so much leaves the account; at most all of it."""
        return bisect_left(range(open_minor), paid_minor, key=lambda amount: amount - self.of(amount))


NOTHING_WITHHELD = Withheld()


def withheld_of(base_minor: int, rate_percent: Decimal) -> int:
    """A tax that is kept back, rounded half up."""
    return multiply(base_minor, rate_percent / 100)


def base_of(base: str, lines: Iterable[tuple[int, int, int, bool]]) -> int:
    """What a tax is reckoned from that is kept back of a bill, zero at least.

    base: gross, net or labour, as its kind says. lines: (net, tax, tax that we owe ourselves, material) of each.
    Source: § 48 (3) EStG: VAT is in it, also where we owe it ourselves (§ 13b UStG); Finance Act 2004 s. 61: neither VAT nor material.
    """
    found = 0
    for net, tax, own, material in lines:
        if base == "gross":
            found += net + tax + own
        elif base == "net" or not material:
            found += net
    return max(found, 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a bill is settled at once: by a credit note, or by money. amount_minor: the discount included."""

    bill: int
    amount_minor: int
    discount_minor: int = 0
    credit: int | None = None


def pieces(parts: Iterable[tuple[int, int, int]], notes: Iterable[tuple[int, int]]) -> list[Piece]:
    """How bills are settled: from credit notes as far as they go, the rest by money.

    parts: (bill, amount, discount in it) of each. notes: (credit note, what is open of it).
    """
    found, left = [], list(notes)
    for bill, owed, discount in parts:
        while owed > discount and left:
            credit, rest = left.pop(0)
            used = min(rest, owed - discount)
            found.append(Piece(bill, used, credit=credit))
            owed -= used
            if rest > used:
                left.insert(0, (credit, rest - used))
        if owed:
            found.append(Piece(bill, owed, discount))
    return found


def cut_discount(discount_minor: int, sums: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """A discount that was taken, split like the bill: what it takes off the cost and off each deducted tax.

    sums: (purpose, amount) of the bill. Shape: as sums.
    Source: § 17 (1) UStG, Directive 2006/112/EC art. 90: with the price, the tax on it becomes less.
    """
    return list(zip((name for name, _ in sums), allocate(discount_minor, [amount for _, amount in sums]), strict=True))


def age_of(due: date, on: date) -> str:
    """The ageing bucket of an open item."""
    late = (on - due).days
    return next((name for limit, name in AGES if late <= limit), OLDEST)


def age_names() -> list[str]:
    """All buckets, youngest first."""
    return [*(name for _, name in AGES), OLDEST]


def days_after(on: date, days: int) -> date:
    """A day so many days later."""
    return on + timedelta(days=days)


def plain_iban(text: str) -> str:
    """An IBAN in capitals, without spaces."""
    return re.sub(r"\s", "", text).upper()


def plain_routing(text: str) -> str:
    """A routing number of a bank in the United States without blanks and hyphens; "" where its check digit is wrong.

    Source: American Bankers Association: weights 3, 7, 1, modulo 10.
    """
    plain = re.sub(r"[\s-]", "", text)
    try:
        return str(rtn.validate(plain)) if plain.strip("0") else ""
    except ValidationError:
        return ""


def plain_account(text: str) -> str:
    """A number of an account in the United States in capitals, without spaces; "" where no ACH file can have it."""
    plain = re.sub(r"\s", "", text).upper()
    return plain if re.fullmatch(r"[A-Z0-9-]{1,17}", plain, re.ASCII) else ""


def plain_number(text: str) -> str:
    """A number of a bill as it is compared: capitals, letters and digits only; the database keeps the same."""
    return "".join(c for c in text.upper() if c.isalnum())


def sepa_text(text: str, longest: int) -> str:
    """A text in the letters that every bank takes, at most so long. Umlauts are written out, other marks fall off, the rest is a blank.

    Source: EPC217-08: no slash at either end, and none twice.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_WRITTEN_OUT))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"//+", "/", _NOT_SEPA.sub(" ", plain))
    return " ".join(plain.split())[:longest].strip("/ ")


def remittance(numbers: Iterable[tuple[str, str]], longest: int = REMITTANCE_MAX) -> str:
    """What a supplier reads on a transfer: the numbers of her bills, or what she asked to read. Many are cut with "+ n more".

    numbers: (reference, number) of each; the reference goes first.
    """
    names = [sepa_text(reference or number, longest) for reference, number in numbers]
    text = ", ".join(names)
    kept = len(names)
    while len(text) > longest and kept > 1:
        kept -= 1
        text = f"{', '.join(names[:kept])} + {len(names) - kept} more"
    return text[:longest]


def first_ach_day(today: date, lead_days: int) -> date:
    """The first day on which a bank in the United States pays what it is given today."""
    return US_DAYS.after(US_DAYS.from_day(today), lead_days)


def remittance_segments(parts: Sequence[tuple[str, str, int]], longest: int) -> str:
    """What a supplier's system reads beside an ACH credit: each bill with what is paid of it, without that, or in words, as it fits.

    parts: (reference, number, minor units of a currency with cents, below zero for a credit note) of each.
    Source: ANSI ASC X12 820: segment RMR (remittance advice), else NTE (note), as the Nacha rules want them in CCD and PPD addenda.
    """
    named = [(sepa_text(reference or number, longest), amount) for reference, number, amount in parts]
    line, end = "RMR*IV*", "\\"
    full = "".join(line + name + "*PI*" + str(Decimal(amount).scaleb(-2)) + end for name, amount in named)
    short = "".join(line + name + end for name, _ in named)
    head = "NTE*ZZZ*"
    words = f"{head}{remittance(((reference, number) for reference, number, _ in parts), longest - len(head) - 1)}{end}"
    return next((text for text in (full, short) if len(text) <= longest), words)
