"""Accounts that suppliers are paid to: entered by one person, confirmed by another, ended."""

from __future__ import annotations

from typing import Annotated

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from enfilade.back.payables import rules
from enfilade.back.payables.models import SupplierAccount
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input, LongText, command
from enfilade.core.context import Context, Refusal

_Supplier = Annotated[Party, Input(shared=True, query="party_roles__role=supplier")]
Routing = Annotated[str, Input(label="Routing number", max_length=12, help="Nine digits, at the lower left of a check.")]
UsNumber = Annotated[str, Input(label="Account number", max_length=24)]
UsKind = Annotated[str, Choice(*SupplierAccount.Kind.choices, label="Kind of account", widget="radio")]


@command(permission="payables.enter_account", label="Enter an account of a supplier", target="")
def enter_account(
    ctx: Context,
    *,
    supplier: _Supplier,
    iban: Annotated[str, Input(label="IBAN", max_length=42)],
    holder: Annotated[str, Input(max_length=70, help="Only where it is not the supplier's own, for example a factor's.")] = "",
) -> SupplierAccount:
    """Say where a supplier wants to be paid. A second person has to confirm it before a run pays to it.

    Refuses: bad_iban; supplier_account_once (database).
    """
    return _write(ctx, supplier, require_iban(iban), holder)


@command(permission="payables.enter_account", label="Enter a US account of a supplier", target="")
def enter_us_account(
    ctx: Context,
    *,
    supplier: _Supplier,
    routing: Routing,
    number: UsNumber,
    kind: UsKind,
    holder: Annotated[str, Input(max_length=70, help="Only where it is not the supplier's own, for example a factor's.")] = "",
) -> SupplierAccount:
    """Say at which bank in the United States a supplier wants to be paid. A second person has to confirm it before a run pays to it.

    routing: of the bank, for ACH; the one for wires may be another.
    kind: a credit to the wrong kind comes back.
    Refuses: bad_routing, bad_number; supplier_account_once (database).
    """
    plain, account = rules.plain_routing(routing), rules.plain_account(number)
    if not plain:
        said = f"{routing.strip()[:12]} is not a routing number: a digit is wrong, missing or too many."
        raise Refusal("bad_routing", said, field="routing")
    if not account:
        said = "The number of an account in the United States has at most 17 letters, digits and hyphens."
        raise Refusal("bad_number", said, field="number")
    return _create(ctx, supplier, holder, routing=plain, number=account, kind=kind)


@command(permission="payables.confirm_account", label="Confirm", tone="primary")
def confirm_account(
    ctx: Context,
    *,
    account: SupplierAccount,
    evidence: Annotated[
        str, Input(label="How was it checked?", help="For example: called the number in our book, not the one on the letter.")
    ],
) -> SupplierAccount:
    """Say that an account is the supplier's, as a second person who has asked her.

    Refuses: own_account, not_entered; supplier_account_two_people (database).
    Why: a letter with a new account is how bills are stolen most often.
    """
    if account.entered_by_id == ctx.user.pk:
        raise Refusal("own_account", "You entered this account yourself, so somebody else has to confirm it.")
    account.state, account.confirmed_by, account.confirmed_at = SupplierAccount.State.CONFIRMED, ctx.user, ctx.now
    account.evidence = evidence
    account.save(update_fields=["state", "confirmed_by", "confirmed_at", "evidence"])
    return account


@command(permission="payables.end_account", label="Pay here no more", tone="danger")
def end_account(ctx: Context, *, account: SupplierAccount, reason: LongText) -> SupplierAccount:
    """Pay nothing to an account any more, or say that it is not the supplier's.

    reason: stays with the account.
    Refuses: not_entered_or_confirmed.
    """
    account.state, account.evidence = SupplierAccount.State.ENDED, f"{account.evidence}\n{reason}".strip()
    account.save(update_fields=["state", "evidence"])
    return account


def note_account(ctx: Context, supplier: Party, iban: str) -> None:
    """Keep an account that a bill names, where it is new; it waits for a second person like one that was typed."""
    known = SupplierAccount.objects.visible_to(ctx).filter(supplier=supplier, iban=iban)
    if not known.exclude(state=SupplierAccount.State.ENDED).exists():
        _write(ctx, supplier, iban, "")


def require_iban(text: str) -> str:
    """An IBAN as it is kept: in capitals, without spaces, its check digits right.

    Refuses: bad_iban.
    """
    plain = rules.plain_iban(text)
    try:
        return str(IBAN(plain))
    except (SchwiftyException, ValueError) as error:
        said = f"{text.strip()[:42]} is not an IBAN: a digit or a letter is wrong, missing or too many."
        raise Refusal("bad_iban", said, field="iban") from error


def _write(ctx: Context, supplier: Party, iban: str, holder: str) -> SupplierAccount:
    return _create(ctx, supplier, holder, iban=iban, bic=str(IBAN(iban, allow_invalid=True).bic or ""))


def _create(ctx: Context, supplier: Party, holder: str, **account: str) -> SupplierAccount:
    given = {"company": ctx.company, "supplier": supplier, "holder": holder, "entered_by": ctx.user, "entered_at": ctx.now}
    return SupplierAccount.objects.create(**given, **account)
