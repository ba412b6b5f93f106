"""Finding parties: by number, by words, by role, and those that may be one and the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from enfilade.core.among import among
from enfilade.core.context import Context
from enfilade.core.models.record import RecordQuerySet
from enfilade.core.words import Kept, search_words

from . import rules
from .models import Address, ContactPoint, Party, PartyRole, PartyWord

FOUND_MAX = 20


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A party that may be the same as another one, and why."""

    party: Party
    reasons: tuple[str, ...]


def with_contact(rows: RecordQuerySet) -> RecordQuerySet:
    """Parties with phone, email and roles in the same query, however many rows there are."""
    points = ContactPoint.objects.filter(party=OuterRef("pk")).order_by("-preferred", "pk").values("value")
    nothing = Value("", output_field=TextField())
    roles = PartyRole.objects.filter(party=OuterRef("pk")).order_by("role").values("role")
    return rows.annotate(
        phone=Coalesce(Subquery(points.filter(kind="phone")[:1]), nothing),
        email=Coalesce(Subquery(points.filter(kind="email")[:1]), nothing),
        roles=ArraySubquery(roles),
    )


def live_parties(ctx: Context) -> RecordQuerySet:
    """Every party of the company that was not merged into another one."""
    return Party.objects.visible_to(ctx).filter(merged_into=None)


def party_roles(ctx: Context) -> RecordQuerySet:
    """What the parties that the caller sees are to the company: a row for each party and role."""
    return PartyRole.objects.visible_to(ctx)


def party_by_phone(ctx: Context, number: str) -> list[Party]:
    """Whose number a display shows, in whatever spelling: with + or 00 or neither, national, with blanks; archived parties last.

    Several parties may share a number: a family, an office.
    """
    keys = rules.lookup_keys(number, ctx.company.country)
    if not keys:
        return []
    tails = {rules.phone_tail(key) for key in keys}
    points = ContactPoint.objects.visible_to(ctx).filter(kind__in=("phone", "fax"), party__merged_into=None)
    near = list(points.filter(Q(normalised__in=keys) | Q(tail__in=tails)).values_list("party_id", "normalised"))
    exact = {pk for pk, normalised in near if normalised in keys}
    found = exact or {pk for pk, normalised in near if any(rules.same_number(normalised, key) for key in keys)}
    rows = with_contact(live_parties(ctx).filter(pk__in=found))
    return list(rows.order_by(F("archived_at").asc(nulls_first=True), "name", "pk"))


def party_by_email(ctx: Context, address: str) -> list[Party]:
    """Who writes from an address."""
    key = rules.normalise("email", address, "")
    if not key:
        return []
    points = ContactPoint.objects.visible_to(ctx).filter(kind="email", normalised=key)
    return list(with_contact(live_parties(ctx).filter(pk__in=points.values("party"))).order_by("name", "pk"))


def find_parties(ctx: Context, text: str, limit: int = FOUND_MAX) -> list[Party]:
    """Parties that a receptionist means by a few words: beginnings of names in any order and without accents, number, phone, e-mail."""
    text = text.replace("\x00", "").strip()[:200]
    if not text:
        return []
    if len(rules.figures(text)) >= 5 and not any(c.isalpha() for c in text) and (called := party_by_phone(ctx, text)):
        return called[:limit]
    rows = with_contact(live_parties(ctx).filter(archived_at=None))
    return search_words(ctx, Kept(PartyWord), text).first(rows, ("name", "pk"), limit, words_order=("label", "row_id"))


def parties_in_role(ctx: Context, role: str) -> RecordQuerySet:
    """Parties that are something to the company, without the archived ones."""
    return live_parties(ctx).filter(party_roles__role=role, archived_at=None).order_by("name", "pk")


def party_of_user(ctx: Context, user: Any) -> Party | None:
    """The employee behind an account."""
    return live_parties(ctx).filter(user=user).first()


def find_duplicates(ctx: Context, party: Party) -> list[Duplicate]:
    """Other parties with the same number or e-mail address, or the same name and date of birth, the likeliest first."""
    points = list(party.contact_points.filter(kind__in=("phone", "email")).exclude(normalised=""))
    reasons: dict[int, list[str]] = {}
    others = live_parties(ctx).exclude(pk=party.pk)
    shared = ContactPoint.objects.visible_to(ctx).filter(normalised__in=[p.normalised for p in points], kind__in=("phone", "email"))
    for pk, value in shared.filter(party__in=others).order_by("kind", "pk").values_list("party_id", "value"):
        reasons.setdefault(pk, []).append(value)
    if party.name_key:
        named = others.filter(name_key=party.name_key)
        named = named.filter(Q(birth_on=party.birth_on) | Q(birth_on=None)) if party.birth_on else named
        for pk, birth_on in named.values_list("pk", "birth_on"):
            if party.birth_on and birth_on == party.birth_on:
                reasons.setdefault(pk, []).append("same name and date of birth")
            elif pk in reasons:
                reasons[pk].append("same name")
    rows = with_contact(others.filter(pk__in=reasons))
    found = [Duplicate(row, tuple(dict.fromkeys(reasons[row.pk]))) for row in rows]
    return sorted(found, key=lambda d: (-len(d.reasons), d.party.pk))


def known_as(ctx: Context, *, name: str, phone: str = "", email: str = "", birth_on: Any = None, uid: str = "") -> Party | None:
    """The party that a new entry most probably is already: same uid, or same name together with number, e-mail or date of birth."""
    rows = live_parties(ctx)
    if uid and (found := rows.filter(uid=uid).order_by("pk").first()):
        return found
    keys = [rules.normalise("phone", phone, ctx.company.country), rules.normalise("email", email, "")]
    same = Q(contact_points__normalised__in=[k for k in keys if k], contact_points__kind__in=("phone", "email"))
    if birth_on is not None:
        same |= Q(birth_on=birth_on)
    return rows.filter(same, name_key=rules.name_key(name)).order_by("pk").first() if any(keys) or birth_on is not None else None


def known_contact(ctx: Context, contact: dict[str, Any]) -> Party | None:
    """The party that a contact of a file is already.

    By its uid; by its name together with any number, e-mail address or date of birth; and where it has none of these, by its name alone
    if exactly one party of that name has none either.
    """
    rows = live_parties(ctx)
    uid = str(contact.get("uid") or "")
    if uid and (found := rows.filter(uid=uid).order_by("pk").first()):
        return found
    named = rows.filter(name_key=rules.name_key(str(contact.get("name") or "")))
    keys, birth_on = _keys(ctx, contact), contact.get("birth_on")
    if keys or birth_on:
        same = Q(contact_points__normalised__in=keys, contact_points__kind__in=("phone", "email"))
        return named.filter(same | Q(birth_on=birth_on) if birth_on else same).order_by("pk").first()
    bare = named.filter(birth_on=None).exclude(contact_points__kind__in=("phone", "email"))[:2]
    return bare[0] if len(bare) == 1 else None


class ContactIndex:
    """Who a file's contacts are already, for hundreds of them in three queries; the same rule as `known_contact`."""

    def __init__(self, ctx: Context, contacts: Iterable[dict[str, Any]]) -> None:
        """Read names, dates of birth and contact points of every party that one of the contacts might be, or shares a number with."""
        self.ctx = ctx
        self.by_uid: dict[str, int] = {}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_point: dict[str, list[int]] = defaultdict(list)
        self.born: dict[int, str] = {}
        self.label: dict[int, tuple[str, str]] = {}
        contacts = list(contacts)
        names = {rules.name_key(str(c.get("name") or "")) for c in contacts}
        uids = {str(c["uid"]) for c in contacts if c.get("uid")}
        # By identity: a contact is asked about once or twice, and its numbers are slow to compare.
        self._keys = {id(c): _keys(ctx, c) for c in contacts}
        self._contacts = contacts
        keys = {key for found in self._keys.values() for key in found}
        points = ContactPoint.objects.visible_to(ctx).filter(kind__in=("phone", "email"))
        found = list(points.filter(among(keys, "normalised")).order_by("pk").values_list("party_id", "normalised"))
        near = among(names, "name_key") | Q(pk__in={pk for pk, _ in found})
        near = near | among(uids, "uid") if uids else near
        fields = ("pk", "uid", "name_key", "birth_on", "name", "number")
        for pk, uid, name_key, birth_on, name, number in live_parties(ctx).filter(near).order_by("pk").values_list(*fields):
            self.by_name[name_key].append(pk)
            self.label[pk] = (name_key, f"{name} ({number})")
            if uid:
                self.by_uid.setdefault(uid, pk)
            if birth_on is not None:
                self.born[pk] = birth_on.isoformat()
        for pk, normalised in found:
            if pk in self.label:
                self.by_point[normalised].append(pk)
        near_by = points.filter(party__in=list(self.label)).values_list("party_id", flat=True)
        self.reachable = set(near_by) if self.label else set()

    def known(self, contact: dict[str, Any]) -> int | None:
        """The primary key of the party that a contact is already."""
        uid = str(contact.get("uid") or "")
        if uid in self.by_uid:
            return self.by_uid[uid]
        named = self.by_name.get(rules.name_key(str(contact.get("name") or "")), [])
        keys, birth_on = self._keys_of(contact), contact.get("birth_on")
        if keys or birth_on:
            same = {pk for key in keys for pk in self.by_point.get(key, ())}
            return next((pk for pk in named if pk in same or (birth_on and self.born.get(pk) == birth_on)), None)
        bare = [pk for pk in named if pk not in self.reachable and pk not in self.born]
        return bare[0] if len(bare) == 1 else None

    def _keys_of(self, contact: dict[str, Any]) -> list[str]:
        known = self._keys.get(id(contact))
        return _keys(self.ctx, contact) if known is None else known

    def sharing(self, contact: dict[str, Any]) -> list[tuple[str, str]]:
        """Numbers and e-mail addresses of a contact that belong to a party of another name. Shape: (number, whose)."""
        name_key = rules.name_key(str(contact.get("name") or ""))
        if not self.by_point:
            return []
        found = [(key, pk) for key in self._keys_of(contact) for pk in self.by_point.get(key, ())]
        return [(key, self.label[pk][1]) for key, pk in found if self.label[pk][0] != name_key][:5]


def _keys(ctx: Context, contact: dict[str, Any]) -> list[str]:
    points = contact.get("contact_points") or ()
    kinds = ("phone", "email")
    found = [rules.normalise(p["kind"], str(p["value"]), ctx.company.country) for p in points if p.get("kind") in kinds]
    return [key for key in found if key]


def duplicate_groups(ctx: Context, limit: int = 200) -> list[tuple[str, list[Party]]]:
    """Parties that share a number, an e-mail address, or name and date of birth. Shape: what they share -> the parties, oldest first."""
    live = live_parties(ctx)
    points = ContactPoint.objects.visible_to(ctx).filter(kind__in=("phone", "email"), party__in=live).exclude(normalised="")
    by_point = points.values("normalised").annotate(pks=ArrayAgg("party_id", distinct=True), n=Count("party_id", distinct=True))
    people = live.exclude(birth_on=None).values("name_key", "birth_on").annotate(pks=ArrayAgg("id"), n=Count("id"))
    groups = [(row["normalised"], row["pks"]) for row in by_point.filter(n__gt=1).order_by("normalised")[:limit]]
    groups += [("same name and date of birth", row["pks"]) for row in people.filter(n__gt=1).order_by("name_key")[:limit]]
    rows = {p.pk: p for p in with_contact(live.filter(pk__in={pk for _, pks in groups for pk in pks}))}
    return [(what, [rows[pk] for pk in sorted(pks)]) for what, pks in groups[:limit]]


def parties_by_id(ctx: Context, keys: Iterable[int]) -> dict[int, Party]:
    """Parties by primary key, merged ones included, in one query."""
    return {party.pk: party for party in Party.objects.visible_to(ctx).filter(pk__in=list(keys))}


def preferred_addresses(ctx: Context, numbers: Collection[str]) -> dict[str, Address]:
    """Where parties are reached by post: of each the preferred address, or its oldest one. Shape: number of the party -> address."""
    found = Address.objects.visible_to(ctx).filter(party__number__in=numbers).select_related("party")
    return {address.party.number: address for address in found.order_by("preferred", "-pk")}


def with_email(ctx: Context, keys: Collection[int]) -> set[int]:
    """Which of some parties have an e-mail address."""
    points = ContactPoint.objects.visible_to(ctx).filter(party__in=keys, kind=ContactPoint.Kind.EMAIL)
    return set(points.values_list("party", flat=True))


def parties_called(ctx: Context, names: Collection[str]) -> dict[str, list[int]]:
    """Who has these numbers or exactly these names, merged ones left out; a number goes before a name. Shape: name -> primary keys."""
    rows = live_parties(ctx).filter(Q(number__in=names) | Q(name__in=names)).values_list("pk", "number", "name")
    found: dict[str, list[int]] = {name: [] for name in names}
    numbers = {number: [key] for key, number, _ in rows if number in found}
    for key, _, name in rows:
        if name in found and name not in numbers:
            found[name].append(key)
    return found | numbers


def merged_keys(ctx: Context, party: Party) -> list[int]:
    """The primary key of a party and of every entry that was merged into it, however many steps ago."""
    found, last = [party.pk], [party.pk]
    while last:
        last = list(Party.objects.visible_to(ctx).filter(merged_into__in=last).values_list("pk", flat=True))
        found += last
    return found


def phones_of(ctx: Context, keys: Iterable[int]) -> dict[int, str]:
    """The preferred telephone number of many parties in one query; who has none is not in it. Shape: primary key -> number as given."""
    points = ContactPoint.objects.visible_to(ctx).filter(kind="phone", party__in=list(keys)).order_by("preferred", "-pk")
    return dict(points.values_list("party_id", "value"))
