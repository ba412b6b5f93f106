"""Lines that are deposits: taken as security, or given back. What they may be is said here as an upper module would say it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Sequence
from typing import NoReturn

from enfilade.back.billing.models import Deposit
from enfilade.back.billing.queries import deposits_like
from enfilade.base.party.queries import live_parties
from enfilade.base.party.rules import name_key
from enfilade.core.context import Context
from enfilade.core.language.words import say

from .commands.depositing import settle_proposal
from .models import MatchRule
from .rules import LineFacts, Proposal, numbers_in, same_name
from .settlers import Settler, register_settler

# Entries of deposits come from billing; their matches name the payment, by which they are taken back.
MODULE = "billing"
_SECURITY = re.compile(r"\b(kaution|mietkaution|sicherheitsleistung|(security )?deposit|caution|d[eé]p[oô]t de garantie)\b", re.IGNORECASE)


def proposed(ctx: Context, lines: Sequence[LineFacts]) -> dict[int, list[Proposal]]:
    """Which deposits lines may be. Shape: key of the line -> proposals. The number of queries does not grow with the lines."""
    own = [line for line in lines if line.currency == ctx.company.currency]
    came = [line for line in own if line.open_minor > 0 and _SECURITY.search(line.text)]
    went = [line for line in own if line.open_minor < 0]
    known = _known(ctx, came + went)
    found: dict[int, list[Proposal]] = {}
    if went:
        numbers = {number for line in went for number in numbers_in(line.text)}
        held = deposits_like(ctx, {-line.open_minor for line in went}, numbers)
        found |= {line.key: of_held(line, held, known[line.iban]) for line in went}
    if came:
        rows = live_parties(ctx).filter(name_key__in={name_key(line.name) for line in came if line.name})
        called = list(rows.order_by("pk").values_list("pk", "name"))
        found |= {line.key: of_parties(line, {**dict(called), **known[line.iban]}, known[line.iban].keys()) for line in came}
    return found


def _known(ctx: Context, lines: Sequence[LineFacts]) -> dict[str, dict[int, str]]:
    """Whose accounts these are. Shape: IBAN -> key and name of parties."""
    rows = MatchRule.objects.visible_to(ctx).filter(iban__in={line.iban for line in lines if line.iban}, party__isnull=False, active=True)
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for iban, key, name in rows.order_by("pk").values_list("iban", "party", "party__name"):
        found[iban][key] = name
    return found


def of_parties(line: LineFacts, parties: dict[int, str], paid_before: Container[int]) -> list[Proposal]:
    """Money that came with a word for a security, of somebody who is known. parties: key and name of those it may be."""
    found = []
    for key, name in parties.items():
        reasons, percent = ["The text speaks of a deposit."], 0
        if key in paid_before:
            reasons, percent = [*reasons, f"This account paid for {name} before."], 86
        elif same_name(name, line.name):
            reasons, percent = [*reasons, f"The name is that of {name}."], 80
        if percent:
            found.append(_proposal(percent, reasons, f"party.party:{key}", line.open_minor, say(f"Deposit of {name}")))
    return found


def of_held(line: LineFacts, deposits: Sequence[Deposit], paid_before: dict[int, str]) -> list[Proposal]:
    """Money that went out and may be a deposit that is held."""
    found, numbers = [], numbers_in(line.text)
    for deposit in deposits:
        named = deposit.number in numbers
        if -line.open_minor > deposit.held_minor or (-line.open_minor != deposit.held_minor and not named):
            continue
        whole = -line.open_minor == deposit.held_minor
        reasons = ["The amount is what is held of a deposit."] if whole else ["It is a part of what is held of a deposit."]
        percent = 45
        if named:
            reasons, percent = [*reasons, f"The text names {deposit.number}."], 97 if whole else 88
        elif deposit.party_id in paid_before:
            reasons, percent = [*reasons, f"This account paid for {deposit.party.name} before."], 90
        elif same_name(deposit.party.name, line.name):
            reasons, percent = [*reasons, f"The name is that of {deposit.party.name}."], 84
        found.append(_proposal(percent, reasons, f"billing.deposit:{deposit.pk}", line.open_minor, f"{deposit} · {deposit.party.name}"))
    return found


def _proposal(percent: int, reasons: Sequence[str], reference: str, amount_minor: int, shown: str) -> Proposal:
    return Proposal(percent, tuple(reasons), shown=((shown, amount_minor),), settler=MODULE, items=((reference, amount_minor),))


def _by_its_payment(*_: object) -> NoReturn:
    """A match of a deposit names its payment, and is taken back by that; no other entry of billing comes here."""
    raise LookupError("a match with an entry of billing names its payment")


register_settler(Settler(MODULE, proposed, settle_proposal, _by_its_payment))
