"""Signing in: the same answer for every failure, a closed door before the hash, no way out of the site, sessions that end (S14, S16)."""

from __future__ import annotations

import itertools
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings as house
from django.contrib.sessions.models import Session
from django.test import Client

from enfilade.core.context import Context
from enfilade.core.models import Membership, SignIn
from enfilade.core.testing import make_company, make_ctx

from .callers import browser_of

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-password"
_addresses = itertools.count(1)


@pytest.fixture(autouse=True)
def quick_hash(settings: Any) -> None:
    """Passwords are hashed slowly on purpose; how slowly is not what is tried here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def visitor() -> Client:
    """A browser at an address of its own, so that one test does not close the door of another."""
    return Client(REMOTE_ADDR=f"10.1.{next(_addresses)}.7")


@pytest.fixture
def person(owner: Context) -> Context:
    """The owner, with a password."""
    owner.user.set_password(PASSWORD)
    owner.user.save()
    return owner


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    """Post the form."""
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def test_the_right_password_opens(person: Context, visitor: Client) -> None:
    """Whatever the case of the address; the session gets a new number, and the next page is the one that was wanted."""
    visitor.get("/sign-in/")
    before = visitor.session.session_key
    answer = sign_in(visitor, f"  {person.user.email.upper()} ", next="/item/items/?q=x")
    assert (answer.status_code, answer["Location"]) == (302, "/item/items/?q=x")
    assert visitor.session.session_key != before
    assert visitor.get("/item/items/").status_code == 200
    assert visitor.get("/sign-in/?next=/item/items/")["Location"] == "/item/items/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("{email}", "wrong"), ("nobody@x.test", PASSWORD), ("{email}", ""), ("", ""), ("{email}", f"{PASSWORD} "), ("{email}\x00", PASSWORD)],
)
def test_every_failure_looks_the_same(person: Context, visitor: Client, email: str, password: str) -> None:
    """Nobody learns who has an account here."""
    failed = sign_in(visitor, email.format(email=person.user.email), password)
    unknown = sign_in(visitor, "unknown@example.test", "something")
    assert (failed.status_code, unknown.status_code) == (422, 422)
    sentence = b"This e-mail address and password do not belong together."
    assert sentence in failed.content
    assert sentence in unknown.content
    assert "_auth_user_id" not in visitor.session


@pytest.mark.parametrize("email", ["x" * 10_000, "a@b\r\nc", "(*)(uid=*)", "' or 1=1 --", "😀@x", "*", "é@ö.example"])
def test_odd_addresses_are_only_wrong(visitor: Client, email: str) -> None:
    assert sign_in(visitor, email, "x" * 100_000).status_code == 422


def test_a_disabled_account_looks_like_a_wrong_password(person: Context, visitor: Client) -> None:
    person.user.is_active = False
    person.user.save()
    assert sign_in(visitor, person.user.email).status_code == 422


def test_an_account_without_password_can_not_sign_in(visitor: Client) -> None:
    ctx = make_ctx(make_company(), "*")
    for password in ("", "None", "!"):
        assert sign_in(visitor, ctx.user.email, password).status_code == 422


def test_the_door_closes_before_the_hash(person: Context, visitor: Client) -> None:
    """Eight failures; from then on no password of this account is checked from this address, not even the right one (R26)."""
    for _ in range(house.AXES_FAILURE_LIMIT - 1):
        assert sign_in(visitor, person.user.email, "wrong").status_code == 422
    assert sign_in(visitor, person.user.email, "wrong").status_code in {422, 429}
    with patch("django.contrib.auth.hashers.check_password") as check, patch.object(type(person.user), "check_password") as check_own:
        closed = sign_in(visitor, person.user.email)
        assert (closed.status_code, check.called, check_own.called) == (429, False, False)
    assert b"Too many attempts" in closed.content
    assert "_auth_user_id" not in visitor.session


def test_a_closed_door_closes_it_for_nobody_else(person: Context, visitor: Client) -> None:
    """A guesser locks out neither other accounts nor the owner at her own desk."""
    for _ in range(house.AXES_FAILURE_LIMIT + 1):
        sign_in(visitor, person.user.email, "wrong")
    elsewhere = Client(REMOTE_ADDR="10.2.2.2")
    assert sign_in(elsewhere, person.user.email).status_code == 302
    other = make_ctx(make_company(), "*")
    other.user.set_password(PASSWORD)
    other.user.save()
    assert sign_in(visitor, other.user.email).status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "http://testserver@evil.example/",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "/\t/evil.example",
        "/%09/evil.example\\",
        "\u2215\u2215evil.example",
        "／／evil.example",
        "//evil.example/\x00",
        " //evil.example",
        "\x08//evil.example",
    ],
)
def test_next_leads_to_no_other_site(person: Context, visitor: Client, target: str) -> None:
    """In the address and in the form, signed in or not (S16)."""
    sent = sign_in(visitor, person.user.email, next=target)
    assert sent.status_code == 302
    for place in (sent["Location"], visitor.get("/sign-in/", {"next": target})["Location"]):
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))
        assert "evil" not in place or place[0] == "/" != place[1]


def test_a_page_asks_to_sign_in_and_leads_back(visitor: Client) -> None:
    """htmx gets the whole page moved, not a sign-in form inside a list."""
    answer = visitor.get("/item/items/?q=a b")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=%2Fitem%2Fitems%2F%3Fq%3Da%20b".replace("%20", "%2520"))
    part = visitor.get("/item/items/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/sign-in/?next=%2Fitem%2Fitems%2F")


def test_cookies(person: Context, visitor: Client) -> None:
    """The session is out of reach of scripts, and no other site's post brings either of them along."""
    sign_in(visitor, person.user.email)
    session, csrf = visitor.cookies[house.SESSION_COOKIE_NAME], visitor.cookies[house.CSRF_COOKIE_NAME]
    assert session["httponly"]
    assert (session["samesite"], csrf["samesite"]) == ("Lax", "Lax")


def test_a_forged_host_is_refused(visitor: Client) -> None:
    assert visitor.get("/sign-in/", headers={"Host": "evil.example"}).status_code == 400


def test_signing_out_ends_the_session_and_needs_a_post(owner: Context) -> None:
    """A picture on another site cannot sign anybody out; afterwards the old cookie opens nothing."""
    browser = browser_of(owner)
    key = browser.session.session_key
    browser.get("/sign-out/")
    assert browser.get("/item/items/").status_code == 200
    assert browser.post("/sign-out/")["Location"] == "/sign-in/"
    assert not Session.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies[house.SESSION_COOKIE_NAME] = key
    assert thief.get("/item/items/").status_code == 302


def test_who_is_disabled_or_left_is_out_at_once(owner: Context) -> None:
    """Her open browser too."""
    browser = browser_of(owner)
    assert browser.get("/item/items/").status_code == 200
    Membership.objects.filter(user=owner.user).update(active=False)
    assert browser.get("/item/items/").status_code == 403
    Membership.objects.filter(user=owner.user).update(active=True)
    owner.user.is_active = False
    owner.user.save()
    assert browser.get("/item/items/").status_code == 302


def test_a_new_password_ends_the_other_sessions(person: Context) -> None:
    browser = browser_of(person)
    person.user.set_password("another-long-password")
    person.user.save()
    assert browser.get("/item/items/").status_code == 302


def test_the_form_needs_its_token(person: Context) -> None:
    """Nobody can be signed in to somebody else's account by another site (S11)."""
    browser = Client(enforce_csrf_checks=True)
    assert sign_in(browser, person.user.email).status_code == 403


def test_companies_are_changed_by_a_post_among_ones_own(owner: Context, stranger: Context) -> None:
    """The number of another company changes nothing."""
    second = make_company("Second")
    browser = browser_of(owner)
    for chosen in (second.pk, stranger.company_id, "x", "", "²", "9" * 40):
        assert browser.post("/switch-company/", {"company": chosen}).status_code == 302
        assert browser.get("/api/v1/").json()["company"] == owner.company.slug
    Membership.objects.create(company=second, user=owner.user).roles.create(company=second, code="owner", name="Owner", permissions=["*"])
    browser.post("/switch-company/", {"company": second.pk})
    assert browser.get("/api/v1/").json()["company"] == second.slug


@pytest.mark.parametrize(
    ("asked_from", "told", "found"),
    [
        ("10.0.0.5", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.6", "10.0.0.5"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.5", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_our_proxies_say_from_where_somebody_asks(person: Context, settings: Any, asked_from: str, told: str, found: str) -> None:
    """What a stranger writes into the header is not read; what stands left of the proxy's own word neither."""
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    browser = Client(REMOTE_ADDR=asked_from, headers={"X-Forwarded-For": told})
    sign_in(browser, person.user.email)
    assert SignIn.objects.get(user=person.user).address == found


def test_demo_passwords_are_not_shown(owner: Context, visitor: Client) -> None:
    """The sign-in page names demo people only where there is nobody else, and never a password."""
    page = visitor.get("/sign-in/").content.decode()
    assert owner.user.email not in page
