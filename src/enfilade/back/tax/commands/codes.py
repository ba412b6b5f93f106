"""Load the tax codes of a country."""

from __future__ import annotations

from datetime import date

from enfilade.back.tax.models import TaxCode
from enfilade.back.tax.presets import preset
from enfilade.core.command import command
from enfilade.core.context import Context, Refusal


@command(permission="tax.load_tax_codes", hidden=True)
def load_tax_codes(ctx: Context, *, country: str = "") -> TaxCode:
    """Add the tax codes that are known for a country.

    country: ISO 3166-1 alpha-2; the company's own when left out.
    Refuses: no_preset; tax_code_once, tax_one_code_a_day (database).
    """
    wanted = country or ctx.company.country
    codes = preset(wanted)
    if not codes:
        raise Refusal("no_preset", f"No tax codes are known for {wanted}; add them by hand.", field="country")
    rows = []
    for data in codes:
        days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("valid_from", "valid_until")}
        rows.append(TaxCode(company=ctx.company, country=wanted, **{**data, **days}))
    return TaxCode.objects.bulk_create(rows)[0]
