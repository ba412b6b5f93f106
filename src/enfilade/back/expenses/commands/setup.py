"""What is agreed beforehand: categories and rates as they are known, and where somebody is paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from enfilade.back.expenses.models import ExpenseCategory, MileageRate, PerDiemRate
from enfilade.back.expenses.presets import CATEGORIES, CURRENCIES, MILEAGE, PER_DIEM
from enfilade.back.ledger.queries import chart_of, ledger_book
from enfilade.back.payables.commands import enter_account, enter_us_account
from enfilade.back.payables.commands.accounts import Routing, UsKind, UsNumber
from enfilade.back.payables.models import SupplierAccount
from enfilade.base.books.queries import accounts_by_code
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal

from .common import require_person

Dated = TypeVar("Dated", MileageRate, PerDiemRate)
SHARE = {ExpenseCategory.Kind.ENTERTAINMENT: Decimal(70)}


@command(permission="expenses.load_categories", label="Begin with the usual categories", target="")
def load_categories(ctx: Context) -> ExpenseCategory:
    """Add the expense categories that are usual, on the accounts of your chart; those that are there stay as they are.

    Refuses: no_ledger, nothing_missing.
    """
    chart = chart_of(ctx)
    known = set(ExpenseCategory.objects.visible_to(ctx).values_list("code", flat=True))
    accounts = {account.code: account for account in accounts_by_code(ctx, ledger_book(ctx))}
    rows = []
    for one in CATEGORIES:
        account, rest = accounts.get(one.accounts.get(chart, "")), accounts.get(one.rest.get(chart, ""))
        if account is None or one.code in known or (one.rest and rest is None):
            continue
        share = SHARE.get(ExpenseCategory.Kind(one.kind), Decimal(100))
        given = {"tax_class": one.tax_class, "account": account, "rest_account": rest, "deductible_percent": share}
        rows.append(ExpenseCategory(company=ctx.company, code=one.code, name=one.name, kind=one.kind, **given))
    if not rows:
        raise Refusal("nothing_missing", "All categories that are known for your chart of accounts are there.")
    return ExpenseCategory.objects.bulk_create(rows)[0]


@command(permission="expenses.load_rates", label="Begin with the rates of the law", target="")
def load_rates(ctx: Context) -> MileageRate:
    """Add the mileage rates and rates of days away that the law of your country sets; those that are there stay as they are.

    Refuses: no_preset, nothing_missing.
    """
    country = ctx.company.country
    if CURRENCIES.get(country) != ctx.company.currency:
        raise Refusal("no_preset", "No rates are known for your country and currency; add them by hand, each with its source.")
    drives = {(row.vehicle, row.valid_from.isoformat()) for row in MileageRate.objects.visible_to(ctx)}
    away = {(row.country, row.valid_from.isoformat()) for row in PerDiemRate.objects.visible_to(ctx)}
    first = [_dated(MileageRate(company=ctx.company, **r)) for r in MILEAGE[country] if (r["vehicle"], r["valid_from"]) not in drives]
    more = [_dated(PerDiemRate(company=ctx.company, **r)) for r in PER_DIEM.get(country, []) if (r["country"], r["valid_from"]) not in away]
    if not first and not more:
        raise Refusal("nothing_missing", "All rates that are known for your country are there.")
    made = MileageRate.objects.bulk_create(first)
    PerDiemRate.objects.bulk_create(more)
    found = made[0] if made else MileageRate.objects.visible_to(ctx).first()
    assert found is not None  # noqa: S101 - every country with rates of days away has mileage rates
    return found


@command(permission="expenses.say_account", label="Say where you are paid", target="")
def say_account(ctx: Context, *, iban: Annotated[str, Input(label="IBAN", max_length=42)]) -> SupplierAccount:
    """Say to which account your expenses are paid back. A second person has to confirm it before anything is paid to it.

    Refuses: no_person, bad_iban; supplier_account_once (database).
    """
    return enter_account(ctx, supplier=require_person(ctx), iban=iban)


@command(permission="expenses.say_account", label="Say at which US bank you are paid", target="")
def say_us_account(ctx: Context, *, routing: Routing, number: UsNumber, kind: UsKind) -> SupplierAccount:
    """Say to which account in the United States your expenses are paid back. A second person has to confirm it first.

    routing: of the bank, for ACH; the one for wires may be another.
    kind: a credit to the wrong kind comes back.
    Refuses: no_person, bad_routing, bad_number; supplier_account_once (database).
    """
    return enter_us_account(ctx, supplier=require_person(ctx), routing=routing, number=number, kind=kind)


def _dated(row: Dated) -> Dated:
    row.valid_from = date.fromisoformat(str(row.valid_from))
    return row
