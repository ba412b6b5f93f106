"""Keeping papers as long as they have to be kept, holding them where somebody may want to see them, and destroying them after."""

from __future__ import annotations

from datetime import date

from enfilade.base.document.events import DocumentDestroyed
from enfilade.base.document.models import Destruction, Document, DocumentKind, LegalHold, SignatureRequest
from enfilade.base.document.queries import retention_rule
from enfilade.base.party.models import Party
from enfilade.core.command import LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.erasing import erase, used_by
from enfilade.core.events import publish
from enfilade.core.refs import ref


@command(permission="document.place_hold", label="Place a legal hold")
def place_hold(
    ctx: Context,
    *,
    name: str,
    reason: LongText,
    party: Ref[Party] | None = None,
    kind: Ref[DocumentKind] | None = None,
    document: Ref[Document] | None = None,
) -> LegalHold:
    """See to it that nobody changes or destroys certain documents until the hold is lifted, those that come in later included.

    name: by which people know the matter, for example the number of a lawsuit.
    party: documents of this party; left empty, of everybody.
    kind: documents of this kind; left empty, of every kind.
    document: this document alone.
    Refuses: hold_covers_something (database).
    """
    return LegalHold.objects.create(
        company=ctx.company, name=name, reason=reason, party=party, kind=kind, document=document, placed_by=ctx.user, placed_at=ctx.now
    )


@command(permission="document.lift_hold", door=True, tone="danger", label="Lift the hold")
def lift_hold(ctx: Context, *, hold: LegalHold, because: str) -> LegalHold:
    """Let documents go that were held.

    because: how the matter ended.
    Refuses: not_active.
    """
    hold.state, hold.lifted_by, hold.lifted_at, hold.lifted_because = LegalHold.State.LIFTED, ctx.user, ctx.now, because
    hold.save(update_fields=["state", "lifted_by", "lifted_at", "lifted_because"])
    return hold


@command(permission="document.propose_destruction", hidden=True)
def propose_destruction(ctx: Context, *, document: Document) -> Destruction:
    """Propose a document for destruction whose time is over; run every night.

    Refuses: still_kept; destruction_once (database).
    """
    until, basis = _time_over(ctx, document)
    return Destruction.objects.create(company=ctx.company, document=document, proposed_on=ctx.today, kept_until=until, basis=basis)


@command(permission="document.decide_destruction", label="Keep longer")
def keep_longer(ctx: Context, *, destruction: Destruction, not_before: date, reason: str) -> Destruction:
    """Keep a document although its time is over.

    not_before: the first day on which it is proposed again.
    Refuses: not_proposed, in_the_past.
    """
    if not_before <= ctx.today:
        raise Refusal("in_the_past", "Choose a day to come on which this is looked at again.", field="not_before")
    if not reason:
        raise Refusal("no_reason", "Say why it is kept longer.", field="reason")
    destruction.state, destruction.not_before, destruction.reason = Destruction.State.KEPT, not_before, reason
    destruction.decided_by, destruction.decided_at = ctx.user, ctx.now
    destruction.save(update_fields=["state", "not_before", "reason", "decided_by", "decided_at"])
    return destruction


@command(permission="document.destroy_document", door=True, tone="danger", label="Destroy")
def destroy_document(ctx: Context, *, destruction: Destruction, reason: str = "") -> Destruction:
    """Destroy the content of a document, for good. What it was, when it was destroyed, by whom and by which rule stays on record.

    Refuses: not_proposed, still_kept (its rule was changed meanwhile), used_elsewhere; document_is_held (database).
    """
    rows = Document.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).select_related("kind", "file", "party")
    document = rows.get(pk=destruction.document_id)
    _time_over(ctx, document)
    file = document.file
    document.state, document.destroyed_on, document.file, document.note = Document.State.DESTROYED, ctx.today, None, ""
    document.save(update_fields=["state", "destroyed_on", "file", "note"])
    requests = list(SignatureRequest.objects.visible_to(ctx).filter(document=document).select_related("evidence"))
    own = {ref(document), *map(ref, requests)}
    for one in filter(None, (file, *(r.evidence for r in requests))):
        others = [used for used in used_by(one) if used not in own]
        if others:
            raise Refusal("used_elsewhere", f"Its file is also used by {', '.join(others)}; it would be left there. Take it away first.")
        erase(ctx, one, f"by {ref(destruction)}")
    if file is not None:
        destruction.sha256, destruction.size_bytes = file.sha256, file.size_bytes
    destruction.state, destruction.reason, destruction.decided_by, destruction.decided_at = "destroyed", reason, ctx.user, ctx.now
    destruction.save(update_fields=["state", "reason", "decided_by", "decided_at", "sha256", "size_bytes"])
    publish(ctx, DocumentDestroyed(document.pk, document.party_id, document.kind.code))
    return destruction


def _time_over(ctx: Context, document: Document) -> tuple[date, str]:
    """The last day on which a document had to be kept, and by which rule. Refuses: still_kept."""
    rule = retention_rule(ctx, document.kind_id)
    until = rule.kept_until(document) if rule else None
    if rule is None or until is None or until >= ctx.today:
        raise Refusal("still_kept", f"{document} has to be kept until {until:%Y-%m-%d}." if until else f"{document} has to be kept.")
    return until, rule.basis
