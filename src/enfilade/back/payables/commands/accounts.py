"""Accounts that suppliers are paid to: entered by one person, confirmed by another, ended."""

from __future__ import annotations

from typing import Annotated

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from enfilade.back.payables import rules
from enfilade.back.payables.models import SupplierAccount
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal

_Supplier = Annotated[Party, Input(shared=True, query="party_roles__role=supplier")]


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
    bic = IBAN(iban, allow_invalid=True).bic
    return SupplierAccount.objects.create(
        company=ctx.company,
        supplier=supplier,
        iban=iban,
        bic=str(bic or ""),
        holder=holder,
        entered_by=ctx.user,
        entered_at=ctx.now,
    )
