"""Keep what an authority answered about the VAT id of a party."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.tax.models import VatCheck
from enfilade.back.tax.treatment import VatState, country_of_vat_id, read_vat_id, vat_state
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input, LongText, Ref, Today, command
from enfilade.core.context import Context, Refusal


@command(permission="tax.record_vat_check", label="Record a check of the VAT id", target="party")
def record_vat_check(
    ctx: Context,
    *,
    party: Ref[Party],
    answer: Annotated[str, Choice(*VatCheck.Answer.choices)] = VatCheck.Answer.VALID,
    on: Today,
    reference: Annotated[str, Input(label="Reference of the authority", max_length=100)] = "",
    said: LongText = "",
) -> VatCheck:
    """Keep what the authority answered about the VAT id that a party has now. Nothing is asked from here: VIES has a page of its own.

    on: day of the answer.
    reference: number of the consultation.
    said: what was confirmed, such as name, place and legal form.
    Refuses: no_vat_id, wrong_vat_id, not_yet; vat_check_kept (database).
    """
    vat_id = read_vat_id(party.tax_number)
    state = vat_state(vat_id, country_of_vat_id(vat_id))
    if state is VatState.NONE:
        raise Refusal("no_vat_id", "This party has no VAT number; enter it first.", field="party")
    if state is VatState.WRONG:
        raise Refusal("wrong_vat_id", "The VAT number of this party is wrong by its form or its check digits.", field="party")
    if on > ctx.today:
        raise Refusal("not_yet", "An answer is not of a day to come.", field="on")
    return VatCheck.objects.create(
        company=ctx.company, party=party, vat_id=vat_id, answer=answer, checked_on=on, checked_by=ctx.user, reference=reference, said=said
    )
