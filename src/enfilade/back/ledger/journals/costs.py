"""Lines of an entry as other programs say them: `100 USD @@ 80 EUR` for what our books keep as two amounts and what the one is worth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from enfilade.back.ledger.rules import is_foreign, is_value

from .writing import LineOut


def at_cost(lines: Sequence[LineOut], own: str, counterparts: Collection[int]) -> list[LineOut]:
    """The lines of an entry, each amount of a foreign currency at its cost in the company's own, which it takes the place of.

    counterparts: accounts against which foreign currencies stand; what stands there is said by the cost.
    Why: the other programs weigh a posting at its cost, so that an entry balances in the company's currency and accounts hold both.
    """
    found = [line for line in lines if line.unit == own]
    worths = [line for line in lines if is_value(line.unit) and line.account not in counterparts]
    for line in lines:
        if not is_foreign(line.unit, own) or line.account in counterparts:
            continue
        worth = next((w for w in worths if _same(w, line) and w.unit.endswith(f"@{line.unit}")), None)
        base = next((b for b in found if worth is not None and _same(b, worth) and b.amount_minor == worth.amount_minor), None)
        if worth is None or base is None or (worth.amount_minor < 0) != (line.amount_minor < 0):
            found.append(replace(line, cost_minor=0, cost_unit=own))
            continue
        worths.remove(worth)
        priced = replace(line, cost_minor=abs(worth.amount_minor), cost_unit=own, dimensions=base.dimensions)
        found[found.index(base)] = priced
    return found


def _same(one: LineOut, other: LineOut) -> bool:
    return (one.account, one.party, one.text) == (other.account, other.party, other.text) and not one.cost_unit
