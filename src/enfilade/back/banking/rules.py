"""Pure rules of matching: what makes a line the same, what a line may be, how sure that is and why. No database, no clock."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from enfilade.base.money.days import T2_DAYS, BankingDays

NEAR_DAYS = 10
# Among so many invoices of a party, and so many sums of theirs, a combination is looked for.
AMONG_MAX, SUMS_MAX = 40, 5_000
# From here on a proposal may be accepted unseen; and from here on it is worth a look first.
SURE_PERCENT, LIKELY_PERCENT = 95, 75
AGES = ((7, "Up to a week"), (30, "8–30 days"), (90, "31–90 days"))
OLDEST = "Over 90 days"
# As billing writes them, and as they arrive: with other signs, or none, where banks fold a text.
_NUMBER = re.compile(r"\b([A-Z]{1,5})[\W_]{0,2}(20\d\d)[\W_]{0,2}(\d(?:[\W_]?\d){4})(?!\d)")
_GERMAN = re.compile(r"DE\d{20}")
_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of a line. open_minor: signed, in its currency; text: reference and purpose together."""

    key: int
    open_minor: int
    booked_on: date
    name: str
    iban: str
    text: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Another amount than the open one that pays an invoice as agreed. discount_minor: what is kept then; until: the last day for it.

    why: a sentence. withheld_minor: what the customer keeps back of it as tax for an office.
    """

    amount_minor: int
    why: str
    discount_minor: int = 0
    until: date | None = None
    withheld_minor: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What is known of an open invoice. ways: what else pays it as agreed, the smallest amount first."""

    key: int
    number: str
    party: int
    party_name: str
    open_minor: int
    due_on: date | None
    currency: str = ""
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an entry of the ledger moved on the account of the bank. text: of the entry and its origin."""

    key: int
    amount_minor: int
    on: date
    text: str


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What was learnt. name: of the account or the party that the rule leads to."""

    key: int
    iban: str
    words: str
    party: int | None
    account: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line may be. percent: how sure that is, a scale and no probability. reasons: why, as sentences.

    invoices: key and amount of each; entry, account: keys, where it is no invoice. shown: what it leads to in words, and with what amount.
    settler: an upper module that proposes it; items: what it settles there, a reference and an amount each.
    party: on whose account the money stays. discounts: what is kept of which invoice for paying early, as agreed. withheld: the same of
    tax that a customer keeps back.
    """

    percent: int
    reasons: tuple[str, ...]
    invoices: tuple[tuple[int, int], ...] = ()
    entry: int | None = None
    account: int | None = None
    shown: tuple[tuple[str, int], ...] = ()
    settler: str = ""
    items: tuple[tuple[str, int], ...] = ()
    party: int | None = None
    discounts: tuple[tuple[int, int], ...] = ()
    withheld: tuple[tuple[int, int], ...] = ()

    @property
    def code(self) -> str:
        """Names the proposal, so that what was seen is what is accepted."""
        if self.invoices:
            kept, tax = dict(self.discounts), dict(self.withheld)
            return "invoice:" + ",".join(
                f"{key}={amount}" + (f"-{kept[key]}" if key in kept else "") + (f"~{tax[key]}" if key in tax else "")
                for key, amount in self.invoices
            )
        if self.settler:
            return f"{self.settler}:" + ",".join(f"{reference}={amount}" for reference, amount in self.items)
        if self.party:
            return f"party:{self.party}"
        return f"entry:{self.entry}" if self.entry else f"account:{self.account}"

    @property
    def takes(self) -> set[str]:
        """What nobody else can have any more once it is accepted."""
        named = {f"invoice:{key}" for key, _ in self.invoices} | {reference.removeprefix("billing.") for reference, _ in self.items}
        return named | ({f"entry:{self.entry}"} if self.entry else set())


def fingerprints(contents: Sequence[tuple[object, ...]]) -> list[str]:
    """What makes each line of a statement the same line in another statement: its content, and which of several equal ones it is.

    contents: of the lines of one statement, in the order of the bank.
    Why the count: two equal payments on one day are two, and the same two again in a statement that overlaps.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for content in contents:
        seen[content] += 1
        found.append(hashlib.sha256("\x1f".join(map(str, (*content, seen[content]))).encode()).hexdigest())
    return found


def numbers_in(text: str) -> set[str]:
    """Numbers of invoices that a text may mean, as billing writes them: INV-2026-00001."""
    return {f"{head}-{year}-{re.sub(r'[^0-9]', '', rest)}" for head, year, rest in _NUMBER.findall(text.upper())}


def same_name(one: str, other: str) -> bool:
    """Whether two names have the same words, in any order and case."""
    first, second = (set(_LETTERS.sub(" ", name.casefold()).split()) for name in (one, other))
    return bool(first) and first == second


def applies(rule: RuleFacts, line: LineFacts) -> bool:
    """Whether a rule speaks of a line."""
    if rule.iban and rule.iban != line.iban:
        return False
    return rule.words.casefold() in f"{line.name} {line.text}".casefold()


def proposals(
    line: LineFacts,
    invoices: Sequence[InvoiceFacts],
    entries: Sequence[EntryFacts],
    rules: Sequence[RuleFacts],
    others: Sequence[Proposal] = (),
) -> list[Proposal]:
    """What a line may be, the surest first.

    invoices: open ones; entries: those that no line stands for; rules: that are active. Those of other lines may be among them.
    others: what upper modules say that it may be.
    """
    spoken = [rule for rule in rules if applies(rule, line)]
    found = [*_of_entries(line, entries), *others]
    if line.open_minor > 0:
        found += _of_invoices(line, invoices, {rule.party for rule in spoken if rule.party})
        found += [
            Proposal(
                50, (f"This account paid for {r.name} before.", "It stays on account."), party=r.party, shown=((r.name, line.open_minor),)
            )
            for r in spoken
            if r.party
        ]
    found += [
        Proposal(90 if rule.iban else 80, (_why_rule(rule),), account=rule.account, shown=((rule.name, line.open_minor),))
        for rule in spoken
        if rule.account
    ]
    best: dict[str, Proposal] = {}
    for proposal in found:
        if proposal.code not in best or best[proposal.code].percent < proposal.percent:
            best[proposal.code] = proposal
    return sorted(best.values(), key=lambda p: (-p.percent, p.code))


def surest(found: Sequence[Proposal]) -> Proposal | None:
    """The one proposal that is surer than every other; None where two are equally sure, so that a person decides."""
    if not found or (len(found) > 1 and found[1].percent == found[0].percent):
        return None
    return found[0]


def _why_rule(rule: RuleFacts) -> str:
    what = f"from {rule.iban}" if rule.iban else f"with “{rule.words}”"
    return f"Lines {what} were posted to {rule.name}."


def _of_entries(line: LineFacts, entries: Sequence[EntryFacts]) -> Iterable[Proposal]:
    named = numbers_in(line.text)
    for entry in entries:
        days = abs((entry.on - line.booked_on).days)
        if entry.amount_minor != line.open_minor or days > NEAR_DAYS:
            continue
        shown = ((entry.text, entry.amount_minor),)
        when = {0: "the same day", 1: "one day apart"}.get(days, f"{days} days apart")
        reasons = ("The ledger has an entry over this amount.", f"Bank and ledger are {when}.")
        if named & numbers_in(entry.text):
            yield Proposal(97, (*reasons, "Both name the same invoice."), entry=entry.key, shown=shown)
        else:
            yield Proposal(90 - 2 * days, reasons, entry=entry.key, shown=shown)


def _of_invoices(line: LineFacts, invoices: Sequence[InvoiceFacts], parties: set[int]) -> list[Proposal]:
    named = numbers_in(line.text)
    mine = [i for i in invoices if i.number in named]
    known = [i for i in invoices if i.party in parties]
    called = [i for i in invoices if same_name(i.party_name, line.name)]
    found = [_named(line, mine, parties)] if mine else []
    for invoice in invoices:
        way = fitting(line, invoice)
        if way is None:
            continue
        reasons, percent = [way.why], 40
        if invoice in known:
            reasons, percent = [*reasons, f"This account paid for {invoice.party_name} before."], 85
        elif invoice in called:
            reasons, percent = [*reasons, f"The name is that of {invoice.party_name}."], 75
        if invoice not in mine:
            found.append(_over(percent, reasons, [(invoice, way.amount_minor)], [way]))
    for whose, percent, why in ((known, 80, "This account paid for this party before."), (called, 70, "The name is that of the party.")):
        for invoices_of_one in _by_party(whose):
            found += _together(line, invoices_of_one, percent, why)
    return found


def fitting(line: LineFacts, invoice: InvoiceFacts) -> Way | None:
    """How the amount of a line pays an invoice as it was agreed: all that is open, or another way whose days are not over."""
    ways = (Way(invoice.open_minor, "The amount is what is open."), *invoice.ways)
    return next((w for w in ways if w.amount_minor == line.open_minor and (w.until is None or line.booked_on <= w.until)), None)


def _less_discounts(line: LineFacts, invoices: Sequence[InvoiceFacts]) -> list[Way]:
    """How each invoice is paid with its largest discount that holds on the day; [] where there is none, or they are not the amount."""
    ways = []
    for invoice in invoices:
        held = (w for w in invoice.ways if w.discount_minor and w.until is not None and line.booked_on <= w.until)
        ways.append(next(held, Way(invoice.open_minor, "")))
    fits = sum(w.amount_minor for w in ways) == line.open_minor and any(w.discount_minor for w in ways)
    return ways if fits else []


def _by_party(invoices: Sequence[InvoiceFacts]) -> list[list[InvoiceFacts]]:
    whose: dict[int, list[InvoiceFacts]] = {}
    for invoice in invoices:
        whose.setdefault(invoice.party, []).append(invoice)
    return [found for found in whose.values() if len(found) > 1]


def _together(line: LineFacts, invoices: Sequence[InvoiceFacts], percent: int, why: str) -> list[Proposal]:
    """Invoices of one party that make up the amount together: all of them, or the one choice there is among the longest due."""
    chosen: Sequence[InvoiceFacts] = invoices
    if less := _less_discounts(line, invoices):
        count = len(invoices)
        reasons = [f"{count} invoices, less the discounts agreed for paying early, are the amount.", why]
        parts = [(i, w.amount_minor) for i, w in zip(invoices, less, strict=True)]
        return [_over(percent, reasons, parts, less)]
    if sum(i.open_minor for i in invoices) != line.open_minor:
        due = sorted(invoices, key=lambda i: (i.due_on or date.max, i.key))[:AMONG_MAX]
        ways = combinations(line.open_minor, [i.open_minor for i in due])
        if not ways or len(ways[0]) < 2:
            return []
        chosen = [due[place] for place in ways[0]]
        percent -= 2 if len(ways) == 1 else 30
    reasons = [f"{len(chosen)} invoices together are the amount.", why]
    if percent < 60:
        reasons.append("Other invoices make up the same amount.")
    return [_over(percent, reasons, [(i, i.open_minor) for i in chosen])]


def combinations(amount_minor: int, opens: Sequence[int]) -> list[tuple[int, ...]]:
    """Which of some amounts make up another one together: at most two ways, as places in the list; the first has the earliest places.

    Why bounded: sums that were reached are remembered, at most SUMS_MAX of them, so that it ends whatever the amounts are; beyond, what
    was not found is not proposed.
    """
    reached: dict[int, list[tuple[int, ...]]] = {0: [()]}
    for place, open_minor in enumerate(opens):
        for total, ways in [(total, tuple(ways)) for total, ways in reached.items()]:
            new = total + open_minor
            if new > amount_minor or (new not in reached and len(reached) >= SUMS_MAX):
                continue
            kept = reached.setdefault(new, [])
            kept += [(*way, place) for way in ways[: 2 - len(kept)]]
    return reached.get(amount_minor, []) if amount_minor else []


def _named(line: LineFacts, mine: Sequence[InvoiceFacts], parties: set[int]) -> Proposal:
    """Invoices whose numbers stand in the text: paid wholly, in part, or with something left over."""
    reasons = [f"The text names {', '.join(i.number for i in mine)}."]
    owed = sum(i.open_minor for i in mine)
    percent, way = 60, fitting(line, mine[0]) if len(mine) == 1 else None
    ways = _less_discounts(line, mine) if way is None else [way]
    if way is not None:
        reasons.append(way.why)
        percent = 97
    elif ways:
        reasons.append("They are the amount, less the discounts agreed for paying early.")
        percent = 97
    elif owed == line.open_minor:
        reasons.append("The amount is what is open.")
        percent = 97
    elif owed < line.open_minor:
        reasons.append("More came than is open; the rest stays unmatched.")
    else:
        reasons.append("Less came than is open; the rest stays owed.")
    if any(i.party in parties for i in mine):
        reasons.append("This account paid for this party before.")
        percent = min(99, percent + 10)
    elif any(same_name(i.party_name, line.name) for i in mine):
        reasons.append("The name is that of the party.")
        percent = min(99, percent + 8)
    if ways:
        return _over(percent, reasons, [(i, w.amount_minor) for i, w in zip(mine, ways, strict=True)], ways)
    return _over(percent, reasons, list(shares(line.open_minor, mine)))


def _over(percent: int, reasons: Sequence[str], parts: Sequence[tuple[InvoiceFacts, int]], ways: Sequence[Way] = ()) -> Proposal:
    """ways: how each of the invoices is paid, where that is not simply by so much money."""
    kept = list(zip((invoice.key for invoice, _ in parts), ways, strict=False))
    discounts = tuple((key, way.discount_minor) for key, way in kept if way.discount_minor)
    withheld = tuple((key, way.withheld_minor) for key, way in kept if way.withheld_minor)
    shown = tuple((f"{invoice.number} · {invoice.party_name}", amount) for invoice, amount in parts)
    invoices = tuple((invoice.key, amount) for invoice, amount in parts)
    return Proposal(percent, tuple(reasons), invoices=invoices, shown=shown, discounts=discounts, withheld=withheld)


def shares(amount_minor: int, invoices: Sequence[InvoiceFacts]) -> Iterable[tuple[InvoiceFacts, int]]:
    """How much of an amount goes to each invoice, the longest due first; what gets nothing is left out."""
    for invoice in sorted(invoices, key=lambda i: (i.due_on or date.max, i.key)):
        part = min(amount_minor, invoice.open_minor)
        if part > 0:
            yield invoice, part
            amount_minor -= part


def age_of(since: date, on: date) -> str:
    """How long a break has been one."""
    return next((name for limit, name in AGES if (on - since).days <= limit), OLDEST)


def account_names(number: str) -> set[str]:
    """How files may call an account that has this IBAN: the IBAN, or of a German one bank code and number."""
    names = {number}
    if _GERMAN.fullmatch(number):
        names |= {number[4:], number[4:12] + number[12:].lstrip("0")}
    return names


@dataclass(frozen=True, slots=True)
class Span:
    """A statement as a span with two balances."""

    key: int
    from_on: date
    to_on: date
    opening_minor: int
    closing_minor: int


def gaps(spans: Sequence[Span]) -> list[tuple[Span, int]]:
    """Statements whose opening balance no earlier statement ends with, and by how much it differs from the one before.

    A statement that overlaps another one is no gap: their lines are compared one by one.
    """
    found, ends, last = [], set(), None
    for span in sorted(spans, key=lambda s: (s.from_on, s.to_on, s.key)):
        if last is not None and span.opening_minor not in ends and span.from_on > last.to_on:
            found.append((span, span.opening_minor - last.closing_minor))
        ends.add(span.closing_minor)
        last = span if last is None or span.to_on >= last.to_on else last
    return found


# Source: ECB, T2 calendar; EPC016-06 4.3.1.
SEPA_DAYS = T2_DAYS
# Source: Federal Reserve Financial Services, holiday schedule: a holiday on a Sunday is kept on Monday, one on a Saturday is not moved.
US_DAYS = BankingDays("XFED")
