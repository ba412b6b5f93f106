"""Who holds what through what, and what a change makes of it; no database."""

from __future__ import annotations

from enfilade.base.access.changes import house_after
from enfilade.base.access.rules import House, Pair, Part, Person, RoleFacts, clashes, differences, expand, new_clashes, read_lines
from enfilade.core.grants import Grant

PAY = Pair(1, "enter_and_pay", "buy.enter", "buy.pay", "Nobody pays what she entered.", "hold", "owner")


def role(key: int, *lines: str) -> RoleFacts:
    """A role named after its key."""
    return RoleFacts(key, f"r{key}", f"R{key}", read_lines(lines))


def house(*people: Person) -> House:
    """Three roles; the buyers' department lies in the back office, which gives role 2."""
    roles = {1: role(1, "buy.enter"), 2: role(2, "buy.pay"), 3: role(3, "buy.*@own")}
    parts = {10: Part(10, "Back", None, frozenset({2})), 11: Part(11, "Buyers", 10, frozenset())}
    return House(roles, parts, {p.user: p for p in people})


def person(user: int, roles: set[int], departments: frozenset[int] = frozenset(), *, active: bool = True) -> Person:
    """Somebody with roles of her own."""
    return Person(user + 100, user, f"P{user}", active, frozenset(roles), departments)


def test_a_role_comes_from_the_department_above() -> None:
    """With the name of the department that gives it."""
    made = house(person(1, {1}, frozenset({11})))
    assert [(h.role.pk, h.through.name if h.through else "") for h in made.held(made.people[1])] == [(1, ""), (2, "Back")]


def test_wild_cards_are_spelled_out_and_the_widest_counts() -> None:
    """Own rows by the wild card, everything by the exact line."""
    found = expand([Grant("buy.*", "own"), Grant("buy.pay", "company"), Grant("x.*", "department")], ["buy.enter", "buy.pay", "x.y", "z.z"])
    assert found == {"buy.enter": {"own"}, "buy.pay": {"company"}, "x.y": {"department"}}


def test_clashes_are_found_at_roles_and_at_people() -> None:
    """A role alone, a person by two roles, one by her department; not who is shut out."""
    made = house(person(1, {1}, frozenset({11})), person(2, {1}), person(3, {1, 2}, active=False))
    assert [(c.name, c.role, c.user) for c in clashes(made, [PAY])] == [("R3", 3, None), ("P1", None, 1)]
    told = clashes(made, [PAY])[1]
    assert told.sentence == "P1 (as R1, R2) may both buy.enter and buy.pay. Nobody pays what she entered."


def test_only_what_a_change_makes_is_new() -> None:
    """A conflict that was there before stops nobody."""
    before = house(person(1, {1}, frozenset({11})), person(2, {1}))
    after = house_after(before, "change_membership", {"membership": 102, "roles": [1, 2], "departments": None})
    assert [c.user for c in new_clashes(before, after, [PAY])] == [2]
    assert new_clashes(before, house_after(before, "change_membership", {"membership": 101, "roles": [1]}), [PAY]) == []


def test_every_command_that_gives_access_is_understood() -> None:
    """New and changed roles, departments and members; a circle of departments ends."""
    before = house(person(1, {1}), person(2, set(), active=False))
    assert [
        c.name for c in new_clashes(before, house_after(before, "change_role", {"role": 1, "permissions": "buy.enter\nbuy.pay"}), [PAY])
    ] == ["R1", "P1"]
    assert [
        c.name for c in new_clashes(before, house_after(before, "add_role", {"code": "all", "name": "All", "permissions": "*"}), [PAY])
    ] == ["All"]
    assert [c.name for c in new_clashes(before, house_after(before, "add_member", {"name": "New", "roles": [1, 2]}), [PAY])] == ["New"]
    in_buyers = house(person(1, set(), frozenset({11})))
    assert [
        c.name for c in new_clashes(in_buyers, house_after(in_buyers, "change_department", {"department": 10, "roles": [1, 2]}), [PAY])
    ] == ["P1"]
    shut = house(person(1, {1, 2}, active=False))
    assert [c.name for c in new_clashes(shut, house_after(shut, "restore_member", {"membership": 101}), [PAY])] == ["P1"]
    circle = House({}, {1: Part(1, "A", 2, frozenset()), 2: Part(2, "B", 1, frozenset())}, {})
    assert [p.name for p in circle.above(1)] == ["A", "B"]


def test_differences_say_gained_lost_and_for_other_rows() -> None:
    """In the words of the page."""
    everywhere, own = frozenset({"company"}), frozenset({"own"})
    found = differences({"a.a": own, "b.b": everywhere, "c.c": own}, {"a.a": everywhere, "c.c": own, "d.d": own})
    assert [(d.permission, d.sentence) for d in found] == [
        ("a.a", "has it for the whole company instead of her own rows"),
        ("b.b", "loses it (had it for the whole company)"),
        ("d.d", "gains it for her own rows"),
    ]
