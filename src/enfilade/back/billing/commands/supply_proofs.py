"""Keep what proves that the goods of an untaxed sale left the country."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.billing.models import Invoice, SupplyProof
from enfilade.back.billing.queries import needs_proof
from enfilade.core.command import Input, Ref, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile


@command(
    permission="billing.note_supply_proof",
    label="Note the proof of supply",
    target="invoice",
    offered=lambda invoice: invoice.number is not None,
)
def note_supply_proof(
    ctx: Context,
    *,
    invoice: Ref[Invoice],
    reference: Annotated[str, Input(label="What it is, and its number", max_length=200)],
    on: Today,
    file: Annotated[StoredFile | None, Input(shared=True, label="The proof itself")] = None,
) -> SupplyProof:
    """Note that goods of an invoice were exported, or arrived in another member state, and by what that is proved.

    reference: such as the number of the export declaration (MRN), or “Gelangensbestätigung”.
    on: day of the proof.
    Refuses: no_proof_needed, not_yet; supply_proof_named (database).
    """
    if not needs_proof(ctx, [invoice.pk]):
        raise Refusal(
            "no_proof_needed", "This invoice has no goods that are sold without tax because they leave the country.", field="invoice"
        )
    if on > ctx.today:
        raise Refusal("not_yet", "A proof is not of a day to come.", field="on")
    return SupplyProof.objects.create(
        company=ctx.company, invoice=invoice, on=on, reference=reference.strip(), file=file, noted_by=ctx.user, noted_at=ctx.now
    )
