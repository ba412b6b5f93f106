"""How an amount of an invoice is divided over its rates of tax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enfilade.back.billing import rules
from enfilade.back.ledger.commands import Leg

from .accounts import OUTPUT_TAX


@dataclass(frozen=True, slots=True)
class Share:
    """What of an amount falls on one rate of its invoice."""

    tax_class: str
    rate_bp: int
    net_minor: int
    tax_minor: int


def divide(amount_minor: int, left: Mapping[tuple[str, int], Sequence[int]]) -> list[Share]:
    """An amount by what each rate has left, exactly. left: (tax class, rate_bp) -> [net, tax]."""
    shares = rules.share_of_credit(amount_minor, [(net, tax, rate) for (_, rate), (net, tax) in left.items()])
    return [Share(tax_class, rate, net, tax) for (tax_class, rate), (net, tax) in zip(left, shares, strict=True) if net or tax]


def sum_shares(signed: Iterable[tuple[int, Iterable[Mapping[str, Any]]]]) -> list[Share]:
    """Shares as rows keep them, each list with its sign, summed by rate."""
    sums: dict[tuple[str, int], list[int]] = {}
    for sign, shares in signed:
        for share in shares:
            net_tax = sums.setdefault((share["tax_class"], share["rate_bp"]), [0, 0])
            net_tax[0] += sign * share["net_minor"]
            net_tax[1] += sign * share["tax_minor"]
    return [Share(*key, net, tax) for key, (net, tax) in sums.items() if net or tax]


def tax_legs(shares: Iterable[Share], sign: int) -> list[Leg]:
    """The tax of shares on its accounts. sign: 1 takes it off what is owed, -1 adds to it."""
    return [Leg(OUTPUT_TAX[share.tax_class], sign * share.tax_minor) for share in shares if share.tax_minor]
