"""Collection runs: made by one person, their payers told, released by another, sent, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, TypedDict, TypeVar

from django.db.models import Model

from enfilade.back.banking.models import BankAccount
from enfilade.back.banking.rules import SEPA_DAYS
from enfilade.back.billing.models import Invoice
from enfilade.back.direct_debits import rules
from enfilade.back.direct_debits.events import CollectionsReleased
from enfilade.back.direct_debits.formats.pain import Collector, Debit, direct_debits
from enfilade.back.direct_debits.mails import NOTICE
from enfilade.back.direct_debits.models import Collection, CollectionPart, CollectionRun, Mandate
from enfilade.back.direct_debits.queries import Collectable, parts_by_collection, to_collect, untold
from enfilade.back.payables.rules import remittance
from enfilade.base.message.commands import write_from_template
from enfilade.base.message.queries import as_read_by
from enfilade.base.party.queries import with_email
from enfilade.core.command import Choice, Input, LongText, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.files import store_bytes
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

from .common import forget_told, hold_run, number_of, require_creditor, set_live

AT_ONCE_MAX = 1_000
Row = TypeVar("Row", bound=Model)
OurAccount = Annotated[Row, Input(shared=True, label="Collect to", query="active=true")]
Owed = Annotated[Row, Input(shared=True, query="kind=invoice")]


@command(permission="direct_debits.make_run", label="Make a collection run", tone="primary", target="")
def make_run(
    ctx: Context,
    *,
    bank_account: OurAccount[BankAccount],
    collect_on: Annotated[
        date | None, Input(label="To be collected on", help="As soon as every payer is told in time, when left out.")
    ] = None,
    scheme: Annotated[str, Choice(*Mandate.Scheme.choices)] = Mandate.Scheme.CORE.value,
    invoices: list[Owed[Invoice]] = [],  # noqa: B006 - never changed
    due_by: Annotated[date | None, Input(label="What is due until", help="Until the day of the collection when left out.")] = None,
) -> CollectionRun:
    """Put open invoices of payers with a mandate together into collections, one for each mandate.

    collect_on: a banking day, after the days that the bank needs.
    scheme: a run is under one; mandates of the other one wait for a run of theirs.
    invoices: those to collect; all that can be collected when left out.
    due_by: what is due until then is collected, of invoices in instalments those; until the day of the collection when left out.
    Refuses: no_creditor, not_sepa, not_a_banking_day, too_soon, nothing_due, not_collectable (with why), other_scheme, too_many;
    invoice_collected_once, mandate_used_once, collection_part_of_open_invoice (database).
    Source: EPC016-06 4.3: days of TARGET; since 2016 one banking day for every sequence.
    """
    creditor = require_creditor(ctx)
    if {bank_account.currency, ctx.company.currency} != {"EUR"}:
        raise Refusal("not_sepa", "SEPA direct debits are in euro; collect to an account in euro.", field="bank_account")
    day = collect_on or rules.earliest(ctx.today, creditor.lead_days, creditor.notice_days)
    _require_day(ctx, day, creditor.lead_days)
    groups = _by_mandate(ctx, scheme, day, due_by or day, [i.pk for i in invoices])
    run = CollectionRun.objects.create(
        company=ctx.company,
        number=number_of(ctx, "run", "DD", ctx.today.year),
        bank_account=bank_account,
        scheme=scheme,
        collect_on=day,
        currency="EUR",
        made_by=ctx.user,
        made_at=ctx.now,
    )
    for place, (mandate, owed) in enumerate(groups, 1):
        _collect(ctx, run, f"{run.number}-{place}", mandate, owed)
    run.refresh_from_db()
    return run


def _require_day(ctx: Context, day: date, lead_days: int) -> None:
    if not SEPA_DAYS.is_open(day):
        raise Refusal("not_a_banking_day", f"Banks do not work on {format_day(day)}; choose a banking day.", field="collect_on")
    if day < (first := SEPA_DAYS.after(ctx.today, lead_days)):
        raise Refusal("too_soon", f"The bank collects on {format_day(first)} at the earliest.", field="collect_on")


def _by_mandate(ctx: Context, scheme: str, day: date, due_by: date, chosen: list[int]) -> list[tuple[Mandate, list[Collectable]]]:
    """What is collected by each mandate. What was chosen has to be collectable; of what is due, what is."""
    found = to_collect(ctx, due_by, day, set(chosen) if chosen else None)
    if missing := set(chosen) - {one.invoice.pk for one in found}:
        raise Refusal("not_collectable", f"Nothing is open of invoice {min(missing)}.", field="invoices")
    groups: dict[int, tuple[Mandate, list[Collectable]]] = {}
    for one in found:
        if chosen and one.why:
            raise Refusal("not_collectable", f"{one.invoice} of {one.invoice.party}: {one.why}.", field="invoices")
        if one.why or one.mandate is None:
            continue
        if one.mandate.scheme != scheme:
            if chosen:
                said = f"{one.invoice} of {one.invoice.party} has a mandate of the other scheme; make another run for it."
                raise Refusal("other_scheme", said, field="scheme")
            continue
        groups.setdefault(one.mandate.pk, (one.mandate, []))[1].append(one)
    if not groups:
        raise Refusal("nothing_due", "Nothing is due until then that can be collected.", field="due_by")
    if len(groups) > AT_ONCE_MAX:
        raise Refusal("too_many", f"These are more than {AT_ONCE_MAX} payers; choose an earlier day.", field="due_by")
    return list(groups.values())


def _collect(ctx: Context, run: CollectionRun, end_to_end: str, mandate: Mandate, owed: Sequence[Collectable]) -> None:
    made = Collection.objects.create(
        company=ctx.company,
        run=run,
        party=mandate.party,
        mandate=mandate,
        sequence=rules.sequence_of(one_off=mandate.kind == Mandate.Kind.ONE_OFF, used=mandate.last_on is not None),
        amount_minor=sum(one.amount_minor for one in owed),
        currency="EUR",
        end_to_end=end_to_end,
        remittance=remittance(("", str(one.invoice.number)) for one in owed),
    )
    CollectionPart.objects.bulk_create(
        CollectionPart(company=ctx.company, collection=made, invoice=one.invoice, amount_minor=one.amount_minor, currency="EUR")
        for one in owed
    )


@command(permission="direct_debits.tell_payers", label="Tell the payers", tone="primary")
def tell_payers(ctx: Context, *, run: CollectionRun) -> CollectionRun:
    """Write to every payer of a run who was not told yet and has an e-mail address: amount, day, mandate. The others get the paper.

    Refuses: not_draft, nobody_to_tell; what write_from_template refuses, such as no_mailbox.
    Source: EPC016-06 4.3.2: the pre-notification.
    """
    creditor = require_creditor(ctx)
    waiting = list(
        run.collections.visible_to(ctx)
        .filter(state=Collection.State.PLANNED, noticed_on=None)
        .select_related("party", "mandate__party")
        .order_by("pk")
    )
    reachable = with_email(ctx, {c.party_id for c in waiting})
    told = [c for c in waiting if c.party_id in reachable]
    if not told:
        said = "Nobody is left who can be told by e-mail; print the notices of the others and say so on their collections."
        raise Refusal("nobody_to_tell", said)
    parts = parts_by_collection(ctx, told)
    for collection in told:
        party = collection.party
        with as_read_by(ctx, party):
            values = {
                "party": party.name,
                "amount": format_amount(collection.amount_minor, collection.currency),
                "day": format_day(run.collect_on),
                "iban": shortened(collection.mandate.iban),
                "mandate": collection.mandate.reference,
                "creditor": creditor.identifier,
                "invoices": ", ".join(str(part.invoice) for part in parts[collection.pk]),
                "company": ctx.company.name,
            }
        write_from_template(ctx, purpose=NOTICE.code, party=party, values=values, origin=ref(collection))
        _note_told(ctx, collection, Collection.Told.MAIL)
    return run


def shortened(iban: str) -> str:
    """An account as it is named to its holder: enough to know it by."""
    return f"{iban[:4]} … {iban[-4:]}"


@command(permission="direct_debits.tell_payers", label="The payer was told")
def note_told(
    ctx: Context,
    *,
    collection: Collection,
    how: Annotated[str, Choice(*Collection.Told.choices, widget="radio")] = Collection.Told.LETTER.value,
    on: Today,
) -> Collection:
    """Say that a payer was told of a collection on paper, or on the invoice itself.

    on: day on which it went out; never after today.
    Refuses: not_planned, in_future, released.
    """
    if on > ctx.today:
        raise Refusal("in_future", "This day is still to come.", field="on")
    if hold_run(ctx, collection.run_id).state != CollectionRun.State.DRAFT:
        raise Refusal("released", "This run is released already.")
    _note_told(ctx, collection, how, on)
    return collection


def _note_told(ctx: Context, collection: Collection, how: str, on: date | None = None) -> None:
    collection.noticed_on, collection.noticed_how = on or ctx.today, how
    collection.save(update_fields=["noticed_on", "noticed_how"])


class RunFacts(TypedDict):
    """What a door is told about a run. total: in major units."""

    total: Decimal
    collections: int
    largest: Decimal


def _run_facts(*, run: CollectionRun, **_: object) -> RunFacts:
    amounts = [c.amount_minor for c in run.collections.all() if c.state == Collection.State.PLANNED]
    largest = to_major(max(amounts, default=0), run.currency)
    return {"total": to_major(run.total_minor, run.currency), "collections": run.collection_count, "largest": largest}


@command(permission="direct_debits.release_run", label="Release", tone="primary", door=_run_facts)
def release_run(ctx: Context, *, run: CollectionRun) -> CollectionRun:
    """Let a run go to the bank, as a second person who has looked at it; its file is written.

    Refuses: own_run, already_released, cancelled, too_soon, not_told (who, and from when on), no_bic, bank_file_invalid;
    collection_run_two_people, run_mandates_valid, run_payers_told, run_invoices_open, collection_run_not_empty (database).
    """
    if run.made_by_id == ctx.user.pk:
        raise Refusal("own_run", "You made this run yourself, so somebody else has to release it.")
    creditor = require_creditor(ctx)
    _require_day(ctx, run.collect_on, creditor.lead_days)
    planned = list(
        run.collections.visible_to(ctx).filter(state=Collection.State.PLANNED).select_related("mandate__party", "party").order_by("pk")
    )
    _require_told(planned, run.collect_on)
    if planned:
        data = _file(ctx, run, planned)
        run.file = store_bytes(ctx, f"{run.number}-{creditor.schema}.xml", data, "application/xml")
    run.released_by, run.released_at, run.state = ctx.user, ctx.now, CollectionRun.State.RELEASED
    run.save(update_fields=["file", "released_by", "released_at", "state"])
    keys = {c.mandate_id for c in planned}
    Mandate.objects.visible_to(ctx).filter(pk__in=keys).update(last_on=run.collect_on)
    publish(ctx, CollectionsReleased(run=run.pk, total_minor=run.total_minor, collection_count=run.collection_count))
    return run


def _require_told(planned: Sequence[Collection], day: date) -> None:
    for one in planned:
        if one.noticed_on is None:
            raise Refusal("not_told", f"{one.party} was not told of this collection yet.")
        if one.noticed_on + timedelta(days=one.mandate.notice_days) > day:
            said = f"{one.party} was told on {format_day(one.noticed_on)}, which is less than {one.mandate.notice_days} days before."
            raise Refusal("not_told", said)


def _file(ctx: Context, run: CollectionRun, planned: Sequence[Collection]) -> bytes:
    creditor, account = require_creditor(ctx), run.bank_account
    changes = untold(ctx, {c.mandate_id for c in planned})
    debits = []
    for one in planned:
        mandate = one.mandate
        # The bank that sees a mandate for the first time is told nothing of what it said before.
        new = [] if one.sequence != Collection.Sequence.RECURRING else changes[mandate.pk]
        for change in changes[mandate.pk]:
            change.told_in = one
            change.save(update_fields=["told_in"])
        debits.append(
            Debit(
                mandate.account_holder, mandate.iban, mandate.bic, one.amount_minor, one.end_to_end, one.remittance, mandate.reference,
                mandate.signed_on or run.collect_on, one.sequence, {c.what: c.before for c in reversed(new)},
            )
        )  # fmt: skip
    collector = Collector(ctx.company.name, account.number, account.bic, creditor.identifier)
    return direct_debits(collector, debits, schema=creditor.schema, scheme=run.scheme, number=run.number, collect_on=run.collect_on)


@command(permission="direct_debits.mark_sent", label="It went to the bank", tone="primary")
def mark_sent(ctx: Context, *, run: CollectionRun) -> CollectionRun:
    """Say that the file of a run was given to the bank. Its invoices are paid when the statement says so.

    Refuses: not_released.
    """
    run.sent_by, run.sent_at, run.state = ctx.user, ctx.now, CollectionRun.State.SENT
    run.save(update_fields=["sent_by", "sent_at", "state"])
    return run


@command(permission="direct_debits.cancel_run", label="Cancel", tone="danger")
def cancel_run(ctx: Context, *, run: CollectionRun, reason: LongText) -> CollectionRun:
    """Give a run up that the bank does not execute; what it would have collected can be collected by another one.

    reason: stays with the run.
    Refuses: already_collected, partly_collected.
    """
    mine = Collection.objects.visible_to(ctx).filter(run=run)
    if mine.filter(state__in=[Collection.State.CREDITED, Collection.State.RETURNED]).exists():
        raise Refusal("partly_collected", "The bank has collected a part of this run; take out what it did not collect.")
    CollectionPart.objects.visible_to(ctx).filter(collection__run=run, live=True).update(live=False)
    mine.filter(state=Collection.State.PLANNED).update(state=Collection.State.CANCELLED)
    forget_told(ctx, mine)
    run.state, run.cancelled_by, run.cancelled_at, run.reason = CollectionRun.State.CANCELLED, ctx.user, ctx.now, reason
    run.save(update_fields=["state", "cancelled_by", "cancelled_at", "reason"])
    return run


@command(permission="direct_debits.take_out", label="Take out", tone="danger")
def take_out(ctx: Context, *, collection: Collection, reason: LongText) -> Collection:
    """Take a collection out of a run that is not released yet; its invoices can be collected by another run, or paid otherwise.

    Refuses: not_planned, released (its file is written: cancel the run, or say that the bank refused it).
    """
    if hold_run(ctx, collection.run_id).state != CollectionRun.State.DRAFT:
        raise Refusal("released", "The file of this run is written with this collection in it; cancel the run and make another.")
    set_live(ctx, collection, live=False)
    collection.state = Collection.State.CANCELLED
    collection.save(update_fields=["state"])
    return collection
