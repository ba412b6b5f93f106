"""What several commands of direct debits share."""

from __future__ import annotations

from collections.abc import Iterable

from enfilade.back.direct_debits.models import Collection, CollectionPart, CollectionRun, Creditor, Mandate, MandateAmendment
from enfilade.back.direct_debits.queries import creditor_of
from enfilade.core.context import Context, Refusal
from enfilade.core.numbers import draw_number


def number_of(ctx: Context, series: str, prefix: str, year: int) -> str:
    """The next number of a series of a year: DD-2026-00001."""
    return draw_number(ctx, f"direct_debits.{series}", prefix, year)


def require_creditor(ctx: Context) -> Creditor:
    """Under what the company collects.

    Refuses: no_creditor.
    """
    creditor = creditor_of(ctx)
    if creditor is None:
        raise Refusal("no_creditor", "Enter the creditor identifier of the company first; your central bank gives it.")
    return creditor


def hold_run(ctx: Context, key: int) -> CollectionRun:
    """A run, fresh and locked."""
    return CollectionRun.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=key)


def set_live(ctx: Context, collection: Collection, *, live: bool) -> None:
    """Say whether a collection still wants its invoices."""
    CollectionPart.objects.visible_to(ctx).filter(collection=collection).update(live=live)


def finish(ctx: Context, run: CollectionRun) -> None:
    """Say that a run is done once no collection of it is planned any more, or that it is on its way again."""
    planned = Collection.objects.visible_to(ctx).filter(run=run, state=Collection.State.PLANNED).exists()
    if run.state in {CollectionRun.State.SENT, CollectionRun.State.DONE}:
        run.state = CollectionRun.State.SENT if planned else CollectionRun.State.DONE
        run.save(update_fields=["state"])


def hold_mandate(ctx: Context, key: int) -> Mandate:
    """A mandate, fresh and locked."""
    return Mandate.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).select_related("party").get(pk=key)


def forget_told(ctx: Context, collections: Iterable[Collection]) -> None:
    """The bank never saw these collections as valid, so it is told again what was changed of their mandates."""
    MandateAmendment.objects.visible_to(ctx).filter(told_in__in=collections).update(told_in=None)
