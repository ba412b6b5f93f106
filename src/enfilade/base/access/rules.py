"""Roles, departments and people of one company as plain values: who holds what through what, what a change changes, what clashes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from enfilade.core.grants import COMPANY, EVERYWHERE, NOWHERE, Grant, Reach, patterns, read_grant, words


@dataclass(frozen=True)
class RoleFacts:
    """A role and its lines, read; lines that can't be read grant nothing. privileged: it sleeps until its holder elevates herself."""

    pk: int
    code: str
    name: str
    grants: tuple[Grant, ...]
    privileged: bool = False

    def grants_for(self, permission: str) -> list[Grant]:
        """Its lines that speak of a permission."""
        return [g for g in self.grants if g.covers(permission)]


@dataclass(frozen=True)
class Part:
    """A department; roles: what it gives to everybody in it or below it."""

    pk: int
    name: str
    parent: int | None
    roles: frozenset[int]


@dataclass(frozen=True)
class Person:
    """A member. active: neither her membership nor her account is closed."""

    membership: int
    user: int
    name: str
    active: bool
    roles: frozenset[int]
    departments: frozenset[int]


@dataclass(frozen=True)
class Held:
    """A role somebody holds; through: the department that gives it, None where she holds it herself."""

    role: RoleFacts
    through: Part | None = None


@dataclass(frozen=True)
class House:
    """Everybody's access in one company. people: by user."""

    roles: Mapping[int, RoleFacts]
    parts: Mapping[int, Part]
    people: Mapping[int, Person]
    _cache: dict[frozenset[int], dict[str, Reach]] = field(default_factory=dict, compare=False, repr=False)

    def held(self, person: Person) -> list[Held]:
        """Her roles, her own first; one that she holds twice is told twice."""
        own = [Held(self.roles[r]) for r in sorted(person.roles) if r in self.roles]
        given = [Held(self.roles[r], part) for part in self.parts_of(person) for r in sorted(part.roles) if r in self.roles]
        return own + given

    def role_keys(self, person: Person) -> frozenset[int]:
        """The roles she holds, each once; none while she is shut out."""
        return frozenset(h.role.pk for h in self.held(person)) if person.active else frozenset()

    def parts_of(self, person: Person) -> list[Part]:
        """Her departments and those above them, each once."""
        found: dict[int, Part] = {}
        for key in sorted(person.departments):
            for part in self.above(key):
                found.setdefault(part.pk, part)
        return list(found.values())

    def above(self, key: int | None) -> Iterator[Part]:
        """A department and what it lies in."""
        seen: set[int] = set()
        while key is not None and key in self.parts and key not in seen:
            seen.add(key)
            yield self.parts[key]
            key = self.parts[key].parent

    def reach(self, roles: frozenset[int], names: Iterable[str]) -> dict[str, Reach]:
        """For which rows a set of roles grants each permission; what is not granted is left out. Asked once for people of equal roles."""
        if roles not in self._cache:
            self._cache[roles] = expand([g for key in roles for g in self.roles[key].grants], names)
        return self._cache[roles]


def expand(grants: Iterable[Grant], names: Iterable[str]) -> dict[str, Reach]:
    """Lines with wild cards as what they come to, permission by permission."""
    by_pattern: dict[str, Reach] = {}
    for grant in grants:
        by_pattern[grant.permission] = by_pattern.get(grant.permission, NOWHERE) | {grant.scope}
    found = {}
    for name in names:
        reach = NOWHERE.union(*(by_pattern.get(p, NOWHERE) for p in patterns(name)))
        if reach:
            found[name] = EVERYWHERE if COMPANY in reach else reach
    return found


def reach_words(reach: Reach) -> str:
    """A reach as people read it: "the whole company", "her departments and her own rows"."""
    return " and ".join(words(s) for s in sorted(reach)) if reach else "nothing"


@dataclass(frozen=True)
class Difference:
    """One permission that two states of things grant differently."""

    permission: str
    before: Reach
    after: Reach

    @property
    def sentence(self) -> str:
        """Gained, lost, or for other rows."""
        if not self.before:
            return f"gains it for {reach_words(self.after)}"
        if not self.after:
            return f"loses it (had it for {reach_words(self.before)})"
        return f"has it for {reach_words(self.after)} instead of {reach_words(self.before)}"


def differences(before: Mapping[str, Reach], after: Mapping[str, Reach]) -> list[Difference]:
    """What changes, by name of the permission."""
    names = sorted(before.keys() | after.keys())
    found = [Difference(n, before.get(n, NOWHERE), after.get(n, NOWHERE)) for n in names]
    return [d for d in found if d.before != d.after]


def with_role(house: House, key: int, *, code: str = "", name: str = "", lines: Iterable[str] | None = None) -> House:
    """The house with a role changed, or made (under a key that no role has). Lines that are None stay."""
    old = house.roles.get(key) or RoleFacts(key, code, name, ())
    grants = old.grants if lines is None else read_lines(lines)
    role = RoleFacts(key, code or old.code, name or old.name, grants, old.privileged)
    return House({**house.roles, key: role}, house.parts, house.people)


def read_lines(lines: Iterable[str]) -> tuple[Grant, ...]:
    """Lines of a role that can be read, each once."""
    return tuple(sorted({g for g in map(read_grant, lines) if g is not None}))


def with_person(house: House, user: int, **more: object) -> House:
    """The house with a person changed, or added."""
    old = house.people.get(user) or Person(0, user, "", True, frozenset(), frozenset())
    return House(house.roles, house.parts, {**house.people, user: replace(old, **more)})  # type: ignore[arg-type]


def with_part(house: House, key: int, **more: object) -> House:
    """The house with a department changed, or added."""
    old = house.parts.get(key) or Part(key, "", None, frozenset())
    return House(house.roles, {**house.parts, key: replace(old, **more)}, house.people)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Pair:
    """Two permissions that nobody should hold together. verdict: refuse, hold or list."""

    pk: int
    code: str
    first: str
    second: str
    sentence: str
    verdict: str
    release_role: str


@dataclass(frozen=True)
class Clash:
    """A pair found at a role, or at a person (user) who is not told already by one of her roles alone."""

    pair: Pair
    name: str
    role: int | None
    user: int | None
    firsts: tuple[str, ...]
    seconds: tuple[str, ...]

    @property
    def key(self) -> tuple[int, int | None, int | None]:
        """The same clash before and after a change."""
        return self.pair.pk, self.role, self.user

    @property
    def through(self) -> str:
        """The roles that bring the two together."""
        return ", ".join(dict.fromkeys((*self.firsts, *self.seconds)))

    @property
    def sentence(self) -> str:
        """Who, through what, and why it matters."""
        what = f"The role {self.name}" if self.role is not None else f"{self.name} (as {self.through})"
        return f"{what} may both {self.pair.first} and {self.pair.second}. {self.pair.sentence}"


def clashes(house: House, pairs: Iterable[Pair]) -> list[Clash]:
    """Every pair that a role grants alone, then every pair that a person who is not shut out holds, by rule and name."""
    found = []
    cache: dict[frozenset[int], tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for pair in pairs:
        cache.clear()
        roles = sorted((r for r in house.roles.values() if r.grants_for(pair.first) and r.grants_for(pair.second)), key=lambda r: r.name)
        found += [Clash(pair, role.name, role.pk, None, (role.name,), (role.name,)) for role in roles]
        for person in sorted(house.people.values(), key=lambda p: p.name):
            keys = house.role_keys(person)
            if keys not in cache:
                mine = [house.roles[k] for k in sorted(keys)]
                cache[keys] = _granting(mine, pair.first), _granting(mine, pair.second)
            firsts, seconds = cache[keys]
            if firsts and seconds:
                found.append(Clash(pair, person.name, None, person.user, firsts, seconds))
    return found


def new_clashes(before: House, after: House, pairs: list[Pair]) -> list[Clash]:
    """Clashes that a change makes."""
    known = {c.key for c in clashes(before, pairs)}
    return [c for c in clashes(after, pairs) if c.key not in known]


def _granting(roles: Iterable[RoleFacts], permission: str) -> tuple[str, ...]:
    return tuple(r.name for r in roles if r.grants_for(permission))
