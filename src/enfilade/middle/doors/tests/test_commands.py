"""Held, released, returned: given, when, then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError

from enfilade.core.command import run_raw
from enfilade.core.context import Context, Held, Invalid, NotAllowed, NotFound, Refusal
from enfilade.core.held import held_steps
from enfilade.core.models import AuditEntry, HeldCommand, Membership, Notification, Role, SavedView
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race
from enfilade.middle.doors.commands import release_held, return_held
from enfilade.middle.doors.models import DoorRule
from enfilade.middle.doors.queries import held_for, openers, rehearse_rule

from .sample import mark_twice, mark_view

pytestmark = pytest.mark.django_db(transaction=True)
MARK = mark_view.command.name


class House:
    """A company with a clerk who asks and an owner who opens."""

    def __init__(self) -> None:
        self.company = make_company()
        self.clerk = make_ctx(self.company, "doors_sample.*", "core.save_view", "doors.view_heldcommand", role="clerk", name="Mara")
        self.owner = make_ctx(self.company, "*", role="owner", name="Paul")
        with scope(self.company.pk):
            self.view = SavedView.objects.create(company=self.company, owner=self.clerk.user, resource="core.role", name="Mine")

    def rule(self, **more: Any) -> DoorRule:
        """A rule of this company."""
        values = {
            "command": MARK,
            "fact": "percent",
            "op": ">",
            "value": "20",
            "release_role": "owner",
            "sentence": "{percent} % on {name} is above the limit of 20 %.",
        }
        return run_raw(self.owner, "doors.add_doorrule", {**values, **more})

    def hold(self, percent: int = 40, ctx: Context | None = None) -> HeldCommand:
        """Ask for too much."""
        with pytest.raises(Held) as held:
            mark_view(ctx or self.clerk, view=self.view, percent=Decimal(percent))
        return held.value.held

    def query(self) -> str:
        """What the view says."""
        with scope(self.company.pk):
            return SavedView.objects.get(pk=self.view.pk).query

    def state(self, held: HeldCommand) -> str:
        """Where a held command stands."""
        with scope(self.company.pk):
            return HeldCommand.objects.get(pk=held.pk).state


@pytest.fixture
def house() -> House:
    """A company with one rule."""
    made = House()
    made.rule()
    return made


def test_below_the_limit_the_door_is_open(house: House) -> None:
    """Exactly the limit is not above it; the facts are in the audit."""
    mark_view(house.clerk, view=house.view, percent=Decimal(20))
    assert house.query() == "p=20"
    with scope(house.company.pk):
        assert AuditEntry.objects.get(command=MARK).facts == {
            "view": house.view.pk,
            "percent": "20",
            "note": "",
            "double": "40",
            "name": "Mine",
        }


def test_above_the_limit_it_is_held_and_the_role_is_told(house: House) -> None:
    """Nothing was done; why and for whom is kept; the owner has a notification, the clerk none."""
    held = house.hold()
    assert (held.state, held.reason, held.release_role, held.maker) == (
        "waiting",
        "40 % on Mine is above the limit of 20 %.",
        "owner",
        house.clerk.user,
    )
    assert house.query() == ""
    with scope(house.company.pk):
        told = list(Notification.objects.values_list("user", "text", "ref"))
        assert told == [(house.owner.user.pk, "Mara waits at the door: 40 % on Mine is above the limit of 20 %.", ref(held))]
        assert [h.pk for h in held_for(house.owner, ref(house.view))] == [held.pk]
        assert openers(house.owner, held) == [house.owner.user]


def test_the_owner_releases_and_both_names_are_in_the_audit(house: House) -> None:
    """It runs as the maker, once; what came out is linked; the maker is told."""
    held = release_held(house.owner, held=house.hold(), note="Fine, once.")
    assert (held.state, held.decided_by, held.note, held.result) == ("released", house.owner.user, "Fine, once.", ref(house.view))
    assert house.query() == "p=40"
    with scope(house.company.pk):
        ran = AuditEntry.objects.get(command=MARK)
        assert (ran.user, ran.released_by) == (house.clerk.user, house.owner.user)
        assert ran.parent.command == "doors.release_held"
        told = Notification.objects.get(user=house.clerk.user)
        assert (told.text, told.ref) == ("Paul released what you asked for (mark view). Fine, once.", ref(house.view))
        assert [(s.office, s.state, s.who) for s in held_steps(house.owner, ref(house.view))] == [("middle", "done", "Paul")]


def test_returned_is_undone_and_told(house: House) -> None:
    """With the reason."""
    held = return_held(house.owner, held=house.hold(), reason="Too much.")
    assert (held.state, held.note, house.query()) == ("returned", "Too much.", "")
    with scope(house.company.pk):
        assert Notification.objects.get(user=house.clerk.user).text == "Paul returned what you asked for (mark view). Too much."
    with pytest.raises(Refusal) as refused:
        release_held(house.owner, held=held)
    assert refused.value.code == "not_waiting"


def test_a_return_needs_its_reason(house: House) -> None:
    """An empty one is refused."""
    with pytest.raises(Invalid):
        run_raw(house.owner, "doors.return_held", {"held": house.hold().pk, "reason": "  "})


def test_the_maker_never_opens_her_own(house: House) -> None:
    """Not with the role, not by returning, not by raw SQL, not after she got the role meanwhile."""
    held = house.hold(ctx=house.owner)
    for run in (lambda: release_held(house.owner, held=held), lambda: return_held(house.owner, held=held, reason="x")):
        with pytest.raises(Refusal) as refused:
            run()
        assert refused.value.code == "own_release"
    with pytest.raises(IntegrityError), scope(house.company.pk):
        HeldCommand.objects.filter(pk=held.pk).update(state="released", decided_by=held.maker, decided_at=house.owner.now)
    assert house.state(held) == "waiting"
    later = house.hold(41)
    promoted = replace(house.clerk, roles=frozenset({"clerk", "owner"}), permissions=frozenset({"*"}))
    with pytest.raises(Refusal) as refused:
        release_held(promoted, held=later)
    assert refused.value.code == "own_release"


def test_only_the_release_role_opens(house: House) -> None:
    """The permission alone is not enough, nor is the role alone; other companies see nothing."""
    held = house.hold()
    deputy = make_ctx(house.company, "*", role="deputy")
    with pytest.raises(Refusal) as refused:
        release_held(deputy, held=held)
    assert refused.value.code == "not_your_door"
    with pytest.raises(NotAllowed):
        release_held(replace(deputy, permissions=frozenset({"doors.view_heldcommand"}), roles=frozenset({"owner"})), held=held)
    with pytest.raises(NotFound):
        release_held(make_ctx(make_company("Other"), "*", role="owner"), held=held)
    assert (house.state(held), house.query()) == ("waiting", "")


@pytest.mark.parametrize("how", ["role", "member"])
def test_a_maker_who_lost_the_right_is_refused(house: House, how: str) -> None:
    """The command runs as its maker, with the rights that the maker has now."""
    held = house.hold()
    if how == "role":
        Role.objects.filter(company=house.company, code="clerk").update(permissions=[])
    else:
        Membership.objects.filter(user=house.clerk.user).update(active=False)
    with pytest.raises(Refusal) as refused:
        release_held(house.owner, held=held)
    assert refused.value.code == "maker_not_allowed"
    assert (house.state(held), house.query()) == ("waiting", "")
    assert return_held(house.owner, held=held, reason="She left.").state == "returned"


def test_what_changed_after_the_question_is_not_opened(house: House) -> None:
    """The releaser opens what was shown; another name on the view makes it another question."""
    held = house.hold()
    with scope(house.company.pk):
        SavedView.objects.filter(pk=house.view.pk).update(name="Theirs")
    with pytest.raises(Refusal) as refused:
        release_held(house.owner, held=held)
    assert refused.value.code == "door_refused"
    assert "changed" in str(refused.value)
    assert (house.state(held), house.query()) == ("waiting", "")


def test_a_command_inside_a_command_is_held_as_a_whole(house: House) -> None:
    """What waits is the outer command; its release lets the inner ones through."""
    with pytest.raises(Held) as raised:
        mark_twice(house.clerk, view=house.view, percent=Decimal(30))
    held = raised.value.held
    assert (held.command, house.query()) == (mark_twice.command.name, "")
    release_held(house.owner, held=held)
    assert house.query() == "p=30"


def test_the_highest_rank_opens_and_covers_the_rest(house: House) -> None:
    """Both reasons are told; one release is enough."""
    make_ctx(house.company, "*", role="board", name="Ada")
    house.rule(value="35", release_role="board", sentence="Above 35 %.", order="20")
    held = house.hold()
    assert (held.release_role, held.reason) == ("board", "Above 35 %. 40 % on Mine is above the limit of 20 %.")
    with pytest.raises(Refusal):
        release_held(house.owner, held=held)
    board = make_ctx(house.company, "*", role="board")
    assert release_held(board, held=held).state == "released"


def test_a_rule_made_later_is_not_opened_by_an_earlier_question(house: House) -> None:
    """Its role has not looked yet."""
    held = house.hold()
    make_ctx(house.company, "*", role="board")
    house.rule(value="35", release_role="board", sentence="Above 35 %.", order="20")
    with pytest.raises(Refusal) as refused:
        release_held(house.owner, held=held)
    assert refused.value.code == "held_by_another_rule"
    assert house.state(held) == "waiting"


def test_refuse_goes_before_hold(house: House) -> None:
    """And says why; nothing is kept."""
    house.rule(value="90", verdict="refuse", release_role="", sentence="Nobody gives {percent} %.")
    with pytest.raises(Refusal) as refused:
        mark_view(house.clerk, view=house.view, percent=Decimal(95))
    assert (refused.value.code, str(refused.value)) == ("door_refused", "Nobody gives 95 %.")
    with scope(house.company.pk):
        assert not HeldCommand.objects.exists()


def test_a_rule_for_one_role_leaves_the_others_alone() -> None:
    """Receptionists are held, the owner is not; inactive rules and other companies' rules stop nobody."""
    house = House()
    house.rule(maker_role="clerk")
    mark_view(house.owner, view=house.view, percent=Decimal(99))
    assert house.query() == "p=99"
    house.hold(50)
    other = House()
    mark_view(other.clerk, view=other.view, percent=Decimal(99))
    run_raw(house.owner, "doors.change_doorrule", {"doorrule": _only_rule(house).pk, "active": False})
    mark_view(house.clerk, view=house.view, percent=Decimal(60))
    assert house.query() == "p=60"


def _only_rule(house: House) -> DoorRule:
    with scope(house.company.pk):
        return DoorRule.objects.get()


def test_an_optional_input_left_out_is_no_fact_and_what_cannot_be_compared_is_held() -> None:
    """A control that can't decide does not let through."""
    house = House()
    house.rule(fact="note", op=">", value="5", sentence="Long note.")
    with pytest.raises(Held):
        mark_view(house.clerk, view=house.view, percent=Decimal(1), note="words")
    with pytest.raises(Held):
        mark_view(house.clerk, view=house.view, percent=Decimal(1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"command": "core.save_view"}, "command"),
        ({"command": "no.such"}, "command"),
        ({"fact": "colour"}, "fact"),
        ({"sentence": "On {colour}."}, "sentence"),
        ({"sentence": "{percent!r}"}, "sentence"),
        ({"sentence": "{facts.__class__}"}, "sentence"),
        ({"value": "much"}, "value"),
        ({"op": "~"}, "op"),
        ({"release_role": "nobody"}, "release_role"),
        ({"release_role": ""}, "release_role"),
        ({"maker_role": "nobody"}, "maker_role"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, str], field: str) -> None:
    """At the field, with a sentence, when it is written: not in silence when it should have held."""
    house = House()
    with pytest.raises(Refusal) as refused:
        house.rule(**wrong)
    assert refused.value.field == field
    with scope(house.company.pk):
        assert not DoorRule.objects.exists()


@pytest.mark.parametrize("values", [{"op": "like"}, {"verdict": "maybe"}, {"release_role": ""}, {"sentence": ""}, {"command": "x"}])
def test_the_database_refuses_such_rules_too(values: dict[str, str]) -> None:
    """Constraints, for whoever comes by another way."""
    house = House()
    rule = house.rule()
    with pytest.raises(DatabaseError), scope(house.company.pk):
        DoorRule.objects.filter(pk=rule.pk).update(**values)


def test_a_rule_is_rehearsed_against_the_past(house: House) -> None:
    """By the facts that the audit kept, held and released ones included."""
    mark_view(house.clerk, view=house.view, percent=Decimal(5))
    mark_view(house.clerk, view=house.view, percent=Decimal(15))
    release_held(house.owner, held=house.hold(40))
    house.hold(50)
    rule = house.rule(value="10", maker_role="clerk")
    with scope(house.company.pk):
        found = rehearse_rule(house.owner, rule, house.owner.today)
        assert (found.looked_at, found.complete) == (4, True)
        hits = {h.facts["percent"]: (h.became, h.released_by) for h in found.hits}
        assert hits == {"50": ("waiting", ""), "40": ("released", "Paul"), "15": ("ran", "")}
        assert rehearse_rule(house.owner, rule, house.owner.today + timedelta(days=2)).looked_at == 0


def test_the_same_key_tells_what_became_of_it(house: House) -> None:
    """A retry of a held command: it waits, then it gives what the release gave; a returned one says so. Never twice."""
    keyed = house.clerk.with_key("k1")
    held = house.hold(40, keyed)
    assert house.hold(40, keyed).pk == held.pk
    release_held(house.owner, held=held)
    assert mark_view(keyed, view=house.view, percent=Decimal(40)).pk == house.view.pk
    other = house.clerk.with_key("k2")
    return_held(house.owner, held=house.hold(41, other), reason="Too much.")
    with pytest.raises(Refusal) as refused:
        mark_view(other, view=house.view, percent=Decimal(41))
    assert (refused.value.code, str(refused.value)) == ("returned", "This was returned at the door: Too much.")
    with scope(house.company.pk):
        assert AuditEntry.objects.filter(command=MARK).count() == 1


def test_a_rehearsed_command_is_shown_as_held_and_kept_nowhere(house: House) -> None:
    """“Show what would happen” says that it would wait."""
    with pytest.raises(Held) as raised:
        mark_view(replace(house.clerk, rehearse=True), view=house.view, percent=Decimal(40))
    assert raised.value.held.pk is None
    with scope(house.company.pk):
        assert not HeldCommand.objects.exists()
        assert not Notification.objects.exists()


@pytest.mark.races
def test_a_hundred_people_release_one_held_command(house: House) -> None:
    """It runs once; everybody else is told that it is released already."""
    held = house.hold()
    owners = [make_ctx(house.company, "*", role="owner") for _ in range(100)]
    found = race(100, lambda i: release_held(owners[i], held=held.pk))
    winners = [f for f in found if isinstance(f, HeldCommand)]
    refused = [f.code for f in found if isinstance(f, Refusal)]
    assert (len(winners), set(refused), len(refused)) == (1, {"not_waiting"}, 99), [f for f in found if not isinstance(f, HeldCommand)][:5]
    with scope(house.company.pk):
        assert AuditEntry.objects.filter(command=MARK).count() == 1
