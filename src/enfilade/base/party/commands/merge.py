"""Two entries of one person become one."""

from __future__ import annotations

from django.db.models import Q

from enfilade.base.party.events import PartiesMerged
from enfilade.base.party.models import Party, PartyRole, Relationship
from enfilade.core.command import command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

from .writing import keep_search

_TAKEN_WHERE_EMPTY = (
    "given_name",
    "family_name",
    "additional_names",
    "prefix",
    "suffix",
    "organisation_name",
    "job_title",
    "birth_on",
    "language",
    "tax_number",
    "photo_id",
    "uid",
)


@command(permission="party.merge_parties", tone="danger", target="keep")
def merge_parties(ctx: Context, *, keep: Party, other: Party) -> Party:
    """Make one entry of two: what the other has is moved, its number leads here, its empty self stays in the archive.

    keep: the entry that stays.
    other: the entry that goes into it.
    Refuses: same_party, merged, two_accounts. Modules above move what is theirs when they hear PartiesMerged.
    """
    if keep.pk == other.pk:
        raise Refusal("same_party", "Choose two different entries.", field="other")
    if keep.merged_into_id or other.merged_into_id:
        raise Refusal("merged", "One of these entries was merged into another one already.")
    if keep.user_id and other.user_id and keep.user_id != other.user_id:
        raise Refusal("two_accounts", "Both sign in with an account of their own; they can't be one person.", field="other")
    _fill(keep, other)
    _move_contact(keep, other)
    _move_relations(ctx, keep, other)
    user = keep.user or other.user
    other.user, other.merged_into, other.search_text = None, keep, ""
    other.archived_at = other.archived_at or ctx.now
    other.save(update_fields=["user", "merged_into", "archived_at", "search_text"])
    keep.user = user
    keep.save()
    keep_search(ctx, keep)
    publish(ctx, PartiesMerged(keep.pk, other.pk))
    return keep


def _fill(keep: Party, other: Party) -> None:
    """Take over what the kept entry lacks; where both have something, the kept one's is right, and the note says what the other had."""
    lost = []
    for name in _TAKEN_WHERE_EMPTY:
        mine, theirs = getattr(keep, name), getattr(other, name)
        if theirs and not mine:
            setattr(keep, name, theirs)
        elif theirs and theirs != mine and name not in {"photo_id", "uid"}:
            lost.append(f"{name.removesuffix('_on').replace('_', ' ')}: {theirs}")
    if other.name != keep.name:
        lost.insert(0, f"name: {other.name}")
    said = f"Merged from {other.number}" + (f" ({'; '.join(lost)})" if lost else "")
    keep.note = "\n".join(part for part in (keep.note, other.note, said) if part)
    keep.extra = [*keep.extra, *(pair for pair in other.extra if pair not in keep.extra)]


def _move_contact(keep: Party, other: Party) -> None:
    held = {(p.kind, p.normalised or p.value) for p in keep.contact_points.all()}
    preferred = {p.kind for p in keep.contact_points.all() if p.preferred}
    for point in other.contact_points.all():
        if (point.kind, point.normalised or point.value) in held:
            point.delete()
            continue
        point.party, point.preferred = keep, point.preferred and point.kind not in preferred
        point.save(update_fields=["party", "preferred"])
    present = {tuple(a.lines()) for a in keep.addresses.all()}
    has_preferred = any(a.preferred for a in keep.addresses.all())
    for address in other.addresses.all():
        if tuple(address.lines()) in present:
            address.delete()
            continue
        address.party, address.preferred = keep, address.preferred and not has_preferred
        address.save(update_fields=["party", "preferred"])


def _move_relations(ctx: Context, keep: Party, other: Party) -> None:
    roles = PartyRole.objects.visible_to(ctx)
    held = set(roles.filter(party=keep).values_list("role", flat=True))
    roles.filter(party=other, role__in=held).delete()
    roles.filter(party=other).update(party=keep)
    relations = Relationship.objects.visible_to(ctx)
    relations.filter(Q(party=keep, other=other) | Q(party=other, other=keep)).delete()
    current = set(relations.filter(until_on=None).exclude(Q(party=other) | Q(other=other)).values_list("party_id", "other_id", "kind"))
    for row in relations.filter(Q(party=other) | Q(other=other)):
        row.party_id = keep.pk if row.party_id == other.pk else row.party_id
        row.other_id = keep.pk if row.other_id == other.pk else row.other_id
        if row.until_on is None and (row.party_id, row.other_id, row.kind) in current:
            row.delete()
        else:
            row.save(update_fields=["party", "other"])
