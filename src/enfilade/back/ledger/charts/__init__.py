"""Charts of accounts as data. A kind of company may bring its own with `register_chart`.

What stands below a heading is summed in it, and statements list headings by their codes: the codes of headings are letters that put them in
the order of the law, those of accounts are the numbers of the standard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from enfilade.base.books.commands import AccountIn

from .purposes import PURPOSES

CHARTS: dict[str, Chart] = {}
REQUIRED = ("receivable", "payable", "cash", "bank", "card", "revenue", "revenue_exempt", "tax_output", "discount", "cash_difference")


@dataclass(frozen=True)
class Chart:
    """A chart of accounts.

    accounts: headings before what stands below them. purposes: purpose -> code of an account.
    country: where it is used, ISO 3166-1 alpha-2; empty where it suits any.
    """

    name: str
    title: str
    accounts: tuple[AccountIn, ...]
    purposes: Mapping[str, str]
    country: str = ""


def register_chart(
    name: str, title: str, accounts: Iterable[Mapping[str, Any]], purposes: Mapping[str, str], *, country: str = ""
) -> Chart:
    """File a chart from plain data: dicts with code, name, kind and optionally parent (a heading's code) and heading.

    Refuses: ValueError where a purpose is missing, names an account that entries can't be posted to, or one of a kind that can't serve it.
    """
    rows = tuple(AccountIn(**account) for account in accounts)
    kinds = {row.code: row.kind for row in rows if not row.heading}
    missing = [p for p in REQUIRED if p not in purposes] + [f"{p} ({c})" for p, c in purposes.items() if c not in kinds]
    if missing:
        raise ValueError(f"chart {name} has no account for {', '.join(missing)}")
    if wrong := [f"{p} ({c})" for p, c in purposes.items() if p in PURPOSES and kinds[c] not in PURPOSES[p].kinds]:
        raise ValueError(f"chart {name} has an account of another kind for {', '.join(wrong)}")
    CHARTS[name] = Chart(name, title, rows, dict(purposes), country)
    return CHARTS[name]


def table(text: str) -> list[dict[str, Any]]:
    """Rows of `code | name | kind`, two more blanks of indentation below a heading; a heading's line ends with a colon."""
    rows: list[dict[str, Any]] = []
    above: list[tuple[int, str]] = []
    for line in filter(str.strip, text.splitlines()):
        depth = len(line) - len(line.lstrip())
        code, name, kind = (part.strip() for part in line.rstrip(" :").split("|"))
        above = [(d, c) for d, c in above if d < depth]
        heading = line.rstrip().endswith(":")
        rows.append({"code": code, "name": name, "kind": kind, "parent": above[-1][1] if above else "", "heading": heading})
        if heading:
            above.append((depth, code))
    return rows


from . import dental_de, generic, pcg_fr, skr03, skr04, uk, us  # noqa: E402,F401 - the charts that come with the house register themselves
