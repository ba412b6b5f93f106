"""Visitors: one record from the invitation to the way out, one badge each, and nobody who is watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from enfilade.base.party.commands import add_person, merge_parties
from enfilade.base.work.commands import note_absence
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.models import Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.front.visitors import commands
from enfilade.front.visitors.jobs import look_after_company
from enfilade.front.visitors.models import Entrance, Visitor, WatchedPerson
from enfilade.front.visitors.queries import expected_on, in_the_house, left_on, roll

from .conftest import MONDAY, TWO, invited

pytestmark = pytest.mark.django_db(transaction=True)


def at(ctx: Context, **later: int) -> Context:
    """The same caller so much later."""
    return replace(ctx, now=MONDAY + timedelta(**later), key="")


def told(ctx: Context) -> list[str]:
    """What somebody was told, the oldest first."""
    with scope(ctx.company_id, read_only=True):
        return list(Notification.objects.filter(user=ctx.user).order_by("pk").values_list("text", flat=True))


def seen(ctx: Context, read: Callable[[], Any]) -> Any:
    """What is read with the rights of the application; rows of a query as a list."""
    with scope(ctx.company_id, read_only=True):
        found = read()
        return list(found) if isinstance(found, QuerySet) else found


def watch(ctx: Context, name: str, what: str = "refuse", **more: Any) -> WatchedPerson:
    """Put somebody on the watch list."""
    given = {"name": name, "what": what, "reason": "Stole a laptop", "owner": ctx.user.pk, **more}
    made: WatchedPerson = run_raw(ctx, "visitors.add_watchedperson", given)
    return made


def test_one_record_from_the_invitation_to_the_way_out(desk: Context, host: Context, guest: Visitor) -> None:
    """Invited, let in with a badge, fetched, gone; the host hears of it, and each moment is kept."""
    commands.admit_visitor(at(desk, hours=4), visitor=guest.pk)
    guest = seen(desk, lambda: Visitor.objects.get(pk=guest.pk))
    assert (guest.state, guest.badge, guest.received_by) == ("waiting", 1, desk.user)
    assert [v.pk for v in seen(desk, lambda: in_the_house(desk))] == [guest.pk]
    commands.fetch_visitor(at(host, hours=4, minutes=3), visitor=guest.pk)
    commands.let_out(at(desk, hours=5), visitor=guest.pk)
    guest = seen(desk, lambda: Visitor.objects.get(pk=guest.pk))
    assert (guest.state, guest.fetched_at, guest.left_at) == ("left", TWO + timedelta(minutes=3), TWO + timedelta(hours=1))
    assert told(host) == ["Ida Weber (Weber Tools) is expected for you", "Ida Weber (Weber Tools) is here for you"]
    assert (seen(desk, lambda: in_the_house(desk)), [v.pk for v in seen(desk, lambda: left_on(desk, desk.today))]) == ([], [guest.pk])
    with pytest.raises(Refusal, match="has left already"):
        commands.let_out(at(desk, hours=6), visitor=guest.pk)


@pytest.mark.parametrize("name", ["Ida Weber", "ida  WEBER", "Weber, Ida", "Ída Weber"])
def test_who_is_expected_and_stands_there_is_the_same_record(desk: Context, guest: Visitor, name: str) -> None:
    """However the name is typed at the desk, there is no second visitor."""
    found = commands.receive_visitor(at(desk, hours=3), name=name)
    assert (found.pk, seen(desk, Visitor.objects.count), found.state, found.name) == (guest.pk, 1, "waiting", "Ida Weber")


def test_who_is_not_expected_says_whom_she_comes_to_see(desk: Context, host: Context, door: Entrance) -> None:
    with pytest.raises(Refusal, match="say whom she comes to see"):
        commands.receive_visitor(desk, name="Ola Nord")
    found = commands.receive_visitor(desk, name="Ola Nord", host=host.user.pk)
    assert (found.state, found.badge, found.expected_at, found.invited_by) == ("waiting", 1, MONDAY, None)
    assert told(host) == ["Ola Nord is here for you"]


def test_two_of_one_name_are_told_apart(desk: Context, host: Context, guest: Visitor) -> None:
    """By whom they come to see, or by where they come from; otherwise the desk is asked."""
    other = make_ctx(desk.company, "visitors.*", name="Ruth Amsel", now=MONDAY)
    twin = invited(desk, other, "Ida Weber", organisation="City of Berlin")
    with pytest.raises(Refusal, match="Several visitors of this name"):
        commands.receive_visitor(desk, name="Ida Weber")
    assert commands.receive_visitor(desk, name="Ida Weber", organisation="city of berlin").pk == twin.pk
    assert commands.receive_visitor(desk, name="Ida Weber", host=host.user.pk).pk == guest.pk


def test_a_group_comes_one_by_one(desk: Context, host: Context, door: Entrance) -> None:
    """Each is a record, all are called together, and the host is told once."""
    ada = add_person(desk, given_name="Ada", family_name="Lindqvist")
    guests = (commands.Guest("Bo One"), commands.Guest(party=ada), commands.Guest("Cy Three", plate="B-CY 3"))
    commands.invite_visitors(desk, guests=guests, expected_at=TWO, host=host.user.pk, group="Works council")
    found = seen(desk, lambda: expected_on(desk, desk.today).select_related("party"))
    assert [(v.name, v.group, v.party, v.plate) for v in found] == [
        ("Bo One", "Works council", None, ""),
        ("Ada Lindqvist", "Works council", ada, ""),
        ("Cy Three", "Works council", None, "B-CY 3"),
    ]
    assert told(host) == ["Bo One is expected for you, and 2 more"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"guests": ()}, "Say who comes"),
        ({"guests": (commands.Guest("A"), commands.Guest(organisation="B"))}, "Give the name of each visitor"),
        ({"guests": (commands.Guest("A"),) * 201}, "at most 200"),
        ({"expected_at": MONDAY - timedelta(minutes=1)}, "This time has passed"),
        ({"expected_until": TWO}, "ends after it begins"),
    ],
)
def test_what_no_invitation_says(desk: Context, door: Entrance, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        commands.invite_visitors(desk, **{"guests": (commands.Guest("A"),), "expected_at": TWO, **given})
    assert not seen(desk, Visitor.objects.exists)


def test_where_visitors_come_in_has_to_be_known(desk: Context, host: Context) -> None:
    """Without an entrance nobody is invited; with two of them one is chosen."""
    with pytest.raises(Refusal, match="add an entrance"):
        invited(desk, host, "A")
    first = run_raw(desk, "visitors.add_entrance", {"name": "North"})
    run_raw(desk, "visitors.add_entrance", {"name": "South"})
    with pytest.raises(Refusal, match="choose one"):
        invited(desk, host, "A")
    made = commands.invite_visitors(desk, guests=(commands.Guest("A"),), expected_at=TWO, entrance=first.pk)
    assert (made.entrance, made.host) == (first, desk.user)


def test_an_invitation_is_changed_and_called_off(desk: Context, host: Context, guest: Visitor) -> None:
    other = make_ctx(desk.company, "visitors.*", name="Ruth Amsel", now=MONDAY)
    commands.change_invitation(desk, visitor=guest.pk, expected_at=TWO + timedelta(days=1), host=other.user.pk, purpose="Audit")
    assert told(other) == ["Ida Weber (Weber Tools) is expected for you"]
    assert seen(desk, lambda: expected_on(desk, desk.today).select_related("party")) == []
    commands.cancel_invitation(desk, visitor=guest.pk, reason="Has a cold")
    assert told(other)[-1] == "Ida Weber (Weber Tools) does not come: Has a cold"
    with pytest.raises(Refusal, match="it has to be expected"):
        commands.admit_visitor(desk, visitor=guest.pk)


def test_badges_come_back(desk: Context, host: Context, door: Entrance) -> None:
    """The lowest free one is handed out; who comes when all are worn has to wait."""
    first, second, third = (invited(desk, host, name) for name in ("A", "B", "C"))
    commands.admit_visitor(desk, visitor=first.pk)
    assert commands.admit_visitor(desk, visitor=second.pk).badge == 2
    with pytest.raises(Refusal, match="All 2 badges are worn"):
        commands.admit_visitor(desk, visitor=third.pk)
    commands.let_out(desk, visitor=first.pk)
    assert commands.admit_visitor(desk, visitor=third.pk).badge == 1


def test_two_desks_never_hand_out_one_badge(desk: Context, host: Context, door: Entrance) -> None:
    """Real threads: of three visitors at three desks two come in, with two badges."""
    visitors = [invited(desk, host, name) for name in ("A", "B", "C")]

    def admit(number: int) -> int | str | None:
        try:
            return commands.admit_visitor(replace(desk, key=f"desk {number}"), visitor=visitors[number].pk).badge
        except Refusal as no:
            return no.code

    assert sorted(map(str, race(3, admit))) == ["1", "2", "no_badge_left"]


def test_one_visitor_is_let_in_once(desk: Context, guest: Visitor) -> None:
    """Real threads: at the desk and by name at another one at once."""

    def admit(number: int) -> str:
        ctx = replace(desk, key=f"desk {number}")
        try:
            commands.admit_visitor(ctx, visitor=guest.pk) if number else commands.receive_visitor(ctx, name="Ida Weber")
        except Refusal as no:
            return no.code
        return "in"

    assert "in" in race(2, admit)
    assert [v.state for v in seen(desk, Visitor.objects.all)] == ["waiting"]


def test_who_is_watched_does_not_come_in(desk: Context, host: Context, guest: Visitor) -> None:
    """The desk reads why and whom to ask; who may lets her in and answers for it."""
    guard = make_ctx(desk.company, "visitors.*", name="Gesa Wacht", now=MONDAY)
    entry = watch(guard, "WEBER Ida")
    porter = make_ctx(desk.company, "visitors.view_visitor", "visitors.admit_visitor", name="Paul Porter", now=MONDAY)
    for act in (lambda: commands.admit_visitor(porter, visitor=guest.pk), lambda: commands.receive_visitor(porter, name="Ida Weber")):
        with pytest.raises(Refusal, match=r"Do not let WEBER Ida in: Stole a laptop\. Ask Gesa Wacht\."):
            act()
    with pytest.raises(Refusal):
        commands.let_in_watched(porter, visitor=guest.pk, because="She is nice")
    commands.let_in_watched(guard, visitor=guest.pk, because="Brings the laptop back")
    guest = seen(desk, lambda: Visitor.objects.select_related("watched").get(pk=guest.pk))
    assert (guest.state, guest.watched, guest.let_in_because) == ("waiting", entry, "Brings the laptop back")


def test_the_owner_hears_who_of_the_watch_list_came(desk: Context, host: Context, guest: Visitor) -> None:
    guard = make_ctx(desk.company, "visitors.*", name="Gesa Wacht", now=MONDAY)
    watch(guard, "Ida Weber", "tell")
    commands.admit_visitor(desk, visitor=guest.pk)
    assert told(guard) == ["Ida Weber (Weber Tools) of the watch list came in to see Jonas Brandl"]


@pytest.mark.parametrize(
    ("entry", "kept_out"),
    [
        ({}, True),
        ({"organisation": "weber tools"}, True),
        ({"organisation": "Somebody else"}, False),
        ({"until_on": "2026-11-02"}, True),
        ({"until_on": "2026-11-01"}, False),
    ],
)
def test_whom_an_entry_of_the_watch_list_means(desk: Context, guest: Visitor, entry: dict[str, str], kept_out: bool) -> None:
    watch(desk, "Ida Weber", **entry)
    if kept_out:
        with pytest.raises(Refusal, match="Do not let"):
            commands.admit_visitor(desk, visitor=guest.pk)
    else:
        assert commands.admit_visitor(desk, visitor=guest.pk).watched is None


def test_nobody_waits_unnoticed(desk: Context, host: Context, guest: Visitor) -> None:
    """After ten minutes the host is reminded once, and who stands in for her."""
    deputy = make_ctx(desk.company, "visitors.*", "work.*", name="Dora Vertreten", now=MONDAY)
    commands.admit_visitor(desk, visitor=guest.pk)
    note_absence(desk, user=host.user.pk, from_at=MONDAY, until_at=MONDAY + timedelta(days=1), deputy=deputy.user.pk)
    assert look_after_company(at(desk, minutes=9)) == (0, 0)
    assert look_after_company(at(desk, minutes=10)) == (1, 0)
    assert look_after_company(at(desk, minutes=15)) == (0, 0)
    text = "Ida Weber (Weber Tools) has been waiting for you for 10 min"
    assert (told(host)[-1], told(deputy)[-1]) == (text, text)


def test_who_never_came_is_known_the_next_day(desk: Context, guest: Visitor) -> None:
    """She is let in all the same when she comes then."""
    assert look_after_company(at(desk, hours=10)) == (0, 0)
    assert look_after_company(at(desk, days=1)) == (0, 1)
    guest = seen(desk, lambda: Visitor.objects.get(pk=guest.pk))
    assert guest.state == "missed"
    assert commands.admit_visitor(at(desk, days=1), visitor=guest.pk).state == "waiting"


def test_a_visit_of_several_days_is_expected_on_each(desk: Context, host: Context, door: Entrance) -> None:
    commands.invite_visitors(
        desk, guests=(commands.Guest("Ida"),), expected_at=TWO, expected_until=TWO + timedelta(days=2), host=host.user.pk
    )
    assert [len(seen(desk, lambda n=n: expected_on(desk, desk.today + timedelta(days=n)))) for n in (-1, 0, 1, 2, 3)] == [0, 1, 1, 1, 0]
    assert look_after_company(at(desk, days=2)) == (0, 0)
    assert look_after_company(at(desk, days=3)) == (0, 1)


def test_who_is_turned_away_has_not_been_in(desk: Context, host: Context, guest: Visitor) -> None:
    commands.turn_away(desk, visitor=guest.pk, reason="No identification")
    assert told(host)[-1] == "Ida Weber (Weber Tools) was turned away: No identification"
    assert seen(desk, lambda: in_the_house(desk)) == []


def test_the_roll_counts_who_is_in_the_house(desk: Context, host: Context, guest: Visitor) -> None:
    """By entrance, those without anybody too."""
    run_raw(desk, "visitors.add_entrance", {"name": "Back door"})
    commands.admit_visitor(desk, visitor=guest.pk)
    assert [(r.entrance.name, [v.name for v in r.visitors]) for r in seen(desk, lambda: roll(desk))] == [
        ("Back door", []),
        ("Front door", ["Ida Weber"]),
    ]


def test_visits_follow_a_merged_party(desk: Context, host: Context, door: Entrance) -> None:
    keep, other = (add_person(desk, given_name="Ada", family_name=name) for name in ("Lindqvist", "Lindkvist"))
    visitor = invited(desk, host, "Ada", party=other)
    merge_parties(desk, keep=keep.pk, other=other.pk)
    visitor = seen(desk, lambda: Visitor.objects.select_related("party").get(pk=visitor.pk))
    assert visitor.party == keep


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE visitors_visitor SET badge = 1, state = 'waiting', arrived_at = now()", "badge_worn_once"),
        ("UPDATE visitors_visitor SET name_key = ''", "visitor_named"),
        ("UPDATE visitors_visitor SET expected_until = expected_at", "visitor_until_after"),
        ("UPDATE visitors_visitor SET state = 'inside'", "visitor_times_fit_state"),
        ("UPDATE visitors_visitor SET state = 'left', left_at = now()", "visitor_times_fit_state"),
        ("UPDATE visitors_visitor SET badge = 7", "visitor_times_fit_state"),
        ("UPDATE visitors_visitor SET state = 'cancelled'", "visitor_ended_why"),
        ("UPDATE visitors_entrance SET badges = 10000", "entrance_badges"),
        ("UPDATE visitors_watchedperson SET reason = ''", "watched_person_why"),
    ],
)
def test_what_the_database_refuses(desk: Context, host: Context, guest: Visitor, sql: str, constraint: str) -> None:
    invited(desk, host, "Second")
    watch(desk, "Somebody")
    with pytest.raises(DatabaseError, match=constraint), scope(desk.company_id), connection.cursor() as cursor:
        cursor.execute(sql)
