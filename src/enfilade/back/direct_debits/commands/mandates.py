"""Mandates: prepared, signed, amended, not used for a while, ended; and the creditor that they are given to."""

from __future__ import annotations

from typing import Annotated

from schwifty import IBAN

from enfilade.back.direct_debits import rules
from enfilade.back.direct_debits.events import MandateSuspended
from enfilade.back.direct_debits.models import Creditor, Mandate, MandateAmendment
from enfilade.back.direct_debits.queries import creditor_of
from enfilade.back.payables.commands.accounts import require_iban
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input, LongText, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile

from .common import number_of, require_creditor

Payer = Annotated[Party, Input(shared=True, label="Payer")]
Account = Annotated[str, Input(label="IBAN", max_length=42)]
NoticeDays = Annotated[
    int | None, Input(label="Days the payer is told before", min_value=1, max_value=60, seldom=True, help="As always when left out.")
]
Holder = Annotated[str, Input(label="Account holder", max_length=70, help="Only where it is not the payer's own account.")]


@command(permission="direct_debits.set_creditor", label="Creditor identifier", tone="primary", target="")
def set_creditor(
    ctx: Context,
    *,
    identifier: Annotated[str, Input(label="Creditor identifier", max_length=45, help="For example DE98ZZZ09999999999.")],
    notice_days: Annotated[int, Input(label="Days a payer is told before", min_value=1, max_value=60)] = 14,
    lead_days: Annotated[int, Input(label="Banking days the bank needs", min_value=1, max_value=14)] = 1,
    return_fee: Annotated[int, Input(amount=True, label="Fee for a return")] = 0,
    schema: Annotated[str, Choice(*Creditor.Schema.choices, label="File for the bank"), Input(seldom=True)] = Creditor.Schema.NEW.value,
) -> Creditor:
    """Say under which identifier the company collects, and how long before. Valid mandates are amended where it changes.

    notice_days: where nothing shorter is agreed with a payer.
    return_fee: billed where a collection came back by the payer's fault.
    Refuses: bad_identifier; creditor_days_sane, creditor_identifier_checked (database).
    """
    plain = rules.plain_identifier(identifier)
    if not plain:
        said = f"{identifier.strip()[:45]} is no creditor identifier: a digit or a letter is wrong, missing or too many."
        raise Refusal("bad_identifier", said, field="identifier")
    row = creditor_of(ctx) or Creditor(company=ctx.company)
    before, row.identifier = row.identifier, plain
    row.notice_days, row.lead_days, row.return_fee_minor, row.schema = notice_days, lead_days, return_fee, schema
    row.save()
    if before and before != plain:
        for mandate in Mandate.objects.visible_to(ctx).exclude(state=Mandate.State.ENDED).select_for_update(no_key=True).order_by("pk"):
            if mandate.state != Mandate.State.DRAFT:
                _amend(ctx, mandate, MandateAmendment.What.CREDITOR, mandate.creditor_identifier, plain)
            mandate.creditor_identifier = plain
            mandate.save(update_fields=["creditor_identifier"])
    return row


@command(permission="direct_debits.prepare_mandate", label="Prepare a mandate", tone="primary", target="party")
def prepare_mandate(
    ctx: Context,
    *,
    party: Payer,
    iban: Account,
    holder: Holder = "",
    scheme: Annotated[str, Choice(*Mandate.Scheme.choices)] = Mandate.Scheme.CORE.value,
    kind: Annotated[str, Choice(*Mandate.Kind.choices, label="Collected", widget="radio")] = Mandate.Kind.RECURRING.value,
    notice_days: NoticeDays = None,
    reference: Annotated[str, Input(label="Mandate reference", max_length=35, seldom=True, help="Drawn when left out.")] = "",
) -> Mandate:
    """Write a mandate for a payer to sign; its paper has everything that the rulebook wants on it.

    Refuses: no_creditor, bad_iban, not_sepa, consumer (B2B is for businesses); mandate_reference_once, mandate_reference_plain (database).
    Source: EPC016-06 4.1 and EPC222-07 4.1: the mandate.
    """
    creditor = require_creditor(ctx)
    plain = _sepa_iban(iban)
    if scheme == Mandate.Scheme.B2B and party.kind == Party.Kind.PERSON:
        raise Refusal(
            "consumer", "A person pays by a basic mandate; the one between businesses takes her right to a refund.", field="scheme"
        )
    return Mandate.objects.create(
        company=ctx.company,
        reference=reference or number_of(ctx, "mandate", "DM", ctx.today.year),
        party=party,
        scheme=scheme,
        kind=kind,
        iban=plain,
        bic=_bic(plain),
        holder=holder,
        notice_days=notice_days or creditor.notice_days,
        creditor_identifier=creditor.identifier,
        prepared_by=ctx.user,
        prepared_at=ctx.now,
    )


@command(permission="direct_debits.sign_mandate", label="It is signed", tone="primary")
def sign_mandate(
    ctx: Context, *, mandate: Mandate, on: Today, paper: Annotated[StoredFile | None, Input(shared=True, label="Signed paper")] = None
) -> Mandate:
    """Say that the payer has signed a mandate; from now on it can be collected by.

    on: day of the signature.
    Refuses: already_signed, not_draft, in_future; mandate_valid_once (database).
    """
    if on > ctx.today:
        raise Refusal("in_future", "This day is still to come.", field="on")
    if rules.expires_on(on) < ctx.today:
        raise Refusal("expired", "A mandate that was not used for 36 months has expired; let the payer sign another.", field="on")
    mandate.signed_on, mandate.paper, mandate.state = on, paper, Mandate.State.ACTIVE
    mandate.save(update_fields=["signed_on", "paper", "state"])
    return mandate


@command(permission="direct_debits.amend_mandate", label="Change")
def amend_mandate(ctx: Context, *, mandate: Mandate, iban: Account = "", holder: Holder = "", reference: str = "") -> Mandate:
    """Write down that a payer has another account, or that the mandate has another reference; the bank is told with the next collection.

    Refuses: nothing_changed, bad_iban, not_sepa; mandate_reference_once, mandate_reference_plain (database).
    Source: EPC016-06 4.1: amendments; a new signature is not needed, an account needs the payer's word.
    """
    plain = _sepa_iban(iban) if iban.strip() else mandate.iban
    named = reference.strip() or mandate.reference
    if (plain, named) == (mandate.iban, mandate.reference) and holder in ("", mandate.holder):
        raise Refusal("nothing_changed", "Give another account, another holder or another reference.", field="iban")
    if plain != mandate.iban:
        _amend(ctx, mandate, MandateAmendment.What.ACCOUNT, mandate.iban, plain)
        mandate.iban, mandate.bic = plain, _bic(plain)
    if named != mandate.reference:
        _amend(ctx, mandate, MandateAmendment.What.REFERENCE, mandate.reference, named)
        mandate.reference = named
    mandate.holder = holder or mandate.holder
    mandate.save(update_fields=["iban", "bic", "reference", "holder"])
    return mandate


@command(permission="direct_debits.suspend_mandate", label="Do not use for now")
def suspend_mandate(ctx: Context, *, mandate: Mandate, reason: LongText) -> Mandate:
    """Collect nothing by a mandate until somebody says otherwise.

    reason: stays with the mandate.
    Refuses: not_active.
    """
    suspend(ctx, mandate, reason)
    return mandate


def suspend(ctx: Context, mandate: Mandate, reason: str) -> None:
    """The same inside a command that holds the mandate."""
    mandate.state, mandate.reason = Mandate.State.SUSPENDED, reason
    mandate.save(update_fields=["state", "reason"])
    publish(ctx, MandateSuspended(mandate=mandate.pk, party=mandate.party_id, reason=reason))


@command(permission="direct_debits.suspend_mandate", label="Use again", tone="primary")
def resume_mandate(ctx: Context, *, mandate: Mandate) -> Mandate:
    """Collect by a mandate again.

    Refuses: not_suspended; mandate_valid_once (database).
    """
    mandate.state, mandate.reason = Mandate.State.ACTIVE, ""
    mandate.save(update_fields=["state", "reason"])
    return mandate


@command(permission="direct_debits.end_mandate", label="End", tone="danger")
def end_mandate(ctx: Context, *, mandate: Mandate, reason: LongText) -> Mandate:
    """Say that a payer has revoked a mandate, or that it is not needed any more; no run that is not released yet is with it.

    reason: stays with the mandate.
    Refuses: already_ended.
    """
    end(ctx, mandate, reason)
    return mandate


def end(ctx: Context, mandate: Mandate, reason: str) -> None:
    """The same inside a command that holds the mandate."""
    mandate.state, mandate.ended_on, mandate.reason = Mandate.State.ENDED, ctx.today, reason
    mandate.save(update_fields=["state", "ended_on", "reason"])


def _amend(ctx: Context, mandate: Mandate, what: str, before: str, after: str) -> None:
    MandateAmendment.objects.create(
        company=ctx.company, mandate=mandate, what=what, before=before, after=after, made_at=ctx.now, made_by=ctx.user
    )


def _sepa_iban(text: str) -> str:
    plain = require_iban(text)
    if not IBAN(plain, allow_invalid=True).in_sepa_zone:
        raise Refusal("not_sepa", "This account is outside of the SEPA; nothing can be collected from it.", field="iban")
    return plain


def _bic(iban: str) -> str:
    return str(IBAN(iban, allow_invalid=True).bic or "")
