"""Named reads of direct debits: who may be collected from, what is due, and what a line of the bank may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Many
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from enfilade.back.banking.rules import LineFacts, Proposal
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import DuePart, due_parts, owed_by
from enfilade.back.dunning.queries import held_back
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from .guesses import CollectionFacts, guesses
from .models import Collection, CollectionPart, CollectionRun, Creditor, Mandate, MandateAmendment

COLLECTIONS_MAX = 5_000
_ON_THEIR_WAY = (CollectionRun.State.RELEASED, CollectionRun.State.SENT)


def creditor_of(ctx: Context) -> Creditor | None:
    """Under what the company collects; None where it does not."""
    return Creditor.objects.visible_to(ctx).first()


def mandates_of(ctx: Context, party: Party, limit: int = 20) -> list[Mandate]:
    """The mandates of a payer, the newest first."""
    return list(Mandate.objects.visible_to(ctx).filter(party__in=merged_keys(ctx, party)).select_related("party").order_by("-pk")[:limit])


def in_collections(ctx: Context, invoices: Iterable[int]) -> dict[int, Collection]:
    """The collection that each invoice is in now. Shape: key of the invoice -> collection, with its run."""
    parts = CollectionPart.objects.visible_to(ctx).filter(invoice__in=list(invoices), live=True).select_related("collection__run")
    return {part.invoice_id: part.collection for part in parts}


@dataclass(frozen=True, slots=True)
class Collectable:
    """An open invoice of a payer with a mandate, and what keeps it out of a run, in a sentence; "" where nothing does.

    amount_minor: what of it is collected: of an invoice in instalments, those that are due; due_on: the day of the first.
    """

    invoice: Invoice
    amount_minor: int
    due_on: date
    mandate: Mandate | None
    why: str
    url: str = ""


def to_collect(ctx: Context, due_by: date, on: date, invoices: Many[int] | None = None) -> list[Collectable]:
    """Open invoices that are due until a day of payers who have a mandate, the longest due first, each with what holds it.

    on: the day on which it would be collected. invoices: only these, whether or not there is a mandate; what is due of them until then,
        or all that is open where nothing is.
    """
    if invoices is None:
        mandates = _latest(ctx)
        owed = owed_by(ctx, parties=mandates.keys())
    else:
        owed = owed_by(ctx, keys=invoices)
        mandates = _latest(ctx, {i.party_id for i in owed})
    due = _due(due_parts(ctx, owed), due_by, also_later=invoices is not None)
    owed = sorted((i for i in owed if i.pk in due), key=lambda i: (due[i.pk].due_on, i.pk))
    taken, held = in_collections(ctx, [i.pk for i in owed]), held_back(ctx, on, [i.pk for i in owed])
    return [_collectable(i, due[i.pk], mandates.get(i.party_id), taken.get(i.pk), held.get(i.pk, ""), on) for i in owed]


def _due(parts: Mapping[int, Sequence[DuePart]], due_by: date, *, also_later: bool) -> dict[int, DuePart]:
    """What of each invoice is due until a day, together; all that is open where nothing is and also_later is said."""
    found = {}
    for key, open_parts in parts.items():
        now = [part for part in open_parts if part.due_on <= due_by] or (open_parts if also_later else [])
        if now:
            found[key] = DuePart(now[0].due_on, sum(part.open_minor for part in now))
    return found


def _latest(ctx: Context, parties: Many[int] | None = None) -> dict[int, Mandate]:
    """The mandate of each payer that counts, of all payers or of some: the valid one, else the last that did not end."""
    rows = Mandate.objects.visible_to(ctx).exclude(state=Mandate.State.ENDED).select_related("party")
    if parties is not None:
        rows = rows.filter(party__in=parties)
    return {m.party_id: m for m in sorted(rows, key=lambda m: (m.state == Mandate.State.ACTIVE, m.pk))}


def _collectable(invoice: Invoice, due: DuePart, mandate: Mandate | None, taken: Collection | None, held: str, on: date) -> Collectable:
    def found(why: str, url: str = "") -> Collectable:
        return Collectable(invoice, due.open_minor, due.due_on, mandate, why, url)

    if taken is not None:
        return found(f"In the collection run {taken.run}", f"/direct_debits/collection-runs/{taken.run_id}/")
    if mandate is None:
        return found("The payer gave no mandate", f"/direct_debits/do/prepare_mandate/?party={invoice.party_id}")
    url = f"/direct_debits/mandates/{mandate.pk}/"
    if invoice.currency != "EUR":
        return found("Only euro is collected by a direct debit", f"/billing/invoices/{invoice.pk}/")
    if held:
        return found(held, f"/billing/invoices/{invoice.pk}/")
    if mandate.state == Mandate.State.DRAFT:
        return found("The mandate waits for its signature", url)
    if mandate.state == Mandate.State.SUSPENDED:
        return found("The mandate is not used for now", url)
    if mandate.valid_until is not None and mandate.valid_until < on:
        return found("The mandate has expired: it was not used for 36 months", url)
    return found("")


def parts_of(ctx: Context, collection: Collection) -> list[CollectionPart]:
    """What a collection takes, with the invoices, in the order in which it was put together."""
    return list(CollectionPart.objects.visible_to(ctx).filter(collection=collection).select_related("invoice").order_by("pk"))


def parts_by_collection(ctx: Context, collections: Iterable[Collection]) -> dict[int, list[CollectionPart]]:
    """The same of many collections. Shape: key of the collection -> parts."""
    found: dict[int, list[CollectionPart]] = defaultdict(list)
    for part in CollectionPart.objects.visible_to(ctx).filter(collection__in=list(collections)).select_related("invoice").order_by("pk"):
        found[part.collection_id].append(part)
    return found


def untold(ctx: Context, mandates: Many[int]) -> dict[int, list[MandateAmendment]]:
    """Amendments that the bank was not told of. Shape: key of the mandate -> amendments, oldest first."""
    found: dict[int, list[MandateAmendment]] = defaultdict(list)
    for row in MandateAmendment.objects.visible_to(ctx).filter(mandate__in=mandates, told_in=None).order_by("pk"):
        found[row.mandate_id].append(row)
    return found


def collections_of(ctx: Context, mandate: Mandate, limit: int = 20) -> list[Collection]:
    """The last collections by a mandate."""
    return list(Collection.objects.visible_to(ctx).filter(mandate=mandate).select_related("run").order_by("-pk")[:limit])


def collections_for(ctx: Context, invoice: Invoice) -> list[Collection]:
    """Every collection that an invoice was in, oldest first."""
    parts = CollectionPart.objects.visible_to(ctx).filter(invoice=invoice).select_related("collection__run", "collection__mandate")
    return [part.collection for part in parts.order_by("pk")]


def named(ctx: Context, references: Many[str]) -> dict[str, Collection]:
    """Collections by their end-to-end references. Shape: reference -> collection, with its run and mandate."""
    rows = Collection.objects.visible_to(ctx).filter(end_to_end__in=references).select_related("run", "mandate", "party")
    return {row.end_to_end: row for row in rows}


def proposed(ctx: Context, lines: Sequence[LineFacts]) -> dict[int, list[Proposal]]:
    """What lines may be: a whole run, what was collected in it by one sequence, one collection, or one that came back."""
    wanted = [line for line in lines if line.currency == "EUR"]
    if not wanted:
        return {}
    waiting = _facts(ctx, Collection.State.PLANNED, run__state__in=_ON_THEIR_WAY) if any(x.open_minor > 0 for x in wanted) else []
    credited = _facts(ctx, Collection.State.CREDITED) if any(x.open_minor < 0 for x in wanted) else []
    return {line.key: guesses(line, waiting if line.open_minor > 0 else credited) for line in wanted}


def _facts(ctx: Context, state: str, **of: object) -> list[CollectionFacts]:
    rows = Collection.objects.visible_to(ctx).filter(state=state, **of).select_related("run__bank_account", "mandate__party", "party")
    return [
        CollectionFacts(
            c.pk, c.end_to_end, c.run.number, c.sequence, c.run.collect_on, c.party.name, c.mandate.iban, c.amount_minor, c.return_code
        )
        for c in rows.order_by("-pk")[:COLLECTIONS_MAX]
    ]


def untold_payers(ctx: Context, run: CollectionRun) -> int:
    """How many payers of a run were not told yet."""
    return Collection.objects.visible_to(ctx).filter(run=run, state=Collection.State.PLANNED, noticed_on=None).count()
