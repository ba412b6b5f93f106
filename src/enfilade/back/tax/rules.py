"""Pure rules of tax on a document: per line or per rate, and nothing lost in rounding.

Source: EN 16931 BR-CO-17: the tax of a category and rate is its taxable amount times the rate, rounded to two decimals;
BR-CO-14: the tax of the document is the sum of those.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from enfilade.base.money.rules import allocate, percent_of, split_tax


class Rounding(StrEnum):
    """Where the rounding happens: once per rate of a document, or on every line."""

    DOCUMENT = "document"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The tax of one category and rate on a document."""

    category: str
    rate_bp: int
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line with its share of the tax."""

    category: str
    rate_bp: int
    net_minor: int
    tax_minor: int


def tax_lines(lines: Sequence[tuple[str, int, int]], rounding: Rounding = Rounding.DOCUMENT) -> list[TaxedLine]:
    """The tax of every line, for (category, rate_bp, net_minor).

    rounding: by document the tax of a rate is rounded once and shared out to its lines, each less than one unit off its exact share
        as long as all have the same sign; by line each is rounded by itself.
    """
    if rounding is Rounding.LINE:
        return [TaxedLine(category, rate, net, percent_of(net, rate)) for category, rate, net in lines]
    taxes = [0] * len(lines)
    for (_, rate), positions in _by_rate(lines).items():
        nets = [lines[n][2] for n in positions]
        for position, tax in zip(positions, _share(percent_of(sum(nets), rate), nets, rate), strict=True):
            taxes[position] = tax
    return [TaxedLine(category, rate, net, tax) for (category, rate, net), tax in zip(lines, taxes, strict=True)]


def tax_groups(lines: Sequence[tuple[str, int, int]], rounding: Rounding = Rounding.DOCUMENT) -> list[TaxGroup]:
    """The tax per category and rate, highest rate first, for (category, rate_bp, net_minor)."""
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for line in tax_lines(lines, rounding):
        total = sums[(line.category, line.rate_bp)]
        total[0] += line.net_minor
        total[1] += line.tax_minor
    return [TaxGroup(c, r, net, tax) for (c, r), (net, tax) in sorted(sums.items(), key=lambda item: (-item[0][1], item[0][0]))]


def totals(lines: Sequence[tuple[str, int, int]], rounding: Rounding = Rounding.DOCUMENT) -> tuple[int, int, int]:
    """Net, tax and total of a document."""
    groups = tax_groups(lines, rounding)
    net, tax = sum(g.net_minor for g in groups), sum(g.tax_minor for g in groups)
    return net, tax, net + tax


def net_of_gross(lines: Iterable[tuple[str, int, int]]) -> list[TaxedLine]:
    """Net and tax of lines whose amounts include the tax, for (category, rate_bp, gross_minor); each pair sums to its gross."""
    found = []
    for category, rate, gross in lines:
        net, tax = split_tax(gross, rate)
        found.append(TaxedLine(category, rate, net, tax))
    return found


def period_of(on: date, interval: str) -> tuple[date, date]:
    """The month or quarter of a day."""
    first = on.month if interval == "month" else (on.month - 1) // 3 * 3 + 1
    last = first if interval == "month" else first + 2
    return on.replace(month=first, day=1), on.replace(month=last, day=calendar.monthrange(on.year, last)[1])


def period_name(first: date, interval: str) -> str:
    """How a period is named, sortable: 2026-05 or 2026-Q2. first: its first day."""
    return f"{first:%Y-%m}" if interval == "month" else f"{first:%Y}-Q{(first.month + 2) // 3}"


def _by_rate(lines: Sequence[tuple[str, int, int]]) -> dict[tuple[str, int], list[int]]:
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for position, (category, rate, _) in enumerate(lines):
        groups[(category, rate)].append(position)
    return groups


def _share(tax_minor: int, nets: Sequence[int], rate_bp: int) -> list[int]:
    """Share a rounded tax out to lines. Lines of both signs get their own rounded tax, and the largest line takes what is left over."""
    if all(net >= 0 for net in nets) or all(net <= 0 for net in nets):
        return allocate(tax_minor, [abs(net) for net in nets]) if any(nets) else [0] * len(nets)
    taxes = [percent_of(net, rate_bp) for net in nets]
    largest = max(range(len(nets)), key=lambda n: abs(nets[n]))
    taxes[largest] += tax_minor - sum(taxes)
    return taxes
