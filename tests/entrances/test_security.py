"""One's own account: second factors, sessions, the password; throttled, written down, and nobody else's."""

from __future__ import annotations

import re
import time
from typing import Any

import pyotp
import pytest
from django.conf import settings as house
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.models import AuditEntry, Membership, RecoveryCode, SignIn, SignInEvent, TotpDevice, User
from enfilade.core.scope import scope
from enfilade.core.signin import factors, throttle
from enfilade.core.signin.events import Place, browser_name
from enfilade.core.signin.passwords import strength_of
from enfilade.core.testing import make_company, make_ctx, race

from .callers import browser_of

pytestmark = pytest.mark.django_db

PASSWORD = "seven-quiet-lanterns-drift"
NEW = "orchard kettle velvet thursday"
LATER = 3 * 3600


@pytest.fixture(autouse=True)
def quick_hash(settings: Any) -> None:
    """Passwords are hashed slowly on purpose; how slowly is not what is tried here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person() -> Context:
    """Somebody with a password, in a company of her own."""
    ctx = make_ctx(make_company(), "*", name="Petra Person")
    ctx.user.set_password(PASSWORD)
    ctx.user.save()
    return ctx


def sign_in(ctx: Context, **more: Any) -> Client:
    """A browser that typed the password."""
    browser = Client(REMOTE_ADDR=f"10.9.{ctx.user.pk // 250 % 250}.{ctx.user.pk % 250}", **more)
    browser.post("/sign-in/", {"email": ctx.user.email, "password": PASSWORD})
    return browser


def set_up_app(browser: Client) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator app, set up as a person does it; and the recovery codes that were shown."""
    page = browser.get("/account/security/app/").content.decode()
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    assert "data:image/svg+xml" in page
    app = pyotp.TOTP(found[1].replace(" ", ""))
    answer = browser.post("/account/security/app/", {"code": app.now()})
    return app, re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", answer.content.decode())


def next_code(app: pyotp.TOTP) -> str:
    """A code that was not used yet: the one of the next interval, which the clock's tolerance allows."""
    return app.at(int(time.time()) + 30)


def kinds(user: User) -> list[str]:
    """What was written down, oldest first."""
    return list(SignInEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def inside(browser: Client) -> bool:
    """Whether pages open."""
    return browser.get("/item/items/").status_code == 200


# -- authenticator app and recovery codes


def test_after_the_password_comes_the_code(person: Context) -> None:
    """The password alone opens nothing any more; the session gets a new number again with the second step."""
    app, codes = set_up_app(sign_in(person))
    assert len(set(codes)) == 10
    browser = sign_in(person)
    assert not inside(browser)
    between = browser.session.session_key
    assert browser.post("/sign-in/second/", {"code": "000000"}).status_code == 422
    assert browser.post("/sign-in/second/", {"code": next_code(app)}).status_code == 302
    assert inside(browser)
    assert browser.session.session_key != between
    assert kinds(person.user)[-2:] == ["second_refused", "signed_in"]


def test_a_code_opens_once(person: Context) -> None:
    """Who looks over a shoulder comes too late."""
    app, _ = set_up_app(sign_in(person))
    code = next_code(app)
    first, second = sign_in(person), sign_in(person)
    assert first.post("/sign-in/second/", {"code": code}).status_code == 302
    assert second.post("/sign-in/second/", {"code": code}).status_code == 422
    assert not inside(second)


def test_a_recovery_code_opens_once(person: Context) -> None:
    """However it is typed; afterwards nine are left, and only their hashes are kept."""
    _, codes = set_up_app(sign_in(person))
    browser = sign_in(person)
    assert browser.post("/sign-in/second/", {"code": f" {codes[3].upper().replace('-', ' ')} "}).status_code == 302
    assert inside(browser)
    assert sign_in(person).post("/sign-in/second/", {"code": codes[3]}).status_code == 422
    assert factors.codes_left(person.user) == 9
    kept = str(list(RecoveryCode.objects.filter(user=person.user).values()))
    assert not any(c.replace("-", "") in kept for c in codes)


def test_new_codes_take_the_place_of_the_old(person: Context) -> None:
    browser = sign_in(person)
    _, codes = set_up_app(browser)
    assert browser.post("/account/security/codes/").status_code == 200
    assert sign_in(person).post("/sign-in/second/", {"code": codes[0]}).status_code == 422


def test_the_secret_is_kept_sealed(person: Context) -> None:
    """A copy of the database makes no codes."""
    app, _ = set_up_app(sign_in(person))
    kept = TotpDevice.objects.get(user=person.user)
    assert app.secret not in str(vars(kept))


def test_with_another_key_of_the_house_no_code_opens(person: Context, settings: Any) -> None:
    """And nothing breaks: the app has to be set up anew."""
    app, _ = set_up_app(sign_in(person))
    settings.SECRET_KEY = "another one"
    assert not factors.take_totp(person.user, next_code(app))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "12 34 5", "\x00" * 6, "-12345", "1e5000"])
def test_odd_codes_are_only_wrong(code: str) -> None:
    assert factors.step_of(factors.new_secret(), code) is None


def test_codes_of_the_interval_before_and_after_count() -> None:
    """Clocks of telephones are a little wrong; two intervals away is too far."""
    app, now = pyotp.TOTP(factors.new_secret()), 1_800_000_000
    found = [factors.step_of(app.secret, app.at(now + 30 * n), now) for n in (-2, -1, 0, 1, 2)]
    step = now // 30
    assert found == [None, step - 1, step, step + 1, None]


def test_the_second_step_waits_ten_minutes_and_for_this_password(person: Context) -> None:
    """A password that was changed in between leads nowhere."""
    app, _ = set_up_app(sign_in(person))
    slow, other = sign_in(person), sign_in(person)
    session = slow.session
    session["pending"] = {**session["pending"], "at": session["pending"]["at"] - 601}
    session.save()
    assert slow.post("/sign-in/second/", {"code": next_code(app)})["Location"] == "/sign-in/"
    person.user.set_password(NEW)
    person.user.save()
    assert other.post("/sign-in/second/", {"code": next_code(app)})["Location"] == "/sign-in/"
    assert Client().get("/sign-in/second/")["Location"] == "/sign-in/"


def test_five_wrong_codes_close_the_door_before_the_sixth_is_looked_at(person: Context) -> None:
    """From whatever address; after a quarter of an hour it opens again."""
    app, _ = set_up_app(sign_in(person))
    browser = sign_in(person)
    for _ in range(throttle.SECOND_FAILURES_MAX):
        assert browser.post("/sign-in/second/", {"code": "000000"}).status_code == 422
    closed = browser.post("/sign-in/second/", {"code": next_code(app)})
    assert closed.status_code == 429
    assert b"Too many attempts" in closed.content
    elsewhere = Client(REMOTE_ADDR="10.77.1.1")
    elsewhere.post("/sign-in/", {"email": person.user.email, "password": PASSWORD})
    assert elsewhere.post("/sign-in/second/", {"code": next_code(app)}).status_code == 429
    assert kinds(person.user).count("second_refused") == throttle.SECOND_FAILURES_MAX


def test_an_address_that_guesses_at_many_accounts_is_closed(person: Context) -> None:
    """One password tried on a hundred names; others go on from their own address."""
    guesser = Client(REMOTE_ADDR="10.66.6.6")
    now = timezone.now()
    SignInEvent.objects.bulk_create(
        SignInEvent(at=now, kind="refused", address="10.66.6.6") for _ in range(throttle.ADDRESS_FAILURES_MAX - 1)
    )
    assert guesser.post("/sign-in/", {"email": "nobody@x.test", "password": "x"}).status_code == 422
    answer = guesser.post("/sign-in/", {"email": person.user.email, "password": PASSWORD})
    assert (answer.status_code, "_auth_user_id" in guesser.session) == (429, False)
    assert inside(sign_in(person))


# -- a role that asks for a second factor


def test_who_must_have_a_second_factor_is_led_to_it(person: Context) -> None:
    """Nothing else opens before; then everything does, and at the next sign-in the code is asked for."""
    role = person.company.roles.get(code__in=person.roles)
    run_raw(person, "core.require_second_factor", {"role": role.pk, "required": True})
    browser = sign_in(person)
    assert browser.get("/item/items/")["Location"] == "/account/security/"
    assert browser.get("/item/items/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/security/"
    refused = browser.get("/api/v1/item/items/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
    assert browser.post("/core/do/save_view/", {}).status_code == 302
    assert "Set up a second factor to go on" in browser.get("/account/security/").content.decode()
    set_up_app(browser)
    assert inside(browser)
    browser.post("/account/security/app/", {"remove": "1"})
    assert not inside(browser)


# -- confirming


@pytest.mark.parametrize("path", ["app/", "passkeys/", "passkeys/options/", "codes/"])
def test_what_changes_how_one_signs_in_asks_again(person: Context, path: str) -> None:
    """A window left open is not enough; the password makes it fresh for a quarter of an hour."""
    browser = sign_in(person)
    session = browser.session
    session["fresh"] -= 901
    session.save()
    sent = browser.post(f"/account/security/{path}", {"remove": "1"})
    assert sent["Location"].startswith("/account/confirm/?next=")
    assert browser.post("/account/confirm/", {"password": "wrong", "next": "/account/security/app/"}).status_code == 422
    assert (
        browser.post("/account/confirm/", {"password": PASSWORD, "next": "/account/security/app/"})["Location"] == "/account/security/app/"
    )
    assert browser.get("/account/security/app/").status_code == 200
    assert "confirmed" in kinds(person.user)


def test_confirming_is_throttled_and_leads_to_no_other_site(person: Context) -> None:
    browser = sign_in(person)
    assert browser.post("/account/confirm/", {"password": PASSWORD, "next": "//evil.example"})["Location"] == "/account/security/"
    for _ in range(throttle.SECOND_FAILURES_MAX):
        browser.post("/account/confirm/", {"password": "wrong"})
    assert "Too many attempts" in browser.post("/account/confirm/", {"password": PASSWORD}).content.decode()


# -- the password


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(person: Context) -> None:
    browser, other = sign_in(person), sign_in(person)
    answer = browser.post("/account/password/", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert inside(browser)
    assert not inside(other)
    assert SignIn.objects.filter(user=person.user, ended_at=None).get().key == browser.session.session_key
    assert "password_changed" in kinds(person.user)
    fresh = Client(REMOTE_ADDR="10.88.1.2")
    assert fresh.post("/sign-in/", {"email": person.user.email, "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"current": "wrong"}, "not your present password"),
        ({"again": "another one entirely 7"}, "not the same"),
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "qwertyuiop1234", "again": "qwertyuiop1234"}, "too easy to guess"),
        ({"new": "petra person enfilade", "again": "petra person enfilade"}, "too easy to guess"),
        ({"new": "unbelievable1", "again": "unbelievable1"}, "too easy to guess"),
        ({"new": "\x00" * 20, "again": "\x00" * 20}, "can&#x27;t be kept"),
    ],
)
def test_bad_passwords_are_sentences(person: Context, sent: dict[str, str], sentence: str) -> None:
    browser = sign_in(person)
    answer = browser.post("/account/password/", {"current": PASSWORD, "new": NEW, "again": NEW, **sent})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    person.user.refresh_from_db()
    assert person.user.check_password(PASSWORD)


def test_strength_knows_the_person_and_what_everybody_takes() -> None:
    """Guesses that come first are the person's own name and the common words."""
    petra = User(email="petra.person@example.test", name="Petra Person")
    assert not strength_of("petraperson2024", petra).enough
    assert strength_of(NEW, petra).enough
    assert strength_of("").score == 0
    assert strength_of("x" * 4000).score < 4


# -- sessions


def test_sessions_are_listed_and_ended(person: Context) -> None:
    """One, or all others; a cookie that was copied opens nothing afterwards, and this browser goes on."""
    here = sign_in(person, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    there = sign_in(person, headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/600"})
    third = sign_in(person)
    page = here.get("/account/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count("this one") == 1
    row = SignIn.objects.get(key=there.session.session_key)
    session = here.session
    session["fresh"] -= 901
    session.save()
    assert here.post("/account/sessions/", {"end": row.pk})["Location"].startswith("/account/confirm/")
    assert inside(there)
    before = here.session.session_key
    here.post("/account/confirm/", {"password": PASSWORD})
    assert here.session.session_key != before
    assert here.post("/account/sessions/", {"end": row.pk}).status_code == 302
    assert (inside(there), inside(third), inside(here)) == (False, True, True)
    here.post("/account/sessions/", {"others": "1"})
    assert (inside(third), inside(here)) == (False, True)
    assert kinds(person.user).count("ended") == 2


def test_nobody_ends_sessions_of_others(person: Context, owner: Context) -> None:
    victim = sign_in(person)
    row = SignIn.objects.get(key=victim.session.session_key)
    browser_of(owner).post("/account/sessions/", {"end": row.pk})
    assert inside(victim)


def test_idle_and_old_sessions_end(person: Context) -> None:
    """After SESSION_IDLE_MIN without doing anything, and after SESSION_COOKIE_AGE whatever one does; it is written down."""
    for name, back_s in (("seen", house.SESSION_IDLE_MIN * 60 + 1), ("since", house.SESSION_COOKIE_AGE + 1)):
        browser = sign_in(person)
        session = browser.session
        session[name] -= back_s
        session.save()
        assert not inside(browser)
        assert not Session.objects.filter(session_key=session.session_key).exists()
    assert kinds(person.user).count("timed_out") == 2


def test_what_a_page_asks_by_itself_is_no_sign_of_life(person: Context) -> None:
    """A page that is left open renews its parts; its person may be gone."""
    browser = sign_in(person)
    session = browser.session
    session["seen"] -= 600
    session.save()
    browser.get("/notifications/count/", headers={"HX-Request": "true"})
    assert browser.session["seen"] == session["seen"]
    browser.get("/item/items/")
    assert browser.session["seen"] >= session["seen"] + 600


def test_a_session_costs_no_query_while_it_is_fresh(person: Context) -> None:
    """The list of sessions is written once a minute, not with every request."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = sign_in(person)
    browser.get("/item/items/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get("/item/items/")
    assert [q["sql"] for q in asked.captured_queries if "core_signin" in q["sql"]] == []


# -- the record of it


def test_events_are_seen_by_their_person_and_by_who_manages_access(person: Context, stranger: Context) -> None:
    """Not by colleagues, not by another company; what somebody typed as an address is not kept."""
    sign_in(person)
    Client().post("/sign-in/", {"email": "my-secret-password", "password": "x"})
    colleague = make_ctx(person.company, "core.view_signinevent")
    manager = make_ctx(person.company, "core.view_signinevent", "core.manage_access")
    for ctx, number in ((person, 1), (manager, 1), (colleague, 0), (stranger, 0)):
        found = browser_of(ctx).get("/api/v1/core/sign-in-events/", {"kind": "signed_in", "user": person.user.pk}).json()["items"]
        assert len(found) == number, ctx.user.name
    assert "my-secret-password" not in str(list(SignInEvent.objects.values()))


@pytest.mark.parametrize("how", ["update", "delete"])
def test_events_stay_as_they_were_written(person: Context, how: str) -> None:
    sign_in(person)
    rows = SignInEvent.objects.filter(user=person.user)
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        rows.update(address=None) if how == "update" else rows.delete()


def test_a_lost_telephone(person: Context) -> None:
    """An administrator takes the factors away under audit; sessions end; the password alone lets in again."""
    browser = sign_in(person)
    set_up_app(browser)
    boss = make_ctx(person.company, "core.manage_access")
    member = Membership.objects.get(user=person.user)
    run_raw(boss, "core.reset_second_factor", {"member": member.pk, "reason": "Came by with her passport"})
    assert not inside(browser)
    assert inside(sign_in(person))
    with scope(boss.company_id):
        assert AuditEntry.objects.visible_to(boss).filter(command="core.reset_second_factor").count() == 1
    assert "factors_reset" in kinds(person.user)


def test_an_administrator_signs_a_member_out(person: Context, stranger: Context) -> None:
    """Of her own company only; it is written down."""
    browser = sign_in(person)
    member = Membership.objects.get(user=person.user)
    with pytest.raises(Refusal) as no:
        run_raw(stranger, "core.sign_out_member", {"member": member.pk, "reason": "x"})
    assert no.value.code == "not_found"
    assert (
        run_raw(make_ctx(person.company, "core.manage_access"), "core.sign_out_member", {"member": member.pk, "reason": "Laptop stolen"})
        == 1
    )
    assert not inside(browser)
    assert SignInEvent.objects.filter(user=person.user, kind="ended", detail__contains="Laptop stolen").exists()


def test_an_account_of_two_companies_is_not_one_companys_to_weaken(person: Context, stranger: Context) -> None:
    Membership.objects.create(company=stranger.company, user=person.user)
    with pytest.raises(Refusal) as no:
        run_raw(
            person,
            "core.reset_second_factor",
            {"member": Membership.objects.get(user=person.user, company=person.company).pk, "reason": "x"},
        )
    assert no.value.code == "works_elsewhere"


def test_what_the_headers_say(person: Context) -> None:
    """No base address, no frame, no sniffing, scripts of ours only; nothing of a person is kept by the browser."""
    answer = sign_in(person).get("/account/security/")
    policy = answer["Content-Security-Policy"]
    for words in ("base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "script-src 'self' 'nonce-"):
        assert words in policy, words
    assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert "no-store" in answer["Cache-Control"]


def test_browsers_have_names() -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"
    assert browser_name(chrome) == "Chrome on Windows"
    assert browser_name(f"{chrome} Edg/150.0") == "Edge on Windows"
    assert browser_name("") == "A browser"


@pytest.mark.django_db(transaction=True)
@pytest.mark.races
def test_a_hundred_guesses_at_once_are_still_five() -> None:
    """And of many who send the same right code at once, one gets in."""
    user = make_ctx(make_company(), "*").user
    secret = factors.new_secret()
    app = pyotp.TOTP(secret)
    assert factors.add_totp(user, secret, app.at(int(time.time()) - 30), timezone.now())
    place = Place("10.5.5.5", "")
    code = app.now()
    won = race(12, lambda _: factors.take_totp(user, code))
    assert sorted(won) == [False] * 11 + [True]
    tried = race(30, lambda _: throttle.attempt(user, place, lambda: False))
    assert sum(t is False for t in tried) == throttle.SECOND_FAILURES_MAX
    assert sum(isinstance(t, throttle.TooMany) for t in tried) == 30 - throttle.SECOND_FAILURES_MAX
