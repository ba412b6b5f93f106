"""Load the kinds of withholding of a country."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from enfilade.back.tax.known import withholding_of
from enfilade.back.tax.models import WithholdingKind
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal


@command(permission="tax.add_withholdingkind", label="Load those of a country", target="")
def load_withholding_kinds(
    ctx: Context, *, country: Annotated[str, Input(max_length=2, help="ISO 3166-1 alpha-2; the company's own when left out.")] = ""
) -> WithholdingKind:
    """Add the kinds of withholding that are known for a country; those that are there stay as they are.

    country: whose law orders it; the company's own when left out.
    Refuses: no_preset, nothing_missing.
    """
    wanted = (country or ctx.company.country).upper()
    found = withholding_of(wanted)
    if not found:
        raise Refusal("no_preset", f"Nothing is known of withholding in {wanted}; add the kinds by hand.", field="country")
    there = set(WithholdingKind.objects.visible_to(ctx).values_list("code", flat=True))
    missing = [WithholdingKind(company=ctx.company, country=wanted, **asdict(one)) for one in found if one.code not in there]
    if not missing:
        raise Refusal("nothing_missing", "All kinds that are known for this country are there.", field="country")
    return WithholdingKind.objects.bulk_create(missing)[0]
