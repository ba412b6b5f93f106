"""Which tax holds on a day; returns and what the ledger says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from enfilade.base.money.queries import published_rates
from enfilade.base.money.rules import RateOn
from enfilade.base.money.rules import convert as convert_at
from enfilade.core.context import Context, Refusal

from .forms import Filled, filled, form_named
from .models import ImportScheme, TaxCode, TaxReturn, TaxReturnBox, TaxSetting, WithholdingKind
from .parts import TaxedPart, taxed_parts
from .rules import period_name, period_of


def tax_for(ctx: Context, tax_class: str, on: date, country: str = "") -> TaxCode:
    """The code of a tax class on a day, in the company's own country unless another is named.

    Refuses: no_tax_code.
    """
    return taxes_for(ctx, [tax_class], on, country)[tax_class]


def taxes_for(ctx: Context, tax_classes: Iterable[str], on: date, country: str = "") -> dict[str, TaxCode]:
    """The codes of several classes in one query.

    Refuses: no_tax_code.
    """
    wanted, where = set(tax_classes), country or ctx.company.country
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    found = {
        row.tax_class: row for row in TaxCode.objects.visible_to(ctx).filter(held, country=where, tax_class__in=wanted, valid_from__lte=on)
    }
    if missing := wanted - found.keys():
        raise Refusal("no_tax_code", f"No tax is set for {min(missing)} in {where} on {on:%Y-%m-%d}.", field="tax_class")
    return found


def rates_on(ctx: Context, on: date) -> dict[str, int]:
    """Rates above zero that hold in the company's own country on a day. Shape: tax class -> basis points."""
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    rows = TaxCode.objects.visible_to(ctx).filter(held, country=ctx.company.country, valid_from__lte=on, rate_bp__gt=0)
    return dict(rows.order_by("tax_class").values_list("tax_class", "rate_bp"))


def setting_on(ctx: Context, on: date) -> TaxSetting:
    """How the company is taxed on a day; when it is billed and every month, where nothing was said."""
    found = TaxSetting.objects.visible_to(ctx).filter(valid_from__lte=on).order_by("-valid_from").first()
    return found or TaxSetting(company=ctx.company, valid_from=on)


def deducted_when_paid(ctx: Context) -> list[tuple[date, bool]]:
    """Since when input tax is deducted when a bill is paid, and since when it is not. Shape: (from this day on, whether), oldest first."""
    rows = TaxSetting.objects.visible_to(ctx).order_by("valid_from").values_list("valid_from", "deduction")
    return [(since, deduction == TaxSetting.Deduction.PAID) for since, deduction in rows]


def import_scheme_on(ctx: Context, on: date) -> ImportScheme | None:
    """Under which number the company takes part in the Import One-Stop Shop on a day; None where it does not."""
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    return ImportScheme.objects.visible_to(ctx).filter(held, valid_from__lte=on).first()


def withholding_on(ctx: Context, kind: WithholdingKind, on: date) -> WithholdingKind | None:
    """A kind of withholding as it is on a day: the row with its code that holds then. None: on that day there is none."""
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    return WithholdingKind.objects.visible_to(ctx).filter(held, code=kind.code, valid_from__lte=on).first()


def booked_parts(ctx: Context, made: TaxReturn) -> list[TaxedPart]:
    """All that is taxed in the period of a return, as it stands now in the books."""
    return taxed_parts(ctx, made.from_on, made.to_on, cash=made.basis == TaxSetting.Basis.CASH)


def parts_of(ctx: Context, made: TaxReturn) -> list[TaxedPart]:
    """All that is taxed in the period of a return, as it is declared now.

    Refuses: no_published_rate.
    """
    return declared(ctx, made, booked_parts(ctx, made))


def declared(ctx: Context, made: TaxReturn, parts: list[TaxedPart]) -> list[TaxedPart]:
    """Parts as the form of a return takes them: where it converts, those that it covers, each with base and tax in its currency.

    Refuses: no_published_rate.
    Source: Directive 2006/112/EC art. 369h and 369u: in euros, at the rates that the European Central Bank published for the last day of
    the period, or for the next day of publication; Regulation (EU) 282/2011 art. 60: nothing is rounded to whole units.
    """
    form = form_named(made.form)
    if not form.converted:
        return parts
    told, _ = told_on(ctx, made, parts)
    rates = rates_of(ctx, made, told)
    return [_converted(part, ctx.company.currency, rates, made) for part in told]


def told_on(ctx: Context, made: TaxReturn, parts: Iterable[TaxedPart]) -> tuple[list[TaxedPart], list[TaxedPart]]:
    """The parts that a return declares; and those that it would, did they not change a period of too long ago.

    Source: Directive 2006/112/EC art. 369g(4) and 369t(2): within three years of the day on which the first return was due, which is the
    end of the month after its period; what comes later is told to the member state of consumption itself.
    """
    form = form_named(made.form)
    covered = [part for part in parts if form.covers(part, ctx.company.country)]
    if not form.corrects_years:
        return covered, []
    oldest = made.from_on.replace(year=made.from_on.year - form.corrects_years)
    told: list[TaxedPart] = []
    late: list[TaxedPart] = []
    for part in covered:
        (late if part.corrects_on is not None and part.corrects_on < oldest else told).append(part)
    return told, late


def corrected_by(part: TaxedPart, made: TaxReturn) -> tuple[date, date] | None:
    """The earlier period that a part changes on a return that tells such apart; None for what belongs to its own."""
    form = form_named(made.form)
    if not form.corrects_years or part.corrects_on is None or part.corrects_on >= made.from_on:
        return None
    return period_of(part.corrects_on, form.interval)


def rates_of(ctx: Context, made: TaxReturn, parts: Iterable[TaxedPart]) -> dict[tuple[date, str], RateOn]:
    """At which rates parts are converted on a return, corrections at those of their period. Shape: (last day, currency) -> worth in euros.

    Refuses: no_published_rate.
    """
    wanted: dict[date, set[str]] = {}
    for part in parts:
        wanted.setdefault(_last_day(part, made), set()).add(part.in_own(ctx.company.currency)[0])
    return {(day, code): rate for day, codes in wanted.items() for code, rate in published_rates(ctx, codes, day).items()}


def _last_day(part: TaxedPart, made: TaxReturn) -> date:
    """Of the period to which a part belongs."""
    period = corrected_by(part, made)
    return made.to_on if period is None else period[1]


def _converted(part: TaxedPart, own: str, rates: dict[tuple[date, str], RateOn], made: TaxReturn) -> TaxedPart:
    (currency, base, owed), period = part.in_own(own), corrected_by(part, made)
    worth = rates[_last_day(part, made), currency].worth_of
    return replace(
        part,
        base_minor=worth(base),
        owed_minor=worth(owed),
        currency=currency,
        there_base_minor=base,
        there_owed_minor=owed,
        corrects=period_name(period[0], form_named(made.form).interval) if period is not None else "",
    )


def worth_in_books(ctx: Context, made: TaxReturn) -> int | None:
    """What a return says is owed in the company's currency, at the rate at which it was converted; None where the form is in that.

    Refuses: no_published_rate.
    """
    own = ctx.company.currency
    if made.currency == own:
        return None
    return convert_at(made.payable_minor, published_rates(ctx, [own], made.to_on)[own].denominator, made.currency, own)


def boxes_now(ctx: Context, made: TaxReturn, parts: Sequence[TaxedPart] | None = None) -> list[Filled]:
    """The boxes of a return as they would be if it were prepared now."""
    found = parts_of(ctx, made) if parts is None else parts
    return filled(form_named(made.form), found, ctx.company.country, made.to_on, made.special_minor)


def boxes_of(ctx: Context, made: TaxReturn) -> list[TaxReturnBox]:
    """The boxes of a return as they were prepared, in the order of its form."""
    return list(TaxReturnBox.objects.visible_to(ctx).filter(tax_return=made).order_by("pk"))


def last_return(ctx: Context, form: str, from_on: date, *, lock: bool = False) -> TaxReturn | None:
    """The latest return of a period. lock: for whoever makes the next one."""
    rows = TaxReturn.objects.visible_to(ctx).filter(form=form, from_on=from_on).order_by("-version")
    return (rows.select_for_update(no_key=True) if lock else rows).first()


_MOVED = """
SELECT p.purpose, l.account_id, coalesce(sum(l.quantity_minor), 0)::bigint
  FROM ledger_accountpurpose p
  JOIN books_line l ON l.account_id = p.account_id AND l.company_id = p.company_id
                   AND l."on" BETWEEN %(from)s AND %(to)s AND l.unit = %(unit)s
  JOIN books_entry e ON e.id = l.entry_id
  LEFT JOIN books_entry o ON o.id = e.reverses_id
 WHERE p.company_id = %(company)s AND p.purpose = ANY(%(purposes)s) AND coalesce(o.origin, e.origin) NOT LIKE 'tax.taxreturn:%%'
 GROUP BY 1, 2
"""
TAX_PURPOSES = (
    "tax_output", "tax_output_reduced", "tax_output_acquisition", "tax_output_reverse", "tax_output_oss",
    "tax_input", "tax_input_reduced", "tax_input_acquisition", "tax_input_reverse", "tax_input_import",
)  # fmt: skip


def moved_in_ledger(ctx: Context, from_on: date, to_on: date) -> dict[str, int]:
    """What moved on each account of tax between two days, debit positive, what returns settled left out. Shape: purpose -> amount.

    Purposes that share an account share what moved: it stands at the first of them.
    """
    values: dict[str, Any] = {
        "from": from_on, "to": to_on, "unit": ctx.company.currency, "company": ctx.company_id, "purposes": list(TAX_PURPOSES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, values)
        rows = sorted(cursor.fetchall(), key=lambda row: TAX_PURPOSES.index(row[0]))
    seen: set[int] = set()
    found = {}
    for purpose, account, moved in rows:
        if account not in seen:
            found[purpose] = int(moved)
            seen.add(account)
    return found
