"""A first password and a forgotten one: by a link that is mailed, opens once, and tells nobody who has an account."""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import app
from enfilade.core.models import AuditEntry, Identity, Role, SignIn, SignInEvent, User
from enfilade.core.scope import scope
from enfilade.core.signin import links
from enfilade.core.signin.events import Place
from enfilade.core.signin.letters import FIRST, FORGOTTEN
from enfilade.core.testing import make_company, make_ctx, race
from enfilade.site.cli import main

from .test_security import NEW, PASSWORD, inside, kinds, set_up_app, sign_in

pytestmark = pytest.mark.django_db
SITE = "https://house.example"
places = itertools.count(1_000)
# What differs from page to page whoever asks.
CHANGING = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture(autouse=True)
def house(settings: Any) -> None:
    """Links lead to the configured name; how slowly a password is hashed is not what is tried here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SITE_URL = SITE
    waiting()


@pytest.fixture
def person() -> Context:
    """Somebody with a password."""
    ctx = make_ctx(make_company(), "*", name="Petra Person")
    ctx.user.set_password(PASSWORD)
    ctx.user.save()
    return ctx


def stranger(number: int = 0) -> Client:
    """A browser of somebody who is not signed in; from an address in the network of her own, unless it has a number."""
    place = number or next(places)
    return Client(REMOTE_ADDR=f"10.77.{place // 250}.{place % 250}")


def waiting() -> list[tuple[str, dict[str, Any]]]:
    """Take the jobs that wait: name and arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'core.mail_password%%' RETURNING *)"
            " SELECT task_name, args FROM taken ORDER BY id"
        )
        return [(name, args if isinstance(args, dict) else json.loads(args)) for name, args in cursor.fetchall()]


def work() -> list[str]:
    """Run the jobs that wait, as the worker does; the mails they sent."""
    mail.outbox.clear()
    for name, args in waiting():
        app.tasks[name](**args)
    return [str(m.body) for m in mail.outbox]


def path_in(letter: str) -> str:
    """The address in a letter, without the name of the site, under which it must lie."""
    found = re.search(rf"^{SITE}(/sign-in/password/\S+/)$", letter, re.MULTILINE)
    assert found is not None, letter
    return found[1]


def link_for(ctx: Context) -> str:
    """What somebody is mailed who says that she has forgotten her password."""
    waiting()
    stranger().post("/sign-in/password/", {"email": ctx.user.email})
    (letter,) = work()
    return path_in(letter)


def choose(path: str, new: str = NEW, again: str = "", browser: Client | None = None) -> Any:
    """Open a link and type a password twice."""
    browser = browser or stranger()
    assert browser.get(path)["Location"] == "/sign-in/password/new/"
    return browser.post("/sign-in/password/new/", {"new": new, "again": again or new})


# -- forgotten


def test_a_forgotten_password_is_replaced_by_a_link(person: Context) -> None:
    """Every session ends, she is told, the old one opens nothing; it is written down and mailed to nobody else."""
    before = sign_in(person)
    answer = choose(link_for(person))
    assert answer.status_code == 200
    assert "Your password is set" in answer.content.decode()
    assert not inside(before)
    assert SignIn.objects.filter(user=person.user, ended_at=None).count() == 0
    assert not inside(sign_in(person))
    browser = stranger()
    assert browser.post("/sign-in/", {"email": person.user.email, "password": NEW}).status_code == 302
    assert inside(browser)
    assert kinds(person.user)[1:5] == ["link_asked", "link_sent", "password_changed", "ended"]
    (told,) = work()
    assert "was changed" in told
    assert (mail.outbox[0].to, mail.outbox[0].extra_headers["Auto-Submitted"]) == ([person.user.email], "auto-generated")
    changed = SignInEvent.objects.get(user=person.user, kind="password_changed")
    assert (changed.detail, str(changed.address).startswith("10.77.")) == ("by a link", True)


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(person: Context) -> None:
    """Status, page, number of queries, and what is written to the database for the job."""
    closed = make_ctx(make_company(), "*").user
    User.objects.filter(pk=closed.pk).update(is_active=False)
    seen = []
    for email in (person.user.email, "nobody@nowhere.example", closed.email, "a\x00b", ""):
        browser = stranger()
        browser.get("/sign-in/password/")
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post("/sign-in/password/", {"email": email})
        seen.append((answer.status_code, CHANGING.sub("", answer.content.decode()), len(queries)))
    assert [s[:2] for s in seen] == [seen[0][:2]] * 5
    assert [s[2] for s in seen[:3]] == [seen[0][2]] * 3
    work()
    assert [m.to for m in mail.outbox] == [[person.user.email]]


def test_a_link_opens_once(person: Context) -> None:
    """Looking uses nothing up; setting a password does, of that link and of every other one. So does signing in."""
    first, second = link_for(person), link_for(person)
    watcher = stranger()
    assert [watcher.get(first).status_code for _ in range(3)] == [302] * 3
    assert watcher.get("/sign-in/password/new/").status_code == 200
    assert choose(first).status_code == 200
    for path in (first, second):
        assert stranger().get(path).status_code == 302
        browser = stranger()
        browser.get(path)
        assert browser.post("/sign-in/password/new/", {"new": PASSWORD, "again": PASSWORD}).status_code == 410
    assert watcher.get("/sign-in/password/new/").status_code == 410
    third = link_for(person)
    stranger().post("/sign-in/", {"email": person.user.email, "password": NEW})
    assert choose(third).status_code == 410


def test_a_link_ends_by_itself(person: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forgotten one after an hour, a first one after seven days; the signature carries when it was made."""
    now = timezone.now().timestamp()

    def made(cause: str, ago: timedelta) -> str:
        with monkeypatch.context() as past:
            past.setattr("django.core.signing.time.time", lambda: now - ago.total_seconds())
            return links.make_link(person.user, cause).split("/")[3]

    for cause, lasts in ((FORGOTTEN, timedelta(hours=1)), (FIRST, timedelta(days=7))):
        assert links.owner_of(made(cause, lasts - timedelta(seconds=30))) == person.user
        assert links.owner_of(made(cause, lasts + timedelta(seconds=30))) is None


def test_what_is_no_link_opens_nothing(person: Context) -> None:
    """Cut, turned, signed for something else, made up, of an account that was closed meanwhile."""
    good = links.make_link(person.user, FORGOTTEN).split("/")[3]
    other = TimestampSigner(salt="enfilade.elevation").sign(good.rpartition(":")[0].rpartition(":")[0])
    for bad in (good[:-1], good[1:], good.swapcase(), other, "new", "x", "x" * 5000, ":::", "%00"):
        assert links.owner_of(bad) is None, bad
        browser = stranger()
        browser.get(f"/sign-in/password/{bad}/")
        assert browser.post("/sign-in/password/new/", {"new": NEW, "again": NEW}).status_code == 410
    assert stranger().get("/sign-in/password/new/").status_code == 410
    User.objects.filter(pk=person.user.pk).update(is_active=False)
    assert links.owner_of(good) is None


@pytest.mark.parametrize(
    ("new", "again"), [("short", "short"), (NEW, "another"), ("petra person example", "petra person example"), ("a\x00" * 9, "a\x00" * 9)]
)
def test_a_bad_password_is_a_sentence_and_the_link_stays(person: Context, new: str, again: str) -> None:
    path = link_for(person)
    answer = choose(path, new, again)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert choose(path).status_code == 200


def test_the_second_factor_stays(person: Context) -> None:
    """A link gives the password, not what else is asked for."""
    set_up_app(sign_in(person))
    assert choose(link_for(person)).status_code == 200
    browser = stranger()
    assert browser.post("/sign-in/", {"email": person.user.email, "password": NEW})["Location"] == "/sign-in/second/"
    assert not inside(browser)


def test_nobody_is_flooded(person: Context) -> None:
    """Three links an hour for one person, whoever asks; and one address of the network is closed after twenty questions."""
    for _ in range(5):
        assert stranger().post("/sign-in/password/", {"email": person.user.email}).status_code == 200
    assert len(work()) == links.MAILED_MAX
    answers = [stranger(9).post("/sign-in/password/", {"email": f"n{n}@nowhere.example"}).status_code for n in range(links.ASKED_MAX + 1)]
    assert answers == [200] * links.ASKED_MAX + [429]
    assert stranger(10).post("/sign-in/password/", {"email": "x@nowhere.example"}).status_code == 200


def test_the_name_of_the_site_is_never_taken_from_a_request(person: Context, settings: Any) -> None:
    """S16: a forged Host leads nobody away."""
    settings.ALLOWED_HOSTS = ["*"]
    stranger().post(
        "/sign-in/password/", {"email": person.user.email}, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    (letter,) = work()
    assert path_in(letter)
    assert "evil" not in letter


def test_a_mail_server_that_is_away_is_written_down_and_tried_again(person: Context, settings: Any) -> None:
    """The job fails, so that it runs again; each time it makes a link of its own."""
    stranger().post("/sign-in/password/", {"email": person.user.email})
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 9
    with pytest.raises(OSError, match="refused"):
        links.mail_link(user_id=person.user.pk, cause=FORGOTTEN)
    assert kinds(person.user) == ["link_asked", "mail_failed"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(work()) == 1


def test_without_a_name_of_the_site_the_page_says_whom_to_ask(person: Context, settings: Any) -> None:
    settings.SITE_URL = ""
    page = stranger().get("/sign-in/password/").content.decode()
    assert "enfilade password-link" in page
    assert "<form" not in page
    assert "enfilade password-link" in stranger().post("/sign-in/password/", {"email": person.user.email}).content.decode()
    assert work() == []


# -- the first one


def give_access(boss: Context, email: str = "nora@new.example") -> Any:
    """An administrator adds somebody, without a password."""
    role, _ = Role.objects.get_or_create(company=boss.company, code="clerk", defaults={"name": "Clerk", "permissions": ["item.view_item"]})
    return run_raw(boss, "core.add_member", {"email": email, "name": "Nora New", "roles": [role.pk]})


def test_who_is_added_chooses_her_own_password(person: Context) -> None:
    """She gets a link for seven days, in the language of the company; nobody else ever knew a password of hers."""
    person.company.language = "de"
    person.company.save()
    member = give_access(person)
    assert not member.user.has_usable_password()
    (letter,) = work()
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (["nora@new.example"], f"Ihr Zugang bei {person.company.name}")
    assert choose(path_in(letter)).status_code == 200
    browser = stranger()
    browser.post("/sign-in/", {"email": "nora@new.example", "password": NEW})
    assert inside(browser)
    with scope(person.company_id):
        entry = AuditEntry.objects.visible_to(person).get(command="core.add_member")
    assert "sign-in/password" not in json.dumps([entry.inputs, entry.changes, entry.result], default=str)
    assert SignInEvent.objects.get(user=member.user, kind="link_sent").detail == "first password, asked for by Petra Person"


def test_a_rehearsal_mails_nothing_and_who_has_a_password_gets_no_link(person: Context) -> None:
    """Nor does who signs in by a provider."""
    with pytest.raises(Refusal):
        run_raw(person, "core.add_member", {"email": "x@new.example", "name": "X", "roles": [0]})
    other = make_ctx(make_company(), "*").user
    Identity.objects.create(user=other, issuer="https://id.example", subject="7")
    elsewhere = User.objects.create_user("has@new.example", PASSWORD, name="Has One")
    give_access(person, other.email)
    give_access(person, elsewhere.email)
    assert work() == []
    stranger().post("/sign-in/password/", {"email": other.email})
    assert work() == []


def test_an_administrator_mails_another_link(person: Context, settings: Any) -> None:
    """Under audit; not to who is shut out; and where none is mailed she is told what to do instead."""
    member = give_access(person)
    work()
    run_raw(person, "core.mail_password_link", {"membership": member.pk})
    assert path_in(work()[0])
    clerk = make_ctx(person.company, "item.*")
    for ctx, change, code in ((clerk, {}, "not_allowed"), (person, {"SITE_URL": ""}, "no_links")):
        for name, value in change.items():
            setattr(settings, name, value)
        with pytest.raises(Refusal) as no:
            run_raw(ctx, "core.mail_password_link", {"membership": member.pk})
        assert no.value.code == code
    settings.SITE_URL = SITE
    run_raw(person, "core.suspend_member", {"membership": member.pk, "reason": "Left"})
    with pytest.raises(Refusal) as no:
        run_raw(person, "core.mail_password_link", {"membership": member.pk})
    assert no.value.code == "not_active"
    assert work() == []


def test_the_command_line_prints_a_link(person: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """For the house that mails nothing; that it was made is written down."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://the-tests-have-one-already/")

    def line(*words: str) -> tuple[int, str]:
        try:
            code = main(list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, capsys.readouterr().out

    code, said = line("password-link", person.user.email.upper())
    assert code == 0
    assert choose(path_in(said)).status_code == 200
    assert "link_made" in kinds(person.user)
    assert line("password-link", "nobody@nowhere.example")[0] == 2
    assert line("password-link", "a\x00b")[0] == 2
    assert line("password-link", "house@enfilade.invalid")[0] == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.races
def test_of_eight_who_use_one_link_one_is_let_in() -> None:
    """Each with a password of her own: one of them holds, and one change is written down."""
    ctx = make_ctx(make_company(), "*")
    token = links.make_link(ctx.user, FIRST).split("/")[3]
    words = [f"orchard kettle velvet number {n}" for n in range(8)]
    done = race(8, lambda n: links.use_link(token, words[n], Place(None, "")))
    assert [type(d) for d in done if d is not None] == [User]
    ctx.user.refresh_from_db()
    assert [ctx.user.check_password(w) for w in words] == [d is not None for d in done]
    assert kinds(ctx.user).count("password_changed") == 1
