"""Search by words: what is found, that both ways to it find the same, and that no way asks more when there are more rows."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enfilade.base.party.models import Party, PartyWord
from enfilade.base.party.queries import find_parties
from enfilade.core import words
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.resource import resource_named
from enfilade.core.resource.listing import filtered, listing
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .callers import browser_of

pytestmark = pytest.mark.django_db
PARTIES = "party.party"
NAMES = ("Anna", "Annika", "Ben", "Berta", "Carla", "Zoe")


def search(ctx: Context, q: str, **params: Any) -> list[int]:
    """The keys on the first page of what a list finds."""
    with scope(ctx.company_id):
        return [r.pk for r in listing(resource_named(PARTIES), ctx, {"q": q, **params}).rows]


def add_people(ctx: Context, number: int) -> None:
    """People with few names and many families, straight into the table: the trigger keeps their words."""
    chance = random.Random(5)
    with scope(ctx.company_id):
        before = Party.objects.count()
        names = [f"{chance.choice(NAMES)} {chance.choice(NAMES)}mann{n % 7}" for n in range(number)]
        Party.objects.bulk_create(
            [Party(company=ctx.company, number=f"W-{before + n:04d}", name=name, name_key=name.lower()) for n, name in enumerate(names)]
        )


def all_pages(ctx: Context, **params: Any) -> list[int]:
    """Every page from the first to the last, in one list."""
    found: list[int] = []
    after = ""
    while True:
        with scope(ctx.company_id):
            page = listing(resource_named(PARTIES), ctx, {**params, "limit": "7", **({"after": after} if after else {})})
        found += [r.pk for r in page.rows]
        if not (after := page.after):
            return found


def test_words_are_found_by_their_beginnings(owner: Context) -> None:
    """Without case and accents, in any order, number and mail included; what is changed is found anew at once."""
    made = run_raw(owner, "party.add_person", {"given_name": "Łukasz", "family_name": "Müller-Straß", "email": "l.m@example.org"})
    other = run_raw(owner, "party.add_party", {"kind": "organisation", "name": "Œuvre & Søn Ångström"})
    for q in ("luk", "mull", "MÜLLER", "müller-str", "strass", "stra łu", made.number, "l.m@", "example.org", "Łukasz,"):
        assert search(owner, q) == [made.pk], q
    for q in ("oeuv", "son ang", "SØN", "Ångström"):
        assert search(owner, q) == [other.pk], q
    for q in ("ukasz", "%", "_", "luk meyer", "\\", ",", "\U0010ffff"):
        assert search(owner, q) == [], q
    run_raw(owner, "party.change_party", {"party": made.pk, "name": "Ada Okafor", "given_name": "Ada", "family_name": "Okafor"})
    assert (search(owner, "okaf"), search(owner, "mull")) == ([made.pk], [])
    with scope(owner.company_id):
        assert [p.pk for p in find_parties(owner, "ada okaf")] == [made.pk]
    assert "Ada Okafor" in browser_of(owner).get("/palette/?q=okaf").content.decode()


@pytest.mark.parametrize(("few", "near"), [(10_000, 500), (0, 500), (0, 9), (20, 60)])
def test_every_way_finds_the_same_in_order(owner: Context, monkeypatch: pytest.MonkeyPatch, few: int, near: int) -> None:
    """Few rows put in order, many in the order of their words, and too few of those: each row once, as a plain search would give it."""
    monkeypatch.setattr(words, "FEW_MAX", few)
    monkeypatch.setattr(words, "NEAR_MAX", near)
    add_people(owner, 120)
    for q, sort in (("an", "name"), ("zo", "name"), ("zo", "-name"), ("be ann", "-number"), ("ca bermann", "name"), ("w-", "birth_on")):
        starts = q.split()
        with scope(owner.company_id):
            rows = Party.objects.visible_to(owner).order_by(f"{sort}", f"{'-' if sort[0] == '-' else ''}pk")
            wanted = [r.pk for r in rows if all(any(t.startswith(s) for t in (*r.name_key.split(), r.number.lower())) for s in starts)]
            assert sorted(filtered(resource_named(PARTIES), owner, {"q": q}).values_list("pk", flat=True)) == sorted(wanted)
        assert all_pages(owner, q=q, sort=sort) == wanted, (q, sort)


def test_a_search_asks_the_same_number_of_questions(owner: Context) -> None:
    """With ten rows and with two hundred; a word more costs no query."""

    def queries(q: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            search(owner, q)
        return len(asked)

    add_people(owner, 10)
    few = [queries(q) for q in ("an", "an be", "nobody")]
    add_people(owner, 190)
    assert [queries(q) for q in ("an", "an be", "nobody")] == few
    assert len(set(few)) == 1


def test_words_stay_behind_the_wall(owner: Context) -> None:
    """Another company's words lead to nothing, and nobody but the trigger writes them."""
    other = make_ctx(make_company("Other"), "*")
    made = run_raw(other, "party.add_person", {"given_name": "Ada", "family_name": "Okafor"})
    assert search(owner, "okaf") == []
    assert search(other, "okaf") == [made.pk]
    with scope(owner.company_id):
        assert not PartyWord.objects.exists()
    with pytest.raises(Exception, match="permission denied"), scope(other.company_id), connection.cursor() as cursor:
        cursor.execute("DELETE FROM party_partyword")


def test_a_case_is_found_by_its_words_and_by_whom_it_is_about(owner: Context) -> None:
    """Each word begins one of the case's own or one of the party's; a changed name is followed. Ctrl-K finds the case too."""
    ada = run_raw(owner, "party.add_person", {"given_name": "Ada", "family_name": "Okafor"})
    case = run_raw(owner, "work.open_case", {"kind": "question", "title": "Crown is loose", "party": ada.pk})
    run_raw(owner, "work.open_case", {"kind": "question", "title": "Crown and bridge"})

    def found(q: str) -> list[int]:
        with scope(owner.company_id):
            return [r.pk for r in listing(resource_named("work.case"), owner, {"q": q}).rows]

    for q in ("loos", "okaf", "okaf crown", "crown okaf ada", case.number):
        assert found(q) == [case.pk], q
    assert found("rown") == found("okaf bridge") == []
    run_raw(owner, "party.change_party", {"party": ada.pk, "name": "Ada Ruiz", "given_name": "Ada", "family_name": "Ruiz"})
    assert (found("okaf"), found("ruiz")) == ([], [case.pk])
    assert {f["hint"] for f in browser_of(owner).get("/palette/?q=ruiz").json() if f["kind"] == "record"} == {"party", "case"}


def test_ctrl_k_asks_once_for_all_lists(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """One query for the keys, one for each kind that is found; not more with more rows, also where a word is frequent."""
    browser = browser_of(owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get("/palette/?q=ann")
        return len(asked)

    add_people(owner, 30)
    # The first request also begins the session.
    queries()
    few = queries()
    add_people(owner, 170)
    monkeypatch.setattr(words, "FEW_MAX", 20)
    assert queries() == few
    with CaptureQueriesContext(connection) as nothing:
        browser.get("/palette/?q=nobodyatall")
    assert len(nothing) == few - 1
